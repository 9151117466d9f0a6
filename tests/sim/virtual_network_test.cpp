#include "virtual_network.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "rsp/wire/codec.hpp"

namespace holdfast::sim {

namespace {

using Lines = std::vector<std::string>;

// A network with one or two clients; what arrives is written down, with the client's number or "server" and the time.
struct Net {
  explicit Net(std::uint64_t seed = 1, Browser browser = Browser::kChromium)
      : network(
            time, seed, [this](std::size_t client, const Input& input) { note(client, input); },
            [this](const roomserver::Input& input) { note(input); }) {
    for (int client = 0; client < 2; ++client) network.set_quality(network.add_client(browser), {10_ms, 0_ms, 0});
  }

  void note(std::size_t client, const Input& input) {
    const std::string who = std::to_string(client) + ": ";
    if (const auto* opened = std::get_if<input::SocketOpened>(&input))
      add(who + "open " + std::to_string(opened->socket.value));
    else if (const auto* text = std::get_if<input::SocketText>(&input))
      add(who + text->text);
    else if (const auto* closed = std::get_if<input::SocketClosed>(&input))
      add(who + "closed " + std::to_string(closed->code));
    else if (const auto* probe = std::get_if<input::ProbeAnswered>(&input))
      add(who + (probe->reachable ? "reachable" : "unreachable"));
  }
  void note(const roomserver::Input& input) {
    if (const auto* opened = std::get_if<roomserver::SocketOpened>(&input)) {
      server_socket = opened->socket;
      add("server: open");
    } else if (const auto* text = std::get_if<roomserver::SocketText>(&input)) {
      add("server: " + text->text);
    } else if (const auto* closed = std::get_if<roomserver::SocketClosed>(&input)) {
      add("server: closed " + std::to_string(closed->code));
    } else if (std::holds_alternative<roomserver::Pong>(input)) {
      add("server: pong");
    }
  }
  void add(std::string line) {
    lines.push_back(std::move(line));
    times.push_back(time.now());
  }

  void open(std::uint32_t socket, std::size_t client = 0) { network.perform(client, effect::OpenSocket{SocketId{socket}, "wss://host"}); }
  void send(std::uint32_t socket, std::string text) { network.perform(0, effect::SendText{SocketId{socket}, std::move(text)}); }
  void answer(std::string text) { network.perform(roomserver::SendText{server_socket, std::move(text)}); }
  void ping() { network.perform(roomserver::Ping{server_socket}); }
  void probe() { network.perform(0, effect::Probe{OperationId{1}, "https://host"}); }
  void pass(Millis length) {
    const Instant end = time.now() + length;
    while (time.step(end)) {
    }
  }
  // What has arrived since the last time.
  Lines take() {
    times.clear();
    return std::exchange(lines, {});
  }
  void start() {
    open(1);
    pass(100_ms);
    take();
  }

  VirtualTime time;
  VirtualNetwork network;
  SocketId server_socket;
  Lines lines;
  std::vector<Instant> times;
};

std::string hello() { return rsp::encode(rsp::ClientFrame(rsp::Hello{})); }

}  // namespace

TEST_CASE("after a black hole an old socket is late by up to half of it, a new one is not") {
  Millis latest;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Net net(seed);
    net.start();
    for (const Direction direction : {Direction::kUp, Direction::kDown}) net.network.hold(0, direction, true);
    net.send(1, "one");
    net.send(1, "two");
    net.pass(35_s);
    REQUIRE(net.take().empty());

    const Instant healed = net.time.now();
    for (const Direction direction : {Direction::kUp, Direction::kDown}) net.network.hold(0, direction, false);
    net.open(2);
    net.pass(60_s);
    const Instant old_one = net.times[net.lines[0] == "server: one" ? 0 : 2];
    latest = std::max(latest, old_one - healed);
    REQUIRE(old_one - healed <= 17510_ms);
    const Lines lines = net.take();
    REQUIRE(std::find(lines.begin(), lines.end(), "0: open 2") != lines.end());
    REQUIRE(std::find(lines.begin(), lines.end(), "server: one") + 1 == std::find(lines.begin(), lines.end(), "server: two"));
  }
  CHECK(latest > 12_s);

