// The negotiation of one link: which description is made, applied, sent, queued or dropped, by the rules of docs/protocol.md 7.3. Tracks
// are LocalMedia's, candidates ice.hpp's, and whether the connection works is liveness.hpp's matter.
//
// One difference to the official client is deliberate: after glare there is an offer of our own only if something is still missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend.hpp"
#include "effect.hpp"
#include "fsm/table.hpp"
#include "input.hpp"
#include "peer/local_media.hpp"
#include "peer/negotiation_table.hpp"
#include "peer/sdp.hpp"

namespace holdfast::peer {

// Operations of one link that may fail between two agreements. The next failure breaks it.
constexpr int kMaxFailedOperations = 3;

struct RemoteView {
  std::vector<sdp::Section> sections;
  std::string ufrag;
};

struct NegotiationContext {
  NegotiationContext(PeerId own_peer, std::uint32_t& counter) : peer(own_peer), last_operation(counter), media(own_peer) {}

  PeerId peer;
  std::uint32_t& last_operation;  // counter of the whole set
  LocalMedia media;

  std::int64_t revision = 0;           // D: of the latest description, theirs or ours
  std::int64_t stable_revision = 0;    // S: of the last one agreed on
  OperationId operation;               // in flight; 0: none
  std::int64_t applying_revision = 0;  // of their description that is being applied or answered
  bool applying_offer = false;         // … and it is an offer
  std::optional<backend::Description> queued;
  std::optional<backend::Description> to_send;

  RemoteView remote;                      // agreed on
  std::optional<RemoteView> open_remote;  // being applied, or applied and not answered yet
  bool is_open_remote_applied = false;

  bool offer_wanted = false;
  bool restart_wanted = false;
  bool restart_offered = false;  // our open offer restarts ICE
  std::uint32_t restarts = 0;    // agreed on so far, by either side's offer
  int failures = 0;
  bool has_only_answered = false;  // one negotiation so far, and it was theirs
  bool broken = false;
  bool gave_way = false;
};

struct NegotiationInput {
  Effects& effects;
  const backend::Description* description = nullptr;   // of a remote event
  const input::LocalDescriptionSet* report = nullptr;  // of a local description that was set
};

class Negotiation {
 public:
  using State = NegotiationTable::State;

  // `last_operation` is counted up with every operation and must outlive this.
  Negotiation(PeerId peer, std::uint32_t& last_operation);

  // Signaling down: what runs goes on, but no new offer begins.
  void set_signaling(bool up, Effects& effects);
  // Before the first set_tracks.
  void set_id_suffix(const std::string& suffix) { context_.media.set_id_suffix(suffix); }
  // What is removed stops at once; what is added waits until nothing is being negotiated.
  void set_tracks(const std::vector<backend::LocalTrack>& tracks, Effects& effects);
  // As LocalMedia::fit(); `remote` is the other end of this connection.
  void fit(const ParticipantSid& remote, const std::vector<backend::Wish>& wishes, std::size_t peers, Effects& effects) {
    context_.media.fit(remote, wishes, peers, effects);
  }
  void request_offer(Effects& effects);
  // Nothing happens twice: a restart that is on its way already serves.
  void request_restart(Effects& effects);
  void withdraw_restart() { context_.restart_wanted = false; }
  void apply(const backend::Description& description, Effects& effects);

  // False: the answer is of an operation that nobody waits for.
  bool handle(const input::LocalDescriptionSet& report, Effects& effects);
  bool handle(const input::RemoteDescriptionSet& report, Effects& effects);
  bool handle(const input::PeerOperationFailed& report, Effects& effects);
  void close(Effects& effects);

  // To be sent to the other end, once.
  std::optional<backend::Description> take_description();
  // For a `close` of ours.
  std::int64_t next_revision() const { return context_.revision + 1; }
  // The other end may know of this link because of what we sent or heard.
  bool has_begun() const { return context_.revision > 0; }

  State state() const { return machine_.state(); }
  bool is_closed() const { return machine_.is(State::kClosed); }
  // Closed because the browser could not do what was needed.
  bool is_broken() const { return context_.broken; }
  // … or because glare would have frozen video: it worked.
  bool gave_way() const { return context_.gave_way; }
  // Nothing is open, and nothing waits to be offered but for signaling.
  bool is_settled() const { return machine_.is(State::kStable) && !context_.offer_wanted; }
  // Of the last round that is over.
  std::int64_t agreed_revision() const { return context_.stable_revision; }
  bool has_agreement() const { return context_.media.has_agreement(); }
  // An offer of ours that is crossed by theirs costs the connection.
  bool would_freeze_by_glare() const { return context_.has_only_answered; }
  std::uint32_t restart_count() const { return context_.restarts; }
  std::string_view local_ufrag() const { return context_.media.ufrag(); }
  // Of the remote description the browser has at this moment.
  const std::string& remote_ufrag() const;
  // Of the latest remote description, also while it is being applied: `track` events come before that is reported.
  const std::vector<sdp::Section>& remote_sections() const;
  bool is_consistent() const;

 private:
  void dispatch(NegotiationTable::Event event, const NegotiationInput& input);
  void dispatch_remote(const backend::Description& description, Effects& effects);
  // From Stable: tracks that waited for it, then the queued description, then what needs an offer.
  void advance(Effects& effects);
  bool is_setting_local() const;
  bool needs_offer() const;

  fsm::Machine<NegotiationTable> machine_;
  NegotiationContext context_;
  std::vector<backend::LocalTrack> tracks_;  // wanted
  bool signaling_ = true;
};

}  // namespace holdfast::peer
