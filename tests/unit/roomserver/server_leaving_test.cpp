// Away, back and gone: every close code, silence, hints, beacons, syncs and the limits of patience (design: "Liveness", "Leaving").
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Alice watches what becomes of bob.
struct Watched {
  Bench bench;
  Guest alice = join(bench, "alice", "r", {"a1"});
  Guest bob = join(bench, "bob", "r", {"b1"});
  std::string id = bob.link();

  Watched() {
    bench.message(bob.socket, bob.update({offer(id, 2)}));
    bench.message(alice.socket, alice.update({answer(id, 2)}));
    bench.forget_all();
  }
  // What alice was told about bob since the last look: the states, in order.
  std::string seen() {
    std::string text;
    for (const auto& message : bench.messages(alice.socket)) {
      const auto* update = std::get_if<rsp::ServerUpdate>(&message);
      if (update == nullptr) continue;
      for (const auto& entry : update->state.participants) text += (text.empty() ? "" : " ") + word(*entry.state);
    }
    return text;
  }
};

}  // namespace

TEST_CASE("trace 6: leaving is one message: state, subscriptions and the closed link", "[roomserver][leaving]") {
  Watched room;
  room.bench.message(room.bob.socket, rsp::Disconnect{room.bob.session});
  const auto told = room.bench.update(room.alice.socket);
  CHECK(participants(told) == "bob disconnected[name of b1]");
  CHECK(subscribed(told) == "");
  CHECK(links(told) == "close 3");
  CHECK(told.peer_connections->at(0).id.value == room.id);
  CHECK(room.bench.notices == std::vector<std::string>{"left bob 0"});
  room.bench.send(room.bob.socket, rsp::Bye{});
  room.bench.drop(room.bob.socket, 1000);
  CHECK(room.seen() == "");
}

TEST_CASE("trace 4: a lost socket is `reconnecting`, a sync brings everything back", "[roomserver][leaving]") {
  Watched room;
  auto& bench = room.bench;
  bench.drop(room.bob.socket, 1006);
  const auto away = bench.update(room.alice.socket);
  CHECK(participants(away) == "bob reconnecting[name of b1]");
  CHECK(subscribed(away) == "-");

  // While bob is away alice publishes, restarts ICE, and carol comes.
  bench.message(room.alice.socket, room.alice.publish(local(9, {"a1", "a2"})));
  bench.message(room.alice.socket, room.alice.update({offer(room.id, 3, "new"), ice(room.id, "new", 1, {"c1"})}));
  const Guest carol = join(bench, "carol", "r", {"c1"});
  bench.forget_all();

  const SocketId socket = bench.open();
  bench.hello(socket, room.bob.sync(local(2, {"b1"}), {offer(room.id, 2)}));
  CHECK(bench.tokens.back().purpose == VerifyToken::Purpose::kSync);
  CHECK(bench.tokens.back().room == "r");
  const auto synced = bench.only<rsp::Synced>(socket).state;
  CHECK(synced.participant->sid == room.bob.sid);
  CHECK(participants(synced) == "alice connected[name of a1 name of a2], carol connected[name of c1]");
  CHECK(subscribed(synced) == "a1 a2 c1");
  CHECK(synced.subscribed->revision > room.bob.welcome.state.subscribed->revision);
  REQUIRE(synced.published);
  CHECK(synced.published->tracks[0].sid == room.bob.welcome.state.published->tracks[0].sid);
  // The answer to bob's offer, alice's new one, and no word of carol's link before she has offered.
  CHECK(links(synced) == "answer 2, offer 3 ice new(c1)");

  const auto back = bench.update(room.alice.socket);
  CHECK(participants(back) == "bob connected[name of b1]");
  CHECK(subscribed(back) == "-");
  CHECK(participants(bench.update(carol.socket)) == "bob connected[name of b1]");
}

