// Whether one link works, and what to do if not: restart ICE, and if that does not help, replace the link. Judged by connectionState and
// by bytes that should flow, never by iceConnectionState alone (it only tells a DTLS failure from one of ICE). Asks; whoever owns the link
// carries out.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "base/instant.hpp"
#include "fsm/table.hpp"
#include "fsm/timers.hpp"
#include "input.hpp"
#include "peer/liveness_table.hpp"

namespace holdfast::peer {

// Measured with 30 % of UDP lost: `disconnected` for 0.1 s in Chromium.
constexpr Millis kBlipTime = 500_ms;
// Firefox says it for 10 s and more (30 % of UDP lost, or 80 kbit/s), while bytes come in: answers to its checks were lost, nothing else.
// Bytes no older than this say more than `disconnected`; whether those of this end arrive is for the other end to judge.
constexpr Millis kFreshTime = 1_s;
// … but not for ever: whoever has had no answer for 30 s must not send any more (RFC 7675, 5.1). With 30 % of UDP lost, Firefox failed 19.7
// s after `disconnected`. An ICE restart has checks of its own, which are repeated until they are answered. Not sooner: where the network
// is narrow an offer holds up the heartbeats behind it, and most answers come within this time after all.
constexpr Millis kConsentTime = 18_s;
// `connecting` after it was connected is a restart at work; it is given longer than `disconnected`.
constexpr Millis kReconnectingTime = 3_s;
// From Suspect to the first ICE restart, when the browser may still heal it by itself.
constexpr Millis kRestartDelay = 500_ms;
// Both ends notice at about the same time. One that must not be crossed by the other's restart lets it go first for so long.
constexpr Millis kYieldTime = 1_s;
// To the next one, doubled each time up to the limit.
constexpr Millis kRestartInterval = 3_s;
constexpr Millis kMaxRestartInterval = 12_s;
// Bytes must follow `connected` within this. Firefox can say connected after a restart and deliver nothing.
constexpr Millis kProofTime = 2_s;
// … unless it was connected all along: a browser takes up to 7 s to notice that packets no longer come, and until then its `connected`
// tells nothing about the restart.
constexpr Millis kVerdictTime = 8_s;
constexpr Millis kPollInterval = 500_ms;
// … while bytes are waited for: what ends with them should end at once.
constexpr Millis kBriskPollInterval = 200_ms;
// Signaling is back, and maybe media are: from that look to the restart that was waiting for signaling.
constexpr Millis kLookTime = 100_ms;
// Polls without new bytes that make silence: 2 s, and up to one poll more since the last byte. The first sign of trouble shows within 3 s,
// also on a slow machine, and after the server has said a word (it could be the other end that has lost its server).
constexpr int kSilentPolls = 4;
// … and where signaling was lost as well.
constexpr int kSilentPollsAfterOutage = 2;
// Polls with new bytes in a row before silence means anything: at once, or, on a link whose predecessor was replaced for silence that may
// have been the source's (a paused canvas), after 10 s of steady flow.
constexpr int kFlowingPolls = 1;
constexpr int kSteadyPolls = 20;
// Suspect for longer is failed; browsers take as long from `disconnected` to `failed`.
constexpr Millis kHopeTime = 10_s;
// Negotiated, and not connected.
constexpr Millis kStuckTime = 15_s;
// An offer is answered within this, doubled with each replacement up to four times. (On a healthy link: within the limit.)
constexpr Millis kAnswerTime = 8_s;
// However short a limit the server names, a link gets this long.
constexpr Millis kMinLimit = 1_s;
// Healthy for so long, a link that fails then is a new misfortune, not the next of a series.
constexpr Millis kLasting = 30_s;

enum class LivenessTimer { kPoll, kBlip, kConsent, kRestart, kProof, kHope, kStuck, kUnanswered, kLimit, kCount };

struct LivenessContext {
  fsm::Timers<LivenessTimer> timers;
  input::ConnectionState connection = input::ConnectionState::kNew;
  input::IceConnectionState ice = input::IceConnectionState::kNew;
  Millis limit{30000};
  bool expecting = false;      // media should be coming in
  bool has_connected = false;  // ever
  bool has_flowed = false;     // ever
  Instant flowed_at;           // last
  bool yields = false;         // the other end is to restart first
  bool restarted = false;      // an ICE restart was agreed on in this trouble
  std::uint32_t restarts = 0;  // asked for in this trouble
  Millis proof_time = kProofTime;
  bool dtls_failed = false;
  bool silent = false;  // this trouble began with silence on a connection that was up

