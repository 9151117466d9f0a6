// The two directions of js-glue/boundary.ts: texts as the glue writes them, and batches as it expects them.
#include "client/boundary.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace holdfast;

namespace {

template <class T>
T read(const std::string& text) {
  INFO(text);
  const auto input = input_from_json(text);
  REQUIRE(input.has_value());
  REQUIRE(std::holds_alternative<T>(*input));
  return std::get<T>(*input);
}

bool is_input(const std::string& text) { return input_from_json(text).has_value(); }

const std::string kConnect =
    R"({"kind":"connect","url":"wss://h/s","token":"t","roomName":"r",
      "tracks":[{"id":"a","kind":"audio","name":"mic","enabled":false,"priority":"high"}],
      "iceServersGiven":true,"automaticSubscription":false,"pageLifecycle":true,"networkMonitor":false,"userAgent":"UA","sdkVersion":"1"})";

// One text of each kind, with every member that is required.
const std::vector<std::string> kInputs = {
    R"({"kind":"connect","url":"u","token":"t","tracks":[],"iceServersGiven":false,"automaticSubscription":true,"pageLifecycle":true,"networkMonitor":true,"userAgent":"","sdkVersion":""})",
    R"({"kind":"disconnect"})",
    R"({"kind":"describe"})",
    R"({"kind":"wishTrack","track":"MT1","width":320,"height":180})",
    R"({"kind":"reconnectNow"})",
    R"({"kind":"tokenGiven","op":1,"token":"t"})",
    R"({"kind":"tokenFailed","op":1,"message":""})",
    R"({"kind":"publish","track":{"id":"a","kind":"audio","name":"","enabled":true,"priority":"low"}})",
    R"({"kind":"unpublish","id":"a"})",
    R"({"kind":"setTrackEnabled","id":"a","enabled":true})",
    R"({"kind":"setTrackPriority","id":"a","priority":"low"})",
    R"({"kind":"socketOpened","socket":1})",
    R"({"kind":"socketText","socket":1,"text":""})",
    R"({"kind":"socketClosed","socket":1,"code":1006,"reason":""})",
    R"({"kind":"probeAnswered","op":1,"reachable":true})",
    R"({"kind":"localDescriptionSet","peer":1,"op":1,"sdp":"","transceivers":[]})",
    R"({"kind":"remoteDescriptionSet","peer":1,"op":1})",
    R"({"kind":"peerOperationFailed","peer":1,"op":1,"name":"","message":""})",
    R"({"kind":"iceCandidateGathered","peer":1,"candidate":{"candidate":""}})",
    R"({"kind":"iceGatheringComplete","peer":1})",
    R"({"kind":"connectionStateChanged","peer":1,"state":"failed"})",
    R"({"kind":"iceConnectionStateChanged","peer":1,"state":"checking"})",
    R"({"kind":"trackAdded","peer":1,"mid":"0","trackKind":"video"})",
    R"({"kind":"dataChannelAdded","peer":1,"label":"l"})",
    R"({"kind":"peerStats","peer":1,"op":1,"bytesReceived":0})",
    R"({"kind":"page","event":"hidden","persisted":false})",
    R"({"kind":"network","event":"online"})",
    R"({"kind":"tick"})",
};

std::string batch_of(Effect one) {
  Batch batch;
  batch.effects.push_back(std::move(one));
  return batch_to_json(batch);
}

std::string only(const std::string& effect) { return R"({"effects":[)" + effect + "]}"; }

std::string emitted(effect::Event event) { return batch_of(effect::Emit{effect::When::kTask, std::move(event)}); }

std::string emit_of(const std::string& members) { return only(R"({"kind":"emit","when":"task",)" + members + "}"); }

const effect::TrackModel kTrack{TrackSid("MT1"), backend::TrackKind::kVideo, "cam", false, backend::Priority::kHigh};
const std::string kTrackText = R"({"sid":"MT1","kind":"video","name":"cam","enabled":false,"priority":"high"})";
const ParticipantSid kAlice("PA1");

}  // namespace

