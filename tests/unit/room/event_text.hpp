// Events as short text, so that a test compares a whole list at a glance. A `~` in front: delivered from a task.
#pragma once

#include <string>
#include <vector>

#include "effect.hpp"

namespace holdfast::test {

struct EventText {
  using S = std::string;
  S operator()(const effect::RoomConnected& e) const {
    S text = "roomConnected " + e.sid.value;
    for (const auto& participant : e.participants) text += " " + describe(participant);
    for (const auto& publication : e.publications) text += " " + publication.id.value + "=" + publication.sid.value;
    return text;
  }
  S operator()(const effect::ConnectFailed& e) const { return "connectFailed " + std::to_string(e.error.code); }
  S operator()(const effect::RoomReconnecting& e) const { return "reconnecting " + std::to_string(e.error.code); }
  S operator()(const effect::RoomReconnected&) const { return "reconnected"; }
  S operator()(const effect::RoomDisconnected& e) const { return "disconnected" + (e.error ? " " + std::to_string(e.error->code) : S()); }
  S operator()(const effect::LocalParticipantReconnecting&) const { return "local reconnecting"; }
  S operator()(const effect::LocalParticipantReconnected&) const { return "local reconnected"; }
  S operator()(const effect::LocalParticipantDisconnected&) const { return "local disconnected"; }
  S operator()(const effect::ParticipantConnected& e) const { return "participantConnected " + describe(e.participant); }
  S operator()(const effect::ParticipantDisconnected& e) const { return "participantDisconnected " + e.participant.value; }
  S operator()(const effect::ParticipantReconnecting& e) const {
    return "participantReconnecting " + e.participant.value + " " + std::to_string(e.error.code);
  }
  S operator()(const effect::ParticipantReconnected& e) const { return "participantReconnected " + e.participant.value; }
  S operator()(const effect::TrackPublished& e) const { return "trackPublished " + e.participant.value + " " + e.track.sid.value; }
  S operator()(const effect::TrackUnpublished& e) const { return "trackUnpublished " + e.participant.value + " " + e.track.value; }
  S operator()(const effect::TrackSubscribed& e) const {
    return "trackSubscribed " + e.participant.value + " " + e.track.value + " at " + std::to_string(e.peer.value) + "/" +
           (e.mid.empty() ? e.media_id.value : e.mid);
  }
  S operator()(const effect::TrackUnsubscribed& e) const { return "trackUnsubscribed " + e.participant.value + " " + e.track.value; }
  S operator()(const effect::TrackSubscriptionFailed& e) const {
    return "trackSubscriptionFailed " + e.participant.value + " " + e.track.value + " " + std::to_string(e.error.code);
  }
  S operator()(const effect::TrackEnabled& e) const { return "trackEnabled " + e.participant.value + " " + e.track.value; }
  S operator()(const effect::TrackDisabled& e) const { return "trackDisabled " + e.participant.value + " " + e.track.value; }
  S operator()(const effect::TrackPriorityChanged& e) const { return "trackPriorityChanged " + e.participant.value + " " + e.track.value; }
  S operator()(const effect::TrackSwitched& e) const {
    return (e.off ? "trackSwitchedOff " : "trackSwitchedOn ") + e.participant.value + " " + e.track.value;
  }
  S operator()(const effect::RoomRejoined& e) const { return "roomRejoined " + e.sid.value + " " + e.participant_sid.value; }
  S operator()(const effect::ReconnectProgress& e) const { return "reconnectProgress " + std::to_string(e.attempt); }
  S operator()(const effect::DominantSpeakerChanged& e) const { return "dominantSpeakerChanged " + e.speaker.value; }
  S operator()(const effect::MeshOverloaded& e) const {
    return "meshOverloaded " + std::to_string(e.participants) + " of " + std::to_string(e.limit);
  }
  S operator()(const effect::TokenWillExpire&) const { return "tokenWillExpire"; }
  S operator()(const effect::LocalTrackPublished& e) const { return "localTrackPublished " + e.id.value + " " + e.sid.value; }
  S operator()(const effect::LocalTrackPublicationFailed& e) const {
    return "localTrackPublicationFailed " + e.id.value + " " + std::to_string(e.error.code);
  }

  static S describe(const effect::ParticipantModel& participant) {
    S text = participant.sid.value + (participant.state == backend::ParticipantState::kReconnecting ? "?" : "") + "[";
    for (const auto& track : participant.tracks) text += (text.back() == '[' ? "" : " ") + track.sid.value;
    return text + "]";
  }
};

// The events among these effects, in order.
inline std::vector<std::string> events_of(const Effects& effects) {
  std::vector<std::string> texts;
  for (const Effect& effect : effects)
    if (const auto* emit = std::get_if<effect::Emit>(&effect))
      texts.push_back((emit->when == effect::When::kTask ? "~" : "") + std::visit(EventText{}, emit->event));
  return texts;
}

using Events = std::vector<std::string>;

}  // namespace holdfast::test
