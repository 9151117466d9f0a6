// Media that one participant has lost, told to the one whose they are (docs/protocol.md 19.6).
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Alice, bob and carol, of whom carol is an official client unless she `speaks`.
struct Three {
  Bench bench;
  Guest alice = enter("alice", true);
  Guest bob = enter("bob", true);
  Guest carol;

  explicit Three(bool speaks = true) : carol(enter("carol", speaks)) { bench.forget_all(); }

  Guest enter(const std::string& identity, bool speaks) {
    rsp::Connect connect = connect_message(identity, "r");
    if (speaks) connect.holdfast.emplace();
    return join(bench, connect);
  }
  static rsp::Extension lost(std::vector<ParticipantSid> participants) { return {{}, {}, std::move(participants), {}}; }
  void say(const Guest& guest, std::vector<ParticipantSid> participants) {
    bench.message(guest.socket, rsp::ClientUpdate{guest.session, std::nullopt, {}, lost(std::move(participants))});
  }
  // What this one is told; "-" if nothing.
  std::string told(const Guest& guest) {
    std::string text;
    for (const auto& message : bench.messages(guest.socket)) text += "[" + names(std::get<rsp::ServerUpdate>(message).state) + "]";
    return text.empty() ? "-" : text;
  }
  std::string names(const rsp::RoomState& state) const {
    REQUIRE(state.holdfast);
    std::string text;
    for (const ParticipantSid& sid : state.holdfast->media_lost)
      for (const Guest* guest : {&alice, &bob, &carol})
        if (guest->sid == sid) text += guest->token;
    return text;
  }
};

}  // namespace

TEST_CASE("lost media: only whose they are is told, when it begins and when it ends", "[roomserver][media-lost]") {
  Three room;
  room.say(room.alice, {room.bob.sid});
  CHECK(room.told(room.bob) == "[alice]");
  CHECK(room.told(room.carol) == "-");
  room.say(room.alice, {room.bob.sid});
  CHECK(room.told(room.bob) == "-");
  room.say(room.carol, {room.alice.sid, room.bob.sid});
  CHECK(room.told(room.alice) == "[carol]");
  CHECK(room.told(room.bob) == "[alicecarol]");
  room.say(room.alice, {});
  CHECK(room.told(room.bob) == "[carol]");
  CHECK(room.told(room.alice) == "-");
}

TEST_CASE("lost media: any later update that does not say so ends it", "[roomserver][media-lost]") {
  Three room;
  room.say(room.alice, {room.bob.sid});
  room.bench.forget_all();
  room.bench.message(room.alice.socket, room.alice.update({}));
  CHECK(room.told(room.bob) == "[]");
}

TEST_CASE("lost media: every update says it anew, as does synced", "[roomserver][media-lost]") {
  Three room;
  room.say(room.alice, {room.bob.sid});
  room.bench.forget_all();
  room.bench.message(room.carol.socket, room.carol.publish(local(2, {"c1"})));
  CHECK(room.told(room.bob) == "[alice]");
  room.bench.drop(room.bob.socket, 1006);
  room.bob.socket = room.bench.open();
  auto sync = room.bob.sync();
  sync.holdfast.emplace();
  room.bench.hello(room.bob.socket, sync);
  CHECK(room.names(room.bench.only<rsp::Synced>(room.bob.socket).state) == "alice");
}

TEST_CASE("lost media: a sync says it anew, or ends it", "[roomserver][media-lost]") {
  Three room;
  room.say(room.alice, {room.bob.sid});
  room.bench.drop(room.alice.socket, 1006);
  room.bench.forget_all();
  const bool still = GENERATE(true, false);
  auto sync = room.alice.sync();
  sync.holdfast = Three::lost(still ? std::vector{room.bob.sid} : std::vector<ParticipantSid>{});
  room.bench.hello(room.bench.open(), sync);
  CHECK(room.told(room.bob) == (still ? "[alice]" : "[]"));
}

TEST_CASE("lost media: who leaves takes it along, and nobody is told of others than members", "[roomserver][media-lost]") {
  Three room;
  room.say(room.alice, {room.bob.sid, room.alice.sid, ParticipantSid("PA of nobody"), ParticipantSid{}});
  CHECK(room.told(room.bob) == "[alice]");
  room.bench.message(room.alice.socket, rsp::Disconnect{room.alice.session});
  CHECK(room.told(room.bob) == "[]");
  // Alice under another SID has said nothing.
  room.alice = room.enter("alice", true);
  CHECK(room.names(room.alice.welcome.state) == "");
}

TEST_CASE("lost media: an official client is told nothing", "[roomserver][media-lost]") {
  Three room(false);
  room.say(room.alice, {room.carol.sid, room.bob.sid});
  CHECK(room.told(room.bob) == "[alice]");
  CHECK(room.bench.messages(room.carol.socket).empty());
}

TEST_CASE("lost media: after a restart of the server it is said by whoever is back", "[roomserver][media-lost]") {
  Three room;
  Config later = bench_config();
  later.wall_clock_at_start_ms += 5000;
  Bench restarted(later);
  auto sync = room.alice.sync();
  sync.holdfast = Three::lost({room.bob.sid});
  restarted.hello(restarted.open(), sync);
  auto other = room.bob.sync();
  other.holdfast.emplace();
  const SocketId socket = restarted.open();
  restarted.hello(socket, other);
  CHECK(room.names(restarted.only<rsp::Synced>(socket).state) == "alice");
}
