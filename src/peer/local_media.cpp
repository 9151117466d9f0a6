#include "peer/local_media.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace holdfast::peer {
namespace {

bool has_id(const std::vector<backend::LocalTrack>& tracks, const SignaledId& id) {
  return std::any_of(tracks.begin(), tracks.end(), [&](const backend::LocalTrack& track) { return track.id == id; });
}

}  // namespace

void LocalMedia::set_wanted(const std::vector<backend::LocalTrack>& tracks, Effects& effects) {
  const std::size_t before = effects.size();
  for (std::size_t i = senders_.size(); i-- > 0;) {
    if (has_id(tracks, senders_[i].id)) continue;
    effects.push_back(effect::RemoveTrack{peer_, senders_[i].id});
    senders_.erase(senders_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (std::size_t i = channels_.size(); i-- > 0;) {
    if (has_id(tracks, channels_[i])) continue;
    effects.push_back(effect::RemoveDataChannel{peer_, channels_[i]});
    channels_.erase(channels_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (const backend::LocalTrack& track : tracks) {
    if (track.kind == backend::TrackKind::kData) {
      if (std::find(channels_.begin(), channels_.end(), track.id) != channels_.end()) continue;
      channels_.push_back(track.id);
      effects.push_back(effect::AddDataChannel{peer_, track.id});
    } else if (!is_wanted(track.id)) {
      senders_.push_back({track.id, track.kind, idle_transceiver(track.kind)});
      effects.push_back(effect::AddTrack{peer_, track.id, senders_.back().mid});
    }
  }
  if (effects.size() != before) futile_offers_ = 0;
}

std::string LocalMedia::propose(const input::LocalDescriptionSet& report) {
  open_ = View{sdp::sections(report.sdp), report.transceivers, std::string(sdp::ice_ufrag(report.sdp))};
  std::vector<sdp::SentTrack> sent;
  for (const input::Transceiver& transceiver : open_->transceivers) {
    if (transceiver.id.empty()) continue;
    for (Sender& sender : senders_)
      if (sender.id == transceiver.id) sender.mid = transceiver.mid;
    const sdp::Section* section = sdp::find(open_->sections, transceiver.mid);
    if (section != nullptr && sdp::is_sending(*section)) sent.push_back({transceiver.mid, transceiver.id});
  }
  return sdp::with_tracks(report.sdp, sent);
}

void LocalMedia::agree(bool ours) {
  agreed_ = std::exchange(open_, std::nullopt);
  if (ours) futile_offers_ = is_carried() ? 0 : futile_offers_ + 1;
}

void LocalMedia::roll_back() {
  open_.reset();
  // Transceivers that had their mid from the offer taken back have none again.
  for (Sender& sender : senders_) {
    const auto has_mid = [&](const input::Transceiver& transceiver) { return transceiver.mid == sender.mid; };
    if (!agreed_ || std::none_of(agreed_->transceivers.begin(), agreed_->transceivers.end(), has_mid)) sender.mid.clear();
  }
}

bool LocalMedia::needs_offer() const { return has_agreement() && futile_offers_ < kMaxFutileOffers && !is_carried(); }

bool LocalMedia::has_media() const { return !senders_.empty(); }

std::string_view LocalMedia::ufrag() const { return latest() ? std::string_view(latest()->ufrag) : std::string_view(); }

std::string LocalMedia::idle_transceiver(backend::TrackKind kind) const {
  if (!latest()) return {};
  for (const input::Transceiver& transceiver : latest()->transceivers) {
    const sdp::Section* section = sdp::find(latest()->sections, transceiver.mid);
    if (transceiver.kind != kind || section == nullptr || section->rejected) continue;
    const auto sits_there = [&](const Sender& sender) { return sender.mid == transceiver.mid; };
    if (std::none_of(senders_.begin(), senders_.end(), sits_there)) return transceiver.mid;
  }
  return {};
}

bool LocalMedia::is_wanted(const SignaledId& id) const {
  return std::any_of(senders_.begin(), senders_.end(), [&](const Sender& sender) { return sender.id == id; });
}

bool LocalMedia::is_carried() const {
  std::size_t carried = 0;
  for (const input::Transceiver& transceiver : agreed_->transceivers) {
    const sdp::Section* section = sdp::find(agreed_->sections, transceiver.mid);
    if (transceiver.id.empty() || section == nullptr || !sdp::is_sending(*section)) continue;
    if (!is_wanted(transceiver.id)) return false;
    ++carried;
  }
  return carried == senders_.size() && (channels_.empty() || sdp::has_application(agreed_->sections));
}

}  // namespace holdfast::peer
