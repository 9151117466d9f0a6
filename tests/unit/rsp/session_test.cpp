// The first connect and life in step with the server. Coming back is in session_resume_test.cpp, all words of events in
// session_words_test.cpp.
#include <catch2/catch.hpp>

#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

TEST_CASE("session: trace 1, joining an empty room", "[rsp][session][trace]") {
  SessionBench a;
  a.set_tracks({local_track("a1"), local_track("a2")});
  a.start();
  CHECK(a.words() == Words{"open 1"});
  a.open_socket();
  CHECK(a.words() == Words{"hello ice"});
  CHECK(a.sent<IceRequest>().token == "token");
  a.say_frame(Welcome{1000});
  CHECK(a.words().empty());

  Iced iced;
  iced.ice_servers = {{{"turn:t"}, "user", "secret"}};
  a.say(iced);
  REQUIRE(a.news() == Words{"ice servers"});
  CHECK(a.event<backend::IceServersReady>().servers.at(0).urls == std::vector<std::string>{"turn:t"});

  a.connect(description("A0", DescriptionType::kOffer, 1));
  REQUIRE(a.words() == Words{"connect"});
  const auto connect = a.sent<Connect>();
  CHECK(connect.name == "r");
  CHECK(connect.token == "token");
  CHECK(connect.participant.revision == 3);
  CHECK(connect.participant.tracks.size() == 2);
  REQUIRE(connect.peer_connections.size() == 1);
  CHECK(connect.peer_connections[0].id.value == "A0");
  CHECK(connect.peer_connections[0].description->revision == 1);
  CHECK_FALSE(connect.ice_servers_overridden);
  CHECK(connect.holdfast);

  Connected connected = connected_message();
  connected.state.participants = {participant("PA_A", 1)};
  connected.state.published = Published{1, {{SignaledId("a1"), Published::Track::State::kReady, TrackSid("MT1"), {}}}};
  connected.state.subscribed = Subscribed{1, {}};
  a.say(connected);
  CHECK(a.words().empty());
  REQUIRE(a.news() == Words{"joined"});
  const auto joined = a.event<backend::Joined>();
  CHECK(joined.room_sid.value == "RM1");
  CHECK(joined.room_name == "r");
  CHECK(joined.participant_sid.value == "PA_A");
  CHECK(joined.identity == "alice");
  CHECK(joined.signaling_region == "here");
  CHECK(joined.session_timeout == 20_s);
  CHECK(joined.update.participants.empty());
  CHECK_FALSE(joined.update.participants_complete);
  CHECK(joined.update.publications.size() == 1);
  REQUIRE(joined.update.links.size() == 1);
  CHECK(joined.update.links[0].description->type == DescriptionType::kClose);
  CHECK(a.session.is_connected());
  CHECK(a.session.peer_speaks_holdfast());
}

TEST_CASE("session: with ICE servers of the app, connect travels in the first hello", "[rsp][session]") {
  auto options = connect_options();
  options.ice_servers_given = true;
  options.room_name.clear();
  options.automatic_subscription = false;
  SessionBench bench(options);
  bench.start();
  CHECK(bench.words().empty());
  CHECK(bench.news() == Words{"ice servers"});
  bench.connect();
  CHECK(bench.words() == Words{"open 1"});
  bench.open_socket();
  REQUIRE(bench.words() == Words{"hello connect"});
  const auto connect = bench.sent<Connect>();
  CHECK_FALSE(connect.name);
  CHECK(connect.participant.revision == 1);
  CHECK(connect.peer_connections.empty());
  CHECK(connect.ice_servers_overridden);
  CHECK_FALSE(connect.automatic_subscription);
  bench.say_frame(Welcome{1000});
  bench.say(connected_message());
  CHECK(bench.news() == Words{"joined"});
}

