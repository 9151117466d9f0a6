#include "app_model.hpp"

#include <variant>

namespace holdfast::sim {

namespace {

// Before the first attempt of any outage (docs/protocol.md 5.2).
constexpr Millis kFirstPause = 160_ms;

}  // namespace

void AppModel::take(const effect::Emit& emit) {
  expect(state != State::kDisconnected, "an event after the last one");
  if (local_disconnected_)
    expect(std::holds_alternative<effect::TrackUnsubscribed>(emit.event) || std::holds_alternative<effect::RoomDisconnected>(emit.event),
           "something other than trackUnsubscribed between the local participant's disconnected and the Room's");
  std::visit([this](const auto& event) { on(event); }, emit.event);
}

void AppModel::expect(bool truth, const char* otherwise, const char* checker) {
  if (truth || !complaint.empty()) return;
  complaint = otherwise;
  complaint_checker = checker;
}

// ---- the Room -----------------------------------------------------------------------------------------------------------------------

void AppModel::on(const effect::RoomConnected& e) {
  expect(state == State::kConnecting, "connected twice", "promise");
  state = State::kConnected;
  participant_sid = e.participant_sid.value;
  for (const effect::ParticipantModel& model : e.participants) add(model);
  for (const backend::Publication& publication : e.publications) {
    settle(publication.id, Publishing::kPublished);
    sids[publication.id.value] = publication.sid.value;
    all_sids.insert(publication.sid.value);
  }
}

void AppModel::on(const effect::ConnectFailed& e) {
  expect(state == State::kConnecting, "connect() failed after it succeeded", "promise");
  expect(!leaving_, "connect() failed although the app had given it up", "promise");
  state = State::kDisconnected;
  reason = e.error;
}

void AppModel::on(const effect::RoomReconnecting& e) {
  expect(state == State::kConnected, "reconnecting, but not from connected");
  expect(e.error.code == code::kSignalingDisconnected || e.error.code == code::kMediaConnection, "reconnecting for another reason");
  state = State::kReconnecting;
  ++reconnecting_count;
}

void AppModel::on(const effect::RoomReconnected&) {
  expect(state == State::kReconnecting, "reconnected, but was not reconnecting");
  expect(!local_reconnecting_, "the Room is back before the local participant");
  state = State::kConnected;
  ++reconnected_count;
}

void AppModel::on(const effect::RoomDisconnected& e) {
  expect(state != State::kConnecting, "disconnected, but never connected");
  expect(local_disconnected_, "the Room is disconnected before the local participant");
  expect(losing_page_ || leaving_ == !e.error, "disconnected with a reason if and only if the app did not ask for it");
  for (const auto& [sid, participant] : participants)
    for (const auto& [track_sid, track] : participant.tracks) expect(!track.subscribed, "disconnected with a track still subscribed");
  state = State::kDisconnected;
  reason = e.error;
}

// The server answers for every publication anew, under another SID.
void AppModel::on(const effect::RoomRejoined& e) {
  expect(state == State::kReconnecting && local_reconnecting_, "joined again, but was not away");
  participant_sid = e.participant_sid.value;
  for (auto& [id, outcome] : publishing)
    if (outcome == Publishing::kPublished) outcome = Publishing::kPending;
}

void AppModel::on(const effect::ReconnectProgress& e) {
  expect(state == State::kReconnecting && local_reconnecting_, "attempts to reconnect, but is not reconnecting");
  expect(e.attempt == ++attempt_, "an attempt to reconnect was not counted");
  expect(e.attempt > 1 || e.next_attempt <= kFirstPause, "the first attempt to reconnect is put off");
  expect(e.next_attempt >= Millis{0} && e.time_left >= Millis{0}, "an attempt to reconnect in the past");
}

void AppModel::on(const effect::MeshOverloaded& e) {
  expect(state != State::kConnecting, "warned of its load before it was connected");
  expect(e.participants > e.limit, "warned of a load that is none");
}
void AppModel::on(const effect::TokenWillExpire&) { expect(state != State::kConnecting, "warned of a token before it was connected"); }

void AppModel::on(const effect::LocalParticipantReconnecting&) {
  expect(!local_reconnecting_, "the local participant is reconnecting twice");
  local_reconnecting_ = true;
  attempt_ = 0;
}

void AppModel::on(const effect::LocalParticipantReconnected&) {
  expect(local_reconnecting_, "the local participant is back, but was not away");
  local_reconnecting_ = false;
}

void AppModel::on(const effect::LocalParticipantDisconnected&) {
  expect(state != State::kConnecting, "the local participant is disconnected, but never was connected");
  local_disconnected_ = true;
}

// ---- others -------------------------------------------------------------------------------------------------------------------------

void AppModel::add(const effect::ParticipantModel& model) {
  Participant participant{model.identity, model.state == backend::ParticipantState::kReconnecting, {}};
  for (const effect::TrackModel& track : model.tracks) participant.tracks[track.sid.value].model = track;
  expect(participants.emplace(model.sid.value, participant).second, "a participant connected twice");
}

void AppModel::on(const effect::ParticipantConnected& e) { add(e.participant); }

void AppModel::on(const effect::ParticipantDisconnected& e) {
  expect(participants.erase(e.participant.value) == 1, "a participant disconnected that nobody knew");
}

void AppModel::on(const effect::ParticipantReconnecting& e) {
  Participant& participant = known(e.participant);
  expect(!participant.reconnecting, "a participant is reconnecting twice");
  participant.reconnecting = true;
}

void AppModel::on(const effect::ParticipantReconnected& e) {
  Participant& participant = known(e.participant);
  expect(participant.reconnecting, "a participant is back, but was not away");
  participant.reconnecting = false;
}

void AppModel::on(const effect::DominantSpeakerChanged& e) {
  expect(e.speaker.value != speaker_, "the dominant speaker changed without a change");
  if (!e.speaker.empty()) known(e.speaker);
  speaker_ = e.speaker.value;
}

void AppModel::on(const effect::TrackPublished& e) {
  expect(known(e.participant).tracks.emplace(e.track.sid.value, Track{e.track, false, {}, {}, kWhole, false}).second,
         "a track published twice");
}

void AppModel::on(const effect::TrackUnpublished& e) {
  expect(!known(e.participant, e.track).subscribed, "a track unpublished while subscribed");
  known(e.participant).tracks.erase(e.track.value);
}

void AppModel::on(const effect::TrackSubscribed& e) {
  Track& track = known(e.participant, e.track);
  expect(!track.subscribed || track.peer != e.peer || track.mid != e.mid, "a track subscribed twice at one place");
  track.subscribed = true;
  track.peer = e.peer;
  track.mid = e.mid;
}

void AppModel::on(const effect::TrackUnsubscribed& e) {
  Track& track = known(e.participant, e.track);
  expect(track.subscribed, "a track unsubscribed that was not subscribed");
  track.subscribed = false;
}

void AppModel::on(const effect::TrackSubscriptionFailed& e) {
  expect(!known(e.participant, e.track).subscribed, "a subscription failed that still stands");
}

void AppModel::on(const effect::TrackEnabled& e) { set_enabled(e.participant, e.track, true); }
void AppModel::on(const effect::TrackDisabled& e) { set_enabled(e.participant, e.track, false); }

void AppModel::set_enabled(const ParticipantSid& participant, const TrackSid& sid, bool enabled) {
  Track& track = known(participant, sid);
  expect(track.model.enabled != enabled, "enabled or disabled without a change");
  track.model.enabled = enabled;
}

// Told in a task of its own: by then the app may want something else, and be told of that next.
void AppModel::on(const effect::TrackSwitched& e) {
  Track& track = known(e.participant, e.track);
  expect(track.switched_off != e.off, "switched off or on without a change");
  track.switched_off = e.off;
}

void AppModel::on(const effect::TrackPriorityChanged& e) {
  Track& track = known(e.participant, e.track);
  expect(track.model.priority != e.priority, "a priority change without a change");
  track.model.priority = e.priority;
}

AppModel::Participant& AppModel::known(const ParticipantSid& sid) {
  const auto found = participants.find(sid.value);
  expect(found != participants.end(), "an event of a participant who is not here");
  return found == participants.end() ? nobody_ = {} : found->second;
}

AppModel::Track& AppModel::known(const ParticipantSid& sid, const TrackSid& track) {
  Participant& participant = known(sid);
  const auto found = participant.tracks.find(track.value);
  expect(found != participant.tracks.end(), "an event of a track that is not published");
  return found == participant.tracks.end() ? nothing_ = {} : found->second;
}

// ---- publishing -----------------------------------------------------------------------------------------------------------------------

void AppModel::settle(const SignaledId& id, Publishing outcome) {
  const auto found = publishing.find(id.value);
  expect(found != publishing.end(), "an answer for a track that is not published", "promise");
  if (found == publishing.end()) return;
  expect(found->second == Publishing::kPending || (found->second == Publishing::kPublished && outcome == Publishing::kFailed),
         "publishing settled twice", "promise");
  found->second = outcome;
}

void AppModel::on(const effect::LocalTrackPublished& e) {
  settle(e.id, Publishing::kPublished);
  sids[e.id.value] = e.sid.value;
  all_sids.insert(e.sid.value);
}
void AppModel::on(const effect::LocalTrackPublicationFailed& e) { settle(e.id, Publishing::kFailed); }

}  // namespace holdfast::sim
