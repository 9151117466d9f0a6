// Away, back and gone: every close code, silence, hints, beacons and the limits of patience (design: "Liveness", "Leaving").
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

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

TEST_CASE(
    "silence: two and a half seconds without pong or frame are `reconnecting`; any sound on a socket that lasts ends it without a sync",
    "[roomserver][leaving]") {
  Watched room;
  const bool by_pong = GENERATE(true, false);
  room.bench.mute(room.bob.socket);
  room.bench.advance(Millis{2499});
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
  room.bench.advance(Millis{499});
  CHECK(room.seen() == "");
  room.bench.advance(Millis{1});
  CHECK(room.seen() == "connected");
  room.bench.advance(Millis{1900});
  CHECK(room.seen() == "");
}

TEST_CASE("silence: a black hole heals on a socket that the client has given up: away once, back once", "[roomserver][leaving]") {
  Watched room;
  room.bench.mute(room.bob.socket);
  room.bench.advance(5_s);
  // What had waited on the socket arrives, its close last.
  room.bench.send(room.bob.socket, rsp::Heartbeat{});
  room.bench.give(Pong{room.bob.socket});
  room.bench.message(room.bob.socket, room.bob.publish(local(5, {"b1", "b2"})));
  room.bench.advance(Millis{4});
  room.bench.drop(room.bob.socket, 3001);
  room.bench.advance(Millis{300});
  resync(room.bench, room.bob, local(5, {"b1", "b2"}), {offer(room.id, 2)});
  room.bench.advance(5_s);
  // The middle one tells of the new track.
  CHECK(room.seen() == "reconnecting reconnecting connected");
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
  room.bench.advance(Millis{2500});
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

TEST_CASE("hint: hidden, and then at once a close with 1001, is the end of a tab", "[roomserver][leaving]") {
  Watched room;
  room.bench.message(room.bob.socket, room.bob.hint(true, std::nullopt));
  room.bench.advance(Millis{20});
  room.bench.message(room.bob.socket, room.bob.hint(std::nullopt, true));
  room.bench.advance(Millis{13});
  room.bench.drop(room.bob.socket, 1001);
  CHECK(room.seen() == "disconnected");
  CHECK(room.bench.notices == std::vector<std::string>{"left bob 0"});
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