TEST_CASE("sync: what happened at the client while away is taken like an update", "[roomserver][leaving]") {
  Watched room;
  auto& bench = room.bench;
  bench.drop(room.bob.socket, 1006);
  bench.forget_all();
  const auto synced = resync(bench, room.bob, local(3, {"b1", "b2"}), {offer(room.id, 3)});
  CHECK(synced.state.published->tracks.size() == 2);
  CHECK(links(synced.state) == "answer 2");
  const auto told = bench.update(room.alice.socket);
  CHECK(participants(told) == "bob connected[name of b1 name of b2]");
  CHECK(subscribed(told) == "b1 b2");
  CHECK(links(told) == "offer 3");
  // The coalesced queue that repeats the sync is nothing new.
  auto repeated = room.bob.update({offer(room.id, 3)});
  repeated.participant = local(3, {"b1", "b2"});
  bench.message(room.bob.socket, repeated);
  CHECK(bench.messages(room.alice.socket).empty());
}

TEST_CASE("sync: a new socket before the old one's end was noticed takes over, and the old one no longer counts", "[roomserver][leaving]") {
  Watched room;
  const SocketId old = room.bob.socket;
  resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  CHECK(room.bench.close_code(old) == 4000);
  room.bench.drop(old, 1006);
  CHECK(room.seen() == "");
  room.bench.message(room.bob.socket, room.bob.publish(local(5, {})));
  CHECK(room.seen() == "connected");
}

TEST_CASE("sync: a link that the client no longer lists is gone at its end, and is replaced", "[roomserver][leaving]") {
  Watched room;
  auto& bench = room.bench;
  bench.drop(room.bob.socket, 1006);
  bench.forget_all();
  const SocketId socket = bench.open();
  bench.hello(socket, room.bob.sync(local(2, {"b1"})));
  const auto all = bench.messages(socket);
  REQUIRE(all.size() == 2);
  const auto& synced = std::get<rsp::Synced>(all[0]).state;
  CHECK(links(synced) == "create-offer 1");
  CHECK(synced.peer_connections->at(0).id.value != room.id);
  CHECK(subscribed(synced) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(all[1]).state) == "a1");
  const auto told = bench.messages(room.alice.socket);
  REQUIRE(told.size() == 2);
  CHECK(links(std::get<rsp::ServerUpdate>(told[0]).state) == "close 3");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(told[0]).state) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(told[1]).state) == "b1");
}

TEST_CASE("sync: a link replaced while the client was away is new to it, and its tracks are taken anew", "[roomserver][leaving]") {
  Watched room;
  auto& bench = room.bench;
  bench.drop(room.bob.socket, 1006);
  bench.message(room.alice.socket, room.alice.update({close(room.id, 9)}));
  const SocketId socket = bench.open();
  bench.hello(socket, room.bob.sync(local(2, {"b1"}), {offer(room.id, 2)}));
  const auto all = bench.messages(socket);
  REQUIRE(all.size() == 2);
  CHECK(links(std::get<rsp::Synced>(all[0]).state) == "create-offer 1");
  CHECK(subscribed(std::get<rsp::Synced>(all[0]).state) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(all[1]).state) == "a1");
}

TEST_CASE("sync: unknown, forged, ended and stolen sessions are not found", "[roomserver][leaving]") {
  Watched room;
  auto& bench = room.bench;
  const auto refused = [&bench](const rsp::Sync& sync) {
    const SocketId id = bench.open();
    bench.hello(id, sync);
    return bench.error(id);
  };
  rsp::Sync sync = room.bob.sync();
  sync.session = "SE0123456789abcdef0123456789abcdef";
  CHECK(refused(sync) == 53204);
  sync.session = "";
  CHECK(refused(sync) == 53204);
  sync.session = room.bob.session;
  sync.session[10] = sync.session[10] == 'A' ? 'B' : 'A';
  CHECK(refused(sync) == 53204);
  sync = room.bob.sync();
  sync.token = "mallory";
  CHECK(refused(sync) == 53204);
  CHECK(room.seen() == "");

  Config elsewhere = bench_config();
  elsewhere.secret = "another secret";
  Bench other(elsewhere);
  const SocketId id = other.open();
  other.hello(id, room.bob.sync());
  CHECK(other.error(id) == 53204);

  bench.message(room.bob.socket, rsp::Disconnect{room.bob.session});
  bench.forget_all();
  CHECK(refused(room.bob.sync()) == 53204);
}

