// Words of events on the session: all short ones from several starting points, and long random ones. Whatever happens in whatever
// order, the promises of the session to its client hold.
#include <catch2/catch.hpp>

#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

namespace {

// A session and everything it has promised so far.
struct Watched {
  SessionBench bench;
  bool joined = false;
  bool away = false;
  bool over = false;
  SocketId live;  // 0: none
  bool opened = false;
  OperationId probe;
  OperationId token_request;

  void check() {
    REQUIRE(bench.session.is_consistent());
    REQUIRE(bench.effects.size() < 200);
    for (const Effect& effect : bench.effects) watch(effect);
    for (const SessionEvent& event : bench.events) watch(event);
    REQUIRE(over == bench.session.is_over());
    REQUIRE((!bench.session.is_connected() || (joined && !away && opened)));
    if (over) REQUIRE((live.value == 0 && !bench.session.next_deadline()));
    if (away) REQUIRE((bench.session.next_deadline() || live.value != 0));
  }

 private:
  void watch(const Effect& effect) {
    if (const auto* open = std::get_if<effect::OpenSocket>(&effect)) {
      REQUIRE(live.value == 0);
      REQUIRE_FALSE(over);
      live = open->socket;
      opened = false;
    }
    if (const auto* send = std::get_if<effect::SendText>(&effect)) {
      REQUIRE(send->socket == live);
      REQUIRE(opened);
      REQUIRE(std::holds_alternative<ClientFrame>(decode_client_frame(send->text)));
    }
    if (const auto* close = std::get_if<effect::CloseSocket>(&effect)) {
      REQUIRE(close->socket == live);
      live = {};
    }
    if (const auto* asked = std::get_if<effect::RequestToken>(&effect)) {
      REQUIRE(live.value == 0);
      token_request = asked->op;
    }
    if (const auto* asked = std::get_if<effect::Probe>(&effect)) {
      REQUIRE(away);
      REQUIRE(live.value == 0);
      probe = asked->op;
    }
  }
  void watch(const SessionEvent& event) {
    REQUIRE_FALSE(over);
    const std::string word = describe(event);
    if (word == "joined") {
      REQUIRE_FALSE(joined);
      joined = true;
    }
    if (word == "updated" || word == "alive") REQUIRE(joined);
    if (word == "updated") REQUIRE_FALSE(away);
    if (word == "lost") {
      REQUIRE((joined && !away));
      away = true;
    }
    if (word.substr(0, 7) == "attempt") REQUIRE(away);
    if (word == "restored" || word == "rejoined") {
      REQUIRE(away);
      away = false;
    }
    if (word.substr(0, 5) == "ended") {
      over = true;
      away = false;
    }
  }
};

struct Symbol {
  const char* name;
  void (*act)(Watched&);
};

ServerUpdate some_update() {
  ServerUpdate update;
  update.state.participants = {participant("PA_B", 1)};
  return update;
}

Connected some_connected() {
  Connected connected = connected_message();
  connected.state.participants = {participant("PA_B", 1)};
  return connected;
}

// The open and the close of a socket can only be reported while there is one.
void close_live_socket(Watched& w, std::int64_t code) {
  if (w.live.value == 0) return;
  w.live = {};
  w.bench.close_socket(code);
}

const std::vector<Symbol> kSymbols = {
    {"start", [](Watched& w) { w.bench.start(); }},
    {"offer", [](Watched& w) { w.bench.connect(description("A0", DescriptionType::kOffer, 1)); }},
    {"no offer", [](Watched& w) { w.bench.connect(); }},
    {"tracks", [](Watched& w) { w.bench.set_tracks({local_track("a", w.bench.now.ms % 2 == 0)}); }},
    {"describe", [](Watched& w) { w.bench.send_link(description("L", DescriptionType::kOffer, 2)); }},
    {"trickle", [](Watched& w) { w.bench.send_link(candidates("L", 2)); }},
    {"close link", [](Watched& w) { w.bench.send_link(description("L", DescriptionType::kClose, 3)); }},
    {"hint", [](Watched& w) { w.bench.act([&] { w.bench.session.hint(Session::Hint::kHidden, w.bench.now, w.bench.effects); }); }},
    {"leave", [](Watched& w) { w.bench.leave(true); }},
    {"open",
     [](Watched& w) {
       if (w.live.value == 0 || w.opened) return;
       w.opened = true;
       w.bench.open_socket();
     }},
    {"drop", [](Watched& w) { close_live_socket(w, 1006); }},
    {"shut", [](Watched& w) { close_live_socket(w, 1000); }},
    {"welcome", [](Watched& w) { w.bench.say_frame(Welcome{1000}); }},
    {"useless welcome", [](Watched& w) { w.bench.say_frame(Welcome{0}); }},
    {"busy",
     [](Watched& w) {
       w.bench.say_frame(Busy{300, true, "c"});
     }},
    {"busy elsewhere",
     [](Watched& w) {
       w.bench.say_frame(Busy{300, false, "c"});
     }},
    {"busy for good",
     [](Watched& w) {
       w.bench.say_frame(Busy{-1, false, ""});
     }},
    {"bad", [](Watched& w) { w.bench.say_frame(Bad{"x"}); }},
    {"heartbeat", [](Watched& w) { w.bench.say_frame(Heartbeat{}); }},
    {"garbage", [](Watched& w) { w.bench.say_text("{\"type\":"); }},
    {"iced", [](Watched& w) { w.bench.say(Iced{}); }},
    {"connected", [](Watched& w) { w.bench.say(some_connected()); }},
    {"useless connected", [](Watched& w) { w.bench.say(Connected{}); }},
    {"update", [](Watched& w) { w.bench.say(some_update()); }},
    {"synced", [](Watched& w) { w.bench.say(Synced{}); }},
    {"error",
     [](Watched& w) {
       w.bench.say(ErrorMessage{{53204, ""}});
     }},
    {"expired",
     [](Watched& w) {
       w.bench.say(ErrorMessage{{20104, ""}});
     }},
    {"token",
     [](Watched& w) {
       w.bench.handle(input::TokenGiven{w.token_request, "t", w.bench.now.ms % 2 == 0 ? 3600_s : 30_s});
     }},
    {"no token",
     [](Watched& w) {
       w.bench.handle(input::TokenFailed{w.token_request, ""});
     }},
    {"another token",
     [](Watched& w) {
       w.bench.handle(input::TokenGiven{{}, "t", {}});
     }},
    {"disconnected", [](Watched& w) { w.bench.say(Disconnected{true}); }},
    {"reachable",
     [](Watched& w) {
       w.bench.handle(input::ProbeAnswered{w.probe, true});
     }},
    {"unreachable",
     [](Watched& w) {
       w.bench.handle(input::ProbeAnswered{w.probe, false});
     }},
    {"network", [](Watched& w) { w.bench.network(input::NetworkEvent::kChanged); }},
    {"wake", [](Watched& w) { w.bench.wake(); }},
    {"deadline",
     [](Watched& w) {
       if (w.bench.session.next_deadline()) w.bench.pass_to_deadline();
     }},
    {"second", [](Watched& w) { w.bench.pass(1_s); }},
};

const Symbol& symbol(std::string_view name) {
  for (const Symbol& candidate : kSymbols)
    if (candidate.name == name) return candidate;
  FAIL("no symbol " << name);
  return kSymbols[0];
}

void apply(Watched& watched, const Symbol& next) {
  watched.bench.effects.clear();
  watched.bench.events.clear();
  next.act(watched);
  watched.check();
}

Watched after(const std::vector<std::string_view>& word) {
  Watched watched;
  for (const auto name : word) apply(watched, symbol(name));
  return watched;
}

std::size_t explore(const Watched& from, int depth) {
  std::size_t words = 0;
  for (const Symbol& next : kSymbols) {
    Watched watched = from;
    apply(watched, next);
    words += 1 + (depth > 1 && !watched.over ? explore(watched, depth - 1) : 0);
  }
  return words;
}

const std::vector<std::vector<std::string_view>> kStarts = {
    {},
    {"start", "open", "welcome"},
    {"start", "open", "welcome", "iced"},
    {"start", "open", "welcome", "iced", "offer"},
    {"start", "open", "welcome", "iced", "offer", "connected"},
    {"start", "open", "welcome", "iced", "offer", "connected", "drop"},
    {"start", "open", "welcome", "iced", "offer", "connected", "drop", "deadline"},
    {"start", "open", "welcome", "iced", "offer", "connected", "drop", "deadline", "open", "welcome"},
    {"start", "open", "welcome", "iced", "offer", "connected", "drop", "deadline", "drop", "deadline"},
};

}  // namespace

