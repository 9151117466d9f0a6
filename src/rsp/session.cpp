// Turns what happens into events of session_table.hpp, and tells the server what it has not heard whenever the session is in step.
#include "rsp/session.hpp"

#include <utility>

#include "base/check.hpp"

namespace holdfast::rsp {

namespace {

using Event = SessionTable::Event;
using State = SessionTable::State;
using Timer = SessionTimer;

}  // namespace

Session::Session(input::Connect options, std::uint64_t seed) : context_(std::move(options), seed) {}

// ---- the app's and the other machines' wishes ---------------------------------------------------------------------------------

void Session::start(Instant now, Effects& effects) {
  if (!machine_.is(State::kIdle)) return;
  context_.token.renewable = context_.options.renews_token;
  context_.token.set(context_.options.token, context_.options.token_lifetime, now);
  dispatch(Event::kStart, {now, effects});
}

void Session::connect(std::optional<backend::LinkUpdate> initial_offer, Instant now, Effects& effects) {
  dispatch(Event::kOffer, {now, effects, initial_offer ? &*initial_offer : nullptr});
}

void Session::set_local_tracks(const std::vector<backend::LocalTrack>& tracks, Instant now, Effects& effects) {
  context_.outgoing.set_tracks(tracks);
  settle(now, effects);
}

void Session::tell_others(Extension words, Instant now, Effects& effects) {
  if (!context_.speaks_holdfast) return;
  context_.outgoing.set_extension(std::move(words));
  settle(now, effects);
}

void Session::send_link(const backend::LinkUpdate& link, Instant now, Effects& effects) {
  context_.outgoing.put(link);
  settle(now, effects);
}

void Session::forget_link(const LinkId& link) { context_.outgoing.forget(link); }

void Session::handle(const input::TokenGiven& in, Instant now, Effects& effects) {
  if (in.op.value != 0 && in.op != context_.token.request) return;
  context_.token.set(in.token, in.lifetime, now);
  dispatch(Event::kTokenGiven, {now, effects});
}

void Session::handle(const input::TokenFailed& in, Instant now, Effects& effects) {
  if (in.op != context_.token.request || !machine_.is(State::kAwaitingToken)) return;
  SessionInput input{now, effects};
  input.error.message = in.message;
  dispatch(Event::kNoAnswer, input);
}

void Session::leave(bool page_is_going, Instant now, Effects& effects) {
  SessionInput input{now, effects};
  input.page_is_going = page_is_going;
  dispatch(Event::kLeave, input);
}

void Session::step_out(Instant now, Effects& effects) {
  say_by_beacon(context_, effects);
  SessionInput input{now, effects};
  input.error.code = code::kParticipantNotFound;
  if (is_connected()) context_.connection.leave(Disconnect{context_.session}, now, effects);
  dispatch(machine_.is(State::kResuming) ? Event::kNoAnswer : Event::kEnded, input);
  context_.was_dropped = true;  // as far as we know: the beacon may arrive after we are back
  if (machine_.is(State::kBackingOff)) context_.timers.start(Timer::kPause, now + kCacheLimit);
}

void Session::hint(Hint hint, Instant now, Effects& effects) {
  if (!is_connected() || !context_.speaks_holdfast) return;
  Extension extension = context_.outgoing.extension();
  (hint == Hint::kLeaving ? extension.leaving : extension.hidden) = true;
  context_.connection.send(ClientUpdate{{}, {}, {}, extension}, now, effects);
}

// ---- what the network reports ------------------------------------------------------------------------------------------------------

void Session::handle(const input::SocketOpened& in, Instant now, Effects& effects) {
  on_connection(context_.connection.handle(in, now, effects), now, effects);
}

void Session::handle(const input::SocketText& in, Instant now, Effects& effects) {
  // Before `synced` it is no news of the room: what happened meanwhile may explain what looks like trouble.
  if (is_connected() && context_.connection.is_current(in.socket)) context_.events.push_back(backend::SignalingAlive{});
  on_connection(context_.connection.handle(in, now, effects), now, effects);
}

void Session::handle(const input::SocketClosed& in, Instant now, Effects& effects) {
  on_connection(context_.connection.handle(in, now, effects), now, effects);
}

void Session::handle(const input::ProbeAnswered& in, Instant now, Effects& effects) {
  if (in.op == context_.probe) dispatch(in.reachable ? Event::kReachable : Event::kUnreachable, {now, effects});
}

// The first connect keeps its own limits: it has no second attempt that a hurried first one could make room for.
void Session::handle(const input::Network& in, Instant now, Effects& effects) {
  if (context_.session.empty()) return;
  context_.connection.check(now, effects);
  if (in.event != input::NetworkEvent::kOffline) nudge(now, effects);
}

void Session::nudge(Instant now, Effects& effects) { dispatch(Event::kNudge, {now, effects}); }

void Session::wake(Instant now, Effects& effects) {
  context_.connection.wake(now, effects);
  if (context_.timers.is_running(Timer::kAnswer)) context_.timers.start(Timer::kAnswer, now + context_.answer_limit());
  if (context_.timers.is_running(Timer::kToken)) context_.timers.start(Timer::kToken, now + kTokenLimit);
  nudge(now, effects);
}

void Session::on_connection(ConnectionEvent event, Instant now, Effects& effects) {
  if (std::holds_alternative<ConnectionOpened>(event)) return dispatch(Event::kOpened, {now, effects});
  if (auto* received = std::get_if<MessageReceived>(&event)) return on_message(std::move(received->message), now, effects);
  const auto* closed = std::get_if<ConnectionClosed>(&event);
  if (closed == nullptr) return;
  using Cause = ConnectionClosed::Cause;
  SessionInput input{now, effects};
  if (closed->cause == Cause::kByServer) {
    input.error.code = code::kSignalingDisconnected;
    return dispatch(Event::kEnded, input);
  }
  input.error.code = closed->cause == Cause::kBusy ? code::kSignalingServerBusy : code::kSignalingConnection;
  dispatch(Event::kLost, input);
}

void Session::on_message(ServerMessage message, Instant now, Effects& effects) {
  SessionInput input{now, effects};
  if (auto* iced = std::get_if<Iced>(&message)) {
    input.ice_servers = &iced->ice_servers;
    dispatch(Event::kIced, input);
  } else if (auto* connected = std::get_if<Connected>(&message)) {
    input.connected = connected;
    input.room = &connected->state;
    dispatch(Event::kConnected, input);
  } else if (auto* update = std::get_if<ServerUpdate>(&message)) {
    input.room = &update->state;
    dispatch(Event::kUpdate, input);
  } else if (auto* synced = std::get_if<Synced>(&message)) {
    input.room = &synced->state;
    input.is_complete = true;
    dispatch(Event::kSynced, input);
  } else if (auto* disconnected = std::get_if<Disconnected>(&message)) {
    input.error.code = disconnected->completed ? code::kRoomCompleted : code::kSignalingDisconnected;
    dispatch(Event::kEnded, input);
  } else if (auto* error = std::get_if<ErrorMessage>(&message)) {
    input.error = std::move(error->error);
    dispatch(Event::kEnded, input);
  }
}

// ---- time -------------------------------------------------------------------------------------------------------------------------

void Session::handle_timers(Instant now, Effects& effects) {
  for (;;) {
    const auto own = context_.timers.next();
    const auto next = next_deadline();
    if (!next || *next > now) return;
    if (warning() == next) {
      context_.token.warning.reset();
      context_.events.push_back(backend::TokenExpiring{});
    } else if (own == next) {
      on_timer(*context_.timers.pop_due(now), now, effects);
    } else {
      on_connection(context_.connection.fire_timer(now, effects), now, effects);
    }
  }
}

void Session::on_timer(Timer timer, Instant now, Effects& effects) {
  switch (timer) {
    case Timer::kAnswer:
    case Timer::kToken:
      return dispatch(Event::kNoAnswer, {now, effects});
    case Timer::kPause:
      return dispatch(Event::kPauseOver, {now, effects});
    case Timer::kProbe:
      return dispatch(Event::kUnreachable, {now, effects});
    case Timer::kCount:
      return;
  }
}

std::optional<Instant> Session::next_deadline() const {
  return fsm::earliest(warning(), fsm::earliest(context_.timers.next(), context_.connection.next_deadline()));
}

// Nobody is told before connect() has settled.
std::optional<Instant> Session::warning() const { return context_.session.empty() || is_over() ? std::nullopt : context_.token.warning; }

// ---- inside -----------------------------------------------------------------------------------------------------------------------

void Session::dispatch(Event event, const SessionInput& input) {
  machine_.dispatch(event, context_, input);
  settle(input.now, input.effects);
}

// In step, the server is told at once all that it has not heard, in one update. Session and participant are always in it (4.4), unless the
// server can do without what it knows (19.1): where the network is narrow a long packet is dropped again and again, and the heartbeats
// behind it wait.
void Session::settle(Instant now, Effects& effects) {
  if (is_connected() && context_.outgoing.has_news()) {
    ClientUpdate update;
    if (!context_.speaks_holdfast || context_.outgoing.has_news_of_tracks()) {
      update.session = context_.session;
      update.participant = context_.outgoing.local_state();
    }
    update.peer_connections = context_.outgoing.take_news();
    const Extension& extension = context_.outgoing.extension();
    if (!extension.media_lost.empty() || !extension.wishes.empty() || extension.quality != kNoQuality) update.holdfast.emplace(extension);
    context_.connection.send(update, now, effects);
  }
  HOLDFAST_CHECK(is_consistent());
}

bool Session::is_connected() const { return machine_.is(State::kConnected); }
bool Session::is_over() const { return machine_.is(State::kOver); }
bool Session::peer_speaks_holdfast() const { return context_.speaks_holdfast; }

bool Session::is_consistent() const {
  const SessionContext& c = context_;
  const bool awaits = machine_.is_any({State::kAcquiringIce, State::kConnecting, State::kResuming});
  const bool is_away = machine_.is_any({State::kIdle, State::kAwaitingToken, State::kBackingOff, State::kProbing, State::kOver});
  const bool queues = machine_.is_any({State::kConnecting, State::kResuming});
  const bool joined = machine_.is_any({State::kConnected, State::kBackingOff, State::kProbing, State::kResuming});
  return c.connection.is_consistent() && (!is_connected() || c.connection.is_open()) && (!awaits || !c.connection.is_closed()) &&
         (!is_away || c.connection.is_closed()) && (queues || c.queue.empty()) && (!joined || !c.session.empty()) &&
         c.timers.is_running(Timer::kToken) == machine_.is(State::kAwaitingToken) &&
         c.timers.is_running(Timer::kAnswer) == (machine_.is(State::kOffering) || (awaits && c.connection.is_open())) &&
         c.timers.is_running(Timer::kPause) == machine_.is(State::kBackingOff) &&
         c.timers.is_running(Timer::kProbe) == machine_.is(State::kProbing);
}

std::vector<SessionEvent> Session::take_events() { return std::exchange(context_.events, {}); }

}  // namespace holdfast::rsp
