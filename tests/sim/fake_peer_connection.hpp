// RTCPeerConnection for tests, without I/O or time of its own: what the glue and the browser would do with the core's peer effects, and the
// inputs they would give back. Follows webrtc-pc 1.0 and JSEP (RFC 8829) where the core can tell the difference: signalingState and its
// errors, transceivers and how an offer is matched with tracks added before it, mids, directions, rollback, `track` events before the
// promise, ICE generations. Its a=msid carries an id of the browser's own, as real ones do, so a forgotten rewrite shows.
//
//   FakePeerConnection   one end; effects go in, operations run one by one when told to, inputs come out
//   FakeMediaPath        the network between two ends: connection states, bytes and data channels, by the clock it is given
//
// Stricter than a browser in one point: an offer in have-local-offer is an error, since the core always rolls back first. AddTrack does not
// say the kind, which the glue knows from the track itself; here ids of video tracks begin with "v".
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "effect.hpp"
#include "input.hpp"
#include "peer/sdp.hpp"

namespace holdfast::sim {

class FakePeerConnection {
 public:
  enum class SignalingState { kStable, kHaveLocalOffer, kHaveRemoteOffer, kClosed };

  // `name` makes ufrags and track ids unique among all fakes of a test.
  FakePeerConnection(PeerId peer, std::string name) : peer_(peer), name_(std::move(name)) {}

  PeerId peer() const { return peer_; }

  // ---- the glue's side ------------------------------------------------------------------------------------------------------------

  // Appends to the promise chain. Effects that are no peer effects, or of another peer, must not come here.
  void perform(const Effect& effect) {
    if (std::holds_alternative<effect::ClosePeer>(effect)) {
      state_ = SignalingState::kClosed;
      chain_.clear();
      gathering_.clear();
      inputs_.clear();
    } else if (state_ != SignalingState::kClosed) {
      chain_.push_back(effect);
    }
  }
  // Runs the oldest operation of the chain, else gathers one candidate.
  void step() {
    if (!chain_.empty()) {
      const Effect effect = chain_.front();
      chain_.pop_front();
      std::visit([this](const auto& what) { run(what); }, effect);
    } else if (!gathering_.empty()) {
      inputs_.push_back(gathering_.front());
      gathering_.pop_front();
    }
  }
  bool is_idle() const { return chain_.empty() && gathering_.empty(); }
  std::vector<Input> take_inputs() { return std::exchange(inputs_, {}); }

  // ---- what goes wrong ------------------------------------------------------------------------------------------------------------

  // The next `count` descriptions cannot be set, without effect on the state.
  void fail_descriptions(int count) { failing_ = count; }
  // Says connected and receives nothing, like Firefox after a long sleep; only a new connection helps.
  void go_deaf() { deaf_ = true; }

  // ---- what a test can ask --------------------------------------------------------------------------------------------------------

  SignalingState state() const { return state_; }
  bool is_closed() const { return state_ == SignalingState::kClosed; }
  std::size_t error_count() const { return errors_; }
  std::size_t transceiver_count() const { return transceivers_.size(); }
  input::ConnectionState connection_state() const { return connection_; }
  std::int64_t bytes_received() const { return bytes_received_; }
  // Signaled ids of the tracks that are sent by the agreement in force.
  std::vector<SignaledId> sent_tracks() const {
    std::vector<SignaledId> tracks;
    for (const Transceiver& transceiver : transceivers_) {
      const peer::sdp::Section* section = local_ ? peer::sdp::find(local_->sections, transceiver.mid) : nullptr;
      const peer::sdp::Section* theirs = remote_ ? peer::sdp::find(remote_->sections, transceiver.mid) : nullptr;
      if (section != nullptr && section->sends && theirs != nullptr && theirs->receives && !transceiver.track.empty())
        tracks.push_back(transceiver.track);
    }
    return tracks;
  }

 private:
  friend class FakeMediaPath;

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
    bool sends = false;
    bool receives = false;
    bool from_add_track = false;
    bool was_used = false;     // to send, ever
    bool is_arriving = false;  // its `track` event has been fired
  };

