// What a client reads (docs/protocol.md 2.1, 4.3 to 4.12). A server may leave out what a client can do without; what it means when it
// leaves out more, the machines judge.
#include <limits>
#include <utility>

#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

namespace {

constexpr std::size_t kMaxIceServers = 32;
constexpr std::size_t kMaxIceUrls = 32;             // of one server
constexpr std::size_t kMaxSubscriptions = 1 << 13;  // of one client: 64 participants with every track they may have
constexpr std::int64_t kDefaultSessionTimeoutS = 30;
constexpr std::int64_t kMaxSessionTimeoutS = 86'400;

Published::Track::State published_state(std::string_view word) {
  if (word == "ready") return Published::Track::State::kReady;
  return word == "failed" ? Published::Track::State::kFailed : Published::Track::State::kOther;
}

std::optional<Published::Track> read_published_track(JsonFields& fields, JsonView track) {
  return Published::Track{SignaledId(fields.id(track["id"])), published_state(track["state"].text().value_or("")),
                          TrackSid(fields.id(track["sid"])), backend::read_error(fields, track["error"])};
}

std::optional<Subscription> read_subscription(JsonFields& fields, JsonView track) {
  Subscription read{TrackSid(fields.id(track["sid"])), SignaledId(fields.id(track["id"])), std::nullopt};
  if (track["error"].is_object()) read.error = backend::read_error(fields, track["error"]);
  if (read.sid.empty()) return std::nullopt;
  return read;
}

std::optional<RemoteParticipantState> read_participant(JsonFields& fields, JsonView participant) {
  RemoteParticipantState read;
  read.sid.value = fields.id(participant["sid"]);
  if (read.sid.empty()) return std::nullopt;
  read.identity = fields.text(participant["identity"]);
  read.state = backend::kParticipantStateWords.find(participant["state"].text().value_or(""));
  read.revision = participant["revision"].integer().value_or(0);
  read.tracks = read_list<RemoteTrack>(fields, participant["tracks"], kMaxTracks, backend::read_remote_track);
  return read;
}

RoomState read_room_state(JsonFields& fields, JsonView message) {
  RoomState read;
  const JsonView own = message["participant"];
  if (own.is_object()) read.participant = OwnParticipant{ParticipantSid(fields.id(own["sid"])), fields.text(own["identity"])};
  read.participants = read_list<RemoteParticipantState>(fields, message["participants"], kMaxParticipants, read_participant);
  const JsonView published = message["published"];
  if (published.is_object()) {
    read.published = Published{published["revision"].integer().value_or(0),
                               read_list<Published::Track>(fields, published["tracks"], kMaxTracks, read_published_track)};
  }
  const JsonView subscribed = message["subscribed"];
  if (subscribed.is_object()) {
    read.subscribed = Subscribed{subscribed["revision"].integer().value_or(0),
                                 read_list<Subscription>(fields, subscribed["tracks"], kMaxSubscriptions, read_subscription)};
  }
  const JsonView peer_connections = message["peer_connections"];
  if (peer_connections.is_array()) read.peer_connections = read_peer_connections(fields, peer_connections);
  read.holdfast = read_extension(message["holdfast"]);
  return read;
}

Connected read_connected(JsonFields& fields, JsonView message) {
  const JsonView options = message["options"];
  Connected read;
  read.session = fields.text(message["session"]);
  read.sid.value = fields.id(message["sid"]);
  read.name = fields.text(message["name"]);
  read.session_timeout_s = JsonFields::clamped(options["session_timeout"], 0, kMaxSessionTimeoutS, kDefaultSessionTimeoutS);
  read.signaling_region = fields.id(options["signaling_region"]);
  read.state = read_room_state(fields, message);
  return read;
}

std::optional<IceServer> read_one_ice_server(JsonFields& fields, JsonView server) {
  return backend::read_ice_server(fields, server, kMaxIceUrls);
}

ServerMessage read_message(JsonFields& fields, JsonView message) {
  const std::string_view type = type_of(message);
  if (type == "update") return ServerUpdate{read_room_state(fields, message)};
  if (type == "connected") return read_connected(fields, message);
  if (type == "synced") return Synced{read_room_state(fields, message)};
  if (type == "iced") return Iced{read_list<IceServer>(fields, message["ice_servers"], kMaxIceServers, read_one_ice_server)};
  if (type == "error") return ErrorMessage{backend::read_error(fields, message)};
  if (type == "disconnected") return Disconnected{message["status"].text() == "completed"};
  return OtherMessage{fields.id(message["type"])};
}

ServerFrame read_frame(JsonFields& fields, JsonView frame) {
  const std::string_view type = type_of(frame);
  if (type == "msg") return ServerMsg{read_message(fields, frame["body"])};
  if (type == "heartbeat") return Heartbeat{};
  if (type == "welcome") return Welcome{JsonFields::clamped(frame["negotiatedTimeout"], 0, kMaxMillis, 0)};
  if (type == "busy") {
    return Busy{JsonFields::clamped(frame["retryAfter"], -1, kMaxMillis, 0), frame["keepAlive"].boolean().value_or(false),
                fields.text(frame["cookie"])};
  }
  if (type == "bad") return Bad{fields.text(frame["reason"])};
  if (type != "bye") fields.fail(kUnknownFrame);
  return Bye{};
}

}  // namespace

std::variant<ServerFrame, Malformed> decode_server_frame(std::string_view text) {
  const auto document = JsonDocument::parse(text, kFrameLimits);
  if (!document) return Malformed{kNotJson};
  JsonFields fields = frame_fields();
  ServerFrame frame = read_frame(fields, document->root());
  if (fields.failed()) return Malformed{fields.fault()};
  return frame;
}

}  // namespace holdfast::rsp
