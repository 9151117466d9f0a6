#include "roomserver/boundary.hpp"

#include <cstdint>

#include "backend_json.hpp"
#include "base/json_fields.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"

namespace holdfast::roomserver {

namespace {

// An input may carry one frame of the greatest size, each of whose characters JSON may have to escape.
constexpr JsonLimits kInputLimits{8 << 20};

constexpr Words<VerifyToken::Purpose, 3> kPurposeWords{{"ice", "connect", "sync"}};

// False if `kind` is no input.
bool read_input(JsonFields& fields, std::string_view kind, RequiredMembers in, Input& input) {
  if (kind == "socketText") {
    auto& text = input.emplace<SocketText>();
    in.read("socket", text.socket).read("text", text.text);
  } else if (kind == "socketOpened") {
    in.read("socket", input.emplace<SocketOpened>().socket);
  } else if (kind == "socketClosed") {
    auto& closed = input.emplace<SocketClosed>();
    in.read("socket", closed.socket).read("code", closed.code);
  } else if (kind == "pong") {
    in.read("socket", input.emplace<Pong>().socket);
  } else if (kind == "tokenVerdict") {
    auto& verdict = input.emplace<TokenVerdict>();
    std::uint32_t error_code = 0;
    in.read("op", verdict.op).read("errorCode", error_code).read("identity", verdict.identity).read("roomGrant", verdict.room_grant);
    verdict.error_code = static_cast<int>(error_code);
    for (const JsonView server : in.array("iceServers")) backend::read(fields, server, verdict.ice_servers.emplace_back());
  } else if (kind == "beacon") {
    in.read("session", input.emplace<Beacon>().session);
  } else if (kind == "completeRoom") {
    in.read("room", input.emplace<CompleteRoom>().room);
  } else if (kind == "removeParticipant") {
    auto& remove = input.emplace<RemoveParticipant>();
    in.read("room", remove.room).read("participant", remove.participant).read("asLost", remove.as_lost);
  } else if (kind == "shutdown") {
    input.emplace<Shutdown>();
  } else if (kind == "tick") {
    input.emplace<Tick>();
  } else {
    return false;
  }
  return true;
}

JsonWriter& kind(JsonWriter& out, const char* word) { return out.text("kind", word); }

void write_notice(JsonWriter& out, const RoomSid& room, const std::string& room_name, const ParticipantSid& participant,
                  const std::string& identity) {
  out.text("room", room.value).text("roomName", room_name).text("participant", participant.value).text("identity", identity);
}

void members(JsonWriter& out, const SendText& e) { kind(out, "sendText").number("socket", e.socket.value).text("text", e.text); }
void members(JsonWriter& out, const CloseSocket& e) {
  kind(out, "closeSocket").number("socket", e.socket.value).number("code", e.code).text("reason", e.reason);
}
void members(JsonWriter& out, const Ping& e) { kind(out, "ping").number("socket", e.socket.value); }
void members(JsonWriter& out, const VerifyToken& e) {
  kind(out, "verifyToken").number("op", e.op.value).text("token", e.token).text("room", e.room);
  out.text("purpose", kPurposeWords.of(e.purpose));
}
void members(JsonWriter& out, const ParticipantJoined& e) {
  write_notice(kind(out, "participantJoined"), e.room, e.room_name, e.participant, e.identity);
}
void members(JsonWriter& out, const ParticipantLeft& e) {
  write_notice(kind(out, "participantLeft").number("reason", e.reason), e.room, e.room_name, e.participant, e.identity);
}
void members(JsonWriter& out, const CommandDone& e) { kind(out, "commandDone").boolean("found", e.found); }
void members(JsonWriter& out, const Log& e) { kind(out, "log").text("message", e.message); }

void write_participant(JsonWriter& out, const ParticipantSnapshot& participant) {
  out.begin_object().text("sid", participant.sid.value).text("identity", participant.identity);
  out.text("state", backend::kParticipantStateWords.of(participant.state));
  backend::write_list(out, "tracks", participant.tracks);
  if (participant.socket) out.number("socket", participant.socket->value);
  out.end_object();
}

}  // namespace

std::optional<Config> config_from_json(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  if (!document) return std::nullopt;
  JsonFields fields;
  RequiredMembers in(fields, document->root());
  Config config;
  in.read("secret", config.secret).read("wallClockAtStart", config.wall_clock_at_start_ms);
  in.read("sessionTimeout", config.session_timeout.count).read("heartbeatInterval", config.heartbeat_interval.count);
  in.read("maxParticipants", config.max_participants).read("maxRooms", config.max_rooms);
  in.read("signalingRegion", config.signaling_region);
  for (const JsonView server : in.array("iceServers")) backend::read(fields, server, config.ice_servers.emplace_back());
  if (fields.failed()) return std::nullopt;
  return config;
}

std::optional<Input> input_from_json(std::string_view text) {
  const auto document = JsonDocument::parse(text, kInputLimits);
  if (!document) return std::nullopt;
  JsonFields fields;
  Input input;
  const std::string_view kind = document->root()["kind"].text().value_or("");
  if (!read_input(fields, kind, RequiredMembers(fields, document->root()), input) || fields.failed()) return std::nullopt;
  return input;
}

std::string batch_to_json(const Batch& batch) {
  JsonWriter out;
  out.begin_object().key("effects").begin_array();
  for (const Effect& one : batch.effects) {
    out.begin_object();
    std::visit([&out](const auto& e) { members(out, e); }, one);
    out.end_object();
  }
  out.end_array();
  if (batch.next_deadline) out.number("deadline", batch.next_deadline->ms);
  out.end_object();
  return out.take();
}

std::string rooms_to_json(const std::vector<RoomSnapshot>& rooms) {
  JsonWriter out;
  out.begin_array();
  for (const RoomSnapshot& room : rooms) {
    out.begin_object().text("sid", room.sid.value).text("name", room.name).key("participants").begin_array();
    for (const ParticipantSnapshot& participant : room.participants) write_participant(out, participant);
    out.end_array().end_object();
  }
  out.end_array();
  return out.take();
}

}  // namespace holdfast::roomserver
