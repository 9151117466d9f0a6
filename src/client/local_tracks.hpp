// The tracks the app wants published, and what the server said of each. Every change of the list goes to the server and to the links;
// each track is told to be published once, or to have failed once, and then it is off the list.
#pragma once

#include <string>
#include <vector>

#include "backend.hpp"
#include "effect.hpp"

namespace holdfast::client {

class LocalTracks {
 public:
  const std::vector<backend::LocalTrack>& list() const { return tracks_; }

  // Each says whether the list differs now; a track that is there already, or is not there, changes nothing.
  bool add(backend::LocalTrack track);
  bool remove(const SignaledId& id);
  bool set_enabled(const SignaledId& id, bool enabled);
  bool set_priority(const SignaledId& id, backend::Priority priority);

  // The answers that came with joining: those accepted, for RoomConnected. Failures are left for take().
  std::vector<backend::Publication> accepted(const std::vector<backend::Publication>& publications);
  // Another session: the server answers for each track anew.
  void start_over() {
    for (std::string& sid : sids_) sid.clear();
  }
  // Emits what is new among these answers; says whether a track was dropped from the list.
  bool take(const std::vector<backend::Publication>& publications, Effects& effects);

  // Of which of these each wish is; empty: of none.
  std::vector<SignaledId> wished(const std::vector<backend::Wish>& wishes) const;

  bool is_consistent() const { return sids_.size() == tracks_.size(); }

 private:
  std::vector<backend::LocalTrack> tracks_;
  std::vector<std::string> sids_;  // same order; empty: the app knows of none

  std::size_t find(const SignaledId& id) const;  // tracks_.size(): not there
};

}  // namespace holdfast::client