  // ---- tracks ---------------------------------------------------------------------------------------------------------------------

  void run(const effect::AddTrack& add) {
    const backend::TrackKind kind = add.id.value.front() == 'v' ? backend::TrackKind::kVideo : backend::TrackKind::kAudio;
    Transceiver* idle = nullptr;
    for (Transceiver& transceiver : transceivers_) {
      if (transceiver.kind != kind || !transceiver.track.empty() || idle != nullptr) continue;
      // pc.addTrack takes a sender that was never used; replaceTrack on a known transceiver takes any.
      if (add.mid.empty() ? !transceiver.was_used : transceiver.mid == add.mid) idle = &transceiver;
    }
    if (idle == nullptr) {
      transceivers_.push_back({++last_key_, kind, {}, {}, false, true, true, false, false});
      idle = &transceivers_.back();
    }
    idle->track = add.id;
    idle->sends = idle->was_used = true;
  }
  void run(const effect::RemoveTrack& remove) {
    for (Transceiver& transceiver : transceivers_) {
      if (transceiver.track != remove.id) continue;
      transceiver.track = {};
      transceiver.sends = false;
    }
  }
  void run(const effect::AddDataChannel& add) { channels_.push_back(add.id); }
  void run(const effect::RemoveDataChannel& remove) { channels_.erase(std::find(channels_.begin(), channels_.end(), remove.id)); }

  // ---- descriptions ---------------------------------------------------------------------------------------------------------------

  void run(const effect::SetLocalDescription& set) {
    using Type = effect::LocalDescriptionType;
    if (fails(set.op)) return;
    if (set.type == Type::kRollback) {
      if (state_ != SignalingState::kHaveLocalOffer && state_ != SignalingState::kHaveRemoteOffer) return fail(set.op, "InvalidStateError");
      roll_back();
      inputs_.push_back(input::LocalDescriptionSet{peer_, set.op, {}, {}});
      return;
    }
    if (set.type == Type::kOffer) {
      if (state_ != SignalingState::kStable) return fail(set.op, "InvalidStateError");
      if (set.receive_media) want_to_receive();
      before_ = transceivers_;
      state_ = SignalingState::kHaveLocalOffer;
      open_local_ = make_offer(set.ice_restart);
    } else {
      if (state_ != SignalingState::kHaveRemoteOffer) return fail(set.op, "InvalidStateError");
      open_local_ = make_answer();
    }
    if (!local_ || local_->ufrag != open_local_->ufrag) gather(open_local_->ufrag);
    input::LocalDescriptionSet report{peer_, set.op, open_local_->text, {}};
    for (const Transceiver& transceiver : transceivers_)
      if (!transceiver.mid.empty()) report.transceivers.push_back({transceiver.mid, transceiver.kind, transceiver.track});
    if (set.type == Type::kAnswer) agree();
    inputs_.push_back(report);
  }

  void run(const effect::SetRemoteDescription& set) {
    if (fails(set.op)) return;
    const bool is_offer = set.type == backend::DescriptionType::kOffer;
    if (state_ != (is_offer ? SignalingState::kStable : SignalingState::kHaveLocalOffer)) return fail(set.op, "InvalidStateError");
    open_remote_ = Description{set.sdp, peer::sdp::sections(set.sdp), std::string(peer::sdp::ice_ufrag(set.sdp))};
    if (is_offer) {
      before_ = transceivers_;
      state_ = SignalingState::kHaveRemoteOffer;
      for (const peer::sdp::Section& section : open_remote_->sections) associate(section);
    }
    for (const peer::sdp::Section& section : open_remote_->sections) announce(section);
    if (!is_offer) agree();
    inputs_.push_back(input::RemoteDescriptionSet{peer_, set.op});
  }

