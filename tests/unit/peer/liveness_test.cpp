#include "peer/liveness.hpp"

#include <catch2/catch.hpp>

using namespace holdfast;
using peer::Liveness;
using State = Liveness::State;
using Connection = input::ConnectionState;
using Ice = input::IceConnectionState;

namespace {

// A link and the clock; time passes in small steps, as a page's timer would make it.
struct Bench {
  explicit Bench(std::uint32_t replacements = 0, bool after_silence = false) : liveness(Instant{0}, 30_s, replacements, after_silence) {}

  Instant now;
  Liveness liveness;
  int restarts = 0;
  int polls = 0;
  std::int64_t bytes = 0;
  bool flows = false;

  void pass(Millis time) {
    for (const Instant end = now + time; now < end;) {
      now = now + 100_ms;
      if (flows) bytes += 1000;
      liveness.handle_timers(now);
      look();
    }
  }
  void look() {
    if (liveness.take_restart()) ++restarts;
    if (liveness.take_stats()) {
      ++polls;
      liveness.handle_bytes(bytes, now);
    }
    REQUIRE(liveness.is_consistent());
  }
  void change(Connection state) {
    liveness.handle(state, now);
    look();
  }
  void restarted() {
    liveness.restarted(now);
    look();
  }
  State state() const { return liveness.state(); }
  // So long that the last bytes are no longer fresh when a blip is over.
  void dry_up() {
    flows = false;
    pass(700_ms);
  }
};

Bench connected(bool expecting = true) {
  Bench bench;
  bench.change(Connection::kConnecting);
  bench.change(Connection::kConnected);
  bench.liveness.set_expecting(expecting, bench.now);
  bench.flows = expecting;
  bench.pass(3_s);
  REQUIRE(bench.state() == State::kHealthy);
  return bench;
}

}  // namespace

TEST_CASE("liveness: a new link is healthy once it is connected", "[peer][liveness]") {
  Bench bench;
  CHECK(bench.state() == State::kNew);
  bench.change(Connection::kConnecting);
  CHECK(bench.state() == State::kNew);
  bench.pass(1_s);
  bench.change(Connection::kConnected);
  CHECK(bench.state() == State::kHealthy);
  CHECK(bench.liveness.since() == Instant{1000});
}

TEST_CASE("liveness: bytes are polled every half second, while the link is connected and some are expected", "[peer][liveness]") {
  Bench bench;
  bench.change(Connection::kConnected);
  bench.pass(5_s);
  CHECK(bench.polls == 0);
  bench.liveness.set_expecting(true, bench.now);
  bench.pass(5_s);
  CHECK(bench.polls == 10);
  bench.change(Connection::kFailed);
  bench.pass(5_s);
  CHECK(bench.polls == 10);
}

TEST_CASE("liveness: silence counts on through a restart that the other end asked for", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(1500_ms);
  bench.restarted();
  CHECK(bench.state() == State::kHealthy);
  bench.pass(1_s);
  CHECK(bench.state() == State::kSuspect);
}

TEST_CASE("liveness: disconnected for a moment is nothing", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kDisconnected);
  bench.pass(400_ms);
  bench.change(Connection::kConnected);
  bench.pass(5_s);
  CHECK(bench.state() == State::kHealthy);
  CHECK(bench.restarts == 0);
}

TEST_CASE("liveness: disconnected for half a second, and no bytes for one, is suspect; half a second later ICE is restarted",
          "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(700_ms);
  bench.change(Connection::kDisconnected);
  bench.pass(400_ms);
  CHECK(bench.state() == State::kHealthy);
  bench.pass(100_ms);
  CHECK(bench.state() == State::kSuspect);
  CHECK(bench.restarts == 0);
  bench.pass(500_ms);
  CHECK(bench.restarts == 1);
}

