#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "golden.hpp"
#include "rsp/wire/codec.hpp"

using namespace holdfast;
using namespace holdfast::rsp;

namespace {

ServerFrame read(const std::string& text) {
  INFO(text);
  auto decoded = decode_server_frame(text);
  REQUIRE(std::holds_alternative<ServerFrame>(decoded));
  return std::get<ServerFrame>(std::move(decoded));
}

template <class Message>
Message read_message(const std::string& body) {
  auto frame = read(R"({"type":"msg","body":)" + body + "}");
  REQUIRE(std::holds_alternative<ServerMsg>(frame));
  auto& message = std::get<ServerMsg>(frame).body;
  REQUIRE(std::holds_alternative<Message>(message));
  return std::get<Message>(std::move(message));
}

bool is_malformed(const std::string& text) { return std::holds_alternative<Malformed>(decode_server_frame(text)); }

std::string repeat(const std::string& item, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += (i == 0 ? "" : ",") + item;
  return "[" + list + "]";
}

}  // namespace

TEST_CASE("server frames: what is no frame is malformed", "[rsp][wire]") {
  for (const char* text :
       {"", "null", "[]", "7", "{}", R"({"type":7})", R"({"type":"hello"})", R"({"type":"welcome")", "{\"type\":\"bye\"}\n{}"}) {
    INFO(text);
    CHECK(is_malformed(text));
  }
}

TEST_CASE("server frames: a reason never echoes the input", "[rsp][wire]") {
  const auto decoded = decode_server_frame(R"({"type":"secret"})");
  CHECK(std::get<Malformed>(decoded).reason.find("secret") == std::string::npos);
}

TEST_CASE("server frames: welcome takes any number of milliseconds, and gives 0 for what is none", "[rsp][wire]") {
  const auto granted = [](const std::string& value) {
    return std::get<Welcome>(read(R"({"type":"welcome","negotiatedTimeout":)" + value + "}")).negotiated_timeout_ms;
  };
  CHECK(granted("5000") == 5000);
  CHECK(granted("5000.9") == 5000);
  CHECK(granted("-1") == 0);
  CHECK(granted("1e15") == 86'400'000);
  CHECK(granted("\"5000\"") == 0);
  CHECK(granted("null") == 0);
  CHECK(std::get<Welcome>(read(R"({"type":"welcome"})")).negotiated_timeout_ms == 0);
}

TEST_CASE("server frames: a negative retryAfter stays negative", "[rsp][wire]") {
  const auto busy = std::get<Busy>(read(R"({"type":"busy","retryAfter":-20})"));
  CHECK(busy.retry_after_ms < 0);
  CHECK_FALSE(busy.keep_alive);
  CHECK(busy.cookie.empty());
}

TEST_CASE("server frames: a message of an unknown type, or of none, is an other message", "[rsp][wire]") {
  CHECK(read_message<OtherMessage>(R"({"type":"warning","states":{}})").type == "warning");
  CHECK(read_message<OtherMessage>(R"({"type":4})").type.empty());
  CHECK(read_message<OtherMessage>("[]").type.empty());
  CHECK(std::holds_alternative<ServerMsg>(read(R"({"type":"msg"})")));
}

TEST_CASE("server frames: connected without anything in it has defaults, and no participant", "[rsp][wire]") {
  const auto connected = read_message<Connected>(R"({"type":"connected"})");
  CHECK(connected.session.empty());
  CHECK(connected.session_timeout_s == 30);
  CHECK_FALSE(connected.state.participant.has_value());
  CHECK(connected.state.participants.empty());
  CHECK_FALSE(connected.state.published.has_value());
  CHECK_FALSE(connected.state.subscribed.has_value());
  CHECK_FALSE(connected.state.peer_connections.has_value());
  CHECK_FALSE(connected.state.holdfast.has_value());
}

