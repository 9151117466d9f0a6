// How one link is doing, as a table: from RTCPeerConnection.connectionState (webrtc-pc 1.0, 4.3.3) and from whether bytes that should flow
// do. States, events, rows and their sentences only; times and what the actions do are in liveness.cpp.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::peer {

struct LivenessContext;
struct LivenessInput;

struct LivenessTable {
  enum class State { kNew, kHealthy, kSuspect, kFailed, kCount };
  enum class Event {
    kConnected,     // connectionState says …
    kDisconnected,  // … (or connecting, after it was connected)
    kFailed,        //
    kBytes,         // the connection is up and new bytes came in
    kSilence,       // … and none came, for too long
    kRestarted,     // an ICE restart was agreed on
    kBlipOver,      // disconnected for longer than a blip
    kConsentDue,    // disconnected for so long that the browser will soon fail, whatever comes in
    kRestartDue,    // time for (another) ICE restart
    kProofOver,     // connected for a while, and still no bytes
    kHopeOver,      // suspect for too long to be only that
    kStuckOver,     // negotiated for a while, and never connected
    kUnanswered,    // the other end does not answer our offer
    kLimitOver,     // in trouble for the whole limit
    kBroken,        // the browser cannot negotiate over this connection any more
    kCount
  };
  using Context = LivenessContext;
  using Input = LivenessInput;

  static constexpr std::string_view kName = "liveness";
  static constexpr std::array<std::string_view, 4> kStateNames{"New", "Healthy", "Suspect", "Failed"};
  static constexpr std::array<std::string_view, 15> kEventNames{"Connected", "Disconnected", "Failed",     "Bytes",      "Silence",
                                                                "Restarted", "BlipOver",     "ConsentDue", "RestartDue", "ProofOver",
                                                                "HopeOver",  "StuckOver",    "Unanswered", "LimitOver",  "Broken"};
  static constexpr State kInitial = State::kNew;
  static constexpr fsm::Set<State> kFinal{};

  static bool is_unproven(const Context&, const Input&);
  static bool is_hopeless(const Context&, const Input&);
  static bool was_restarted(const Context&, const Input&);
  static bool still_flows(const Context&, const Input&);

  static void come_up(Context&, const Input&);
  static void recover(Context&, const Input&);
  static void start_blip(Context&, const Input&);
  static void end_blip(Context&, const Input&);
  static void renew_consent(Context&, const Input&);
  static void doubt(Context&, const Input&);
  static void doubt_and_restart(Context&, const Input&);
  static void fail_and_restart(Context&, const Input&);
  static void start_proof(Context&, const Input&);
  static void await_verdict(Context&, const Input&);
  static void end_proof(Context&, const Input&);
  static void restart(Context&, const Input&);
  static void replace(Context&, const Input&);

