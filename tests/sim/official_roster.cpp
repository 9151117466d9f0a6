#include "official_roster.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace holdfast::sim::official {

namespace {

std::optional<backend::TrackKind> kind_of(const std::string& name) {
  if (name == "audio") return backend::TrackKind::kAudio;
  if (name == "video") return backend::TrackKind::kVideo;
  if (name == "data") return backend::TrackKind::kData;
  return std::nullopt;
}

backend::Priority priority_of(const std::string& name) {
  if (name == "low") return backend::Priority::kLow;
  return name == "high" ? backend::Priority::kHigh : backend::Priority::kStandard;
}

bool enabled_of(const json& track) {
  const json* enabled = member(track, "enabled");
  return enabled == nullptr || !enabled->is_boolean() || enabled->get<bool>();
}

const json* find_track_entry(const json& tracks, const std::string& sid) {
  const auto found = std::find_if(tracks.begin(), tracks.end(), [&](const json& track) { return text(track, "sid") == sid; });
  return found == tracks.end() ? nullptr : &*found;
}

}  // namespace

// In the order of docs/protocol.md 4.5.
void Roster::update(const json& message, const std::string& own_sid) {
  const bool is_synced = text(message, "type") == "synced";
  if (const json* subscribed = member(message, "subscribed")) {
    if (is_synced && number(*subscribed, "revision").value_or(0) <= subscribed_revision_)
      runtime_.complain("synced with an old subscribed.revision: what changed meanwhile is ignored");
    update_subscriptions(*subscribed);
  }
  const json* participants = array(message, "participants");
  if (is_synced && participants == nullptr) runtime_.complain("synced without participants: all are dropped");
  std::set<std::string> listed;
  for (const json& entry : participants == nullptr ? json::array() : *participants) {
    const std::string sid = text(entry, "sid");
    if (sid == own_sid) continue;
    if (!is_entry_sound(entry)) return;  // the exception ends the work on this message
    listed.insert(sid);
    update_participant(entry);
  }
  if (is_synced) {
    for (auto remote = participants_.begin(); remote != participants_.end();) {
      if (listed.count(remote->first) == 0) {
        left_revisions_[remote->first] = revisions_[remote->first];
        remote = participants_.erase(remote);
      } else {
        ++remote;
      }
    }
  }
  join();
}

// ---- participants -----------------------------------------------------------------------------------------------------------------------

bool Roster::is_entry_sound(const json& entry) {
  const std::string sid = text(entry, "sid");
  if (sid.empty() || !entry.contains("identity")) runtime_.complain("a participant without sid or identity");
  // After a restart of the server those who are not back yet are named in just this way (docs/protocol.md 20.2).
  const bool is_known = participants_.count(sid) > 0 || left_revisions_.count(sid) > 0;
  const bool is_placeholder = is_known && text(entry, "identity").empty() && number(entry, "revision") == 0;
  if (number(entry, "revision").value_or(0) < 1 && !is_placeholder) runtime_.complain("a participant without a revision of 1 or more");
  const json* tracks = array(entry, "tracks");
  if (tracks == nullptr) {
    runtime_.complain("an uncaught exception: a participant without tracks");
    return false;
  }
  for (const json& track : *tracks)
    if (text(track, "sid").empty() || !member(track, "name") || !kind_of(text(track, "kind")) || text(track, "priority").empty())
      runtime_.complain("a track without sid, name, kind or priority");
  const std::string state = text(entry, "state");
  if (!state.empty() && state != "connected" && state != "reconnecting" && state != "disconnected")
    runtime_.complain("a participant of unknown state " + state);
  return true;
}

void Roster::update_participant(const json& entry) {
  const std::string sid = text(entry, "sid");
  const std::string state = text(entry, "state");
  const std::int64_t revision = number(entry, "revision").value_or(0);
  const auto left = left_revisions_.find(sid);
  if (left != left_revisions_.end()) {
    if (revision <= left->second) {
      const bool is_placeholder = revision == 0;
      if (state != "disconnected" && !is_placeholder)
        runtime_.complain("a participant who is back is ignored: its revision is not above that of its leaving");
      return;
    }
    left_revisions_.erase(left);
  }
  const bool is_new = participants_.count(sid) == 0;
  if (is_new && state == "disconnected") return;
  Remote& remote = participants_[sid];
  if (is_new) {
    remote.identity = text(entry, "identity");
  } else if (revision == 0) {
    return;
  } else {
    if (remote.identity != text(entry, "identity")) runtime_.complain("another identity of a participant is ignored");
    if (revision <= revisions_[sid]) {
      if (is_news(remote, entry)) runtime_.complain("news of " + remote.identity + " is ignored: its revision is not greater");
      return;
    }
  }
  revisions_[sid] = revision;
  if (state == "disconnected") {
    for (const auto& [track_sid, track] : remote.tracks)
      if (find_track_entry(entry["tracks"], track_sid) == nullptr)
        runtime_.complain("a leaving participant's tracks are unpublished first: its list is not complete");
    left_revisions_[sid] = revision;
    participants_.erase(sid);
    return;
  }
  update_tracks(remote, entry["tracks"]);
  if (!state.empty()) remote.reconnecting = state == "reconnecting";
}

