// What one client of ours has to know of its connections: which it has, which it has described, and what it was told of the media on
// each. Kept from what goes in and out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <variant>

#include "base/instant.hpp"
#include "effect.hpp"
#include "input.hpp"

namespace holdfast::sim {

class LinkBook {
 public:
  void take(const Input& input, Instant now) {
    described_before_ = described_;
    if (const auto* set = std::get_if<input::LocalDescriptionSet>(&input);
        set != nullptr && !set->sdp.empty() && open_.count(set->peer.value) > 0)
      described_.insert(set->peer.value);
    if (const auto* stats = std::get_if<input::PeerStats>(&input)) {
      Media& media = media_[stats->peer.value];
      const bool goes_on = stats->bytes_received > media.bytes && now - media.told_at < kLongestPause;
      media = {stats->bytes_received, now, goes_on ? media.polls + 1 : 0, std::max(media.most_polls, goes_on ? media.polls + 1 : 0)};
    }
  }

  // `is_away`: there is no server to tell.
  void take(const Effect& effect, bool is_away) {
    if (const auto* create = std::get_if<effect::CreatePeer>(&effect)) open_.insert(create->peer.value);
    if (const auto* close = std::get_if<effect::ClosePeer>(&effect)) {
      if (is_away) untold_ += described_.count(close->peer.value);
      open_.erase(close->peer.value);
      described_.erase(close->peer.value);
      described_before_.erase(close->peer.value);
      described_at_dial_.erase(close->peer.value);
    }
    // Whoever wakes dials before anything else.
    if (std::holds_alternative<effect::OpenSocket>(effect)) described_at_dial_ = described_before_;
  }

  // Not away any more.
  void is_in_step() { untold_ = 0; }

  std::size_t open() const { return open_.size(); }
  // Closed while away: the server knows them, and a sync names them, as their `close` can only follow.
  std::size_t untold() const { return untold_; }
  // Had a description when the latest socket was asked for, and are still open.
  std::size_t described_at_dial() const { return described_at_dial_.size(); }

  // Nothing was expected on it, and now something is: whether that ever comes is for its source to decide.
  void expect_anew(PeerId peer) {
    if (has(peer)) media_[peer.value].polls = media_[peer.value].most_polls = 0;
  }
  // As the client was told last.
  std::int64_t bytes(PeerId peer) const { return has(peer) ? media_.at(peer.value).bytes : 0; }
  // It was told of more and more bytes, so many times in a row.
  bool has_seen_media(PeerId peer, int polls) const { return has(peer) && media_.at(peer.value).most_polls >= polls; }

  // … until now.
  bool sees_media(PeerId peer, Instant now) const {
    return has(peer) && media_.at(peer.value).polls > 0 && now - media_.at(peer.value).told_at < kLongestPause;
  }

 private:
  // Between two polls of a page that runs.
  static constexpr Millis kLongestPause = 1500_ms;
  struct Media {
    std::int64_t bytes = 0;
    Instant told_at;
    int polls = 0;  // with more bytes each, so far
    int most_polls = 0;
  };
  bool has(PeerId peer) const { return media_.count(peer.value) > 0; }

  std::set<std::uint32_t> open_;
  std::set<std::uint32_t> described_;
  std::set<std::uint32_t> described_before_;  // the latest input
  std::set<std::uint32_t> described_at_dial_;
  std::size_t untold_ = 0;
  std::map<std::uint32_t, Media> media_;
};

}  // namespace holdfast::sim
