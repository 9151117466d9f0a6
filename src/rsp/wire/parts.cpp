#include "rsp/wire/parts.hpp"

namespace holdfast::rsp {

using backend::IceCandidate;
using backend::kDescriptionTypeWords;
using backend::read_list;

namespace {

bool read_description(JsonFields& fields, JsonView json, Description& description) {
  fields.integer(json, "revision", description.revision);
  fields.text(json, "sdp", description.sdp, kMaxFrameBytes);
  return kDescriptionTypeWords.read(json["type"].text(), description.type);
}

void read_ice(JsonFields& fields, JsonView json, Ice& ice) {
  fields.id(json, "ufrag", ice.ufrag);
  fields.integer(json, "revision", ice.revision);
  read_list<IceCandidate>(fields, json["candidates"], kMaxCandidates, backend::read, ice.candidates);
  fields.boolean(json, "complete", ice.complete);
}

bool read_peer_connection(JsonFields& fields, JsonView json, PeerConnectionState& state) {
  fields.id(json, "id", state.id.value);
  if (!read_description(fields, json["description"], state.description.emplace())) state.description.reset();
  if (json["ice"].is_object()) read_ice(fields, json["ice"], state.ice.emplace());
  return !state.id.empty();
}

void write_description(JsonWriter& out, const Description& description) {
  out.begin_object().text("type", kDescriptionTypeWords.of(description.type)).number("revision", description.revision);
  if (!description.sdp.empty()) out.text("sdp", description.sdp);
  out.end_object();
}

void write_ice(JsonWriter& out, const Ice& ice) {
  out.begin_object().text("ufrag", ice.ufrag).number("revision", ice.revision);
  backend::write_list(out, "candidates", ice.candidates);
  if (ice.complete) out.boolean("complete", true);
  out.end_object();
}

}  // namespace

void read_peer_connections(JsonFields& fields, JsonView list, std::vector<PeerConnectionState>& states) {
  read_list(fields, list, kMaxPeerConnections, read_peer_connection, states);
}

std::int64_t read_quality(JsonView holdfast) {
  const std::int64_t quality = holdfast["quality"].integer().value_or(kNoQuality);
  return quality >= 0 && quality <= backend::kBestQuality ? quality : kNoQuality;
}

void read_extension(JsonFields& fields, JsonView message, std::optional<Extension>& extension) {
  const JsonView holdfast = message["holdfast"];
  if (holdfast["v"].integer() != kExtensionVersion) return;
  extension = Extension{holdfast["leaving"].boolean(), holdfast["hidden"].boolean(), {}, {}, read_quality(holdfast)};
  for (const JsonView sid : fields.list(holdfast["media_lost"], kMaxParticipants))
    fields.text(sid, extension->media_lost.emplace_back().value);
  read_list<Wish>(fields, holdfast["wishes"], kMaxSubscriptions, backend::read, extension->wishes);
}

void write(JsonWriter& out, const PeerConnectionState& state) {
  out.begin_object().text("id", state.id.value);
  if (state.description) {
    out.key("description");
    write_description(out, *state.description);
  }
  if (state.ice) {
    out.key("ice");
    write_ice(out, *state.ice);
  }
  out.end_object();
}

void begin_extension(JsonWriter& out, const Extension& extension) {
  out.key("holdfast").begin_object().number("v", kExtensionVersion);
  if (extension.leaving) out.boolean("leaving", *extension.leaving);
  if (extension.hidden) out.boolean("hidden", *extension.hidden);
  if (extension.quality != kNoQuality) out.number("quality", extension.quality);
  if (!extension.wishes.empty()) backend::write_list(out, "wishes", extension.wishes);
  if (extension.media_lost.empty()) return;
  out.key("media_lost").begin_array();
  for (const ParticipantSid& sid : extension.media_lost) out.text(sid.value);
  out.end_array();
}

void write_extension(JsonWriter& out, const std::optional<Extension>& extension) {
  if (!extension) return;
  begin_extension(out, *extension);
  out.end_object();
}

}  // namespace holdfast::rsp
