// How a session goes on as another one when the server has dropped it.
#include <catch2/catch.hpp>

#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

namespace {

input::Connect rejoining() {
  input::Connect options = connect_options();
  options.rejoins = true;
  return options;
}

// With a peer, two tracks (one of them muted) and a link; its connection is lost, and the server knows it no more.
void be_dropped(SessionBench& a) {
  Connected connected = connected_message();
  connected.state.participants = {participant("PA_B", 5, {"MT1"}), participant("PA_C", 1)};
  connected.state.subscribed = Subscribed{5, {{TrackSid("MT1"), SignaledId("b1"), {}}}};
  a.to_connected(connected);
  a.set_tracks({local_track("a1"), local_track("a2", false)});
  a.send_link(description("L", DescriptionType::kOffer, 4));
  a.close_socket(1006);
  a.pass_to_deadline();
  a.greet();
  a.say(ErrorMessage{{code::kParticipantNotFound, ""}});
}

Connected another_session() {
  Connected connected = connected_message();
  connected.session = "SE2";
  connected.sid = RoomSid("RM2");
  connected.state.participant = OwnParticipant{ParticipantSid("PA_A2"), "alice"};
  connected.state.participants = {participant("PA_B", 5, {"MT1"}), participant("PA_A2", 1)};
  connected.state.subscribed = Subscribed{1, {{TrackSid("MT1"), SignaledId("b1"), {}}}};
  connected.state.peer_connections = {peer_connection("L2", DescriptionType::kCreateOffer, 1)};
  return connected;
}

}  // namespace

TEST_CASE("session: dropped by the server, it ends with 53204 unless the app wants to rejoin", "[rsp][session][rejoin]") {
  SessionBench a;
  be_dropped(a);
  CHECK(a.news() == Words{"ended 53204"});
}

TEST_CASE("session: rejoining connects anew with what is published, and tells the whole state", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  be_dropped(a);
  CHECK(a.words() == Words{"close 2 3002", "open 3"});
  CHECK(a.news().empty());
  a.send_link(description("L", DescriptionType::kOffer, 5));  // what the old link still says
  a.open_socket();
  const auto connect = a.sent<Connect>();
  CHECK(connect.name == "r");
  CHECK(connect.token == "token");
  CHECK(connect.peer_connections.empty());
  REQUIRE(connect.participant.tracks.size() == 2);
  CHECK_FALSE(connect.participant.tracks[1].enabled);
  CHECK(connect.participant.tracks[1].id.value == "a2.1");

  a.say_frame(Welcome{1000});
  a.say(another_session());
  CHECK(a.news() == Words{"rejoined"});
  CHECK(a.words().empty());
  const auto rejoined = a.event<backend::SignalingRestored>();
  CHECK(rejoined.room_sid.value == "RM2");
  CHECK(rejoined.participant_sid.value == "PA_A2");
  CHECK(rejoined.update.participants_complete);
  REQUIRE(rejoined.update.participants.size() == 1);  // without itself
  CHECK(rejoined.update.participants[0].tracks);      // though its revision is no news
  CHECK(rejoined.update.subscriptions);
  CHECK(rejoined.update.links_complete);
  CHECK(a.session.is_connected());
  CHECK(a.session.attempt() == 0);

  // From here on it is a session like any other.
  a.close_socket(1006);
  a.pass_to_deadline();
  a.open_socket();
  CHECK(a.sent<Sync>().session == "SE2");
  CHECK(a.sent<Sync>().peer_connections.empty());
}

TEST_CASE("session: lost media are told in full each time, to a server that can tell them", "[rsp][session][media-lost]") {
  const std::vector<ParticipantSid> lost{ParticipantSid("PA_B")};
  SessionBench a(rejoining());
  const auto set = [&](const std::vector<ParticipantSid>& participants) {
    a.act([&] { a.session.tell_others({{}, {}, participants, {}}, a.now, a.effects); });
  };
  SECTION("and to no other") {
    Connected official = connected_message();
    official.state.holdfast.reset();
    a.to_connected(official);
    set(lost);
    CHECK(a.words().empty());
    return;
  }
  a.to_connected();
  set(lost);
  CHECK(a.sent<ClientUpdate>().holdfast->media_lost == lost);
  set(lost);
  CHECK(a.words().empty());
  a.set_tracks({local_track("a1")});
  CHECK(a.sent<ClientUpdate>().holdfast->media_lost == lost);
  a.act([&] { a.session.hint(Session::Hint::kHidden, a.now, a.effects); });
  CHECK(a.sent<ClientUpdate>().holdfast->media_lost == lost);
  SECTION("withdrawn") {
    set({});
    CHECK_FALSE(a.sent<ClientUpdate>().holdfast);
    return;
  }
  a.close_socket(1006);
  a.pass_to_deadline();
  SECTION("in the sync") {
    a.open_socket();
    CHECK(a.sent<Sync>().holdfast->media_lost == lost);
  }
  SECTION("another session has heard nothing of it") {
    a.greet();
    a.say(ErrorMessage{{code::kParticipantNotFound, ""}});
    a.greet();
    a.say(another_session());
    set(lost);
    CHECK(a.sent<ClientUpdate>().holdfast->media_lost == lost);
  }
}

