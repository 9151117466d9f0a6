// Media that was called lost: the app may hear that it is back only when it is.
#include <algorithm>
#include <utility>
#include <variant>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// What both ends must have had of peace for media alone to decide.
constexpr Millis kPeace = 5_s;
// Polls of growing bytes after which a client of ours knows what silence is.
constexpr int kFewPolls = 3;
// From the end of another's trouble to the last word of it.
constexpr Millis kLateWord = 1_s;

template <class... Events>
const ParticipantSid* participant_of(const effect::Event& event) {
  const ParticipantSid* found = nullptr;
  const auto look = [&](const auto* one) {
    if (one != nullptr) found = &one->participant;
  };
  (look(std::get_if<Events>(&event)), ...);
  return found;
}

}  // namespace

// What of this participant's is to come in, and how much of it has.
SimRoom::Doubt SimRoom::doubt_about(const Tab& viewer, const AppModel::Participant& participant) const {
  Doubt doubt{time_.now(), {}, false};
  for (const auto& [sid, track] : participant.tracks)
    if (track.is_expected()) doubt.tracks[sid] = {track.peer, viewer.links.bytes(track.peer)};
  return doubt;
}

void SimRoom::check_doubts(std::size_t index, const effect::Event& event) {
  const Tab& tab = *tabs_[index];
  if (const auto* away = std::get_if<effect::ParticipantReconnecting>(&event)) {
    const auto known = tab.app.participants.find(away->participant.value);
    if (away->error.code == code::kMediaConnection && known != tab.app.participants.end()) {
      Doubt& doubt = doubts_[{index, away->participant.value}] = doubt_about(tab, known->second);
      const Tab* owner = owner_of(away->participant);
      const auto seen = owner == nullptr ? nullptr : &owner->app.participants;
      const auto seen_back = owner == nullptr ? backs_.end() : backs_.find({index_of(*owner), tab.app.participant_sid});
      // The word of it may come together with the next one, that it is over.
      const bool was_theirs = seen_back != backs_.end() && time_.now() - seen_back->second <= kLateWord;
      doubt.is_theirs =
          was_theirs || (seen != nullptr && seen->count(tab.app.participant_sid) > 0 && seen->at(tab.app.participant_sid).reconnecting);
    }
  } else if (const auto* back = std::get_if<effect::ParticipantReconnected>(&event)) {
    backs_[{index, back->participant.value}] = time_.now();
    if (const auto doubt = doubts_.extract({index, back->participant.value})) check_is_back(index, back->participant, doubt.mapped());
  } else if (const ParticipantSid* changed =
                 participant_of<effect::TrackPublished, effect::TrackUnpublished, effect::TrackUnsubscribed, effect::TrackEnabled,
                                effect::TrackDisabled, effect::TrackSwitched, effect::ParticipantDisconnected>(event)) {
    doubts_.erase({index, changed->value});  // there may be nothing left that could come in
  }
}

void SimRoom::check_is_back(std::size_t index, const ParticipantSid& participant, const Doubt& doubt) {
  const Tab& tab = *tabs_[index];
  const Tab* owner = owner_of(participant);
  const auto known = tab.app.participants.find(participant.value);
  const Millis length = time_.now() - doubt.since + kPeace;
  if (owner == nullptr || known == tab.app.participants.end() || !tab.signaling.is_calm(time_.now(), length) ||
      !owner->signaling.is_calm(time_.now(), length))
    return;
  for (const auto& [sid, before] : doubt.tracks) {
    const auto track = known->second.tracks.find(sid);
    if (track == known->second.tracks.end()) continue;
    const PeerId peer = track->second.peer;
    // Of more than one track some come in a second round, which a slow browser may finish long after the connection is there.
    const bool is_to_come = tab.busy.count(Slot::kBrowser) > 0 || owner->busy.count(Slot::kBrowser) > 0;
    if (is_to_come && !media_.is_open(index, peer)) continue;
    if (!media_.is_open(index, peer) || !media_.has_connected(index, peer))
      return complain("media", index, owner->identity + " is called back, on a connection that is not there");
    if (!doubt.is_theirs && peer == before.first && tab.links.has_seen_media(peer, kFewPolls) && tab.links.bytes(peer) <= before.second)
      return complain("media", index, owner->identity + " is called back, and nothing has come in");
  }
}

// What was sent over a link that was down is lost: it asks for whole pictures when it is back, and at no other time.
void SimRoom::check_pictures(std::size_t index, const Batch& batch) {
  const auto is_request = [](const Effect& effect) { return std::holds_alternative<effect::RefreshVideo>(effect); };
  const auto asked = std::count_if(batch.effects.begin(), batch.effects.end(), is_request);
  if (asked < links_back_) complain("media", index, "a link is back, and no whole pictures are asked for");
  if (asked > links_back_) complain("media", index, "whole pictures are asked for, and no link has come back");
}

}  // namespace holdfast::sim
