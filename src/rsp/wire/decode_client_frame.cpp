// What a server reads (docs/protocol.md 2.1, 3, 4.2 to 4.12), from its own clients and from official ones. Tokens, sessions and names
// that are missing read as empty, and are refused where they are checked.
#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

using backend::read_list;

namespace {

constexpr std::size_t kMaxTokenBytes = 4 * kMaxTextBytes;

void read_name(JsonFields& fields, JsonView message, std::optional<std::string>& name) {
  if (message["name"].text()) fields.text(message, "name", name.emplace());
}

void read_participant(JsonFields& fields, JsonView json, LocalState& participant) {
  fields.integer(json, "revision", participant.revision);
  read_list<LocalTrack>(fields, json["tracks"], kMaxTracks, backend::read, participant.tracks);
}

void read_connect(JsonFields& fields, JsonView json, Connect& message) {
  const JsonView publisher = json["publisher"];
  read_name(fields, json, message.name);
  fields.text(json, "token", message.token, kMaxTokenBytes);
  read_participant(fields, json["participant"], message.participant);
  read_peer_connections(fields, json["peer_connections"], message.peer_connections);
  message.ice_servers_overridden = json["ice_servers"].text() == "overrode";
  message.automatic_subscription = json["subscribe"]["rules"].at(0)["type"].text() != "exclude";
  fields.id(publisher, "sdk_version", message.sdk_version);
  fields.text(publisher, "user_agent", message.user_agent);
  read_extension(fields, json, message.holdfast);
  if (!message.holdfast) return;
  fields.boolean(json["holdfast"], "keeps", message.keeps_session);
  fields.text(json["holdfast"], "session", message.kept_session);
}

void read_update(JsonFields& fields, JsonView json, ClientUpdate& message) {
  fields.text(json, "session", message.session);
  if (json["participant"].is_object()) read_participant(fields, json["participant"], message.participant.emplace());
  read_peer_connections(fields, json["peer_connections"], message.peer_connections);
  read_extension(fields, json, message.holdfast);
}

void read_sync(JsonFields& fields, JsonView json, Sync& message) {
  fields.text(json, "session", message.session);
  fields.text(json, "token", message.token, kMaxTokenBytes);
  read_name(fields, json, message.name);
  read_participant(fields, json["participant"], message.participant);
  read_peer_connections(fields, json["peer_connections"], message.peer_connections);
  read_extension(fields, json, message.holdfast);
  if (message.holdfast) fields.boolean(json["holdfast"], "keeps", message.keeps_session);
}

void read_message(JsonFields& fields, JsonView json, ClientMessage& message) {
  const std::string_view type = type_of(json);
  if (type == "update") {
    read_update(fields, json, message.emplace<ClientUpdate>());
  } else if (type == "sync") {
    read_sync(fields, json, message.emplace<Sync>());
  } else if (type == "connect") {
    read_connect(fields, json, message.emplace<Connect>());
  } else if (type == "ice") {
    fields.text(json, "token", message.emplace<IceRequest>().token, kMaxTokenBytes);
  } else if (type == "disconnect") {
    fields.text(json, "session", message.emplace<Disconnect>().session);
  } else {
    fields.fail(kUnknownMessage);
  }
}

void read_hello(JsonFields& fields, JsonView json, Hello& hello) {
  std::int64_t version = kProtocolVersion;
  fields.integer(json, "version", version);
  if (version != kProtocolVersion) fields.fail("another version of the protocol");
  fields.id(json, "id", hello.id);
  fields.clamped(json, "timeout", 0, kMaxMillis, hello.timeout_ms);
  fields.text(json, "cookie", hello.cookie);
  if (json["body"].is_object()) read_message(fields, json["body"], hello.body.emplace());
}

void read_frame(JsonFields& fields, JsonView json, ClientFrame& frame) {
  const std::string_view type = type_of(json);
  if (type == "msg") {
    read_message(fields, json["body"], frame.emplace<ClientMsg>().body);
  } else if (type == "heartbeat") {
    frame.emplace<Heartbeat>();
  } else if (type == "hello") {
    read_hello(fields, json, frame.emplace<Hello>());
  } else if (type == "bye") {
    frame.emplace<Bye>();
  } else {
    fields.fail(kUnknownFrame);
  }
}

}  // namespace

std::variant<ClientFrame, Malformed> decode_client_frame(std::string_view text) {
  std::variant<ClientFrame, Malformed> decoded;
  const auto document = JsonDocument::parse(text, kFrameLimits);
  JsonFields fields = frame_fields();
  if (document) {
    read_frame(fields, document->root(), *std::get_if<ClientFrame>(&decoded));
  } else {
    fields.fail(kNotJson);
  }
  if (fields.failed()) decoded.emplace<Malformed>().reason = fields.fault();
  return decoded;
}

}  // namespace holdfast::rsp
