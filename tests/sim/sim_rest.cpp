// What must be true at rest, some time after everything has healed, and when everyone has left.
#include <algorithm>
#include <set>
#include <utility>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// After so many a client of ours takes silence for what it is, whatever came before.
constexpr int kSteadyPolls = 22;

std::string text_of(const backend::RemoteTrack& track) {
  return track.sid.value + "/" + std::to_string(static_cast<int>(track.kind)) + "/" + track.name + (track.enabled ? "/on/" : "/off/") +
         std::to_string(static_cast<int>(track.priority));
}

}  // namespace

void SimRoom::check_agreement() {
  if (has_ended()) return;
  if (server_->rooms().size() > 1) return complain("agreement", "two rooms of one name");
  const Present all = present();
  std::size_t live = 0;
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    figures_.add("reconnecting", tabs_[tab]->official ? tabs_[tab]->official->reconnecting_count() : tabs_[tab]->app.reconnecting_count);
    if (!tabs_[tab]->is_in_use()) continue;
    // An official client whose browser never answers its first call waits for ever, as it does for a `connected` that does not come.
    if (tabs_[tab]->official && tabs_[tab]->browser_failed && tabs_[tab]->state() == AppModel::State::kConnecting) continue;
    ++live;
    check_agreement(tab, all);
    check_token_warning(tab);
  }
  if (all.size() != live)
    complain("agreement", std::to_string(live) + " tabs in use, but " + std::to_string(all.size()) + " at the server");
}

void SimRoom::check_agreement(std::size_t index, const Present& all) {
  const Tab& tab = *tabs_[index];
  if (tab.state() == AppModel::State::kConnecting) return complain("promise", index, "connect() has not settled at rest");
  if (tab.state() == AppModel::State::kReconnecting && has_lost_cause(tab)) return;
  if (tab.state() != AppModel::State::kConnected) return complain("agreement", index, "not connected at rest");
  const auto participants = tab.participants();
  if (participants.size() + 1 != all.size()) return complain("agreement", index, "other participants than at the server");
  check_links(index, participants.size());
  if (tab.holdfast && !has_lost_cause(tab)) check_shares(index);  // who shares is there, and has no link
  tabs_[index]->page->deliver(input::Describe{});
  for (const roomserver::ParticipantSnapshot& real : all) {
    if (real.state != backend::ParticipantState::kConnected)
      complain("agreement", index, "the server calls " + real.identity + " reconnecting at rest");
    if (real.sid.value == tab.participant_sid()) {
      check_own_tracks(index, real);
      continue;
    }
    const auto seen = participants.find(real.sid.value);
    if (seen == participants.end()) return complain("agreement", index, "does not know " + real.identity);
    if (seen->second.identity != real.identity) complain("agreement", index, "has another name for " + real.identity);
    if (seen->second.reconnecting) complain("agreement", index, real.identity + " is reconnecting at rest");
    check_tracks(index, seen->second, real);
    const Tab* owner = owner_of(real.sid);
    if (owner == nullptr) return complain("agreement", real.identity + " at the server is in no tab");
    check_quality(index, *owner);
    if (is_lost_cause(tab, *owner)) continue;
    for (const auto& [sid, track] : seen->second.tracks) check_media(index, *owner, track);
  }
}

// As it was last said.
void SimRoom::check_quality(std::size_t index, const Tab& owner) {
  const std::int64_t expected = tabs_[index]->holdfast ? owner.quality : backend::kNoQuality;
  for (const effect::Description::Link& link : tabs_[index]->description.links)
    if (link.participant.value == owner.participant_sid() && link.quality != expected)
      complain("quality", index, "takes the network of " + owner.name + " for " + std::to_string(link.quality));
}

// The official client leaves a connection as it is when its browser fails it (docs/protocol.md 7.3): nothing the other end does helps.
bool SimRoom::is_lost_cause(const Tab& a, const Tab& b) {
  const bool dtls_failed = a.official && b.official && (a.dtls_failed || b.dtls_failed);
  // What it had sent of candidates when its socket broke it never sends again (7.5), and of two of them neither asks for new ones.
  const bool candidates_lost =
      a.official && b.official && (a.signaling.has_been() || b.signaling.has_been() || a.found_nothing || b.found_nothing);
  return dtls_failed || candidates_lost || (a.official && a.browser_failed) || (b.official && b.browser_failed);
}

bool SimRoom::has_lost_cause(const Tab& tab) const {
  return std::any_of(tabs_.begin(), tabs_.end(), [&](const auto& other) { return other->is_in_use() && is_lost_cause(tab, *other); });
}

// Those that the server has not refused, as the app wants them.
void SimRoom::check_own_tracks(std::size_t index, const roomserver::ParticipantSnapshot& real) {
  const Tab& tab = *tabs_[index];
  std::multiset<std::string> expected;
  std::multiset<std::string> found;
  for (const auto& [id, track] : tab.tracks) {
    if (tab.awaits_answer_for(id)) complain("promise", index, "the server never answered for " + id);
    if (!tab.was_refused(id)) expected.insert(text_of({{}, track.kind, track.name, track.enabled, track.priority}));
  }
  for (backend::RemoteTrack track : real.tracks) {
    track.sid = {};
    found.insert(text_of(track));
  }
  if (expected != found) complain("agreement", index, "its own tracks are not at the server as wanted");
}

