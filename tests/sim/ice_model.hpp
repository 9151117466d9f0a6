// The states of one RTCPeerConnection whose sections share one transport: ICE and DTLS by the clock, with the times measured in browsers
// and what they report differently: Chromium's iceConnectionState stays `disconnected` when connectionState is `failed`, and a failed
// Chromium still answers an end that has not failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/prng.hpp"
#include "input.hpp"

namespace holdfast::sim {

class IceModel {
 public:
  // What there is to see of the other end at this moment.
  struct Sight {
    bool has_candidates = false;  // of its present generation
    bool answers = false;         // checks get there and their answers back
    bool is_up = false;           // its own checks were answered
    bool fails_dtls = false;
  };

  IceModel(bool is_firefox, Prng random);

  // A pair of generations is agreed on at this end.
  void begin(std::string_view own, std::string_view other);
  void pass(Instant now, const Sight& sight, PeerId peer, std::vector<Input>& inputs);
  // After a sleep. False: it is beyond repair, though it may not say so.
  bool wake(Instant now, Millis slept, PeerId peer, std::vector<Input>& inputs);
  void blip(PeerId peer, std::vector<Input>& inputs);
  // Firefox on a bad line: answers to its checks are lost, but for those of a restart. Media flow as long as it does not take that for a
  // failure.
  void miss_answers(Instant until) { misses_answers_until_ = until; }
  void fail_dtls() { fails_dtls_ = true; }
  void close() { phase_ = Phase::kClosed; }

  // The pair that carries the media now; empty: none has so far.
  void select();
  bool has_same_selected(const IceModel& other) const {
    return !selected_.own.empty() && selected_.own == other.selected_.other && selected_.other == other.selected_.own;
  }
  const std::string& selected_ufrag() const { return selected_.own; }

  input::ConnectionState connection_state() const { return connection_; }
  bool has_begun() const { return !begun_.own.empty(); }
  bool is_up() const { return phase_ == Phase::kConnected || phase_ == Phase::kCompleted; }
  bool is_secure() const { return dtls_ == Dtls::kConnected; }
  bool will_fail_dtls() const { return fails_dtls_; }
  // Has given up its candidate pairs.
  bool is_spent() const { return is_spent_; }
  // … and another end's checks do not bring them back.
  bool is_spent_for_good() const { return is_spent_ && is_firefox_; }
  // Counted up with every change.
  std::uint32_t version() const { return version_; }

 private:
  enum class Phase { kNew, kChecking, kConnected, kCompleted, kDisconnected, kFailed, kClosed };
  enum class Dtls { kNew, kConnecting, kConnected, kFailed };
  struct Pair {
    std::string own;
    std::string other;
  };

  void pass_ice(Instant now, const Sight& sight);
  void pass_dtls(const Sight& sight);
  void come_up(Instant now);
  void report(PeerId peer, std::vector<Input>& inputs);
  input::IceConnectionState ice_now() const;
  input::ConnectionState connection_now() const;

  bool is_firefox_;
  Prng random_;
  Phase phase_ = Phase::kNew;
  Dtls dtls_ = Dtls::kNew;
  Pair begun_;
  Pair selected_;
  bool is_restarting_ = false;  // a generation was begun that has had no check yet
  bool is_spent_ = false;
  bool fails_dtls_ = false;
  Instant checking_since_;
  Instant last_answer_;
  Instant misses_answers_until_;
  Millis until_disconnected_;  // of this outage
  std::uint32_t version_ = 0;
  input::IceConnectionState ice_ = input::IceConnectionState::kNew;
  input::ConnectionState connection_ = input::ConnectionState::kNew;
};

}  // namespace holdfast::sim
