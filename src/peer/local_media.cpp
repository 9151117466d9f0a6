#include "peer/local_media.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mesh.hpp"

namespace holdfast::peer {
namespace {

template <class List>
auto find_id(List& list, const SignaledId& id) {
  return std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
}

}  // namespace

void LocalMedia::set_wanted(const std::vector<backend::LocalTrack>& tracks, bool may_add, Effects& effects) {
  const std::size_t before = effects.size();
  for (std::size_t i = senders_.size(); i-- > 0;) {
    const Sender& sender = senders_[i];
    if (find_id(tracks, sender.id) != tracks.end()) continue;
    if (sender.kind == backend::TrackKind::kData)
      effects.push_back(effect::RemoveDataChannel{peer_, sender.id});
    else
      effects.push_back(effect::RemoveTrack{peer_, sender.id});
    senders_.erase(senders_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  may_add = may_add && !(taken_back_ && has_lost_track(*taken_back_));
  for (const backend::LocalTrack& track : tracks) {
    if (find_id(senders_, track.id) != senders_.end() || (!may_add && track.kind != backend::TrackKind::kData)) continue;
    senders_.push_back({track.id, track.kind, idle_transceiver(track.kind), -1, -1});
    if (track.kind == backend::TrackKind::kData)
      effects.push_back(effect::AddDataChannel{peer_, track.id, track.id.value + id_suffix_});
    else
      effects.push_back(effect::AddTrack{peer_, track.id, senders_.back().mid});
  }
  if (effects.size() != before) futile_offers_ = 0;
}

void LocalMedia::fit(const ParticipantSid& remote, const std::vector<backend::Wish>& wishes, std::size_t peers, Effects& effects) {
  for (Sender& sender : senders_) {
    effect::FitTrack fit{peer_, sender.id, -1, -1};
    auto links = static_cast<std::int64_t>(peers);
    for (const backend::Wish& wish : wishes) {
      if (wish.track != sender.id.value) continue;
      if (wish.width == 0 && wish.height == 0) --links;
      if (wish.participant != remote) continue;
      fit.width = wish.width;
      fit.height = wish.height;
    }
    if (sender.kind == backend::TrackKind::kVideo && links > 1) fit.max_bitrate = mesh::kVideoBudget / links;
    if (sender.width == fit.width && sender.height == fit.height && sender.max_bitrate == fit.max_bitrate) continue;
    sender.width = fit.width;
    sender.height = fit.height;
    sender.max_bitrate = fit.max_bitrate;
    effects.push_back(fit);
  }
}

std::string LocalMedia::propose(const input::LocalDescriptionSet& report) {
  const std::vector<sdp::Section> sections = sdp::sections(report.sdp);
  open_ = View{{}, std::string(sdp::ice_ufrag(report.sdp)), sdp::has_application(sections)};
  for (const input::Transceiver& transceiver : report.transceivers) {
    const sdp::Section* section = sdp::find(sections, transceiver.mid);
    if (section == nullptr || section->rejected) continue;
    open_->slots.push_back({transceiver.mid, transceiver.kind, transceiver.id, section->sends});
    const auto sender = find_id(senders_, transceiver.id);
    if (sender != senders_.end()) sender->mid = transceiver.mid;
  }
  std::vector<sdp::Slot> named = open_->slots;
  for (sdp::Slot& slot : named)
    if (slot.names_track()) slot.track.value += id_suffix_;
  return sdp::with_tracks(report.sdp, named);
}

void LocalMedia::agree(bool ours) {
  answered_over_ = ours ? std::nullopt : std::move(agreed_);
  agreed_ = std::move(open_);
  open_.reset();
  taken_back_.reset();
  if (ours) futile_offers_ = is_carried() ? 0 : futile_offers_ + 1;
}

void LocalMedia::roll_back() {
  if (open_) taken_back_ = std::move(open_);
  open_.reset();
}

bool LocalMedia::needs_offer() const { return has_agreement() && futile_offers_ < kMaxFutileOffers && !is_carried(); }

bool LocalMedia::has_media() const {
  return std::any_of(senders_.begin(), senders_.end(), [](const Sender& sender) { return sender.kind != backend::TrackKind::kData; });
}

std::string_view LocalMedia::ufrag() const { return latest() ? std::string_view(latest()->ufrag) : std::string_view(); }

// What a section sends for the other end may not turn into another track unseen: a browser fires no `track` event for that, and the
// official client knows of media from those only.
bool LocalMedia::sends(const std::optional<View>& view, const std::string& mid) {
  return view &&
         std::any_of(view->slots.begin(), view->slots.end(), [&](const sdp::Slot& slot) { return slot.mid == mid && slot.names_track(); });
}

std::string LocalMedia::idle_transceiver(backend::TrackKind kind) const {
  // Where a sender without a mid sits only the next description tells: maybe on one that looks idle.
  const auto is_somewhere = [kind](const Sender& sender) { return sender.kind == kind && sender.mid.empty(); };
  if (!latest() || std::any_of(senders_.begin(), senders_.end(), is_somewhere)) return {};
  for (const sdp::Slot& slot : latest()->slots) {
    const auto sits_there = [&](const Sender& sender) { return sender.mid == slot.mid; };
    if (slot.kind == kind && !sends(open_, slot.mid) && !sends(agreed_, slot.mid) && !sends(answered_over_, slot.mid) &&
        std::none_of(senders_.begin(), senders_.end(), sits_there))
      return slot.mid;
  }
  return {};
}

bool LocalMedia::has_lost_track(const View& view) const {
  return std::any_of(view.slots.begin(), view.slots.end(),
                     [&](const sdp::Slot& slot) { return slot.names_track() && find_id(senders_, slot.track) == senders_.end(); });
}

bool LocalMedia::is_carried() const {
  if (has_lost_track(*agreed_)) return false;
  const std::ptrdiff_t carried =
      std::count_if(agreed_->slots.begin(), agreed_->slots.end(), [](const sdp::Slot& slot) { return slot.names_track(); });
  const std::ptrdiff_t channels =
      std::count_if(senders_.begin(), senders_.end(), [](const Sender& sender) { return sender.kind == backend::TrackKind::kData; });
  return carried + channels == static_cast<std::ptrdiff_t>(senders_.size()) && (channels == 0 || agreed_->has_data);
}

}  // namespace holdfast::peer