TEST_CASE("session: wishes are told in full each time, and to another session anew", "[rsp][session][wishes]") {
  const std::vector<backend::Wish> wishes{{{}, "MT1", 0, 0}, {{}, "MT2", 320, 180}};
  SessionBench a(rejoining());
  const auto wish = [&](const std::vector<backend::Wish>& all) {
    a.act([&] { a.session.tell_others({{}, {}, {}, all}, a.now, a.effects); });
  };
  a.to_connected();
  wish({});
  CHECK(a.words().empty());
  wish(wishes);
  CHECK(a.sent<ClientUpdate>().holdfast->wishes == wishes);
  a.set_tracks({local_track("a1")});
  CHECK(a.sent<ClientUpdate>().holdfast->wishes == wishes);
  wish(wishes);
  CHECK(a.words().empty());
  a.close_socket(1006);
  a.pass_to_deadline();
  SECTION("in the sync") {
    a.open_socket();
    CHECK(a.sent<Sync>().holdfast->wishes == wishes);
  }
  SECTION("in another session, after it has begun") {
    a.greet();
    a.say(ErrorMessage{{code::kParticipantNotFound, ""}});
    a.greet();
    wish(wishes);
    a.say(another_session());
    wish(wishes);
    CHECK(a.sent<ClientUpdate>().holdfast->wishes == wishes);
  }
}

TEST_CASE("session: how good the network is, is told in full each time, and to another session anew", "[rsp][session][quality]") {
  SessionBench a(rejoining());
  const auto rate = [&](std::int64_t quality) { a.act([&] { a.session.tell_others({{}, {}, {}, {}, quality}, a.now, a.effects); }); };
  a.to_connected();
  rate(kNoQuality);
  CHECK(a.words().empty());
  rate(0);
  CHECK(a.sent<ClientUpdate>().holdfast->quality == 0);
  CHECK_FALSE(a.sent<ClientUpdate>().participant);
  CHECK(a.sent<ClientUpdate>().session.empty());
  a.set_tracks({local_track("a1")});
  CHECK(a.sent<ClientUpdate>().holdfast->quality == 0);
  CHECK(a.sent<ClientUpdate>().participant->tracks.size() == 1);
  rate(0);
  CHECK(a.words().empty());
  rate(4);
  CHECK(a.sent<ClientUpdate>().holdfast->quality == 4);
  a.close_socket(1006);
  a.pass_to_deadline();
  SECTION("in the sync") {
    a.open_socket();
    CHECK(a.sent<Sync>().holdfast->quality == 4);
  }
  SECTION("in another session, after it has begun") {
    a.greet();
    a.say(ErrorMessage{{code::kParticipantNotFound, ""}});
    a.greet();
    a.say(another_session());
    rate(4);
    CHECK(a.sent<ClientUpdate>().holdfast->quality == 4);
  }
}

TEST_CASE("session: each attempt to rejoin publishes under ids that nobody has seen", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  be_dropped(a);
  a.open_socket();
  CHECK(a.sent<Connect>().participant.tracks[0].id.value == "a1.1");
  a.close_socket(1006);  // it may have been let in, and seen
  a.pass_to_deadline();
  a.answer_probe(true);
  a.open_socket();
  CHECK(a.sent<Connect>().participant.tracks[0].id.value == "a1.2");
  a.say_frame(Welcome{1000});
  Connected connected = another_session();
  using Verdict = Published::Track;
  connected.state.holdfast = Extension{{}, {}, {}, {{ParticipantSid("PA_B"), "a1.2", 0, 0}}};
  connected.state.published = Published{1,
                                        {Verdict{SignaledId("a1.2"), Verdict::State::kReady, TrackSid("MT8"), {}},
                                         Verdict{SignaledId("a1"), Verdict::State::kReady, TrackSid("MT9"), {}}}};
  a.say(connected);
  const auto restored = a.event<backend::SignalingRestored>();
  CHECK(restored.id_suffix == ".2");
  REQUIRE(restored.update.publications.size() == 2);
  CHECK(restored.update.publications[0].id.value == "a1");
  CHECK(restored.update.publications[1].id.value == "a1");
  CHECK(a.session.heard().wishes == std::vector<backend::Wish>{{ParticipantSid("PA_B"), "a1", 0, 0}});

  // What is published from here on goes the same way, and a sync keeps it all.
  a.set_tracks({local_track("a1"), local_track("a3")});
  CHECK(a.sent<ClientUpdate>().participant->tracks[1].id.value == "a3.2");
  a.close_socket(1006);
  a.pass_to_deadline();
  a.open_socket();
  CHECK(a.sent<Sync>().participant.tracks[0].id.value == "a1.2");
}

TEST_CASE("session: whoever rejoins has no link left, though the server lists none", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  be_dropped(a);
  a.greet();
  Connected connected = another_session();
  connected.state.peer_connections.reset();
  a.say(connected);
  CHECK(a.event<backend::SignalingRestored>().update.links_complete);
  CHECK(a.event<backend::SignalingRestored>().update.links.empty());
}

