// What a client of ours says of its links, and that there are as many as there should be.
#include <algorithm>
#include <variant>

#include "rsp/wire/codec.hpp"
#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// Our server negotiates a second, in which a client says something at least once; here with room for a page that is slow.
constexpr Millis kLongestPause = 3_s;
constexpr Millis kUntilSteady = 5_s;

}  // namespace

void SimRoom::check_said(std::size_t index, const std::string& text, std::size_t open_before) {
  Tab& tab = *tabs_[index];
  tab.spoke_at = time_.now();
  if (text.find("\"peer_connections\"") == std::string::npos) return;
  const auto decoded = rsp::decode_client_frame(text);
  const auto* frame = std::get_if<rsp::ClientFrame>(&decoded);
  if (frame == nullptr) return complain("links", index, "says what nobody understands");
  if (const auto* message = std::get_if<rsp::ClientMsg>(frame)) {
    const auto* update = std::get_if<rsp::ClientUpdate>(&message->body);
    if (update != nullptr && !tab.candidates.tells(update->peer_connections)) complain("links", index, "a list of candidates has shrunk");
  } else if (const auto* hello = std::get_if<rsp::Hello>(frame)) {
    const auto* sync = hello->body ? std::get_if<rsp::Sync>(&*hello->body) : nullptr;
    if (sync != nullptr) check_sync(index, *sync, open_before);
  }
}

// A `sync` names the links there are: one that is not named is closed by the server, and one too many is never forgotten.
void SimRoom::check_sync(std::size_t index, const rsp::Sync& sync, std::size_t open_before) {
  Tab& tab = *tabs_[index];
  if (!tab.candidates.syncs(sync.peer_connections)) complain("links", index, "has not told its candidates again after a sync");
  if (tab.browser_failed) return;
  const std::size_t named = sync.peer_connections.size();
  if (named > std::max(open_before, tab.links.open()) + tab.links.untold()) complain("links", index, "a sync names a link that is closed");
  // A greeting that a busy server has put off was made long ago.
  if (named < tab.links.described_at_dial() && !tab.was_called_busy) complain("links", index, "a sync leaves out a link");
}

// At rest.
void SimRoom::check_links(std::size_t index, std::size_t others) {
  if (!tabs_[index]->holdfast || has_lost_cause(*tabs_[index])) return;
  const std::size_t open = media_.open_peers(index);
  if (open != others)
    complain("links", index, std::to_string(open) + " connections at rest, and " + std::to_string(others) + " other participants");
}

// Whoever is connected is heard, or the server takes the page for hung.
void SimRoom::check_heartbeats(std::size_t index) {
  const Tab& tab = *tabs_[index];
  if (!tab.holdfast || tab.state() != AppModel::State::kConnected) return;
  if (!tab.page->is_visible() || time_.now() - tab.page->runs_since() < kUntilSteady) return;
  if (time_.now() - tab.spoke_at > kLongestPause) complain("socket", index, "connected, and has not said anything for long");
}

// Before the app takes it.
void SimRoom::note_new_media(std::size_t index, const effect::Event& event) {
  const auto* media = std::get_if<effect::TrackSubscribed>(&event);
  if (media == nullptr || media->mid.empty()) return;
  const auto& participants = tabs_[index]->app.participants;
  const auto seen = participants.find(media->participant.value);
  if (seen == participants.end()) return;
  const auto& tracks = seen->second.tracks;
  const bool is_expected = std::any_of(tracks.begin(), tracks.end(), [&](const auto& entry) {
    const AppModel::Track& track = entry.second;
    return track.subscribed && track.peer == media->peer && track.model.enabled && track.model.kind != backend::TrackKind::kData;
  });
  if (!is_expected) tabs_[index]->links.expect_anew(media->peer);
}

}  // namespace holdfast::sim