  // Asked of the owner.
  bool restart_asked = false;
  bool replace_asked = false;
  bool stats_asked = false;
  bool refresh_asked = false;
};

struct LivenessInput {
  Instant now;
};

class Liveness {
 public:
  using State = LivenessTable::State;

  // `replacements`: links to the same end that were replaced before this one in a row; `after_silence`: the last of them for silence.
  Liveness(Instant now, Millis limit, std::uint32_t replacements, bool after_silence);

  void set_limit(Millis limit);
  void set_signaling(bool up, Instant now);
  // An offer of either side is open.
  void set_negotiating(bool negotiating, Instant now);
  // The offer that may be open has its whole time from here on.
  void renew_answer_time(Instant now);
  void set_expecting(bool expecting, Instant now);
  // Less is expected than before: what was missed while signaling was away may be what is gone.
  void expect_less(Instant now) {
    if (!signaling_) set_expecting(false, now);
  }
  // What begins to be expected may still have to be agreed on: it has to have come before it can be missed. That excuse does not hold on a
  // link whose silence has only ended because nothing was expected any more.
  void take_new_media() { silence_counts_ = silence_counts_ && (context_.expecting || is_unproven_); }
  void set_yielding(bool yields) { context_.yields = yields; }
  void restarted(Instant now);
  void break_off(Instant now);
  void handle(input::ConnectionState state, Instant now);
  void handle(input::IceConnectionState state) { context_.ice = state; }
  void handle_bytes(std::int64_t bytes_received, Instant now);
  // The machine slept: whatever was being waited for gets its full time again.
  void wake(Instant now);
  void handle_timers(Instant now);
  std::optional<Instant> next_deadline() const { return context_.timers.next(); }

  bool take_restart() { return std::exchange(context_.restart_asked, false); }
  // It has come back: what was sent meanwhile is lost.
  bool take_refresh() { return std::exchange(context_.refresh_asked, false); }
  bool take_stats() { return std::exchange(context_.stats_asked, false); }
  // Until it recovers.
  bool wants_replacement() const { return context_.replace_asked; }

  State state() const { return machine_.state(); }
  bool is_in_trouble() const { return machine_.is_any({State::kSuspect, State::kFailed}); }
  Instant since() const { return since_; }
  bool has_dtls_failed() const { return context_.dtls_failed; }
  bool is_silent() const { return context_.silent; }
  std::uint32_t replacements() const { return replacements_; }
  bool is_consistent() const;

 private:
  void dispatch(LivenessTable::Event event, Instant now);
  void fire(LivenessTimer timer, Instant now);
  Millis answer_time() const;
  void rebase();
  bool counts_bytes() const;
  Millis poll_interval() const;
  void arrange_polls(Instant now);

  fsm::Machine<LivenessTable> machine_;
  LivenessContext context_;
  Instant since_;
  std::uint32_t replacements_;
  bool signaling_ = true;
  bool negotiating_ = false;

  // Bytes are compared from poll to poll; silence means something once enough polls in a row have seen them grow.
  std::optional<std::int64_t> last_bytes_;
  int silent_polls_ = 0;
  int flowing_polls_ = 0;
  int flowing_polls_needed_;
  bool silence_counts_ = false;
  bool is_unproven_ = false;  // it was silent, and nothing has come since
};

}  // namespace holdfast::peer