TEST_CASE("sync: the host is asked about the room of the session, whatever the client calls it", "[roomserver][leaving]") {
  Watched room;
  rsp::Sync sync = room.bob.sync();
  sync.name = "a room that the app would allow";
  room.bench.hello(room.bench.open(), sync);
  CHECK(room.bench.tokens.back().room == "r");
}

TEST_CASE("sync: refused for its token, the client may still say that it leaves", "[roomserver][leaving]") {
  Watched room;
  room.bench.drop(room.bob.socket, 1006);
  const SocketId id = room.bench.open();
  rsp::Sync sync = room.bob.sync();
  sync.token = "!20104";
  room.bench.hello(id, sync);
  CHECK(room.bench.error(id) == 20104);
  CHECK(room.seen() == "reconnecting");
  room.bench.message(id, rsp::Disconnect{room.bob.session});
  CHECK(room.seen() == "disconnected");
}

TEST_CASE("close: 1000 has left at once; 1001 after a moment; anything else is held for the session timeout", "[roomserver][leaving]") {
  const auto [code, first, after_ms, then] = GENERATE(table<std::int64_t, std::string, std::int64_t, std::string>({
      {1000, "disconnected", 0, ""},
      {1001, "", 1500, "disconnected"},
      {1005, "reconnecting", 30000, "disconnected"},
      {1006, "reconnecting", 30000, "disconnected"},
      {1011, "reconnecting", 30000, "disconnected"},
      {1012, "reconnecting", 30000, "disconnected"},
      {3000, "reconnecting", 30000, "disconnected"},
      {3001, "reconnecting", 30000, "disconnected"},
      {3004, "reconnecting", 30000, "disconnected"},
      {4000, "reconnecting", 30000, "disconnected"},
  }));
  INFO(code);
  Watched room;
  room.bench.drop(room.bob.socket, code);
  CHECK(room.seen() == first);
  if (after_ms == 0) return;
  room.bench.advance(Millis{after_ms - 1});
  CHECK(room.seen() == "");
  room.bench.advance(Millis{1});
  CHECK(room.seen() == then);
  CHECK(room.bench.notices == std::vector<std::string>{code == 1001 ? "left bob 0" : "left bob 53001"});
  const SocketId late = room.bench.open();
  room.bench.hello(late, room.bob.sync());
  CHECK(room.bench.error(late) == 53204);
}

TEST_CASE("close: after 1001 a page that lives on syncs, and nobody noticed", "[roomserver][leaving]") {
  Watched room;
  room.bench.drop(room.bob.socket, 1001);
  room.bench.advance(Millis{1400});
  resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  room.bench.advance(5_s);
  CHECK(room.seen() == "");
  CHECK(room.bench.server().rooms()[0].participants.size() == 2);
}

TEST_CASE("close: a session that returns in time starts the next absence afresh", "[roomserver][leaving]") {
  Watched room;
  room.bench.drop(room.bob.socket, 1006);
  room.bench.advance(29_s);
  resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  room.bench.advance(5_s);
  room.bench.drop(room.bob.socket, 1006);
  room.bench.advance(29_s);
  CHECK(room.seen() == "reconnecting connected reconnecting");
}

TEST_CASE("bye: without a disconnect it means leaving, too", "[roomserver][leaving]") {
  Watched room;
  room.bench.send(room.bob.socket, rsp::Bye{});
  CHECK(room.seen() == "disconnected");
  room.bench.drop(room.bob.socket, 1006);
  CHECK(room.seen() == "");
}

