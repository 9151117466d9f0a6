// A session that goes on with another socket (docs/protocol.md 8.6): what it learns, what the others see, and who may do it.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

TEST_CASE("trace 4: a lost socket is `reconnecting`, a sync brings everything back", "[roomserver][sync]") {
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

TEST_CASE("sync: what happened at the client while away is taken like an update", "[roomserver][sync]") {
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

TEST_CASE("sync: a new socket before the old one's end was noticed takes over, and the old one no longer counts", "[roomserver][sync]") {
  Watched room;
  const SocketId old = room.bob.socket;
  resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)});
  CHECK(room.bench.close_code(old) == 4000);
  room.bench.drop(old, 1006);
  CHECK(room.seen() == "");
  room.bench.message(room.bob.socket, room.bob.publish(local(5, {})));
  CHECK(room.seen() == "connected");
}

TEST_CASE("sync: a link that the client no longer lists is gone at its end, and is replaced", "[roomserver][sync]") {
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

TEST_CASE("sync: a link replaced while the client was away is new to it, and its tracks are taken anew", "[roomserver][sync]") {
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

TEST_CASE("sync: unknown, forged, ended and stolen sessions are not found", "[roomserver][sync]") {
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

TEST_CASE("sync: the host is asked about the room of the session, whatever the client calls it", "[roomserver][sync]") {
  Watched room;
  rsp::Sync sync = room.bob.sync();
  sync.name = "a room that the app would allow";
  room.bench.hello(room.bench.open(), sync);
  CHECK(room.bench.tokens.back().room == "r");
}

TEST_CASE("sync: refused for its token, the client may still say that it leaves", "[roomserver][sync]") {
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
