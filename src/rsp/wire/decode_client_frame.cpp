// What a server reads (docs/protocol.md 2.1, 3, 4.2 to 4.12), from its own clients and from official ones. Tokens, sessions and names
// that are missing read as empty, and are refused where they are checked.
#include <utility>

#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

namespace {

constexpr std::size_t kMaxTokenBytes = 4 * kMaxTextBytes;

std::optional<std::string> read_name(JsonFields& fields, JsonView name) {
  if (!name.text()) return std::nullopt;
  return fields.text(name);
}

LocalState read_local_state(JsonFields& fields, JsonView participant) {
  return {participant["revision"].integer().value_or(1),
          read_list<LocalTrack>(fields, participant["tracks"], kMaxTracks, backend::read_local_track)};
}

Connect read_connect(JsonFields& fields, JsonView message) {
  Connect read;
  read.name = read_name(fields, message["name"]);
  read.token = fields.text(message["token"], kMaxTokenBytes);
  read.participant = read_local_state(fields, message["participant"]);
  read.peer_connections = read_peer_connections(fields, message["peer_connections"]);
  read.ice_servers_overridden = message["ice_servers"].text() == "overrode";
  read.automatic_subscription = message["subscribe"]["rules"].at(0)["type"].text() != "exclude";
  read.sdk_version = fields.id(message["publisher"]["sdk_version"]);
  read.user_agent = fields.text(message["publisher"]["user_agent"]);
  read.holdfast = read_extension(message["holdfast"]);
  return read;
}

ClientUpdate read_update(JsonFields& fields, JsonView message) {
  ClientUpdate read;
  read.session = fields.text(message["session"]);
  if (message["participant"].is_object()) read.participant = read_local_state(fields, message["participant"]);
  read.peer_connections = read_peer_connections(fields, message["peer_connections"]);
  read.holdfast = read_extension(message["holdfast"]);
  return read;
}

Sync read_sync(JsonFields& fields, JsonView message) {
  Sync read;
  read.session = fields.text(message["session"]);
  read.token = fields.text(message["token"], kMaxTokenBytes);
  read.name = read_name(fields, message["name"]);
  read.participant = read_local_state(fields, message["participant"]);
  read.peer_connections = read_peer_connections(fields, message["peer_connections"]);
  read.holdfast = read_extension(message["holdfast"]);
  return read;
}

ClientMessage read_message(JsonFields& fields, JsonView message) {
  const std::string_view type = type_of(message);
  if (type == "update") return read_update(fields, message);
  if (type == "sync") return read_sync(fields, message);
  if (type == "connect") return read_connect(fields, message);
  if (type == "ice") return IceRequest{fields.text(message["token"], kMaxTokenBytes)};
  if (type != "disconnect") fields.fail(kUnknownMessage);
  return Disconnect{fields.text(message["session"])};
}

ClientFrame read_frame(JsonFields& fields, JsonView frame) {
  const std::string_view type = type_of(frame);
  if (type == "msg") return ClientMsg{read_message(fields, frame["body"])};
  if (type == "heartbeat") return Heartbeat{};
  if (type == "hello") {
    if (frame["version"].integer().value_or(kProtocolVersion) != kProtocolVersion) fields.fail("another version of the protocol");
    Hello hello;
    hello.id = fields.id(frame["id"]);
    hello.timeout_ms = JsonFields::clamped(frame["timeout"], 0, kMaxMillis, hello.timeout_ms);
    hello.cookie = fields.text(frame["cookie"]);
    if (frame["body"].is_object()) hello.body = read_message(fields, frame["body"]);
    return hello;
  }
  if (type != "bye") fields.fail(kUnknownFrame);
  return Bye{};
}

}  // namespace

std::variant<ClientFrame, Malformed> decode_client_frame(std::string_view text) {
  const auto document = JsonDocument::parse(text, kFrameLimits);
  if (!document) return Malformed{kNotJson};
  JsonFields fields = frame_fields();
  ClientFrame frame = read_frame(fields, document->root());
  if (fields.failed()) return Malformed{fields.fault()};
  return frame;
}

}  // namespace holdfast::rsp
