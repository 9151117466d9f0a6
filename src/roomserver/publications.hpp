// The tracks that one participant publishes, each with the server's verdict: a SID or an error (docs/protocol.md 4.8, 6.5).
#pragma once

#include <cstdint>
#include <vector>

#include "roomserver/identifiers.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

struct PublicationChange {
  bool verdicts = false;          // the publisher has to be told
  bool tracks = false;            // the others have to be told
  bool added_or_removed = false;  // … and their subscriptions change
};

class Publications {
 public:
  // The participant's full list. A revision that is not newer than the last changes nothing. Name and kind of a track, and the verdict on
  // it, stay as they were at first sight.
  PublicationChange apply(const rsp::LocalState& said, const ParticipantSid& owner, const Identifiers& identifiers);

  // What the publisher is told.
  std::vector<rsp::Published::Track> verdicts() const;
  // What the others see.
  std::vector<rsp::RemoteTrack> tracks() const;
  // What the others receive, under which media id; appended.
  void append_subscriptions(std::vector<rsp::Subscription>& subscriptions) const;

  // Nothing: it is not among these.
  const SignaledId* id_of(const TrackSid& sid) const;
  bool is_consistent() const;

 private:
  struct Publication {
    rsp::LocalTrack track;
    TrackSid sid;   // empty if refused
    int error = 0;  // 0 if accepted
  };
  int judge(const rsp::LocalTrack& track, const std::vector<Publication>& accepted_before) const;

  std::int64_t revision_ = 0;
  std::vector<Publication> publications_;
};

}  // namespace holdfast::roomserver
