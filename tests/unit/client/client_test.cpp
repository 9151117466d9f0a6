#include "client/client.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "scripted_call.hpp"

namespace holdfast {
namespace {

using backend::DescriptionType;
using backend::ParticipantState;
using test::Events;
using test::local_audio;
using test::ScriptedCall;

constexpr const char* kLink = "PA-p.PA-me.1.x";

rsp::RemoteParticipantState someone(std::int64_t revision, std::vector<backend::RemoteTrack> tracks = {},
                                    ParticipantState state = ParticipantState::kConnected) {
  return {ParticipantSid("PA-p"), "p", state, revision, std::move(tracks), false};
}

backend::RemoteTrack remote_audio() { return {TrackSid("MT1"), backend::TrackKind::kAudio, "voice", true, {}}; }

rsp::RoomState with(std::vector<rsp::RemoteParticipantState> participants) {
  rsp::RoomState state;
  state.participants = std::move(participants);
  return state;
}

rsp::RoomState with_link_between(const char* id, DescriptionType type, std::int64_t revision, std::string sdp) {
  rsp::RoomState state;
  state.peer_connections = {{LinkId(id), backend::Description{type, revision, std::move(sdp)}, {}}};
  return state;
}
rsp::RoomState with_link(DescriptionType type, std::int64_t revision, std::string sdp) {
  return with_link_between(kLink, type, revision, std::move(sdp));
}

rsp::RoomState with_published(std::int64_t revision, rsp::Published::Track track) {
  rsp::RoomState state;
  state.published = rsp::Published{revision, {std::move(track)}};
  return state;
}

rsp::Published::Track ready(const char* id, const char* sid) {
  return {SignaledId(id), rsp::Published::Track::State::kReady, TrackSid(sid), {}};
}
rsp::Published::Track refused(const char* id, int error_code) {
  return {SignaledId(id), rsp::Published::Track::State::kFailed, {}, {error_code, {}}};
}

// In a room with one participant whose audio is subscribed over a link that is connected.
void hear_someone(ScriptedCall& call) {
  rsp::RoomState room = with({someone(1, {remote_audio()})});
  room.subscribed = rsp::Subscribed{1, {{TrackSid("MT1"), SignaledId("t1"), {}}}};
  call.join(room);
  call.serve_update(with_link(DescriptionType::kOffer, 2, call.sdp({"t1"})));
  call.give(input::TrackAdded{call.peer, "0", backend::TrackKind::kAudio});
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
}

// ---- joining ------------------------------------------------------------------------------------------------------------------------

TEST_CASE("client: joins, connect() resolves with who is there and what was published", "[client]") {
  ScriptedCall call;
  rsp::RoomState room = with({someone(1, {remote_audio()})});
  room.published = rsp::Published{1, {ready("a1", "MT9"), refused("a2", 53304)}};
  call.join(room, {local_audio("a1"), local_audio("a2")});
  CHECK(call.take_events() == Events{"roomConnected RM1 PA-p[MT1] a1=MT9", "localTrackPublicationFailed a2 53304"});
  const auto& connect = std::get<rsp::Connect>(call.sent[1]);
  CHECK(connect.participant.tracks.size() == 2);
  REQUIRE(connect.peer_connections.size() == 1);
  CHECK(connect.peer_connections[0].description->type == DescriptionType::kOffer);
  // The refused track is published no longer.
  REQUIRE(call.sent.size() > 2);
  CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).participant->tracks.size() == 1);
}

TEST_CASE("client: reconnectNow tries at once while signaling is away, and does nothing otherwise", "[client][token]") {
  ScriptedCall call;
  call.connect();
  call.give(input::ReconnectNow{});
  CHECK(call.batch.empty());
  call.serve_connected();
  call.give(input::ReconnectNow{});
  CHECK(call.batch.empty());

  call.give(input::SocketClosed{call.socket, 1006, ""});
  call.give(input::ReconnectNow{});
  REQUIRE(call.batch.size() == 1);
  CHECK(std::holds_alternative<effect::OpenSocket>(call.batch[0]));
  call.give(input::Disconnect{});
  call.give(input::ReconnectNow{});
  CHECK(call.batch.empty());
}

TEST_CASE("client: packets that come again are reason to ask the host again at once", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  call.pass(1_s);
  call.host_answers = false;
  call.media_flows = false;
  call.give(input::SocketClosed{call.socket, 1006, ""});
  call.pass(3_s);
  call.give(input::SocketClosed{call.socket, 1006, ""});
  call.pass(500_ms);
  REQUIRE(call.network.back() == "probe");  // the next one is due in 5 s
  call.network.clear();
  call.media_flows = true;
  call.pass(1_s);
  CHECK(call.network == std::vector<std::string>{"probe"});
}

TEST_CASE("client: an app that gave a token as a string hears of its end a minute before", "[client][token]") {
  ScriptedCall call;
  input::Connect options = ScriptedCall::options();
  options.token_lifetime = 70_s;
  call.give(options);
  call.give(input::SocketOpened{call.socket});
  call.serve(rsp::Welcome{1000});
  call.serve_message(rsp::Iced{});
  call.serve_connected();
  call.take_events();
  call.pass(9_s);
  CHECK(call.take_events().empty());
  call.pass(2_s);
  CHECK(call.take_events() == Events{"~tokenWillExpire"});
}

