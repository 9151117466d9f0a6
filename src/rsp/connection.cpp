// What the rows of connection_table.hpp do.
#include "rsp/connection.hpp"

#include <utility>

#include "base/uuid.hpp"
#include "rsp/wire/codec.hpp"

namespace holdfast::rsp {

namespace {

using Timer = ConnectionTimer;
using Event = ConnectionTable::Event;
using State = ConnectionTable::State;

// Every frame that is sent after welcome puts the next heartbeat off.
void send_frame(ConnectionContext& c, const ClientFrame& frame, Instant now, Effects& effects) {
  effects.push_back(effect::SendText{c.socket, encode(frame)});
  if (c.negotiated.count > 0) c.timers.start(Timer::kHeartbeat, now + c.negotiated - kHeartbeatLead);
}

void say_hello(ConnectionContext& c, const ConnectionInput& in) {
  --c.hellos_left;
  send_frame(c, Hello{make_uuid(c.prng), kRequestedHeartbeat.count, c.cookie, c.greeting}, in.now, in.effects);
  c.timers.start(Timer::kWelcomeLimit, in.now + c.pace.welcome_limit);
}

void drop_socket(ConnectionContext& c, std::int64_t code, Effects& effects) {
  c.timers.stop_all();
  effects.push_back(effect::CloseSocket{c.socket, code, {}});
}

void fail(ConnectionContext& c, std::int64_t code, Effects& effects, ConnectionClosed::Cause cause = ConnectionClosed::Cause::kLost) {
  drop_socket(c, code, effects);
  c.event = ConnectionClosed{cause};
}

void log(Effects& effects, const std::string& message) { effects.push_back(effect::Log{effect::LogLevel::kWarn, "signaling: " + message}); }

// Brings a running timer forward, never back.
void hasten(fsm::Timers<Timer>& timers, Timer timer, Instant limit) {
  if (const auto deadline = timers.deadline(timer)) timers.start(timer, earlier(*deadline, limit));
}

}  // namespace

// ---- guards -----------------------------------------------------------------------------------------------------------------------

bool ConnectionTable::is_usable_welcome(const Context&, const Input& in) {
  return in.welcome->negotiated_timeout_ms > kHeartbeatLead.count;
}
bool ConnectionTable::is_final_refusal(const Context&, const Input& in) { return in.busy->retry_after_ms < 0; }
bool ConnectionTable::keeps_socket(const Context&, const Input& in) { return in.busy->keep_alive; }
bool ConnectionTable::may_greet_again(const Context& c, const Input&) { return c.hellos_left > 0; }

// ---- actions ----------------------------------------------------------------------------------------------------------------------

void ConnectionTable::dial(Context& c, const Input& in) {
  c.timers.stop_all();
  c.timers.start(Timer::kOpenLimit, in.now + c.pace.open_limit);
  c.negotiated = {0};
  ++c.socket.value;
  in.effects.push_back(effect::OpenSocket{c.socket, c.url});
}

void ConnectionTable::greet_first(Context& c, const Input& in) {
  c.timers.stop_all();
  c.hellos_left = kHellosPerSocket;
  say_hello(c, in);
}

void ConnectionTable::greet_again(Context& c, const Input& in) { say_hello(c, in); }

void ConnectionTable::open(Context& c, const Input& in) {
  c.timers.stop_all();
  c.greeting.reset();
  c.negotiated = {in.welcome->negotiated_timeout_ms};
  c.silence_code = close_code::kSilence;
  c.timers.start(Timer::kHeartbeat, in.now + c.negotiated - kHeartbeatLead);
  c.timers.start(Timer::kSilence, in.now + silence_limit(c.negotiated));
  c.event = ConnectionOpened{};
}

void ConnectionTable::wait(Context& c, const Input& in) {
  c.timers.stop_all();
  c.cookie = in.busy->cookie;
  c.timers.start(Timer::kBusyWait, in.now + Millis{in.busy->retry_after_ms});
}

void ConnectionTable::rest(Context& c, const Input& in) {
  drop_socket(c, close_code::kBusyWait, in.effects);
  wait(c, in);
}

void ConnectionTable::hear(Context& c, const Input& in) {
  c.silence_code = close_code::kSilence;
  c.timers.start(Timer::kSilence, in.now + silence_limit(c.negotiated));
  if (in.message != nullptr) c.event = MessageReceived{std::move(*in.message)};
}

void ConnectionTable::send_heartbeat(Context& c, const Input& in) { send_frame(c, Heartbeat{}, in.now, in.effects); }

void ConnectionTable::excuse_handshake(Context& c, const Input& in) {
  if (c.timers.is_running(Timer::kOpenLimit)) c.timers.start(Timer::kOpenLimit, in.now + c.pace.open_limit);
  if (c.timers.is_running(Timer::kWelcomeLimit)) c.timers.start(Timer::kWelcomeLimit, in.now + c.pace.welcome_limit);
}

void ConnectionTable::hasten_handshake(Context& c, const Input& in) {
  hasten(c.timers, Timer::kOpenLimit, in.now + kCheckLimit);
  hasten(c.timers, Timer::kWelcomeLimit, in.now + kCheckLimit);
  c.hellos_left = 0;
}

// A word of our own besides: if the other end has forgotten the connection, it says so (RST) sooner than any limit.
void ConnectionTable::excuse_silence(Context& c, const Input& in) {
  c.timers.start(Timer::kSilence, in.now + c.negotiated + kWakeSlack);
  send_frame(c, Heartbeat{}, in.now, in.effects);
}

void ConnectionTable::check_socket(Context& c, const Input& in) {
  c.silence_code = close_code::kNetworkChanged;
  hasten(c.timers, Timer::kSilence, in.now + kCheckLimit);
  send_frame(c, Heartbeat{}, in.now, in.effects);
}

void ConnectionTable::report_closed(Context& c, const Input& in) {
  c.timers.stop_all();
  const bool for_good = in.close_code == close_code::kNormal;
  c.event = ConnectionClosed{for_good ? ConnectionClosed::Cause::kByServer : ConnectionClosed::Cause::kLost};
}

void ConnectionTable::fail_open(Context& c, const Input& in) { fail(c, close_code::kOpenTimeout, in.effects); }
void ConnectionTable::fail_unanswered(Context& c, const Input& in) { fail(c, close_code::kUnanswered, in.effects); }
void ConnectionTable::fail_handshake(Context& c, const Input& in) { fail(c, close_code::kBadHandshake, in.effects); }
void ConnectionTable::fail_busy(Context& c, const Input& in) {
  fail(c, close_code::kBusyFinal, in.effects, ConnectionClosed::Cause::kBusy);
}
void ConnectionTable::fail_silent(Context& c, const Input& in) { fail(c, c.silence_code, in.effects); }
void ConnectionTable::close(Context& c, const Input& in) { drop_socket(c, in.close_code, in.effects); }
void ConnectionTable::stop_resting(Context& c, const Input&) { c.timers.stop_all(); }

// ---- the class --------------------------------------------------------------------------------------------------------------------

Connection::Connection(std::uint64_t seed) : context_{Prng(seed), {}, {}, {}, kPatient, {}, {}, 0, {}, close_code::kSilence, {}} {}

void Connection::dial(std::string url, ClientMessage greeting, Pace pace, Instant now, Effects& effects) {
  HOLDFAST_CHECK(is_closed());
  context_.url = std::move(url);
  context_.greeting = std::move(greeting);
  context_.pace = pace;
  context_.cookie.clear();
  dispatch(Event::kDial, {now, effects});
}

void Connection::send(ClientMessage message, Instant now, Effects& effects) {
  HOLDFAST_CHECK(is_open());
  send_frame(context_, ClientMsg{std::move(message)}, now, effects);
}

void Connection::close(std::int64_t code, Instant now, Effects& effects) { dispatch(Event::kClose, {now, effects, code}); }

void Connection::leave(Disconnect disconnect, Instant now, Effects& effects) {
  if (is_open()) {
    send(std::move(disconnect), now, effects);
    send_frame(context_, Bye{}, now, effects);
  }
  close(close_code::kNormal, now, effects);
}

ConnectionEvent Connection::handle(const input::SocketOpened& in, Instant now, Effects& effects) {
  if (!is_current(in.socket)) return {};
  return dispatch(Event::kSocketOpened, {now, effects});
}

ConnectionEvent Connection::handle(const input::SocketClosed& in, Instant now, Effects& effects) {
  if (!is_current(in.socket)) return {};
  return dispatch(Event::kSocketClosed, {now, effects, in.code});
}

ConnectionEvent Connection::handle(const input::SocketText& in, Instant now, Effects& effects) {
  if (!is_current(in.socket)) return {};
  auto frame = decode_server_frame(in.text);
  if (const auto* malformed = std::get_if<Malformed>(&frame)) {
    log(effects, "ignored a malformed frame: " + malformed->reason);
    return {};
  }
  auto& known = std::get<ServerFrame>(frame);
  ConnectionInput input{now, effects};
  if ((input.welcome = std::get_if<Welcome>(&known)) != nullptr) return dispatch(Event::kWelcome, input);
  if ((input.busy = std::get_if<Busy>(&known)) != nullptr) return dispatch(Event::kBusy, input);
  if (const auto* bad = std::get_if<Bad>(&known)) {
    log(effects, "the server calls a frame bad: " + bad->reason);
    return dispatch(Event::kBad, input);
  }
  if (std::holds_alternative<Bye>(known)) return {};  // what matters is the close that follows
  if (auto* msg = std::get_if<ServerMsg>(&known)) input.message = &msg->body;
  return dispatch(Event::kHeard, input);
}

void Connection::wake(Instant now, Effects& effects) { dispatch(Event::kWake, {now, effects}); }
void Connection::check(Instant now, Effects& effects) { dispatch(Event::kCheck, {now, effects}); }

ConnectionEvent Connection::fire_timer(Instant now, Effects& effects) {
  const auto timer = context_.timers.pop_due(now);
  if (!timer) return {};
  switch (*timer) {
    case Timer::kOpenLimit:
      return dispatch(Event::kOpenTimeout, {now, effects});
    case Timer::kWelcomeLimit:
      return dispatch(Event::kWelcomeTimeout, {now, effects});
    case Timer::kBusyWait:
      return dispatch(Event::kBusyOver, {now, effects});
    case Timer::kHeartbeat:
      return dispatch(Event::kHeartbeatDue, {now, effects});
    case Timer::kSilence:
      return dispatch(Event::kSilence, {now, effects});
    case Timer::kCount:
      break;
  }
  return {};
}

ConnectionEvent Connection::dispatch(Event event, const ConnectionInput& input) {
  machine_.dispatch(event, context_, input);
  HOLDFAST_CHECK(is_consistent());
  return std::exchange(context_.event, {});
}

bool Connection::is_consistent() const {
  const auto& timers = context_.timers;
  const auto runs_in = [&](Timer timer, fsm::Set<State> states) { return timers.is_running(timer) == machine_.is_any(states); };
  return runs_in(Timer::kOpenLimit, {State::kOpening}) && runs_in(Timer::kWelcomeLimit, {State::kGreeting}) &&
         runs_in(Timer::kBusyWait, {State::kWaiting, State::kResting}) && runs_in(Timer::kHeartbeat, {State::kOpen}) &&
         runs_in(Timer::kSilence, {State::kOpen});
}

}  // namespace holdfast::rsp