  void run(const effect::AddIceCandidate& add) {
    for (const auto* description : {&open_remote_, &remote_}) {
      if (!*description || (*description)->ufrag != add.candidate.username_fragment) continue;
      remote_candidates_.push_back(add.candidate.username_fragment);
      return;
    }  // else of a generation gone by: dropped, as in the glue
  }
  void run(const effect::GetStats& get) { inputs_.push_back(input::PeerStats{peer_, get.op, bytes_received_}); }
  template <class Other>
  void run(const Other&) {}

  bool fails(OperationId op) {
    if (failing_ == 0) return false;
    --failing_;
    fail(op, "OperationError");
    return true;
  }
  void fail(OperationId op, const char* name) {
    if (std::string(name) == "InvalidStateError") ++errors_;
    inputs_.push_back(input::PeerOperationFailed{peer_, op, name, "fake"});
  }

  void roll_back() {
    std::vector<Transceiver> kept;
    for (Transceiver& transceiver : transceivers_) {
      const auto old = std::find_if(before_.begin(), before_.end(), [&](const Transceiver& t) { return t.key == transceiver.key; });
      const bool existed = old != before_.end();
      if (!existed && transceiver.track.empty()) continue;  // made by the remote offer, and not used since
      transceiver.mid = existed ? old->mid : std::string();
      transceiver.is_arriving = existed && old->is_arriving;
      kept.push_back(transceiver);
    }
    transceivers_ = kept;
    open_local_.reset();
    open_remote_.reset();
    state_ = SignalingState::kStable;
  }
  void agree() {
    local_ = std::exchange(open_local_, std::nullopt);
    remote_ = std::exchange(open_remote_, std::nullopt);
    state_ = SignalingState::kStable;
  }

  void want_to_receive() {
    for (const backend::TrackKind kind : {backend::TrackKind::kAudio, backend::TrackKind::kVideo}) {
      const bool some = std::any_of(transceivers_.begin(), transceivers_.end(),
                                    [&](const Transceiver& transceiver) { return transceiver.kind == kind && transceiver.receives; });
      if (!some) transceivers_.push_back({++last_key_, kind, {}, {}, false, true, false, false, false});
    }
  }

  // JSEP 5.10: by mid, else the first track of that kind that was added and has no section yet, else a new transceiver.
  void associate(const peer::sdp::Section& section) {
    const bool is_video = section.kind == peer::sdp::SectionKind::kVideo;
    if ((!is_video && section.kind != peer::sdp::SectionKind::kAudio) || by_mid(section.mid) != nullptr) return;
    const backend::TrackKind kind = is_video ? backend::TrackKind::kVideo : backend::TrackKind::kAudio;
    for (Transceiver& transceiver : transceivers_) {
      if (!section.receives || !transceiver.mid.empty() || transceiver.kind != kind || !transceiver.from_add_track) continue;
      transceiver.mid = section.mid;
      return;
    }
    transceivers_.push_back({++last_key_, kind, section.mid, {}, false, true, false, false, false});
  }
  void announce(const peer::sdp::Section& section) {
    Transceiver* transceiver = by_mid(section.mid);
    if (transceiver == nullptr) return;
    if (peer::sdp::is_sending(section) && !transceiver->is_arriving)
      inputs_.push_back(input::TrackAdded{peer_, section.mid, transceiver->kind});
    transceiver->is_arriving = peer::sdp::is_sending(section);
  }
  Transceiver* by_mid(const std::string& mid) {
    for (Transceiver& transceiver : transceivers_)
      if (!mid.empty() && transceiver.mid == mid) return &transceiver;
    return nullptr;
  }