TEST_CASE("client: what is going on can be asked, and each attempt to come back is told", "[client]") {
  const auto describe = [](ScriptedCall& call) {
    call.give(input::Describe{});
    REQUIRE(call.batch.size() == 1);
    return std::get<effect::Description>(call.batch[0]);
  };
  ScriptedCall call;
  hear_someone(call);
  CHECK(describe(call).signaling);
  CHECK(describe(call).attempt == 0);
  CHECK_FALSE(describe(call).next_attempt);
  CHECK_FALSE(describe(call).time_left);
  REQUIRE(describe(call).links.size() == 1);
  CHECK(describe(call).links[0].participant.value == "PA-p");
  CHECK(describe(call).links[0].state == effect::LinkState::kHealthy);

  CHECK_FALSE(describe(call).links[0].path.relayed);
  call.path = {true, 40_ms};
  call.pass(1_s);
  CHECK(describe(call).links[0].path.relayed == true);
  CHECK(describe(call).links[0].path.round_trip_time == 40_ms);
  call.path = {false, {}};
  call.pass(1_s);
  CHECK(describe(call).links[0].path.relayed == false);
  CHECK_FALSE(describe(call).links[0].path.round_trip_time);

  call.give(input::SocketClosed{call.socket, 1006, ""});
  std::optional<effect::ReconnectProgress> progress;
  for (const Effect& effect : call.batch)
    if (const auto* emit = std::get_if<effect::Emit>(&effect))
      if (const auto* told = std::get_if<effect::ReconnectProgress>(&emit->event)) progress = *told;
  REQUIRE(progress);
  CHECK(progress->attempt == 1);
  CHECK(progress->time_left == 30_s);
  CHECK_FALSE(describe(call).signaling);
  CHECK(describe(call).attempt == 1);
  CHECK(describe(call).next_attempt == progress->next_attempt);
  CHECK(describe(call).time_left == 30_s);
}

TEST_CASE("client: with a limit of its own the app's Room outlasts the session timeout", "[client]") {
  ScriptedCall call;
  input::Connect options = ScriptedCall::options();
  options.reconnect_limit = Millis{std::int64_t{1} << 52};
  call.give(options);
  call.give(input::SocketOpened{call.socket});
  call.serve(rsp::Welcome{1000});
  call.serve_message(rsp::Iced{});
  call.serve_connected();
  call.give(input::SocketClosed{call.socket, 1006, ""});
  call.pass(3600_s, false);
  CHECK_FALSE(call.client.is_over());
}

TEST_CASE("client: whoever the server has dropped joins again in the same Room, and the app hears the real differences", "[client]") {
  ScriptedCall call;
  input::Connect options = ScriptedCall::options({local_audio("a1")});
  options.rejoins = true;
  call.give(options);
  call.give(input::SocketOpened{call.socket});
  call.serve(rsp::Welcome{1000});
  call.serve_message(rsp::Iced{});
  rsp::RoomState room = with({someone(1, {remote_audio()}), {ParticipantSid("PA-q"), "q", ParticipantState::kConnected, 1, {}}});
  room.subscribed = rsp::Subscribed{1, {{TrackSid("MT1"), SignaledId("t1"), {}}}};
  room.published = rsp::Published{1, {ready("a1", "MT9")}};
  call.serve_connected(room);
  call.serve_update(with_link(DescriptionType::kOffer, 2, call.sdp({"t1"})));
  call.give(input::TrackAdded{call.peer, "0", backend::TrackKind::kAudio});
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
  call.take_events();

  call.drop_and_return();
  call.serve_message(rsp::ErrorMessage{{53204, {}}});
  CHECK(call.take_events() == Events{"local reconnecting", "~reconnecting 53001"});
  call.give(input::SocketOpened{call.socket});
  call.serve(rsp::Welcome{1000});
  REQUIRE(std::holds_alternative<rsp::Connect>(call.sent.back()));
  CHECK(std::get<rsp::Connect>(call.sent.back()).participant.tracks.size() == 1);
  rsp::Connected connected;
  connected.session = "SE2";
  connected.sid = RoomSid("RM1");
  connected.name = "r";
  connected.state = with({someone(1, {remote_audio()})});
  connected.state.participant = rsp::OwnParticipant{ParticipantSid("PA-me2"), "me"};
  connected.state.peer_connections.emplace();
  connected.state.subscribed = rsp::Subscribed{1, {{TrackSid("MT1"), SignaledId("t1"), {}}}};
  connected.state.published = rsp::Published{1, {ready("a1.1", "MT10")}};
  call.serve_message(connected);
  CHECK(call.take_events() == Events{"roomRejoined RM1 PA-me2", "participantDisconnected PA-q", "localTrackPublished a1 MT10",
                                     "~local reconnected", "~reconnected"});

  // Links that are new know our track by its new id, which nobody else sees.
  call.serve_update(with_link_between("PA-p.PA-me2.1.x", DescriptionType::kCreateOffer, 1, ""));
  const auto offer = std::get<rsp::ClientUpdate>(call.sent.back()).peer_connections.at(0).description;
  REQUIRE(offer);
  CHECK(offer->sdp.find("a=msid:- a1.1\r\n") != std::string::npos);
  CHECK(call.sending.back().second == SignaledId("a1"));
}

