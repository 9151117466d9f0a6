#include "media_path.hpp"

#include <algorithm>

namespace holdfast::sim {

std::string MediaPath::other_name() const {
  const std::string_view ufrag = own_.remote_ufrag();
  return std::string(ufrag.substr(0, std::min(ufrag.rfind('g'), ufrag.size())));
}

void MediaPath::pass(const PeerConnectionModel* other, Reach reach, Instant now) {
  const Millis elapsed = now - std::exchange(now_, now);
  if (!is_alive()) return;
  if (other != nullptr) look_at(*other);
  if (other == nullptr || other->is_closed()) is_joined_ = false;

  IceModel::Sight sight;
  sight.has_candidates = !own_.ice_.is_up() && own_.has_remote_candidates() && own_.has_local_candidates();
  if (is_joined_) {
    sight.answers = reach.there && reach.back;
    sight.is_up = other->ice_.is_up();
    sight.fails_dtls = other->ice_.will_fail_dtls();
  }
  own_.ice_.pass(now, sight, own_.peer_, own_.inputs_);

  is_flowing_ = is_joined_ && reach.back && !own_.is_deaf_ && own_.ice_.is_secure() && other->ice_.is_secure();
  if (is_flowing_) own_.bytes_received_ += elapsed.count * static_cast<std::int64_t>(flows_.size());
  if (is_joined_ && sight.answers) open_channels(*other);
}

SignaledId MediaPath::received_track(const std::string& mid) const {
  for (const Flow& flow : flows_)
    if (is_flowing_ && flow.mid == mid) return flow.track;
  return {};
}

bool MediaPath::receives(const SignaledId& track) const {
  return is_flowing_ && std::any_of(flows_.begin(), flows_.end(), [&](const Flow& flow) { return flow.track == track; });
}

void MediaPath::look_at(const PeerConnectionModel& other) {
  const std::pair<std::uint32_t, std::uint32_t> versions{own_.version_ + own_.ice_.version(), other.version_ + other.ice_.version()};
  if (std::exchange(seen_, versions) == versions) return;
  is_joined_ = are_joined(other);
  const bool was_sent_something = !flows_.empty();
  flows_.clear();
  for (const PeerConnectionModel::Transceiver& transceiver : other.transceivers_)
    if (!transceiver.track.empty() && transceiver.size != kNothing && other.sends_at(transceiver.mid) && own_.receives_at(transceiver.mid))
      flows_.push_back({transceiver.mid, transceiver.track});
  if (!was_sent_something) sent_since_ = now_;
}

bool MediaPath::are_joined(const PeerConnectionModel& other) const {
  const IceModel& ice = own_.ice_;
  if (other.is_closed() || ice.is_spent_for_good() || other.ice_.is_spent_for_good() || (ice.is_spent() && other.ice_.is_spent()))
    return false;
  const bool agree = own_.local_ufrag() == other.remote_ufrag() && own_.remote_ufrag() == other.local_ufrag();
  if (agree && own_.knows_candidate_of(other) && other.knows_candidate_of(own_) && own_.is_here(own_.local_ufrag()) &&
      other.is_here(other.local_ufrag())) {
    own_.ice_.select();
    return true;
  }
  return ice.has_same_selected(other.ice_) && own_.is_here(ice.selected_ufrag()) && other.is_here(other.ice_.selected_ufrag());
}

void MediaPath::open_channels(const PeerConnectionModel& other) {
  if (!own_.ice_.is_secure() || !other.ice_.is_secure() || own_.are_channels_dead_ || other.are_channels_dead_) return;
  if (!own_.has_data_section() || !other.has_data_section()) return;
  for (const PeerConnectionModel::Channel& channel : other.channels_) {
    if (channel.number <= last_channel_) continue;
    last_channel_ = channel.number;
    own_.inputs_.push_back(input::DataChannelAdded{own_.peer_, channel.label});
  }
}

}  // namespace holdfast::sim
