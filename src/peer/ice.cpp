#include "peer/ice.hpp"

#include <cstddef>

namespace holdfast::peer {
namespace {

// The box of `ufrag`, made if there is none; the oldest but that of `keep` goes when there are too many.
CandidateBox& box_of(std::vector<CandidateBox>& boxes, std::string_view ufrag, std::string_view keep) {
  for (CandidateBox& box : boxes)
    if (box.ufrag == ufrag) return box;
  if (boxes.size() == kMaxBoxes) boxes.erase(boxes.begin() + (boxes.front().ufrag == keep ? 1 : 0));
  boxes.emplace_back();
  boxes.back().ufrag = ufrag;
  return boxes.back();
}

bool same(const backend::IceCandidate& a, const backend::IceCandidate& b) {
  return a.candidate == b.candidate && a.sdp_mid == b.sdp_mid && a.sdp_m_line_index == b.sdp_m_line_index;
}

void add_once(CandidateBox& box, const backend::IceCandidate& candidate) {
  for (const backend::IceCandidate& known : box.candidates)
    if (same(known, candidate)) return;
  if (box.candidates.size() == kMaxCandidates) return;
  box.candidates.push_back(candidate);
  box.changed = true;
}

}  // namespace

void LocalCandidates::set_ufrag(std::string_view ufrag) {
  ufrag_ = ufrag;
  if (ufrag.empty()) return;
  // What came without a ufrag before there was a description belongs to this one.
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    if (!boxes_[i].ufrag.empty()) continue;
    const CandidateBox early = boxes_[i];
    boxes_.erase(boxes_.begin() + static_cast<std::ptrdiff_t>(i));
    CandidateBox& box = box_of(boxes_, ufrag, ufrag);
    for (const backend::IceCandidate& candidate : early.candidates) add_once(box, candidate);
    if (early.complete) complete();
    return;
  }
}

void LocalCandidates::add(const backend::IceCandidate& candidate) {
  const std::string& own = candidate.username_fragment;
  add_once(box_of(boxes_, own.empty() ? ufrag_ : own, ufrag_), candidate);
}

void LocalCandidates::complete() {
  CandidateBox& box = box_of(boxes_, ufrag_, ufrag_);
  box.changed = box.changed || !box.complete;
  box.complete = true;
}

std::optional<backend::Ice> LocalCandidates::take() {
  for (CandidateBox& box : boxes_) {
    if (box.ufrag != ufrag_ || ufrag_.empty() || !box.changed) continue;
    box.changed = false;
    return backend::Ice{ufrag_, ++revision_, box.candidates, box.complete};
  }
  return std::nullopt;
}

void RemoteCandidates::add(const backend::Ice& ice) {
  CandidateBox& box = box_of(boxes_, ice.ufrag, ufrag_);
  for (const backend::IceCandidate& candidate : ice.candidates) add_once(box, candidate);
}

void RemoteCandidates::set_ufrag(std::string_view ufrag) {
  if (ufrag_ == ufrag) return;
  ufrag_ = ufrag;
  // A browser that was rolled back from this ufrag has forgotten its candidates; adding one twice does no harm.
  box_of(boxes_, ufrag, ufrag).applied = 0;
}

void RemoteCandidates::give(PeerId peer, Effects& effects) {
  for (CandidateBox& box : boxes_) {
    if (box.ufrag != ufrag_ || ufrag_.empty()) continue;
    for (; box.applied < box.candidates.size(); ++box.applied)
      effects.push_back(effect::AddIceCandidate{peer, box.candidates[box.applied]});
  }
}

}  // namespace holdfast::peer