TEST_CASE("client: before connect and a second connect, ignored with a log", "[client]") {
  ScriptedCall call;
  call.give(input::Disconnect{});
  CHECK(call.batch.size() == 1);
  CHECK(std::holds_alternative<effect::Log>(call.batch[0]));
  CHECK(!call.deadline);
  call.join();
  call.take_events();
  call.give(ScriptedCall::options());
  CHECK(call.batch.size() == 1);
  CHECK(std::holds_alternative<effect::Log>(call.batch[0]));
}

TEST_CASE("client: refused, connect() rejects with the server's code", "[client]") {
  ScriptedCall call;
  call.connect();
  call.serve_message(rsp::ErrorMessage{{20104, "expired"}});
  CHECK(call.take_events() == Events{"connectFailed 20104"});
  CHECK(call.client.is_over());
}

TEST_CASE("client: the socket cannot be opened, connect() rejects with 53000", "[client]") {
  ScriptedCall call;
  call.give(ScriptedCall::options());
  call.give(input::SocketClosed{call.socket, 1006, ""});
  CHECK(call.take_events() == Events{"connectFailed 53000"});
}

TEST_CASE("client: the first offer cannot be made, connect() rejects with 53400", "[client]") {
  ScriptedCall call;
  call.fail_local_description = true;
  call.connect();
  CHECK(call.take_events() == Events{"connectFailed 53400"});
  CHECK(call.client.is_over());
}

TEST_CASE("client: left while connecting, no event at all", "[client]") {
  ScriptedCall call;
  call.connect();
  call.give(input::Disconnect{});
  CHECK(call.take_events() == Events{});
  CHECK(call.network == Events{"bye", "close 1000", "closePeer"});
  CHECK(call.client.is_over());
}

// ---- publishing ---------------------------------------------------------------------------------------------------------------------

TEST_CASE("client: publish, told once when the server accepts", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.give(input::Publish{local_audio("a1")});
  CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).participant->tracks.size() == 1);
  call.serve_update(with_published(1, ready("a1", "MT9")));
  call.serve_update(with_published(2, ready("a1", "MT9")));
  CHECK(call.take_events() == Events{"localTrackPublished a1 MT9"});
  SECTION("muted and unpublished, the server hears of both") {
    call.give(input::SetTrackEnabled{SignaledId("a1"), false});
    CHECK(!std::get<rsp::ClientUpdate>(call.sent.back()).participant->tracks[0].enabled);
    call.give(input::Unpublish{SignaledId("a1")});
    CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).participant->tracks.empty());
  }
  SECTION("the same again, and what is not there, change nothing") {
    const std::size_t before = call.sent.size();
    call.give(input::Publish{local_audio("a1")});
    call.give(input::SetTrackEnabled{SignaledId("a1"), true});
    call.give(input::Unpublish{SignaledId("a7")});
    CHECK(call.sent.size() == before);
  }
}

TEST_CASE("client: publish refused, told and dropped", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.give(input::Publish{local_audio("a1")});
  call.serve_update(with_published(1, refused("a1", 53304)));
  CHECK(call.take_events() == Events{"localTrackPublicationFailed a1 53304"});
  CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).participant->tracks.empty());
}

TEST_CASE("client: unpublished before the server answered, no event", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.give(input::Publish{local_audio("a1")});
  call.give(input::Unpublish{SignaledId("a1")});
  call.serve_update(with_published(1, ready("a1", "MT9")));
  CHECK(call.take_events() == Events{});
}

// ---- others -------------------------------------------------------------------------------------------------------------------------

TEST_CASE("client: media over a link, subscribed when everything is there", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  const Events events = call.take_events();
  REQUIRE(events.size() == 2);
  CHECK(events[0] == "roomConnected RM1 PA-p[MT1]");
  CHECK(events[1] == "trackSubscribed PA-p MT1 at " + std::to_string(call.peer.value) + "/0");
  const auto& update = std::get<rsp::ClientUpdate>(call.sent.back());
  REQUIRE(update.peer_connections.size() == 1);
  CHECK(update.peer_connections[0].description->type == DescriptionType::kAnswer);
  CHECK(update.peer_connections[0].description->revision == 2);
}

TEST_CASE("client: a participant comes, goes away, comes back and leaves", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.serve_update(with({someone(1)}));
  call.serve_update(with({someone(2, {}, ParticipantState::kReconnecting)}));
  call.serve_update(with({someone(3)}));
  call.serve_update(with({someone(4, {}, ParticipantState::kDisconnected)}));
  CHECK(call.take_events() == Events{"participantConnected PA-p[]", "participantReconnecting PA-p 53001", "~participantReconnected PA-p",
                                     "participantDisconnected PA-p"});
}

