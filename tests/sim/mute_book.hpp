// Who may see which track enabled, and how often: never more often than its app enabled it. Needs no clock, so it holds under every fault.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace holdfast::sim {

class MuteBook {
 public:
  // The app of a tab publishes or unmutes a track, under this name.
  void enabled(std::size_t tab, const std::string& track) { ++allowed_[{tab, track}]; }

  // The tab has lost signaling.
  void is_away(std::size_t tab) {
    for (const auto& [track, count] : allowed_)
      if (track.first == tab) before_[track] = count;
  }

  // It was let in again, as another participant with these tracks enabled: whoever sees them sees them for the first time.
  void start_anew(std::size_t tab, const std::set<std::string>& enabled) {
    for (auto& [track, count] : allowed_)
      if (track.first == tab) count += static_cast<int>(enabled.count(track.second)) - before_[track];
    for (auto& [viewer, tracks] : times_)
      for (auto& [track, count] : tracks)
        if (track.first == tab) count = 0;
  }

  // `viewer` (a tab, or the server) sees a track of that tab in this state; false: it has come on by itself.
  bool sees(const std::string& viewer, const std::string& sid, std::size_t tab, const std::string& track, bool is_enabled) {
    const bool was_enabled = std::exchange(seen_[{viewer, sid}], is_enabled);
    if (!is_enabled || was_enabled) return true;
    return ++times_[viewer][{tab, track}] <= allowed_[{tab, track}];
  }

 private:
  using Track = std::pair<std::size_t, std::string>;
  std::map<Track, int> allowed_;
  std::map<Track, int> before_;                               // of these: before it was away
  std::map<std::pair<std::string, std::string>, bool> seen_;  // by viewer and SID
  std::map<std::string, std::map<Track, int>> times_;         // by viewer
};

}  // namespace holdfast::sim
