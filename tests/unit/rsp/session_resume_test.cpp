// How a session comes back after its connection is lost.
#include <catch2/catch.hpp>

#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

namespace {

Connected with_peer() {
  Connected connected = connected_message();
  connected.state.participants = {participant("PA_B", 5, {"MT1"})};
  connected.state.subscribed = Subscribed{5, {{TrackSid("MT1"), SignaledId("b1"), {}}}};
  return connected;
}

}  // namespace

TEST_CASE("session: trace 4, the signaling drops and syncs", "[rsp][session][trace][resume]") {
  SessionBench a;
  a.to_connected(with_peer());
  a.set_tracks({local_track("a1")});
  a.send_link(description("L", DescriptionType::kOffer, 4));
  a.send_link(candidates("L", 3));

  a.close_socket(1006);
  CHECK(a.news() == Words{"lost"});
  CHECK(a.words().empty());
  CHECK_FALSE(a.session.is_connected());
  REQUIRE(a.session.next_deadline());
  CHECK(*a.session.next_deadline() <= a.now + 160_ms);
  a.pass(160_ms);
  CHECK(a.words() == Words{"open 2"});

  a.open_socket();
  REQUIRE(a.words() == Words{"hello sync"});
  const auto sync = a.sent<Sync>();
  CHECK(sync.session == "SE1");
  CHECK(sync.token == "token");
  CHECK(sync.name == "r");
  CHECK(sync.participant.revision == 2);
  CHECK(sync.participant.tracks.size() == 1);
  REQUIRE(sync.peer_connections.size() == 1);
  CHECK(sync.peer_connections[0].description->revision == 4);
  CHECK_FALSE(sync.peer_connections[0].ice);
  CHECK(sync.holdfast);

  a.say_frame(Welcome{1000});
  CHECK(a.news() == Words{});
  Synced synced;
  synced.state.participant = OwnParticipant{ParticipantSid("PA_A"), "alice"};
  synced.state.participants = {participant("PA_A", 7), participant("PA_B", 5, {"MT1"}), participant("PA_C", 1)};
  synced.state.subscribed = Subscribed{6, {}};
  synced.state.peer_connections = {peer_connection("L", DescriptionType::kAnswer, 4)};
  a.say(synced);
  REQUIRE(a.news() == Words{"restored"});
  const auto update = a.event<backend::SignalingRestored>().update;
  CHECK(update.participants_complete);
  CHECK(update.links_complete);
  REQUIRE(update.participants.size() == 2);
  CHECK(update.participants[0].sid.value == "PA_B");
  CHECK_FALSE(update.participants[0].state);
  CHECK_FALSE(update.participants[0].tracks);
  CHECK(update.participants[1].sid.value == "PA_C");
  CHECK(update.participants[1].tracks);
  CHECK(update.subscriptions);
  CHECK(update.links.size() == 1);

  // Candidates do not travel in sync, and the old socket may have swallowed them.
  REQUIRE(a.words() == Words{"update"});
  CHECK(a.sent<ClientUpdate>().peer_connections.at(0).ice->revision == 3);
  CHECK_FALSE(a.sent<ClientUpdate>().peer_connections.at(0).description);
  CHECK(a.session.is_connected());
}

TEST_CASE(
    "session: what comes before synced is no sign of life, or a peer that unpublished meanwhile seems to have lost its media (sim seed "
    "453)",
    "[rsp][session][resume]") {
  SessionBench a;
  a.to_connected(with_peer());
  a.close_socket(1006);
  a.pass(160_ms);
  a.open_socket();
  a.say_frame(Welcome{1000});
  CHECK(a.news().empty());
  a.say_frame(Heartbeat{});
  CHECK(a.news().empty());
  a.say(Synced{});
  CHECK(a.news() == Words{"restored"});
  a.say_frame(Heartbeat{});
  CHECK(a.news() == Words{"alive"});
}

