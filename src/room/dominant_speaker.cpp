#include "room/dominant_speaker.hpp"

#include <algorithm>

namespace holdfast::room {

void DominantSpeaker::heard(const ParticipantSid& participant, std::int64_t level, Instant now) {
  const auto known = std::find_if(voices_.begin(), voices_.end(), [&](const Voice& voice) { return voice.participant == participant; });
  Voice& voice = known == voices_.end() ? voices_.emplace_back() : *known;
  voice = {participant, (voice.power_at(now) + level * level) / 2, now};
}

bool DominantSpeaker::update(const std::vector<ParticipantSid>& present, Instant now) {
  const auto is_gone = [&](const ParticipantSid& sid) { return std::find(present.begin(), present.end(), sid) == present.end(); };
  voices_.erase(std::remove_if(voices_.begin(), voices_.end(), [&](const Voice& voice) { return is_gone(voice.participant); }),
                voices_.end());
  const ParticipantSid before = dominant_;
  if (is_gone(dominant_)) dominant_ = {};

  const Voice* loudest = nullptr;
  std::int64_t dominant_power = 0;
  for (const Voice& voice : voices_) {
    if (voice.participant == dominant_) dominant_power = voice.power_at(now);
    if (loudest == nullptr || voice.power_at(now) > loudest->power_at(now)) loudest = &voice;
  }
  const bool speaks = loudest != nullptr && loudest->power_at(now) >= std::max(kSpeakingLevel * kSpeakingLevel, dominant_power * kLouder);
  if (!speaks) {
    challenger_ = {};
  } else if (challenger_ != loudest->participant) {
    challenger_ = loudest->participant;
    challenged_at_ = now;
  }
  if (!challenger_.empty() && now - challenged_at_ >= kInsistence) {
    dominant_ = challenger_;
    challenger_ = {};
  }
  return dominant_ != before;
}

}  // namespace holdfast::room
