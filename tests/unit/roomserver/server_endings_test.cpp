// Who was away when its session ended hears on its return how it ended: an app that comes back by itself must know when not to.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

struct Away {
  Bench bench;
  Guest alice = join(bench, "alice", "r");
  Guest bob = join(bench, "bob", "r", {"b1"});

  Away() { bench.drop(bob.socket, 1006); }
  rsp::ServerMessage answer() {
    const SocketId socket = bench.open();
    bench.hello(socket, bob.sync());
    const auto all = bench.messages(socket);
    REQUIRE(all.size() == 1);
    return all[0];
  }
  int error() { return std::get<rsp::ErrorMessage>(answer()).error.code; }
};

}  // namespace

TEST_CASE("a session that ended while its holder was away: removed by the host (seed 2847)", "[roomserver]") {
  Away room;
  room.bench.give(RemoveParticipant{"r", "bob"});
  CHECK_FALSE(std::get<rsp::Disconnected>(room.answer()).completed);
}

TEST_CASE("a session that ended while its holder was away: the room was completed", "[roomserver]") {
  Away room;
  room.bench.give(CompleteRoom{"r"});
  CHECK(std::get<rsp::Disconnected>(room.answer()).completed);
  // Also if there is a new one of that name.
  join(room.bench, "carol", "r");
  CHECK(std::get<rsp::Disconnected>(room.answer()).completed);
}

TEST_CASE("a session that ended while its holder was away: the identity has joined again", "[roomserver]") {
  Away room;
  Guest second = join(room.bench, "bob", "r");
  CHECK(room.error() == 53205);
  room.bench.message(second.socket, rsp::Disconnect{second.session});
  CHECK(room.error() == 53205);
}

TEST_CASE("a session that ended while its holder was away: it was away for too long", "[roomserver]") {
  Away room;
  room.bench.advance(31_s);
  CHECK(room.error() == 53204);
}

TEST_CASE("an answer that is lost is given again, also by a restarted server (seed 2615)", "[roomserver][restart]") {
  Away room;
  Config config = bench_config();
  config.wall_clock_at_start_ms += 100'000;
  Bench next(config);
  join(next, "bob", "r");
  for (int i = 0; i < 2; ++i) {
    const SocketId socket = next.open();
    next.hello(socket, room.bob.sync());
    CHECK(next.error(socket) == 53205);
  }
}
