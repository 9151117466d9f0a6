// The two directions of js-glue/server-boundary.ts.
#include "roomserver/boundary.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// One text of each kind.
const std::vector<std::string> kInputs = {
    R"({"kind":"socketOpened","socket":1})",
    R"({"kind":"socketText","socket":1,"text":"{}"})",
    R"({"kind":"socketClosed","socket":1,"code":1001})",
    R"({"kind":"pong","socket":1})",
    R"({"kind":"tokenVerdict","op":1,"errorCode":20104,"identity":"alice","roomGrant":"r","iceServers":[]})",
    R"({"kind":"beacon","session":"SE"})",
    R"({"kind":"completeRoom","room":"r"})",
    R"({"kind":"removeParticipant","room":"r","participant":"alice","asLost":false})",
    R"({"kind":"shutdown"})",
    R"({"kind":"tick"})",
};

const std::string kConfig =
    R"({"secret":"s","wallClockAtStart":1750000000000,"sessionTimeout":20000,"heartbeatInterval":4000,"maxParticipants":7,"maxRooms":9,
      "signalingRegion":"here","iceServers":[{"urls":["turn:a"],"username":"u","credential":"p"}]})";

std::string batch_of(Effect one) { return batch_to_json({{std::move(one)}, std::nullopt}); }

std::string only(const std::string& effect) { return R"({"effects":[)" + effect + "]}"; }

}  // namespace

TEST_CASE("server boundary: every kind of input is read, in the order of the variant", "[roomserver][boundary]") {
  REQUIRE(kInputs.size() == std::variant_size_v<Input>);
  for (std::size_t i = 0; i < kInputs.size(); ++i) {
    INFO(kInputs[i]);
    const auto input = input_from_json(kInputs[i]);
    REQUIRE(input.has_value());
    CHECK(input->index() == i);
  }
}

TEST_CASE("server boundary: an input without one of its members is none", "[roomserver][boundary]") {
  for (const std::string& whole : kInputs) {
    for (std::size_t i = 1; i < whole.size(); ++i) {
      if (whole[i] != '"' || (whole[i - 1] != '{' && whole[i - 1] != ',')) continue;
      std::string renamed = whole;
      renamed.insert(i + 1, "no_");
      INFO(renamed);
      CHECK_FALSE(input_from_json(renamed).has_value());
    }
  }
  CHECK_FALSE(input_from_json(R"({"kind":"dance"})").has_value());
  CHECK_FALSE(input_from_json("tick").has_value());
}

TEST_CASE("server boundary: a verdict brings what the token says", "[roomserver][boundary]") {
  const auto input = input_from_json(kInputs[4]);
  const auto& verdict = std::get<TokenVerdict>(*input);
  CHECK(verdict.op == OperationId{1});
  CHECK(verdict.error_code == 20104);
  CHECK(verdict.identity == "alice");
  CHECK(verdict.room_grant == "r");
  CHECK(verdict.ice_servers.empty());
  const auto good = input_from_json(
      R"({"kind":"tokenVerdict","op":1,"errorCode":0,"identity":"a","roomGrant":"","iceServers":[{"urls":["turn:a"],"username":"9:a"}]})");
  REQUIRE(std::get<TokenVerdict>(*good).ice_servers.size() == 1);
  CHECK(std::get<TokenVerdict>(*good).ice_servers[0].username == "9:a");
}

TEST_CASE("server boundary: the configuration has every member, or is none", "[roomserver][boundary]") {
  const auto config = config_from_json(kConfig);
  REQUIRE(config.has_value());
  CHECK(config->secret == "s");
  CHECK(config->wall_clock_at_start_ms == 1'750'000'000'000);
  CHECK(config->session_timeout == 20_s);
  CHECK(config->heartbeat_interval == 4_s);
  CHECK(config->max_participants == 7);
  CHECK(config->max_rooms == 9);
  CHECK(config->signaling_region == "here");
  REQUIRE(config->ice_servers.size() == 1);
  CHECK(config->ice_servers[0].urls == std::vector<std::string>{"turn:a"});
  CHECK(config->ice_servers[0].username == "u");
  CHECK(config->ice_servers[0].credential == "p");

  for (const char* member : {"secret", "wallClockAtStart", "sessionTimeout", "heartbeatInterval", "maxParticipants", "maxRooms",
                             "signalingRegion", "iceServers"}) {
    INFO(member);
    std::string without = kConfig;
    without.replace(without.find(member), 1, "X");
    CHECK_FALSE(config_from_json(without).has_value());
  }
}

TEST_CASE("server boundary: effects as the host expects them", "[roomserver][boundary]") {
  CHECK(batch_to_json({{}, Instant{5}}) == R"({"effects":[],"deadline":5})");
  CHECK(batch_of(SendText{{1}, "{}"}) == only(R"({"kind":"sendText","socket":1,"text":"{}"})"));
  CHECK(batch_of(CloseSocket{{1}, 1012, "restart"}) == only(R"({"kind":"closeSocket","socket":1,"code":1012,"reason":"restart"})"));
  CHECK(batch_of(Ping{{1}}) == only(R"({"kind":"ping","socket":1})"));
  CHECK(batch_of(VerifyToken{{2}, "t", "r", VerifyToken::Purpose::kSync}) ==
        only(R"({"kind":"verifyToken","op":2,"token":"t","room":"r","purpose":"sync"})"));
  CHECK(batch_of(ParticipantJoined{RoomSid("RM1"), "r", ParticipantSid("PA1"), "alice"}) ==
        only(R"({"kind":"participantJoined","room":"RM1","roomName":"r","participant":"PA1","identity":"alice"})"));
  CHECK(batch_of(ParticipantLeft{RoomSid("RM1"), "r", ParticipantSid("PA1"), "alice", 53205}) ==
        only(R"({"kind":"participantLeft","reason":53205,"room":"RM1","roomName":"r","participant":"PA1","identity":"alice"})"));
  CHECK(batch_of(CommandDone{true}) == only(R"({"kind":"commandDone","found":true})"));
  CHECK(batch_of(Log{"text"}) == only(R"({"kind":"log","message":"text"})"));
}

TEST_CASE("server boundary: rooms with who is in them", "[roomserver][boundary]") {
  CHECK(rooms_to_json({}) == "[]");
  RoomSnapshot room{RoomSid("RM1"), "r", {}};
  room.participants.push_back({ParticipantSid("PA1"),
                               "alice",
                               backend::ParticipantState::kReconnecting,
                               {{TrackSid("MT1"), backend::TrackKind::kData, "chat", true, backend::Priority::kStandard}}});
  room.participants.back().socket = SocketId{7};
  CHECK(rooms_to_json({room}) ==
        R"([{"sid":"RM1","name":"r","participants":[{"sid":"PA1","identity":"alice","state":"reconnecting",)"
        R"("tracks":[{"sid":"MT1","kind":"data","name":"chat","enabled":true,"priority":"standard"}],"socket":7}]}])");
}
