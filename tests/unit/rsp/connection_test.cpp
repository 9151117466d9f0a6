#include "rsp/connection.hpp"

#include <catch2/catch.hpp>

#include "words.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

namespace {

// A connection with its clock, and what came of the last input.
struct Bench {
  Connection connection{7};
  Instant now{5000};
  Effects effects;
  std::string event;

  void dial(Pace pace = kPatient) {
    effects.clear();
    connection.dial("ws://h/signaling", IceRequest{"token"}, pace, now, effects);
  }
  void open_socket() { handle(input::SocketOpened{socket}); }
  void say(const ServerFrame& frame) { say_text(encode(frame)); }
  void say_text(std::string text) { handle(input::SocketText{socket, std::move(text)}); }
  void close_socket(std::int64_t code) { handle(input::SocketClosed{socket, code, ""}); }
  template <class In>
  void handle(const In& in) {
    effects.clear();
    event = describe(connection.handle(in, now, effects));
  }
  // Lets time pass up to `later`, firing what is due at its own time; effects of all of it.
  void pass(Millis later) {
    effects.clear();
    event.clear();
    const Instant end = now + later;
    while (connection.next_deadline() && *connection.next_deadline() <= end) {
      now = *connection.next_deadline();
      const std::string fired = describe(connection.fire_timer(now, effects));
      if (!fired.empty()) event = fired;
    }
    now = end;
  }
  Words words() const { return describe_all(effects); }

  void to_greeting(Pace pace = kPatient) {
    dial(pace);
    open_socket();
  }
  void to_open(std::int64_t negotiated_ms = 1000, Pace pace = kPatient) {
    to_greeting(pace);
    say(Welcome{negotiated_ms});
  }

  SocketId socket{1};
};

}  // namespace

TEST_CASE("connection: dial, hello with the first message, welcome", "[rsp][connection]") {
  Bench bench;
  bench.dial();
  CHECK(bench.words() == Words{"open 1"});
  CHECK(std::get<effect::OpenSocket>(bench.effects[0]).url == "ws://h/signaling");

  bench.open_socket();
  REQUIRE(bench.words() == Words{"hello ice"});
  const auto hello = std::get<Hello>(sent_frame(std::get<effect::SendText>(bench.effects[0])));
  CHECK(hello.timeout_ms == 1000);
  CHECK(hello.id.size() == 36);

  bench.say(Welcome{1000});
  CHECK(bench.event == "opened");
  CHECK(bench.words().empty());
  CHECK(bench.connection.is_open());
}

TEST_CASE("connection: a socket that does not open is closed with 3007", "[rsp][connection][timers]") {
  Bench bench;
  SECTION("after 15 s on the first connect") {
    bench.dial();
    bench.pass(14999_ms);
    CHECK(bench.words().empty());
  }
  SECTION("after 5 s when resuming") {
    bench.dial(kBrisk);
    bench.pass(4999_ms);
    CHECK(bench.words().empty());
  }
  bench.pass(1_ms);
  CHECK(bench.words() == Words{"close 1 3007"});
  CHECK(bench.event == "lost");
  CHECK(bench.connection.is_closed());
}

TEST_CASE("connection: three unanswered hellos, each under its own id, close with 3000", "[rsp][connection][timers]") {
  Bench bench;
  bench.to_greeting();
  const auto first = std::get<Hello>(sent_frame(std::get<effect::SendText>(bench.effects[0])));
  bench.pass(5_s);
  REQUIRE(bench.words() == Words{"hello ice"});
  const auto second = std::get<Hello>(sent_frame(std::get<effect::SendText>(bench.effects[0])));
  CHECK(first.id != second.id);
  bench.pass(5_s);
  CHECK(bench.words() == Words{"hello ice"});
  bench.pass(4999_ms);
  CHECK(bench.words().empty());
  bench.pass(1_ms);
  CHECK(bench.words() == Words{"close 1 3000"});
  CHECK(bench.event == "lost");
}

TEST_CASE("connection: resuming, hellos follow one another every 1.5 s", "[rsp][connection][timers]") {
  Bench bench;
  bench.to_greeting(kBrisk);
  bench.pass(4500_ms);
  CHECK(bench.words() == Words{"hello ice", "hello ice", "close 1 3000"});
}

TEST_CASE("connection: a handshake that cannot work closes with 3002", "[rsp][connection]") {
  Bench bench;
  bench.to_greeting();
  SECTION("bad") { bench.say(Bad{"no"}); }
  SECTION("no negotiated time") { bench.say_text(R"({"type":"welcome"})"); }
  SECTION("a negotiated time of text") { bench.say_text(R"({"type":"welcome","negotiatedTimeout":"1000"})"); }
  SECTION("a negotiated time within the heartbeat's lead") { bench.say(Welcome{200}); }
  SECTION("the same while waiting") {
    bench.say(Busy{1000, true, ""});
    bench.say(Welcome{0});
  }
  CHECK(bench.words().back() == "close 1 3002");
  CHECK(bench.event == "lost");
}

