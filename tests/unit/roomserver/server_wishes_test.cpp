// What one participant wishes of another's tracks, told to the other (docs/protocol.md 19.7).
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Alice and bob, who publish a track each, and carol, an official client.
struct Three {
  Bench bench;
  Guest alice = enter("alice", true);
  Guest bob = enter("bob", true);
  Guest carol = enter("carol", false);

  Three() { bench.forget_all(); }

  Guest enter(const std::string& identity, bool speaks) {
    rsp::Connect connect = connect_message(identity, "r", {identity + " 1"});
    if (speaks) connect.holdfast.emplace();
    return join(bench, connect);
  }
  static TrackSid track_of(const Guest& guest) { return guest.welcome.state.published->tracks.at(0).sid; }
  static rsp::Extension wishing(const std::vector<TrackSid>& tracks) {
    rsp::Extension extension;
    for (const TrackSid& track : tracks) extension.wishes.push_back({{}, track.value, 0, 0});
    return extension;
  }
  void say(const Guest& guest, const std::vector<TrackSid>& tracks) {
    bench.message(guest.socket, rsp::ClientUpdate{guest.session, std::nullopt, {}, wishing(tracks)});
  }
  // Who wishes something of this one, in each message; "-" if there is none.
  std::string told(const Guest& guest) {
    std::string text;
    for (const auto& message : bench.messages(guest.socket)) text += "[" + names(std::get<rsp::ServerUpdate>(message).state) + "]";
    return text.empty() ? "-" : text;
  }
  std::string names(const rsp::RoomState& state) const {
    std::string text;
    for (const rsp::Wish& wish : state.holdfast.value().wishes)
      for (const Guest* guest : {&alice, &bob, &carol})
        if (guest->sid == wish.participant) text += guest->token;
    return text;
  }
};

}  // namespace

TEST_CASE("wishes: only whose tracks they are about is told, when they begin, change and end", "[roomserver][wishes]") {
  Three room;
  const TrackSid track = Three::track_of(room.bob);
  room.say(room.alice, {track, TrackSid("MT of nobody"), Three::track_of(room.carol)});
  CHECK(room.told(room.bob) == "[alice]");
  CHECK(room.told(room.carol) == "-");
  CHECK(room.told(room.alice) == "-");
  room.say(room.alice, {track});
  CHECK(room.told(room.bob) == "-");
  rsp::Extension smaller = Three::wishing({track});
  smaller.wishes[0].width = 320;
  room.bench.message(room.alice.socket, rsp::ClientUpdate{room.alice.session, std::nullopt, {}, smaller});
  const rsp::RoomState state = room.bench.update(room.bob.socket);
  CHECK(state.holdfast->wishes == std::vector<rsp::Wish>{{room.alice.sid, "bob 1", 320, 0}});
  room.bench.message(room.alice.socket, room.alice.update({}));
  CHECK(room.told(room.bob) == "[]");
}

TEST_CASE("wishes: said anew in every message, as in synced, and by a sync", "[roomserver][wishes]") {
  Three room;
  const TrackSid track = Three::track_of(room.bob);
  room.say(room.alice, {track});
  room.bench.forget_all();
  room.bench.message(room.carol.socket, room.carol.publish(local(5, {"c1"})));
  CHECK(room.told(room.bob) == "[alice]");
  room.bench.drop(room.bob.socket, 1006);
  room.bob.socket = room.bench.open();
  auto back = room.bob.sync(local(2, {"bob 1"}));
  back.holdfast.emplace();
  room.bench.hello(room.bob.socket, back);
  CHECK(room.names(room.bench.only<rsp::Synced>(room.bob.socket).state) == "alice");

  const bool still = GENERATE(true, false);
  room.bench.drop(room.alice.socket, 1006);
  room.bench.forget_all();
  auto sync = room.alice.sync(local(2, {"alice 1"}));
  sync.holdfast = Three::wishing(still ? std::vector{track} : std::vector<TrackSid>{});
  room.bench.hello(room.bench.open(), sync);
  CHECK(room.told(room.bob) == (still ? "[alice]" : "[]"));
}

TEST_CASE("wishes: who leaves takes its own along", "[roomserver][wishes]") {
  Three room;
  room.say(room.alice, {Three::track_of(room.bob)});
  room.bench.forget_all();
  room.bench.message(room.alice.socket, rsp::Disconnect{room.alice.session});
  CHECK(room.told(room.bob) == "[]");
}

TEST_CASE("wishes: after a restart of the server they are said by whoever is back", "[roomserver][wishes]") {
  Three room;
  Config later = bench_config();
  later.wall_clock_at_start_ms += 5000;
  Bench restarted(later);
  auto sync = room.alice.sync(local(2, {"alice 1"}));
  sync.holdfast = Three::wishing({Three::track_of(room.bob)});
  restarted.hello(restarted.open(), sync);
  auto other = room.bob.sync(local(2, {"bob 1"}));
  other.holdfast.emplace();
  const SocketId socket = restarted.open();
  restarted.hello(socket, other);
  CHECK(room.names(restarted.only<rsp::Synced>(socket).state) == "alice");
}

TEST_CASE("wishes: who heeds them is told to those who can have some, at once and later", "[roomserver][wishes]") {
  Three room;
  const auto heeding = [](const rsp::RoomState& state) {
    std::string text;
    for (const auto& entry : state.participants)
      if (entry.speaks_holdfast) text += entry.identity;
    return text;
  };
  CHECK(heeding(room.bob.welcome.state) == "alice");
  CHECK(heeding(room.carol.welcome.state).empty());
  room.bench.message(room.alice.socket, room.alice.publish(local(5, {"a2"})));
  CHECK(heeding(room.bench.update(room.bob.socket)) == "alice");
  CHECK(heeding(room.bench.update(room.carol.socket)).empty());
}