  Description make_offer(bool ice_restart) {
    const std::string ufrag = local_ && !ice_restart ? local_->ufrag : new_ufrag();
    std::vector<peer::sdp::Section> sections;
    if (local_) sections = local_->sections;
    for (peer::sdp::Section& section : sections) {
      const Transceiver* transceiver = by_mid(section.mid);
      if (transceiver != nullptr) read(*transceiver, section);
    }
    for (Transceiver& transceiver : transceivers_) {
      if (!transceiver.mid.empty()) continue;
      transceiver.mid = new_mid(sections);
      sections.emplace_back();
      sections.back().kind =
          transceiver.kind == backend::TrackKind::kAudio ? peer::sdp::SectionKind::kAudio : peer::sdp::SectionKind::kVideo;
      sections.back().mid = transceiver.mid;
      read(transceiver, sections.back());
    }
    if (!channels_.empty() && !peer::sdp::has_application(sections)) {
      sections.emplace_back();
      sections.back().mid = new_mid(sections);
      sections.back().kind = peer::sdp::SectionKind::kApplication;
    }
    return write(sections, ufrag);
  }
  Description make_answer() {
    const bool restarts = remote_ && remote_->ufrag != open_remote_->ufrag;
    const std::string ufrag = local_ && !restarts ? local_->ufrag : new_ufrag();
    std::vector<peer::sdp::Section> sections = open_remote_->sections;
    for (peer::sdp::Section& section : sections) {
      const peer::sdp::Section theirs = section;
      const Transceiver* transceiver = by_mid(section.mid);
      if (transceiver == nullptr) continue;
      read(*transceiver, section);
      section.sends = section.sends && theirs.receives;
      section.receives = section.receives && theirs.sends;
    }
    return write(sections, ufrag);
  }
  static void read(const Transceiver& transceiver, peer::sdp::Section& section) {
    section.sends = transceiver.sends;
    section.receives = transceiver.receives;
  }
  Description write(const std::vector<peer::sdp::Section>& sections, const std::string& ufrag) {
    std::string text = "v=0\r\no=- 1 " + std::to_string(++version_) + " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    for (const peer::sdp::Section& section : sections) {
      const char* const kinds[] = {"audio 9 UDP/TLS/RTP/SAVPF 111", "video 9 UDP/TLS/RTP/SAVPF 96",
                                   "application 9 UDP/DTLS/SCTP webrtc-datachannel", "text 0 RTP/AVP 0"};
      const char* const directions[] = {"inactive", "recvonly", "sendonly", "sendrecv"};
      text += "m=" + std::string(kinds[static_cast<std::size_t>(section.kind)]) + "\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:" + ufrag +
              "\r\na=ice-pwd:" + ufrag + "pwd\r\na=mid:" + section.mid + "\r\n";
      if (section.kind == peer::sdp::SectionKind::kApplication) continue;
      text += "a=" + std::string(directions[(section.sends ? 2 : 0) + (section.receives ? 1 : 0)]) + "\r\n";
      if (section.sends) text += "a=msid:- " + name_ + "-browser-track-" + section.mid + "\r\n";
    }
    return {text, peer::sdp::sections(text), ufrag};
  }
  std::string new_mid(const std::vector<peer::sdp::Section>& sections) {
    for (int number = 0;; ++number) {
      const std::string mid = std::to_string(number);
      if (peer::sdp::find(sections, mid) == nullptr && by_mid(mid) == nullptr) return mid;
    }
  }
  std::string new_ufrag() { return name_ + std::to_string(peer_.value) + "g" + std::to_string(++generation_); }

  void gather(const std::string& ufrag) {
    gathering_.clear();
    for (const char* address : {"10.0.0.1", "10.0.0.2"})
      gathering_.push_back(input::IceCandidateGathered{
          peer_, {"candidate:1 1 udp 1 " + std::string(address) + " 1 typ host ufrag " + ufrag, std::string("0"), 0, ufrag}});
    gathering_.push_back(input::IceGatheringComplete{peer_});
  }

  // ---- the network's side, used by FakeMediaPath ----------------------------------------------------------------------------------

  bool has_candidate() const {
    return remote_ && std::find(remote_candidates_.begin(), remote_candidates_.end(), remote_->ufrag) != remote_candidates_.end();
  }
  void set_connection(input::ConnectionState state, input::IceConnectionState ice) {
    if (state_ == SignalingState::kClosed || state == connection_) return;
    connection_ = state;
    inputs_.push_back(input::IceConnectionStateChanged{peer_, ice});
    inputs_.push_back(input::ConnectionStateChanged{peer_, state});
  }
  void open_channels(const FakePeerConnection& other) {
    if (!remote_ || !peer::sdp::has_application(remote_->sections)) return;
    for (const SignaledId& label : other.channels_) {
      if (std::find(opened_.begin(), opened_.end(), label) != opened_.end()) continue;
      opened_.push_back(label);
      inputs_.push_back(input::DataChannelAdded{peer_, label.value});
    }
  }

  PeerId peer_;
  std::string name_;
  std::deque<Effect> chain_;
  std::deque<Input> gathering_;
  std::vector<Input> inputs_;

  SignalingState state_ = SignalingState::kStable;
  std::vector<Transceiver> transceivers_;
  std::vector<Transceiver> before_;  // the open offer; what a rollback restores
  std::vector<SignaledId> channels_;
  std::optional<Description> local_, remote_, open_local_, open_remote_;
  std::vector<std::string> remote_candidates_;  // their ufrags
  std::vector<SignaledId> opened_;              // labels of the other end's data channels

  input::ConnectionState connection_ = input::ConnectionState::kNew;
  std::int64_t bytes_received_ = 0;
  std::size_t errors_ = 0;
  int failing_ = 0;
  bool deaf_ = false;
  int last_key_ = 0;
  int version_ = 0;
  int generation_ = 0;
};