TEST_CASE("connection: busy with keepAlive waits on the socket, then says hello with the cookie", "[rsp][connection][busy]") {
  Bench bench;
  bench.to_greeting();
  bench.say(Busy{2000, true, "c"});
  CHECK(bench.words().empty());
  SECTION("when the time is over, with three hellos again") {
    bench.pass(1999_ms);
    CHECK(bench.words().empty());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"hello ice cookie c"});
    bench.pass(15_s);
    CHECK(bench.words() == Words{"hello ice cookie c", "hello ice cookie c", "close 1 3000"});
  }
  SECTION("an earlier welcome is taken") {
    bench.say(Welcome{1000});
    CHECK(bench.event == "opened");
    bench.pass(2_s);
    CHECK(bench.words() == Words{"heartbeat", "heartbeat"});
  }
  SECTION("another busy waits anew") {
    bench.pass(1_s);
    bench.say(Busy{2000, true, "d"});
    bench.pass(1999_ms);
    CHECK(bench.words().empty());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"hello ice cookie d"});
  }
  SECTION("a socket lost meanwhile is lost") {
    bench.close_socket(1006);
    CHECK(bench.event == "lost");
  }
  SECTION("bad changes nothing") {
    bench.say(Bad{"?"});
    CHECK(bench.words() == Words{"log"});
    CHECK(bench.event.empty());
  }
}

TEST_CASE("connection: busy without keepAlive closes 3005 and comes back with another socket", "[rsp][connection][busy]") {
  Bench bench;
  bench.to_greeting();
  SECTION("at the first busy") { bench.say(Busy{2000, false, "c"}); }
  SECTION("after waiting on the socket") {
    bench.say(Busy{10, true, "b"});
    bench.say(Busy{2000, false, "c"});
  }
  CHECK(bench.words() == Words{"close 1 3005"});
  CHECK(bench.event.empty());
  CHECK_FALSE(bench.connection.is_current(SocketId{1}));
  bench.pass(2_s);
  CHECK(bench.words() == Words{"open 2"});
  bench.socket = {2};
  bench.open_socket();
  CHECK(bench.words() == Words{"hello ice cookie c"});
}

TEST_CASE("connection: a negative busy is final and closes 3006", "[rsp][connection][busy]") {
  Bench bench;
  bench.to_greeting();
  SECTION("at once") { bench.say(Busy{-1, true, ""}); }
  SECTION("after a wait") {
    bench.say(Busy{1000, true, ""});
    bench.say(Busy{-1, false, ""});
  }
  CHECK(bench.words() == Words{"close 1 3006"});
  CHECK(bench.event == "busy");
}

TEST_CASE("connection: a heartbeat leaves 200 ms before the negotiated time, counted from the last frame sent",
          "[rsp][connection][timers]") {
  Bench bench;
  bench.to_open(1000);
  bench.pass(799_ms);
  CHECK(bench.words().empty());
  bench.pass(1_ms);
  CHECK(bench.words() == Words{"heartbeat"});
  bench.pass(500_ms);
  bench.effects.clear();
  bench.connection.send(Disconnect{"SE1"}, bench.now, bench.effects);
  CHECK(bench.words() == Words{"disconnect SE1"});
  bench.pass(799_ms);
  CHECK(bench.words().empty());
  bench.pass(1_ms);
  CHECK(bench.words() == Words{"heartbeat"});
}

TEST_CASE("connection: almost three negotiated times without heartbeat or msg close with 3001", "[rsp][connection][timers]") {
  Bench bench;
  bench.to_open(1000);
  bench.pass(2600_ms);
  SECTION("counted from welcome") { bench.pass(99_ms); }
  SECTION("counted from a heartbeat") {
    bench.say(Heartbeat{});
    CHECK(bench.event.empty());
    bench.pass(2699_ms);
  }
  SECTION("counted from a message") {
    bench.say(ServerMsg{Synced{}});
    CHECK(bench.event == "message");
    bench.pass(2699_ms);
  }
  SECTION("busy, welcome and garbage do not count") {
    bench.say(Busy{5000, true, ""});
    bench.say(Welcome{9000});
    bench.say_text("garbage");
    bench.pass(99_ms);
  }
  REQUIRE(bench.connection.is_open());
  bench.pass(1_ms);
  CHECK(bench.words() == Words{"close 1 3001"});
  CHECK(bench.event == "lost");
}

