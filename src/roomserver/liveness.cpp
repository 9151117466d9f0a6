#include "roomserver/liveness.hpp"

#include <utility>

#include "base/check.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace liveness {

void watch(LivenessContext& context, const LivenessInput& input) {
  context.report.ping = true;
  context.timers.start(LivenessTimer::kPing, input.now + kPingInterval);
  note_frame(context, input);
}

void note_pong(LivenessContext& context, const LivenessInput& input) {
  context.timers.start(LivenessTimer::kSilence, input.now + kSilenceLimit);
}

void note_frame(LivenessContext& context, const LivenessInput& input) {
  note_pong(context, input);
  context.timers.start(LivenessTimer::kPageQuiet, input.now + context.page_quiet_limit);
}

void report_silence(LivenessContext& context, const LivenessInput&) {
  context.report.silent = true;
  context.timers.stop(LivenessTimer::kPageQuiet);
}

void report_recovery(LivenessContext& context, const LivenessInput& input) {
  context.report.recovered = true;
  note_frame(context, input);
}

void report_hung(LivenessContext& context, const LivenessInput&) { context.report.hung = true; }

void stop(LivenessContext& context, const LivenessInput&) { context.timers.stop_all(); }

}  // namespace liveness

using Event = LivenessTable::Event;
using State = LivenessTable::State;

void Liveness::watch(Millis negotiated_timeout, Instant now) {
  context_.page_quiet_limit = 3 * negotiated_timeout;
  dispatch(Event::kWatch, now);
}

void Liveness::handle_pong(Instant now) { dispatch(Event::kPong, now); }

void Liveness::handle_frame(Instant now) { dispatch(Event::kFrame, now); }

void Liveness::fire_due(Instant now) {
  while (const auto timer = context_.timers.pop_due(now)) {
    switch (*timer) {
      case LivenessTimer::kPing:
        context_.report.ping = true;
        context_.timers.start(LivenessTimer::kPing, now + kPingInterval);
        break;
      case LivenessTimer::kSilence:
        dispatch(Event::kSilence, now);
        break;
      case LivenessTimer::kPageQuiet:
        dispatch(Event::kPageQuiet, now);
        break;
      case LivenessTimer::kCount:
        break;
    }
  }
}

void Liveness::wake(Instant now) {
  const auto restart = [&](LivenessTimer timer, Millis limit) {
    if (context_.timers.is_running(timer)) context_.timers.start(timer, now + limit);
  };
  context_.report.ping = context_.report.ping || context_.timers.is_running(LivenessTimer::kPing);
  restart(LivenessTimer::kPing, kPingInterval);
  restart(LivenessTimer::kSilence, kSilenceLimit);
  restart(LivenessTimer::kPageQuiet, context_.page_quiet_limit);
}

void Liveness::stop(Instant now) { dispatch(Event::kStop, now); }

LivenessReport Liveness::take_report() { return std::exchange(context_.report, {}); }

bool Liveness::is_consistent() const {
  const auto& timers = context_.timers;
  const bool watching = !machine_.is(State::kUnwatched);
  return timers.is_running(LivenessTimer::kPing) == watching &&
         timers.is_running(LivenessTimer::kSilence) == machine_.is_any({State::kLively, State::kHung}) &&
         timers.is_running(LivenessTimer::kPageQuiet) == machine_.is(State::kLively);
}

void Liveness::dispatch(Event event, Instant now) {
  machine_.dispatch(event, context_, LivenessInput{now});
  HOLDFAST_CHECK(is_consistent());
}

}  // namespace holdfast::roomserver
