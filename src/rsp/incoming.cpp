#include "rsp/incoming.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "rsp/wire/codec.hpp"

namespace holdfast::rsp {

namespace {

bool is_participant_sid(std::string_view text) { return text.substr(0, 2) == "PA"; }

std::vector<backend::Publication> verdicts(Published published) {
  std::vector<backend::Publication> result;
  for (auto& track : published.tracks) {
    using State = Published::Track::State;
    if (track.state == State::kReady && !track.sid.empty()) result.push_back({std::move(track.id), std::move(track.sid), {}});
    if (track.state == State::kFailed) result.push_back({std::move(track.id), {}, std::move(track.error)});
  }
  return result;
}

}  // namespace

backend::RoomUpdate Incoming::filter(RoomState state, bool complete) {
  backend::RoomUpdate update;
  update.participants_complete = complete;
  for (auto& entry : state.participants) filter_participant(std::move(entry), update);
  if (complete) leave_unlisted();
  forget_oldest_left();

  if (state.subscribed && state.subscribed->revision > subscribed_revision_) {
    subscribed_revision_ = state.subscribed->revision;
    update.subscriptions = std::move(state.subscribed->tracks);
  }
  if (state.published && state.published->revision > published_revision_) {
    published_revision_ = state.published->revision;
    update.publications = verdicts(std::move(*state.published));
  }
  if (state.peer_connections) {
    update.links_complete = complete;
    for (auto& link : *state.peer_connections)
      update.links.push_back({link.id, remote_end(link.id), std::move(link.description), std::move(link.ice)});
  }
  heard_ = state.holdfast ? std::move(*state.holdfast) : Extension{};
  return update;
}

// A known participant with an old revision stays as it is, but counts as listed: a restarted server names those who are not back yet
// in just this way, and names nobody else by it. How good its network is may be said all the same. That somebody left whom we never saw,
// or saw leave, is no news.
void Incoming::filter_participant(RemoteParticipantState entry, backend::RoomUpdate& update) {
  if (entry.sid == own_sid_) return;
  Known* known = find(entry.sid);
  const bool was_present = known != nullptr && !known->left;
  if (known != nullptr && entry.revision <= known->revision) {
    if (!was_present) return;
    known->listed = true;
    update.participants.push_back({std::move(entry.sid), std::move(entry.identity), {}, {}, false, entry.quality});
    return;
  }
  if (known == nullptr) {
    if (entry.identity.empty() || present_count() >= kMaxParticipants) return;
    known = &known_.emplace_back();
    known->sid = entry.sid;
  }
  known->revision = entry.revision;
  known->left = entry.state == ParticipantState::kDisconnected;
  known->listed = true;
  if (known->left && !was_present) return;
  update.participants.push_back(
      {std::move(entry.sid), std::move(entry.identity), entry.state, std::move(entry.tracks), entry.speaks_holdfast, entry.quality});
}

std::size_t Incoming::present_count() const {
  return static_cast<std::size_t>(std::count_if(known_.begin(), known_.end(), [](const Known& known) { return !known.left; }));
}

void Incoming::leave_unlisted() {
  for (auto& known : known_)
    if (!known.listed) known.left = true;
}

void Incoming::forget_oldest_left() {
  for (auto& known : known_) known.listed = false;
  for (std::size_t left = known_.size() - present_count(); left > kMaxLeft; --left)
    known_.erase(std::find_if(known_.begin(), known_.end(), [](const Known& known) { return known.left; }));
}

Incoming::Known* Incoming::find(const ParticipantSid& sid) {
  for (auto& known : known_)
    if (known.sid == sid) return &known;
  return nullptr;
}

// Our own server's link ids begin `<offerer sid>.<answerer sid>.` (docs/protocol.md "A restarted server"); others say nothing.
ParticipantSid Incoming::remote_end(const LinkId& link) const {
  const std::string_view id = link.value;
  const std::size_t first = id.find('.');
  const std::size_t second = first == id.npos ? id.npos : id.find('.', first + 1);
  if (second == id.npos) return {};
  const std::string_view offerer = id.substr(0, first);
  const std::string_view answerer = id.substr(first + 1, second - first - 1);
  if (!is_participant_sid(offerer) || !is_participant_sid(answerer)) return {};
  if (offerer == own_sid_.value) return ParticipantSid(std::string(answerer));
  if (answerer == own_sid_.value) return ParticipantSid(std::string(offerer));
  return {};
}

}  // namespace holdfast::rsp
