#include "client/local_tracks.hpp"

#include <algorithm>
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

bool LocalTracks::have_video() const {
  return std::any_of(tracks_.begin(), tracks_.end(), [](const auto& track) { return track.kind == backend::TrackKind::kVideo; });
}

bool LocalTracks::add(backend::LocalTrack track) {
  if (find(track.id) < tracks_.size()) return false;
  tracks_.push_back(std::move(track));
  published_.push_back(false);
  return true;
}

bool LocalTracks::remove(const SignaledId& id) {
  const std::size_t i = find(id);
  if (i == tracks_.size()) return false;
  tracks_.erase(tracks_.begin() + static_cast<std::ptrdiff_t>(i));
  published_.erase(published_.begin() + static_cast<std::ptrdiff_t>(i));
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
    if (i == tracks_.size() || publication.error || published_[i]) continue;
    published_[i] = true;
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
    } else if (!published_[i]) {
      published_[i] = true;
      emit(effects, effect::LocalTrackPublished{publication.id, publication.sid});
    }
  }
  return dropped;
}

}  // namespace holdfast::client
