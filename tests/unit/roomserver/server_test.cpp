// Rooms from the server's side: the traces of docs/protocol.md 8.4 to 8.8 at frame level, who is told what and in which message.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Two in a room, their link settled: bob joined last and offers first.
struct Pair {
  Bench bench;
  Guest alice = join(bench, "alice", "r", {"a1", "a2"});
  Guest bob = join(bench, "bob", "r", {"b1"});
  std::string id = bob.link();

  explicit Pair(bool settle = true) {
    bench.forget_all();
    if (!settle) return;
    bench.message(bob.socket, bob.update({offer(id, 2)}));
    bench.message(alice.socket, alice.update({answer(id, 2)}));
    bench.forget_all();
  }
};

}  // namespace

TEST_CASE("ice: the configured servers, after the token was found good", "[roomserver][server]") {
  Config config = bench_config();
  config.ice_servers = {{{"stun:stun.example.org", "turn:turn.example.org"}, "user", "pass"}};
  Bench bench(config);
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"alice"});
  CHECK(bench.tokens[0].purpose == VerifyToken::Purpose::kIce);
  CHECK(bench.tokens[0].token == "alice");
  CHECK(bench.tokens[0].room.empty());
  const auto iced = bench.only<rsp::Iced>(id);
  REQUIRE(iced.ice_servers.size() == 1);
  CHECK(iced.ice_servers[0].urls.size() == 2);
  CHECK(iced.ice_servers[0].username == "user");
}

TEST_CASE("trace 1: the first to join gets its room, its SIDs, and its initial connection closed", "[roomserver][server]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"alice"});
  bench.forget_all();
  bench.message(id, connect_message("alice", "r", {"a1", "a2"}));
  CHECK(bench.tokens[1].purpose == VerifyToken::Purpose::kConnect);
  CHECK(bench.tokens[1].room == "r");

  const auto connected = bench.only<rsp::Connected>(id);
  CHECK(connected.session.substr(0, 2) == "SE");
  CHECK(connected.sid.value.substr(0, 2) == "RM");
  CHECK(connected.name == "r");
  CHECK(connected.session_timeout_s == 30);
  CHECK(connected.signaling_region == "local");
  REQUIRE(connected.state.participant);
  CHECK(connected.state.participant->identity == "alice");
  CHECK(connected.state.participant->sid.value.substr(0, 2) == "PA");
  CHECK(connected.state.participants.empty());
  REQUIRE(connected.state.published);
  CHECK(connected.state.published->revision >= 1);
  REQUIRE(connected.state.published->tracks.size() == 2);
  for (const auto& published : connected.state.published->tracks) {
    CHECK(published.state == rsp::Published::Track::State::kReady);
    CHECK(published.sid.value.substr(0, 2) == "MT");
  }
  CHECK(connected.state.published->tracks[0].id.value == "a1");
  CHECK(subscribed(connected.state) == "");
  CHECK(connected.state.subscribed->revision >= 1);
  CHECK(links(connected.state) == "close 2");
  CHECK(connected.state.peer_connections->at(0).id.value == "initial of alice");
  CHECK(bench.notices == std::vector<std::string>{"joined alice"});
}

TEST_CASE("trace 2: a newcomer learns of those present and is asked to offer; they learn of it", "[roomserver][server]") {
  Bench bench;
  const Guest alice = join(bench, "alice", "r", {"a1", "a2"});
  const Guest bob = join(bench, "bob", "r", {"b1"});

  CHECK(bob.welcome.sid == alice.welcome.sid);
  CHECK(participants(bob.welcome.state) == "alice connected[name of a1 name of a2]");
  CHECK(bob.welcome.state.participants[0].revision >= 1);
  CHECK(bob.welcome.state.participants[0].tracks[0].sid == alice.welcome.state.published->tracks[0].sid);
  CHECK(subscribed(bob.welcome.state) == "a1 a2");
  CHECK(bob.welcome.state.subscribed->tracks[0].sid == alice.welcome.state.published->tracks[0].sid);
  CHECK(links(bob.welcome.state) == "create-offer 1, close 2");

  const auto told = bench.update(alice.socket);
  CHECK(participants(told) == "bob connected[name of b1]");
  CHECK(subscribed(told) == "b1");
  CHECK(told.subscribed->revision > alice.welcome.state.subscribed->revision);
  CHECK(links(told) == "none");
  CHECK_FALSE(told.published);
}