TEST_CASE("liveness: disconnected while bytes come in is no trouble, as long as they come", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kDisconnected);
  bench.pass(12_s);
  CHECK(bench.state() == State::kHealthy);
  CHECK(bench.restarts == 0);
  SECTION("connected again") {
    bench.change(Connection::kConnected);
    bench.pass(20_s);
    CHECK(bench.state() == State::kHealthy);
    CHECK(bench.restarts == 0);
  }
  SECTION("they stop") {
    bench.flows = false;
    bench.pass(2_s);
    CHECK(bench.state() == State::kSuspect);
    bench.pass(500_ms);
    CHECK(bench.restarts == 1);
  }
  SECTION("none are expected any more") {
    bench.liveness.set_expecting(false, bench.now);
    bench.pass(500_ms);
    CHECK(bench.state() == State::kSuspect);
  }
}

TEST_CASE("liveness: disconnected while bytes come in, ICE is restarted before the browser may no longer send", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kDisconnected);
  bench.pass(peer::kConsentTime - 100_ms);
  CHECK(bench.restarts == 0);
  bench.pass(100_ms);
  CHECK(bench.restarts == 1);
  CHECK(bench.state() == State::kHealthy);
  SECTION("connected by it") {
    bench.liveness.restarted(bench.now);
    bench.change(Connection::kConnecting);
    bench.change(Connection::kConnected);
    bench.pass(60_s);
    CHECK(bench.restarts == 1);
    CHECK(bench.state() == State::kHealthy);
  }
  SECTION("still disconnected: once more") {
    bench.pass(peer::kConsentTime);
    CHECK(bench.restarts == 2);
    CHECK(bench.state() == State::kHealthy);
  }
  SECTION("the other end restarted it: that will do") {
    bench.pass(10_s);
    bench.liveness.restarted(bench.now);
    bench.pass(10_s);
    CHECK(bench.restarts == 1);
  }
}

TEST_CASE("liveness: a restart at work (connecting again) is given longer than a blip", "[peer][liveness]") {
  Bench bench = connected(false);
  bench.change(Connection::kConnecting);
  bench.pass(2_s);
  CHECK(bench.state() == State::kHealthy);
  bench.pass(1_s);
  CHECK(bench.state() == State::kSuspect);
}

TEST_CASE("liveness: two and a half seconds without bytes on a connection that is up are suspect and restart ICE", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(1900_ms);
  CHECK(bench.state() == State::kHealthy);
  bench.pass(600_ms);
  CHECK(bench.state() == State::kSuspect);
  CHECK(bench.restarts == 1);
}

TEST_CASE("liveness: an end that must not be crossed by the other's restart lets it go first, for a second", "[peer][liveness]") {
  Bench bench = connected();
  bench.liveness.set_yielding(true);
  bench.flows = false;
  bench.pass(2500_ms);
  REQUIRE(bench.state() == State::kSuspect);
  CHECK(bench.restarts == 0);
  SECTION("the other end restarts") {
    bench.restarted();
    bench.change(Connection::kConnecting);
    bench.pass(2_s);
    CHECK(bench.restarts == 0);
    bench.pass(1_s);
    CHECK(bench.restarts == 1);
  }
  SECTION("it does not") {
    bench.pass(1_s);
    CHECK(bench.restarts == 1);
  }
  SECTION("media comes back by itself") {
    bench.flows = true;
    bench.pass(2_s);
    CHECK(bench.state() == State::kHealthy);
    CHECK(bench.restarts == 0);
  }
  SECTION("signaling was away, and with it the other end's word: it would be here") {
    bench.liveness.set_signaling(false, bench.now);
    bench.liveness.set_signaling(true, bench.now);
    bench.pass(100_ms);
    CHECK(bench.restarts == 1);
  }
}

TEST_CASE("liveness: silence means nothing where no bytes have flowed yet, or none are expected", "[peer][liveness]") {
  Bench bench;
  bench.change(Connection::kConnected);
  bench.liveness.set_expecting(true, bench.now);
  bench.pass(20_s);
  CHECK(bench.state() == State::kHealthy);

  Bench quiet = connected();
  quiet.liveness.set_expecting(false, quiet.now);
  quiet.flows = false;
  quiet.pass(20_s);
  CHECK(quiet.state() == State::kHealthy);
}

TEST_CASE("liveness: bytes that come back by themselves make a suspect link healthy", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(4_s);
  REQUIRE(bench.state() == State::kSuspect);
  bench.flows = true;
  bench.pass(2_s);
  CHECK(bench.state() == State::kHealthy);
}