  Net net;
  net.start();
  net.network.set_up(0, false);
  net.pass(35_s);
  net.network.set_up(0, true);
  net.send(1, "nothing was lost before");
  net.pass(15_ms);
  CHECK(net.take() == Lines{"server: nothing was lost before"});
}

TEST_CASE("one direction can be cut: what the server says arrives, what the client says does not") {
  Net net;
  net.start();
  net.network.hold(0, Direction::kUp, true);
  net.answer("from the server");
  net.ping();
  net.send(1, "from the client");
  net.pass(5_s);
  CHECK(net.take() == Lines{"0: from the server"});
  net.network.hold(0, Direction::kUp, false);
  net.pass(5_s);
  CHECK(net.take() == Lines{"server: from the client", "server: pong"});
}

TEST_CASE("a host with another address has dead sockets that nobody hears of, and new ones work") {
  Net net;
  net.start();
  const SocketId old_socket = net.server_socket;
  net.network.change_address(0);
  net.send(1, "lost");
  net.answer("lost too");
  net.ping();
  net.open(2);
  net.pass(60_s);
  CHECK(net.take() == Lines{"server: open", "0: open 2"});
  CHECK(net.network.open_sockets(0) == 2);
  net.network.perform(roomserver::CloseSocket{old_socket, 3001, ""});  // the server's host loses patience
  net.pass(31_s);
  CHECK(net.take() == Lines{"server: closed 1006"});
}

TEST_CASE("a half-open socket: who has lost its end knows, the other learns it when it sends") {
  Net net;
  net.start();
  net.network.lose_server_end(0);
  net.pass(60_s);
  CHECK(net.take() == Lines{"server: closed 1006"});
  net.send(1, "anybody?");
  net.pass(25_ms);
  CHECK(net.take() == Lines{"0: closed 1006"});

  net.start();
  net.open(2);
  net.pass(100_ms);
  net.take();
  net.network.lose_client_end(0);
  net.pass(60_s);
  CHECK(net.take() == Lines{"0: closed 1006", "0: closed 1006"});
  net.ping();
  net.pass(25_ms);
  CHECK(net.take() == Lines{"server: closed 1006"});
}

TEST_CASE("a paused server does everything afterwards, in order") {
  Net net;
  net.start();
  net.network.pause_server(20_s);
  net.send(1, "one");
  net.pass(1_s);
  net.network.run_in_server([&] { net.add("timer"); });
  net.open(2);
  net.probe();
  net.pass(18_s);
  CHECK(net.take() == Lines{"0: unreachable"});  // the probe's limit; nothing tells that the server is there
  net.pass(2_s);
  CHECK(net.take() == Lines{"server: one", "timer", "server: open", "0: open 2"});
}

TEST_CASE("a server that ends resets its sockets, or they learn it from the next one; nobody can dial meanwhile") {
  const bool resets = GENERATE(true, false);
  Net net;
  net.start();
  net.network.pause_server(1_s);
  net.network.run_in_server([&] { net.add("of the dead process"); });
  net.network.stop_server(resets);
  net.pass(1_s);
  CHECK(net.take() == (resets ? Lines{"0: closed 1006"} : Lines{}));
  net.open(2);
  net.probe();
  if (!resets) net.send(1, "anybody?");
  net.pass(5_s);
  CHECK(net.take() == Lines{"0: unreachable", "0: closed 1006"});
  net.network.start_server();
  net.pass(5_s);
  CHECK(net.take() == (resets ? Lines{} : Lines{"0: closed 1006"}));
  net.open(3);
  net.pass(1_s);
  CHECK(net.take() == Lines{"server: open", "0: open 3"});
}

