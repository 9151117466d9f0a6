// What a client writes (docs/protocol.md 2.1, 3, 4.2 to 4.12): member for member what the official client sends, its name aside.
#include <variant>

#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

namespace {

using backend::write_list;

JsonWriter& begin_message(JsonWriter& out, const char* type) {
  return out.begin_object().text("type", type).number("version", kProtocolVersion);
}

void write_name(JsonWriter& out, const std::optional<std::string>& name) {
  if (name) {
    out.text("name", *name);
  } else {
    out.key("name").null();
  }
}

void write_participant(JsonWriter& out, const LocalState& state) {
  out.key("participant").begin_object().number("revision", state.revision);
  write_list(out, "tracks", state.tracks);
  out.end_object();
}

void write_peer_connections(JsonWriter& out, const std::vector<PeerConnectionState>& states) {
  out.key("peer_connections").begin_array();
  for (const PeerConnectionState& state : states) write(out, state);
  out.end_array();
}

// What the extension says in connect and sync.
void write_greeting(JsonWriter& out, const std::optional<Extension>& extension, bool keeps_session, const std::string& kept_session) {
  if (!extension) return;
  begin_extension(out, *extension);
  if (keeps_session) out.boolean("keeps", true);
  if (!kept_session.empty()) out.text("session", kept_session);
  out.end_object();
}

void write_message(JsonWriter& out, const IceRequest& message) {
  out.begin_object().text("type", "ice").number("version", 1).text("edge", "roaming").text("token", message.token).end_object();
}

void write_message(JsonWriter& out, const Connect& message) {
  begin_message(out, "connect");
  write_name(out, message.name);
  out.text("token", message.token);
  write_participant(out, message.participant);
  write_peer_connections(out, message.peer_connections);
  out.text("ice_servers", message.ice_servers_overridden ? "overrode" : "acquire");
  out.key("publisher").begin_object().text("name", "holdfast").text("sdk_version", message.sdk_version);
  out.text("user_agent", message.user_agent).end_object();
  out.text("format", "unified");
  out.key("subscribe").begin_object().number("revision", 1).key("rules").begin_array().begin_object();
  out.text("type", message.automatic_subscription ? "include" : "exclude").boolean("all", true).end_object().end_array().end_object();
  out.key("media_signaling").begin_object().end_object();
  write_greeting(out, message.holdfast, message.keeps_session, message.kept_session);
  out.end_object();
}

void write_message(JsonWriter& out, const ClientUpdate& message) {
  begin_message(out, "update");
  if (!message.session.empty()) out.text("session", message.session);
  if (message.participant) write_participant(out, *message.participant);
  if (!message.peer_connections.empty()) write_peer_connections(out, message.peer_connections);
  write_extension(out, message.holdfast);
  out.end_object();
}

void write_message(JsonWriter& out, const Sync& message) {
  begin_message(out, "sync").text("session", message.session).text("token", message.token);
  write_name(out, message.name);
  write_participant(out, message.participant);
  write_peer_connections(out, message.peer_connections);
  write_greeting(out, message.holdfast, message.keeps_session, {});
  out.end_object();
}

void write_message(JsonWriter& out, const Disconnect& message) {
  begin_message(out, "disconnect").key("session");
  if (message.session.empty()) {
    out.null();
  } else {
    out.text(message.session);
  }
  out.end_object();
}

void write_body(JsonWriter& out, const ClientMessage& message) {
  out.key("body");
  std::visit([&out](const auto& m) { write_message(out, m); }, message);
}

void write_frame(JsonWriter& out, const Hello& frame) {
  out.text("type", "hello").text("id", frame.id).number("timeout", frame.timeout_ms).number("version", kProtocolVersion);
  if (!frame.cookie.empty()) out.text("cookie", frame.cookie);
  if (frame.body) write_body(out, *frame.body);
}

void write_frame(JsonWriter& out, const Heartbeat&) { out.text("type", "heartbeat"); }

void write_frame(JsonWriter& out, const ClientMsg& frame) {
  out.text("type", "msg");
  write_body(out, frame.body);
}

void write_frame(JsonWriter& out, const Bye&) { out.text("type", "bye"); }

}  // namespace

std::string encode(const ClientFrame& frame) {
  JsonWriter out;
  out.begin_object();
  std::visit([&out](const auto& f) { write_frame(out, f); }, frame);
  out.end_object();
  return out.take();
}

}  // namespace holdfast::rsp