TEST_CASE("silence: three seconds without pong or frame are `reconnecting`; any sound ends it without a sync", "[roomserver][leaving]") {
  Watched room;
  const bool by_pong = GENERATE(true, false);
  room.bench.mute(room.bob.socket);
  room.bench.advance(Millis{2999});
  CHECK(room.seen() == "");
  room.bench.advance(Millis{1});
  CHECK(room.seen() == "reconnecting");
  room.bench.message(room.alice.socket, room.alice.publish(local(9, {"a1", "a9"})));
  room.bench.forget_all();
  if (by_pong) {
    room.bench.give(Pong{room.bob.socket});
  } else {
    room.bench.send(room.bob.socket, rsp::Heartbeat{});
  }
  CHECK(room.seen() == "connected");
  room.bench.advance(Millis{2900});
  CHECK(room.seen() == "");
}

TEST_CASE("silence: what is said meanwhile is still sent, as the socket may recover", "[roomserver][leaving]") {
  Watched room;
  room.bench.mute(room.bob.socket);
  room.bench.advance(4_s);
  room.bench.forget_all();
  room.bench.message(room.alice.socket, room.alice.update({offer(room.id, 3)}));
  CHECK(links(room.bench.update(room.bob.socket)) == "offer 3");
}

TEST_CASE("silence: frames alone keep a socket whose pongs are lost", "[roomserver][leaving]") {
  Watched room;
  room.bench.mute(room.bob.socket);
  for (int i = 0; i < 5; ++i) {
    room.bench.advance(2_s);
    room.bench.send(room.bob.socket, rsp::Heartbeat{});
  }
  CHECK(room.seen() == "");
}

TEST_CASE("silence: for the session timeout, and the participant is gone; its socket is told so", "[roomserver][leaving]") {
  Watched room;
  room.bench.mute(room.bob.socket);
  room.bench.advance(3_s);
  CHECK(room.seen() == "reconnecting");
  room.bench.frames(room.bob.socket);
  room.bench.advance(Millis{29999});
  CHECK(room.seen() == "");
  room.bench.advance(Millis{1});
  CHECK(room.seen() == "disconnected");
  CHECK(room.bench.error(room.bob.socket) == 53204);
  room.bench.advance(1_s);
  CHECK(room.bench.close_code(room.bob.socket) == 1000);
  CHECK(room.bench.notices == std::vector<std::string>{"left bob 53001"});
}

TEST_CASE("silence: the absence counts from the first sign, also when the socket goes later", "[roomserver][leaving]") {
  Watched room;
  room.bench.mute(room.bob.socket);
  room.bench.advance(13_s);
  room.bench.drop(room.bob.socket, 1006);
  CHECK(room.seen() == "reconnecting");
  room.bench.advance(20_s);
  CHECK(room.seen() == "disconnected");
}

TEST_CASE("silence: a sync on another socket ends it; the silent one is closed", "[roomserver][leaving]") {
  Watched room;
  const SocketId old = room.bob.socket;
  room.bench.mute(old);
  room.bench.advance(3_s);
  resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  CHECK(room.seen() == "reconnecting connected");
  CHECK(room.bench.close_code(old) == 4000);
}

TEST_CASE("wake: a host that slept judges nobody before they could answer", "[roomserver][leaving]") {
  Watched room;
  room.bench.pings(room.bob.socket);
  room.bench.oversleep(60_s);
  CHECK(room.seen() == "");
  CHECK(room.bench.pings(room.bob.socket) >= 1);
  room.bench.advance(5_s);
  CHECK(room.seen() == "");
  room.bench.mute(room.bob.socket);
  room.bench.oversleep(60_s);
  CHECK(room.seen() == "");
  room.bench.advance(3_s);
  CHECK(room.seen() == "reconnecting");
}