TEST_CASE("boundary: every kind of input is read, in the order of the variant", "[client][boundary]") {
  REQUIRE(kInputs.size() == std::variant_size_v<Input>);
  for (std::size_t i = 0; i < kInputs.size(); ++i) {
    INFO(kInputs[i]);
    const auto input = input_from_json(kInputs[i]);
    REQUIRE(input.has_value());
    CHECK(input->index() == i);
  }
}

TEST_CASE("boundary: an input without one of its members is none", "[client][boundary]") {
  for (const std::string& whole : kInputs) {
    // Renames one top-level member after the other.
    std::size_t depth = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (whole[i] == '{' || whole[i] == '[') ++depth;
      if (whole[i] == '}' || whole[i] == ']') --depth;
      const bool is_key = depth == 1 && whole[i] == '"' && (whole[i - 1] == '{' || whole[i - 1] == ',');
      if (!is_key) continue;
      std::string renamed = whole;
      renamed.insert(i + 1, "no_");
      INFO(renamed);
      CHECK_FALSE(is_input(renamed));
    }
  }
}

TEST_CASE("boundary: what is no input is none", "[client][boundary]") {
  for (const char* text :
       {"", "null", "[]", "{}", R"({"kind":"dance"})", R"({"kind":7})", R"({"kind":"tick")", R"({"kind":"socketOpened","socket":-1})",
        R"({"kind":"socketOpened","socket":4294967296})", R"({"kind":"socketOpened","socket":1.5})", R"({"kind":"network","event":"slow"})",
        R"({"kind":"connectionStateChanged","peer":1,"state":"checking"})", R"({"kind":"publish","track":{"id":"","kind":"audio"}})",
        R"({"kind":"publish","track":{"id":"a","kind":"smell"}})",
        R"({"kind":"localDescriptionSet","peer":1,"op":1,"sdp":"","transceivers":[{"kind":"audio"}]})",
        R"({"kind":"iceCandidateGathered","peer":1,"candidate":{}})"}) {
    INFO(text);
    CHECK_FALSE(is_input(text));
  }
}

TEST_CASE("boundary: connect brings everything the app chose", "[client][boundary]") {
  const auto connect = read<input::Connect>(kConnect);
  CHECK(connect.url == "wss://h/s");
  CHECK(connect.token == "t");
  CHECK(connect.room_name == "r");
  REQUIRE(connect.tracks.size() == 1);
  CHECK(connect.tracks[0].id.value == "a");
  CHECK(connect.tracks[0].kind == backend::TrackKind::kAudio);
  CHECK(connect.tracks[0].name == "mic");
  CHECK_FALSE(connect.tracks[0].enabled);
  CHECK(connect.tracks[0].priority == backend::Priority::kHigh);
  CHECK(connect.ice_servers_given);
  CHECK_FALSE(connect.automatic_subscription);
  CHECK(connect.page_lifecycle);
  CHECK_FALSE(connect.network_monitor);
  CHECK(connect.user_agent == "UA");
  CHECK(connect.sdk_version == "1");
  CHECK(read<input::Connect>(kInputs[0]).room_name.empty());
}