TEST_CASE("trace 2: descriptions and candidates are relayed both ways, the sender is told nothing", "[roomserver][server]") {
  Pair pair(false);
  auto& bench = pair.bench;
  bench.message(pair.bob.socket, pair.bob.update({offer(pair.id, 2)}));
  CHECK(links(bench.update(pair.alice.socket)) == "offer 2");
  bench.message(pair.alice.socket, pair.alice.update({answer(pair.id, 2)}));
  CHECK(links(bench.update(pair.bob.socket)) == "answer 2");
  bench.message(pair.alice.socket, pair.alice.update({offer(pair.id, 3)}));
  CHECK(links(bench.update(pair.bob.socket)) == "offer 3");
  bench.message(pair.alice.socket, pair.alice.update({ice(pair.id, "u", 1, {"c1"})}));
  CHECK(links(bench.update(pair.bob.socket)) == "ice u(c1)");
  bench.message(pair.bob.socket, pair.bob.update({ice(pair.id, "u", 1, {"d1"}, true)}));
  CHECK(links(bench.update(pair.alice.socket)) == "ice u(d1 end)");
  bench.message(pair.bob.socket, pair.bob.update({answer(pair.id, 3)}));
  CHECK(links(bench.update(pair.alice.socket)) == "answer 3");
  CHECK(bench.messages(pair.bob.socket).empty());
}

TEST_CASE("join: the third gets a link to each, and each hears of it in one message", "[roomserver][server]") {
  Pair pair;
  const Guest carol = join(pair.bench, "carol");
  CHECK(participants(carol.welcome.state) == "alice connected[name of a1 name of a2], bob connected[name of b1]");
  CHECK(links(carol.welcome.state) == "create-offer 1, create-offer 1, close 2");
  CHECK(carol.link(0) != carol.link(1));
  for (const auto& present : {pair.alice, pair.bob}) {
    const auto told = pair.bench.update(present.socket);
    CHECK(participants(told) == "carol connected[]");
    CHECK(subscribed(told) == "-");
  }
  pair.bench.message(carol.socket, carol.update({offer(carol.link(0), 2), offer(carol.link(1), 2)}));
  CHECK(links(pair.bench.update(pair.alice.socket)) == "offer 2");
  CHECK(links(pair.bench.update(pair.bob.socket)) == "offer 2");
}

TEST_CASE("trace 3: a late publication is confirmed to its owner and announced with its subscription", "[roomserver][server]") {
  Pair pair;
  auto& bench = pair.bench;
  bench.message(pair.alice.socket, pair.alice.publish(local(4, {"a1", "a2", "a3"})));
  const auto own = bench.update(pair.alice.socket);
  REQUIRE(own.published);
  REQUIRE(own.published->tracks.size() == 3);
  CHECK(own.published->revision > pair.alice.welcome.state.published->revision);
  CHECK(own.participants.empty());
  const auto told = bench.update(pair.bob.socket);
  CHECK(participants(told) == "alice connected[name of a1 name of a2 name of a3]");
  CHECK(told.participants[0].revision > pair.bob.welcome.state.participants[0].revision);
  CHECK(subscribed(told) == "a1 a2 a3");
  CHECK(told.participants[0].tracks[2].sid == own.published->tracks[2].sid);
}