// ---- trouble ------------------------------------------------------------------------------------------------------------------------

TEST_CASE("client: signaling lost and synced, one reconnecting and one reconnected", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.drop_and_return();
  CHECK(call.take_events() == Events{"local reconnecting", "~reconnecting 53001"});
  REQUIRE(std::holds_alternative<rsp::Sync>(call.sent.back()));
  rsp::Synced synced{with({someone(1)})};
  synced.state.participant = rsp::OwnParticipant{ParticipantSid("PA-me"), "me"};
  call.serve_message(synced);
  CHECK(call.take_events() == Events{"participantConnected PA-p[]", "~local reconnected", "~reconnected"});
  call.pass(60_s);
  CHECK(call.take_events() == Events{});
}

TEST_CASE("client: the server is silent, reconnecting within 3 s and given up after the session timeout", "[client][timers]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.pass(3_s, false);
  CHECK(call.take_events() == Events{"local reconnecting", "~reconnecting 53001"});
  call.pass(30_s, false);
  CHECK(call.take_events() == Events{"local disconnected", "disconnected 53000"});
  CHECK(!call.deadline);
}

TEST_CASE("client: the server refuses the sync, disconnected with its code", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  call.drop_and_return();
  call.serve_message(rsp::ErrorMessage{{53204, ""}});
  CHECK(call.take_events() == Events{"local reconnecting", "~reconnecting 53001", "local disconnected", "disconnected 53204"});
}

TEST_CASE("client: media fails while the server answers, 53405 for the Room and the participant until it flows again", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  call.take_events();
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kFailed});
  call.pass(1_s);
  CHECK(call.take_events() == Events{"~reconnecting 53405", "participantReconnecting PA-p 53405"});
  SECTION("back") {
    call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
    CHECK(call.take_events() == Events{"~reconnected", "~participantReconnected PA-p"});
  }
  SECTION("the peer leaves: we are well") {
    rsp::RoomState room = with({someone(2, {remote_audio()}, ParticipantState::kDisconnected)});
    room.subscribed = rsp::Subscribed{2, {}};
    room.peer_connections = {{LinkId(kLink), backend::Description{DescriptionType::kClose, 3, ""}, {}}};
    call.serve_update(room);
    CHECK(call.take_events() == Events{"participantDisconnected PA-p", "~reconnected"});
    call.pass(60_s);
    CHECK(call.take_events() == Events{});
  }
}

TEST_CASE("client: says whose media it has lost for four seconds, for as long as it has", "[client][media-lost]") {
  ScriptedCall call;
  hear_someone(call);
  const auto said = [&call] {
    const auto& holdfast = std::get<rsp::ClientUpdate>(call.sent.back()).holdfast;
    return holdfast ? holdfast->media_lost : std::vector<ParticipantSid>{};
  };
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kFailed});
  CHECK(said().empty());  // a suspicion so far
  call.pass(3500_ms);
  CHECK(said().empty());  // most troubles are over before that
  call.pass(1500_ms);
  CHECK(said() == std::vector{ParticipantSid("PA-p")});
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
  CHECK(said().empty());
}

TEST_CASE("client: whoever has lost our media is reconnecting, and the Room is not", "[client][media-lost]") {
  ScriptedCall call;
  hear_someone(call);
  call.take_events();
  rsp::RoomState lost;
  lost.holdfast = rsp::Extension{{}, {}, {ParticipantSid("PA-p"), ParticipantSid("PA of nobody")}, {}};
  call.serve_update(lost);
  CHECK(call.take_events() == Events{"participantReconnecting PA-p 53405"});
  call.pass(60_s);
  CHECK(call.take_events() == Events{});
  SECTION("until it says no more") {
    call.serve_update(rsp::RoomState{});
    CHECK(call.take_events() == Events{"~participantReconnected PA-p"});
  }
  SECTION("and, where it replaced the link, until the new one works") {
    rsp::RoomState replaced = with_link(DescriptionType::kClose, 3, "");
    replaced.peer_connections->push_back(
        {LinkId("PA-p.PA-me.2.x"), backend::Description{DescriptionType::kOffer, 1, call.sdp({"t1"})}, {}});
    replaced.holdfast = lost.holdfast;
    call.serve_update(replaced);
    call.take_events();
    call.serve_update(rsp::RoomState{});
    CHECK(call.take_events() == Events{});
    call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
    CHECK(call.take_events() == Events{"~participantReconnected PA-p"});
  }
  SECTION("and, where it replaced the link and the new one does not come up, the other end is told (sim seed 139673)") {
    rsp::RoomState replaced = with_link(DescriptionType::kClose, 3, "");
    replaced.peer_connections->push_back(
        {LinkId("PA-p.PA-me.2.x"), backend::Description{DescriptionType::kOffer, 1, call.sdp({"t1"})}, {}});
    call.serve_update(replaced);
    call.pass(5_s);
    CHECK(call.take_events() == Events{});
    CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).holdfast->media_lost == std::vector{ParticipantSid("PA-p")});
    SECTION("until it does") {
      call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
      CHECK(call.take_events() == Events{"~participantReconnected PA-p"});
    }
    SECTION("and its restart is no sign of life") {
      call.pass(20_s);
      CHECK(call.take_events() == Events{"~reconnecting 53405"});
    }
  }
  SECTION("and, where the new one ends before it works, until another does; of which the other end is told (sim seed 62642)") {
    const auto replace = [&](const char* link) {
      rsp::RoomState with_another;
      with_another.peer_connections = {{LinkId(link), backend::Description{DescriptionType::kOffer, 1, call.sdp({"t1"})}, {}}};
      call.serve_update(with_another);
    };
    call.serve_update(with_link(DescriptionType::kClose, 3, ""));
    replace("PA-p.PA-me.2.x");
    call.take_events();
    call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kFailed});
    call.pass(5_s);
    CHECK(call.take_events() == Events{});
    CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).holdfast->media_lost == std::vector{ParticipantSid("PA-p")});
    replace("PA-p.PA-me.3.x");
    CHECK(call.take_events() == Events{});
    call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
    CHECK(call.take_events() == Events{"~participantReconnected PA-p"});
  }
  SECTION("a second cause is no second event") {
    call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kFailed});
    rsp::RoomState both = with({someone(2, {remote_audio()}, ParticipantState::kReconnecting)});
    both.holdfast = lost.holdfast;
    call.serve_update(both);
    call.pass(1_s);
    CHECK(call.take_events() == Events{});
    call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
    call.serve_update(with({someone(3, {remote_audio()})}));
    CHECK(call.take_events() == Events{"~participantReconnected PA-p"});
  }
}

