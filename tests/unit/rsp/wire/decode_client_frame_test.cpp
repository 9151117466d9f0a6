#include <catch2/catch.hpp>
#include <string>
#include <variant>

#include "golden.hpp"
#include "rsp/wire/codec.hpp"

using namespace holdfast;
using namespace holdfast::rsp;

namespace {

ClientFrame read(const std::string& text) {
  INFO(text);
  auto decoded = decode_client_frame(text);
  REQUIRE(std::holds_alternative<ClientFrame>(decoded));
  return std::get<ClientFrame>(std::move(decoded));
}

template <class Message>
Message read_message(const std::string& body) {
  auto frame = read(R"({"type":"msg","body":)" + body + "}");
  REQUIRE(std::holds_alternative<ClientMsg>(frame));
  auto& message = std::get<ClientMsg>(frame).body;
  REQUIRE(std::holds_alternative<Message>(message));
  return std::get<Message>(std::move(message));
}

bool is_malformed(const std::string& text) { return std::holds_alternative<Malformed>(decode_client_frame(text)); }

}  // namespace

TEST_CASE("client frames: what is no frame, or carries no known message, is malformed", "[rsp][wire]") {
  for (const char* text : {"", "7", "{}", R"({"type":"welcome"})", R"({"type":"msg"})", R"({"type":"msg","body":{"type":"subscribe"}})",
                           R"({"type":"hello","body":{"type":"subscribe"}})", R"({"type":"hello","version":1})"}) {
    INFO(text);
    CHECK(is_malformed(text));
  }
}

TEST_CASE("client frames: hello without a body is fine", "[rsp][wire]") {
  const auto hello = std::get<Hello>(read(R"({"type":"hello","id":"h","timeout":2000,"version":2})"));
  CHECK(hello.id == "h");
  CHECK(hello.timeout_ms == 2000);
  CHECK(hello.cookie.empty());
  CHECK_FALSE(hello.body.has_value());
}

TEST_CASE("client frames: hello without a timeout asks for what the official client asks for", "[rsp][wire]") {
  CHECK(std::get<Hello>(read(R"({"type":"hello"})")).timeout_ms == 5000);
  CHECK(std::get<Hello>(read(R"({"type":"hello","timeout":"soon"})")).timeout_ms == 5000);
  CHECK(std::get<Hello>(read(R"({"type":"hello","timeout":-5})")).timeout_ms == 0);
}

TEST_CASE("client frames: an ice request needs no version (the official preflight has none)", "[rsp][wire]") {
  CHECK(read_message<IceRequest>(R"({"type":"ice","edge":"roaming","token":"t","preflight":true})").token == "t");
}

TEST_CASE("client frames: a connect of the official client with everything switched on", "[rsp][wire]") {
  const auto connect = read_message<Connect>(R"({"type":"connect","version":2,"name":"room","token":"t",
      "participant":{"revision":3,"tracks":[
        {"id":"a","kind":"audio","name":"mic","enabled":true,"priority":"standard","audio_processor":"krisp"},
        {"id":"v","kind":"video","name":"cam","enabled":false,"priority":"high"}],"media_warnings":["recordings"]},
      "peer_connections":[{"id":"L","description":{"type":"offer","revision":1,"sdp":"v=0\r\n"}}],
      "ice_servers":"acquire","publisher":{"name":"twilio-video.js","sdk_version":"2.36.0","user_agent":"UA"},"format":"unified",
      "subscribe":{"revision":1,"rules":[{"type":"exclude","all":true}]},
      "media_signaling":{"active_speaker":{"transports":[{"type":"data-channel"}]}},
      "bandwidth_profile":{"video":{"mode":"grid"}}})");
  CHECK(connect.name == "room");
  CHECK(connect.token == "t");
  CHECK(connect.participant.revision == 3);
  REQUIRE(connect.participant.tracks.size() == 2);
  CHECK(connect.participant.tracks[0].id.value == "a");
  CHECK(connect.participant.tracks[0].kind == backend::TrackKind::kAudio);
  CHECK_FALSE(connect.participant.tracks[1].enabled);
  CHECK(connect.participant.tracks[1].priority == backend::Priority::kHigh);
  REQUIRE(connect.peer_connections.size() == 1);
  CHECK(connect.peer_connections[0].id.value == "L");
  CHECK(connect.peer_connections[0].description->sdp == "v=0\r\n");
  CHECK_FALSE(connect.ice_servers_overridden);
  CHECK_FALSE(connect.automatic_subscription);
  CHECK(connect.sdk_version == "2.36.0");
  CHECK(connect.user_agent == "UA");
  CHECK_FALSE(connect.holdfast.has_value());
}

TEST_CASE("client frames: what is missing from connect reads as empty", "[rsp][wire]") {
  const auto connect = read_message<Connect>(R"({"type":"connect","name":null})");
  CHECK_FALSE(connect.name.has_value());
  CHECK(connect.token.empty());
  CHECK(connect.participant.revision == 1);
  CHECK(connect.participant.tracks.empty());
  CHECK(connect.peer_connections.empty());
  CHECK(connect.automatic_subscription);
}

