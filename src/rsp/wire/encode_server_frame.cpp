// What a server writes (docs/protocol.md 2.1, 3, 4.3 to 4.12): everything the official client wants to see, Holdfast's own key aside.
#include <variant>

#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

namespace {

using backend::write_list;

JsonWriter& begin_message(JsonWriter& out, const char* type) {
  return out.begin_object().text("type", type).number("version", kProtocolVersion);
}

void write_one(JsonWriter& out, const RemoteParticipantState& participant) {
  out.begin_object().text("sid", participant.sid.value);
  if (participant.state || !participant.identity.empty()) {
    out.text("identity", participant.identity);
    if (participant.state) out.text("state", backend::kParticipantStateWords.of(*participant.state));
    out.number("revision", participant.revision);
    write_list(out, "tracks", participant.tracks);
  }
  if (participant.speaks_holdfast) write_extension(out, Extension{{}, {}, {}, {}, participant.quality});
  out.end_object();
}

void write_error(JsonWriter& out, const Error& error) {
  out.key("error");
  backend::write(out, error);
}

void write_one(JsonWriter& out, const Published::Track& track) {
  using State = Published::Track::State;
  out.begin_object().text("id", track.id.value);
  if (track.state == State::kReady) {
    out.text("state", "ready").text("sid", track.sid.value);
  } else if (track.state == State::kFailed) {
    out.text("state", "failed");
    write_error(out, track.error);
  } else {
    out.text("state", "created");
  }
  out.end_object();
}

void write_one(JsonWriter& out, const Subscription& track) {
  out.begin_object().text("sid", track.sid.value);
  if (track.error) {
    write_error(out, *track.error);
  } else {
    out.text("id", track.media_id.value);
  }
  out.end_object();
}

void write_one(JsonWriter& out, const PeerConnectionState& state) { write(out, state); }

template <class T>
void write_all(JsonWriter& out, const char* key, const std::vector<T>& items) {
  out.key(key).begin_array();
  for (const T& item : items) write_one(out, item);
  out.end_array();
}

template <class T>
void write_revised(JsonWriter& out, const char* key, const T& list) {
  out.key(key).begin_object().number("revision", list.revision);
  write_all(out, "tracks", list.tracks);
  out.end_object();
}

// In an update `participants` names only what changes, so none is no news; elsewhere the empty list says that nobody is here.
void write_room_state(JsonWriter& out, const RoomState& state, bool is_update) {
  if (state.participant) {
    out.key("participant").begin_object().text("sid", state.participant->sid.value).text("identity", state.participant->identity);
    out.end_object();
  }
  if (!is_update || !state.participants.empty()) write_all(out, "participants", state.participants);
  if (state.published) write_revised(out, "published", *state.published);
  if (state.subscribed) write_revised(out, "subscribed", *state.subscribed);
  if (state.peer_connections) write_all(out, "peer_connections", *state.peer_connections);
  if (!state.holdfast) return;
  begin_extension(out, *state.holdfast);
  if (!state.ice_servers.empty()) write_list(out, "ice_servers", state.ice_servers);
  out.end_object();
}

void write_message(JsonWriter& out, const Iced& message) {
  begin_message(out, "iced");
  write_list(out, "ice_servers", message.ice_servers);
}

void write_message(JsonWriter& out, const Connected& message) {
  begin_message(out, "connected").text("session", message.session).text("sid", message.sid.value).text("name", message.name);
  out.key("options").begin_object().number("session_timeout", message.session_timeout_s);
  out.text("signaling_region", message.signaling_region).end_object();
  write_room_state(out, message.state, false);
}

void write_message(JsonWriter& out, const ServerUpdate& message) {
  begin_message(out, "update");
  write_room_state(out, message.state, true);
}

void write_message(JsonWriter& out, const Synced& message) {
  begin_message(out, "synced");
  write_room_state(out, message.state, false);
}

void write_message(JsonWriter& out, const Disconnected& message) {
  begin_message(out, "disconnected");
  if (message.completed) out.text("status", "completed");
}

void write_message(JsonWriter& out, const ErrorMessage& message) {
  begin_message(out, "error");
  backend::write_error_members(out, message.error);
}

void write_message(JsonWriter& out, const OtherMessage& message) {
  out.begin_object().text("type", message.type).number("version", kProtocolVersion);
}

void write_frame(JsonWriter& out, const Welcome& frame) {
  out.text("type", "welcome").number("negotiatedTimeout", frame.negotiated_timeout_ms);
}

void write_frame(JsonWriter& out, const Busy& frame) {
  out.text("type", "busy").number("retryAfter", frame.retry_after_ms).boolean("keepAlive", frame.keep_alive);
  if (!frame.cookie.empty()) out.text("cookie", frame.cookie);
}

void write_frame(JsonWriter& out, const Bad& frame) { out.text("type", "bad").text("reason", frame.reason); }

void write_frame(JsonWriter& out, const Heartbeat&) { out.text("type", "heartbeat"); }

void write_frame(JsonWriter& out, const ServerMsg& frame) {
  out.text("type", "msg").key("body");
  std::visit([&out](const auto& message) { write_message(out, message); }, frame.body);
  out.end_object();
}

void write_frame(JsonWriter& out, const Bye&) { out.text("type", "bye"); }

}  // namespace

std::string encode(const ServerFrame& frame) {
  JsonWriter out;
  out.begin_object();
  std::visit([&out](const auto& f) { write_frame(out, f); }, frame);
  out.end_object();
  return out.take();
}

}  // namespace holdfast::rsp