TEST_CASE("session: stubs of a restarted server neither change nor drop whom we know", "[rsp][session][resume]") {
  SessionBench a;
  a.to_connected(with_peer());
  a.close_socket(1006);
  a.pass(160_ms);
  a.greet();
  Synced synced;
  synced.state.participants = {{ParticipantSid("PA_B"), "", ParticipantState::kConnected, 0, {}},
                               {ParticipantSid("PA_X"), "", ParticipantState::kConnected, 0, {}}};
  a.say(synced);
  const auto update = a.event<backend::SignalingRestored>().update;
  REQUIRE(update.participants.size() == 1);
  CHECK(update.participants[0].sid.value == "PA_B");
  CHECK_FALSE(update.participants[0].state);
  CHECK_FALSE(update.participants[0].tracks);
  CHECK_FALSE(update.subscriptions);
  CHECK_FALSE(update.links_complete);
}

TEST_CASE("session: what changes while away is in the sync, or follows synced", "[rsp][session][resume][coalescing]") {
  SessionBench a;
  a.to_connected();
  a.send_link(description("L", DescriptionType::kAnswer, 2));
  a.send_link(description("M", DescriptionType::kAnswer, 2));
  a.close_socket(1006);
  a.set_tracks({local_track("a1")});
  a.send_link(description("L", DescriptionType::kOffer, 3));
  a.send_link(description("M", DescriptionType::kClose, 3));
  CHECK(a.words().empty());
  a.pass(160_ms);
  a.set_tracks({local_track("a1", false)});
  a.open_socket();
  const auto sync = a.sent<Sync>();
  CHECK(sync.participant.revision == 2);
  REQUIRE(sync.peer_connections.size() == 1);
  CHECK(sync.peer_connections[0].description->revision == 3);

  a.say_frame(Welcome{1000});
  a.say(Synced{});
  REQUIRE(a.words() == Words{"update"});
  const auto update = a.sent<ClientUpdate>();
  CHECK(update.participant->revision == 3);
  CHECK_FALSE(update.participant->tracks.at(0).enabled);
  REQUIRE(update.peer_connections.size() == 1);
  CHECK(update.peer_connections[0].id.value == "M");
  CHECK(update.peer_connections[0].description->type == DescriptionType::kClose);
}

TEST_CASE("session: news before synced waits for it", "[rsp][session][resume]") {
  SessionBench a;
  a.to_resuming();
  a.greet();
  ServerUpdate update;
  update.state.participants = {participant("PA_B", 1)};
  a.say(update);
  a.say(connected_message());
  CHECK(a.news() == Words{});
  a.say(Synced{});
  CHECK(a.news() == Words{"restored", "updated", "updated"});
}

TEST_CASE("session: a flood of news before synced costs the server this socket", "[rsp][session][resume]") {
  SessionBench a;
  a.to_resuming();
  a.greet();
  for (std::size_t i = 0; i < kQueueLimit; ++i) a.say(ServerUpdate{});
  REQUIRE(a.session.is_consistent());
  SECTION("update") { a.say(ServerUpdate{}); }
  SECTION("connected") { a.say(connected_message()); }
  CHECK(a.words() == Words{"close 2 3002"});
  CHECK(a.news() == Words{});
  a.pass_to_deadline();
  CHECK(a.words() == Words{"probe http://h/signaling"});
}

TEST_CASE("session: the server's refusal of the sync is the end", "[rsp][session][resume]") {
  SessionBench a;
  a.to_resuming();
  a.greet();
  const int code = GENERATE(53204, 20104, 53205);
  a.say(ErrorMessage{{code, ""}});
  CHECK(a.words() == Words{"disconnect SE1", "bye", "close 2 1000"});
  CHECK(a.news() == Words{"ended " + std::to_string(code)});
}

TEST_CASE("session: after a failed dial the host is probed, and dialed when it answers", "[rsp][session][resume][probe]") {
  SessionBench a;
  a.to_second_pause();
  CHECK(a.news().empty());
  CHECK(*a.session.next_deadline() <= a.now + 240_ms);
  a.pass(240_ms);
  REQUIRE(a.words() == Words{"probe http://h/signaling"});
  a.answer_probe(true);
  REQUIRE(a.words() == Words{"open 3"});
  a.open_socket();
  CHECK(a.words() == Words{"hello sync"});
  a.say_frame(Welcome{1000});
  a.say(Synced{});
  CHECK(a.news() == Words{"restored"});
}