TEST_CASE("server frames: connected has every member of chapter 4.3", "[rsp][wire]") {
  const auto frame = read(test::golden_message("server-connected"));
  const auto& connected = std::get<Connected>(std::get<ServerMsg>(frame).body);
  CHECK(connected.session == "SE000000000000000000000000000000bb");
  CHECK(connected.sid.value == "RM0123456789abcdef0123456789abcdef");
  CHECK(connected.name == "r");
  CHECK(connected.session_timeout_s == 30);
  CHECK(connected.signaling_region == "local");
  CHECK(connected.state.participant->sid.value == "PA000000000000000000000000000000bb");
  CHECK(connected.state.participant->identity == "bob");
  CHECK(connected.state.holdfast.has_value());

  REQUIRE(connected.state.participants.size() == 1);
  const RemoteParticipantState& alice = connected.state.participants[0];
  CHECK(alice.identity == "alice");
  CHECK(alice.state == ParticipantState::kConnected);
  CHECK(alice.revision == 1);
  REQUIRE(alice.tracks.size() == 2);
  CHECK(alice.tracks[1].kind == backend::TrackKind::kVideo);
  CHECK(alice.tracks[1].name == "camera");

  REQUIRE(connected.state.published->tracks.size() == 2);
  CHECK(connected.state.published->tracks[0].state == Published::Track::State::kReady);
  CHECK(connected.state.subscribed->tracks[1].media_id.value == "000000a2-0000-4000-8000-000000000000");
  REQUIRE(connected.state.peer_connections->size() == 2);
  CHECK((*connected.state.peer_connections)[0].description->type == DescriptionType::kClose);
  CHECK((*connected.state.peer_connections)[1].description->type == DescriptionType::kCreateOffer);
}

TEST_CASE("server frames: session_timeout is a sane number of seconds whatever is written", "[rsp][wire]") {
  const auto timeout = [](const std::string& value) {
    return read_message<Connected>(R"({"type":"connected","options":{"session_timeout":)" + value + "}}").session_timeout_s;
  };
  CHECK(timeout("10") == 10);
  CHECK(timeout("-10") == 0);
  CHECK(timeout("1e12") == 86'400);
  CHECK(timeout("\"10\"") == 30);
}

TEST_CASE("server frames: a participant without tracks, state or revision is complete nonetheless", "[rsp][wire]") {
  const auto update = read_message<ServerUpdate>(R"({"type":"update","participants":[{"sid":"PA1"},{"identity":"nobody"},7,null]})");
  REQUIRE(update.state.participants.size() == 1);
  const RemoteParticipantState& participant = update.state.participants[0];
  CHECK(participant.sid.value == "PA1");
  CHECK(participant.identity.empty());
  CHECK_FALSE(participant.state.has_value());
  CHECK(participant.revision == 0);
  CHECK(participant.tracks.empty());
}

TEST_CASE("server frames: an unknown participant state is no state", "[rsp][wire]") {
  const auto update = read_message<ServerUpdate>(R"({"type":"update","participants":[{"sid":"PA1","state":"away"}]})");
  CHECK_FALSE(update.state.participants[0].state.has_value());
}

TEST_CASE("server frames: tracks are enabled and of standard priority unless it says so properly", "[rsp][wire]") {
  const auto update = read_message<ServerUpdate>(R"({"type":"update","participants":[{"sid":"PA1","tracks":[
      {"sid":"MT1","kind":"audio"},
      {"sid":"MT2","kind":"video","name":"v","enabled":"no","priority":"urgent"},
      {"sid":"MT3","kind":"data","enabled":false,"priority":"low"},
      {"sid":"MT4","kind":"smell"},
      {"kind":"audio"}]}]})");
  const auto& tracks = update.state.participants[0].tracks;
  REQUIRE(tracks.size() == 3);
  CHECK(tracks[0].enabled);
  CHECK(tracks[0].priority == backend::Priority::kStandard);
  CHECK(tracks[1].enabled);
  CHECK(tracks[1].priority == backend::Priority::kStandard);
  CHECK_FALSE(tracks[2].enabled);
  CHECK(tracks[2].priority == backend::Priority::kLow);
}

TEST_CASE("server frames: published tells ready, failed and anything else apart", "[rsp][wire]") {
  const auto update = read_message<ServerUpdate>(R"({"type":"update","published":{"revision":4,"tracks":[
      {"id":"a","state":"ready","sid":"MT1"},
      {"id":"b","state":"failed","error":{"code":53304,"message":"Track name is duplicated"}},
      {"id":"c","state":"created"},
      {"id":"d","sid":"MT4"}]}})");
  const Published& published = *update.state.published;
  CHECK(published.revision == 4);
  REQUIRE(published.tracks.size() == 4);
  CHECK(published.tracks[0].state == Published::Track::State::kReady);
  CHECK(published.tracks[0].sid.value == "MT1");
  CHECK(published.tracks[1].state == Published::Track::State::kFailed);
  CHECK(published.tracks[1].error == Error{53304, "Track name is duplicated"});
  CHECK(published.tracks[2].state == Published::Track::State::kOther);
  CHECK(published.tracks[3].state == Published::Track::State::kOther);
}

