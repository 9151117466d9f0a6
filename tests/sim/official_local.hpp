// What the official client publishes: its tracks, their revision, the server's verdicts (docs/protocol.md 4.6, 4.8).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backend.hpp"
#include "official_json.hpp"
#include "official_runtime.hpp"

namespace holdfast::sim::official {

struct Publication {
  backend::LocalTrack track;
  std::string sid;  // empty: publishTrack() is pending
};

class LocalParticipant {
 public:
  explicit LocalParticipant(Runtime& runtime) : runtime_(runtime) {}

  // Each gives whether anything changed.
  bool add(const backend::LocalTrack& track);
  bool remove(const SignaledId& id);
  bool set_enabled(const SignaledId& id, bool enabled);
  bool set_priority(const SignaledId& id, backend::Priority priority);
  // The part `published` of a message; true: a track failed and is no longer published.
  bool update(const json& published);

  json state() const;
  std::vector<backend::LocalTrack> tracks() const;
  const std::map<std::string, Publication>& publications() const { return publications_; }

 private:
  bool update_publication(const json& entry);
  Publication* find(const std::string& id);

  Runtime& runtime_;
  std::int64_t revision_ = 1;
  std::vector<std::string> order_;  // ids as they were added
  std::map<std::string, Publication> publications_;
  std::int64_t published_revision_ = 0;
};

}  // namespace holdfast::sim::official