TEST_CASE("liveness: a silence that is explained later (nothing is expected any more) is none", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(4_s);
  bench.liveness.set_expecting(false, bench.now);
  CHECK(bench.state() == State::kHealthy);
}

TEST_CASE("liveness: failed restarts ICE at once, again and again with a growing pause", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kFailed);
  CHECK(bench.state() == State::kFailed);
  CHECK(bench.restarts == 1);
  bench.pass(3_s);
  CHECK(bench.restarts == 2);
  bench.pass(6_s);
  CHECK(bench.restarts == 3);
  bench.pass(12_s);
  CHECK(bench.restarts == 4);
}

TEST_CASE("liveness: the pauses between restarts begin anew with each trouble", "[peer][liveness]") {
  Bench bench = connected(false);
  bench.change(Connection::kFailed);
  bench.pass(30_s);
  bench.change(Connection::kConnected);
  REQUIRE(bench.state() == State::kHealthy);
  bench.change(Connection::kFailed);
  const int before = bench.restarts;
  bench.pass(3_s);
  CHECK(bench.restarts == before + 1);
}

TEST_CASE("liveness: connected after trouble counts once bytes flow", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kDisconnected);
  bench.flows = false;
  bench.pass(2_s);
  bench.restarted();
  bench.change(Connection::kConnected);
  CHECK(bench.state() == State::kSuspect);
  bench.flows = true;
  bench.pass(500_ms);
  CHECK(bench.state() == State::kHealthy);
}

TEST_CASE("liveness: connected after trouble is enough where no bytes are expected", "[peer][liveness]") {
  Bench bench = connected(false);
  bench.change(Connection::kFailed);
  bench.restarted();
  bench.change(Connection::kConnected);
  CHECK(bench.state() == State::kHealthy);
}

TEST_CASE("liveness: connected after a restart, and no bytes in two seconds: replace the link", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.change(Connection::kFailed);
  bench.restarted();
  bench.change(Connection::kConnected);
  bench.pass(1900_ms);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.pass(100_ms);
  CHECK(bench.liveness.wants_replacement());
  CHECK(bench.state() == State::kFailed);
}

TEST_CASE("liveness: connected again without a restart, and no bytes: restart first", "[peer][liveness]") {
  Bench bench = connected();
  bench.dry_up();
  bench.change(Connection::kDisconnected);
  bench.pass(600_ms);
  bench.change(Connection::kConnected);
  bench.pass(2_s);
  CHECK(bench.restarts == 1);
  CHECK_FALSE(bench.liveness.wants_replacement());
}

TEST_CASE("liveness: a restart of a connection that never went down: the browser has time to notice first", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(4_s);
  REQUIRE(bench.state() == State::kSuspect);
  bench.restarted();
  bench.pass(7900_ms);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.pass(100_ms);
  CHECK(bench.liveness.wants_replacement());
  CHECK(bench.liveness.is_silent());

  Bench cut = connected();
  cut.flows = false;
  cut.pass(4_s);
  cut.restarted();
  cut.pass(3_s);
  cut.change(Connection::kDisconnected);
  cut.pass(10_s);
  CHECK_FALSE(cut.liveness.wants_replacement());
  CHECK(cut.restarts > 1);
}

TEST_CASE("liveness: after a link that was replaced for silence, only a steady flow that stops is suspect", "[peer][liveness]") {
  Bench bench(1, true);
  bench.change(Connection::kConnected);
  bench.liveness.set_expecting(true, bench.now);
  bench.flows = true;
  bench.pass(5_s);
  bench.flows = false;
  bench.pass(10_s);
  CHECK(bench.state() == State::kHealthy);
  bench.flows = true;
  bench.pass(12_s);
  bench.flows = false;
  bench.pass(5_s);
  CHECK(bench.state() == State::kSuspect);
}

TEST_CASE("liveness: suspect for ten seconds is failed", "[peer][liveness]") {
  Bench bench = connected();
  bench.dry_up();
  bench.change(Connection::kDisconnected);
  bench.pass(10400_ms);
  CHECK(bench.state() == State::kSuspect);
  bench.pass(200_ms);
  CHECK(bench.state() == State::kFailed);
}