TEST_CASE("session: while the host does not answer it is probed again within half a second, and no socket is opened",
          "[rsp][session][resume][probe]") {
  SessionBench a;
  a.to_probing();
  for (std::uint32_t probe = 1; probe < kProbesBeforeDial; ++probe) {
    a.answer_probe(false);
    CHECK(a.words().empty());
    CHECK(*a.session.next_deadline() <= a.now + 500_ms);
    a.pass_to_deadline();
    REQUIRE(a.words() == Words{"probe http://h/signaling"});
  }
}

TEST_CASE("session: where no probe ever gets through, a socket is tried all the same", "[rsp][session][resume][probe]") {
  SessionBench a;
  a.to_second_pause();
  a.pass(240_ms);
  for (std::uint32_t probe = 1; probe < kProbesBeforeDial; ++probe) {
    REQUIRE(a.words() == Words{"probe http://h/signaling"});
    a.answer_probe(false);
    a.pass_to_deadline();
  }
  REQUIRE(a.words() == Words{"probe http://h/signaling"});
  a.answer_probe(false);
  a.pass_to_deadline();
  REQUIRE(a.words() == Words{"open 3"});
  a.close_socket(1006);
  a.pass_to_deadline();
  CHECK(a.words() == Words{"probe http://h/signaling"});
}

TEST_CASE("session: a probe without an answer is given up after 5 s, and a late answer means nothing", "[rsp][session][resume][probe]") {
  SessionBench a;
  a.to_probing();
  const auto late = std::get<effect::Probe>(a.effects[0]).op;
  a.pass(4999_ms);
  CHECK(a.words().empty());
  a.pass(1001_ms);
  REQUIRE(a.words() == Words{"probe http://h/signaling"});
  a.handle(input::ProbeAnswered{late, true});
  CHECK(a.words().empty());
}

TEST_CASE("session: every failed dial makes the pause longer, a sync makes it short again", "[rsp][session][resume][backoff]") {
  SessionBench a;
  a.to_resuming();
  Millis longest{0};
  for (int i = 0; i < 40; ++i) {
    a.close_socket(1006);
    const Millis pause = *a.session.next_deadline() - a.now;
    CHECK(pause <= 10_s);
    if (pause > longest) longest = pause;
    a.pass_to_deadline();
    a.answer_probe(true);
  }
  CHECK(longest > 5_s);
  a.greet();
  a.say(Synced{});
  a.close_socket(1006);
  CHECK(a.news() == Words{"lost"});
  CHECK(*a.session.next_deadline() <= a.now + 160_ms);
}

TEST_CASE("session: the loss is reported once, however long it lasts", "[rsp][session][resume]") {
  SessionBench a;
  a.to_connected();
  a.pass(2700_ms);
  CHECK(a.words().back() == "close 1 3001");
  CHECK(a.news() == Words{"lost"});
  for (int i = 0; i < 20; ++i) {
    a.pass(1_s);
    CHECK(a.news().empty());
    a.close_socket(1006);
    CHECK(a.news().empty());
  }
}

TEST_CASE("session: attempts that hang are given up", "[rsp][session][resume][timers]") {
  SessionBench a;
  a.to_resuming();
  SECTION("the socket does not open: 5 s") {
    a.pass(4999_ms);
    REQUIRE(a.words().empty());
    a.pass(1_ms);
    CHECK(a.words() == Words{"close 2 3007"});
  }
  SECTION("no welcome: 4.5 s") {
    a.open_socket();
    a.pass(4500_ms);
    CHECK(a.words().back() == "close 2 3000");
  }
  SECTION("no synced: 5 s") {
    a.greet();
    for (int second = 0; second < 4; ++second) {
      a.pass(1_s);
      a.say_frame(Heartbeat{});
    }
    a.pass(1_s);
    CHECK(a.words().back() == "close 2 3000");
  }
  SECTION("busy for good is no more than a failure") {
    a.open_socket();
    a.say_frame(Busy{-1, false, ""});
    CHECK(a.words() == Words{"close 2 3006"});
  }
  CHECK_FALSE(a.session.is_over());
  CHECK(a.session.next_deadline());
}

