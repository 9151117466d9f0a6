// What a client reads (docs/protocol.md 2.1, 4.3 to 4.12). A server may leave out what a client can do without; what it means when it
// leaves out more, the machines judge.
#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

using backend::read_list;

namespace {

constexpr std::size_t kMaxIceServers = 32;
constexpr std::int64_t kMaxSessionTimeoutS = 86'400;

bool read_published_track(JsonFields& fields, JsonView json, Published::Track& track) {
  const auto state = json["state"].text();
  if (state == "ready") track.state = Published::Track::State::kReady;
  if (state == "failed") track.state = Published::Track::State::kFailed;
  fields.id(json, "id", track.id.value);
  fields.id(json, "sid", track.sid.value);
  return backend::read(fields, json["error"], track.error);
}

bool read_subscription(JsonFields& fields, JsonView json, Subscription& track) {
  fields.id(json, "sid", track.sid.value);
  fields.id(json, "id", track.media_id.value);
  if (json["error"].is_object()) backend::read(fields, json["error"], track.error.emplace());
  return !track.sid.empty();
}

bool read_participant(JsonFields& fields, JsonView json, RemoteParticipantState& participant) {
  fields.id(json, "sid", participant.sid.value);
  fields.text(json, "identity", participant.identity);
  participant.state = backend::kParticipantStateWords.find(json["state"].text());
  fields.integer(json, "revision", participant.revision);
  read_list<RemoteTrack>(fields, json["tracks"], kMaxTracks, backend::read, participant.tracks);
  const JsonView holdfast = json["holdfast"];
  participant.speaks_holdfast = holdfast["v"].integer() == kExtensionVersion;
  if (participant.speaks_holdfast) participant.quality = read_quality(holdfast);
  return !participant.sid.empty();
}

void read_room_state(JsonFields& fields, JsonView message, RoomState& state) {
  const JsonView own = message["participant"];
  if (own.is_object()) {
    fields.id(own, "sid", state.participant.emplace().sid.value);
    fields.text(own, "identity", state.participant->identity);
  }
  read_list(fields, message["participants"], kMaxParticipants, read_participant, state.participants);
  const JsonView published = message["published"];
  if (published.is_object()) {
    fields.integer(published, "revision", state.published.emplace().revision);
    read_list(fields, published["tracks"], kMaxTracks, read_published_track, state.published->tracks);
  }
  const JsonView subscribed = message["subscribed"];
  if (subscribed.is_object()) {
    fields.integer(subscribed, "revision", state.subscribed.emplace().revision);
    read_list(fields, subscribed["tracks"], kMaxSubscriptions, read_subscription, state.subscribed->tracks);
  }
  const JsonView links = message["peer_connections"];
  if (links.is_array()) read_peer_connections(fields, links, state.peer_connections.emplace());
  read_extension(fields, message, state.holdfast);
  if (state.holdfast) read_list<IceServer>(fields, message["holdfast"]["ice_servers"], kMaxIceServers, backend::read, state.ice_servers);
}

void read_connected(JsonFields& fields, JsonView message, Connected& connected) {
  const JsonView options = message["options"];
  fields.text(message, "session", connected.session);
  fields.id(message, "sid", connected.sid.value);
  fields.text(message, "name", connected.name);
  fields.clamped(options, "session_timeout", 0, kMaxSessionTimeoutS, connected.session_timeout_s);
  fields.id(options, "signaling_region", connected.signaling_region);
  read_room_state(fields, message, connected.state);
}

void read_message(JsonFields& fields, JsonView json, ServerMessage& message) {
  const std::string_view type = type_of(json);
  if (type == "update") {
    read_room_state(fields, json, message.emplace<ServerUpdate>().state);
  } else if (type == "connected") {
    read_connected(fields, json, message.emplace<Connected>());
  } else if (type == "synced") {
    read_room_state(fields, json, message.emplace<Synced>().state);
  } else if (type == "iced") {
    read_list<IceServer>(fields, json["ice_servers"], kMaxIceServers, backend::read, message.emplace<Iced>().ice_servers);
  } else if (type == "error") {
    backend::read(fields, json, message.emplace<ErrorMessage>().error);
  } else if (type == "disconnected") {
    message.emplace<Disconnected>().completed = json["status"].text() == "completed";
  } else {
    fields.id(json, "type", message.emplace<OtherMessage>().type);
  }
}

void read_frame(JsonFields& fields, JsonView json, ServerFrame& frame) {
  const std::string_view type = type_of(json);
  if (type == "msg") {
    read_message(fields, json["body"], frame.emplace<ServerMsg>().body);
  } else if (type == "heartbeat") {
    frame.emplace<Heartbeat>();
  } else if (type == "welcome") {
    fields.clamped(json, "negotiatedTimeout", 0, kMaxMillis, frame.emplace<Welcome>().negotiated_timeout_ms);
  } else if (type == "busy") {
    Busy& busy = frame.emplace<Busy>();
    fields.clamped(json, "retryAfter", -1, kMaxMillis, busy.retry_after_ms);
    fields.boolean(json, "keepAlive", busy.keep_alive);
    fields.text(json, "cookie", busy.cookie);
  } else if (type == "bad") {
    fields.text(json, "reason", frame.emplace<Bad>().reason);
  } else if (type == "bye") {
    frame.emplace<Bye>();
  } else {
    fields.fail(kUnknownFrame);
  }
}

}  // namespace

std::variant<ServerFrame, Malformed> decode_server_frame(std::string_view text) {
  std::variant<ServerFrame, Malformed> decoded;
  const auto document = JsonDocument::parse(text, kFrameLimits);
  JsonFields fields = frame_fields();
  if (document) {
    read_frame(fields, document->root(), *std::get_if<ServerFrame>(&decoded));
  } else {
    fields.fail(kNotJson);
  }
  if (fields.failed()) decoded.emplace<Malformed>().reason = fields.fault();
  return decoded;
}

}  // namespace holdfast::rsp
