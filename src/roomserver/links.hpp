// All links of one room: one for each pair of participants. A link that is lost while both are in the room is replaced by another with
// a new id, at a bounded rate (docs/protocol.md 8.7). What is said on one link is link.hpp's business.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "roomserver/identifiers.hpp"
#include "roomserver/link.hpp"

namespace holdfast::roomserver {

// What has to be told after something happened to the links.
struct LinkNews {
  struct Entry {
    ParticipantSid to;
    rsp::PeerConnectionState state;
  };
  struct Resubscription {  // `to` has to take the tracks of `of` anew: they came through a link that is gone
    ParticipantSid to;
    ParticipantSid of;
  };
  std::vector<Entry> entries;  // in order
  std::vector<Resubscription> resubscriptions;
};

class Links {
 public:
  Links(Identifiers& identifiers, std::int64_t wall_clock_at_start_ms)
      : identifiers_(&identifiers), wall_clock_at_start_ms_(wall_clock_at_start_ms) {}

  // A link between two that had none; the offerer learns of it by catch_up.
  void open(const ParticipantSid& offerer, const ParticipantSid& answerer, Instant now);
  // Two that may have had a link in an earlier process: what either reports of it. It is rebuilt, or another one takes its place; the one
  // who is `returning` learns of either by catch_up.
  LinkNews adopt(const ParticipantSid& returning, std::optional<HalfLink> reported, const ParticipantSid& member,
                 std::optional<HalfLink> known, Instant now);
  // `from` talks about some of its links. Ids that are not links of its own are ignored: closed long ago, or made up.
  LinkNews handle(const ParticipantSid& from, const std::vector<rsp::PeerConnectionState>& said, Instant now);
  // `from` has listed, in a sync, all links that it knows: any other that it once described is gone.
  LinkNews handle_listed(const ParticipantSid& from, const std::vector<rsp::PeerConnectionState>& listed, Instant now);
  // The participant has left; the entries close its links at the other ends.
  LinkNews remove(const ParticipantSid& participant);
  LinkNews fire_due(Instant now);

  // Every live link of the participant, with all that it may have missed.
  std::vector<rsp::PeerConnectionState> catch_up(const ParticipantSid& participant) const;

  // Has `end` restarted ICE on its link with the other?
  bool has_restarted(const ParticipantSid& end, const ParticipantSid& other) const;

  std::optional<Instant> next_deadline() const;
  std::size_t pair_count() const { return pairs_.size(); }
  bool is_consistent() const;

 private:
  struct Pair {
    ParticipantSid offerer;
    ParticipantSid answerer;
    Instant since;
    Millis next_delay{0};               // from the birth of the present link to its earliest replacement
    std::optional<Link> link;           // nothing: waiting to be replaced …
    std::optional<Instant> replace_at;  // … at this time
    std::optional<Instant> decide_at;   // a link that is undecided until then is lost

    bool has(const ParticipantSid& sid) const { return offerer == sid || answerer == sid; }
    LinkEnd end_of(const ParticipantSid& sid) const { return offerer == sid ? LinkEnd::kA : LinkEnd::kB; }
    const ParticipantSid& at(LinkEnd end) const { return end == LinkEnd::kA ? offerer : answerer; }
  };

  Pair* find(const LinkId& id, const ParticipantSid& end);
  void make_link(Pair& pair, Instant now);
  // The pair's link is no more; both ends have been told.
  void lose(Pair& pair, Instant now, LinkNews& news);
  void decide(Pair& pair, Instant now, LinkNews& news);
  void replace(Pair& pair, Instant now, LinkNews& news);

  Identifiers* identifiers_;
  std::int64_t wall_clock_at_start_ms_;
  std::vector<Pair> pairs_;
};

}  // namespace holdfast::roomserver
