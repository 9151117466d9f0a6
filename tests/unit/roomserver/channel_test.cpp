// Frames, handshake, heartbeats, pings and closing, through the server's public face.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// The only frame since the last look.
template <class Frame>
Frame only_frame(Bench& bench, SocketId id) {
  auto frames = bench.frames(id);
  REQUIRE(frames.size() == 1);
  REQUIRE(std::holds_alternative<Frame>(frames[0]));
  return std::get<Frame>(frames[0]);
}

std::size_t heartbeats(Bench& bench, SocketId id) {
  const auto frames = bench.frames(id);
  return static_cast<std::size_t>(
      std::count_if(frames.begin(), frames.end(), [](const auto& frame) { return std::holds_alternative<rsp::Heartbeat>(frame); }));
}

}  // namespace

TEST_CASE("channel: the wanted timeout is granted between one second and the configured one", "[roomserver][channel]") {
  const auto [wanted, granted] = GENERATE(table<std::int64_t, std::int64_t>(
      {{1000, 1000}, {5000, 5000}, {2500, 2500}, {0, 1000}, {999, 1000}, {5001, 5000}, {86'400'000, 5000}}));
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id, std::nullopt, wanted);
  CHECK(only_frame<rsp::Welcome>(bench, id).negotiated_timeout_ms == granted);
}

TEST_CASE("channel: welcome comes before the answer to what the hello carried", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"alice"});
  const auto frames = bench.frames(id);
  REQUIRE(frames.size() == 2);
  CHECK(std::holds_alternative<rsp::Welcome>(frames[0]));
  CHECK(std::holds_alternative<rsp::ServerMsg>(frames[1]));
}

TEST_CASE("channel: a repeated hello gets a welcome and nothing else", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"alice"});
  bench.forget_all();
  bench.hello(id, rsp::IceRequest{"alice"}, 5000);
  CHECK(only_frame<rsp::Welcome>(bench, id).negotiated_timeout_ms == 1000);
  CHECK(bench.tokens.size() == 1);
}

TEST_CASE("channel: no hello within five seconds closes the socket", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.advance(Millis{4999});
  CHECK_FALSE(bench.close_code(id));
  bench.advance(Millis{1});
  CHECK(bench.close_code(id) == 1008);
  CHECK(bench.frames(id).empty());
}

TEST_CASE("channel: before the hello nonsense and messages are answered `bad`, after too many the socket closes", "[roomserver][channel]") {
  const std::string text = GENERATE("", "{", "[]", R"({"type":"what"})", R"({"type":"msg","body":{"type":"disconnect","session":""}})");
  Bench bench;
  const SocketId id = bench.open();
  bench.text(id, text);
  CHECK_FALSE(only_frame<rsp::Bad>(bench, id).reason.empty());
  for (int i = 0; i < 14; ++i) bench.text(id, text);
  CHECK_FALSE(bench.close_code(id));
  bench.text(id, text);
  CHECK(bench.close_code(id) == 1008);
  bench.hello(id);
  bench.drop(id, 1008);
}

TEST_CASE("channel: after the hello nonsense is only logged, and too much of it closes the socket", "[roomserver][channel]") {
  Bench bench;
  const Guest alice = join(bench, "alice");
  for (int i = 0; i < 15; ++i) bench.text(alice.socket, R"({"type":"msg","body":{"type":"what"}})");
  CHECK(bench.frames(alice.socket).empty());
  CHECK(bench.logs.size() == 15);
  CHECK_FALSE(bench.close_code(alice.socket));
  bench.text(alice.socket, "nonsense");
  CHECK(bench.close_code(alice.socket) == 1008);
}

TEST_CASE("channel: unknown fields are no nonsense", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.text(
      id,
      R"({"type":"hello","id":"x","timeout":5000,"version":2,"new":[1],"body":{"type":"ice","edge":"roaming","token":"a","preflight":true}})");
  CHECK(bench.messages(id).size() == 1);
  CHECK(bench.logs.empty());
}

TEST_CASE("channel: something is sent at least every negotiated time, and a heartbeat only if nothing else was", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id);
  bench.frames(id);
  bench.advance(Millis{799});
  CHECK(heartbeats(bench, id) == 0);
  bench.advance(Millis{1});
  CHECK(heartbeats(bench, id) == 1);
  bench.advance(Millis{700});
  bench.message(id, rsp::IceRequest{"alice"});
  CHECK(bench.messages(id).size() == 1);
  bench.advance(Millis{799});
  CHECK(heartbeats(bench, id) == 0);
  bench.advance(Millis{1});
  CHECK(heartbeats(bench, id) == 1);
}

TEST_CASE("channel: pings go out twice a second from the hello on", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.advance(2_s);
  CHECK(bench.pings(id) == 0);
  bench.hello(id);
  CHECK(bench.pings(id) == 1);
  bench.advance(3_s);
  CHECK(bench.pings(id) == 6);
}

TEST_CASE("channel: a page that only its browser answers for is logged as hung, once, and stays in the room", "[roomserver][channel]") {
  Bench bench;
  const Guest alice = join(bench, "alice");
  const Guest bob = join(bench, "bob");
  bench.forget_all();
  bench.advance(Millis{2999});
  CHECK(bench.logs.empty());
  bench.send(bob.socket, rsp::Heartbeat{});
  bench.advance(2_s);
  CHECK(bench.logs.size() == 1);
  CHECK(bench.messages(bob.socket).empty());
  bench.send(alice.socket, rsp::Heartbeat{});
  bench.send(bob.socket, rsp::Heartbeat{});
  bench.advance(Millis{2900});
  CHECK(bench.logs.size() == 1);
}

TEST_CASE("channel: bye ends it; the client closes, or after a second the server does, with 1000", "[roomserver][channel]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id);
  bench.send(id, rsp::Bye{});
  bench.advance(Millis{999});
  CHECK_FALSE(bench.close_code(id));
  bench.advance(Millis{1});
  CHECK(bench.close_code(id) == 1000);
}

TEST_CASE("channel: bye before the hello, or twice, closes at once", "[roomserver][channel]") {
  Bench bench;
  const SocketId early = bench.open();
  bench.send(early, rsp::Bye{});
  CHECK(bench.close_code(early) == 1000);

  const SocketId twice = bench.open();
  bench.hello(twice);
  bench.send(twice, rsp::Bye{});
  bench.send(twice, rsp::Bye{});
  CHECK(bench.close_code(twice) == 1000);
}

TEST_CASE("channel: shutting down closes every socket, and every new one, with 1012", "[roomserver][channel]") {
  Bench bench;
  const SocketId fresh = bench.open();
  const Guest alice = join(bench, "alice");
  const SocketId finishing = bench.open();
  bench.hello(finishing);
  bench.send(finishing, rsp::Bye{});
  bench.give(Shutdown{});
  const SocketId late = bench.open();
  for (const SocketId id : {fresh, alice.socket, finishing, late}) CHECK(bench.close_code(id) == 1012);
  CHECK(bench.messages(alice.socket).empty());
}

TEST_CASE("channel: the host's reports about sockets that do not exist change nothing", "[roomserver][channel]") {
  Bench bench;
  const SocketId unknown{99};
  bench.give(SocketText{unknown, "{}"});
  bench.give(SocketClosed{unknown, 1006});
  bench.give(Pong{unknown});
  bench.give(TokenVerdict{OperationId{7}, 0, "alice", ""});
  CHECK_FALSE(bench.deadline());
}