TEST_CASE("wake: a sync that waited while the host slept is still in time", "[roomserver][leaving]") {
  Watched room;
  room.bench.drop(room.bob.socket, 1006);
  room.bench.oversleep(60_s);
  CHECK(room.seen() == "reconnecting");
  resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  CHECK(room.seen() == "connected");
  room.bench.drop(room.bob.socket, 1006);
  room.bench.oversleep(60_s);
  room.bench.advance(1_s);
  CHECK(room.seen() == "reconnecting disconnected");
}

TEST_CASE("hint: leaving, then any close, is the page's end", "[roomserver][leaving]") {
  const std::int64_t code = GENERATE(1001, 1006);
  Watched room;
  room.bench.message(room.bob.socket, room.bob.hint(true, std::nullopt));
  room.bench.drop(room.bob.socket, code);
  CHECK(room.seen() == "");
  room.bench.advance(Millis{1500});
  CHECK(room.seen() == "disconnected");
}

TEST_CASE("hint: a hidden page that is lost is held for ten seconds", "[roomserver][leaving]") {
  Watched room;
  room.bench.message(room.bob.socket, room.bob.hint(std::nullopt, true));
  room.bench.drop(room.bob.socket, 1006);
  CHECK(room.seen() == "reconnecting");
  room.bench.advance(Millis{9999});
  CHECK(room.seen() == "");
  room.bench.advance(Millis{1});
  CHECK(room.seen() == "disconnected");
}

TEST_CASE("hint: any later frame withdraws it, a pong does not", "[roomserver][leaving]") {
  const bool leaving = GENERATE(true, false);
  const bool frame = GENERATE(true, false);
  Watched room;
  room.bench.message(room.bob.socket, room.bob.hint(leaving, !leaving));
  if (frame) {
    room.bench.send(room.bob.socket, rsp::Heartbeat{});
  } else {
    room.bench.give(Pong{room.bob.socket});
  }
  room.bench.drop(room.bob.socket, 1006);
  room.bench.advance(20_s);
  CHECK(room.seen() == (frame ? "reconnecting" : leaving ? "disconnected" : "reconnecting disconnected"));
}

TEST_CASE("hint: a hidden page is not held longer than the session timeout", "[roomserver][leaving]") {
  Watched room;
  room.bench.mute(room.bob.socket);
  room.bench.advance(3_s);
  room.bench.mute(room.bob.socket, false);
  room.bench.message(room.bob.socket, room.bob.hint(std::nullopt, true));
  room.bench.mute(room.bob.socket);
  room.bench.advance(28_s);
  room.bench.drop(room.bob.socket, 1006);
  room.bench.forget_all();
  room.bench.advance(5_s);
  CHECK(room.seen() == "disconnected");
}

TEST_CASE("beacon: a leaving page's last word ends the session; a forged one does not", "[roomserver][leaving]") {
  Watched room;
  room.bench.give(Beacon{"SEforged.forged"});
  CHECK(room.seen() == "");
  room.bench.give(Beacon{room.bob.session});
  CHECK(room.seen() == "disconnected");
  CHECK(room.bench.notices == std::vector<std::string>{"left bob 0"});
  room.bench.drop(room.bob.socket, 1001);
  room.bench.give(Beacon{room.bob.session});
  CHECK(room.seen() == "");
}

TEST_CASE("away: a participant that is away is told nothing and misses nothing when the other leaves", "[roomserver][leaving]") {
  Watched room;
  room.bench.drop(room.bob.socket, 1006);
  room.bench.drop(room.alice.socket, 1000);
  const auto synced = resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  CHECK(participants(synced.state) == "");
  CHECK(subscribed(synced.state) == "");
  CHECK(links(synced.state) == "");
}

TEST_CASE("away: with everybody gone the room goes, and with it the last deadline", "[roomserver][leaving]") {
  Watched room;
  room.bench.drop(room.alice.socket, 1006);
  room.bench.drop(room.bob.socket, 1006);
  room.bench.advance(31_s);
  CHECK(room.bench.server().rooms().empty());
  CHECK_FALSE(room.bench.deadline());
}
