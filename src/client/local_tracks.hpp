// The tracks the app wants published, and what the server said of each. Every change of the list goes to the server and to the links;
// each track is told to be published once, or to have failed once, and then it is off the list.
#pragma once

#include <vector>

#include "backend.hpp"
#include "effect.hpp"

namespace holdfast::client {

class LocalTracks {
 public:
  const std::vector<backend::LocalTrack>& list() const { return tracks_; }
  bool have_video() const;

  // Each says whether the list differs now; a track that is there already, or is not there, changes nothing.
  bool add(backend::LocalTrack track);
  bool remove(const SignaledId& id);
  bool set_enabled(const SignaledId& id, bool enabled);
  bool set_priority(const SignaledId& id, backend::Priority priority);

  // The answers that came with joining: those accepted, for RoomConnected. Failures are left for take().
  std::vector<backend::Publication> accepted(const std::vector<backend::Publication>& publications);
  // Another session: the server answers for each track anew.
  void start_over() { published_.assign(tracks_.size(), false); }
  // Emits what is new among these answers; says whether a track was dropped from the list.
  bool take(const std::vector<backend::Publication>& publications, Effects& effects);

  bool is_consistent() const { return published_.size() == tracks_.size(); }

 private:
  std::vector<backend::LocalTrack> tracks_;
  std::vector<char> published_;  // same order: whether the app knows its SID (of chars, which takes less code than of bools)

  std::size_t find(const SignaledId& id) const;  // tracks_.size(): not there
};

}  // namespace holdfast::client