bool Roster::is_news(const Remote& remote, const json& entry) const {
  const std::string state = text(entry, "state");
  if (!state.empty() && state != (remote.reconnecting ? "reconnecting" : "connected")) return true;
  const json& tracks = entry["tracks"];
  if (tracks.size() != remote.tracks.size()) return true;
  return std::any_of(tracks.begin(), tracks.end(), [&](const json& track) {
    const auto known = remote.tracks.find(text(track, "sid"));
    return known == remote.tracks.end() || known->second.enabled != enabled_of(track) ||
           known->second.priority != priority_of(text(track, "priority"));
  });
}

void Roster::update_tracks(Remote& remote, const json& tracks) {
  for (const json& entry : tracks) {
    const backend::TrackKind kind = kind_of(text(entry, "kind")).value_or(backend::TrackKind::kAudio);
    const auto [found, is_new] = remote.tracks.try_emplace(text(entry, "sid"));
    RemoteTrack& track = found->second;
    if (is_new) {
      track.name = text(entry, "name");
      track.kind = kind;
    } else if (track.name != text(entry, "name") || track.kind != kind) {
      runtime_.complain("another name or kind of track " + track.name + " is ignored");
    }
    track.enabled = enabled_of(entry);
    track.priority = priority_of(text(entry, "priority"));
  }
  for (auto track = remote.tracks.begin(); track != remote.tracks.end();)
    track = find_track_entry(tracks, track->first) == nullptr ? remote.tracks.erase(track) : std::next(track);
}

// ---- subscriptions ----------------------------------------------------------------------------------------------------------------------

void Roster::update_subscriptions(const json& subscribed) {
  const json* tracks = array(subscribed, "tracks");
  const std::optional<std::int64_t> revision = number(subscribed, "revision");
  if (tracks == nullptr || !revision) return runtime_.complain("subscribed without revision or tracks");
  std::map<std::string, std::string> snapshot;
  for (const json& track : *tracks) {
    const std::string id = text(track, "id");
    if (text(track, "sid").empty() || (id.empty() && member(track, "error") == nullptr))
      runtime_.complain("a subscription without sid, or without id and error");
    if (!id.empty()) snapshot[text(track, "sid")] = id;
  }
  if (*revision > subscribed_revision_) {
    subscribed_revision_ = *revision;
    subscribed_ = std::move(snapshot);
  } else if (snapshot != subscribed_) {
    runtime_.complain("news of subscriptions is ignored: their revision is not greater");
  }
}

void Roster::join() {
  for (auto& [sid, remote] : participants_)
    for (auto& [track_sid, track] : remote.tracks) {
      const auto subscription = subscribed_.find(track_sid);
      const bool is_wanted = subscription != subscribed_.end();
      if (track.subscribed && (!is_wanted || track.media_id != subscription->second)) {
        track.subscribed = false;
        track.peer = {};
        track.mid.clear();
      }
      if (!is_wanted) continue;
      if (const Receiver* receiver = peers_.find_receiver(subscription->second)) {
        waiting_.erase(receiver->id);
        join(track, *receiver);
      } else {
        waiting_[subscription->second].insert(track_sid);
      }
    }
}

// Only tracks that wait for it: one that has media already learns of newer media with the next message.
void Roster::on_receiver(const Receiver& receiver) {
  const auto waiting = waiting_.find(receiver.id);
  if (waiting == waiting_.end()) return;
  for (const std::string& sid : waiting->second)
    if (RemoteTrack* track = find_track(sid)) join(*track, receiver);
  waiting_.erase(waiting);
}

void Roster::join(RemoteTrack& track, const Receiver& receiver) {
  if (track.kind != receiver.kind) return runtime_.complain("media of another kind than its track " + track.name);
  track.subscribed = true;
  track.peer = receiver.peer;
  track.mid = receiver.mid;
  track.media_id = receiver.id;
}

RemoteTrack* Roster::find_track(const std::string& sid) {
  for (auto& [participant, remote] : participants_) {
    const auto track = remote.tracks.find(sid);
    if (track != remote.tracks.end()) return &track->second;
  }
  return nullptr;
}

}  // namespace holdfast::sim::official