TEST_CASE("session: trace 2, joining somebody and negotiating a link", "[rsp][session][trace]") {
  const bool speaks_holdfast = GENERATE(false, true);
  SessionBench a;
  Connected connected = connected_message();
  if (!speaks_holdfast) connected.state.holdfast.reset();
  connected.state.participants = {participant("PA_B", 1, {"MT1", "MT2"})};
  connected.state.subscribed = Subscribed{1, {{TrackSid("MT1"), SignaledId("b1"), {}}, {TrackSid("MT2"), SignaledId("b2"), {}}}};
  connected.state.peer_connections = {peer_connection("A0", DescriptionType::kClose, 2),
                                      peer_connection("PA_A.PA_B.n.mac", DescriptionType::kCreateOffer, 1)};
  a.to_connected(connected);
  const auto joined = a.event<backend::Joined>();
  REQUIRE(joined.update.participants.size() == 1);
  CHECK(joined.update.participants[0].tracks->size() == 2);
  CHECK(joined.update.subscriptions->size() == 2);
  REQUIRE(joined.update.links.size() == 2);
  CHECK(joined.update.links[0].remote.empty());
  CHECK(joined.update.links[1].remote.value == "PA_B");

  a.send_link(description("PA_A.PA_B.n.mac", DescriptionType::kOffer, 2));
  REQUIRE(a.words() == Words{"update"});
  auto update = a.sent<ClientUpdate>();
  CHECK(update.session == (speaks_holdfast ? "" : "SE1"));
  CHECK(update.participant.has_value() == !speaks_holdfast);
  REQUIRE(update.peer_connections.size() == 1);
  CHECK(update.peer_connections[0].description->revision == 2);
  CHECK_FALSE(update.peer_connections[0].ice);

  a.send_link(candidates("PA_A.PA_B.n.mac", 1));
  update = a.sent<ClientUpdate>();
  CHECK_FALSE(update.peer_connections.at(0).description);
  CHECK(update.peer_connections.at(0).ice->revision == 1);

  ServerUpdate answer;
  answer.state.peer_connections = {peer_connection("PA_A.PA_B.n.mac", DescriptionType::kAnswer, 2)};
  a.say(answer);
  REQUIRE(a.news() == Words{"alive", "updated"});
  const auto news = a.event<backend::Updated>();
  CHECK(news.update.links.at(0).description->type == DescriptionType::kAnswer);
  CHECK_FALSE(news.update.links_complete);
  CHECK_FALSE(news.update.participants_complete);
}

TEST_CASE("session: trace 3, publishing later", "[rsp][session][trace]") {
  SessionBench a;
  a.to_connected();
  a.set_tracks({local_track("a3")});
  REQUIRE(a.words() == Words{"update"});
  CHECK(a.sent<ClientUpdate>().participant->revision == 2);
  CHECK(a.sent<ClientUpdate>().participant->tracks.size() == 1);
  CHECK(a.sent<ClientUpdate>().peer_connections.empty());

  ServerUpdate verdict;
  verdict.state.published = Published{1, {{SignaledId("a3"), Published::Track::State::kReady, TrackSid("MT5"), {}}}};
  a.say(verdict);
  CHECK(a.event<backend::Updated>().update.publications.at(0).sid.value == "MT5");

  a.set_tracks({local_track("a3", false)});
  CHECK(a.sent<ClientUpdate>().participant->revision == 3);
  a.set_tracks({local_track("a3", false)});
  CHECK(a.words().empty());
}

TEST_CASE("session: trace 5, an ICE restart is relayed both ways", "[rsp][session][trace]") {
  SessionBench b;
  b.to_connected();
  b.send_link(description("L", DescriptionType::kOffer, 5));
  CHECK(b.sent<ClientUpdate>().peer_connections.at(0).description->revision == 5);
  ServerUpdate answer;
  answer.state.peer_connections = {peer_connection("L", DescriptionType::kAnswer, 5)};
  answer.state.peer_connections->at(0).ice = Ice{"new", 7, {}, true};
  b.say(answer);
  const auto link = b.event<backend::Updated>().update.links.at(0);
  CHECK(link.description->revision == 5);
  CHECK(link.ice->ufrag == "new");
  CHECK(link.ice->complete);
}

