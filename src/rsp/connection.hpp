// One signaling connection: dials a WebSocket, says hello until it is welcomed, keeps it alive, notices when it is dead, and closes it
// with the right code (docs/protocol.md 2). Decides nothing about rooms, and never dials again by itself except where a `busy` server
// asked for it: whether a lost connection is replaced is the session's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "base/prng.hpp"
#include "effect.hpp"
#include "fsm/table.hpp"
#include "fsm/timers.hpp"
#include "input.hpp"
#include "rsp/connection_table.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::rsp {

namespace close_code {  // docs/protocol.md 2.4
constexpr std::int64_t kNormal = 1000;
constexpr std::int64_t kUnanswered = 3000;
constexpr std::int64_t kSilence = 3001;
constexpr std::int64_t kBadHandshake = 3002;
constexpr std::int64_t kNetworkChanged = 3004;
constexpr std::int64_t kBusyWait = 3005;
constexpr std::int64_t kBusyFinal = 3006;
constexpr std::int64_t kOpenTimeout = 3007;
}  // namespace close_code

// What hello asks for. The shortest that our server grants: trouble must show within 3 s, which is three of these.
constexpr Millis kRequestedHeartbeat = 1_s;
// A heartbeat leaves this much before the negotiated time is over.
constexpr Millis kHeartbeatLead = 200_ms;
constexpr int kHellosPerSocket = 3;
// Without a frame for as long as three heartbeats take the server is given up. Not quite as long: what the app is told has to show within
// 3 s, and the page may be late.
constexpr std::int64_t kSilentHeartbeats = 3;
constexpr Millis kSilenceLead = 300_ms;
constexpr Millis silence_limit(Millis negotiated) { return kSilentHeartbeats * negotiated - kSilenceLead; }
// After a wake the next heartbeat may be this late before the socket counts as dead.
constexpr Millis kWakeSlack = 500_ms;
// After a network change a live socket must be heard within this time. Our server sends every second. One that sends less often is
// replaced if it happens to be silent, which the official client does at once and always (3004); waiting spares the app a
// `reconnecting` where the old socket has survived, as it does when a second interface comes up.
constexpr Millis kCheckLimit = 1500_ms;

// How long the steps of the handshake may take. The first connect has the official limits: an app's user waits once, and there is no
// second attempt. A resuming session would lose its whole limit to one hanging attempt, so it gives up sooner and tries again.
struct Pace {
  Millis open_limit;
  Millis welcome_limit;  // for each hello
};
constexpr Pace kPatient{15_s, 5_s};
constexpr Pace kBrisk{5_s, 1500_ms};

// What the session learns; at most one of these comes of one input.
struct ConnectionOpened {};
struct MessageReceived {
  ServerMessage message;
};
struct ConnectionClosed {
  enum class Cause { kLost, kByServer, kBusy } cause = Cause::kLost;  // kByServer: with 1000, which means for good
};
using ConnectionEvent = std::variant<std::monostate, ConnectionOpened, MessageReceived, ConnectionClosed>;

enum class ConnectionTimer { kOpenLimit, kWelcomeLimit, kBusyWait, kHeartbeat, kSilence, kCount };

struct ConnectionInput {
  Instant now;
  Effects& effects;
  std::int64_t close_code = 0;       // kSocketClosed, kClose
  const Welcome* welcome = nullptr;  // kWelcome
  const Busy* busy = nullptr;        // kBusy
  ServerMessage* message = nullptr;  // kHeard; nothing: a heartbeat
};

struct ConnectionContext {
  Prng prng;
  fsm::Timers<ConnectionTimer> timers;
  SocketId socket;  // the latest
  std::string url;
  Pace pace = kPatient;
  std::optional<ClientMessage> greeting;  // body of hello, while hellos may be needed
  std::string cookie;                     // of the last busy
  int hellos_left = 0;
  Millis negotiated;  // 0 before welcome
  std::int64_t silence_code = close_code::kSilence;
  ConnectionEvent event;
};

class Connection {
 public:
  explicit Connection(std::uint64_t seed);

  // Starts anew; it must be closed. `greeting` travels in hello.
  void dial(std::string url, ClientMessage greeting, Pace pace, Instant now, Effects& effects);
  // It must be open.
  void send(ClientMessage message, Instant now, Effects& effects);
  // Gives it up with this code. Nothing more is reported.
  void close(std::int64_t code, Instant now, Effects& effects);
  // The last words of a session, if they can be said: disconnect and bye; then closes with 1000.
  void leave(Disconnect disconnect, Instant now, Effects& effects);

  // Inputs of a socket that is not the current one change nothing.
  ConnectionEvent handle(const input::SocketOpened&, Instant now, Effects& effects);
  ConnectionEvent handle(const input::SocketText&, Instant now, Effects& effects);
  ConnectionEvent handle(const input::SocketClosed&, Instant now, Effects& effects);
  // The machine slept: what was not heard meanwhile is no silence, but the socket may be dead.
  void wake(Instant now, Effects& effects);
  // The network changed: a live socket must be heard soon.
  void check(Instant now, Effects& effects);

  // Fires the earliest timer if it is due.
  ConnectionEvent fire_timer(Instant now, Effects& effects);
  std::optional<Instant> next_deadline() const { return context_.timers.next(); }

  bool is_current(SocketId socket) const {
    return socket == context_.socket && !machine_.is_any({ConnectionTable::State::kClosed, ConnectionTable::State::kResting});
  }
  bool is_open() const { return machine_.is(ConnectionTable::State::kOpen); }
  bool is_closed() const { return machine_.is(ConnectionTable::State::kClosed); }
  bool is_consistent() const;

 private:
  ConnectionEvent dispatch(ConnectionTable::Event event, const ConnectionInput& input);

  ConnectionContext context_;
  fsm::Machine<ConnectionTable> machine_;
};

}  // namespace holdfast::rsp