TEST_CASE("session: a server that closes with 1000 while resuming ends it", "[rsp][session][resume]") {
  SessionBench a;
  a.to_resuming();
  a.greet();
  a.close_socket(1000);
  CHECK(a.news() == Words{"ended 53001"});
}

TEST_CASE("session: network or machine back, waiting is over", "[rsp][session][resume][network]") {
  SessionBench a;
  using Return = void (*)(SessionBench&);
  const Return back = GENERATE(Return([](SessionBench& bench) { bench.network(input::NetworkEvent::kOnline); }),
                               Return([](SessionBench& bench) { bench.network(input::NetworkEvent::kChanged); }),
                               Return([](SessionBench& bench) { bench.wake(); }));
  a.to_backing_off();
  back(a);
  CHECK(a.words() == Words{"open 2"});

  a.close_socket(1006);
  back(a);
  CHECK(a.words() == Words{"probe http://h/signaling"});
  back(a);
  REQUIRE(a.words() == Words{"probe http://h/signaling"});
  a.answer_probe(true);
  CHECK(a.words() == Words{"open 3"});
}

TEST_CASE("session: going offline collapses nothing", "[rsp][session][resume][network]") {
  SessionBench a;
  a.to_second_pause();
  a.network(input::NetworkEvent::kOffline);
  CHECK(a.words().empty());
}

TEST_CASE("session: a network event checks the live socket, and replaces it only if it is silent", "[rsp][session][resume][network]") {
  SessionBench a;
  a.to_connected();
  a.network(GENERATE(input::NetworkEvent::kOnline, input::NetworkEvent::kChanged, input::NetworkEvent::kOffline));
  CHECK(a.words() == Words{"heartbeat"});
  a.pass(1499_ms);
  CHECK(a.news().empty());
  SECTION("silent") {
    a.pass(1_ms);
    CHECK(a.words() == Words{"close 1 3004"});
    CHECK(a.news() == Words{"lost"});
  }
  SECTION("alive") {
    a.say_frame(Heartbeat{});
    a.pass(2_s);
    CHECK(a.session.is_connected());
  }
}

TEST_CASE("session: a network event leaves the first connect alone", "[rsp][session][network]") {
  SessionBench a;
  a.to_connecting();
  a.network(input::NetworkEvent::kChanged);
  CHECK(a.words().empty());
}

TEST_CASE("session: a wake counts silence from the wake, and checks the socket", "[rsp][session][wake]") {
  SessionBench a;
  a.to_connected();
  a.now = a.now + 8 * 3600_s;
  a.wake();
  CHECK(a.words() == Words{"heartbeat"});
  CHECK(a.news().empty());
  SECTION("dead: lost within 2 s, and dialed at once") {
    a.pass(1500_ms);
    CHECK(a.news() == Words{"lost"});
    a.pass(160_ms);
    CHECK(a.words() == Words{"open 2"});
  }
  SECTION("alive") {
    a.pass(100_ms);
    a.say_frame(Heartbeat{});
    a.pass(2600_ms);
    CHECK(a.session.is_connected());
  }
}

TEST_CASE("session: a wake gives a pending answer its full time again", "[rsp][session][wake]") {
  SessionBench a;
  a.to_resuming();
  a.greet();
  a.now = a.now + 3600_s;
  a.wake();
  CHECK(a.words() == Words{"heartbeat"});
  for (int second = 0; second < 4; ++second) {
    a.pass(1_s);
    a.say_frame(Heartbeat{});
  }
  a.say(Synced{});
  CHECK(a.news() == Words{"restored"});
}