// The network between two ends, with the times that testbed measurements show: `disconnected` 6.5 s after packets stop, `failed` 10 s
// later, and from there only another ICE generation connects.
class FakeMediaPath {
 public:
  FakeMediaPath(FakePeerConnection& a, FakePeerConnection& b) : a_(a), b_(b) {}

  bool joins(const FakePeerConnection& end) const { return &a_ == &end || &b_ == &end; }

  // Lets time pass up to `now`; `up`: packets get through.
  void pass(Instant now, bool up) {
    using Connection = input::ConnectionState;
    using Ice = input::IceConnectionState;
    const Millis elapsed = now - now_;
    now_ = now;
    const std::string pair = agreed_pair();
    if (pair.empty() || a_.is_closed() || b_.is_closed()) return;
    if (pair != pair_) {
      pair_ = pair;
      if (std::exchange(is_spent_, false)) down_ = kUntilDisconnected;  // the new generation has its own time to fail
    }
    if (up && !is_spent_ && a_.has_candidate() && b_.has_candidate()) {
      down_ = 0_ms;
      for (FakePeerConnection* end : {&a_, &b_}) {
        end->set_connection(Connection::kConnected, Ice::kConnected);
        FakePeerConnection& other = end == &a_ ? b_ : a_;
        end->open_channels(other);
        if (!end->deaf_) end->bytes_received_ += elapsed.count * static_cast<std::int64_t>(other.sent_tracks().size());
      }
      return;
    }
    down_ = down_ + elapsed;
    const bool was_up = a_.connection_ != Connection::kNew;
    if (!was_up) return;
    if (down_ >= kUntilFailed) {
      is_spent_ = true;
      set_both(Connection::kFailed, Ice::kDisconnected);
    } else if (down_ >= kUntilDisconnected && a_.connection_ != Connection::kFailed) {
      set_both(Connection::kDisconnected, Ice::kDisconnected);
    }
  }

 private:
  static constexpr Millis kUntilDisconnected{6500};
  static constexpr Millis kUntilFailed{16500};

  // The ICE generation both ends agree on; empty if they do not.
  std::string agreed_pair() const {
    if (!a_.local_ || !a_.remote_ || !b_.local_ || !b_.remote_) return {};
    if (a_.local_->ufrag != b_.remote_->ufrag || b_.local_->ufrag != a_.remote_->ufrag) return {};
    return a_.local_->ufrag + "/" + b_.local_->ufrag;
  }
  void set_both(input::ConnectionState state, input::IceConnectionState ice) {
    a_.set_connection(state, ice);
    b_.set_connection(state, ice);
  }

  FakePeerConnection& a_;
  FakePeerConnection& b_;
  Instant now_;
  std::string pair_;
  Millis down_;
  bool is_spent_ = false;
};

}  // namespace holdfast::sim
