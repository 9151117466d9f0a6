#include "peer/liveness.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "base/check.hpp"

namespace holdfast::peer {
namespace {

using Context = LivenessContext;
using In = LivenessInput;
using Timer = LivenessTimer;
using input::ConnectionState;
using input::IceConnectionState;

bool is_up(const Context& context) { return context.connection == ConnectionState::kConnected; }

void stop(Context& context, std::initializer_list<Timer> timers) {
  for (Timer timer : timers) context.timers.stop(timer);
}

Millis blip_time(const Context& context) { return context.connection == ConnectionState::kDisconnected ? kBlipTime : kReconnectingTime; }

// A link that never connected is not worth the whole limit.
Millis limit_of(const Context& context) { return context.has_connected ? context.limit : kStuckTime; }

Millis restart_interval(const Context& context) {
  const std::uint32_t doublings = std::min<std::uint32_t>(context.restarts, 8);
  return std::min(Millis{kRestartInterval.count << doublings}, kMaxRestartInterval);
}

Millis yield_time(const Context& context) { return context.yields ? kYieldTime : 0_ms; }

void begin_trouble(Context& context, const In& in) {
  stop(context, {Timer::kBlip, Timer::kConsent, Timer::kStuck});
  if (!context.timers.is_running(Timer::kLimit)) context.timers.start(Timer::kLimit, in.now + limit_of(context));
}

}  // namespace

// ---- guards ------------------------------------------------------------------------------------------------------------------------

// On a link that never carried anything the source may be silent; once it had to be restarted, that excuse is not good enough.
bool LivenessTable::is_unproven(const Context& context, const Input&) {
  return is_up(context) && context.expecting && (context.has_flowed || context.restarted);
}

bool LivenessTable::is_hopeless(const Context& context, const Input&) { return context.dtls_failed || !context.has_connected; }

bool LivenessTable::was_restarted(const Context& context, const Input&) { return context.restarted; }

bool LivenessTable::still_flows(const Context& context, const Input& in) {
  return context.expecting && in.now - context.flowed_at <= kFreshTime;
}

// ---- actions -----------------------------------------------------------------------------------------------------------------------

void LivenessTable::come_up(Context& context, const Input&) {
  stop(context, {Timer::kBlip, Timer::kConsent, Timer::kStuck, Timer::kProof});
  context.has_connected = true;
}

void LivenessTable::recover(Context& context, const Input&) {
  stop(context, {Timer::kRestart, Timer::kProof, Timer::kHope, Timer::kLimit});
  context.has_connected = true;
  context.restarted = context.restart_asked = context.replace_asked = context.silent = false;
  context.refresh_asked = true;
  context.restarts = 0;
}

void LivenessTable::start_blip(Context& context, const Input& in) {
  context.timers.stop(Timer::kProof);
  context.timers.start(Timer::kBlip, in.now + blip_time(context));
  if (!context.timers.is_running(Timer::kConsent)) context.timers.start(Timer::kConsent, in.now + kConsentTime);
}

void LivenessTable::end_blip(Context& context, const Input&) { stop(context, {Timer::kBlip, Timer::kConsent}); }

void LivenessTable::renew_consent(Context& context, const Input& in) {
  context.restart_asked = true;
  context.timers.start(Timer::kConsent, in.now + kConsentTime);
}

void LivenessTable::doubt(Context& context, const Input& in) {
  begin_trouble(context, in);
  context.timers.start(Timer::kHope, in.now + kHopeTime);
  context.timers.start(Timer::kRestart, in.now + kRestartDelay + yield_time(context));
}

void LivenessTable::doubt_and_restart(Context& context, const Input& in) {
  begin_trouble(context, in);
  context.silent = is_up(context);
  context.timers.start(Timer::kHope, in.now + kHopeTime);
  if (!context.yields) return restart(context, in);
  context.timers.start(Timer::kRestart, in.now + yield_time(context));
}

void LivenessTable::fail_and_restart(Context& context, const Input& in) {
  begin_trouble(context, in);
  stop(context, {Timer::kHope, Timer::kProof});
  restart(context, in);
}

void LivenessTable::start_proof(Context& context, const Input& in) {
  stop(context, {Timer::kRestart, Timer::kBlip, Timer::kStuck});
  context.has_connected = true;
  context.proof_time = kProofTime;
  context.timers.start(Timer::kProof, in.now + kProofTime);
}

void LivenessTable::await_verdict(Context& context, const Input& in) {
  start_proof(context, in);
  context.proof_time = kVerdictTime;
  context.timers.start(Timer::kProof, in.now + kVerdictTime);
}

void LivenessTable::end_proof(Context& context, const Input& in) {
  context.timers.stop(Timer::kProof);
  if (!context.timers.is_running(Timer::kRestart)) context.timers.start(Timer::kRestart, in.now + restart_interval(context));
}

void LivenessTable::restart(Context& context, const Input& in) {
  context.restart_asked = true;
  context.timers.start(Timer::kRestart, in.now + restart_interval(context));
  ++context.restarts;
}

void LivenessTable::replace(Context& context, const Input& in) {
  begin_trouble(context, in);
  stop(context, {Timer::kHope, Timer::kProof, Timer::kRestart, Timer::kUnanswered});
  context.replace_asked = true;
}

// ---- the machine -------------------------------------------------------------------------------------------------------------------

Liveness::Liveness(Instant now, Millis limit, std::uint32_t replacements, bool after_silence)
    : since_(now), replacements_(replacements), flowing_polls_needed_(after_silence ? kSteadyPolls : kFlowingPolls) {
  set_limit(limit);
}

void Liveness::set_limit(Millis limit) { context_.limit = std::max(limit, kMinLimit); }

void Liveness::set_signaling(bool up, Instant now) {
  signaling_ = up;
  if (!up) {
    context_.timers.stop(Timer::kUnanswered);
    return;
  }
  if (negotiating_) context_.timers.start(Timer::kUnanswered, now + answer_time());
  // Media that stopped with signaling are cut like it was, by a change of address for one. To wait for more proof would have the Room call
  // itself reconnected in between.
  if (machine_.is(State::kHealthy) && silent_polls_ >= kSilentPollsAfterOutage && std::exchange(silence_counts_, false))
    dispatch(LivenessTable::Event::kSilence, now);
  const bool looks = context_.timers.is_running(Timer::kPoll);
  if (looks) context_.timers.start(Timer::kPoll, now);
  // The restart that waits for its turn can be heard now; one that the other end has asked for meanwhile is known.
  if (context_.timers.is_running(Timer::kRestart) && !context_.restart_asked)
    context_.timers.start(Timer::kRestart, now + (looks ? kLookTime : 0_ms));
}

void Liveness::set_negotiating(bool negotiating, Instant now) {
  if (negotiating_ != negotiating) {
    negotiating_ = negotiating;
    if (!negotiating) {
      context_.timers.stop(Timer::kUnanswered);
    } else if (signaling_) {
      context_.timers.start(Timer::kUnanswered, now + answer_time());
    }
  }
  if (!negotiating && machine_.is(State::kNew) && !is_up(context_) && !context_.timers.is_running(Timer::kStuck))
    context_.timers.start(Timer::kStuck, now + kStuckTime);
}

void Liveness::renew_answer_time(Instant now) {
  if (context_.timers.is_running(Timer::kUnanswered)) context_.timers.start(Timer::kUnanswered, now + answer_time());
}

void Liveness::set_expecting(bool expecting, Instant now) {
  if (context_.expecting == expecting) return;
  context_.expecting = expecting;
  // Whoever was silent before it was away or muted is missed again afterwards.
  is_unproven_ = is_unproven_ || context_.silent;
  silence_counts_ = silence_counts_ || context_.silent;
  // Nothing is to come that could prove it, so being connected is enough.
  if (!expecting && !machine_.is(State::kHealthy) && is_up(context_)) dispatch(LivenessTable::Event::kConnected, now);
  arrange_polls(now);
}

void Liveness::restarted(Instant now) {
  context_.restarted = true;
  // On a healthy link it was the other end's doubt: silence that is being counted here goes on being counted.
  if (is_in_trouble()) rebase();
  if (context_.timers.is_running(Timer::kConsent)) context_.timers.start(Timer::kConsent, now + kConsentTime);
  if (context_.yields && context_.timers.is_running(Timer::kRestart))
    context_.timers.start(Timer::kRestart, now + restart_interval(context_));
  dispatch(LivenessTable::Event::kRestarted, now);
  arrange_polls(now);
}

void Liveness::break_off(Instant now) {
  if (!context_.replace_asked) dispatch(LivenessTable::Event::kBroken, now);
}

void Liveness::handle(ConnectionState state, Instant now) {
  using Event = LivenessTable::Event;
  if (context_.connection == state) return;
  context_.connection = state;
  context_.dtls_failed = false;
  switch (state) {
    case ConnectionState::kNew:
    case ConnectionState::kConnecting:
      if (context_.has_connected) dispatch(Event::kDisconnected, now);
      break;
    case ConnectionState::kConnected:
      rebase();
      dispatch(Event::kConnected, now);
      break;
    case ConnectionState::kDisconnected:
      dispatch(Event::kDisconnected, now);
      break;
    case ConnectionState::kFailed:
    case ConnectionState::kClosed:
      context_.dtls_failed = context_.ice == IceConnectionState::kConnected || context_.ice == IceConnectionState::kCompleted;
      dispatch(Event::kFailed, now);
      break;
  }
  arrange_polls(now);
}

void Liveness::handle_bytes(std::int64_t bytes_received, Instant now) {
  if (!counts_bytes()) return;
  const std::optional<std::int64_t> before = std::exchange(last_bytes_, bytes_received);
  if (!before) return;
  if (bytes_received > *before) {
    context_.has_flowed = true;
    context_.flowed_at = now;
    is_unproven_ = false;
    silent_polls_ = 0;
    flowing_polls_ = std::min(flowing_polls_ + 1, kSteadyPolls);
    silence_counts_ = silence_counts_ || flowing_polls_ >= flowing_polls_needed_;
    dispatch(LivenessTable::Event::kBytes, now);
  } else {
    flowing_polls_ = 0;
    silent_polls_ = std::min(silent_polls_ + 1, kSilentPolls);
    if (silent_polls_ == kSilentPolls && std::exchange(silence_counts_, false)) dispatch(LivenessTable::Event::kSilence, now);
  }
  arrange_polls(now);
}

void Liveness::wake(Instant now) {
  const auto restart_timer = [&](Timer timer, Millis duration) {
    if (context_.timers.is_running(timer)) context_.timers.start(timer, now + duration);
  };
  restart_timer(Timer::kBlip, blip_time(context_));
  restart_timer(Timer::kConsent, kConsentTime);
  restart_timer(Timer::kProof, context_.proof_time);
  restart_timer(Timer::kHope, kHopeTime);
  restart_timer(Timer::kStuck, kStuckTime);
  restart_timer(Timer::kUnanswered, answer_time());
  restart_timer(Timer::kLimit, limit_of(context_));
  restart_timer(Timer::kPoll, 0_ms);
  context_.flowed_at = now;
  rebase();
}

void Liveness::handle_timers(Instant now) {
  while (const std::optional<Timer> timer = context_.timers.pop_due(now)) fire(*timer, now);
}

bool Liveness::is_consistent() const {
  const auto runs = [&](Timer timer) { return context_.timers.is_running(timer); };
  return runs(Timer::kPoll) == counts_bytes() && (!is_in_trouble() || !runs(Timer::kConsent)) &&
         (is_in_trouble() || (!runs(Timer::kRestart) && !runs(Timer::kLimit))) && (!machine_.is(State::kHealthy) || !runs(Timer::kProof)) &&
         (machine_.is(State::kSuspect) || !runs(Timer::kHope)) && (machine_.is(State::kNew) || !runs(Timer::kStuck)) &&
         (!runs(Timer::kProof) || is_up(context_)) && (!context_.replace_asked || is_in_trouble()) &&
         (!is_in_trouble() || context_.replace_asked || runs(Timer::kLimit));
}

void Liveness::dispatch(LivenessTable::Event event, Instant now) {
  const State before = machine_.state();
  machine_.dispatch(event, context_, {now});
  if (machine_.state() == before) return;
  arrange_polls(now);
  if (before == State::kHealthy && now - since_ >= kLasting) replacements_ = 0;
  since_ = now;
  renew_answer_time(now);
}

void Liveness::fire(LivenessTimer timer, Instant now) {
  using Event = LivenessTable::Event;
  switch (timer) {
    case Timer::kPoll:
      context_.stats_asked = true;
      context_.timers.start(Timer::kPoll, now + poll_interval());
      break;
    case Timer::kBlip:
      dispatch(Event::kBlipOver, now);
      break;
    case Timer::kConsent:
      dispatch(Event::kConsentDue, now);
      break;
    case Timer::kRestart:
      dispatch(Event::kRestartDue, now);
      break;
    case Timer::kProof:
      dispatch(Event::kProofOver, now);
      break;
    case Timer::kHope:
      dispatch(Event::kHopeOver, now);
      break;
    case Timer::kStuck:
      dispatch(Event::kStuckOver, now);
      break;
    case Timer::kUnanswered:
      dispatch(Event::kUnanswered, now);
      break;
    case Timer::kLimit:
      dispatch(Event::kLimitOver, now);
      break;
    case Timer::kCount:
      break;
  }
}

Millis Liveness::answer_time() const {
  if (machine_.is(State::kHealthy)) return std::max(context_.limit, kAnswerTime);
  return Millis{kAnswerTime.count << std::min<std::uint32_t>(replacements_, 2)};
}

// The next poll is compared with nothing before it.
void Liveness::rebase() {
  last_bytes_.reset();
  silent_polls_ = 0;
}

// While some are expected and the connection is up, or is said to be down and not yet doubted.
bool Liveness::counts_bytes() const {
  return context_.expecting && (is_up(context_) || (machine_.is(State::kHealthy) && context_.timers.is_running(Timer::kBlip)));
}

Millis Liveness::poll_interval() const {
  return is_in_trouble() || context_.timers.is_running(Timer::kProof) ? kBriskPollInterval : kPollInterval;
}

void Liveness::arrange_polls(Instant now) {
  const std::optional<Instant> next = context_.timers.deadline(Timer::kPoll);
  if (!counts_bytes()) {
    context_.timers.stop(Timer::kPoll);
    context_.stats_asked = false;
    rebase();
  } else if (!next || *next > now + poll_interval()) {
    context_.timers.start(Timer::kPoll, now);
  }
}

}  // namespace holdfast::peer
