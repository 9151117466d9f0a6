// Who has not come back since this process took over from an earlier one, as far as those who have can tell: every link that they report
// names its other end (docs/protocol.md chapter 20). One entry for each pair of someone present and someone absent.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/instant.hpp"
#include "roomserver/half_link.hpp"

namespace holdfast::roomserver {

class Absences {
 public:
  // `patience`: from the start of the process to giving up.
  explicit Absences(Millis patience) : patience_(patience) {}

  struct Entry {
    ParticipantSid present;
    ParticipantSid absent;
    std::optional<HalfLink> link;  // nothing: closed by the one who is present
  };

  // Precondition: the pair has no entry.
  void add(const ParticipantSid& present, const ParticipantSid& absent, HalfLink link, Instant now);
  // Someone present talks about links; those that are no half links of its own are ignored.
  void hear(const ParticipantSid& present, const std::vector<rsp::PeerConnectionState>& said);
  // … or has listed all links that it knows.
  void hear_listed(const ParticipantSid& present, const std::vector<rsp::PeerConnectionState>& listed);
  // The absent one has come back; what `present` knew of it.
  std::optional<Entry> end(const ParticipantSid& present, const ParticipantSid& absent);
  // The one who was present has gone.
  void remove(const ParticipantSid& present);
  // The absent one will not come. Who has been waiting for it, each once.
  std::vector<ParticipantSid> give_up(const ParticipantSid& absent);
  // No one will come any more, if it is time.
  std::vector<ParticipantSid> fire_due(Instant now);
  void wake(Instant now);

  bool is_waiting(const ParticipantSid& present) const;
  bool is_awaited(const ParticipantSid& absent) const;
  std::vector<ParticipantSid> awaited_by(const ParticipantSid& present) const;
  // What keeps its half links alive at the end that is present.
  void append_links(const ParticipantSid& present, std::vector<rsp::PeerConnectionState>& entries) const;
  const std::vector<Entry>& all() const { return entries_; }
  std::size_t absent_count() const;
  std::optional<Instant> next_deadline() const;
  bool is_consistent() const;

 private:
  template <class Which>
  std::vector<ParticipantSid> give_up_on(Which which);

  Millis patience_;
  std::vector<Entry> entries_;
  std::optional<Instant> until_;
};

}  // namespace holdfast::roomserver