TEST_CASE("session: no word of three events from any state breaks a promise", "[rsp][session][words]") {
  std::size_t words = 0;
  for (const auto& start : kStarts) words += explore(after(start), 2);
  CHECK(words > 5000);
  CHECK(explore(after(kStarts[4]), 3) > 20000);
  CHECK(explore(after(kStarts[7]), 3) > 20000);
}

TEST_CASE("session: long random words break no promise, and take every row of the table", "[rsp][session][words]") {
  TakenRows taken(SessionTable::kName);
  Prng random(20260122);
  for (int word = 0; word < 3000; ++word) {
    INFO("word " << word);
    auto options = connect_options();
    options.ice_servers_given = random.chance(1, 5);
    options.renews_token = random.chance(1, 2);
    options.rejoins = random.chance(1, 2);
    if (options.renews_token && random.chance(1, 3)) options.token.clear();
    Watched watched{SessionBench(options, random.next()), {}, {}, {}, {}, {}, {}, {}};
    const auto& start = kStarts[random.below(static_cast<std::uint32_t>(kStarts.size()))];
    if (!options.ice_servers_given)
      for (const auto name : start) apply(watched, symbol(name));
    if (options.rejoins && random.chance(1, 4))
      for (const auto name : {"error", "open", "welcome"}) apply(watched, symbol(name));
    for (int step = 0; step < 60 && !watched.over; ++step)
      apply(watched, kSymbols[random.below(static_cast<std::uint32_t>(kSymbols.size()))]);
  }
  // What takes a flood, or a live server that stays silent about one thing, random words do not reach.
  const auto flood = [](Watched watched, std::string_view last) {
    for (std::size_t i = 0; i < kQueueLimit && !watched.over; ++i) apply(watched, symbol("update"));
    apply(watched, symbol(last));
  };
  auto rejoins = connect_options();
  rejoins.rejoins = true;
  Watched rejoining{SessionBench(rejoins), {}, {}, {}, {}, {}, {}, {}};
  for (const auto name : kStarts[7]) apply(rejoining, symbol(name));
  for (const auto name : {"error", "open", "welcome"}) apply(rejoining, symbol(name));
  for (const Watched& start : {after(kStarts[3]), after(kStarts[7]), rejoining})
    for (const auto* last : {"update", "synced", "connected"}) flood(start, last);
  for (const auto& start : {kStarts[1], kStarts[3], kStarts[7]}) {
    Watched unanswered = after(start);
    for (int i = 0; i < 20 && !unanswered.over; ++i) {
      apply(unanswered, symbol("second"));
      apply(unanswered, symbol("heartbeat"));
    }
  }
  CHECK(taken.missing<SessionTable>() == Words{});
}