void SimRoom::check_tracks(std::size_t index, const AppModel::Participant& seen, const roomserver::ParticipantSnapshot& real) {
  std::set<std::string> expected;
  std::set<std::string> found;
  for (const backend::RemoteTrack& track : real.tracks) expected.insert(text_of(track));
  for (const auto& [sid, track] : seen.tracks) {
    found.insert(text_of({track.model.sid, track.model.kind, track.model.name, track.model.enabled, track.model.priority}));
  }
  if (expected != found) complain("agreement", index, real.identity + " has other tracks than at the server");
}

void SimRoom::remember_bytes() {
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab)
    for (const auto& [sid, participant] : tabs_[tab]->participants())
      for (const auto& [track_sid, track] : participant.tracks)
        if (track.subscribed) bytes_[{tab, track.peer.value}] = media_.bytes_received(tab, track.peer);
}

// Between two official clients a track may take the section of one that an offer took back: no `track` event tells of it. And what has
// come over a new connection before the old one was closed is found on the old one for ever.
bool SimRoom::comes_unseen(std::size_t index, const Tab& owner, const AppModel::Track& track) const {
  if (!tabs_[index]->official) return false;
  if (track.subscribed) return !media_.is_open(index, track.peer) && media_.are_connected(index, index_of(owner));
  const auto sent =
      std::find_if(owner.tracks.begin(), owner.tracks.end(), [&](const auto& entry) { return entry.second.name == track.model.name; });
  return owner.official && sent != owner.tracks.end() && media_.comes_in(index, index_of(owner), sent->second.id);
}

// However many get one of its videos, all together they get no more than one alone is sent of 1280 × 720.
void SimRoom::check_shares(std::size_t index) {
  constexpr std::int64_t kBudget = 2'500'000;
  for (const auto& [track, limits] : media_.video_limits(index)) {
    const auto links = static_cast<std::int64_t>(limits.size());
    const std::int64_t share = links > 1 ? kBudget / links : 0;
    const bool fits = std::all_of(limits.begin(), limits.end(), [&](std::int64_t limit) { return limit == share; });
    if (!fits) complain("wishes", index, "of " + track + " some link sends another share than the " + std::to_string(links) + " allow");
  }
}

// What is subscribed can be received, and what is enabled is. Ours send just what is wanted.
void SimRoom::check_media(std::size_t index, const Tab& owner, const AppModel::Track& track) {
  // Over a connection that slept for too long data channels are dead, and nothing tells.
  const bool is_data = track.model.kind == backend::TrackKind::kData;
  if (!track.subscribed && is_data && media_.are_channels_dead(index, index_of(owner))) return;
  if (comes_unseen(index, owner, track)) return;
  if (!track.subscribed) return complain("media", index, track.model.name + " is not subscribed at rest");
  if (!media_.is_connected(index, track.peer))
    return complain("media", index, track.model.name + " is subscribed on a connection that is not connected");
  if (tabs_[index]->holdfast && track.model.kind == backend::TrackKind::kVideo && media_.is_frozen(index, track.peer))
    complain("media", index, track.model.name + " is received and not shown");
  // Silence since before a track was enabled may be the source's: that nobody can tell. The official client acts on what its browser
  // says of ICE alone (docs/protocol.md 7.6).
  const bool may_be_silent =
      media_.is_deaf(index, track.peer) && (tabs_[index]->official || !tabs_[index]->links.has_seen_media(track.peer, kSteadyPolls));
  const bool is_heeded = tabs_[index]->holdfast && owner.holdfast && !is_data;
  if (is_heeded && media_.sent_size(index, track.peer, track.mid) != track.wanted)
    complain("wishes", index, track.model.name + " is sent in another size than it is wanted in");
  if (track.switched_off != (is_heeded && track.wanted == kNothing))
    complain("wishes", index, track.model.name + " is not called what it is, switched off or on");
  const bool flows = may_be_silent || media_.bytes_received(index, track.peer) > bytes_[{index, track.peer.value}];
  if (track.is_expected() && !flows) complain("media", index, track.model.name + " is subscribed and not received");
}

void SimRoom::check_all_over() {
  if (has_ended()) return;
  if (!present().empty()) complain("left over", "the server keeps a room that everyone has left");
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    const AppModel& app = tabs_[tab]->app;
    const int open = app.reconnecting_count - app.reconnected_count;
    if (open < 0 || open > 1) complain("events", tab, "reconnecting and reconnected do not match");
    // The official client may make a connection for the very message that ends it.
    const std::size_t peers = tabs_[tab]->holdfast ? media_.open_peers(tab) : 0;
    if (network_.open_sockets(tab) + peers > 0) complain("left over", tab, "something is open after the end");
  }
}

}  // namespace holdfast::sim