TEST_CASE("session: trace 6, leaving and being left", "[rsp][session][trace][leave]") {
  SessionBench a;
  Connected connected = connected_message();
  connected.state.participants = {participant("PA_B", 1, {"MT1"})};
  a.to_connected(connected);

  ServerUpdate left;
  left.state.participants = {participant("PA_B", 2, {"MT1"}, ParticipantState::kDisconnected)};
  left.state.subscribed = Subscribed{2, {}};
  left.state.peer_connections = {peer_connection("L", DescriptionType::kClose, 9)};
  a.say(left);
  const auto update = a.event<backend::Updated>().update;
  CHECK(update.participants.at(0).state == ParticipantState::kDisconnected);
  CHECK(update.participants.at(0).tracks->size() == 1);
  CHECK(update.subscriptions->empty());
  CHECK(update.links.size() == 1);

  a.leave();
  CHECK(a.words() == Words{"disconnect SE1", "bye", "close 1 1000"});
  CHECK(a.news() == Words{"ended"});
  CHECK(a.session.is_over());
  CHECK_FALSE(a.session.next_deadline());
}

TEST_CASE("session: a page that goes also sends a beacon, to a server that takes it", "[rsp][session][leave]") {
  SessionBench bench;
  SECTION("our server") {
    bench.to_connected();
    bench.leave(true);
    CHECK(bench.words() == Words{"disconnect SE1", "bye", "close 1 1000", "beacon http://h/signaling/leave SE1"});
  }
  SECTION("our server, while the signaling is away") {
    bench.to_backing_off();
    bench.leave(true);
    CHECK(bench.words() == Words{"beacon http://h/signaling/leave SE1"});
  }
  SECTION("another server") {
    auto connected = connected_message();
    connected.state.holdfast.reset();
    bench.to_connected(connected);
    bench.leave(true);
    CHECK(bench.words() == Words{"disconnect SE1", "bye", "close 1 1000"});
  }
}

TEST_CASE("session: leaving is possible at any time, and is the end", "[rsp][session][leave]") {
  using Reach = void (*)(SessionBench&);
  const auto [reach, words] = GENERATE(table<Reach, Words>({
      {[](SessionBench&) {}, {}},
      {[](SessionBench& bench) { bench.start(); }, {"close 1 1000"}},
      {[](SessionBench& bench) { bench.to_offering(); }, {"disconnect ", "bye", "close 1 1000"}},
      {[](SessionBench& bench) { bench.to_connecting(); }, {"disconnect ", "bye", "close 1 1000"}},
      {[](SessionBench& bench) { bench.to_backing_off(); }, {}},
      {[](SessionBench& bench) { bench.to_probing(); }, {}},
      {[](SessionBench& bench) { bench.to_resuming(); }, {"close 2 1000"}},
  }));
  SessionBench bench;
  reach(bench);
  bench.leave();
  CHECK(bench.words() == words);
  CHECK(bench.news() == Words{"ended"});
  CHECK(bench.session.is_over());

  bench.say(connected_message());
  bench.close_socket(1006);
  bench.handle(input::ProbeAnswered{{1}, true});
  bench.network(input::NetworkEvent::kChanged);
  bench.wake();
  bench.pass(3600_s);
  bench.set_tracks({local_track("late")});
  bench.leave(true);
  CHECK(bench.words().empty());
  CHECK(bench.news().empty());
}