TEST_CASE("liveness: in trouble for the whole limit: replace, not give up", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kFailed);
  bench.pass(29_s);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.pass(1_s);
  CHECK(bench.liveness.wants_replacement());
}

TEST_CASE("liveness: a link that recovers is not to be replaced any more", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kFailed);
  bench.pass(31_s);
  REQUIRE(bench.liveness.wants_replacement());
  bench.change(Connection::kConnected);
  bench.pass(1_s);
  CHECK(bench.state() == State::kHealthy);
  CHECK_FALSE(bench.liveness.wants_replacement());
}

TEST_CASE("liveness: failed while ICE is connected is DTLS, which no restart cures", "[peer][liveness]") {
  Bench bench;
  bench.change(Connection::kConnecting);
  bench.liveness.handle(Ice::kConnected);
  bench.change(Connection::kFailed);
  CHECK(bench.liveness.has_dtls_failed());
  CHECK(bench.liveness.wants_replacement());
  CHECK(bench.restarts == 0);

  Bench ice = connected();
  ice.liveness.handle(Ice::kDisconnected);
  ice.change(Connection::kFailed);
  CHECK_FALSE(ice.liveness.has_dtls_failed());
}

TEST_CASE("liveness: negotiated and never connected: restart after 15 s, replace after 15 more", "[peer][liveness]") {
  Bench bench;
  bench.liveness.set_negotiating(true, bench.now);
  bench.pass(1_s);
  bench.liveness.set_negotiating(false, bench.now);
  bench.pass(14900_ms);
  CHECK(bench.state() == State::kNew);
  bench.pass(100_ms);
  CHECK(bench.state() == State::kSuspect);
  CHECK(bench.restarts == 1);
  bench.pass(15_s);
  CHECK(bench.liveness.wants_replacement());
}

TEST_CASE("liveness: an offer that is not answered: replace, later with each replacement", "[peer][liveness]") {
  Bench first;
  first.liveness.set_negotiating(true, first.now);
  first.pass(7900_ms);
  CHECK_FALSE(first.liveness.wants_replacement());
  first.pass(100_ms);
  CHECK(first.liveness.wants_replacement());

  Bench second(1);
  second.liveness.set_negotiating(true, second.now);
  second.pass(15_s);
  CHECK_FALSE(second.liveness.wants_replacement());
  second.pass(1_s);
  CHECK(second.liveness.wants_replacement());
}

TEST_CASE("liveness: media that flows is not cut because an offer waits, until the limit", "[peer][liveness]") {
  Bench bench = connected();
  bench.liveness.set_negotiating(true, bench.now);
  bench.pass(29_s);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.pass(1_s);
  CHECK(bench.liveness.wants_replacement());
}

TEST_CASE("liveness: an offer waits in vain only while signaling is up", "[peer][liveness]") {
  Bench bench;
  bench.liveness.set_negotiating(true, bench.now);
  bench.pass(5_s);
  bench.liveness.set_signaling(false, bench.now);
  bench.pass(60_s);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.liveness.set_signaling(true, bench.now);
  bench.pass(7900_ms);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.pass(100_ms);
  CHECK(bench.liveness.wants_replacement());
}

TEST_CASE("liveness: when signaling is back, the next restart does not wait", "[peer][liveness]") {
  Bench bench = connected();
  bench.change(Connection::kFailed);
  bench.pass(4_s);
  const int before = bench.restarts;
  bench.liveness.set_signaling(false, bench.now);
  bench.liveness.set_signaling(true, bench.now);
  bench.pass(100_ms);
  CHECK(bench.restarts == before + 1);
}

TEST_CASE("liveness: media that are back with signaling, or before it, need no restart", "[peer][liveness]") {
  Bench bench = connected();
  bench.liveness.set_signaling(false, bench.now);
  bench.flows = false;
  bench.pass(4_s);
  REQUIRE(bench.state() == State::kSuspect);
  const int before = bench.restarts;
  bench.bytes += 1000;
  bench.liveness.set_signaling(true, bench.now);
  bench.liveness.handle_timers(bench.now);
  bench.look();
  CHECK(bench.state() == State::kHealthy);
  bench.pass(200_ms);
  CHECK(bench.restarts == before);
}

