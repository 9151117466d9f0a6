// What one end of a link gets from the other: connection states, bytes, data channels. The other way has a MediaPath of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "peer_connection_model.hpp"

namespace holdfast::sim {

// Packets get through.
struct Reach {
  bool there = false;
  bool back = false;
};

class MediaPath {
 public:
  MediaPath(PeerConnectionModel& own, Instant now) : own_(own), now_(now) {}

  // Name of the other end's connection, as far as its description tells; empty: there is none yet.
  std::string other_name() const;
  // Lets time pass up to `now`. `other`: the connection of that name, nullptr if there is none any more.
  void pass(const PeerConnectionModel* other, Reach reach, Instant now);
  // Something can change as time passes.
  bool is_alive() const { return !own_.is_closed() && own_.ice_.has_begun(); }
  // Id of the track whose packets came in at this mid the last time that time passed; empty: none.
  SignaledId received_track(const std::string& mid) const;
  bool receives(const SignaledId& track) const;
  // Since when the other end has sent something that this one is to receive, whether or not packets get through.
  std::optional<Instant> sent_since() const { return flows_.empty() ? std::nullopt : std::optional(sent_since_); }

 private:
  struct Flow {
    std::string mid;
    SignaledId track;
  };

  // Both have a common pair of candidates, whether or not packets get through.
  bool are_joined(const PeerConnectionModel& other) const;
  void look_at(const PeerConnectionModel& other);
  void open_channels(const PeerConnectionModel& other);

  PeerConnectionModel& own_;
  Instant now_;
  std::pair<std::uint32_t, std::uint32_t> seen_{~0U, ~0U};  // versions of both ends when they were last looked at
  bool is_joined_ = false;
  bool is_flowing_ = false;
  std::vector<Flow> flows_;
  Instant sent_since_;
  std::uint32_t last_channel_ = 0;
};

}  // namespace holdfast::sim
