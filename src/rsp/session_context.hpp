// The data of a session between two inputs, the payload of its events, and its limits. What happens to them is in session_actions.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "base/prng.hpp"
#include "effect.hpp"
#include "fsm/timers.hpp"
#include "input.hpp"
#include "rsp/connection.hpp"
#include "rsp/incoming.hpp"
#include "rsp/outgoing.hpp"
#include "rsp/token.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::rsp {

// How long a live server may take for `iced` and for `connected`: as long as the handshake before it. The browser has as long for the first
// offer. (The official client waits for ever, docs/protocol.md 17.3.)
constexpr Millis kConnectAnswerLimit = 15_s;
// … and for `synced`, which needs no more than a look-up. Then another socket is worth trying.
constexpr Millis kSyncAnswerLimit = 5_s;
// A host that takes longer to answer a probe would not open a socket within kBrisk either.
constexpr Millis kProbeLimit = kBrisk.open_limit;
// The longest pause between probes, with full jitter. It does not grow: browsers hold back the next WebSocket after failed ones, by up
// to 18 s as measured, but never the next fetch.
constexpr Millis kProbePause = 500_ms;
// A page whose Content-Security-Policy allows the socket but no fetch has every probe refused at once: after so many in a row, some 8 s, a
// socket is tried all the same. Few enough that browsers do not yet hold sockets back for long.
constexpr std::uint32_t kProbesBeforeDial = 32;
// News that may arrive before the answer they depend on.
constexpr std::size_t kQueueLimit = 64;
// Longer than browsers keep a page in the back-forward cache. It wakes when it is taken out.
constexpr Millis kCacheLimit = 3600_s;
// Assumed where the server says nothing usable (10.4).
constexpr Millis kDefaultSessionTimeout = 30_s;

using SessionEvent =
    std::variant<backend::IceServersReady, backend::IceServersRenewed, backend::Joined, backend::Updated, backend::SignalingLost,
                 backend::SignalingRestored, backend::SignalingAlive, backend::AttemptPlanned, backend::TokenExpiring, backend::Ended>;

enum class SessionTimer { kAnswer, kToken, kPause, kProbe, kCount };

struct SessionInput {
  Instant now;
  Effects& effects;
  const backend::LinkUpdate* offer = nullptr;     // kOffer, if there is one
  std::vector<IceServer>* ice_servers = nullptr;  // kIced
  Connected* connected = nullptr;                 // kConnected
  RoomState* room = nullptr;                      // kConnected, kUpdate, kSynced
  bool is_complete = false;                       // kSynced
  Error error{};                                  // kEnded, kLost
  bool page_is_going = false;                     // kLeave
};

struct SessionContext {
  struct News {
    RoomState room;
    bool is_complete = false;
  };

  SessionContext(input::Connect connect_options, std::uint64_t seed)
      : options(std::move(connect_options)), prng(seed), connection(prng.next()) {}

  // Before `connected` the answer is `iced` or `connected`, afterwards `synced`, or `connected` where another socket can be tried too.
  Millis answer_limit() const { return session.empty() ? kConnectAnswerLimit : kSyncAnswerLimit; }

  input::Connect options;
  Token token;
  Prng prng;
  Connection connection;
  Incoming incoming;
  Outgoing outgoing;
  fsm::Timers<SessionTimer> timers;
  bool has_offered = false;             // `connect` is made
  std::string session;                  // from `connected` on
  bool speaks_holdfast = false;         // the server does
  std::vector<News> queue;              // at most kQueueLimit
  bool was_dropped = false;             // by the server: `session` is of no use any more
  std::uint32_t attempt = 0;            // to come back, since the session was last in step
  std::uint32_t failed_dials = 0;       // … of which dialed in vain
  std::uint32_t unanswered_probes = 0;  // since the last dial
  OperationId probe;                    // the latest
  std::vector<SessionEvent> events;
};

// What the disconnect before it says, for a page whose socket the browser has already closed.
void say_by_beacon(const SessionContext& context, Effects& effects);

}  // namespace holdfast::rsp