TEST_CASE("session: connect fails with the code of the cause, after one attempt", "[rsp][session][connect]") {
  using Fail = void (*)(SessionBench&);
  const auto [fail, code] = GENERATE(table<Fail, int>({
      {[](SessionBench& b) { b.close_socket(1006); }, 53000},
      {[](SessionBench& b) { b.close_socket(1012); }, 53000},
      {[](SessionBench& b) { b.close_socket(1000); }, 53001},
      {[](SessionBench& b) {
         b.say(ErrorMessage{{20104, ""}});
       },
       20104},
      {[](SessionBench& b) {
         b.say(ErrorMessage{{53105, ""}});
       },
       53105},
      {[](SessionBench& b) { b.say(Disconnected{true}); }, 53118},
      {[](SessionBench& b) { b.say(Disconnected{false}); }, 53001},
      {[](SessionBench& b) { b.pass(3_s); }, 53000},  // silence
  }));
  for (const auto reach : {+[](SessionBench& b) { b.to_acquiring_ice(); }, +[](SessionBench& b) { b.to_offering(); },
                           +[](SessionBench& b) { b.to_connecting(); }}) {
    SessionBench attempt;
    reach(attempt);
    fail(attempt);
    CHECK(attempt.news() == Words{"ended " + std::to_string(code)});
    CHECK(attempt.session.is_over());
    attempt.pass(60_s);
    CHECK(attempt.words().empty());
  }
}

TEST_CASE("session: connect fails when the handshake does", "[rsp][session][connect]") {
  SessionBench bench;
  bench.start();
  SECTION("refused") {
    bench.close_socket(1006);
    CHECK(bench.news() == Words{"ended 53000"});
  }
  SECTION("the socket does not open") {
    bench.pass(15_s);
    CHECK(bench.words() == Words{"close 1 3007"});
    CHECK(bench.news() == Words{"ended 53000"});
  }
  SECTION("no welcome") {
    bench.open_socket();
    bench.pass(15_s);
    CHECK(bench.news() == Words{"ended 53000"});
  }
  SECTION("bad") {
    bench.open_socket();
    bench.say_frame(Bad{"x"});
    CHECK(bench.news() == Words{"ended 53000"});
  }
  SECTION("busy for good") {
    bench.open_socket();
    bench.say_frame(Busy{-1, false, ""});
    CHECK(bench.words() == Words{"close 1 3006"});
    CHECK(bench.news() == Words{"ended 53006"});
  }
  SECTION("busy for a while is waited out") {
    bench.open_socket();
    bench.say_frame(Busy{20000, false, "c"});
    bench.pass(20_s);
    CHECK(bench.words() == Words{"open 2"});
    CHECK(bench.news().empty());
  }
}

TEST_CASE("session: a live server that never answers ends the connect after 15 s", "[rsp][session][connect][timers]") {
  SessionBench bench;
  SECTION("iced") { bench.to_acquiring_ice(); }
  SECTION("connected") { bench.to_connecting(); }
  for (int second = 0; second < 14; ++second) {
    bench.pass(1_s);
    bench.say_frame(Heartbeat{});
    REQUIRE(bench.news().empty());
  }
  bench.pass(999_ms);
  REQUIRE(bench.news().empty());
  bench.pass(1_ms);
  CHECK(bench.news() == Words{"ended 53000"});
  CHECK_FALSE(bench.event<backend::Ended>().error->message.empty());
  CHECK(bench.words().back() == "close 1 1000");
}

TEST_CASE("session: the browser may take its time for the first offer", "[rsp][session][connect][timers]") {
  SessionBench bench;
  bench.to_offering();
  for (int second = 0; second < 14; ++second) {
    bench.pass(1_s);
    bench.say_frame(Heartbeat{});
  }
  CHECK(bench.news().empty());
  bench.connect();
  CHECK(bench.words() == Words{"connect"});
}

TEST_CASE("session: connected without what a session needs ends with 53003", "[rsp][session][connect]") {
  SessionBench bench;
  bench.to_connecting();
  Connected connected = connected_message();
  SECTION("no participant") { connected.state.participant.reset(); }
  SECTION("no participant sid") { connected.state.participant->sid = {}; }
  SECTION("no session") { connected.session.clear(); }
  SECTION("no room sid") { connected.sid = {}; }
  bench.say(connected);
  CHECK(bench.words() == Words{"disconnect ", "bye", "close 1 1000"});
  CHECK(bench.news() == Words{"ended 53003"});
}

