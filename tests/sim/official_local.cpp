#include "official_local.hpp"

#include <algorithm>

namespace holdfast::sim::official {

bool LocalParticipant::add(const backend::LocalTrack& track) {
  if (!publications_.try_emplace(track.id.value, Publication{track, {}}).second) return false;
  order_.push_back(track.id.value);
  ++revision_;
  return true;
}

bool LocalParticipant::remove(const SignaledId& id) {
  if (publications_.erase(id.value) == 0) return false;
  order_.erase(std::find(order_.begin(), order_.end(), id.value));
  ++revision_;
  return true;
}

bool LocalParticipant::set_enabled(const SignaledId& id, bool enabled) {
  Publication* publication = find(id.value);
  if (publication == nullptr || publication->track.kind == backend::TrackKind::kData || publication->track.enabled == enabled) return false;
  publication->track.enabled = enabled;
  ++revision_;
  return true;
}

bool LocalParticipant::set_priority(const SignaledId& id, backend::Priority priority) {
  Publication* publication = find(id.value);
  if (publication == nullptr || publication->track.priority == priority) return false;
  publication->track.priority = priority;
  ++revision_;
  return true;
}

bool LocalParticipant::update(const json& published) {
  const json* tracks = array(published, "tracks");
  const std::optional<std::int64_t> revision = number(published, "revision");
  if (tracks == nullptr || !revision) {
    runtime_.complain("published without revision or tracks");
    return false;
  }
  const bool is_new = *revision > published_revision_;
  if (is_new) published_revision_ = *revision;
  bool has_failed = false;
  for (const json& entry : *tracks) {
    const Publication* known = find(text(entry, "id"));
    if (is_new)
      has_failed |= update_publication(entry);
    else if (known != nullptr && known->sid.empty() && text(entry, "state") != "created")
      runtime_.complain("the verdict on a track is ignored: published.revision is not greater");
  }
  return has_failed;
}

bool LocalParticipant::update_publication(const json& entry) {
  const std::string id = text(entry, "id");
  const std::string sid = text(entry, "sid");
  const std::string state = text(entry, "state");
  if (id.empty()) runtime_.complain("a publication without an id");
  if (state == "ready") {
    if (sid.empty()) runtime_.complain("a publication is ready without a sid");
    Publication* publication = find(id);
    if (publication == nullptr) return false;
    if (publication->sid.empty())
      publication->sid = sid;
    else if (publication->sid != sid)
      runtime_.complain("another sid of a publication is ignored");
    return false;
  }
  if (state == "failed") {
    if (member(entry, "error") == nullptr) runtime_.complain("an uncaught exception: a publication failed without an error");
    return remove(SignaledId(id));
  }
  if (state != "created") runtime_.complain("a publication in state '" + state + "' stays pending for ever");
  return false;
}

json LocalParticipant::state() const {
  constexpr const char* kKinds[] = {"audio", "video", "data"};
  constexpr const char* kPriorities[] = {"low", "standard", "high"};
  json list = json::array();
  for (const std::string& id : order_) {
    const backend::LocalTrack& track = publications_.at(id).track;
    list.push_back({{"id", id},
                    {"kind", kKinds[static_cast<std::size_t>(track.kind)]},
                    {"name", track.name},
                    {"enabled", track.enabled},
                    {"priority", kPriorities[static_cast<std::size_t>(track.priority)]}});
  }
  return {{"revision", revision_}, {"tracks", std::move(list)}};
}

std::vector<backend::LocalTrack> LocalParticipant::tracks() const {
  std::vector<backend::LocalTrack> list;
  for (const std::string& id : order_) list.push_back(publications_.at(id).track);
  return list;
}

Publication* LocalParticipant::find(const std::string& id) {
  const auto found = publications_.find(id);
  return found == publications_.end() ? nullptr : &found->second;
}

}  // namespace holdfast::sim::official