TEST_CASE("boundary: what the glue reports of a peer connection", "[client][boundary]") {
  const auto set = read<input::LocalDescriptionSet>(
      R"({"kind":"localDescriptionSet","peer":3,"op":9,"sdp":"v=0\r\n","transceivers":[{"mid":"0","kind":"audio","id":"a"},{"mid":"1","kind":"video"}]})");
  CHECK(set.peer == PeerId{3});
  CHECK(set.op == OperationId{9});
  CHECK(set.sdp == "v=0\r\n");
  REQUIRE(set.transceivers.size() == 2);
  CHECK(set.transceivers[0].id.value == "a");
  CHECK(set.transceivers[1].mid == "1");
  CHECK(set.transceivers[1].kind == backend::TrackKind::kVideo);
  CHECK(set.transceivers[1].id.empty());

  const auto gathered = read<input::IceCandidateGathered>(
      R"({"kind":"iceCandidateGathered","peer":3,"candidate":{"candidate":"c","sdpMid":"","sdpMLineIndex":2,"usernameFragment":"u"}})");
  CHECK(gathered.candidate.candidate == "c");
  CHECK(gathered.candidate.sdp_mid == "");
  CHECK(gathered.candidate.sdp_m_line_index == 2);
  CHECK(gathered.candidate.username_fragment == "u");

  CHECK(read<input::ConnectionStateChanged>(R"({"kind":"connectionStateChanged","peer":1,"state":"disconnected"})").state ==
        input::ConnectionState::kDisconnected);
  CHECK(read<input::IceConnectionStateChanged>(R"({"kind":"iceConnectionStateChanged","peer":1,"state":"closed"})").state ==
        input::IceConnectionState::kClosed);
  CHECK(read<input::PeerStats>(R"({"kind":"peerStats","peer":1,"op":1,"bytesReceived":5000000000})").bytes_received == 5'000'000'000);
  CHECK(read<input::PeerStats>(R"({"kind":"peerStats","peer":1,"op":1,"bytesReceived":0,"audioLevel":32767})").audio_level == 32767);
  CHECK_FALSE(read<input::PeerStats>(R"({"kind":"peerStats","peer":1,"op":1,"bytesReceived":0})").path.relayed);
  const auto path =
      read<input::PeerStats>(R"({"kind":"peerStats","peer":1,"op":1,"bytesReceived":0,"relayed":false,"roundTripTime":25})").path;
  CHECK(path.relayed == false);
  CHECK(path.round_trip_time == 25_ms);
}

TEST_CASE("boundary: page and network events by their words", "[client][boundary]") {
  const auto page = read<input::Page>(R"({"kind":"page","event":"pageHide","persisted":true})");
  CHECK(page.event == input::PageEvent::kPageHide);
  CHECK(page.persisted);
  CHECK(read<input::Page>(R"({"kind":"page","event":"resume","persisted":false})").event == input::PageEvent::kResume);
  CHECK(read<input::Network>(R"({"kind":"network","event":"changed"})").event == input::NetworkEvent::kChanged);
}

TEST_CASE("boundary: a frame of the greatest size comes through, escapes and all", "[client][boundary]") {
  const std::string quotes(std::size_t{1} << 20, 'x');
  std::string escaped;
  for (std::size_t i = 0; i < quotes.size(); ++i) escaped += "\\u0078";
  CHECK(read<input::SocketText>(R"({"kind":"socketText","socket":1,"text":")" + escaped + "\"}").text == quotes);
}

TEST_CASE("boundary: an empty batch, with and without a deadline", "[client][boundary]") {
  CHECK(batch_to_json({}) == R"({"effects":[]})");
  CHECK(batch_to_json({{}, Instant{1234}}) == R"({"effects":[],"deadline":1234})");
}

TEST_CASE("boundary: effects stand in their order", "[client][boundary]") {
  Batch batch;
  batch.effects = {effect::ClosePeer{{1}}, effect::ClosePeer{{2}}};
  CHECK(batch_to_json(batch) == R"({"effects":[{"kind":"closePeer","peer":1},{"kind":"closePeer","peer":2}]})");
}

