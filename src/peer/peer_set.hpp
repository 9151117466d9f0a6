// All peer connections of one client: one Negotiation and one Liveness per link. Takes what the other ends say and what the browser
// reports; gives descriptions and candidates to send, media that can be subscribed, and how each link is doing. Knows no wire type, no
// room and no socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "base/prng.hpp"
#include "effect.hpp"
#include "input.hpp"

namespace holdfast::peer {

enum class Health { kNew, kHealthy, kSuspect, kFailed };

struct LinkHealth {
  LinkId link;
  ParticipantSid remote;  // empty if the protocol cannot tell
  Health health = Health::kNew;
  Instant since;  // when this health began
  bool dtls_failed = false;
  backend::Path path{};
  PeerId peer{};
};

// To be sent to the other end of the link.
struct Send {
  backend::LinkUpdate update;
};
// This link is closed here; nothing more will be sent for it. `by_remote`: the other side or the server asked for it.
struct Closed {
  LinkId link;
  bool by_remote = false;
};
// Remote media can be received under this media id (msid token or data-channel label).
struct MediaArrived {
  PeerId peer;
  SignaledId media_id;
  backend::TrackKind kind = backend::TrackKind::kAudio;
  std::string mid;  // empty for data
};
// … and no longer (the link was closed or replaced).
struct MediaGone {
  PeerId peer;
  SignaledId media_id;
};
// health() differs from what it was.
struct HealthChanged {
  bool works_now = false;  // a link that did not
};

class Link;
struct Predecessors;

using PeerEvent = std::variant<Send, Closed, MediaArrived, MediaGone, HealthChanged>;

class PeerSet {
 public:
  explicit PeerSet(std::uint64_t seed);
  ~PeerSet();
  PeerSet(const PeerSet&) = delete;
  PeerSet& operator=(const PeerSet&) = delete;

  void set_ice_servers(const std::vector<backend::IceServer>& servers, Effects& effects);
  // Signaling up: offers may be made. Down: running operations finish, but no new offer starts, so that an answer is never
  // superseded before it was sent (docs/protocol.md 5.3).
  void set_signaling(bool connected, Instant now, Effects& effects);
  // How long a link may stay without connection before it is replaced.
  void set_limit(Millis limit);

  // The first connection of a join (docs/protocol.md 7.1): makes an offer under a fresh id; a Send event carries it.
  void open_initial(Instant now, Effects& effects);
  // The media and data tracks that should be sent on every link, always the full list. Negotiates what differs.
  void set_local_tracks(const std::vector<backend::LocalTrack>& tracks, Instant now, Effects& effects);
  // What the others wish of our tracks, always the full list, and how many they are, whether there is a link or not: for as long as one is
  // replaced the rest is not sent more.
  void fit(const std::vector<backend::Wish>& wishes, std::size_t peers, Effects& effects);
  // On links that are opened from now on, the ids of our tracks have this after them.
  void set_id_suffix(const std::string& suffix) { id_suffix_ = suffix; }
  // What the other ends say. With `complete`, links that are not listed are closed silently.
  void apply(const std::vector<backend::LinkUpdate>& links, bool complete, Instant now, Effects& effects);
  // Media ids whose arrival is expected to flow (subscribed, publisher connected and enabled); liveness counts bytes only where some should
  // be.
  void set_expected_media(const std::vector<SignaledId>& media_ids, Effects& effects);
  // What is expected next of somebody of whom nothing is expected now has to come before it can be missed.
  void expect_anew(const ParticipantSid& remote);

  void handle(const input::LocalDescriptionSet&, Instant now, Effects& effects);
  void handle(const input::RemoteDescriptionSet&, Instant now, Effects& effects);
  void handle(const input::PeerOperationFailed&, Instant now, Effects& effects);
  void handle(const input::IceCandidateGathered&, Instant now, Effects& effects);
  void handle(const input::IceGatheringComplete&, Instant now, Effects& effects);
  void handle(const input::ConnectionStateChanged&, Instant now, Effects& effects);
  void handle(const input::IceConnectionStateChanged&, Instant now, Effects& effects);
  void handle(const input::TrackAdded&, Instant now, Effects& effects);
  void handle(const input::DataChannelAdded&, Instant now, Effects& effects);
  void handle(const input::PeerStats&, Instant now, Effects& effects);
  void wake(Instant now, Effects& effects);

  void handle_timers(Instant now, Effects& effects);
  std::optional<Instant> next_deadline() const;

  std::vector<LinkHealth> health() const;
  // Who is at the other end; nothing if there is no such link, empty if the protocol cannot tell.
  const ParticipantSid* remote_of(PeerId peer);
  // Closes everything; no `close` is sent.
  void close_all(Effects& effects);
  bool is_consistent() const;
  // Answers of an operation that is no longer waited for, dropped so far.
  std::uint32_t stale_answer_count() const;

  std::vector<PeerEvent> take_events();

 private:
  struct ClosedLink {
    LinkId id;
    std::int64_t close_revision;  // of the `close` we sent; 0: it was not we who closed it
  };

  Link* find(PeerId peer);
  Link* find(const LinkId& link);
  Link& open(const LinkId& id, const ParticipantSid& remote, bool is_initial, Instant now, Effects& effects);
  // What is known of earlier links to this end; handed to the next one.
  Predecessors take_predecessors(const ParticipantSid& remote);
  void apply(const backend::LinkUpdate& update, Instant now, Effects& effects);
  template <class Input>
  void answer(const Input& input, Effects& effects, Instant now);
  // The connection is closed already; forgets the link, for good.
  void drop(Link& link, bool by_remote);
  const ClosedLink* find_closed(const LinkId& id) const;
  void remember_closed(const ClosedLink& closed);
  void send_close(const ClosedLink& closed, const ParticipantSid& remote);
  void replace_due(Instant now, Effects& effects);
  // The end of every public call: each link's parts hear of one another, what is due is replaced, changed health is told.
  void settle(Instant now, Effects& effects);

  Prng prng_;
  std::vector<std::unique_ptr<Link>> links_;
  std::vector<Predecessors> predecessors_;
  std::vector<ClosedLink> closed_;  // never opened again
  std::vector<backend::IceServer> ice_servers_;
  std::vector<backend::LocalTrack> local_tracks_;
  std::string id_suffix_;
  std::vector<SignaledId> expected_media_;
  std::vector<PeerEvent> events_;
  Instant now_;  // of the last call
  Millis limit_{30000};
  bool signaling_ = true;
  bool health_changed_ = false;  // a link is gone
  std::uint32_t last_peer_ = 0;
  std::uint32_t last_operation_ = 0;
  std::uint32_t stale_answers_ = 0;
};

}  // namespace holdfast::peer
