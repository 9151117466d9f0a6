// The life of one signaling connection: from dialing a WebSocket to its end (docs/protocol.md 2). States, events, rows and their
// sentences only; what the actions do is in connection.cpp.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::rsp {

struct ConnectionContext;
struct ConnectionInput;

struct ConnectionTable {
  enum class State { kClosed, kOpening, kGreeting, kWaiting, kResting, kOpen, kCount };
  enum class Event {
    kDial,            // the session wants a connection
    kSocketOpened,    // the WebSocket is open
    kSocketClosed,    // … is closed or never opened
    kWelcome,         // frames …
    kBusy,            //
    kBad,             //
    kHeard,           // … heartbeat or msg
    kOpenTimeout,     // the WebSocket does not open
    kWelcomeTimeout,  // a hello was not answered
    kBusyOver,        // the time that `busy` asked for has passed
    kHeartbeatDue,    // nothing was sent for almost the negotiated time
    kSilence,         // nothing was heard for too long
    kWake,            // the machine slept: silence up to now means nothing
    kCheck,           // the network changed: the socket may be dead
    kClose,           // the session gives the connection up
    kCount
  };
  using Context = ConnectionContext;
  using Input = ConnectionInput;

  static constexpr std::string_view kName = "connection";
  static constexpr std::array<std::string_view, 6> kStateNames{"Closed", "Opening", "Greeting", "Waiting", "Resting", "Open"};
  static constexpr std::array<std::string_view, 15> kEventNames{
      "Dial",           "SocketOpened", "SocketClosed", "Welcome", "Busy", "Bad",   "Heard", "OpenTimeout",
      "WelcomeTimeout", "BusyOver",     "HeartbeatDue", "Silence", "Wake", "Check", "Close"};
  static constexpr State kInitial = State::kClosed;
  static constexpr fsm::Set<State> kFinal{};

  static bool is_usable_welcome(const Context&, const Input&);
  static bool is_final_refusal(const Context&, const Input&);
  static bool keeps_socket(const Context&, const Input&);
  static bool may_greet_again(const Context&, const Input&);

  static void dial(Context&, const Input&);
  static void greet_first(Context&, const Input&);
  static void greet_again(Context&, const Input&);
  static void open(Context&, const Input&);
  static void wait(Context&, const Input&);
  static void rest(Context&, const Input&);
  static void hear(Context&, const Input&);
  static void send_heartbeat(Context&, const Input&);
  static void excuse_handshake(Context&, const Input&);
  static void hasten_handshake(Context&, const Input&);
  static void excuse_silence(Context&, const Input&);
  static void check_socket(Context&, const Input&);
  static void report_closed(Context&, const Input&);
  static void fail_open(Context&, const Input&);
  static void fail_unanswered(Context&, const Input&);
  static void fail_handshake(Context&, const Input&);
  static void fail_busy(Context&, const Input&);
  static void fail_silent(Context&, const Input&);
  static void close(Context&, const Input&);
  static void stop_resting(Context&, const Input&);