TEST_CASE("session: connected with the least that a session needs", "[rsp][session][connect]") {
  SessionBench bench;
  bench.to_connecting();
  bench.say_text(R"({"type":"msg","body":{"type":"connected","session":"SE1","sid":"RM1","participant":{"sid":"PA_A"}}})");
  REQUIRE(bench.news() == Words{"joined"});
  const auto joined = bench.event<backend::Joined>();
  CHECK(joined.room_name == "RM1");
  CHECK(joined.session_timeout == 30_s);
  CHECK_FALSE(bench.session.peer_speaks_holdfast());
}

TEST_CASE("session: news before connected waits for it", "[rsp][session][connect]") {
  SessionBench bench;
  bench.to_connecting();
  ServerUpdate update;
  update.state.participants = {participant("PA_B", 1)};
  bench.say(update);
  bench.say(Synced{});
  CHECK(bench.news().empty());
  bench.say(connected_message());
  REQUIRE(bench.news() == Words{"joined", "updated", "updated"});
  CHECK(std::get<backend::Updated>(bench.events[1]).update.participants.size() == 1);
  CHECK(std::get<backend::Updated>(bench.events[2]).update.participants_complete);
}

TEST_CASE("session: a flood of news before connected ends with 53003", "[rsp][session][connect]") {
  SessionBench bench;
  bench.to_connecting();
  for (std::size_t i = 0; i < kQueueLimit; ++i) {
    bench.say(ServerUpdate{});
    REQUIRE(bench.news().empty());
  }
  SECTION("update") { bench.say(ServerUpdate{}); }
  SECTION("synced") { bench.say(Synced{}); }
  CHECK(bench.news() == Words{"ended 53003"});
}

TEST_CASE("session: what changes while connecting goes out merged right after connected", "[rsp][session][coalescing]") {
  SessionBench bench;
  bench.to_connecting(description("A0", DescriptionType::kOffer, 1));
  bench.set_tracks({local_track("a")});
  bench.set_tracks({local_track("a"), local_track("b")});
  bench.send_link(candidates("A0", 1));
  bench.send_link(candidates("A0", 2));
  CHECK(bench.words().empty());
  Connected connected = connected_message();
  SECTION("all of it in one update") {
    connected.state.peer_connections.reset();
    bench.say(connected);
    REQUIRE(bench.words() == Words{"update"});
    const auto update = bench.sent<ClientUpdate>();
    CHECK(update.participant->revision == 3);
    REQUIRE(update.peer_connections.size() == 1);
    CHECK_FALSE(update.peer_connections[0].description);
    CHECK(update.peer_connections[0].ice->revision == 2);
  }
  SECTION("but nothing about a link that connected closes") {
    bench.say(connected);
    CHECK(bench.sent<ClientUpdate>().peer_connections.empty());
  }
}

TEST_CASE("session: the server's last word ends an established session with its code", "[rsp][session]") {
  SessionBench bench;
  bench.to_connected();
  SECTION("error") {
    bench.say(ErrorMessage{{53205, ""}});
    CHECK(bench.words() == Words{"disconnect SE1", "bye", "close 1 1000"});
    CHECK(bench.news() == Words{"alive", "ended 53205"});
  }
  SECTION("disconnected") {
    bench.say(Disconnected{false});
    CHECK(bench.news() == Words{"alive", "ended 53001"});
  }
  SECTION("room completed") {
    bench.say(Disconnected{true});
    CHECK(bench.news() == Words{"alive", "ended 53118"});
  }
  SECTION("close 1000") {
    bench.close_socket(1000);
    CHECK(bench.words().empty());
    CHECK(bench.news() == Words{"ended 53001"});
  }
  CHECK(bench.session.is_over());
}