TEST_CASE("liveness: bytes that are waited for are looked for five times a second", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(3_s);
  REQUIRE(bench.state() == State::kSuspect);
  const int before = bench.polls;
  bench.pass(1_s);
  CHECK(bench.polls == before + 5);
}

TEST_CASE("liveness: media that stopped with signaling are suspect as soon as signaling is back", "[peer][liveness]") {
  Bench bench = connected();
  bench.liveness.set_signaling(false, bench.now);
  SECTION("they flow on") {
    bench.pass(1200_ms);
    bench.liveness.set_signaling(true, bench.now);
    CHECK(bench.state() == State::kHealthy);
  }
  SECTION("they have stopped") {
    bench.flows = false;
    bench.pass(1200_ms);
    bench.liveness.set_signaling(true, bench.now);
    bench.look();
    CHECK(bench.state() == State::kSuspect);
    CHECK(bench.restarts == 1);
  }
}

TEST_CASE("liveness: nothing is concluded from the time before a wake", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(1500_ms);
  bench.liveness.wake(bench.now);
  bench.pass(1900_ms);
  CHECK(bench.state() == State::kHealthy);
  bench.pass(1500_ms);
  CHECK(bench.state() == State::kSuspect);

  Bench doubted = connected();
  doubted.dry_up();
  doubted.change(Connection::kDisconnected);
  doubted.pass(9_s);
  doubted.liveness.wake(doubted.now);
  doubted.pass(9_s);
  CHECK(doubted.state() == State::kSuspect);

  Bench slept = connected();
  slept.flows = false;
  slept.change(Connection::kDisconnected);
  slept.now = slept.now + 60_s;
  slept.liveness.wake(slept.now);
  slept.liveness.handle_timers(slept.now);
  CHECK(slept.state() == State::kHealthy);
  slept.pass(1_s);
  CHECK(slept.state() == State::kHealthy);
  slept.pass(500_ms);
  CHECK(slept.state() == State::kSuspect);
}

TEST_CASE("liveness: a browser that cannot go on leaves nothing but another link", "[peer][liveness]") {
  Bench suspect = connected();
  suspect.change(Connection::kDisconnected);
  suspect.pass(1_s);
  suspect.liveness.break_off(suspect.now);
  CHECK(suspect.state() == State::kFailed);
  CHECK(suspect.liveness.wants_replacement());
  for (const Connection state : {Connection::kNew, Connection::kConnected, Connection::kFailed}) {
    Bench bench;
    bench.change(state);
    bench.liveness.break_off(bench.now);
    CHECK(bench.state() == State::kFailed);
    CHECK(bench.liveness.wants_replacement());
  }
}

TEST_CASE("liveness: replacements are a series unless a link lasted", "[peer][liveness]") {
  Bench bench(3);
  bench.change(Connection::kConnected);
  bench.pass(10_s);
  bench.change(Connection::kFailed);
  CHECK(bench.liveness.replacements() == 3);
  bench.change(Connection::kConnected);
  bench.pass(30_s);
  bench.change(Connection::kFailed);
  CHECK(bench.liveness.replacements() == 0);
}

TEST_CASE("liveness: whatever limit the server names, timers do not run hot", "[peer][liveness]") {
  for (const std::int64_t limit : {std::int64_t{-5}, std::int64_t{0}, std::int64_t{1} << 50}) {
    Bench bench = connected();
    bench.liveness.set_limit(Millis{limit});
    bench.change(Connection::kFailed);
    bench.pass(5_s);
    CHECK(bench.state() == State::kFailed);
  }
}

TEST_CASE("liveness: a link that goes down before it ever came up is suspect, too", "[peer][liveness]") {
  Bench bench;
  bench.change(Connection::kDisconnected);
  CHECK(bench.state() == State::kNew);
  bench.pass(500_ms);
  CHECK(bench.state() == State::kSuspect);
}