TEST_CASE("server frames: a subscription has a media id or an error", "[rsp][wire]") {
  const auto update = read_message<ServerUpdate>(
      R"({"type":"update","subscribed":{"revision":2,"tracks":[{"sid":"MT1","id":"m"},{"sid":"MT2","error":{"code":53404}},{"id":"lost"}]}})");
  const auto& tracks = update.state.subscribed->tracks;
  REQUIRE(tracks.size() == 2);
  CHECK(tracks[0].media_id.value == "m");
  CHECK_FALSE(tracks[0].error.has_value());
  CHECK(tracks[1].error->code == 53404);
}

TEST_CASE("server frames: an empty list of peer connections is not the same as none", "[rsp][wire]") {
  CHECK_FALSE(read_message<Synced>(R"({"type":"synced"})").state.peer_connections.has_value());
  CHECK(read_message<Synced>(R"({"type":"synced","peer_connections":[]})").state.peer_connections->empty());
}

TEST_CASE("server frames: peer connections keep what can be understood", "[rsp][wire]") {
  const auto update = read_message<ServerUpdate>(R"({"type":"update","peer_connections":[
      {"id":"L1"},
      {"id":"L2","description":{"type":"rollback","revision":3}},
      {"id":"L3","ice":{"ufrag":"u","revision":2,"candidates":[{"candidate":"c","sdpMid":"0","sdpMLineIndex":0},{"sdpMid":"1"},{"candidate":""}]}},
      {"id":"L4","ice":{"ufrag":"u","complete":true}},
      {"description":{"type":"offer","revision":1,"sdp":"v=0"}}]})");
  const auto& list = *update.state.peer_connections;
  REQUIRE(list.size() == 4);
  CHECK_FALSE(list[0].description.has_value());
  CHECK_FALSE(list[1].description.has_value());
  REQUIRE(list[2].ice->candidates.size() == 2);
  CHECK(list[2].ice->candidates[0].sdp_mid == "0");
  CHECK(list[2].ice->candidates[0].sdp_m_line_index == 0);
  CHECK(list[2].ice->candidates[0].username_fragment.empty());
  CHECK_FALSE(list[2].ice->complete);
  CHECK_FALSE(list[2].ice->candidates[1].sdp_mid.has_value());
  CHECK(list[3].ice->candidates.empty());
  CHECK(list[3].ice->complete);
}

TEST_CASE("server frames: an error code that is not a number is 0", "[rsp][wire]") {
  CHECK(read_message<ErrorMessage>(R"({"type":"error","code":53204,"message":"gone"})").error == Error{53204, "gone"});
  CHECK(read_message<ErrorMessage>(R"({"type":"error","code":"53204"})").error == Error{0, ""});
  CHECK(read_message<ErrorMessage>(R"({"type":"error","code":-1})").error.code == 0);
  CHECK(read_message<ErrorMessage>(R"({"type":"error","code":99999999999})").error.code == 0);
}

TEST_CASE("server frames: only the status completed is a completed room", "[rsp][wire]") {
  CHECK(read_message<Disconnected>(R"({"type":"disconnected","status":"completed"})").completed);
  CHECK_FALSE(read_message<Disconnected>(R"({"type":"disconnected","status":"done"})").completed);
  CHECK_FALSE(read_message<Disconnected>(R"({"type":"disconnected"})").completed);
}

