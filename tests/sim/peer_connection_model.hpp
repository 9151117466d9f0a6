// RTCPeerConnection as its user meets it, without time of its own: what the glue and the browser do with the core's peer effects, and the
// inputs they give back. Follows webrtc-pc 1.0 and JSEP (RFC 8829): signalingState and its errors, transceivers and how an offer is
// matched with tracks added before it, mids, directions, rollback, `track` events before the promise, ICE generations and their
// candidates. Its a=msid carries an id of the browser's own, as real ones do, so a forgotten rewrite shows.
//
//   PeerConnectionModel  one end: effects go in, operations and candidates come one by one when told to, inputs come out
//   IceModel             its connection states (ice_model.hpp)
//   MediaPath            what it gets from the other end (media_path.hpp)
//
// Stricter than a browser in two points: an offer on top of an open one is an error, since the core always rolls back first; and of each
// ICE generation one candidate works and no other, so whoever loses a candidate loses the connection sooner or later. AddTrack does not
// say the kind, which the glue knows from the track itself; here ids of video tracks begin with "v".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backend.hpp"
#include "base/prng.hpp"
#include "effect.hpp"
#include "ice_model.hpp"
#include "input.hpp"
#include "peer/sdp.hpp"
#include "size.hpp"

namespace holdfast::sim {

struct BrowserOptions {
  bool offers_are_applied_late = false;  // the official client in Chromium and Safari (docs/protocol.md 7.4)
  bool adds_by_transceiver = false;      // … and its way to add tracks: they are never matched with offered sections (7.3)
  bool is_firefox = false;
};

class PeerConnectionModel {
 public:
  enum class SignalingState { kStable, kHaveLocalOffer, kHaveRemoteOffer, kClosed };

  // `name` makes ufrags and track ids unique among all connections of a test: its ufrags are `name`g1, `name`g2, …
  PeerConnectionModel(PeerId peer, std::string name, const BrowserOptions& options, std::uint64_t seed);

  PeerId peer() const { return peer_; }
  const std::string& name() const { return name_; }

  // ---- the glue's side ------------------------------------------------------------------------------------------------------------

  // Appends to the promise chain; closes at once. Effects that are no peer effects, or of another peer, must not come here.
  void perform(const Effect& effect);
  bool has_operations() const { return !chain_.empty(); }
  // Does the oldest operation of the chain.
  void run_next();
  // It is done, and nobody is told: the chain stands still for ever.
  void run_next_unanswered();
  // The next operation has a promise, or is done at once.
  bool next_is_awaited() const;
  // Gathers a candidate, or comes to the end of them.
  bool is_gathering() const;
  void gather_next();
  std::vector<Input> take_inputs() { return std::exchange(inputs_, {}); }

  // ---- what goes wrong ------------------------------------------------------------------------------------------------------------

  // The next `count` descriptions cannot be set, without effect on the state.
  void fail_descriptions(int count) { failing_ = count; }
  // Generations that begin now have no candidates.
  void find_nothing(bool nothing) { finds_nothing_ = nothing; }
  // The next operation answers an offer that restarts ICE.
  bool next_answers_restart() const;
  // Says connected and receives nothing, like Firefox after a long sleep; only a new connection helps.
  void go_deaf() { is_deaf_ = true; }
  bool is_deaf() const { return is_deaf_; }
  bool are_channels_dead() const { return are_channels_dead_; }
  // Decodes what it receives, and shows none of it (docs/protocol.md 7.9).
  bool is_frozen() const { return is_frozen_; }
  // If the open offer is taken back, in some browsers.
  bool may_freeze() const { return state_ == SignalingState::kHaveLocalOffer && has_only_answered_; }
  bool has_offered() const { return state_ == SignalingState::kHaveLocalOffer; }
  // What it has gathered is of an address that is no more.
  void change_address();
  // Slept from then to now: connections that slept for too long are not what they were.
  void wake(Instant now, Millis slept);
  // Connected is called disconnected for a moment.
  void blip();
  // … or for longer, while all that is sent comes in.
  void miss_answers(Instant until) { ice_.miss_answers(until); }
  void fail_dtls();

  // ---- what a test can ask --------------------------------------------------------------------------------------------------------

  SignalingState state() const { return state_; }
  bool is_closed() const { return state_ == SignalingState::kClosed; }
  // Calls that no browser would have allowed.
  std::size_t error_count() const { return errors_; }
  // A description that was rolled back came again, and not all of its candidates did.
  bool lacks_candidates() const { return lacks_candidates_; }
  std::size_t transceiver_count() const { return transceivers_.size(); }
  input::ConnectionState connection_state() const { return ice_.connection_state(); }
  std::int64_t bytes_received() const { return bytes_received_; }
  // In which it sends at this mid, as it was asked.
  Size sent_size(const std::string& mid) const {
    const Transceiver* transceiver = by_mid(mid);
    return transceiver ? transceiver->size : kWhole;
  }
  // Of each video that it sends, how much at most, as it was asked; without those switched off.
  std::vector<std::pair<SignaledId, std::int64_t>> video_limits() const;