TEST_CASE("session: what the page before has kept is shown once, at the first connect", "[rsp][session][rejoin]") {
  input::Connect options = rejoining();
  options.keeps_session = true;
  options.session = "SE0";
  SessionBench a(options);
  be_dropped(a);
  a.words();
  a.open_socket();
  const auto connect = a.sent<Connect>();
  CHECK(connect.keeps_session);
  CHECK(connect.kept_session.empty());
}

TEST_CASE("session: `synced` is no answer to the `connect` of whoever rejoins", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  be_dropped(a);
  a.greet();
  a.say(Synced{});
  CHECK(a.news().empty());
  CHECK_FALSE(a.session.is_connected());
  a.say(another_session());
  CHECK(a.news() == Words{"rejoined", "updated"});
}

TEST_CASE("session: an attempt to rejoin that fails is followed by others", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  be_dropped(a);
  a.close_socket(1006);
  CHECK(a.news().empty());
  a.pass_to_deadline();
  CHECK(a.words() == Words{"probe http://h/signaling"});
  a.answer_probe(true);
  a.open_socket();
  CHECK(a.words() == Words{"hello connect"});
  a.say_frame(Welcome{1000});
  a.say(another_session());
  CHECK(a.news() == Words{"rejoined"});
}

TEST_CASE("session: dropped while it was cut off, it loses signaling first and then rejoins", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  a.to_connected();
  a.say(ErrorMessage{{code::kParticipantNotFound, ""}});
  CHECK(a.news() == Words{"alive", "lost"});
  CHECK(a.words() == Words{"close 1 3002"});
  a.pass_to_deadline();
  a.greet();
  a.say(another_session());
  CHECK(a.news() == Words{"rejoined"});
}

TEST_CASE("session: rejoining is not for whom the server has thrown out", "[rsp][session][rejoin]") {
  for (const int thrown_out : {code::kDuplicateIdentity, code::kRoomCompleted, code::kSignalingDisconnected}) {
    SessionBench a(rejoining());
    a.to_resuming();
    a.greet();
    a.say(ErrorMessage{{thrown_out, ""}});
    CHECK(a.news() == Words{"ended " + std::to_string(thrown_out)});
  }
  SessionBench refused(rejoining());
  be_dropped(refused);
  refused.greet();
  refused.say(ErrorMessage{{code::kRoomMaxParticipantsExceeded, ""}});
  CHECK(refused.news() == Words{"ended 53105"});

  SessionBench left(rejoining());
  be_dropped(left);
  left.leave();
  CHECK(left.news() == Words{"ended"});
}

TEST_CASE("session: a room without a name is joined again by its SID", "[rsp][session][rejoin]") {
  input::Connect options = rejoining();
  options.room_name.clear();
  SessionBench a(options);
  Connected connected = connected_message();
  connected.name.clear();
  a.to_connected(connected);
  a.close_socket(1006);
  a.pass_to_deadline();
  a.greet();
  a.say(ErrorMessage{{code::kParticipantNotFound, ""}});
  a.open_socket();
  CHECK(a.sent<Connect>().name == "RM1");
}

TEST_CASE("session: attempts are counted from the loss on, each planned when the one before has failed", "[rsp][session][resume]") {
  SessionBench a;
  a.to_backing_off();
  CHECK(a.event<backend::AttemptPlanned>().number == 1);
  CHECK(a.session.attempt() == 1);
  CHECK(a.session.next_attempt() == a.now + a.event<backend::AttemptPlanned>().pause);
  a.pass_to_deadline();
  CHECK_FALSE(a.session.next_attempt());
  a.close_socket(1006);
  CHECK(a.event<backend::AttemptPlanned>().number == 2);
  a.pass_to_deadline();
  a.answer_probe(false);
  CHECK(a.event<backend::AttemptPlanned>().number == 3);
  a.pass_to_deadline();
  a.answer_probe(true);
  a.greet();
  a.say(Synced{});
  CHECK(a.session.attempt() == 0);
  a.close_socket(1006);
  CHECK(a.event<backend::AttemptPlanned>().number == 1);
}

TEST_CASE("session: fresh ICE servers come before the links that need them", "[rsp][session][rejoin]") {
  SessionBench a(rejoining());
  be_dropped(a);
  a.open_socket();
  a.say_frame(Welcome{1000});
  Connected connected = another_session();
  connected.state.holdfast = Extension{};
  connected.state.ice_servers = {{{"turn:t"}, "later", "secret"}};
  a.say(connected);
  CHECK(a.news() == Words{"new ice servers", "rejoined"});
}

TEST_CASE("session: ICE servers of the app are never replaced", "[rsp][session]") {
  auto options = connect_options();
  options.ice_servers_given = true;
  SessionBench a(options);
  a.start();
  a.connect();
  a.open_socket();
  a.say_frame(Welcome{1000});
  Connected connected = connected_message();
  connected.state.holdfast = Extension{};
  connected.state.ice_servers = {{{"turn:t"}, "later", "secret"}};
  a.say(connected);
  CHECK(a.news() == Words{"joined"});
}