TEST_CASE("boundary: socket effects", "[client][boundary]") {
  CHECK(batch_of(effect::OpenSocket{{1}, "wss://h"}) == only(R"({"kind":"openSocket","socket":1,"url":"wss://h"})"));
  CHECK(batch_of(effect::SendText{{1}, "{\"a\":1}"}) == only(R"({"kind":"sendText","socket":1,"text":"{\"a\":1}"})"));
  CHECK(batch_of(effect::CloseSocket{{1}, 3001, "silent"}) == only(R"({"kind":"closeSocket","socket":1,"code":3001,"reason":"silent"})"));
  CHECK(batch_of(effect::Probe{{4}, "https://h"}) == only(R"({"kind":"probe","op":4,"url":"https://h"})"));
  CHECK(batch_of(effect::RequestToken{{4}}) == only(R"({"kind":"requestToken","op":4})"));
  CHECK(batch_of(effect::KeepSession{"SE"}) == only(R"({"kind":"keepSession","session":"SE"})"));
  CHECK(batch_of(effect::Beacon{"https://h", "SE"}) == only(R"({"kind":"beacon","url":"https://h","text":"SE"})"));
}

TEST_CASE("boundary: describe may say how good the network is", "[client][boundary]") {
  CHECK(read<input::Describe>(R"({"kind":"describe"})").quality == backend::kNoQuality);
  CHECK(read<input::Describe>(R"({"kind":"describe","quality":5})").quality == 5);
}

TEST_CASE("boundary: a description, without times that do not run", "[client][boundary]") {
  const effect::Description::Link relayed{ParticipantSid("PA"), effect::LinkState::kHealthy, {true, 25_ms}, {3}, 0};
  CHECK(
      batch_of(effect::Description{true, 0, {}, {}, {relayed}}) ==
      only(
          R"({"kind":"description","signaling":true,"attempt":0,"links":[{"participantSid":"PA","peer":3,"state":"healthy","relayed":true,"roundTripTime":25,"quality":0}]})"));
  CHECK(batch_of(effect::Description{true, 0, {}, {}, {}}) == only(R"({"kind":"description","signaling":true,"attempt":0,"links":[]})"));
  CHECK(
      batch_of(effect::Description{false, 3, 0_ms, 9_s, {{ParticipantSid("PA"), effect::LinkState::kFailed, {}, {}}}}) ==
      only(
          R"({"kind":"description","signaling":false,"attempt":3,"nextAttemptIn":0,"timeLeft":9000,"links":[{"participantSid":"PA","peer":0,"state":"failed"}]})"));
}

TEST_CASE("boundary: what connect may leave out", "[client][boundary]") {
  std::string text = kInputs[0];
  CHECK_FALSE(read<input::Connect>(text).token_lifetime);
  CHECK_FALSE(read<input::Connect>(text).renews_token);
  CHECK_FALSE(read<input::Connect>(text).rejoins);
  CHECK(read<input::Connect>(text).reconnect_limit == 0_ms);
  CHECK_FALSE(read<input::Connect>(text).keeps_session);
  CHECK(read<input::Connect>(text).session.empty());
  text.insert(
      1, R"("keepsSession":true,"session":"SE","tokenLifetime":-5,"renewsToken":true,"rejoins":true,"reconnectLimit":4503599627370496,)");
  CHECK(read<input::Connect>(text).keeps_session);
  CHECK(read<input::Connect>(text).session == "SE");
  CHECK(read<input::Connect>(text).token_lifetime == Millis{-5});
  CHECK(read<input::Connect>(text).renews_token);
  CHECK(read<input::Connect>(text).rejoins);
  CHECK(read<input::Connect>(text).reconnect_limit == Millis{4503599627370496});
}

TEST_CASE("boundary: peer effects, without members that are not given", "[client][boundary]") {
  CHECK(
      batch_of(effect::CreatePeer{{1}, {{{"stun:a"}, "", ""}, {{"turn:b", "turn:c"}, "u", "p"}}}) ==
      only(
          R"({"kind":"createPeer","peer":1,"iceServers":[{"urls":["stun:a"]},{"urls":["turn:b","turn:c"],"username":"u","credential":"p"}]})"));
  CHECK(batch_of(effect::ClosePeer{{1}}) == only(R"({"kind":"closePeer","peer":1})"));
  CHECK(batch_of(effect::AddTrack{{1}, SignaledId("a"), "0"}) == only(R"({"kind":"addTrack","peer":1,"id":"a","mid":"0"})"));
  CHECK(batch_of(effect::AddTrack{{1}, SignaledId("a"), ""}) == only(R"({"kind":"addTrack","peer":1,"id":"a"})"));
  CHECK(batch_of(effect::RemoveTrack{{1}, SignaledId("a")}) == only(R"({"kind":"removeTrack","peer":1,"id":"a"})"));
  CHECK(batch_of(effect::FitTrack{{1}, SignaledId("a"), 0, 0, 7}) ==
        only(R"({"kind":"fitTrack","peer":1,"id":"a","width":0,"height":0,"maxBitrate":7})"));
  CHECK(batch_of(effect::FitTrack{{1}, SignaledId("a"), -1, 0}) == only(R"({"kind":"fitTrack","peer":1,"id":"a","width":-1,"height":0})"));
  CHECK(batch_of(effect::AddDataChannel{{1}, SignaledId("a"), "b"}) == only(R"({"kind":"addDataChannel","peer":1,"id":"a","label":"b"})"));
  CHECK(batch_of(effect::RemoveDataChannel{{1}, SignaledId("a")}) == only(R"({"kind":"removeDataChannel","peer":1,"id":"a"})"));
  CHECK(batch_of(effect::SetLocalDescription{{1}, {2}, effect::LocalDescriptionType::kRollback, true, false}) ==
        only(R"({"kind":"setLocalDescription","peer":1,"op":2,"type":"rollback","iceRestart":true,"receiveMedia":false})"));
  CHECK(batch_of(effect::SetRemoteDescription{{1}, {2}, backend::DescriptionType::kAnswer, "v=0\r\n"}) ==
        only(R"({"kind":"setRemoteDescription","peer":1,"op":2,"type":"answer","sdp":"v=0\r\n"})"));
  CHECK(batch_of(effect::AddIceCandidate{{1}, {"c", "0", 0, "u"}}) ==
        only(R"({"kind":"addIceCandidate","peer":1,"candidate":{"candidate":"c","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"u"}})"));
  CHECK(batch_of(effect::AddIceCandidate{{1}, {"c", std::nullopt, std::nullopt, ""}}) ==
        only(R"({"kind":"addIceCandidate","peer":1,"candidate":{"candidate":"c"}})"));
  CHECK(batch_of(effect::GetStats{{1}, {2}}) == only(R"({"kind":"getStats","peer":1,"op":2})"));
}

TEST_CASE("boundary: events of the room", "[client][boundary]") {
  effect::RoomConnected connected{RoomSid("RM1"), "r", kAlice, "alice", "local", {}, {}};
  connected.participants.push_back({ParticipantSid("PA2"), "bob", backend::ParticipantState::kReconnecting, {kTrack}});
  connected.publications.push_back({SignaledId("a"), TrackSid("MT2"), std::nullopt});
  connected.publications.push_back({SignaledId("b"), {}, Error{53304, ""}});
  CHECK(emitted(connected) ==
        emit_of(R"("event":"roomConnected","sid":"RM1","name":"r","participantSid":"PA1","identity":"alice","signalingRegion":"local",)"
                R"("participants":[{"sid":"PA2","identity":"bob","state":"reconnecting","tracks":[)" +
                kTrackText + R"(]}],"publications":[{"id":"a","sid":"MT2"},{"id":"b","error":{"code":53304}}])"));
  CHECK(emitted(effect::ConnectFailed{{59999, "own"}}) == emit_of(R"("event":"connectFailed","error":{"code":59999,"message":"own"})"));
  CHECK(emitted(effect::RoomReconnecting{{53001, ""}}) == emit_of(R"("event":"roomReconnecting","error":{"code":53001})"));
  CHECK(emitted(effect::RoomRejoined{RoomSid("RM"), ParticipantSid("PA")}) ==
        emit_of(R"("event":"roomRejoined","sid":"RM","participantSid":"PA")"));
  CHECK(emitted(effect::ReconnectProgress{2, 40_ms, 9_s}) ==
        emit_of(R"("event":"reconnectProgress","attempt":2,"nextAttemptIn":40,"timeLeft":9000)"));
  CHECK(emitted(effect::MeshOverloaded{7, 6}) == emit_of(R"("event":"meshOverloaded","participants":7,"limit":6)"));
  CHECK(emitted(effect::TokenWillExpire{}) == emit_of(R"("event":"tokenWillExpire")"));
  CHECK(emitted(effect::RoomReconnected{}) == emit_of(R"("event":"roomReconnected")"));
  CHECK(emitted(effect::RoomDisconnected{}) == emit_of(R"("event":"roomDisconnected")"));
  CHECK(emitted(effect::RoomDisconnected{Error{53118, ""}}) == emit_of(R"("event":"roomDisconnected","error":{"code":53118})"));
  CHECK(emitted(effect::LocalParticipantReconnecting{}) == emit_of(R"("event":"localParticipantReconnecting")"));
  CHECK(emitted(effect::LocalParticipantReconnected{}) == emit_of(R"("event":"localParticipantReconnected")"));
  CHECK(emitted(effect::LocalParticipantDisconnected{}) == emit_of(R"("event":"localParticipantDisconnected")"));
}

TEST_CASE("boundary: events of participants", "[client][boundary]") {
  CHECK(emitted(effect::ParticipantConnected{{kAlice, "alice", backend::ParticipantState::kConnected, {}}}) ==
        emit_of(R"("event":"participantConnected","participant":{"sid":"PA1","identity":"alice","state":"connected","tracks":[]})"));
  CHECK(emitted(effect::ParticipantDisconnected{kAlice}) == emit_of(R"("event":"participantDisconnected","participant":"PA1")"));
  CHECK(emitted(effect::ParticipantReconnecting{kAlice, {53001, ""}}) ==
        emit_of(R"("event":"participantReconnecting","participant":"PA1","error":{"code":53001})"));
  CHECK(emitted(effect::ParticipantReconnected{kAlice}) == emit_of(R"("event":"participantReconnected","participant":"PA1")"));
  CHECK(emitted(effect::DominantSpeakerChanged{kAlice}) == emit_of(R"("event":"dominantSpeakerChanged","speaker":"PA1")"));
  CHECK(emitted(effect::DominantSpeakerChanged{}) == emit_of(R"("event":"dominantSpeakerChanged")"));
}

TEST_CASE("boundary: events of tracks", "[client][boundary]") {
  const TrackSid track("MT1");
  CHECK(emitted(effect::TrackPublished{kAlice, kTrack}) ==
        emit_of(R"("event":"trackPublished","participant":"PA1","track":)" + kTrackText));
  CHECK(emitted(effect::TrackUnpublished{kAlice, track}) == emit_of(R"("event":"trackUnpublished","participant":"PA1","track":"MT1")"));
  CHECK(emitted(effect::TrackSubscribed{kAlice, track, {1}, "0", SignaledId("m")}) ==
        emit_of(R"("event":"trackSubscribed","participant":"PA1","track":"MT1","peer":1,"mid":"0","mediaId":"m")"));
  CHECK(emitted(effect::TrackSubscribed{kAlice, track, {1}, "", SignaledId("m")}) ==
        emit_of(R"("event":"trackSubscribed","participant":"PA1","track":"MT1","peer":1,"mediaId":"m")"));
  CHECK(emitted(effect::TrackUnsubscribed{kAlice, track}) == emit_of(R"("event":"trackUnsubscribed","participant":"PA1","track":"MT1")"));
  CHECK(emitted(effect::TrackSubscriptionFailed{kAlice, track, {53404, ""}}) ==
        emit_of(R"("event":"trackSubscriptionFailed","participant":"PA1","track":"MT1","error":{"code":53404})"));
  CHECK(emitted(effect::TrackEnabled{kAlice, track}) == emit_of(R"("event":"trackEnabled","participant":"PA1","track":"MT1")"));
  CHECK(emitted(effect::TrackDisabled{kAlice, track}) == emit_of(R"("event":"trackDisabled","participant":"PA1","track":"MT1")"));
  CHECK(emitted(effect::TrackPriorityChanged{kAlice, track, backend::Priority::kLow}) ==
        emit_of(R"("event":"trackPriorityChanged","participant":"PA1","track":"MT1","priority":"low")"));
  CHECK(emitted(effect::TrackSwitched{kAlice, track, true}) == emit_of(R"("event":"trackSwitchedOff","participant":"PA1","track":"MT1")"));
  CHECK(emitted(effect::TrackSwitched{kAlice, track, false}) == emit_of(R"("event":"trackSwitchedOn","participant":"PA1","track":"MT1")"));
  CHECK(emitted(effect::LocalTrackPublished{SignaledId("a"), track}) == emit_of(R"("event":"localTrackPublished","id":"a","sid":"MT1")"));
  CHECK(emitted(effect::LocalTrackPublicationFailed{SignaledId("a"), {53304, ""}}) ==
        emit_of(R"("event":"localTrackPublicationFailed","id":"a","error":{"code":53304})"));
}

TEST_CASE("boundary: when an event is due, and logs", "[client][boundary]") {
  CHECK(batch_of(effect::Emit{effect::When::kNow, effect::RoomReconnected{}}) ==
        only(R"({"kind":"emit","when":"now","event":"roomReconnected"})"));
  CHECK(batch_of(effect::Log{effect::LogLevel::kWarn, "mind"}) == only(R"({"kind":"log","level":"warn","message":"mind"})"));
}
