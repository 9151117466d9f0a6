// What must be true of a simulated room: after every step, some time after a fault, at rest, and at the end.
#include <set>
#include <utility>
#include <variant>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// Signs of trouble show within 3 s (design, promise 1), here with a slow network on top.
constexpr Millis kOwnSign = 3200_ms;
constexpr Millis kOthersSign = 3600_ms;
constexpr Millis kNewLink = 4_s;

std::string text_of(const backend::RemoteTrack& track) {
  return track.sid.value + "/" + std::to_string(static_cast<int>(track.kind)) + "/" + track.name + (track.enabled ? "/on/" : "/off/") +
         std::to_string(static_cast<int>(track.priority));
}

}  // namespace

// ---- after every step --------------------------------------------------------------------------------------------------------------

void SimRoom::check(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string who = name_of(index);
  if (!tab.app.complaint.empty()) complain(who + ": " + tab.app.complaint);
  if (!tab.client->is_consistent()) complain(who + ": the client is inconsistent");
  if (media_.error_count() > 0) complain(who + ": a call that no browser would have allowed");
  if (network_.open_sockets(index) > 1) complain(who + ": more than one socket");
  const bool over = tab.client->is_over();
  if (over && network_.open_sockets(index) + media_.open_peers(index) > 0) complain(who + ": over with something open");
  if (!over && tab.app.state == AppModel::State::kDisconnected) complain(who + ": disconnected, but not over");
}

const SimRoom::Tab* SimRoom::owner_of(const ParticipantSid& participant) const {
  for (const auto& tab : tabs_)
    if (tab->app.participant_sid == participant.value) return tab.get();
  return nullptr;
}

bool SimRoom::is_in_room(const ParticipantSid& sid) const {
  for (const roomserver::RoomSnapshot& room : server_.rooms())
    for (const roomserver::ParticipantSnapshot& participant : room.participants)
      if (participant.sid == sid) return true;
  return false;
}

// As long as only signaling breaks, nobody sees more than that it does: nothing goes that has not gone, and no session ends by itself.
void SimRoom::check_cause(std::size_t index, const effect::Event& event) {
  if (weather_.breaks_media) return;
  const std::string who = name_of(index) + ": ";
  if (const auto* trouble = std::get_if<effect::RoomReconnecting>(&event)) {
    if (trouble->error.code != code::kSignalingDisconnected) complain(who + "lost media that was never disturbed");
  } else if (const auto* end = std::get_if<effect::RoomDisconnected>(&event)) {
    if (end->error && (end->error->code == code::kSignalingConnection || end->error->code == code::kParticipantNotFound) &&
        !somebody_was_removed_)
      complain(who + "lost its session");
  } else if (const auto* away = std::get_if<effect::ParticipantReconnecting>(&event)) {
    if (away->error.code != code::kSignalingDisconnected && is_in_room(away->participant))
      complain(who + "lost media of a participant that was never disturbed");
  } else if (const auto* left = std::get_if<effect::ParticipantDisconnected>(&event)) {
    if (is_in_room(left->participant)) complain(who + "a participant disconnected that is still there");
  } else if (const auto* lost = std::get_if<effect::TrackUnsubscribed>(&event)) {
    const Tab* owner = owner_of(lost->participant);
    const AppModel::Track track = tabs_[index]->app.participants[lost->participant.value].tracks[lost->track.value];
    // A link that loses an answer of its first negotiation has to be replaced (docs/protocol.md 8.3).
    const bool was_new = time_.now() - media_.created(index, track.peer) < kNewLink;
    if (!tabs_[index]->client->is_over() && is_in_room(lost->participant) && owner && owner->tracks.count(track.model.name) > 0 && !was_new)
      complain(who + "unsubscribed from " + track.model.name + ", which is still published");
  }
}

// ---- some time after a fault -------------------------------------------------------------------------------------------------------

// The tab has lost its host: it shows, and the others see it.
void SimRoom::expect_signs_of_loss(std::size_t index, Instant since) {
  time_.after(kOwnSign, [this, index, since] {
    const Tab& tab = *tabs_[index];
    if (tab.disturbed == since && is_in_use(index) && tab.app.state == AppModel::State::kConnected)
      complain(name_of(index) + " has no host and does not notice");
  });
  time_.after(kOthersSign, [this, index, since] {
    const Tab& tab = *tabs_[index];
    if (tab.disturbed != since || !is_in_use(index)) return;
    for (std::size_t other = 0; other < tabs_.size(); ++other) {
      const AppModel& app = tabs_[other]->app;
      const auto seen = app.participants.find(tab.app.participant_sid);
      const bool could_see =
          is_in_use(other) && app.state == AppModel::State::kConnected && tabs_[other]->disturbed < since && !tabs_[other]->frozen;
      if (could_see && seen != app.participants.end() && !seen->second.reconnecting)
        complain(name_of(other) + " does not see that " + name_of(index) + " has no host");
    }
  });
}