TEST_CASE("connection: the end of the socket is reported, 1000 apart from all others", "[rsp][connection]") {
  const auto [code, event] = GENERATE(table<std::int64_t, std::string>(
      {{1000, "closed by server"}, {1001, "lost"}, {1006, "lost"}, {1012, "lost"}, {3008, "lost"}, {0, "lost"}}));
  for (const auto reach :
       {+[](Bench& bench) { bench.dial(); }, +[](Bench& bench) { bench.to_greeting(); }, +[](Bench& bench) { bench.to_open(); }}) {
    Bench bench;
    reach(bench);
    bench.close_socket(code);
    CHECK(bench.event == event);
    CHECK(bench.words().empty());
    CHECK_FALSE(bench.connection.next_deadline());
  }
}

TEST_CASE("connection: frames before welcome and of other sockets count for nothing", "[rsp][connection]") {
  Bench bench;
  bench.to_greeting();
  bench.say(ServerMsg{Synced{}});
  CHECK(bench.event.empty());
  bench.say(Heartbeat{});
  bench.say(Bye{});
  CHECK(bench.event.empty());

  bench.socket = {9};
  bench.say(Welcome{1000});
  bench.close_socket(1006);
  CHECK(bench.event.empty());
  CHECK_FALSE(bench.connection.is_closed());
}

TEST_CASE("connection: malformed frames and a late bad are logged and survived", "[rsp][connection]") {
  Bench bench;
  bench.to_open();
  const std::string text = GENERATE("", "{", "[]", "null", R"({"type":"nonsense"})", R"({"type":"bad","reason":"x"})");
  bench.say_text(text);
  CHECK(bench.words() == Words{"log"});
  CHECK(bench.event.empty());
  CHECK(bench.connection.is_open());
}

TEST_CASE("connection: after a wake the socket must be heard within one heartbeat and some slack", "[rsp][connection][wake]") {
  Bench bench;
  bench.to_open(1000);
  bench.now = bench.now + 3600_s;
  bench.effects.clear();
  bench.connection.wake(bench.now, bench.effects);
  CHECK(bench.words() == Words{"heartbeat"});
  SECTION("heard: all is well") {
    bench.pass(1400_ms);
    bench.say(Heartbeat{});
    bench.pass(2699_ms);
    CHECK(bench.connection.is_open());
  }
  SECTION("not heard: 3001") {
    bench.pass(1499_ms);
    REQUIRE(bench.connection.is_open());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"close 1 3001"});
  }
}

TEST_CASE("connection: a wake during the handshake gives the step its full time again", "[rsp][connection][wake]") {
  Bench bench;
  SECTION("opening") {
    bench.dial();
    bench.now = bench.now + 3600_s;
    bench.effects.clear();
    bench.connection.wake(bench.now, bench.effects);
    bench.pass(14999_ms);
    CHECK(bench.words().empty());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"close 1 3007"});
  }
  SECTION("greeting") {
    bench.to_greeting();
    bench.now = bench.now + 3600_s;
    bench.effects.clear();
    bench.connection.wake(bench.now, bench.effects);
    bench.pass(4999_ms);
    CHECK(bench.words().empty());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"hello ice"});
  }
}

TEST_CASE("connection: after a network change a silent socket is replaced with 3004, a live one is kept", "[rsp][connection][network]") {
  Bench bench;
  bench.to_open(5000);
  bench.pass(1_s);
  bench.effects.clear();
  bench.connection.check(bench.now, bench.effects);
  CHECK(bench.words() == Words{"heartbeat"});
  SECTION("silent") {
    bench.pass(1499_ms);
    REQUIRE(bench.connection.is_open());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"close 1 3004"});
    CHECK(bench.event == "lost");
  }
  SECTION("checked again and again: the first check decides") {
    bench.pass(1_s);
    bench.connection.check(bench.now, bench.effects);
    bench.pass(500_ms);
    CHECK(bench.words() == Words{"close 1 3004"});
  }
  SECTION("heard: a later silence is an ordinary one") {
    bench.pass(1499_ms);
    bench.say(Heartbeat{});
    bench.pass(14699_ms);
    REQUIRE(bench.connection.is_open());
    bench.pass(1_ms);
    CHECK(bench.words() == Words{"close 1 3001"});
  }
}

TEST_CASE("connection: a network change shortens a handshake that may hang", "[rsp][connection][network]") {
  Bench bench;
  SECTION("opening") {
    bench.dial(kBrisk);
    bench.connection.check(bench.now, bench.effects);
    bench.pass(1500_ms);
    CHECK(bench.words() == Words{"close 1 3007"});
  }
  SECTION("greeting: no further hello") {
    bench.to_greeting(kBrisk);
    bench.connection.check(bench.now, bench.effects);
    bench.pass(1500_ms);
    CHECK(bench.words() == Words{"close 1 3000"});
  }
}