TEST_CASE("client frames: an update without a participant says nothing about it", "[rsp][wire]") {
  CHECK_FALSE(read_message<ClientUpdate>(R"({"type":"update","session":"S"})").participant.has_value());
  const auto update = read_message<ClientUpdate>(R"({"type":"update","session":"S","participant":{"revision":2}})");
  CHECK(update.session == "S");
  CHECK(update.participant->revision == 2);
  CHECK(update.participant->tracks.empty());
}

TEST_CASE("client frames: hints of a page that may be going", "[rsp][wire]") {
  const auto leaving = read_message<ClientUpdate>(R"({"type":"update","session":"S","holdfast":{"v":1,"leaving":true}})");
  CHECK(leaving.holdfast->leaving == true);
  CHECK_FALSE(leaving.holdfast->hidden.has_value());
}

TEST_CASE("client frames: sessions that pages hand on, under the extension only", "[rsp][wire]") {
  const auto connect = read_message<Connect>(R"({"type":"connect","holdfast":{"v":1,"keeps":true,"session":"SE0"}})");
  CHECK(connect.keeps_session);
  CHECK(connect.kept_session == "SE0");
  CHECK(read_message<Sync>(R"({"type":"sync","holdfast":{"v":1,"keeps":true}})").keeps_session);
  const auto foreign = read_message<Connect>(R"({"type":"connect","holdfast":{"v":2,"keeps":true,"session":"SE0"}})");
  CHECK_FALSE(foreign.keeps_session);
  CHECK(foreign.kept_session.empty());
}

TEST_CASE("client frames: a list of lost media beyond the limit is refused, and what is no SID in it names nobody", "[rsp][wire]") {
  const auto update = [](const std::string& list) {
    return rsp::decode_client_frame(R"({"type":"msg","body":{"type":"update","holdfast":{"v":1,"media_lost":)" + list + "}}}");
  };
  const auto named = [&](const std::string& list) {
    const auto frame = update(list);
    return std::get<rsp::ClientUpdate>(std::get<rsp::ClientMsg>(std::get<rsp::ClientFrame>(frame)).body).holdfast->media_lost;
  };
  CHECK(named(R"(["PA1",7])") == std::vector{ParticipantSid("PA1"), ParticipantSid()});
  CHECK(named("7").empty());
  std::string many = "[1";
  for (std::size_t i = 0; i < rsp::kMaxParticipants; ++i) many += ",1";
  CHECK(std::holds_alternative<rsp::Malformed>(update(many + "]")));
}

TEST_CASE("client frames: wishes without a track are none, without a size they are for nothing", "[rsp][wire]") {
  const auto update = read_message<ClientUpdate>(
      R"({"type":"update","session":"S","holdfast":{"v":1,"wishes":[{"sid":"MT1"},{"width":3},7,{"sid":"MT2","width":320,"height":180}]}})");
  CHECK(update.holdfast->wishes == std::vector<rsp::Wish>{{{}, "MT1", 0, 0}, {{}, "MT2", 320, 180}});
}

TEST_CASE("client frames: how good a network is, is a whole number from 0 to 5, or not said", "[rsp][wire]") {
  const auto quality = [](const std::string& value) {
    return read_message<ClientUpdate>(R"({"type":"update","session":"S","holdfast":{"v":1,"quality":)" + value + "}}").holdfast->quality;
  };
  CHECK(quality("0") == 0);
  CHECK(quality("5") == 5);
  for (const char* nonsense : {"6", "-1", "2.5", "\"3\"", "null", "[3]", "1e99"}) CHECK(quality(nonsense) == rsp::kNoQuality);
}

TEST_CASE("client frames: sync names session, token, room and every link", "[rsp][wire]") {
  const auto frame = read(test::golden_message("client-hello-sync"));
  const auto& sync = std::get<Sync>(*std::get<Hello>(frame).body);
  CHECK(sync.session == "SE000000000000000000000000000000aa");
  CHECK_FALSE(sync.token.empty());
  CHECK(sync.name == "r");
  CHECK(sync.participant.revision == 4);
  CHECK(sync.participant.tracks.size() == 3);
  REQUIRE(sync.peer_connections.size() == 1);
  CHECK(sync.peer_connections[0].description->type == DescriptionType::kAnswer);
  CHECK(sync.holdfast.has_value());
}

TEST_CASE("client frames: disconnect before there was a session has none", "[rsp][wire]") {
  CHECK(read_message<Disconnect>(R"({"type":"disconnect","session":null})").session.empty());
  CHECK(read_message<Disconnect>(R"({"type":"disconnect","session":"S"})").session == "S");
}

TEST_CASE("client frames: a token may be four times as long as other texts", "[rsp][wire]") {
  const auto with_token = [](std::size_t size) {
    return R"({"type":"msg","body":{"type":"ice","token":")" + std::string(size, 't') + "\"}}";
  };
  CHECK_FALSE(is_malformed(with_token(4 * kMaxTextBytes)));
  CHECK(is_malformed(with_token(4 * kMaxTextBytes + 1)));
}

TEST_CASE("client frames: nesting without end is refused", "[rsp][wire]") {
  CHECK(is_malformed(R"({"type":"hello","body":)" + std::string(100'000, '[')));
  CHECK(is_malformed(R"({"type":"hello","x":)" + std::string(40, '[') + std::string(40, ']') + "}"));
}