TEST_CASE("liveness: a DTLS failure asks for another link from every state", "[peer][liveness]") {
  Bench healthy = connected();
  Bench suspect = connected();
  suspect.change(Connection::kDisconnected);
  suspect.pass(500_ms);
  Bench failed = connected();
  failed.change(Connection::kFailed);
  failed.change(Connection::kConnecting);
  for (Bench* bench : {&healthy, &suspect, &failed}) {
    bench->liveness.handle(Ice::kConnected);
    bench->change(Connection::kFailed);
    CHECK(bench->state() == State::kFailed);
    CHECK(bench->liveness.has_dtls_failed());
    CHECK(bench->liveness.wants_replacement());
  }
}

TEST_CASE("liveness: a suspect link that fails restarts ICE at once", "[peer][liveness]") {
  Bench bench = connected();
  bench.dry_up();
  bench.change(Connection::kDisconnected);
  bench.pass(1500_ms);
  REQUIRE(bench.restarts == 1);
  bench.change(Connection::kFailed);
  CHECK(bench.state() == State::kFailed);
  CHECK(bench.restarts == 2);
  bench.change(Connection::kClosed);
  CHECK(bench.restarts == 3);
}

TEST_CASE("liveness: down again during the proof: the restarts go on", "[peer][liveness]") {
  for (const Connection trouble : {Connection::kDisconnected, Connection::kFailed}) {
    Bench bench = connected();
    bench.flows = false;
    bench.change(trouble);
    bench.pass(2_s);
    bench.restarted();
    bench.change(Connection::kConnected);
    bench.pass(1_s);
    const int before = bench.restarts;
    bench.change(Connection::kConnecting);
    bench.pass(3_s);
    CHECK_FALSE(bench.liveness.wants_replacement());
    bench.pass(10_s);
    CHECK(bench.restarts > before);
  }
}

TEST_CASE("liveness: failed, then connected by itself, but empty: restart first", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.change(Connection::kFailed);
  bench.change(Connection::kConnected);
  bench.pass(2_s);
  CHECK(bench.restarts == 2);
  bench.restarted();
  bench.pass(8_s);
  CHECK(bench.liveness.wants_replacement());
}

// Seed 8344: subscribed to while the answer that agrees to it waits for signaling.
TEST_CASE("liveness: media that are expected anew are not missed before they have come", "[peer][liveness]") {
  Bench bench = connected();
  bench.liveness.set_expecting(false, bench.now);
  bench.flows = false;
  bench.liveness.take_new_media();
  bench.liveness.set_expecting(true, bench.now);
  bench.liveness.set_signaling(false, bench.now);
  bench.pass(5_s);
  bench.liveness.set_signaling(true, bench.now);
  CHECK(bench.state() == State::kHealthy);
  bench.flows = true;
  bench.pass(2_s);
  bench.flows = false;
  bench.pass(3_s);
  CHECK(bench.state() == State::kSuspect);
}

// Seed 58228: whose signaling was reset just after its media had stopped. Seed 186186: unpublished while its silence showed, and something
// new published over the same dead link.
TEST_CASE("liveness: media that stopped before their sender was away are missed when it is back", "[peer][liveness]") {
  const bool was_noticed = GENERATE(false, true);
  Bench bench = connected();
  bench.flows = false;
  bench.pass(was_noticed ? 3_s : 1_s);
  REQUIRE(bench.liveness.is_in_trouble() == was_noticed);
  bench.liveness.set_expecting(false, bench.now);
  bench.pass(5_s);
  REQUIRE(bench.state() == State::kHealthy);
  SECTION("the same") {
    bench.liveness.set_expecting(true, bench.now);
    bench.pass(1900_ms);
    CHECK(bench.state() == State::kHealthy);
    bench.pass(600_ms);
    CHECK(bench.state() == State::kSuspect);
  }
  SECTION("others are to come first") {
    bench.liveness.take_new_media();
    bench.liveness.set_expecting(true, bench.now);
    bench.pass(10_s);
    CHECK((bench.state() == State::kHealthy) == !was_noticed);
  }
  SECTION("others are to come, and something has come since") {
    bench.liveness.set_expecting(true, bench.now);
    bench.flows = true;
    bench.pass(1_s);
    bench.liveness.set_expecting(false, bench.now);
    bench.liveness.take_new_media();
    bench.liveness.set_expecting(true, bench.now);
    bench.flows = false;
    bench.pass(10_s);
    CHECK(bench.state() == State::kHealthy);
  }
}