TEST_CASE("client: no bytes on a connection that says connected, trouble only if some should come", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  call.pass(5_s);
  call.take_events();
  const bool muted = GENERATE(true, false);
  if (muted) {
    backend::RemoteTrack track = remote_audio();
    track.enabled = false;
    call.serve_update(with({someone(2, {track})}));
    CHECK(call.take_events() == Events{"trackDisabled PA-p MT1"});
  }
  call.media_flows = false;
  call.pass(5_s);
  CHECK(call.take_events() == (muted ? Events{} : Events{"~reconnecting 53405", "participantReconnecting PA-p 53405"}));
}

TEST_CASE("client: a track that was switched off is not missed, nor when it is switched on again", "[client][wishes]") {
  ScriptedCall call;
  rsp::RoomState room = with({someone(1, {remote_audio()})});
  room.participants[0].speaks_holdfast = true;
  room.subscribed = rsp::Subscribed{1, {{TrackSid("MT1"), SignaledId("t1"), {}}}};
  call.join(room);
  call.serve_update(with_link(DescriptionType::kOffer, 2, call.sdp({"t1"})));
  call.give(input::TrackAdded{call.peer, "0", backend::TrackKind::kAudio});
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kConnected});
  call.pass(15_s);
  call.take_events();
  const backend::Wish nothing{{}, "MT1", 0, 0};
  call.give(input::WishTrack{nothing});
  CHECK(call.take_events() == Events{"~trackSwitchedOff PA-p MT1"});
  CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).holdfast->wishes == std::vector{nothing});
  call.media_flows = false;
  call.pass(60_s);
  CHECK(call.take_events() == Events{});
  call.drop_and_return();
  REQUIRE(std::holds_alternative<rsp::Sync>(call.sent.back()));
  CHECK(std::get<rsp::Sync>(call.sent.back()).holdfast->wishes == std::vector{nothing});
  rsp::Synced synced;
  synced.state = room;
  synced.state.participant = rsp::OwnParticipant{ParticipantSid("PA-me"), "me"};
  synced.state.peer_connections = {{LinkId(kLink), {}, {}}};
  synced.state.holdfast.emplace();
  call.serve_message(synced);
  CHECK(call.take_events() == Events{"local reconnecting", "~reconnecting 53001", "~local reconnected", "~reconnected"});
  call.give(input::WishTrack{{{}, "MT1", -1, -1}});
  CHECK(call.take_events() == Events{"~trackSwitchedOn PA-p MT1"});
  CHECK_FALSE(std::get<rsp::ClientUpdate>(call.sent.back()).holdfast);
  call.pass(5_s);
  CHECK(call.take_events() == Events{});
  call.media_flows = true;
  call.pass(15_s);
  call.media_flows = false;
  call.pass(5_s);
  CHECK(call.take_events() == Events{"~reconnecting 53405", "participantReconnecting PA-p 53405"});
}

TEST_CASE("client: of whoever does not speak Holdfast nothing is wished, and its media are missed as ever", "[client][wishes]") {
  ScriptedCall call;
  hear_someone(call);
  call.pass(15_s);
  call.take_events();
  const std::size_t said = call.sent.size();
  call.give(input::WishTrack{{{}, "MT1", 0, 0}});
  CHECK(call.take_events() == Events{});
  CHECK(call.sent.size() == said);
  call.media_flows = false;
  call.pass(5_s);
  CHECK(call.take_events() == Events{"~reconnecting 53405", "participantReconnecting PA-p 53405"});
}

