// A page that is loaded anew comes back as the same participant (docs/protocol.md 19.4).
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

rsp::Connect keeping(rsp::Connect connect, const std::string& session = "") {
  connect.holdfast.emplace();
  connect.keeps_session = true;
  connect.kept_session = session;
  return connect;
}

// Alice watches bob, whose page keeps its session.
struct Reloaded {
  Bench bench;
  Guest alice = join(bench, keeping(connect_message("alice", "r", {"a1"})));
  Guest bob = join(bench, keeping(connect_message("bob", "r", {"b1"})));
  std::string id = bob.link();

  Reloaded() {
    bench.message(bob.socket, bob.update({offer(id, 2)}));
    bench.message(alice.socket, alice.update({answer(id, 2)}));
    bench.forget_all();
  }
  Guest next_page(const std::string& session) { return join(bench, keeping(connect_message("bob", "r", {"b2"}), session)); }
};

}  // namespace

TEST_CASE("kept: the page goes, the next one is the same participant with other tracks and another link", "[roomserver][kept]") {
  Reloaded room;
  room.bench.drop(room.bob.socket, 1001);
  CHECK(participants(room.bench.update(room.alice.socket)) == "bob reconnecting[name of b1]");
  room.bench.advance(9999_ms);
  room.bench.forget_all();

  const Guest back = room.next_page(room.bob.session);
  CHECK(back.sid == room.bob.sid);
  CHECK(back.session != room.bob.session);
  CHECK(participants(back.welcome.state) == "alice connected[name of a1]");
  CHECK(links(back.welcome.state) == "create-offer 1, close 2");
  CHECK(back.link() != room.id);
  const auto told = room.bench.update(room.alice.socket);
  CHECK(participants(told) == "bob connected[name of b2]");
  CHECK(told.participants.at(0).sid == room.bob.sid);
  CHECK(subscribed(told) == "b2");
  CHECK(links(told) == "close 3");
  CHECK(told.peer_connections->at(0).id.value == room.id);
  CHECK(room.bench.notices.empty());
  room.bench.message(back.socket, back.update({offer(back.link(), 2)}));
  CHECK(links(room.bench.update(room.alice.socket)) == "offer 2");
  // Its first page is no longer waited for.
  room.bench.advance(60_s);
  CHECK(room.bench.notices.empty());
}

TEST_CASE("kept: ten seconds, not longer, and only where the page has gone", "[roomserver][kept]") {
  const auto [code, hold] = GENERATE(table<std::int64_t, std::int64_t>({{1001, 10000}, {1006, 30000}}));
  INFO(code);
  Reloaded room;
  room.bench.drop(room.bob.socket, code);
  room.bench.advance(Millis{hold - 1});
  CHECK(room.bench.notices.empty());
  room.bench.advance(1_ms);
  CHECK(room.bench.notices == std::vector<std::string>{"left bob 53001"});
  const Guest late = room.next_page(room.bob.session);
  CHECK(late.sid != room.bob.sid);
}

TEST_CASE("kept: a hint that the page is leaving makes any close the page's end; saying so is leaving as ever", "[roomserver][kept]") {
  Reloaded room;
  SECTION("hint") {
    room.bench.message(room.bob.socket, room.bob.hint(true, std::nullopt));
    room.bench.drop(room.bob.socket, 1006);
    room.bench.advance(9999_ms);
    CHECK(room.bench.notices.empty());
    room.bench.advance(1_ms);
  }
  SECTION("a hidden tab") {
    room.bench.message(room.bob.socket, room.bob.hint(std::nullopt, true));
    room.bench.drop(room.bob.socket, 1001);
    room.bench.advance(10_s);
  }
  SECTION("close 1000") { room.bench.drop(room.bob.socket, 1000); }
  SECTION("disconnect") { room.bench.message(room.bob.socket, rsp::Disconnect{room.bob.session}); }
  SECTION("beacon") { room.bench.give(Beacon{room.bob.session}); }
  CHECK(room.bench.notices.size() == 1);
}

TEST_CASE("kept: a page that lives on comes back with a sync, and goes on keeping only if it says so again", "[roomserver][kept]") {
  const bool keeps = GENERATE(true, false);
  Reloaded room;
  room.bench.drop(room.bob.socket, 1001);
  room.bob.socket = room.bench.open();
  auto sync = room.bob.sync(local(2, {"b1"}), {offer(room.id, 2)});
  sync.holdfast.emplace();
  sync.keeps_session = keeps;
  room.bench.hello(room.bob.socket, sync);
  room.bench.drop(room.bob.socket, 1001);
  room.bench.advance(2_s);
  CHECK(room.bench.notices.size() == (keeps ? 0 : 1));
}

TEST_CASE("kept: the page before is still there, and is told that its place is taken", "[roomserver][kept]") {
  Reloaded room;
  const Guest back = room.next_page(room.bob.session);
  CHECK(back.sid == room.bob.sid);
  CHECK(room.bench.error(room.bob.socket) == code::kDuplicateIdentity);
  room.bench.drop(room.bob.socket, 1001);
  room.bench.advance(60_s);
  CHECK(room.bench.notices.empty());
}

TEST_CASE("kept: a session that was handed on once is worth nothing any more", "[roomserver][kept]") {
  Reloaded room;
  room.bench.drop(room.bob.socket, 1001);
  room.bench.advance(1_s);
  const Guest back = room.next_page(room.bob.session);
  SECTION("for a sync") {
    const SocketId old = room.bench.open();
    room.bench.hello(old, room.bob.sync());
    CHECK(room.bench.error(old) == code::kDuplicateIdentity);
  }
  SECTION("for a beacon") { room.bench.give(Beacon{room.bob.session}); }
  SECTION("for somebody else") {
    const Guest eve = join(room.bench, keeping(connect_message("eve", "r"), back.session));
    CHECK(eve.sid != back.sid);
    room.bench.message(eve.socket, rsp::Disconnect{eve.session});
    room.bench.notices.clear();
  }
  CHECK(room.bench.notices.empty());
  SECTION("for another page: it is a second device") {
    const Guest copy = room.next_page(room.bob.session);
    CHECK(copy.sid != back.sid);
    CHECK(room.bench.notices == std::vector<std::string>{"left bob 53205", "joined bob"});
  }
  if (room.bench.notices.empty()) CHECK(room.next_page(back.session).sid == back.sid);
}

TEST_CASE("kept: what is no session of the room's joins as ever", "[roomserver][kept]") {
  Reloaded room;
  const Guest elsewhere = join(room.bench, keeping(connect_message("bob", "elsewhere")));
  room.bench.notices.clear();
  const std::string session = GENERATE(std::string("SEnone.of.ours"), std::string());
  const bool of_another_room = session.empty();
  const Guest back = room.next_page(of_another_room ? elsewhere.session : session);
  CHECK(back.sid != room.bob.sid);
  CHECK(room.bench.notices == std::vector<std::string>{"left bob 53205", "joined bob"});
}
