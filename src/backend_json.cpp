#include "backend_json.hpp"

#include <cstdint>
#include <limits>
#include <string>

namespace holdfast::backend {

namespace {

// What local and remote tracks have in common.
template <class Track>
bool read_track(JsonFields& fields, JsonView json, const char* id_key, std::string& id, Track& track) {
  fields.id(json, id_key, id);
  fields.text(json, "name", track.name);
  fields.boolean(json, "enabled", track.enabled);
  kPriorityWords.read(json["priority"].text(), track.priority);
  return kTrackKindWords.read(json["kind"].text(), track.kind) && !id.empty();
}

void write_track(JsonWriter& out, const char* id_key, const std::string& id, TrackKind kind, const std::string& name, bool enabled,
                 Priority priority) {
  out.begin_object().text(id_key, id).text("kind", kTrackKindWords.of(kind)).text("name", name);
  out.boolean("enabled", enabled).text("priority", kPriorityWords.of(priority)).end_object();
}

void write_unless_empty(JsonWriter& out, const char* key, const std::string& value) {
  if (!value.empty()) out.text(key, value);
}

}  // namespace

bool read(JsonFields& fields, JsonView json, LocalTrack& track) { return read_track(fields, json, "id", track.id.value, track); }

bool read(JsonFields& fields, JsonView json, RemoteTrack& track) { return read_track(fields, json, "sid", track.sid.value, track); }

bool read(JsonFields& fields, JsonView json, IceCandidate& candidate) {
  fields.text(json, "candidate", candidate.candidate);
  if (json["sdpMid"].text()) fields.id(json, "sdpMid", candidate.sdp_mid.emplace());
  candidate.sdp_m_line_index = json["sdpMLineIndex"].integer();
  fields.id(json, "usernameFragment", candidate.username_fragment);
  return json["candidate"].text().has_value();
}

bool read(JsonFields& fields, JsonView json, IceServer& server) {
  const JsonView urls = json["urls"];
  if (urls.text()) fields.text(urls, server.urls.emplace_back());
  for (const JsonView url : fields.list(urls, kMaxIceUrls)) {
    if (url.text()) fields.text(url, server.urls.emplace_back());
  }
  fields.text(json, "username", server.username);
  fields.text(json, "credential", server.credential);
  return true;
}

bool read(JsonFields& fields, JsonView json, Error& error) {
  std::int64_t code = 0;
  fields.integer(json, "code", code);
  if (code >= 0 && code <= std::numeric_limits<int>::max()) error.code = static_cast<int>(code);
  fields.text(json, "message", error.message);
  return true;
}

bool read(JsonFields& fields, JsonView json, Wish& wish) {
  fields.id(json, "sid", wish.track);
  fields.id(json, "id", wish.track);
  fields.id(json, "participant", wish.participant.value);
  fields.integer(json, "width", wish.width);
  fields.integer(json, "height", wish.height);
  return !wish.track.empty();
}

void write(JsonWriter& out, const LocalTrack& track) {
  write_track(out, "id", track.id.value, track.kind, track.name, track.enabled, track.priority);
}

void write(JsonWriter& out, const RemoteTrack& track) {
  write_track(out, "sid", track.sid.value, track.kind, track.name, track.enabled, track.priority);
}

void write(JsonWriter& out, const IceCandidate& candidate) {
  out.begin_object().text("candidate", candidate.candidate);
  if (candidate.sdp_mid) out.text("sdpMid", *candidate.sdp_mid);
  if (candidate.sdp_m_line_index) out.number("sdpMLineIndex", *candidate.sdp_m_line_index);
  write_unless_empty(out, "usernameFragment", candidate.username_fragment);
  out.end_object();
}

void write(JsonWriter& out, const IceServer& server) {
  out.begin_object().key("urls").begin_array();
  for (const std::string& url : server.urls) out.text(url);
  out.end_array();
  write_unless_empty(out, "username", server.username);
  write_unless_empty(out, "credential", server.credential);
  out.end_object();
}

void write(JsonWriter& out, const Error& error) {
  out.begin_object();
  write_error_members(out, error);
  out.end_object();
}

void write(JsonWriter& out, const Wish& wish) {
  out.begin_object().text(wish.participant.empty() ? "sid" : "id", wish.track);
  write_unless_empty(out, "participant", wish.participant.value);
  out.number("width", wish.width).number("height", wish.height).end_object();
}

void write_error_members(JsonWriter& out, const Error& error) {
  out.number("code", error.code);
  write_unless_empty(out, "message", error.message);
}

}  // namespace holdfast::backend
