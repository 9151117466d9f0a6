#include "rsp/outgoing.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::rsp {

namespace {

const LocalTrack* find_track(const std::vector<LocalTrack>& tracks, const SignaledId& id) {
  for (const auto& track : tracks)
    if (track.id == id) return &track;
  return nullptr;
}

std::int64_t count_changes(const std::vector<LocalTrack>& before, const std::vector<LocalTrack>& after) {
  std::int64_t changes = 0;
  for (const auto& track : before)
    if (find_track(after, track.id) == nullptr) ++changes;
  for (const auto& track : after) {
    const LocalTrack* old = find_track(before, track.id);
    if (old == nullptr) {
      ++changes;
      continue;
    }
    if (old->enabled != track.enabled) ++changes;
    if (old->priority != track.priority) ++changes;
  }
  return changes;
}

}  // namespace

void Outgoing::set_tracks(const std::vector<LocalTrack>& tracks) {
  const std::int64_t changes = count_changes(local_.tracks, tracks);
  if (changes == 0) return;
  local_.revision += changes;
  local_.tracks = tracks;
  local_is_news_ = true;
}

void Outgoing::put(const backend::LinkUpdate& update) {
  Link& link = find_or_add(update.link);
  if (link.is_closing()) return;
  if (update.description) {
    link.description = update.description;
    link.description_is_news = true;
  }
  if (update.ice) {
    link.ice = update.ice;
    link.ice_is_news = true;
  }
  if (link.is_closing()) {
    link.ice.reset();
    link.ice_is_news = false;
  }
}

void Outgoing::forget(const LinkId& id) {
  links_.erase(std::remove_if(links_.begin(), links_.end(), [&](const Link& link) { return link.id == id; }), links_.end());
}

void Outgoing::forget_links() {
  links_.clear();
  extension_ = {};
}

void Outgoing::rename_tracks() { id_suffix_ = "." + std::to_string(++renamings_); }

LocalState Outgoing::local_state() const {
  LocalState state = local_;
  for (LocalTrack& track : state.tracks) track.id.value += id_suffix_;
  return state;
}

void Outgoing::set_extension(Extension extension) {
  if (extension_.media_lost == extension.media_lost && extension_.wishes == extension.wishes && extension_.quality == extension.quality)
    return;
  extension_ = std::move(extension);
  extension_is_news_ = true;
}

void Outgoing::forget_closed(const backend::RoomUpdate& update) {
  for (const auto& link : update.links)
    if (link.description && link.description->type == DescriptionType::kClose) forget(link.link);
  if (!update.links_complete) return;
  const auto is_gone = [&](const Link& link) {
    return std::none_of(update.links.begin(), update.links.end(),
                        [&](const backend::LinkUpdate& listed) { return listed.link == link.id; });
  };
  links_.erase(std::remove_if(links_.begin(), links_.end(), is_gone), links_.end());
}

bool Outgoing::has_news() const {
  return local_is_news_ || extension_is_news_ ||
         std::any_of(links_.begin(), links_.end(), [](const Link& link) { return link.description_is_news || link.ice_is_news; });
}

std::vector<PeerConnectionState> Outgoing::take_descriptions() {
  local_is_news_ = extension_is_news_ = false;
  std::vector<PeerConnectionState> result;
  for (auto& link : links_) {
    link.ice_is_news = link.ice.has_value();
    if (!link.description || link.is_closing()) continue;
    link.description_is_news = false;
    result.push_back({link.id, link.description, {}});
  }
  return result;
}

std::vector<PeerConnectionState> Outgoing::take_news() {
  local_is_news_ = extension_is_news_ = false;
  std::vector<PeerConnectionState> result;
  for (auto& link : links_) {
    if (!link.description_is_news && !link.ice_is_news) continue;
    auto& entry = result.emplace_back();
    entry.id = link.id;
    if (link.description_is_news) entry.description = link.description;
    if (link.ice_is_news) entry.ice = link.ice;
    link.description_is_news = link.ice_is_news = false;
  }
  links_.erase(std::remove_if(links_.begin(), links_.end(), [](const Link& link) { return link.is_closing(); }), links_.end());
  return result;
}

Outgoing::Link& Outgoing::find_or_add(const LinkId& id) {
  for (auto& link : links_)
    if (link.id == id) return link;
  auto& link = links_.emplace_back();
  link.id = id;
  return link;
}

}  // namespace holdfast::rsp
