#include "room/roster.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "room/emit.hpp"

namespace holdfast::room {

using backend::ParticipantState;
using effect::When;

namespace {

template <class Listed>
bool lists(const std::vector<Listed>& list, const decltype(Listed::sid)& sid) {
  for (const Listed& entry : list)
    if (entry.sid == sid) return true;
  return false;
}

effect::TrackModel model_of(const backend::RemoteTrack& track) {
  return {track.sid, track.kind, track.name, track.enabled, track.priority};
}

}  // namespace

effect::ParticipantModel Roster::Participant::model() const {
  effect::ParticipantModel model{sid, identity, is_reconnecting() ? ParticipantState::kReconnecting : ParticipantState::kConnected, {}};
  for (const Publication& publication : publications) model.tracks.push_back(publication.model);
  return model;
}

std::vector<effect::ParticipantModel> Roster::begin(const backend::RoomUpdate& update) {
  Effects told_by_the_models;
  take(update, told_by_the_models);
  std::vector<effect::ParticipantModel> models;
  for (const Participant& participant : participants_) models.push_back(participant.model());
  HOLDFAST_CHECK(is_consistent());
  return models;
}

void Roster::apply(const backend::RoomUpdate& update, Effects& effects) {
  if (over_) return;
  take(update, effects);
  match(effects);
  HOLDFAST_CHECK(is_consistent());
}

void Roster::take(const backend::RoomUpdate& update, Effects& effects) {
  if (update.subscriptions) subscriptions_ = *update.subscriptions;
  for (const backend::RemoteParticipant& participant : update.participants) take_participant(participant, effects);
  if (!update.participants_complete) return;
  for (std::size_t i = 0; i < participants_.size();) {
    if (lists(update.participants, participants_[i].sid))
      ++i;
    else
      remove(i, effects);
  }
}

void Roster::take_participant(const backend::RemoteParticipant& update, Effects& effects) {
  Participant* known = find(update.sid);
  if (update.state == ParticipantState::kDisconnected) {
    // Its track list is left alone: publications outlive their participant, without trackUnpublished.
    if (known) remove(static_cast<std::size_t>(known - participants_.data()), effects);
    return;
  }
  const bool away = update.state == ParticipantState::kReconnecting;
  if (known) {
    if (update.tracks) take_tracks(*known, *update.tracks, effects);
    if (update.tracks || update.quality != backend::kNoQuality) known->quality = update.quality;
    if (update.state) set_cause(*known, &Participant::away, away, code::kSignalingDisconnected, effects);
    return;
  }
  if (!update.tracks || participants_.size() >= kMaxParticipants) return;
  Participant joined{update.sid, update.identity, away, false, update.heeds_wishes, update.quality, {}};
  Effects told_by_the_model;
  take_tracks(joined, *update.tracks, told_by_the_model);
  emit(effects, effect::ParticipantConnected{joined.model()});
  participants_.push_back(std::move(joined));
}

void Roster::take_tracks(Participant& participant, const std::vector<backend::RemoteTrack>& tracks, Effects& effects) {
  for (const backend::RemoteTrack& track : tracks) take_track(participant, track, effects);
  auto& publications = participant.publications;
  for (std::size_t i = 0; i < publications.size();) {
    if (lists(tracks, publications[i].model.sid)) {
      ++i;
      continue;
    }
    unsubscribe(participant, publications[i], effects);
    emit(effects, effect::TrackUnpublished{participant.sid, publications[i].model.sid});
    publications.erase(publications.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void Roster::take_track(Participant& participant, const backend::RemoteTrack& track, Effects& effects) {
  for (Publication& publication : participant.publications) {
    effect::TrackModel& model = publication.model;
    if (model.sid != track.sid) continue;
    // Name and kind are fixed at first sight.
    if (model.enabled != track.enabled) {
      model.enabled = track.enabled;
      if (track.enabled)
        emit(effects, effect::TrackEnabled{participant.sid, track.sid});
      else
        emit(effects, effect::TrackDisabled{participant.sid, track.sid});
    }
    if (model.priority != track.priority) {
      model.priority = track.priority;
      emit(effects, effect::TrackPriorityChanged{participant.sid, track.sid, track.priority});
    }
    return;
  }
  participant.publications.push_back({model_of(track), {}, {}, -1, -1});
  emit(effects, effect::TrackPublished{participant.sid, model_of(track)});
}

void Roster::set_cause(Participant& participant, bool Participant::*cause, bool value, int error_code, Effects& effects) {
  const bool before = participant.is_reconnecting();
  participant.*cause = value;
  const bool after = participant.is_reconnecting();
  if (after && !before) emit(effects, effect::ParticipantReconnecting{participant.sid, {error_code, {}}});
  if (before && !after) emit(effects, effect::ParticipantReconnected{participant.sid}, When::kTask);
}

void Roster::set_link_trouble(const ParticipantSid& sid, bool in_trouble, Effects& effects) {
  Participant* participant = find(sid);
  if (over_ || !participant) return;
  set_cause(*participant, &Participant::in_link_trouble, in_trouble, code::kMediaConnection, effects);
}

// ---- wishes -----------------------------------------------------------------------------------------------------------------------

ParticipantSid Roster::wish(const backend::Wish& wish, Effects& effects) {
  for (Participant& participant : participants_)
    for (Publication& publication : participant.publications) {
      if (publication.model.sid.value != wish.track || !participant.heeds_wishes) continue;
      const bool was_unwanted = publication.is_unwanted();
      publication.width = wish.width;
      publication.height = wish.height;
      if (publication.is_unwanted() != was_unwanted)
        emit(effects, effect::TrackSwitched{participant.sid, publication.model.sid, !was_unwanted}, When::kTask);
      return participant.sid;
    }
  return {};
}

std::vector<backend::Wish> Roster::wishes() const {
  std::vector<backend::Wish> wishes;
  for (const Participant& participant : participants_)
    for (const Publication& publication : participant.publications) {
      if (publication.width < 0) continue;
      backend::Wish& wish = wishes.emplace_back();
      wish.track = publication.model.sid.value;
      wish.width = publication.width;
      wish.height = publication.height;
    }
  return wishes;
}

// ---- subscriptions ----------------------------------------------------------------------------------------------------------------

void Roster::media_arrived(PeerId peer, const SignaledId& media_id, backend::TrackKind kind, const std::string& mid, Effects& effects) {
  if (over_) return;
  Media media{peer, media_id, kind, mid};
  if (std::find(media_.begin(), media_.end(), media) != media_.end()) return;
  if (media_.size() >= kMaxMedia) {
    const auto idle = std::find_if(media_.begin(), media_.end(), [this](const Media& old) { return !is_subscribed(old); });
    if (idle == media_.end()) return;
    media_.erase(idle);
  }
  media_.push_back(std::move(media));
  match(effects);
  HOLDFAST_CHECK(is_consistent());
}

void Roster::media_gone(PeerId peer, const SignaledId& media_id, Effects& effects) {
  if (over_) return;
  media_.erase(std::remove_if(media_.begin(), media_.end(), [&](const Media& media) { return media.peer == peer && media.id == media_id; }),
               media_.end());
  match(effects);
  HOLDFAST_CHECK(is_consistent());
}

void Roster::match(Effects& effects) {
  for (Participant& participant : participants_)
    for (Publication& publication : participant.publications) match(participant, publication, effects);
}

void Roster::match(const Participant& participant, Publication& publication, Effects& effects) {
  const backend::Subscription* entry = nullptr;
  for (const backend::Subscription& subscription : subscriptions_)
    if (subscription.sid == publication.model.sid) entry = &subscription;

  const bool granted = entry && !entry->error;
  const Media* media = granted ? find_media(entry->media_id, publication.model.kind) : nullptr;
  if (!granted) unsubscribe(participant, publication, effects);
  // A link that is being replaced takes its media along; the subscription stands, and moves when the new link's media is there.
  if (media && publication.media != *media) {
    publication.media = *media;
    emit(effects, effect::TrackSubscribed{participant.sid, publication.model.sid, media->peer, media->mid, media->id});
  }

  const std::optional<Error> failure = entry ? entry->error : std::nullopt;
  if (failure && publication.failure != failure)
    emit(effects, effect::TrackSubscriptionFailed{participant.sid, publication.model.sid, *failure});
  publication.failure = failure;
}

void Roster::unsubscribe(const Participant& participant, Publication& publication, Effects& effects) {
  if (!publication.media) return;
  publication.media.reset();
  emit(effects, effect::TrackUnsubscribed{participant.sid, publication.model.sid});
}

void Roster::remove(std::size_t index, Effects& effects) {
  emit(effects, effect::ParticipantDisconnected{participants_[index].sid});
  participants_.erase(participants_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Roster::end(Effects& effects) {
  for (Participant& participant : participants_)
    for (Publication& publication : participant.publications) unsubscribe(participant, publication, effects);
  over_ = true;
  HOLDFAST_CHECK(is_consistent());
}

// ---- questions ----------------------------------------------------------------------------------------------------------------------

std::vector<ParticipantSid> Roster::present() const {
  std::vector<ParticipantSid> sids;
  for (const Participant& participant : participants_) sids.push_back(participant.sid);
  return sids;
}

std::vector<ParticipantSid> Roster::connected() const {
  std::vector<ParticipantSid> sids;
  for (const Participant& participant : participants_)
    if (!participant.away) sids.push_back(participant.sid);
  return sids;
}

std::int64_t Roster::quality_of(const ParticipantSid& sid) const {
  const Participant* known = const_cast<Roster*>(this)->find(sid);
  return known != nullptr ? known->quality : backend::kNoQuality;
}

std::vector<SignaledId> Roster::expected_media() const {
  std::vector<SignaledId> ids;
  for (const Participant& participant : participants_) {
    if (participant.away) continue;
    for (const Publication& publication : participant.publications)
      if (publication.media && publication.model.enabled && publication.model.kind != backend::TrackKind::kData &&
          !publication.is_unwanted())
        ids.push_back(publication.media->id);
  }
  return ids;
}

bool Roster::is_subscribed(const Media& media) const {
  for (const Participant& participant : participants_)
    for (const Publication& publication : participant.publications)
      if (publication.media == media) return true;
  return false;
}

// The latest arrival: when a link is replaced, the old one's media may still be listed.
const Roster::Media* Roster::find_media(const SignaledId& id, backend::TrackKind kind) const {
  for (auto media = media_.rbegin(); media != media_.rend(); ++media)
    if (media->id == id && media->kind == kind) return &*media;
  return nullptr;
}

Roster::Participant* Roster::find(const ParticipantSid& sid) {
  for (Participant& participant : participants_)
    if (participant.sid == sid) return &participant;
  return nullptr;
}

bool Roster::is_consistent() const {
  if (participants_.size() > kMaxParticipants || media_.size() > kMaxMedia) return false;
  for (const Participant& participant : participants_)
    for (const Publication& publication : participant.publications) {
      if (!publication.media) continue;
      if (over_ || publication.failure || publication.media->kind != publication.model.kind) return false;
    }
  return true;
}

}  // namespace holdfast::room
