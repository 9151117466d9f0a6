// One end's report of a link that an earlier process made, and what two such reports agree on (docs/protocol.md 20.3). Who reports, and
// what becomes of links whose other end does not, is decided in absences.hpp and links.hpp.
#pragma once

#include <cstdint>
#include <optional>

#include "roomserver/identifiers.hpp"
#include "roomserver/link_end.hpp"
#include "roomserver/link_voice.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

struct HalfLink {
  LinkId id;
  LinkEnds ends;
  LinkVoice voice;  // of the end that reports: its latest description only

  // What the end says while the other is not back. False: it has closed its end.
  bool hear(const rsp::PeerConnectionState& said);
};

// Nothing unless the description is one that a link can be rebuilt from.
std::optional<HalfLink> make_half_link(const rsp::PeerConnectionState& reported, const LinkEnds& ends);

// Where the negotiation stands.
struct Agreement {
  std::int64_t stable = 0;         // revision of the last answered offer
  std::optional<LinkEnd> offerer;  // whose offer is open
  // The first offer was answered, for there is one of the answerer's behind it; but whether that answer arrived nobody can tell. If not,
  // the offerer queues the other's offer for ever.
  bool is_undecided = false;
};

// Nothing: the two cannot have come from one negotiation.
std::optional<Agreement> agree(const HalfLink& a, const HalfLink& b);

}  // namespace holdfast::roomserver
