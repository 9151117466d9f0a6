#include "roomserver/publications.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

std::size_t character_count(const std::string& utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & '\xc0') != '\x80'; }));
}

}  // namespace

PublicationChange Publications::apply(const rsp::LocalState& said, const ParticipantSid& owner, const Identifiers& identifiers) {
  if (said.revision <= revision_) return {};
  revision_ = said.revision;

  const auto find = [](std::vector<Publication>& list, const SignaledId& id) {
    return std::find_if(list.begin(), list.end(), [&](const Publication& p) { return p.track.id == id; });
  };
  PublicationChange change;
  std::vector<Publication> next;
  std::vector<const rsp::LocalTrack*> fresh;
  for (const auto& track : said.tracks) {
    const auto known = find(publications_, track.id);
    if (known == publications_.end()) {
      fresh.push_back(&track);
      continue;
    }
    if (find(next, track.id) != next.end()) continue;
    const bool same = known->track.enabled == track.enabled && known->track.priority == track.priority;
    change.tracks = change.tracks || (!same && known->error == 0);
    next.push_back(*known);
    next.back().track.enabled = track.enabled;
    next.back().track.priority = track.priority;
  }
  for (const auto& publication : publications_)
    if (find(next, publication.track.id) == next.end() && publication.error == 0) change.added_or_removed = true;
  // After the known ones, which keep their names whatever comes later.
  for (const auto* track : fresh) {
    if (find(next, track->id) != next.end()) continue;
    const int error = judge(*track, next);
    next.push_back({*track, error == 0 ? identifiers.track(owner, track->id) : TrackSid{}, error});
    change.verdicts = true;
    change.added_or_removed = change.added_or_removed || error == 0;
  }
  change.tracks = change.tracks || change.added_or_removed;
  publications_ = std::move(next);
  return change;
}

std::vector<rsp::Published::Track> Publications::verdicts() const {
  using State = rsp::Published::Track::State;
  std::vector<rsp::Published::Track> verdicts;
  for (const auto& p : publications_)
    verdicts.push_back({p.track.id, p.error == 0 ? State::kReady : State::kFailed, p.sid, Error{p.error, {}}});
  return verdicts;
}

std::vector<rsp::RemoteTrack> Publications::tracks() const {
  std::vector<rsp::RemoteTrack> tracks;
  for (const auto& p : publications_)
    if (p.error == 0) tracks.push_back({p.sid, p.track.kind, p.track.name, p.track.enabled, p.track.priority});
  return tracks;
}

void Publications::append_subscriptions(std::vector<rsp::Subscription>& subscriptions) const {
  for (const auto& p : publications_)
    if (p.error == 0) subscriptions.push_back({p.sid, p.track.id, std::nullopt});
}

const SignaledId* Publications::id_of(const TrackSid& sid) const {
  for (const Publication& p : publications_)
    if (p.error == 0 && p.sid == sid) return &p.track.id;
  return nullptr;
}

bool Publications::is_consistent() const {
  for (std::size_t i = 0; i < publications_.size(); ++i) {
    const Publication& p = publications_[i];
    if (p.sid.empty() != (p.error != 0)) return false;
    for (std::size_t j = 0; j < i; ++j) {
      const Publication& q = publications_[j];
      if (p.track.id == q.track.id) return false;
      if (p.error == 0 && q.error == 0 && p.track.name == q.track.name) return false;
    }
  }
  return true;
}

int Publications::judge(const rsp::LocalTrack& track, const std::vector<Publication>& accepted_before) const {
  if (track.id.empty()) return code::kTrackInvalid;
  if (character_count(track.name) > kMaxTrackNameLength) return code::kTrackNameTooLong;
  std::size_t accepted = 0;
  for (const auto& p : accepted_before) {
    if (p.error != 0) continue;
    if (p.track.name == track.name) return code::kTrackNameDuplicated;
    ++accepted;
  }
  return accepted >= kMaxPublishedTracks ? code::kMaxTracksExceeded : 0;
}

}  // namespace holdfast::roomserver