TEST_CASE("client: what the others wish of its tracks goes to the link of each, also to one that comes later", "[client][wishes]") {
  ScriptedCall call;
  rsp::RoomState room = with({someone(1)});
  room.published = rsp::Published{1, {ready("a1", "MT9")}};
  call.join(room, {local_audio("a1")});
  const auto fits = [&call] { return std::exchange(call.fits, {}); };
  rsp::RoomState wished;
  wished.holdfast = rsp::Extension{{}, {}, {}, {{ParticipantSid("PA-p"), "a1", 0, 0}, {ParticipantSid("PA-q"), "a1", 7, 7}}};
  call.serve_update(wished);
  CHECK(fits() == Events{});
  rsp::RoomState linked = with_link(DescriptionType::kCreateOffer, 1, "");
  linked.holdfast = wished.holdfast;
  call.serve_update(linked);
  CHECK(fits() == Events{"a1 0 x 0"});
  call.serve_update(wished);
  CHECK(fits() == Events{});
  wished.holdfast->wishes[0].width = wished.holdfast->wishes[0].height = 90;
  call.serve_update(wished);
  CHECK(fits() == Events{"a1 90 x 90"});
  wished.holdfast->wishes.erase(wished.holdfast->wishes.begin());
  call.serve_update(wished);
  CHECK(fits() == Events{"a1 -1 x -1"});
}

TEST_CASE("client: the more want a video, the less of it each link may send; of sound all of it", "[client][wishes]") {
  ScriptedCall call;
  backend::LocalTrack video = local_audio("v1");
  video.kind = backend::TrackKind::kVideo;
  rsp::RoomState room = with({someone(1)});
  room.published = rsp::Published{1, {ready("v1", "MT8"), ready("a1", "MT9")}};
  call.join(room, {video, local_audio("a1")});
  const auto fits = [&call] { return std::exchange(call.fits, {}); };
  call.serve_update(with_link(DescriptionType::kCreateOffer, 1, ""));
  CHECK(fits() == Events{});
  const rsp::RemoteParticipantState other{ParticipantSid("PA-q"), "q", ParticipantState::kConnected, 1, {}};
  call.serve_update(with({other}));
  CHECK(fits() == Events{"v1 -1 x -1, 1250000"});
  rsp::RoomState wished = with({{ParticipantSid("PA-r"), "r", ParticipantState::kConnected, 1, {}}});
  wished.holdfast = rsp::Extension{{}, {}, {}, {{ParticipantSid("PA-p"), "v1", 320, 180}}};
  call.serve_update(wished);
  CHECK(fits() == Events{"v1 320 x 180, 833333"});
  SECTION("whoever switches it off leaves the share to the others") {
    wished.holdfast->wishes.push_back({ParticipantSid("PA-q"), "v1", 0, 0});
    call.serve_update(wished);
    CHECK(fits() == Events{"v1 320 x 180, 1250000"});
  }
  SECTION("who has trouble keeps it, who leaves does not; the last one gets it all") {
    rsp::RemoteParticipantState gone = other;
    gone.state = ParticipantState::kReconnecting;
    gone.revision = 2;
    wished.participants = {gone};
    call.serve_update(wished);
    CHECK(fits() == Events{});
    gone.state = ParticipantState::kDisconnected;
    gone.revision = 3;
    wished.participants = {gone};
    call.serve_update(wished);
    CHECK(fits() == Events{"v1 320 x 180, 1250000"});
    gone.sid = ParticipantSid("PA-r");
    wished.participants = {gone};
    call.serve_update(wished);
    CHECK(fits() == Events{"v1 320 x 180"});
  }
}

TEST_CASE("client: more participants than a mesh can carry with video are told of, once", "[client]") {
  ScriptedCall call;
  std::vector<rsp::RemoteParticipantState> others;
  for (int i = 0; i < 6; ++i) others.push_back({ParticipantSid("PA-" + std::to_string(i)), "p", ParticipantState::kConnected, 1, {}});
  backend::LocalTrack video = local_audio("v1");
  video.kind = backend::TrackKind::kVideo;
  call.join(with(others), {local_audio("a1")});
  const auto warnings = [&call] {
    Events events = call.take_events();
    events.erase(std::remove_if(events.begin(), events.end(), [](const auto& text) { return text.find("mesh") == std::string::npos; }),
                 events.end());
    return events;
  };
  const auto change = [&](int who, ParticipantState state, std::int64_t revision) {
    rsp::RemoteParticipantState changed = others.front();
    changed.sid = ParticipantSid("PA-" + std::to_string(who));
    changed.state = state;
    changed.revision = revision;
    call.serve_update(with({changed}));
  };
  CHECK(warnings() == Events{});
  call.give(input::Publish{video});
  CHECK(warnings() == Events{"~meshOverloaded 7 of 6"});
  change(7, ParticipantState::kConnected, 1);
  change(7, ParticipantState::kReconnecting, 2);
  call.pass(1_s);
  CHECK(warnings() == Events{});
  change(7, ParticipantState::kDisconnected, 3);
  change(0, ParticipantState::kDisconnected, 2);
  CHECK(warnings() == Events{});
  change(8, ParticipantState::kConnected, 1);
  CHECK(warnings() == Events{"~meshOverloaded 7 of 6"});
  SECTION("without video it carries more") {
    call.give(input::Unpublish{video.id});
    change(9, ParticipantState::kConnected, 1);
    CHECK(warnings() == Events{});
  }
}