// ---- at rest -----------------------------------------------------------------------------------------------------------------------

void SimRoom::check_agreement() {
  if (has_ended()) return;
  const std::vector<roomserver::RoomSnapshot> rooms = server_.rooms();
  if (rooms.size() > 1) return complain("two rooms of one name");
  const auto present = rooms.empty() ? std::vector<roomserver::ParticipantSnapshot>{} : rooms[0].participants;
  std::size_t live = 0;
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    const AppModel& app = tabs_[tab]->app;
    figures_.add("reconnects", app.reconnecting_count);
    if (app.reason) figures_.add("ended " + std::to_string(app.reason->code));
    if (!is_in_use(tab)) continue;
    ++live;
    check_agreement(tab, present);
  }
  if (present.size() != live) complain(std::to_string(live) + " tabs in use, but " + std::to_string(present.size()) + " at the server");
}

void SimRoom::check_agreement(std::size_t index, const std::vector<roomserver::ParticipantSnapshot>& present) {
  const Tab& tab = *tabs_[index];
  const std::string who = name_of(index) + ": ";
  if (tab.app.state != AppModel::State::kConnected) return complain(who + "not connected at rest");
  if (tab.app.participants.size() + 1 != present.size()) return complain(who + "other participants than at the server");
  for (const auto& [id, publishing] : tab.app.publishing)
    if (publishing == AppModel::Publishing::kPending) complain(who + "the server never answered for " + id);
  for (const roomserver::ParticipantSnapshot& real : present) {
    if (real.state != backend::ParticipantState::kConnected) complain("the server calls " + real.identity + " reconnecting at rest");
    if (real.sid.value == tab.app.participant_sid) {
      if (real.tracks.size() != tab.tracks.size()) complain(who + "other tracks at the server than wanted");
      for (const backend::RemoteTrack& track : real.tracks)
        for (const auto& [id, wanted] : tab.tracks)
          if (wanted.name == track.name && (wanted.enabled != track.enabled || wanted.priority != track.priority))
            complain(who + id + " is not at the server as wanted");
      continue;
    }
    const auto seen = tab.app.participants.find(real.sid.value);
    if (seen == tab.app.participants.end()) return complain(who + "does not know " + real.identity);
    if (seen->second.reconnecting) complain(who + real.identity + " is reconnecting at rest");
    check_tracks(who + real.identity, seen->second, real);
    for (const auto& [sid, track] : seen->second.tracks) check_media(index, track);
  }
}

void SimRoom::check_tracks(const std::string& where, const AppModel::Participant& seen, const roomserver::ParticipantSnapshot& real) {
  std::set<std::string> expected;
  std::set<std::string> found;
  for (const backend::RemoteTrack& track : real.tracks) expected.insert(text_of(track));
  for (const auto& [sid, track] : seen.tracks) {
    found.insert(text_of({track.model.sid, track.model.kind, track.model.name, track.model.enabled, track.model.priority}));
    if (!track.subscribed) complain(where + "'s " + track.model.name + " is not subscribed at rest");
  }
  if (expected != found) complain(where + " has other tracks than at the server");
}

void SimRoom::remember_bytes() {
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab)
    for (const auto& [sid, participant] : tabs_[tab]->app.participants)
      for (const auto& [track_sid, track] : participant.tracks)
        if (track.subscribed) bytes_[{tab, track.peer.value}] = media_.bytes_received(tab, track.peer);
}

// What is subscribed can be received, and what is enabled is.
void SimRoom::check_media(std::size_t index, const AppModel::Track& track) {
  const std::string what = name_of(index) + ": " + track.model.name;
  if (!media_.is_connected(index, track.peer)) return complain(what + " is subscribed on a connection that is not connected");
  // Silence since before a track was enabled may be the source's: that nobody can tell.
  const bool flows = media_.is_deaf(index, track.peer) || media_.bytes_received(index, track.peer) > bytes_[{index, track.peer.value}];
  if (track.model.kind != backend::TrackKind::kData && track.model.enabled && !flows) complain(what + " is subscribed and not received");
}

void SimRoom::check_all_over() {
  if (has_ended()) return;
  if (!server_.rooms().empty()) complain("the server keeps a room that everyone has left");
  for (const auto& tab : tabs_) {
    const AppModel& app = tab->app;
    const int open = app.reconnecting_count - app.reconnected_count;
    if (open < 0 || open > 1) complain(tab->identity + ": reconnecting and reconnected do not match");
  }
}

}  // namespace holdfast::sim