TEST_CASE("connection: leaving says disconnect and bye where they can be heard, and closes with 1000", "[rsp][connection][leave]") {
  Bench bench;
  const auto leave = [&] {
    bench.effects.clear();
    bench.connection.leave(Disconnect{"SE1"}, bench.now, bench.effects);
    CHECK(bench.connection.is_closed());
    return bench.words();
  };
  SECTION("open") {
    bench.to_open();
    CHECK(leave() == Words{"disconnect SE1", "bye", "close 1 1000"});
  }
  SECTION("opening") {
    bench.dial();
    CHECK(leave() == Words{"close 1 1000"});
  }
  SECTION("waiting") {
    bench.to_greeting();
    bench.say(Busy{1000, true, ""});
    CHECK(leave() == Words{"close 1 1000"});
  }
  SECTION("resting: the socket is closed already") {
    bench.to_greeting();
    bench.say(Busy{1000, false, ""});
    CHECK(leave().empty());
  }
  SECTION("closed") { CHECK(leave().empty()); }
}

namespace {

// Applies every word of `depth` symbols to copies, and watches what no word may break.
struct Explorer {
  std::vector<std::string> frames = {encode(Welcome{1000}),
                                     encode(Welcome{100}),
                                     encode(Busy{500, true, "c"}),
                                     encode(Busy{500, false, ""}),
                                     encode(Busy{-1, true, ""}),
                                     encode(Bad{"x"}),
                                     encode(ServerFrame{Heartbeat{}}),
                                     encode(ServerMsg{Synced{}}),
                                     "garbage"};
  std::size_t words = 0;

  struct Path {
    Connection connection{3};
    Instant now{0};
    SocketId live;  // 0: none
    SocketId latest;
  };

  static constexpr std::size_t kActs = 7;
  std::size_t symbols() const { return frames.size() + kActs; }

  ConnectionEvent act(Path& path, std::size_t symbol, Effects& effects) const {
    Connection& connection = path.connection;
    switch (symbol) {
      case 0:
        if (connection.is_closed()) connection.dial("ws://h", IceRequest{"t"}, kBrisk, path.now, effects);
        return {};
      case 1:
        return connection.handle(input::SocketOpened{path.latest}, path.now, effects);
      case 2:
        return connection.handle(input::SocketClosed{path.latest, 1006, ""}, path.now, effects);
      case 3:
        if (connection.next_deadline()) path.now = later(path.now, *connection.next_deadline());
        return connection.fire_timer(path.now, effects);
      case 4:
        connection.wake(path.now, effects);
        return {};
      case 5:
        connection.check(path.now, effects);
        return {};
      case 6:
        connection.close(3000, path.now, effects);
        return {};
      default:
        return connection.handle(input::SocketText{path.latest, frames[symbol - kActs]}, path.now, effects);
    }
  }

  void step(Path path, std::size_t symbol, int depth) {
    Effects effects;
    const bool was_closed = path.connection.is_closed();
    const ConnectionEvent event = act(path, symbol, effects);
    if (symbol == 2 && path.live == path.latest) path.live = {};
    REQUIRE(effects.size() <= 2);
    for (const Effect& effect : effects) {
      if (const auto* open = std::get_if<effect::OpenSocket>(&effect)) {
        REQUIRE(path.live.value == 0);
        path.live = path.latest = open->socket;
      }
      if (const auto* send = std::get_if<effect::SendText>(&effect)) REQUIRE(send->socket == path.live);
      if (const auto* close = std::get_if<effect::CloseSocket>(&effect)) {
        REQUIRE(close->socket == path.live);
        path.live = {};
      }
    }
    if (std::holds_alternative<ConnectionClosed>(event)) REQUIRE((!was_closed && path.connection.is_closed()));
    if (std::holds_alternative<ConnectionOpened>(event)) REQUIRE(path.connection.is_open());
    if (path.connection.is_closed()) REQUIRE(path.live.value == 0);
    ++words;
    if (depth > 1)
      for (std::size_t next = 0; next < symbols(); ++next) step(path, next, depth - 1);
  }
};

}  // namespace

TEST_CASE("connection: no word of events breaks it, and they take every row of the table", "[rsp][connection]") {
  TakenRows taken(ConnectionTable::kName);
  Explorer explorer;
  explorer.step({}, 0, 5);
  CHECK(explorer.words > 60000);
  // Three unanswered hellos and three heartbeats in silence lie deeper than the words above.
  Bench silent_greeter, silent;
  silent_greeter.to_greeting();
  silent_greeter.pass(15_s);
  silent.to_open();
  silent.pass(3_s);
  CHECK(taken.missing<ConnectionTable>() == Words{});
}