  using S = State;
  using E = Event;
  static constexpr auto kRows = std::to_array<fsm::Row<LivenessTable>>({
      {S::kNew, E::kConnected, is_unproven, start_proof, S::kNew, "restarted before it ever worked: bytes are proof"},
      {S::kNew, E::kConnected, nullptr, come_up, S::kHealthy, "a fresh connection: DTLS went through, both ways"},
      {S::kNew, E::kDisconnected, nullptr, start_blip, S::kNew, "may be nothing"},
      {S::kNew, E::kFailed, nullptr, replace, S::kFailed, "it never worked: a new connection costs no more than a restart"},
      {S::kNew, E::kBytes, nullptr, recover, S::kHealthy, "media flows"},
      {S::kNew, E::kProofOver, nullptr, replace, S::kFailed, "a restart did not help: a new connection will"},
      {S::kNew, E::kBlipOver, nullptr, doubt, S::kSuspect, "it is something"},
      {S::kNew, E::kStuckOver, nullptr, doubt_and_restart, S::kSuspect, "candidates may have been lost: restart ICE"},
      {S::kNew, E::kUnanswered, nullptr, replace, S::kFailed, "start over with a new link"},
      {S::kNew, E::kBroken, nullptr, replace, S::kFailed, "only a new connection helps"},

      {S::kHealthy, E::kConnected, nullptr, end_blip, S::kHealthy, "it was a blip"},
      {S::kHealthy, E::kDisconnected, nullptr, start_blip, S::kHealthy, "may be a blip"},
      {S::kHealthy, E::kFailed, is_hopeless, replace, S::kFailed, "DTLS failed: only a new connection helps"},
      {S::kHealthy, E::kFailed, nullptr, fail_and_restart, S::kFailed, "ICE failed: restart it"},
      {S::kHealthy, E::kSilence, nullptr, doubt_and_restart, S::kSuspect, "media stopped while the browser calls it connected"},
      {S::kHealthy, E::kBlipOver, still_flows, start_blip, S::kHealthy, "the browser misses answers to its checks; media comes in"},
      {S::kHealthy, E::kBlipOver, nullptr, doubt, S::kSuspect, "not a blip"},
      {S::kHealthy, E::kConsentDue, nullptr, renew_consent, S::kHealthy, "before it may no longer send: a restart is a fresh consent"},
      {S::kHealthy, E::kUnanswered, nullptr, replace, S::kFailed, "media flows, but nothing can be negotiated any more"},
      {S::kHealthy, E::kBroken, nullptr, replace, S::kFailed, "only a new connection helps"},

      {S::kSuspect, E::kConnected, is_unproven, start_proof, S::kSuspect, "connected is no proof: bytes are"},
      {S::kSuspect, E::kConnected, nullptr, recover, S::kHealthy, "connected, and no bytes are expected"},
      {S::kSuspect, E::kDisconnected, nullptr, end_proof, S::kSuspect, "down again"},
      {S::kSuspect, E::kFailed, is_hopeless, replace, S::kFailed, "DTLS failed, or it never worked: a new connection"},
      {S::kSuspect, E::kFailed, nullptr, fail_and_restart, S::kFailed, "ICE failed: restart it"},
      {S::kSuspect, E::kBytes, nullptr, recover, S::kHealthy, "media flows"},
      {S::kSuspect, E::kRestarted, is_unproven, await_verdict, S::kSuspect, "never went down: bytes, or the browser, will tell"},
      {S::kSuspect, E::kRestarted, nullptr, nullptr, S::kSuspect, "agreed on; now it has to connect"},
      {S::kSuspect, E::kRestartDue, nullptr, restart, S::kSuspect, "the last one may have been lost"},
      {S::kSuspect, E::kProofOver, was_restarted, replace, S::kFailed, "a restart did not help: a new connection will"},
      {S::kSuspect, E::kProofOver, nullptr, restart, S::kSuspect, "came back by itself, but empty"},
      {S::kSuspect, E::kHopeOver, nullptr, nullptr, S::kFailed, "no longer a suspicion"},
      {S::kSuspect, E::kUnanswered, nullptr, replace, S::kFailed, "start over with a new link"},
      {S::kSuspect, E::kLimitOver, nullptr, replace, S::kFailed, "start over with a new link"},
      {S::kSuspect, E::kBroken, nullptr, replace, S::kFailed, "only a new connection helps"},

      {S::kFailed, E::kConnected, is_unproven, start_proof, S::kFailed, "connected is no proof: bytes are"},
      {S::kFailed, E::kConnected, nullptr, recover, S::kHealthy, "connected, and no bytes are expected"},
      {S::kFailed, E::kDisconnected, nullptr, end_proof, S::kFailed, "down again"},
      {S::kFailed, E::kFailed, is_hopeless, replace, S::kFailed, "DTLS failed, or it never worked: a new connection"},
      {S::kFailed, E::kFailed, nullptr, fail_and_restart, S::kFailed, "failed again"},
      {S::kFailed, E::kBytes, nullptr, recover, S::kHealthy, "media flows"},
      {S::kFailed, E::kRestarted, is_unproven, await_verdict, S::kFailed, "never went down: bytes, or the browser, will tell"},
      {S::kFailed, E::kRestarted, nullptr, nullptr, S::kFailed, "agreed on; now it has to connect"},
      {S::kFailed, E::kRestartDue, nullptr, restart, S::kFailed, "the last one may have been lost"},
      {S::kFailed, E::kProofOver, was_restarted, replace, S::kFailed, "a restart did not help: a new connection will"},
      {S::kFailed, E::kProofOver, nullptr, restart, S::kFailed, "came back by itself, but empty"},
      {S::kFailed, E::kUnanswered, nullptr, replace, S::kFailed, "start over with a new link"},
      {S::kFailed, E::kLimitOver, nullptr, replace, S::kFailed, "start over with a new link"},
      {S::kFailed, E::kBroken, nullptr, replace, S::kFailed, "only a new connection helps"},
  });

  static constexpr auto kIgnored = std::to_array<fsm::Ignored<LivenessTable>>({
      {{S::kHealthy}, E::kBytes, "nothing was doubted"},
      {{S::kNew}, E::kSilence, "nothing can flow yet"},
      {{S::kSuspect, S::kFailed}, E::kSilence, "already in doubt"},
      {{S::kNew}, E::kRestarted, "the other end's; it still has to connect"},
      {{S::kHealthy}, E::kRestarted, "the other end had doubts, this one has none"},
      {{S::kSuspect, S::kFailed}, E::kBlipOver, "the timer does not run in trouble"},
      {{S::kNew, S::kSuspect, S::kFailed}, E::kConsentDue, "the timer runs while all is well"},
      {{S::kNew, S::kHealthy}, E::kRestartDue, "the timer runs in trouble only"},
      {{S::kHealthy}, E::kProofOver, "the timer does not run while all is well"},
      {{S::kNew, S::kHealthy, S::kFailed}, E::kHopeOver, "the timer runs in Suspect only"},
      {{S::kHealthy, S::kSuspect, S::kFailed}, E::kStuckOver, "the timer runs in New only"},
      {{S::kNew, S::kHealthy}, E::kLimitOver, "the timer runs in trouble only"},
  });
};

}  // namespace holdfast::peer