TEST_CASE("session: connected and synced unasked are news", "[rsp][session]") {
  SessionBench bench;
  Connected connected = connected_message();
  connected.state.participants = {participant("PA_B", 1)};
  bench.to_connected(connected);
  bench.say(connected_message());
  CHECK(bench.news() == Words{"alive", "updated"});
  CHECK_FALSE(bench.event<backend::Updated>().update.participants_complete);
  Synced give_up;
  give_up.state.peer_connections.emplace();
  bench.say(give_up);
  REQUIRE(bench.news() == Words{"alive", "updated"});
  CHECK(bench.event<backend::Updated>().update.participants_complete);
  CHECK(bench.event<backend::Updated>().update.links_complete);
}

TEST_CASE("session: malformed and unknown messages are survived", "[rsp][session]") {
  SessionBench bench;
  bench.to_connected();
  bench.say_text("{");
  CHECK(bench.words() == Words{"log"});
  bench.say_frame(Bad{"?"});
  CHECK(bench.words() == Words{"log"});
  bench.say_text(R"({"type":"msg","body":{"type":"warning"}})");
  CHECK(bench.words().empty());
  bench.say_text(R"({"type":"msg","body":{"type":"iced","ice_servers":[]}})");
  CHECK(bench.news() == Words{"alive"});
  CHECK(bench.session.is_connected());
}

TEST_CASE("session: every frame of the current socket is a sign of life, once there is a session", "[rsp][session]") {
  SessionBench bench;
  bench.to_connecting();
  bench.say_frame(Heartbeat{});
  CHECK(bench.news().empty());
  bench.say(connected_message());
  bench.say_frame(Heartbeat{});
  CHECK(bench.news() == Words{"alive"});
  bench.handle(input::SocketText{{77}, encode(ServerFrame{Heartbeat{}})});
  CHECK(bench.news().empty());
}

TEST_CASE("session: a close of a link is sent once, and nothing of the link afterwards", "[rsp][session]") {
  SessionBench bench;
  bench.to_connected();
  bench.send_link(description("L", DescriptionType::kOffer, 2));
  bench.send_link(description("L", DescriptionType::kClose, 3));
  CHECK(bench.sent<ClientUpdate>().peer_connections.at(0).description->type == DescriptionType::kClose);
  bench.set_tracks({local_track("a")});
  CHECK(bench.sent<ClientUpdate>().peer_connections.empty());
}

TEST_CASE("session: hints go only to a server that announced the extension, and only in step with it", "[rsp][session][hint]") {
  SessionBench bench;
  const auto hint = [&](Session::Hint word) { bench.act([&] { bench.session.hint(word, bench.now, bench.effects); }); };
  SECTION("our server") {
    bench.to_connected();
    hint(Session::Hint::kLeaving);
    CHECK(bench.sent<ClientUpdate>().holdfast->leaving == true);
    CHECK_FALSE(bench.sent<ClientUpdate>().holdfast->hidden);
    hint(Session::Hint::kHidden);
    CHECK(bench.sent<ClientUpdate>().holdfast->hidden == true);
    bench.close_socket(1001);
    hint(Session::Hint::kLeaving);
    CHECK(bench.words().empty());
  }
  SECTION("another server") {
    auto connected = connected_message();
    connected.state.holdfast.reset();
    bench.to_connected(connected);
    hint(Session::Hint::kLeaving);
    CHECK(bench.words().empty());
  }
}

TEST_CASE("session: connect() fails where the browser never makes an offer (sim seed 7810)", "[rsp][session]") {
  SECTION("ICE servers from the server") {
    SessionBench bench;
    bench.start();
    bench.open_socket();
    bench.say_frame(Welcome{1000});
    bench.say(Iced{});
    for (int second = 0; second < 16; ++second) {
      bench.say_frame(Heartbeat{});
      bench.pass(1_s);
      if (bench.session.is_over()) break;
    }
    CHECK(bench.news() == Words{"ended 53400"});
  }
  SECTION("ICE servers of the app: nothing is dialled yet") {
    input::Connect options = connect_options();
    options.ice_servers_given = true;
    SessionBench bench(options);
    bench.start();
    bench.pass(15_s);
    CHECK(bench.news() == Words{"ended 53400"});
    CHECK_FALSE(bench.session.next_deadline());
  }
}
