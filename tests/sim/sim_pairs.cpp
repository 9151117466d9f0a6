// Two whose ways are free and whose media nothing has disturbed: they are connected before long, and what connects them stays. Lost media
// are lost to both of them, and to nobody else. And nobody keeps more connections than there are others.
#include <algorithm>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

constexpr Millis kLook = 1_s;
// What a pair may need, the server's pauses between two links included.
constexpr int kMostLooks = 5;
constexpr int kMostLooksAtTooMany = 3;
// The word of lost media waits for 4 s, and may need some time there and back.
constexpr int kMostLooksAtOneSide = 7;
constexpr Millis kPeace = 5_s;
// By then both ends have agreed on it; before, a lost answer may cost it (docs/protocol.md 8.3).
constexpr Millis kSettledLink = 8_s;

bool is_well(const Tab& tab, Instant now) {
  return tab.holdfast && tab.is_in_use() && tab.page->is_running() && tab.page->is_visible() &&
         tab.state() == AppModel::State::kConnected && tab.signaling.is_calm(now, 1_s);
}

}  // namespace

void SimRoom::look_at_pairs() {
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    look_at_connections_of(tab);
    look_at_sides_of(tab);
    if (!breaks_media_) look_at_pairs_of(tab);
  }
  time_.after(kLook, [this] { look_at_pairs(); });
}

void SimRoom::look_at_pairs_of(std::size_t index) {
  const Tab& viewer = *tabs_[index];
  if (viewer.official) return;
  for (const auto& [sid, participant] : viewer.app.participants) {
    const Tab* owner = owner_of(ParticipantSid(sid));
    const bool is_peace = owner != nullptr && is_well(viewer, time_.now()) && is_well(*owner, time_.now()) && is_heard(viewer) &&
                          is_heard(*owner) && !participant.reconnecting;
    for (const auto& [track_sid, track] : participant.tracks) {
      int& looks = looks_[{index, track_sid}];
      const bool is_there = track.subscribed && media_.is_connected(index, track.peer);
      // A restarted server subscribes to nothing new as long as it waits for somebody (docs/protocol.md 20.2).
      looks = is_peace && !is_server_waiting() && !is_there && owner->publishes(TrackSid(track_sid)) ? looks + 1 : 0;
      if (looks > kMostLooks) complain("return", index, track.model.name + " is still not there, and nothing is wrong");
    }
  }
}

// Of two whose ways to the server are free, either both call the other reconnecting or neither does.
void SimRoom::look_at_sides_of(std::size_t index) {
  const Tab& viewer = *tabs_[index];
  // Whoever is back, on its way or in another page, has some time until its media are missed.
  const auto can_tell = [this](const Tab& tab) {
    return tab.holdfast && is_heard(tab) && tab.is_in_use() && tab.page->is_running() && tab.page->is_visible() && !tab.app.is_away() &&
           tab.signaling.is_calm(time_.now(), kPeace) && (!tab.page_before || time_.now() - tab.joined_at >= kPeace);
  };
  if (viewer.official) return;
  for (const auto& [sid, participant] : viewer.app.participants) {
    const Tab* other = owner_of(ParticipantSid(sid));
    if (other == nullptr || other->official) continue;
    const auto seen = other->app.participants.find(viewer.app.participant_sid);
    const bool is_one_sided = can_tell(viewer) && can_tell(*other) && seen != other->app.participants.end() && participant.reconnecting &&
                              !seen->second.reconnecting;
    const auto back = backs_.find({index, sid});
    const bool is_another = back != backs_.end() && time_.now() - back->second < kLook;  // than at the last look
    int& looks = looks_[{index, "side " + sid}];
    looks = is_one_sided && !is_another ? looks + 1 : 0;
    if (looks > kMostLooksAtOneSide) complain("notice", index, "calls " + other->name + " reconnecting, which does not know of it");
  }
}

void SimRoom::look_at_connections_of(std::size_t index) {
  const Tab& tab = *tabs_[index];
  if (tab.official) return;
  const bool are_too_many = is_well(tab, time_.now()) && media_.open_peers(index) > tab.app.participants.size();
  int& looks = looks_[{index, ""}];
  looks = are_too_many ? looks + 1 : 0;
  if (looks > kMostLooksAtTooMany) complain("bound", index, "more connections than other participants");
}

// The client closes a connection. Of a restarted server only those have a right to keep theirs to whom nothing else has happened.
void SimRoom::check_replaced(std::size_t index, PeerId peer) {
  const Tab& tab = *tabs_[index];
  if (tab.official || tab.is_over() || !is_in_room(ParticipantSid(tab.participant_sid()))) return;
  if (!media_.is_connected(index, peer) || time_.now() - media_.created(index, peer) < kSettledLink) return;
  if (media_.is_other_end_closed(index, peer)) return;  // it was told, and follows
  if (!tab.app.is_away() && !is_heard(tab)) return;     // its offer is on a way that repeats what it loses
  if (media_.may_freeze_by_glare(index, peer)) return;  // nothing but a new connection helps (docs/protocol.md 7.9)
  for (const auto& [sid, participant] : tab.app.participants) {
    if (server_has_restarted_ ? !is_steady(index, ParticipantSid(sid)) : breaks_media_) continue;
    if (participant.reconnecting) continue;  // and has not answered for as long as the server keeps it
    const Tab* owner = owner_of(ParticipantSid(sid));
    const bool is_theirs = std::any_of(participant.tracks.begin(), participant.tracks.end(),
                                       [&](const auto& track) { return track.second.subscribed && track.second.peer == peer; });
    if (is_theirs && owner != nullptr && owner->holdfast && owner->is_in_use() && is_in_room(ParticipantSid(sid)) &&
        media_.created(index, peer) >= owner->joined_at)
      complain("spurious", index, "gives up a connection that works");
  }
}

}  // namespace holdfast::sim
