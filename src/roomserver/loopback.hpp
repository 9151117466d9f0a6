// A link that leads back to the client itself. The official client starts a timer with every trouble, and only a connection that comes up
// stops it (docs/protocol.md 10.2, D1 and D2): alone in its room, it would time out although all is well. When it is lent a loopback, and
// for how long it is left alone otherwise, is the room's business.
#pragma once

#include <vector>

#include "base/instant.hpp"
#include "roomserver/link.hpp"

namespace holdfast::roomserver {

class Loopback {
 public:
  // The client knows its two ends by two ids.
  Loopback(LinkId offering, LinkId answering, Instant now);

  bool has(const LinkId& id) const { return id == link_.id() || id == answering_; }
  std::vector<rsp::PeerConnectionState> begin() const { return link_.catch_up(LinkEnd::kA); }
  // What the client says of one end, for the other.
  std::vector<rsp::PeerConnectionState> handle(const rsp::PeerConnectionState& said, Instant now);
  std::vector<rsp::PeerConnectionState> end() const;

  Instant until() const { return until_; }

 private:
  Link link_;
  LinkId answering_;
  Instant until_;
  bool is_answered_ = false;
};

}  // namespace holdfast::roomserver
