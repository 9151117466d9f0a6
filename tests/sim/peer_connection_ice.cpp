// The ICE of a modelled RTCPeerConnection: its generations, their candidates, and those of the other end that it has been given.
#include <algorithm>

#include "peer_connection_model.hpp"

namespace holdfast::sim {

namespace {

constexpr const char* kCandidateLine = "a=candidate:";

// The generation that a candidate's line tells is the one it is given for.
bool names_itself(const backend::IceCandidate& candidate) {
  static const std::string kUfrag = " ufrag ";
  const std::size_t at = candidate.candidate.find(kUfrag);
  return at == std::string::npos || candidate.candidate.compare(at + kUfrag.size(), std::string::npos, candidate.username_fragment) == 0;
}

}  // namespace

// ---- of the other end ---------------------------------------------------------------------------------------------------------------

void PeerConnectionModel::run(const effect::AddIceCandidate& add) {
  if (!remote_ && !open_remote_) ++errors_;
  if (!names_itself(add.candidate)) ++errors_;
  for (const auto* description : {&open_remote_, &remote_}) {
    if (!*description || (*description)->ufrag != add.candidate.username_fragment) continue;
    return take_candidate(add.candidate);
  }  // else of a generation gone by: refused, and the glue only logs that
}

// Those that were gathered before a description was made are in it.
void PeerConnectionModel::take_candidates(const Description& theirs) {
  const std::string mark(kCandidateLine);
  for (std::size_t at = theirs.text.find(mark); at != std::string::npos; at = theirs.text.find(mark, at + 1)) {
    const std::size_t begin = at + 2;  // without "a="
    take_candidate({theirs.text.substr(begin, theirs.text.find('\r', at) - begin), {}, {}, theirs.ufrag});
  }
}

void PeerConnectionModel::take_candidate(const backend::IceCandidate& candidate) {
  const auto is_same = [&](const backend::IceCandidate& known) {
    return known.candidate == candidate.candidate && known.username_fragment == candidate.username_fragment;
  };
  if (std::none_of(remote_candidates_.begin(), remote_candidates_.end(), is_same)) remote_candidates_.push_back(candidate);
}

// A rollback takes the other end's description back, and what came for it.
void PeerConnectionModel::forget_candidates() {
  if (!open_remote_ || (remote_ && remote_->ufrag == open_remote_->ufrag)) return;
  const auto kept =
      std::stable_partition(remote_candidates_.begin(), remote_candidates_.end(),
                            [&](const backend::IceCandidate& candidate) { return candidate.username_fragment != open_remote_->ufrag; });
  forgotten_.assign(kept, remote_candidates_.end());
  remote_candidates_.erase(kept, remote_candidates_.end());
}

// … unless it is agreed on after all: then they have to come again.
void PeerConnectionModel::look_for_forgotten() {
  if (state_ != SignalingState::kStable || !remote_ || remote_->ufrag != forgotten_.front().username_fragment) return;
  for (const backend::IceCandidate& candidate : std::exchange(forgotten_, {}))
    lacks_candidates_ = lacks_candidates_ || std::none_of(remote_candidates_.begin(), remote_candidates_.end(),
                                                          [&](const auto& known) { return known.candidate == candidate.candidate; });
}

// ---- its own ----------------------------------------------------------------------------------------------------------------------------

PeerConnectionModel::Generation& PeerConnectionModel::new_generation() {
  const std::string number = std::to_string(generations_.size() + 1);
  Generation generation{name_ + "g" + number, address_, {}, 0, 0};
  const std::uint32_t count = 1 + random_.below(3);
  generation.working = random_.below(count);
  for (std::uint32_t i = 0; i < count && !finds_nothing_; ++i)
    generation.candidates.push_back("candidate:" + std::to_string(i + 1) + " 1 udp " + std::to_string(100 - i) + " 10.0." +
                                    std::to_string(address_) + "." + std::to_string(i + 1) + " 1 typ host ufrag " + generation.ufrag);
  generations_.push_back(std::move(generation));
  return generations_.back();
}

const PeerConnectionModel::Generation* PeerConnectionModel::find_generation(std::string_view ufrag) const {
  for (std::size_t i = generations_.size(); i-- > 0;)
    if (generations_[i].ufrag == ufrag) return &generations_[i];
  return nullptr;
}

const PeerConnectionModel::Generation* PeerConnectionModel::generation() const {
  if (open_local_ && is_open_applied_) return find_generation(open_local_->ufrag);
  return local_ ? find_generation(local_->ufrag) : nullptr;
}

bool PeerConnectionModel::is_gathering() const {
  const Generation* current = generation();
  return !is_closed() && current != nullptr && current->gathered <= current->candidates.size();
}

void PeerConnectionModel::gather_next() {
  Generation& current = *generation();
  const std::size_t index = current.gathered++;
  if (index == current.candidates.size()) {
    inputs_.push_back(input::IceGatheringComplete{peer_});
    return;
  }
  const Description& description = open_local_ && is_open_applied_ ? *open_local_ : *local_;
  inputs_.push_back(input::IceCandidateGathered{peer_, {current.candidates[index], description.sections.front().mid, 0, current.ufrag}});
}

bool PeerConnectionModel::is_here(std::string_view ufrag) const {
  const Generation* own = find_generation(ufrag);
  return own != nullptr && own->address == address_;
}

bool PeerConnectionModel::knows_candidate_of(const PeerConnectionModel& other) const {
  const Generation* theirs = other.find_generation(remote_ufrag());
  return theirs != nullptr && !theirs->candidates.empty() &&
         std::any_of(remote_candidates_.begin(), remote_candidates_.end(), [&](const backend::IceCandidate& candidate) {
           return candidate.username_fragment == theirs->ufrag && candidate.candidate == theirs->candidates[theirs->working];
         });
}

bool PeerConnectionModel::has_remote_candidates() const {
  return remote_ && std::any_of(remote_candidates_.begin(), remote_candidates_.end(),
                                [&](const backend::IceCandidate& candidate) { return candidate.username_fragment == remote_->ufrag; });
}

bool PeerConnectionModel::has_local_candidates() const {
  const Generation* own = find_generation(local_ufrag());
  return own != nullptr && !own->candidates.empty();
}

}  // namespace holdfast::sim
