#include "client/local_tracks.hpp"

#include <cstddef>
#include <utility>

#include "room/emit.hpp"

namespace holdfast::client {

using backend::Publication;
using room::emit;

std::size_t LocalTracks::find(const SignaledId& id) const {
  std::size_t i = 0;
  while (i < tracks_.size() && tracks_[i].id != id) ++i;
  return i;
}

bool LocalTracks::add(backend::LocalTrack track) {
  if (find(track.id) < tracks_.size()) return false;
  tracks_.push_back(std::move(track));
  sids_.emplace_back();
  return true;
}

bool LocalTracks::remove(const SignaledId& id) {
  const std::size_t i = find(id);
  if (i == tracks_.size()) return false;
  tracks_.erase(tracks_.begin() + static_cast<std::ptrdiff_t>(i));
  sids_.erase(sids_.begin() + static_cast<std::ptrdiff_t>(i));
  return true;
}

bool LocalTracks::set_enabled(const SignaledId& id, bool enabled) {
  const std::size_t i = find(id);
  if (i == tracks_.size() || tracks_[i].enabled == enabled) return false;
  tracks_[i].enabled = enabled;
  return true;
}

bool LocalTracks::set_priority(const SignaledId& id, backend::Priority priority) {
  const std::size_t i = find(id);
  if (i == tracks_.size() || tracks_[i].priority == priority) return false;
  tracks_[i].priority = priority;
  return true;
}

std::vector<Publication> LocalTracks::accepted(const std::vector<Publication>& publications) {
  std::vector<Publication> ready;
  for (const Publication& publication : publications) {
    const std::size_t i = find(publication.id);
    if (i == tracks_.size() || publication.error || !sids_[i].empty()) continue;
    sids_[i] = publication.sid.value;
    ready.push_back(publication);
  }
  return ready;
}

bool LocalTracks::take(const std::vector<Publication>& publications, Effects& effects) {
  bool dropped = false;
  for (const Publication& publication : publications) {
    const std::size_t i = find(publication.id);
    if (i == tracks_.size()) continue;  // unpublished meanwhile
    if (publication.error) {
      dropped = remove(publication.id) || dropped;
      emit(effects, effect::LocalTrackPublicationFailed{publication.id, *publication.error});
    } else if (sids_[i].empty()) {
      sids_[i] = publication.sid.value;
      emit(effects, effect::LocalTrackPublished{publication.id, publication.sid});
    }
  }
  return dropped;
}

std::vector<SignaledId> LocalTracks::wished(const std::vector<backend::Wish>& wishes) const {
  std::vector<SignaledId> wished;
  for (const backend::Wish& wish : wishes) {
    wished.emplace_back();
    for (std::size_t i = 0; i < tracks_.size(); ++i)
      if (sids_[i] == wish.track.value) wished.back() = tracks_[i].id;
  }
  return wished;
}

}  // namespace holdfast::client