TEST_CASE("client: a room that is too large when it is joined says so after connect()", "[client]") {
  ScriptedCall call;
  std::vector<rsp::RemoteParticipantState> others;
  for (int i = 0; i < 6; ++i) others.push_back({ParticipantSid("PA-" + std::to_string(i)), "p", ParticipantState::kConnected, 1, {}});
  backend::LocalTrack video = local_audio("v1");
  video.kind = backend::TrackKind::kVideo;
  call.join(with(others), {video});
  const Events events = call.take_events();
  REQUIRE(events.size() > 1);
  CHECK(events.front().rfind("roomConnected", 0) == 0);
  CHECK(std::count(events.begin(), events.end(), "~meshOverloaded 7 of 6") == 1);
}

TEST_CASE("client: how good a network is, is told to the others, and described of each of them", "[client][quality]") {
  ScriptedCall call;
  rsp::RoomState room = with({someone(1)});
  room.participants[0].speaks_holdfast = true;
  room.participants[0].quality = 2;
  call.join(room);
  call.serve_update(with_link(DescriptionType::kCreateOffer, 1, ""));
  call.take_events();
  const auto described = [&call](std::int64_t own = backend::kNoQuality) {
    call.give(input::Describe{own});
    for (const Effect& effect : call.batch)
      if (const auto* description = std::get_if<effect::Description>(&effect)) {
        REQUIRE(description->links.size() == 1);
        CHECK(description->links[0].peer == call.peer);
        return description->links[0].quality;
      }
    FAIL("no description");
    return std::int64_t{};
  };
  const std::size_t said = call.sent.size();
  CHECK(described() == 2);
  CHECK(call.sent.size() == said);
  CHECK(described(0) == 2);
  CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).holdfast->quality == 0);
  CHECK(described() == 2);
  CHECK(call.sent.size() == said + 1);
  rsp::RoomState news = with({someone(2)});
  news.participants[0].speaks_holdfast = true;
  news.participants[0].quality = 5;
  call.serve_update(news);
  CHECK(described(3) == 5);
  call.serve_update(with({someone(2)}));  // an old revision says nothing
  CHECK(described() == 5);
  call.serve_update(with({someone(3)}));
  CHECK(described() == backend::kNoQuality);
  CHECK(call.take_events() == Events{});
  call.drop_and_return();
  CHECK(std::get<rsp::Sync>(call.sent.back()).holdfast->quality == 3);
}

TEST_CASE("client: one frame confirms lost media and says that the peer is away, only the peer is in trouble", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  call.take_events();
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kFailed});
  call.serve_update(with({someone(2, {remote_audio()}, ParticipantState::kReconnecting)}));
  CHECK(call.take_events() == Events{"participantReconnecting PA-p 53001"});
}

TEST_CASE("client: what was held back and comes at once is one answer (sim seed 7650)", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  call.take_events();
  call.give(input::ConnectionStateChanged{call.peer, input::ConnectionState::kFailed});
  call.serve_update(rsp::RoomState{});  // by itself it would say that the peer is connected, …
  rsp::RoomState room = with({someone(2, {remote_audio()}, ParticipantState::kDisconnected)});
  room.subscribed = rsp::Subscribed{2, {}};
  room.peer_connections = {{LinkId(kLink), backend::Description{DescriptionType::kClose, 3, ""}, {}}};
  call.serve_update(room);  // … but it had left meanwhile
  CHECK(call.take_events() == Events{"participantDisconnected PA-p"});
  call.pass(5_s);
  CHECK(call.take_events() == Events{});
}

TEST_CASE("client: woken an hour late, asks the server before it believes in silence", "[client][timers]") {
  ScriptedCall call;
  call.join();
  call.pass(2_s);
  call.take_events();
  call.now = call.now + 3600_s;
  call.give(input::Tick{});
  CHECK(call.take_events() == Events{});
  call.serve(rsp::Heartbeat{});
  call.pass(2_s);
  CHECK(call.take_events() == Events{});
}

// ---- the end ------------------------------------------------------------------------------------------------------------------------

TEST_CASE("client: disconnect, everything in one batch and then silence", "[client]") {
  ScriptedCall call;
  hear_someone(call);
  call.take_events();
  call.network.clear();
  call.give(input::Disconnect{});
  CHECK(call.take_events() == Events{"local disconnected", "trackUnsubscribed PA-p MT1", "disconnected"});
  CHECK(std::holds_alternative<rsp::Disconnect>(call.sent.back()));
  CHECK(call.network == Events{"bye", "close 1000", "closePeer"});
  CHECK(std::is_partitioned(call.batch.begin(), call.batch.end(),
                            [](const Effect& effect) { return !std::holds_alternative<effect::Emit>(effect); }));
  CHECK(!call.deadline);
  call.give(input::Publish{local_audio("a1")});
  CHECK(call.batch.empty());
  CHECK(!call.deadline);
}

