// What must be true some time after a fault, if nothing else happens meanwhile: it shows, and what can come back has.
#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// Signs of trouble show within 3 s (design, promise 1), here with a slow network on top.
constexpr Millis kOwnSign = 2900_ms;
constexpr Millis kOthersSign = 3100_ms;
constexpr Millis kMediaSign = 3100_ms;
// What a tab must have had of peace for a fault to be the only one.
constexpr Millis kPeace = 5_s;
// Polls of growing bytes, after which silence means something on any connection.
constexpr int kSteadyPolls = 22;

bool sees_in_time(const Tab& tab) { return tab.holdfast && tab.is_in_use() && tab.page->is_running() && tab.page->is_visible(); }

}  // namespace

// The tab has lost its host: it shows, and the others see it.
void SimRoom::expect_signs_of_loss(std::size_t index) {
  const Instant since = time_.now();
  time_.after(kOwnSign, [this, index, since] {
    const Tab& tab = *tabs_[index];
    if (tab.signaling.last() == since && sees_in_time(tab) && tab.state() == AppModel::State::kConnected)
      complain("notice", index, "has no host and does not notice");
  });
  time_.after(kOthersSign, [this, index, since] {
    const Tab& tab = *tabs_[index];
    if (tab.signaling.last() != since || !tab.is_in_use()) return;
    for (std::size_t other = 0; other < tabs_.size(); ++other) {
      const Tab& viewer = *tabs_[other];
      if (!sees_in_time(viewer) || viewer.state() != AppModel::State::kConnected || !viewer.signaling.is_calm(time_.now(), kPeace))
        continue;
      const auto seen = viewer.app.participants.find(tab.participant_sid());
      if (seen != viewer.app.participants.end() && !seen->second.reconnecting)
        complain("notice", other, "does not see that " + tab.name + " has no host");
    }
  });
}

// Nothing comes from `other` any more, of which something came.
void SimRoom::expect_signs_of_lost_media(std::size_t index, std::size_t other) {
  const Tab& tab = *tabs_[index];
  const auto seen = tab.app.participants.find(tabs_[other]->participant_sid());
  const bool is_slow = tab.busy.count(Slot::kBrowser) > 0;  // so are its answers to getStats()
  if (!sees_in_time(tab) || tab.browser_failed || is_slow || seen == tab.app.participants.end()) return;
  const Instant since = time_.now();
  for (const auto& [sid, track] : seen->second.tracks) {
    if (!track.is_expected() || since - tab.wished_at < kPeace) continue;
    if (since - media_.created(index, track.peer) < kPeace || !media_.is_connected(index, track.peer)) continue;
    if (!tab.links.sees_media(track.peer, time_.now())) continue;
    const std::int64_t bytes = media_.bytes_received(index, track.peer);
    time_.after(kMediaSign, [this, index, other, since, sid = sid, peer = track.peer, bytes] {
      const Tab& viewer = *tabs_[index];
      if (media_trouble_.last() != since || !sees_in_time(viewer) || viewer.state() != AppModel::State::kConnected) return;
      // Whoever is away, in a page that is frozen for one, is not missed before it is back; whoever leaves is not missed at all.
      if (!tabs_[other]->is_in_use() || !viewer.signaling.is_calm(time_.now(), kPeace) ||
          !tabs_[other]->signaling.is_calm(time_.now(), kPeace))
        return;
      if (media_.bytes_received(index, peer) != bytes) return;
      const auto lost = viewer.app.participants.find(tabs_[other]->participant_sid());
      if (lost == viewer.app.participants.end() || lost->second.reconnecting || lost->second.tracks.count(sid) == 0) return;
      const AppModel::Track& still = lost->second.tracks.at(sid);
      if (still.is_expected() && viewer.wished_at < since && still.peer == peer)
        complain("notice", index, "receives nothing from " + tabs_[other]->name + " and does not notice");
    });
    return;
  }
}

// A connection that has worked for long says connected, and nothing comes any more.
void SimRoom::expect_signs_of_silence(std::size_t index, PeerId peer) {
  const Instant since = time_.now();
  std::set<std::string> known;
  for (const auto& participant : tabs_[index]->app.participants)
    for (const auto& [sid, track] : participant.second.tracks)
      if (track.peer == peer && track.is_expected()) known.insert(sid);
  // What is new since may be silent by itself.
  const auto of = [this, index, peer, known]() -> const std::pair<const std::string, AppModel::Participant>* {
    for (const auto& participant : tabs_[index]->app.participants)
      for (const auto& [sid, track] : participant.second.tracks)
        if (known.count(sid) > 0 && track.peer == peer && track.is_expected()) return &participant;
    return nullptr;
  };
  if (since - tabs_[index]->wished_at < kPeace) return;
  // A browser that has not answered is asked no more for a while.
  if (!sees_in_time(*tabs_[index]) || tabs_[index]->browser_failed || known.empty() ||
      !tabs_[index]->links.has_seen_media(peer, kSteadyPolls))
    return;
  time_.after(kMediaSign, [this, index, since, peer, of] {
    const Tab& viewer = *tabs_[index];
    const auto* participant = of();
    const Tab* owner = participant != nullptr ? owner_of(ParticipantSid(participant->first)) : nullptr;
    if (media_trouble_.last() != since || !sees_in_time(viewer) || owner == nullptr || participant->second.reconnecting) return;
    if (viewer.wished_at >= since) return;
    if (!viewer.signaling.is_calm(time_.now(), kPeace) || !owner->signaling.is_calm(time_.now(), kPeace)) return;
    if (media_.is_open(index, peer)) complain("notice", index, "has a deaf connection to " + owner->name + " and does not notice");
  });
}

// The way to the server is free again.
void SimRoom::expect_return(std::size_t index, Millis limit) {
  const Instant since = time_.now();
  time_.after(limit, [this, index, since] {
    const Tab& tab = *tabs_[index];
    if (tab.signaling.last() != since || !tab.signaling.is_calm(time_.now(), 0_ms) || !sees_in_time(tab)) return;
    if (tab.page->runs_since() > since) return;  // a prompt, say
    if (server_dropped(tab)) return;             // and has to join again, which takes two more words
    // It waits as it was asked to, for its app, or for the server's host.
    if (tab.was_called_busy || tab.person.makes_tokens || is_checked_slowly(tab)) return;
    if (tab.app.is_away()) complain("return", index, "is still reconnecting");
  });
}

}  // namespace holdfast::sim