TEST_CASE("server frames: urls of an ICE server may be one text or several", "[rsp][wire]") {
  const auto iced = read_message<Iced>(
      R"({"type":"iced","ice_servers":[{"urls":"stun:a"},{"urls":["turn:b",7,"turn:c"],"username":"u","credential":"p"},{}]})");
  REQUIRE(iced.ice_servers.size() == 3);
  CHECK(iced.ice_servers[0].urls == std::vector<std::string>{"stun:a"});
  CHECK(iced.ice_servers[1].urls == std::vector<std::string>{"turn:b", "turn:c"});
  CHECK(iced.ice_servers[1].username == "u");
  CHECK(iced.ice_servers[1].credential == "p");
  CHECK(iced.ice_servers[2].urls.empty());
  CHECK(read_message<Iced>(R"({"type":"iced","ice_servers":null})").ice_servers.empty());
}

TEST_CASE("server frames: the extension counts only in the version that we know", "[rsp][wire]") {
  const auto has_extension = [](const std::string& value) {
    return read_message<Synced>(R"({"type":"synced","holdfast":)" + value + "}").state.holdfast.has_value();
  };
  CHECK(has_extension(R"({"v":1})"));
  CHECK(has_extension(R"({"v":1,"later":true})"));
  CHECK_FALSE(has_extension(R"({"v":2})"));
  CHECK_FALSE(has_extension("{}"));
  CHECK_FALSE(has_extension("true"));
}

TEST_CASE("server frames: fresh ICE servers come under the extension, and back out of the writer", "[rsp][wire]") {
  const std::string servers = R"([{"urls":["turn:a"],"username":"9:alice","credential":"c"}])";
  const auto synced = read_message<Synced>(R"({"type":"synced","holdfast":{"v":1,"ice_servers":)" + servers + "}}");
  REQUIRE(synced.state.ice_servers.size() == 1);
  CHECK(synced.state.ice_servers[0].username == "9:alice");
  CHECK(encode(ServerMsg{synced}).find(R"("holdfast":{"v":1,"ice_servers":)" + servers + "}") != std::string::npos);

  CHECK(read_message<Synced>(R"({"type":"synced","holdfast":{"v":2,"ice_servers":)" + servers + "}}").state.ice_servers.empty());
  CHECK(encode(ServerMsg{read_message<Synced>(R"({"type":"synced","holdfast":{"v":1}})")}).find("ice_servers") == std::string::npos);
}

TEST_CASE("server frames: what goes beyond a limit refuses the whole frame", "[rsp][wire]") {
  const auto body_is_malformed = [](const std::string& body) { return is_malformed(R"({"type":"msg","body":)" + body + "}"); };
  const auto participants = [&](std::size_t count) {
    return body_is_malformed(R"({"type":"update","participants":)" + repeat(R"({"sid":"PA"})", count) + "}");
  };
  CHECK_FALSE(participants(kMaxParticipants));
  CHECK(participants(kMaxParticipants + 1));
  const auto tracks = [&](std::size_t count) {
    return body_is_malformed(R"({"type":"update","participants":[{"sid":"PA","tracks":)" + repeat("{}", count) + "}]}");
  };
  CHECK_FALSE(tracks(kMaxTracks));
  CHECK(tracks(kMaxTracks + 1));
  const auto candidates = [&](std::size_t count) {
    return body_is_malformed(R"({"type":"update","peer_connections":[{"id":"L","ice":{"candidates":)" + repeat("{}", count) + "}}]}");
  };
  CHECK_FALSE(candidates(kMaxCandidates));
  CHECK(candidates(kMaxCandidates + 1));
  const auto links = [&](std::size_t count) {
    return body_is_malformed(R"({"type":"update","peer_connections":)" + repeat("{}", count) + "}");
  };
  CHECK_FALSE(links(kMaxPeerConnections));
  CHECK(links(kMaxPeerConnections + 1));
  const auto sid = [&](std::size_t size) { return body_is_malformed(R"({"type":"connected","sid":")" + std::string(size, 'R') + "\"}"); };
  CHECK_FALSE(sid(kMaxIdBytes));
  CHECK(sid(kMaxIdBytes + 1));
  const auto name = [&](std::size_t size) { return body_is_malformed(R"({"type":"connected","name":")" + std::string(size, 'n') + "\"}"); };
  CHECK_FALSE(name(kMaxTextBytes));
  CHECK(name(kMaxTextBytes + 1));
  CHECK_FALSE(is_malformed(std::string(kMaxFrameBytes - 14, ' ') + R"({"type":"bye"})"));
  CHECK(is_malformed(std::string(kMaxFrameBytes - 13, ' ') + R"({"type":"bye"})"));
}
