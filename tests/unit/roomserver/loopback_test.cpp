// Official clients that are alone are lent a link to themselves (docs/protocol.md 20.4); nobody else is.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// The news after the first message: `synced` comes without a loopback.
rsp::RoomState after_sync(Bench& bench, Guest& guest) {
  guest.socket = bench.open();
  bench.hello(guest.socket, guest.sync());
  const auto all = bench.messages(guest.socket);
  REQUIRE(all.size() >= 1);
  CHECK(links(std::get<rsp::Synced>(all[0]).state) == "");
  return all.size() == 1 ? rsp::RoomState{} : std::get<rsp::ServerUpdate>(all[1]).state;
}

struct Lone {
  Bench bench;
  Guest alice = join(bench, "alice");
  std::string offering;

  Lone() {
    bench.drop(alice.socket, 1006);
    const auto lent = after_sync(bench, alice);
    CHECK(links(lent) == "create-offer 1");
    offering = lent.peer_connections->at(0).id.value;
  }
  rsp::RoomState say(const rsp::PeerConnectionState& said) {
    bench.message(alice.socket, alice.update({said}));
    return bench.update(alice.socket);
  }
};

}  // namespace

TEST_CASE("loopback: an official client alone after a sync gets its own offer and answer back, and its candidates",
          "[roomserver][loopback]") {
  Lone room;
  auto& bench = room.bench;
  const auto handed = room.say(offer(room.offering, 2));
  CHECK(links(handed) == "offer 2");
  const std::string answering = handed.peer_connections->at(0).id.value;
  CHECK(answering != room.offering);

  bench.message(room.alice.socket, room.alice.update({ice(answering, "u", 1, {"c1"})}));
  CHECK(bench.messages(room.alice.socket).empty());
  const auto answered = room.say(answer(answering, 2));
  CHECK(links(answered) == "answer 2, ice u(c1)");
  CHECK(answered.peer_connections->at(0).id.value == room.offering);
  const auto relayed = room.say(ice(room.offering, "u", 1, {"c2"}));
  CHECK(links(relayed) == "ice u(c2)");
  CHECK(relayed.peer_connections->at(0).id.value == answering);
  // What its ends have to say to each other after that, nobody needs.
  bench.message(room.alice.socket, room.alice.update({offer(answering, 3)}));
  bench.message(room.alice.socket, room.alice.update({offer(room.offering, 3)}));
  CHECK(bench.messages(room.alice.socket).empty());

  bench.advance(2999_ms);
  CHECK(bench.messages(room.alice.socket).empty());
  bench.advance(1_ms);
  const auto ended = bench.update(room.alice.socket);
  CHECK(links(ended) == "close 3, close 3");
  CHECK(ended.peer_connections->at(0).id.value != ended.peer_connections->at(1).id.value);
  bench.advance(60_s);
  CHECK(bench.messages(room.alice.socket).empty());
}

TEST_CASE("loopback: it ends by itself if the client does not play along, or closes it", "[roomserver][loopback]") {
  Lone room;
  auto& bench = room.bench;
  SECTION("no offer") {
    bench.advance(15_s);
    CHECK(links(bench.update(room.alice.socket)) == "close 1, close 1");
  }
  SECTION("no answer") {
    room.say(offer(room.offering, 2));
    bench.advance(15_s);
    CHECK(links(bench.update(room.alice.socket)) == "close 3, close 3");
  }
  SECTION("closed") {
    room.say(offer(room.offering, 2));
    CHECK(links(room.say(close(room.offering, 3))) == "close 3, close 3, close 3");
  }
  bench.advance(60_s);
  CHECK(bench.messages(room.alice.socket).empty());
}

TEST_CASE("loopback: another sync closes it and begins another", "[roomserver][loopback]") {
  Lone room;
  auto& bench = room.bench;
  room.say(offer(room.offering, 2));
  bench.drop(room.alice.socket, 1006);
  const auto lent = after_sync(bench, room.alice);
  CHECK(links(lent) == "create-offer 1");
  CHECK(lent.peer_connections->at(0).id.value != room.offering);
  // An earlier process' loopback is nobody's link.
  Config next = bench_config();
  next.wall_clock_at_start_ms += 100'000;
  Bench other(next);
  const auto synced = resync(other, room.alice, {}, {offer(room.offering, 2)}).state;
  CHECK(participants(synced) == "");
  CHECK(links(synced) == "");
}

TEST_CASE("loopback: lent to whoever is left alone by someone who fell silent, or after an ICE restart", "[roomserver][loopback]") {
  Watched room;
  auto& bench = room.bench;
  SECTION("silent") {
    bench.drop(room.bob.socket, 1006);
    bench.advance(29'999_ms);
    bench.forget_all();
    bench.advance(1_ms);
    CHECK(links(bench.update(room.alice.socket)) == "close 3, create-offer 1");
  }
  SECTION("ICE restart") {
    bench.message(room.alice.socket, room.alice.update({offer(room.id, 3, "new")}));
    bench.message(room.bob.socket, rsp::Disconnect{room.bob.session});
    CHECK(links(bench.update(room.alice.socket)) == "close 4, create-offer 1");
  }
  SECTION("all was well") {
    bench.message(room.alice.socket, room.alice.update({offer(room.id, 3)}));
    bench.message(room.bob.socket, rsp::Disconnect{room.bob.session});
    CHECK(links(bench.update(room.alice.socket)) == "close 4");
  }
}

TEST_CASE("loopback: not for Holdfast's own clients, nor for those who have company", "[roomserver][loopback]") {
  Watched room;
  CHECK(links(resync(room.bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)}).state) == "answer 2");
  CHECK(room.bench.messages(room.bob.socket).empty());

  Bench bench;
  Guest alice = join(bench, "alice");
  rsp::Sync sync = alice.sync();
  sync.holdfast.emplace();
  const SocketId socket = bench.open();
  bench.hello(socket, sync);
  bench.only<rsp::Synced>(socket);
}
