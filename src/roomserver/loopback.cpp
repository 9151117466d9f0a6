#include "roomserver/loopback.hpp"

#include <utility>

#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

Loopback::Loopback(LinkId offering, LinkId answering, Instant now)
    : link_(std::move(offering)), answering_(std::move(answering)), until_(now + kLoopbackLimit) {}

// One round is enough: that the answering end then offers its own tracks, too, leads nowhere.
std::vector<rsp::PeerConnectionState> Loopback::handle(const rsp::PeerConnectionState& said, Instant now) {
  const LinkEnd from = said.id == answering_ ? LinkEnd::kB : LinkEnd::kA;
  rsp::PeerConnectionState heard = said;
  if (heard.description && heard.description->type == rsp::DescriptionType::kOffer && (is_answered_ || from == LinkEnd::kB))
    heard.description.reset();
  auto entries = link_.handle(from, heard);
  if (link_.is_closed()) {
    until_ = now;
  } else if (!is_answered_ && link_.has_spoken(LinkEnd::kB)) {
    is_answered_ = true;
    until_ = now + kLoopbackTime;
  }
  if (from == LinkEnd::kA)
    for (auto& entry : entries) entry.id = answering_;
  return entries;
}

std::vector<rsp::PeerConnectionState> Loopback::end() const {
  std::vector<rsp::PeerConnectionState> entries{link_.closing()};
  entries.push_back(entries.front());
  entries.back().id = answering_;
  return entries;
}

}  // namespace holdfast::roomserver
