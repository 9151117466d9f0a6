#include "backend_json.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace holdfast::backend {

namespace {

// What local and remote tracks have in common.
struct Track {
  std::string id;
  TrackKind kind;
  std::string name;
  bool enabled;
  Priority priority;
};

std::optional<Track> read_track(JsonFields& fields, JsonView track, std::string_view id_key) {
  std::string id = fields.id(track[id_key]);
  const auto kind = kTrackKindWords.find(track["kind"].text().value_or(""));
  if (id.empty() || !kind) return std::nullopt;
  return Track{std::move(id), *kind, fields.text(track["name"]), track["enabled"].boolean().value_or(true),
               kPriorityWords.find(track["priority"].text().value_or("")).value_or(Priority::kStandard)};
}

void write_track(JsonWriter& out, std::string_view id_key, std::string_view id, TrackKind kind, std::string_view name, bool enabled,
                 Priority priority) {
  out.begin_object().text(id_key, id).text("kind", kTrackKindWords.of(kind)).text("name", name);
  out.boolean("enabled", enabled).text("priority", kPriorityWords.of(priority)).end_object();
}

void write_unless_empty(JsonWriter& out, std::string_view key, std::string_view value) {
  if (!value.empty()) out.text(key, value);
}

}  // namespace

std::optional<LocalTrack> read_local_track(JsonFields& fields, JsonView track) {
  auto read = read_track(fields, track, "id");
  if (!read) return std::nullopt;
  return LocalTrack{SignaledId(std::move(read->id)), read->kind, std::move(read->name), read->enabled, read->priority};
}

std::optional<RemoteTrack> read_remote_track(JsonFields& fields, JsonView track) {
  auto read = read_track(fields, track, "sid");
  if (!read) return std::nullopt;
  return RemoteTrack{TrackSid(std::move(read->id)), read->kind, std::move(read->name), read->enabled, read->priority};
}

std::optional<IceCandidate> read_ice_candidate(JsonFields& fields, JsonView candidate) {
  if (!candidate["candidate"].text()) return std::nullopt;
  IceCandidate read;
  read.candidate = fields.text(candidate["candidate"]);
  if (candidate["sdpMid"].text()) read.sdp_mid = fields.id(candidate["sdpMid"]);
  read.sdp_m_line_index = candidate["sdpMLineIndex"].integer();
  read.username_fragment = fields.id(candidate["usernameFragment"]);
  return read;
}

IceServer read_ice_server(JsonFields& fields, JsonView server, std::size_t max_urls) {
  IceServer read;
  const JsonView urls = server["urls"];
  if (urls.text()) read.urls.push_back(fields.text(urls));
  for (const JsonView url : fields.list(urls, max_urls)) {
    if (url.text()) read.urls.push_back(fields.text(url));
  }
  read.username = fields.text(server["username"]);
  read.credential = fields.text(server["credential"]);
  return read;
}

Error read_error(JsonFields& fields, JsonView error) {
  const std::int64_t code = error["code"].integer().value_or(0);
  const bool fits = code >= 0 && code <= std::numeric_limits<int>::max();
  return {fits ? static_cast<int>(code) : 0, fields.text(error["message"])};
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

void write_error_members(JsonWriter& out, const Error& error) {
  out.number("code", error.code);
  write_unless_empty(out, "message", error.message);
}

}  // namespace holdfast::backend
