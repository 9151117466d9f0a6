// Who of the others speaks, from how loud the audio is that each sends. Whoever is louder than all others becomes the dominant speaker;
// it stays the dominant one in silence, until another speaks or it leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/instant.hpp"
#include "base/strong_id.hpp"

namespace holdfast::room {

// A level that counts as speech, of 32767: -50 dBFS. Noise of a quiet room lies below -60.
constexpr std::int64_t kSpeakingLevel = 104;
// How much louder than the dominant one another has to be, 3 dB, and for how long: a cough changes nothing.
constexpr std::int64_t kLouder = 2;
constexpr Millis kInsistence = 1_s;
// Whoever was not heard of for so long is silent: muted, or its link is in trouble.
constexpr Millis kHearingLimit = 1500_ms;

class DominantSpeaker {
 public:
  // `level`: of the audio that comes from this participant, 0 to 32767.
  void heard(const ParticipantSid& participant, std::int64_t level, Instant now);
  // Those who are there; all others are forgotten. True if the dominant speaker is another than before.
  bool update(const std::vector<ParticipantSid>& present, Instant now);

  // Empty: nobody has spoken yet, or the one has left.
  const ParticipantSid& participant() const { return dominant_; }

 private:
  struct Voice {
    ParticipantSid participant;
    std::int64_t power = 0;  // square of the level, smoothed over some reports: there are gaps between words
    Instant heard_at;

    std::int64_t power_at(Instant now) const { return now - heard_at > kHearingLimit ? 0 : power; }
  };

  std::vector<Voice> voices_;
  ParticipantSid dominant_;
  ParticipantSid challenger_;
  Instant challenged_at_;
};

}  // namespace holdfast::room
