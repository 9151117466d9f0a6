#include "roomserver/boundary.hpp"

#include <utility>

#include "backend_json.hpp"
#include "base/json_fields.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"

namespace holdfast::roomserver {

namespace {

// An input may carry one frame of the greatest size, each of whose characters JSON may have to escape.
constexpr JsonLimits kInputLimits{8 << 20};

constexpr Words<VerifyToken::Purpose, 3> kPurposeWords{{"ice", "connect", "sync"}};

SocketId read_socket(JsonFields& fields, JsonView in) { return SocketId{fields.required_number_id(in["socket"])}; }

std::string read_text(JsonFields& fields, JsonView in, std::string_view key) { return fields.required_text(in[key]); }

Input read_input(JsonFields& fields, JsonView in) {
  const std::string_view kind = in["kind"].text().value_or("");
  if (kind == "socketOpened") return SocketOpened{read_socket(fields, in)};
  if (kind == "socketText") return SocketText{read_socket(fields, in), read_text(fields, in, "text")};
  if (kind == "socketClosed") return SocketClosed{read_socket(fields, in), fields.required_integer(in["code"])};
  if (kind == "pong") return Pong{read_socket(fields, in)};
  if (kind == "tokenVerdict") {
    return TokenVerdict{OperationId{fields.required_number_id(in["op"])}, static_cast<int>(fields.required_number_id(in["errorCode"])),
                        read_text(fields, in, "identity"), read_text(fields, in, "roomGrant")};
  }
  if (kind == "beacon") return Beacon{read_text(fields, in, "session")};
  if (kind == "completeRoom") return CompleteRoom{read_text(fields, in, "room")};
  if (kind == "removeParticipant") return RemoveParticipant{read_text(fields, in, "room"), read_text(fields, in, "participant")};
  if (kind == "shutdown") return Shutdown{};
  if (kind != "tick") fields.fail("not an input");
  return Tick{};
}

JsonWriter& kind(JsonWriter& out, std::string_view word) { return out.text("kind", word); }

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
  out.end_object();
}

}  // namespace

std::optional<Config> config_from_json(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  if (!document) return std::nullopt;
  const JsonView in = document->root();
  JsonFields fields;
  Config config;
  config.secret = read_text(fields, in, "secret");
  config.wall_clock_at_start_ms = fields.required_integer(in["wallClockAtStart"]);
  config.session_timeout = Millis{fields.required_integer(in["sessionTimeout"])};
  config.heartbeat_interval = Millis{fields.required_integer(in["heartbeatInterval"])};
  config.max_participants = fields.required_number_id(in["maxParticipants"]);
  config.max_rooms = fields.required_number_id(in["maxRooms"]);
  config.signaling_region = read_text(fields, in, "signalingRegion");
  for (const JsonView server : fields.required_array(in["iceServers"]))
    config.ice_servers.push_back(backend::read_ice_server(fields, server, JsonFields::kNoLimit));
  if (fields.failed()) return std::nullopt;
  return config;
}

std::optional<Input> input_from_json(std::string_view text) {
  const auto document = JsonDocument::parse(text, kInputLimits);
  if (!document) return std::nullopt;
  JsonFields fields;
  Input input = read_input(fields, document->root());
  if (fields.failed()) return std::nullopt;
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