// Firefox: UDP cut for 20 s, and the link that took the place of the dead one stayed empty for good, at one end or both.
TEST_CASE("liveness: a new link that the other end had to restart has to prove itself", "[peer][liveness]") {
  Bench bench;
  bench.liveness.set_expecting(true, bench.now);
  bench.liveness.set_negotiating(true, bench.now);
  bench.change(Connection::kConnecting);
  bench.restarted();
  bench.change(Connection::kConnected);
  bench.liveness.set_negotiating(false, bench.now);
  CHECK(bench.state() == State::kNew);
  SECTION("it does not") {
    bench.pass(3_s);
    CHECK(bench.liveness.wants_replacement());
  }
  SECTION("it goes down again") {
    bench.change(Connection::kConnecting);
    bench.pass(4_s);
    CHECK(bench.state() == State::kSuspect);
    CHECK(bench.restarts == 1);
  }
  SECTION("it does") {
    bench.flows = true;
    bench.pass(1_s);
    CHECK(bench.state() == State::kHealthy);
  }
  SECTION("nothing is expected any more") {
    bench.liveness.set_expecting(false, bench.now);
    CHECK(bench.state() == State::kHealthy);
  }
}

TEST_CASE("liveness: a link that never worked is replaced when it fails, not restarted", "[peer][liveness]") {
  Bench bench;
  bench.liveness.set_negotiating(true, bench.now);
  bench.liveness.set_negotiating(false, bench.now);
  bench.change(Connection::kConnecting);
  int restarts = 0;
  SECTION("new") {}
  SECTION("suspect") {
    bench.change(Connection::kDisconnected);
    bench.pass(700_ms);
    REQUIRE(bench.state() == State::kSuspect);
  }
  SECTION("failed") {
    bench.pass(15100_ms);
    REQUIRE(bench.restarts == 1);
    bench.pass(10_s);
    REQUIRE(bench.state() == State::kFailed);
    restarts = bench.restarts;
  }
  bench.change(Connection::kFailed);
  CHECK(bench.state() == State::kFailed);
  CHECK(bench.liveness.wants_replacement());
  CHECK(bench.restarts == restarts);
}

TEST_CASE("liveness: a silence that is explained only after a restart is none, too", "[peer][liveness]") {
  Bench bench = connected();
  bench.flows = false;
  bench.pass(4_s);
  REQUIRE(bench.state() == State::kSuspect);
  bench.pass(11_s);
  REQUIRE(bench.state() == State::kFailed);
  bench.restarted();
  CHECK(bench.state() == State::kFailed);
  bench.liveness.set_expecting(false, bench.now);
  CHECK(bench.state() == State::kHealthy);
}

TEST_CASE("liveness: in trouble, an offer without an answer or a limit that is over ask for another link", "[peer][liveness]") {
  for (const Connection trouble : {Connection::kDisconnected, Connection::kFailed}) {
    Bench unanswered = connected();
    unanswered.dry_up();
    unanswered.change(trouble);
    unanswered.pass(1_s);
    unanswered.liveness.set_negotiating(true, unanswered.now);
    unanswered.pass(7900_ms);
    CHECK_FALSE(unanswered.liveness.wants_replacement());
    unanswered.pass(100_ms);
    CHECK(unanswered.liveness.wants_replacement());
    CHECK(unanswered.state() == State::kFailed);

    Bench limited = connected();
    limited.liveness.set_limit(5_s);
    limited.dry_up();
    limited.change(trouble);
    limited.pass(5400_ms);
    CHECK(limited.liveness.wants_replacement() == (trouble == Connection::kFailed));
    limited.pass(200_ms);
    CHECK(limited.liveness.wants_replacement());
    CHECK(limited.state() == State::kFailed);
  }
}

TEST_CASE("liveness: an offer that waits on a link that turns bad has the shorter time from there", "[peer][liveness]") {
  Bench bench = connected();
  bench.liveness.set_negotiating(true, bench.now);
  bench.pass(10_s);
  bench.change(Connection::kFailed);
  bench.pass(7900_ms);
  CHECK_FALSE(bench.liveness.wants_replacement());
  bench.pass(100_ms);
  CHECK(bench.liveness.wants_replacement());
}
