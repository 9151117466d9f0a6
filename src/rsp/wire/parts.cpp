#include "rsp/wire/parts.hpp"

#include <utility>

namespace holdfast::rsp {

using backend::IceCandidate;
using backend::kDescriptionTypeWords;

namespace {

std::optional<Description> read_description(JsonFields& fields, JsonView description) {
  const auto type = kDescriptionTypeWords.find(type_of(description));
  if (!type) return std::nullopt;
  return Description{*type, description["revision"].integer().value_or(0), fields.text(description["sdp"], kMaxFrameBytes)};
}

std::optional<Ice> read_ice(JsonFields& fields, JsonView ice) {
  if (!ice.is_object()) return std::nullopt;
  return Ice{fields.id(ice["ufrag"]), ice["revision"].integer().value_or(0),
             read_list<IceCandidate>(fields, ice["candidates"], kMaxCandidates, backend::read_ice_candidate),
             ice["complete"].boolean().value_or(false)};
}

std::optional<PeerConnectionState> read_peer_connection(JsonFields& fields, JsonView state) {
  std::string id = fields.id(state["id"]);
  if (id.empty()) return std::nullopt;
  return PeerConnectionState{LinkId(std::move(id)), read_description(fields, state["description"]), read_ice(fields, state["ice"])};
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

std::vector<PeerConnectionState> read_peer_connections(JsonFields& fields, JsonView list) {
  return read_list<PeerConnectionState>(fields, list, kMaxPeerConnections, read_peer_connection);
}

std::optional<Extension> read_extension(JsonView holdfast) {
  if (holdfast["v"].integer() != kExtensionVersion) return std::nullopt;
  return Extension{holdfast["leaving"].boolean(), holdfast["hidden"].boolean()};
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

void write_extension(JsonWriter& out, const std::optional<Extension>& extension) {
  if (!extension) return;
  out.key("holdfast").begin_object().number("v", kExtensionVersion);
  if (extension->leaving) out.boolean("leaving", *extension->leaving);
  if (extension->hidden) out.boolean("hidden", *extension->hidden);
  out.end_object();
}

}  // namespace holdfast::rsp
