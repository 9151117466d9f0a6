#include "roomserver/channel.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "roomserver/limits.hpp"
#include "rsp/wire/codec.hpp"

namespace holdfast::roomserver {

namespace {

// Every frame sent re-arms the heartbeat (docs/protocol.md 2.3).
void send_frame(ChannelContext& context, const rsp::ServerFrame& frame, Instant now) {
  context.report.effects.push_back(SendText{context.socket, rsp::encode(frame)});
  if (context.negotiated > 0_ms) context.timers.start(ChannelTimer::kHeartbeat, now + (context.negotiated - kHeartbeatEarly));
}

void close_socket(ChannelContext& context, std::int64_t code, std::string_view reason) {
  context.timers.stop_all();
  context.report.effects.push_back(CloseSocket{context.socket, code, std::string(reason)});
}

void log(ChannelContext& context, std::string_view what, std::string_view detail) {
  std::string line = "socket " + std::to_string(context.socket.value) + ": ";
  context.report.effects.push_back(Log{line.append(what).append(detail)});
}

}  // namespace

namespace channel {

bool is_one_too_many(const ChannelContext& context, const ChannelInput&) { return context.malformed + 1 >= kMaxMalformedFrames; }

void welcome_and_deliver(ChannelContext& context, const ChannelInput& input) {
  const auto& hello = std::get<rsp::Hello>(*input.frame);
  context.negotiated = std::clamp(Millis{hello.timeout_ms}, kMinNegotiatedTimeout, context.longest_timeout);
  context.timers.stop(ChannelTimer::kHello);
  send_frame(context, rsp::Welcome{context.negotiated.count}, input.now);
  context.report.message = hello.body;
}

void welcome_again(ChannelContext& context, const ChannelInput& input) {
  send_frame(context, rsp::Welcome{context.negotiated.count}, input.now);
}

void deliver(ChannelContext& context, const ChannelInput& input) { context.report.message = std::get<rsp::ClientMsg>(*input.frame).body; }

void answer_bad(ChannelContext& context, const ChannelInput& input) {
  ++context.malformed;
  send_frame(context, rsp::Bad{std::string(input.reason)}, input.now);
}

void count_malformed(ChannelContext& context, const ChannelInput& input) {
  ++context.malformed;
  log(context, "malformed frame: ", input.reason);
}

void send_heartbeat(ChannelContext& context, const ChannelInput& input) { send_frame(context, rsp::Heartbeat{}, input.now); }

void await_close(ChannelContext& context, const ChannelInput& input) {
  context.timers.stop_all();
  context.timers.start(ChannelTimer::kFinish, input.now + kFinishTimeout);
}

void take_leave(ChannelContext& context, const ChannelInput& input) {
  await_close(context, input);
  context.report.bye = true;
}

void close_normally(ChannelContext& context, const ChannelInput&) { close_socket(context, kCloseNormal, ""); }

void close_for_policy(ChannelContext& context, const ChannelInput& input) {
  close_socket(context, kClosePolicy, input.reason);
  log(context, "closed: ", input.reason);
}

void close_as_told(ChannelContext& context, const ChannelInput& input) { close_socket(context, input.close_code, input.reason); }

}  // namespace channel

using Event = ChannelTable::Event;
using State = ChannelTable::State;

Channel::Channel(SocketId socket, Millis heartbeat_interval, Instant now) {
  context_.socket = socket;
  context_.longest_timeout = std::max(heartbeat_interval, kMinNegotiatedTimeout);
  context_.timers.start(ChannelTimer::kHello, now + kHelloTimeout);
}

void Channel::handle_text(std::string_view text, Instant now) {
  const auto decoded = rsp::decode_client_frame(text);
  ChannelInput input{now};
  Event event = Event::kMalformed;
  if (const auto* malformed = std::get_if<rsp::Malformed>(&decoded)) {
    input.reason = malformed->reason;
  } else {
    input.frame = std::get_if<rsp::ClientFrame>(&decoded);
    if (std::holds_alternative<rsp::Hello>(*input.frame)) event = Event::kHello;
    if (std::holds_alternative<rsp::Heartbeat>(*input.frame)) event = Event::kHeartbeat;
    if (std::holds_alternative<rsp::Bye>(*input.frame)) event = Event::kBye;
    if (std::holds_alternative<rsp::ClientMsg>(*input.frame)) {
      event = Event::kMsg;
      input.reason = "msg before hello";
    }
  }
  const bool was_open = is_open();
  dispatch(event, input);
  if (!was_open && is_open()) liveness_.watch(context_.negotiated, now);
  liveness_.handle_frame(now);
  context_.report.frame = true;
  collect_liveness();
  HOLDFAST_CHECK(is_consistent());
}

void Channel::handle_pong(Instant now) {
  liveness_.handle_pong(now);
  collect_liveness();
}

void Channel::fire_due(Instant now) {
  while (const auto timer = context_.timers.pop_due(now)) {
    switch (*timer) {
      case ChannelTimer::kHello:
        dispatch(Event::kHelloTimeout, {now, nullptr, "no hello", 0});
        break;
      case ChannelTimer::kHeartbeat:
        dispatch(Event::kHeartbeatDue, {now});
        break;
      case ChannelTimer::kFinish:
        dispatch(Event::kFinishTimeout, {now});
        break;
      case ChannelTimer::kCount:
        break;
    }
  }
  liveness_.fire_due(now);
  collect_liveness();
  HOLDFAST_CHECK(is_consistent());
}

void Channel::wake(Instant now) {
  liveness_.wake(now);
  collect_liveness();
}

void Channel::send(const rsp::ServerMessage& message, Instant now) {
  if (is_open()) send_frame(context_, rsp::ServerMsg{message}, now);
}

void Channel::finish(Instant now) {
  dispatch(Event::kFinish, {now});
  HOLDFAST_CHECK(is_consistent());
}

void Channel::close(std::int64_t code, std::string_view reason, Instant now) {
  dispatch(Event::kClose, {now, nullptr, reason, code});
  HOLDFAST_CHECK(is_consistent());
}

void Channel::note_misplaced(std::string_view reason, Instant now) {
  dispatch(Event::kMalformed, {now, nullptr, reason, 0});
  HOLDFAST_CHECK(is_consistent());
}

ChannelReport Channel::take_report() { return std::exchange(context_.report, {}); }

std::optional<Instant> Channel::next_deadline() const { return fsm::earliest(context_.timers.next(), liveness_.next_deadline()); }

bool Channel::is_consistent() const {
  const auto& timers = context_.timers;
  return timers.is_running(ChannelTimer::kHello) == machine_.is(State::kAwaitingHello) &&
         timers.is_running(ChannelTimer::kHeartbeat) == is_open() &&
         timers.is_running(ChannelTimer::kFinish) == machine_.is(State::kFinishing) && liveness_.is_consistent() &&
         liveness_.next_deadline().has_value() == is_open();
}

void Channel::dispatch(Event event, const ChannelInput& input) {
  const bool was_open = is_open();
  machine_.dispatch(event, context_, input);
  if (was_open && !is_open()) liveness_.stop(input.now);
}

// Both machines live on one socket; their reports become one.
void Channel::collect_liveness() {
  const LivenessReport report = liveness_.take_report();
  if (report.ping) context_.report.effects.push_back(Ping{context_.socket});
  if (report.hung) log(context_, "the page is hung", "");
  context_.report.silent = context_.report.silent || report.silent;
  context_.report.recovered = context_.report.recovered || report.recovered;
}

}  // namespace holdfast::roomserver