TEST_CASE("publish: mute and priority go to the others only, without a snapshot", "[roomserver][server]") {
  Pair pair;
  auto state = local(5, {"a1", "a2"});
  state.tracks[0].enabled = false;
  state.tracks[1].priority = backend::Priority::kHigh;
  pair.bench.message(pair.alice.socket, pair.alice.publish(state));
  CHECK(pair.bench.messages(pair.alice.socket).empty());
  const auto told = pair.bench.update(pair.bob.socket);
  CHECK_FALSE(told.participants[0].tracks[0].enabled);
  CHECK(told.participants[0].tracks[1].priority == backend::Priority::kHigh);
  CHECK(subscribed(told) == "-");
}

TEST_CASE("publish: a track that is missing from the list was unpublished", "[roomserver][server]") {
  Pair pair;
  pair.bench.message(pair.alice.socket, pair.alice.publish(local(4, {"a2"})));
  CHECK(pair.bench.messages(pair.alice.socket).empty());
  const auto told = pair.bench.update(pair.bob.socket);
  CHECK(participants(told) == "alice connected[name of a2]");
  CHECK(subscribed(told) == "a2");
}

TEST_CASE("publish: a revision that is not newer changes nothing", "[roomserver][server]") {
  Pair pair;
  const std::int64_t revision = GENERATE(3, 2, 0, -5);
  pair.bench.message(pair.alice.socket, pair.alice.publish(local(revision, {"other"})));
  CHECK(pair.bench.messages(pair.alice.socket).empty());
  CHECK(pair.bench.messages(pair.bob.socket).empty());
}

TEST_CASE("publish: name and kind stay what they were at first sight", "[roomserver][server]") {
  Pair pair;
  rsp::LocalTrack renamed = track("a1", "another name");
  renamed.kind = backend::TrackKind::kData;
  renamed.enabled = false;
  pair.bench.message(pair.alice.socket, pair.alice.publish({9, {renamed, track("a2")}}));
  const auto told = pair.bench.update(pair.bob.socket);
  CHECK(participants(told) == "alice connected[name of a1 name of a2]");
  CHECK(told.participants[0].tracks[0].kind == backend::TrackKind::kAudio);
  CHECK_FALSE(told.participants[0].tracks[0].enabled);
}

TEST_CASE("publish: what cannot be accepted fails with its code, and the others never see it", "[roomserver][server]") {
  Pair pair;
  const auto [wrong, code] =
      GENERATE(table<rsp::LocalTrack, int>({{track("a3", std::string(129, 'n')), 53302}, {track("a3", "name of a1"), 53304}}));
  pair.bench.message(pair.alice.socket, pair.alice.publish({9, {wrong, track("a1"), track("a2")}}));
  const auto own = pair.bench.update(pair.alice.socket);
  REQUIRE(own.published->tracks.size() == 3);
  const auto& failed = own.published->tracks[2];
  CHECK(failed.id.value == "a3");
  CHECK(failed.state == rsp::Published::Track::State::kFailed);
  CHECK(failed.error.code == code);
  CHECK(own.published->tracks[0].state == rsp::Published::Track::State::kReady);
  CHECK(pair.bench.messages(pair.bob.socket).empty());
}

TEST_CASE("publish: 128 characters are a name's limit, not 128 bytes", "[roomserver][server]") {
  Pair pair;
  std::string name;
  for (int i = 0; i < 128; ++i) name += "\xc3\xa4";
  pair.bench.message(pair.alice.socket, pair.alice.publish({9, {track("a3", name)}}));
  CHECK(pair.bench.update(pair.alice.socket).published->tracks[0].state == rsp::Published::Track::State::kReady);
}

TEST_CASE("publish: the 65th track fails with 53203", "[roomserver][server]") {
  std::vector<std::string> ids;
  for (int i = 0; i < 65; ++i) ids.push_back("t" + std::to_string(i));
  Bench bench;
  const Guest alice = join(bench, "alice", "r", ids);
  const auto& tracks = alice.welcome.state.published->tracks;
  CHECK(tracks[63].state == rsp::Published::Track::State::kReady);
  CHECK(tracks[64].error.code == 53203);
  CHECK(bench.server().rooms()[0].participants[0].tracks.size() == 64);
}

