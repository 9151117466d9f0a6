// One link: an RTCPeerConnection here and one at the other end, with the parts that decide about it. The parts do not know one another;
// what one of them learns or asks for is carried to the others here, after each input, by settle().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "effect.hpp"
#include "input.hpp"
#include "peer/ice.hpp"
#include "peer/liveness.hpp"
#include "peer/negotiation.hpp"
#include "peer/peer_set.hpp"

namespace holdfast::peer {

// What a link to the same end should know of those before it that had to be replaced.
struct Predecessors {
  ParticipantSid remote;
  std::uint32_t replacements = 0;
  bool after_silence = false;
};

class Link {
 public:
  // `counter` is that of all operations. With `is_initial` the offer may stay unanswered: the room can be empty.
  Link(const LinkId& id, PeerId peer, std::uint32_t& counter, const Predecessors& predecessors, Millis limit, bool is_initial, Instant now);

  const LinkId& id() const { return id_; }
  PeerId peer() const { return peer_; }
  const ParticipantSid& remote() const { return remote_; }
  void set_remote(const ParticipantSid& remote) { remote_ = remote; }

  Negotiation negotiation;
  Liveness liveness;
  LocalCandidates local_candidates;
  RemoteCandidates remote_candidates;

  void set_expected_media(const std::vector<SignaledId>& media_ids, Instant now, Effects& effects);
  void handle(const input::TrackAdded& added);
  void handle(const input::DataChannelAdded& added, std::vector<PeerEvent>& events);
  bool handle(const input::PeerStats& stats, Instant now);
  // False: the operation was none of its own.
  bool handle_failed_stats(OperationId op);

  // The machine slept.
  void wake(Instant now);
  void handle_timers(Instant now);
  std::optional<Instant> next_deadline() const;

  void settle(Instant now, Effects& effects, std::vector<PeerEvent>& events);
  // All its media is gone.
  void end_media(std::vector<PeerEvent>& events);

  // When this link is to be replaced; nothing: it is not. The first of a series at once, the next ones after a growing pause.
  std::optional<Instant> replacement_due() const { return replacement_due_; }
  LinkHealth health() const;
  // It differs from what it was at the last call.
  bool take_health_change();
  // For the link that takes its place.
  Predecessors as_predecessor(bool replaced_here) const;
  bool is_consistent() const;

 private:
  struct Section {  // a remote section that had its `track` event
    std::string mid;
    backend::TrackKind kind = backend::TrackKind::kAudio;
  };

  void send_news(std::vector<PeerEvent>& events);
  // Compares what the remote description says of the received sections with the media that is known.
  void match_media(std::vector<PeerEvent>& events);
  void expect(Instant now);
  void refresh(Effects& effects);
  void ask_for_stats(Instant now, Effects& effects);
  void weigh_replacement(Instant now);

  LinkId id_;
  PeerId peer_;
  ParticipantSid remote_;
  Instant begun_;
  std::uint32_t& last_operation_;
  bool may_stay_unanswered_;
  std::uint32_t restarts_seen_ = 0;
  std::int64_t agreed_revision_ = 0;
  OperationId stats_operation_;
  std::optional<Instant> stats_due_;  // its answer
  backend::Path path_;
  std::vector<Section> received_;
  std::vector<MediaArrived> media_;
  std::vector<SignaledId> expected_;
  std::ptrdiff_t expected_count_ = 0;  // … and received on this link
  std::optional<Instant> replacement_due_;
  LinkHealth told_health_;
};

}  // namespace holdfast::peer
