#include "roomserver/participant.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace participant {

// Counted from the first sign of trouble.
void hold(ParticipantContext& context, const ParticipantInput& input) {
  context.shown = rsp::ParticipantState::kReconnecting;
  if (!context.timers.is_running(ParticipantTimer::kHold))
    context.timers.start(ParticipantTimer::kHold, input.now + context.session_timeout);
}

void lose_socket(ParticipantContext& context, const ParticipantInput& input) {
  hold(context, input);
  context.socket.reset();
  if (context.hidden) {
    const Instant limit = earlier(*context.timers.deadline(ParticipantTimer::kHold), input.now + kHiddenHold);
    context.timers.start(ParticipantTimer::kHold, limit);
  }
}

void await_return(ParticipantContext& context, const ParticipantInput& input) {
  context.socket.reset();
  context.timers.start(ParticipantTimer::kHold, input.now + kPageClosedGrace);
}

void resume(ParticipantContext& context, const ParticipantInput&) {
  context.shown = rsp::ParticipantState::kConnected;
  context.timers.stop(ParticipantTimer::kHold);
}

void bind(ParticipantContext& context, const ParticipantInput& input) {
  resume(context, input);
  context.socket = input.socket;
  context.leaving = false;
  context.hidden = false;
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
  context_.hidden = false;
}

void Participant::note_hints(const rsp::Extension& hints) {
  context_.leaving = hints.leaving.value_or(context_.leaving);
  context_.hidden = hints.hidden.value_or(context_.hidden);
}

void Participant::handle_silent(Instant now) { dispatch(Event::kSilent, {now}); }

void Participant::handle_heard(Instant now) { dispatch(Event::kHeard, {now}); }

void Participant::handle_socket_closed(std::int64_t code, Instant now) {
  if (code == kCloseNormal) {
    end(0, now);
  } else if (code == kCloseGoingAway || context_.leaving) {
    dispatch(Event::kPageClosed, {now});
  } else {
    dispatch(Event::kSocketLost, {now});
  }
}

void Participant::handle_synced(SocketId socket, Instant now) { dispatch(Event::kSynced, {now, socket}); }

void Participant::end(int reason, Instant now) { dispatch(Event::kEnd, {now, {}, reason}); }

void Participant::fire_due(Instant now) {
  while (context_.timers.pop_due(now)) dispatch(Event::kHoldOver, {now});
}

void Participant::wake(Instant now) {
  const auto deadline = context_.timers.deadline(ParticipantTimer::kHold);
  if (deadline) context_.timers.start(ParticipantTimer::kHold, later(*deadline, now + kWakeGrace));
}

bool Participant::is_consistent() const {
  using Shown = rsp::ParticipantState;
  const bool holding = context_.timers.is_running(ParticipantTimer::kHold);
  switch (machine_.state()) {
    case State::kConnected:
      return !holding && context_.socket && context_.shown == Shown::kConnected;
    case State::kReconnecting:
      return holding && context_.shown == Shown::kReconnecting;
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