 private:
  friend class MediaPath;

  // One ICE generation of this end.
  struct Generation {
    std::string ufrag;
    std::uint32_t address = 0;
    std::vector<std::string> candidates;
    std::size_t working = 0;   // index of the one that works
    std::size_t gathered = 0;  // … one more than there are: completely
  };
  struct Description {
    std::string text;
    std::vector<peer::sdp::Section> sections;
    std::string ufrag;
  };
  struct Transceiver {
    int key = 0;
    backend::TrackKind kind = backend::TrackKind::kAudio;
    std::string mid;   // empty: not associated with a section
    SignaledId track;  // what the sender sends
    Size size = kWhole;
    std::int64_t max_bitrate = 0;
    bool sends = false;
    bool receives = true;
    bool from_add_track = false;
    bool from_remote = false;  // made by a remote offer
    bool was_used = false;     // to send, by an agreement
    bool is_arriving = false;  // its `track` event has been fired
  };
  struct Channel {
    std::uint32_t number = 0;
    SignaledId id;
    std::string label;
  };

  void run(const effect::AddTrack& add);
  void run(const effect::RemoveTrack& remove);
  void run(const effect::FitTrack& fit);
  void run(const effect::AddDataChannel& add);
  void run(const effect::RemoveDataChannel& remove);
  void run(const effect::SetLocalDescription& set);
  void run(const effect::SetRemoteDescription& set);
  void run(const effect::AddIceCandidate& add);
  void run(const effect::GetStats& get);
  template <class Other>
  void run(const Other&) {}

  Transceiver& new_transceiver(backend::TrackKind kind);
  Transceiver* by_mid(const std::string& mid);
  const Transceiver* by_mid(const std::string& mid) const { return const_cast<PeerConnectionModel*>(this)->by_mid(mid); }
  void want_to_receive();

  bool fails(OperationId op);
  void fail(OperationId op, const char* name);
  bool fits(const Description& theirs, bool is_offer) const;
  void apply_local_offer();
  void apply_remote(bool is_offer);
  void take_candidates(const Description& theirs);
  void take_candidate(const backend::IceCandidate& candidate);
  void forget_candidates();
  void look_for_forgotten();
  void associate(const peer::sdp::Section& section);
  void announce(const peer::sdp::Section& section);
  void agree();
  void roll_back();

  Description make_offer(bool ice_restart);
  Description make_answer();
  Description write(std::vector<peer::sdp::Section> sections, const std::string& ufrag);
  std::string new_mid(const std::vector<peer::sdp::Section>& sections) const;
  Generation& new_generation();
  // The one of the local description that is applied; nullptr before the first.
  const Generation* generation() const;
  Generation* generation() { return const_cast<Generation*>(std::as_const(*this).generation()); }

  // ---- for MediaPath --------------------------------------------------------------------------------------------------------------

  std::string_view local_ufrag() const { return local_ ? std::string_view(local_->ufrag) : std::string_view(); }
  std::string_view remote_ufrag() const { return remote_ ? std::string_view(remote_->ufrag) : std::string_view(); }
  const Generation* find_generation(std::string_view ufrag) const;
  // The generation in force was made where this end still is.
  bool is_here(std::string_view ufrag) const;
  bool knows_candidate_of(const PeerConnectionModel& other) const;
  bool has_remote_candidates() const;
  bool has_local_candidates() const;
  bool has_data_section() const { return remote_ && peer::sdp::has_application(remote_->sections); }
  // By the agreement in force there is media at this mid in that direction.
  bool sends_at(const std::string& mid) const;
  bool receives_at(const std::string& mid) const;

  PeerId peer_;
  std::string name_;
  BrowserOptions options_;
  Prng random_;
  std::deque<Effect> chain_;
  bool is_stuck_ = false;
  std::vector<Input> inputs_;
  std::uint32_t version_ = 0;  // counted up with whatever may change what can flow

  SignalingState state_ = SignalingState::kStable;
  std::vector<Transceiver> transceivers_;
  std::vector<Transceiver> before_;  // the open offer; what a rollback restores
  std::vector<Channel> channels_;
  std::optional<Description> local_, remote_, open_local_, open_remote_;
  bool is_open_applied_ = false;  // the open offer, whose ever it is
  std::vector<Generation> generations_;
  std::vector<backend::IceCandidate> remote_candidates_;
  std::vector<backend::IceCandidate> forgotten_;  // of a description that was rolled back
  bool lacks_candidates_ = false;
  bool finds_nothing_ = false;
  std::uint32_t address_ = 0;

  IceModel ice_;
  int agreements_ = 0;
  bool has_only_answered_ = false;
  bool is_frozen_ = false;
  bool is_deaf_ = false;
  bool are_channels_dead_ = false;
  std::int64_t bytes_received_ = 0;
  std::size_t errors_ = 0;
  int failing_ = 0;
  int last_key_ = 0;
  std::uint32_t last_channel_ = 0;
  int description_version_ = 0;
};

}  // namespace holdfast::sim