TEST_CASE("client: ended by the server, disconnected with the reason", "[client]") {
  ScriptedCall call;
  call.join();
  call.take_events();
  SECTION("the same identity joined again") {
    call.serve_message(rsp::ErrorMessage{{53205, ""}});
    CHECK(call.take_events() == Events{"local disconnected", "disconnected 53205"});
  }
  SECTION("the room was completed") {
    call.serve_message(rsp::Disconnected{true});
    CHECK(call.take_events() == Events{"local disconnected", "disconnected 53118"});
  }
  SECTION("closed with 1000") {
    call.give(input::SocketClosed{call.socket, 1000, ""});
    CHECK(call.take_events() == Events{"local disconnected", "disconnected 53001"});
  }
}

// ---- the page -----------------------------------------------------------------------------------------------------------------------

TEST_CASE("client: beforeunload, a hint to a server that knows it and leaving any other", "[client][page]") {
  ScriptedCall call;
  const bool holdfast = GENERATE(true, false);
  call.join({}, {}, holdfast);
  call.take_events();
  call.network.clear();
  call.give(input::Page{input::PageEvent::kBeforeUnload, false});
  CHECK(call.client.is_over() == !holdfast);
  if (!holdfast) {
    CHECK(call.take_events() == Events{"local disconnected", "disconnected"});
    return;
  }
  CHECK(std::get<rsp::ClientUpdate>(call.sent.back()).holdfast->leaving == true);
  CHECK(call.take_events() == Events{});
  call.give(input::Page{input::PageEvent::kPageHide, false});
  CHECK(call.take_events() == Events{"local disconnected", "disconnected"});
  CHECK(call.network == Events{"bye", "close 1000", "beacon SE1"});
}

TEST_CASE("client: a page that keeps its session says so, and hands it on instead of leaving", "[client][page]") {
  ScriptedCall call;
  input::Connect options = ScriptedCall::options();
  options.keeps_session = true;
  options.session = "SE0";
  call.give(options);
  call.give(input::SocketOpened{call.socket});
  call.serve(rsp::Welcome{1000});
  call.serve_message(rsp::Iced{});
  CHECK(std::get<rsp::Connect>(call.sent.back()).keeps_session);
  CHECK(std::get<rsp::Connect>(call.sent.back()).kept_session == "SE0");
  const bool joined = GENERATE(true, false);
  const bool holdfast = GENERATE(true, false);
  const bool persisted = GENERATE(true, false);
  if (joined) call.serve_connected({}, holdfast);
  call.take_events();
  call.network.clear();
  call.give(input::Page{input::PageEvent::kPageHide, persisted});
  if (!joined || !holdfast || persisted) {
    CHECK(call.client.is_over());
    return;
  }
  CHECK(call.network == Events{"keep SE1"});
  CHECK(call.take_events() == Events{});
  // It lives on after all, and has to come back: with its own session.
  call.drop_and_return();
  CHECK(std::get<rsp::Sync>(call.sent.back()).session == "SE1");
  CHECK(std::get<rsp::Sync>(call.sent.back()).keeps_session);
}

TEST_CASE("client: whoever rejoins leaves with its page to the back-forward cache, and joins again when both are back", "[client][page]") {
  ScriptedCall call;
  input::Connect options = ScriptedCall::options();
  options.rejoins = true;
  options.reconnect_limit = Millis{4503599627370496};
  call.give(options);
  call.give(input::SocketOpened{call.socket});
  call.serve(rsp::Welcome{1000});
  call.serve_message(rsp::Iced{});
  call.serve_connected(with({someone(1, {remote_audio()})}));
  call.serve_update(with_link(DescriptionType::kOffer, 2, call.sdp({"t1"})));
  call.take_events();
  call.network.clear();
  const SocketId left = call.socket;
  call.give(input::Page{input::PageEvent::kPageHide, true});
  CHECK(std::holds_alternative<rsp::Disconnect>(call.sent.back()));
  CHECK(call.network == Events{"beacon SE1", "bye", "close 1000", "closePeer"});
  CHECK(call.take_events() == Events{"local reconnecting", "~reconnecting 53001"});
  // Chromium goes on running the page for a moment.
  call.pass(10_s, false);
  CHECK(call.socket == left);
  call.give(input::Page{input::PageEvent::kHidden, false});
  call.now = call.now + 600_s;
  call.give(input::Page{input::PageEvent::kPageShow, true});
  CHECK(call.socket != left);
  call.give(input::SocketOpened{call.socket});
  CHECK(std::get<rsp::Connect>(call.sent.back()).kept_session.empty());
}

TEST_CASE("client: the page goes while connecting, connect() rejects", "[client][page]") {
  ScriptedCall call;
  call.connect();
  call.give(input::Page{input::PageEvent::kBeforeUnload, false});
  CHECK(!call.client.is_over());
  call.give(input::Page{input::PageEvent::kPageHide, false});
  CHECK(call.take_events() == Events{"connectFailed 53001"});
}

}  // namespace
}  // namespace holdfast
