// One link: what its two ends have said, and what each has to be told (docs/protocol.md 8.3, 8.6). Which links exist, and whether a lost
// one is replaced, is decided in links.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fsm/table.hpp"
#include "roomserver/half_link.hpp"
#include "roomserver/link_end.hpp"
#include "roomserver/link_table.hpp"
#include "roomserver/link_voice.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

struct LinkInput {
  LinkEnd from = LinkEnd::kA;
  const rsp::Description* description = nullptr;
};

struct LinkContext {
  std::int64_t stable = 0;                // revision of the last answered offer
  std::optional<std::int64_t> pending;    // revision of the open offer
  std::array<LinkVoice, 2> voices;        // of A and B
  std::vector<rsp::Description> pass_on;  // to the other end
  bool unrecoverable = false;             // both ends must start afresh
  std::array<bool, 2> restarted{};        // ICE, by A and B
  bool undecided = false;                 // see Agreement, as long as neither end has spoken
};

class Link {
 public:
  explicit Link(LinkId id) : id_(std::move(id)) {}
  // A link of an earlier process, from what its two ends report; `agreement` is what they agree on.
  Link(const HalfLink& a, const HalfLink& b, const Agreement& agreement);

  // Whatever one end says. The result is for the other end, in order. Closed afterwards: see is_closed().
  std::vector<rsp::PeerConnectionState> handle(LinkEnd from, const rsp::PeerConnectionState& said);

  // All that an end may have missed (docs/protocol.md 8.6). Empty: it has no part in the link yet.
  std::vector<rsp::PeerConnectionState> catch_up(LinkEnd end) const;
  // The order to close, for an end that does not know it.
  rsp::PeerConnectionState closing() const;

  const LinkId& id() const { return id_; }
  bool is_closed() const { return machine_.is(LinkTable::State::kClosed); }
  // Closed because the ends cannot get together again on this link, not because one of them closed it.
  bool is_unrecoverable() const { return context_.unrecoverable; }
  // Rebuilt, and nobody has answered yet: perhaps nobody can.
  bool is_undecided() const { return context_.undecided; }
  // Has the end been told a description of the other's, so that media may have arrived through this link?
  bool has_heard(LinkEnd end) const;
  // Has the end described itself, so that it must know the link?
  bool has_spoken(LinkEnd end) const;
  // Has the end offered under more than one ufrag?
  bool has_restarted(LinkEnd end) const { return context_.restarted[fsm::index_of(end)]; }
  bool is_consistent() const;

 private:
  const LinkVoice& voice(LinkEnd end) const { return context_.voices[fsm::index_of(end)]; }

  LinkId id_;
  fsm::Machine<LinkTable> machine_;
  LinkContext context_;
};

}  // namespace holdfast::roomserver