TEST_CASE("publish: a list that repeats an id counts it once", "[roomserver][server]") {
  Pair pair;
  pair.bench.message(pair.alice.socket,
                     pair.alice.publish({9, {track("a1"), track("a1", "x"), track("a2"), track("a9"), track("a9", "y")}}));
  CHECK(participants(pair.bench.update(pair.bob.socket)) == "alice connected[name of a1 name of a2 name of a9]");
}

TEST_CASE("update: a participant and its links in one message reach each receiver in one message", "[roomserver][server]") {
  Pair pair;
  rsp::ClientUpdate update = pair.alice.update({offer(pair.id, 3), ice(pair.id, "u", 1, {"c1"})});
  update.participant = local(4, {"a1", "a2", "a3"});
  pair.bench.message(pair.alice.socket, update);
  const auto told = pair.bench.update(pair.bob.socket);
  CHECK(participants(told) == "alice connected[name of a1 name of a2 name of a3]");
  CHECK(links(told) == "offer 3, ice u(c1)");
}

TEST_CASE("update: links of others, closed links and made-up links are ignored", "[roomserver][server]") {
  Pair pair;
  const Guest carol = join(pair.bench, "carol");
  pair.bench.forget_all();
  for (const std::string& id : {pair.id, std::string("initial of carol"), std::string("made up"), std::string()})
    pair.bench.message(carol.socket, carol.update({offer(id, 7), ice(id, "u", 1, {"c"}), close(id, 9)}));
  for (const auto& guest : {pair.alice, pair.bob, carol}) CHECK(pair.bench.messages(guest.socket).empty());
}

TEST_CASE("trace 5: an ICE restart is relayed like any other round", "[roomserver][server]") {
  Pair pair;
  pair.bench.message(pair.alice.socket, pair.alice.update({offer(pair.id, 5, "new")}));
  CHECK(links(pair.bench.update(pair.bob.socket)) == "offer 5");
  pair.bench.message(pair.bob.socket, pair.bob.update({answer(pair.id, 5, "new")}));
  CHECK(links(pair.bench.update(pair.alice.socket)) == "answer 5");
}

TEST_CASE("extension: announced to those who announced it, on joining and on sync", "[roomserver][server]") {
  Bench bench;
  auto message = connect_message("alice", "r");
  message.holdfast.emplace();
  Guest alice = join(bench, message);
  CHECK(alice.welcome.state.holdfast);
  Guest official = join(bench, "official");
  CHECK_FALSE(official.welcome.state.holdfast);
  CHECK_FALSE(resync(bench, official).state.holdfast);
  rsp::Sync sync = alice.sync();
  sync.holdfast.emplace();
  const SocketId socket = bench.open();
  bench.hello(socket, sync);
  CHECK(bench.only<rsp::Synced>(socket).state.holdfast);
}

TEST_CASE("glare: both publish at once, one offer gets through", "[roomserver][server]") {
  Pair pair;
  pair.bench.message(pair.alice.socket, pair.alice.update({offer(pair.id, 3)}));
  pair.bench.message(pair.bob.socket, pair.bob.update({offer(pair.id, 3)}));
  CHECK(links(pair.bench.update(pair.bob.socket)) == "offer 3");
  CHECK(pair.bench.messages(pair.alice.socket).empty());
}

