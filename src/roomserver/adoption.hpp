// Which sessions of an earlier process this one goes on with (docs/protocol.md chapter 20). Their authenticity, and that their holder is
// who the token says, is not decided here.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/instant.hpp"
#include "roomserver/identifiers.hpp"

namespace holdfast::roomserver {

// Why a participant or a room is no more: what its session is answered with from then on.
enum class Ending {
  kGone,        // it left, or was silent for too long: 53204
  kSuperseded,  // 53205
  kRemoved,     // `disconnected`
  kCompleted,   // `disconnected`, completed
};

class Adoption {
 public:
  explicit Adoption(std::int64_t wall_clock_at_start_ms) : wall_clock_at_start_ms_(wall_clock_at_start_ms) {}

  // The session was issued by an earlier process.
  bool is_inherited(const SessionClaims& claims) const { return claims.issued_at_ms < wall_clock_at_start_ms_; }
  // … and its holder may still be on its way back: it has not ended here, nor has its room, and it is not too late.
  bool accepts(const SessionClaims& claims, Instant now) const;
  // Participants and rooms, by SID, that have ended in this process.
  // The first ending counts.
  void note_ended(const std::string& sid, Ending ending);
  bool has_ended(const std::string& sid) const { return find(sid) != nullptr; }
  // Why the session is not gone on with, as far as that is remembered.
  Ending ending_of(const SessionClaims& claims) const;

 private:
  struct Ended {
    std::string sid;
    Ending ending;
  };

  const Ended* find(const std::string& sid) const;

  std::int64_t wall_clock_at_start_ms_;
  std::deque<Ended> ended_;  // the latest
};

}  // namespace holdfast::roomserver