  using S = State;
  using E = Event;
  static constexpr auto kRows = std::to_array<fsm::Row<ConnectionTable>>({
      {S::kClosed, E::kDial, nullptr, dial, S::kOpening, "open a WebSocket"},

      {S::kOpening, E::kSocketOpened, nullptr, greet_first, S::kGreeting, "say hello, with the first message in it"},
      {S::kOpening, E::kSocketClosed, nullptr, report_closed, S::kClosed, "refused, or lost before it opened"},
      {S::kOpening, E::kOpenTimeout, nullptr, fail_open, S::kClosed, "3007: the socket does not open"},
      {S::kOpening, E::kWake, nullptr, excuse_handshake, S::kOpening, "give it the full time again"},
      {S::kOpening, E::kCheck, nullptr, hasten_handshake, S::kOpening, "it may hang on the old network"},
      {S::kOpening, E::kClose, nullptr, close, S::kClosed, "given up"},

      {S::kGreeting, E::kWelcome, is_usable_welcome, open, S::kOpen, "welcome: start both timers"},
      {S::kGreeting, E::kWelcome, nullptr, fail_handshake, S::kClosed, "3002: a negotiated time that no timer can run on"},
      {S::kGreeting, E::kBusy, is_final_refusal, fail_busy, S::kClosed, "3006: refused for good"},
      {S::kGreeting, E::kBusy, keeps_socket, wait, S::kWaiting, "busy: keep the socket and wait"},
      {S::kGreeting, E::kBusy, nullptr, rest, S::kResting, "3005: busy, come back with another socket"},
      {S::kGreeting, E::kBad, nullptr, fail_handshake, S::kClosed, "3002: hello was not understood"},
      {S::kGreeting, E::kWelcomeTimeout, may_greet_again, greet_again, S::kGreeting, "say hello again, under a new id"},
      {S::kGreeting, E::kWelcomeTimeout, nullptr, fail_unanswered, S::kClosed, "3000: no hello was answered"},
      {S::kGreeting, E::kSocketClosed, nullptr, report_closed, S::kClosed, "lost during the handshake"},
      {S::kGreeting, E::kWake, nullptr, excuse_handshake, S::kGreeting, "give it the full time again"},
      {S::kGreeting, E::kCheck, nullptr, hasten_handshake, S::kGreeting, "it may hang on the old network"},
      {S::kGreeting, E::kClose, nullptr, close, S::kClosed, "given up"},

      {S::kWaiting, E::kWelcome, is_usable_welcome, open, S::kOpen, "welcomed before the time was over"},
      {S::kWaiting, E::kWelcome, nullptr, fail_handshake, S::kClosed, "3002: a negotiated time that no timer can run on"},
      {S::kWaiting, E::kBusy, is_final_refusal, fail_busy, S::kClosed, "3006: refused for good"},
      {S::kWaiting, E::kBusy, keeps_socket, wait, S::kWaiting, "still busy: wait anew"},
      {S::kWaiting, E::kBusy, nullptr, rest, S::kResting, "3005: busy, come back with another socket"},
      {S::kWaiting, E::kBusyOver, nullptr, greet_first, S::kGreeting, "say hello with the cookie"},
      {S::kWaiting, E::kSocketClosed, nullptr, report_closed, S::kClosed, "lost while waiting"},
      {S::kWaiting, E::kClose, nullptr, close, S::kClosed, "given up"},

      {S::kResting, E::kBusyOver, nullptr, dial, S::kOpening, "come back as asked"},
      {S::kResting, E::kClose, nullptr, stop_resting, S::kClosed, "given up; there is no socket"},

      {S::kOpen, E::kHeard, nullptr, hear, S::kOpen, "alive: the silence starts anew; a message is handed on"},
      {S::kOpen, E::kHeartbeatDue, nullptr, send_heartbeat, S::kOpen, "nothing else to say for a while"},
      {S::kOpen, E::kSilence, nullptr, fail_silent, S::kClosed, "3001, or 3004 after a network change: nothing heard"},
      {S::kOpen, E::kSocketClosed, nullptr, report_closed, S::kClosed, "lost, or closed by the server"},
      {S::kOpen, E::kWake, nullptr, excuse_silence, S::kOpen, "count silence from now, and ask"},
      {S::kOpen, E::kCheck, nullptr, check_socket, S::kOpen, "expect a word soon, and ask"},
      {S::kOpen, E::kClose, nullptr, close, S::kClosed, "given up"},
  });

  static constexpr auto kIgnored = std::to_array<fsm::Ignored<ConnectionTable>>({
      {{S::kOpening, S::kGreeting, S::kWaiting, S::kResting, S::kOpen}, E::kDial, "one at a time"},
      {{S::kClosed, S::kGreeting, S::kWaiting, S::kResting, S::kOpen}, E::kSocketOpened, "a socket opens once"},
      {{S::kClosed, S::kResting}, E::kSocketClosed, "no socket"},
      {{S::kClosed, S::kOpening, S::kResting, S::kOpen}, E::kWelcome, "not asked for"},
      {{S::kClosed, S::kOpening, S::kResting, S::kOpen}, E::kBusy, "only an answer to hello"},
      {{S::kClosed, S::kOpening, S::kWaiting, S::kResting, S::kOpen}, E::kBad, "does not end a connection that works"},
      {{S::kClosed, S::kOpening, S::kGreeting, S::kWaiting, S::kResting}, E::kHeard, "nothing counts before welcome"},
      {{S::kClosed, S::kGreeting, S::kWaiting, S::kResting, S::kOpen}, E::kOpenTimeout, "runs in Opening only"},
      {{S::kClosed, S::kOpening, S::kWaiting, S::kResting, S::kOpen}, E::kWelcomeTimeout, "runs in Greeting only"},
      {{S::kClosed, S::kOpening, S::kGreeting, S::kOpen}, E::kBusyOver, "runs in Waiting and Resting only"},
      {{S::kClosed, S::kOpening, S::kGreeting, S::kWaiting, S::kResting}, E::kHeartbeatDue, "runs in Open only"},
      {{S::kClosed, S::kOpening, S::kGreeting, S::kWaiting, S::kResting}, E::kSilence, "runs in Open only"},
      {{S::kClosed, S::kWaiting, S::kResting}, E::kWake, "the server's wish stands"},
      {{S::kClosed, S::kWaiting, S::kResting}, E::kCheck, "the server's wish stands"},
      {{S::kClosed}, E::kClose, "closed already"},
  });
};

}  // namespace holdfast::rsp