TEST_CASE("replacement: a link that a client closed is closed at the other end and made anew", "[roomserver][server]") {
  Pair pair;
  pair.bench.message(pair.alice.socket, pair.alice.update({close(pair.id, 9)}));
  // The ends take each other's tracks anew: they came through the link that is gone.
  const auto at_bob = pair.bench.messages(pair.bob.socket);
  REQUIRE(at_bob.size() == 2);
  const auto& first = std::get<rsp::ServerUpdate>(at_bob[0]).state;
  CHECK(links(first) == "close 9, create-offer 1");
  CHECK(first.peer_connections->at(0).id.value == pair.id);
  CHECK(first.peer_connections->at(1).id.value != pair.id);
  CHECK(subscribed(first) == "");
  const auto& second = std::get<rsp::ServerUpdate>(at_bob[1]).state;
  CHECK(subscribed(second) == "a1 a2");
  CHECK(second.subscribed->revision > first.subscribed->revision);

  const auto at_alice = pair.bench.messages(pair.alice.socket);
  REQUIRE(at_alice.size() == 2);
  CHECK(subscribed(std::get<rsp::ServerUpdate>(at_alice[0]).state) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(at_alice[1]).state) == "b1");

  // And the new link works.
  const std::string id = first.peer_connections->at(1).id.value;
  pair.bench.message(pair.bob.socket, pair.bob.update({offer(id, 2)}));
  CHECK(links(pair.bench.update(pair.alice.socket)) == "offer 2");
}

TEST_CASE("replacement: others' tracks stay in the snapshot", "[roomserver][server]") {
  Pair pair;
  const Guest carol = join(pair.bench, "carol", "r", {"c1"});
  pair.bench.forget_all();
  pair.bench.message(pair.alice.socket, pair.alice.update({close(pair.id, 9)}));
  const auto at_bob = pair.bench.messages(pair.bob.socket);
  REQUIRE(at_bob.size() == 2);
  CHECK(subscribed(std::get<rsp::ServerUpdate>(at_bob[0]).state) == "c1");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(at_bob[1]).state) == "a1 a2 c1");
  CHECK(pair.bench.messages(carol.socket).empty());
}

TEST_CASE("replacement: an unrecoverable first round closes both ends and starts afresh, keeping subscriptions that never began",
          "[roomserver][server]") {
  Pair pair(false);
  auto& bench = pair.bench;
  bench.message(pair.bob.socket, pair.bob.update({offer(pair.id, 2)}));
  bench.forget_all();
  // Alice's answer was lost with a socket; she is one round ahead.
  bench.message(pair.alice.socket, pair.alice.update({offer(pair.id, 3)}));
  CHECK(links(bench.update(pair.bob.socket)) == "close 3, create-offer 1");
  const auto at_alice = bench.messages(pair.alice.socket);
  REQUIRE(at_alice.size() == 2);
  CHECK(links(std::get<rsp::ServerUpdate>(at_alice[0]).state) == "close 3");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(at_alice[0]).state) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(at_alice[1]).state) == "b1");
}

TEST_CASE("replacement: not more than one a second, then rarer, and at once again after a minute", "[roomserver][server]") {
  Pair pair;
  auto& bench = pair.bench;
  std::string id = pair.id;
  // Bob closes what he is given; how long until he is given another?
  const auto wait_for_next = [&] {
    for (Millis waited{0};; waited = waited + 100_ms) {
      for (const auto& message : bench.messages(pair.bob.socket)) {
        const auto* update = std::get_if<rsp::ServerUpdate>(&message);
        if (update == nullptr || !update->state.peer_connections) continue;
        id = update->state.peer_connections->back().id.value;
        return waited.count;
      }
      REQUIRE(waited < 40_s);
      bench.advance(100_ms);
    }
  };
  const auto close_it = [&] { bench.message(pair.bob.socket, pair.bob.update({close(id, 9)})); };
  for (const std::int64_t expected : {0, 1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
    close_it();
    CHECK(wait_for_next() == expected);
  }
  bench.advance(60_s);
  close_it();
  CHECK(wait_for_next() == 0);
}

TEST_CASE("revisions: never below the wall clock, so that a later process starts above an earlier one", "[roomserver][server]") {
  Config config = bench_config();
  Bench bench(config);
  const Guest alice = join(bench, "alice", "r", {"a1"});
  const Guest bob = join(bench, "bob");
  const auto& state = bob.welcome.state;
  for (const std::int64_t revision : {state.participants[0].revision, state.published->revision, state.subscribed->revision})
    CHECK(revision >= config.wall_clock_at_start_ms);
}
