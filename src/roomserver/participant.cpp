#include "roomserver/participant.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

// So that kReturning ignores silence with reason.
static_assert(kReturnProof < kSilenceLimit && kWakeGrace < kSilenceLimit);

namespace participant {

bool is_tab_closing(const ParticipantContext& context, const ParticipantInput& input) {
  return input.close_code == kCloseGoingAway && context.hidden_at && input.now - *context.hidden_at <= kHiddenThenClosed;
}

// Counted from the first sign of trouble.
void hold(ParticipantContext& context, const ParticipantInput& input) {
  context.shown = rsp::ParticipantState::kReconnecting;
  if (!context.timers.is_running(ParticipantTimer::kHold))
    context.timers.start(ParticipantTimer::kHold, input.now + context.session_timeout);
}

void lose_socket(ParticipantContext& context, const ParticipantInput& input) {
  hold(context, input);
  context.socket.reset();
  context.timers.stop(ParticipantTimer::kProof);
  if (context.hidden_at || context.leaving || input.close_code == kCloseGoingAway) {
    const Instant limit = earlier(*context.timers.deadline(ParticipantTimer::kHold), input.now + kPageHold);
    context.timers.start(ParticipantTimer::kHold, limit);
  }
}

void await_return(ParticipantContext& context, const ParticipantInput& input) {
  context.socket.reset();
  context.timers.stop(ParticipantTimer::kProof);
  context.timers.start(ParticipantTimer::kHold, input.now + kPageClosedGrace);
}

// The absence goes on counting; it ends no earlier than the proof.
void await_proof(ParticipantContext& context, const ParticipantInput& input) {
  const Instant proven = input.now + kReturnProof;
  context.timers.start(ParticipantTimer::kProof, proven);
  context.timers.start(ParticipantTimer::kHold, later(*context.timers.deadline(ParticipantTimer::kHold), proven));
}

void resume(ParticipantContext& context, const ParticipantInput&) {
  context.shown = rsp::ParticipantState::kConnected;
  context.timers.stop_all();
}

void bind(ParticipantContext& context, const ParticipantInput& input) {
  resume(context, input);
  context.socket = input.socket;
  context.leaving = false;
  context.hidden_at.reset();
}

void end(ParticipantContext& context, const ParticipantInput& input) {
  context.shown = rsp::ParticipantState::kDisconnected;
  context.socket.reset();
  context.end_reason = input.reason;
  context.timers.stop_all();
}

void end_silent(ParticipantContext& context, const ParticipantInput& input) { end(context, {input.now, {}, code::kSignalingDisconnected}); }

void end_left(ParticipantContext& context, const ParticipantInput& input) { end(context, {input.now, {}, 0}); }

}  // namespace participant

using Event = ParticipantTable::Event;
using State = ParticipantTable::State;

Participant::Participant(SocketId socket, Millis session_timeout) {
  context_.socket = socket;
  context_.session_timeout = session_timeout;
}

void Participant::note_frame() {
  context_.leaving = false;
  context_.hidden_at.reset();
}

void Participant::note_hints(const rsp::Extension& hints, Instant now) {
  context_.leaving = hints.leaving.value_or(false);
  context_.hidden_at = hints.hidden.value_or(false) ? std::optional(now) : std::nullopt;
}

void Participant::handle_silent(Instant now) { dispatch(Event::kSilent, {now}); }

void Participant::handle_heard(Instant now) { dispatch(Event::kHeard, {now}); }

void Participant::handle_socket_closed(std::int64_t code, Instant now) {
  if (code == kCloseNormal) {
    end(0, now);
  } else if (!context_.keeps_session && (code == kCloseGoingAway || context_.leaving)) {
    dispatch(Event::kPageClosed, {now, {}, 0, code});
  } else {
    dispatch(Event::kSocketLost, {now, {}, 0, code});
  }
}

void Participant::handle_synced(SocketId socket, Instant now) { dispatch(Event::kSynced, {now, socket}); }

void Participant::end(int reason, Instant now) { dispatch(Event::kEnd, {now, {}, reason}); }

void Participant::fire_due(Instant now) {
  while (const auto timer = context_.timers.pop_due(now))
    dispatch(*timer == ParticipantTimer::kProof ? Event::kProven : Event::kHoldOver, {now});
}

void Participant::wake(Instant now) {
  for (const auto timer : {ParticipantTimer::kProof, ParticipantTimer::kHold}) {
    const auto deadline = context_.timers.deadline(timer);
    if (deadline) context_.timers.start(timer, later(*deadline, now + kWakeGrace));
  }
}

bool Participant::is_consistent() const {
  using Shown = rsp::ParticipantState;
  const bool holding = context_.timers.is_running(ParticipantTimer::kHold);
  if (context_.timers.is_running(ParticipantTimer::kProof) != machine_.is(State::kReturning)) return false;
  switch (machine_.state()) {
    case State::kConnected:
      return !holding && context_.socket && context_.shown == Shown::kConnected;
    case State::kReconnecting:
      return holding && context_.shown == Shown::kReconnecting;
    case State::kReturning:
      return holding && context_.socket && context_.shown == Shown::kReconnecting &&
             *context_.timers.deadline(ParticipantTimer::kProof) <= *context_.timers.deadline(ParticipantTimer::kHold);
    case State::kDeparting:
      return holding && !context_.socket && context_.shown != Shown::kDisconnected;
    case State::kGone:
      return !holding && !context_.socket && context_.shown == Shown::kDisconnected;
    case State::kCount:
      break;
  }
  return false;
}

void Participant::dispatch(Event event, const ParticipantInput& input) {
  machine_.dispatch(event, context_, input);
  HOLDFAST_CHECK(is_consistent());
}

}  // namespace holdfast::roomserver