TEST_CASE("a balancer answers hellos with busy, and the server hears of the socket with the first that gets through") {
  Net net;
  net.network.answer_busy(0, 2, 300_ms, true);
  net.open(1);
  net.pass(100_ms);
  CHECK(net.take() == Lines{"0: open 1"});
  for (int time = 0; time < 2; ++time) {
    net.send(1, hello());
    net.pass(100_ms);
    CHECK(net.take() == Lines{R"(0: {"type":"busy","retryAfter":300,"keepAlive":true,"cookie":"busy 0"})"});
  }
  net.send(1, hello());
  net.pass(100_ms);
  CHECK(net.take() == Lines{"server: open", "server: " + hello()});

  net.network.answer_busy(0, 1, Millis{-1}, false);
  net.open(2);
  net.pass(100_ms);
  net.send(2, hello());
  net.network.perform(0, effect::CloseSocket{SocketId{2}, 3006, ""});
  net.pass(1_s);
  CHECK(net.take() == Lines{"0: open 2"});
}

TEST_CASE("loss makes late, and changes no order") {
  Net net;
  net.start();
  net.network.set_quality(0, {10_ms, 5_ms, 40});
  for (int i = 0; i < 50; ++i) net.send(1, std::to_string(i));
  net.pass(1_s);
  CHECK(net.lines.size() < 50);
  net.pass(60_s);
  const Lines lines = net.take();
  REQUIRE(lines.size() == 50);
  for (int i = 0; i < 50; ++i) CHECK(lines[static_cast<std::size_t>(i)] == "server: " + std::to_string(i));
}

TEST_CASE("what the server hears when a page ends") {
  Net net;
  net.start();
  SECTION("closed") {
    net.network.close_page(0);
    net.pass(1_s);
    CHECK(net.take() == Lines{"server: closed 1001"});
  }
  SECTION("crashed") {
    net.network.vanish(0);
    net.pass(1_s);
    CHECK(net.take() == Lines{"server: closed 1006"});
  }
  SECTION("crashed with its host") {
    net.network.vanish(0, true);
    net.ping();
    net.pass(60_s);
    CHECK(net.take().empty());
  }
  SECTION("thawed") {
    net.network.end_idle_sockets(0);
    net.pass(1_s);
    CHECK(net.take() == Lines{"0: closed 1006", "server: closed 1001"});
  }
  CHECK(net.network.open_sockets(0) == 0);
}

TEST_CASE("a browser that stands still answers no ping, and then all") {
  Net net;
  net.start();
  net.network.stand_still(0, true);
  net.ping();
  net.answer("one");
  net.answer("two");
  net.pass(40_s);
  CHECK(net.take().empty());
  net.network.stand_still(0, false);
  net.pass(100_ms);
  CHECK(net.take() == Lines{"0: one", "0: two", "server: pong"});
}

TEST_CASE("dialling again and again makes a browser wait") {
  const auto longest_of = [](Browser browser) {
    Net net(1, browser);
    net.network.refuse(0, 20_s);
    Millis longest;
    for (std::uint32_t socket = 1; net.time.now() < Instant{20000}; ++socket) {
      const Instant dialled = net.time.now();
      net.open(socket);
      while (net.take().empty() && net.time.now() < dialled + 30_s) net.pass(10_ms);
      longest = std::max(longest, net.time.now() - dialled);
      net.pass(300_ms);
    }
    return longest;
  };
  CHECK(longest_of(Browser::kChromium) > 1_s);
  CHECK(longest_of(Browser::kFirefox) > 3_s);
}

TEST_CASE("sending before the socket is open is an error, as in a browser") {
  Net net;
  net.open(1);
  net.send(1, "too early");
  net.pass(1_s);
  CHECK(net.take() == Lines{"server: open", "0: open 1"});
  CHECK(net.network.error_count() == 1);
}

TEST_CASE("what one host draws does not depend on what the others do") {
  Lines alone;
  for (const bool others : {false, true}) {
    Net net(7);
    const std::size_t client = net.network.add_client();
    if (others) net.open(1, 0);
    net.open(9, client);
    net.pass(10_s);
    Lines of_client;
    for (std::size_t i = 0; i < net.lines.size(); ++i)
      if (net.lines[i][0] == '2') of_client.push_back(net.lines[i] + " at " + std::to_string(net.times[i].ms));
    REQUIRE(of_client.size() == 1);
    if (others)
      CHECK(of_client == alone);
    else
      alone = of_client;
  }
}

}  // namespace holdfast::sim
