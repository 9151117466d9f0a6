// The life of one session: from the request for ICE servers to leaving, over any number of connections (docs/protocol.md 5, 11). States,
// events, rows and their sentences only; what the actions do is in session_actions.cpp.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::rsp {

struct SessionContext;
struct SessionInput;

struct SessionTable {
  enum class State {
    kIdle,
    kAwaitingToken,  // there is none, or none that will do; the app was asked for one
    kAcquiringIce,   // first connection: waiting for `iced`
    kOffering,       // the client makes its first offer
    kConnecting,     // `connect` is on its way or waits in hello
    kConnected,      // in step with the server
    kBackingOff,     // no connection; pausing
    kProbing,        // no connection; asking whether the host is there
    kResuming,       // a new connection, with `sync` in its hello
    kOver,
    kCount
  };
  enum class Event {
    kStart,
    kOffer,        // the client's first offer, or that there is none
    kOpened,       // the connection was welcomed
    kTokenGiven,   // the app has made one
    kIced,         // messages …
    kConnected,    //
    kUpdate,       //
    kSynced,       //
    kEnded,        // … `error` or `disconnected`, or the server closed with 1000
    kLost,         // the connection is gone
    kNoAnswer,     // the connection lives, but the answer does not come; or the app has no token
    kPauseOver,    //
    kReachable,    // the host answered the probe
    kUnreachable,  // … or did not
    kNudge,        // the network or the machine is back: why wait?
    kLeave,
    kCount
  };
  using Context = SessionContext;
  using Input = SessionInput;

  static constexpr std::string_view kName = "session";
  static constexpr std::array<std::string_view, 10> kStateNames{"Idle",      "AwaitingToken", "AcquiringIce", "Offering", "Connecting",
                                                                "Connected", "BackingOff",    "Probing",      "Resuming", "Over"};
  static constexpr std::array<std::string_view, 16> kEventNames{"Start",     "Offer",       "Opened", "TokenGiven", "Iced",     "Connected",
                                                                "Update",    "Synced",      "Ended",  "Lost",       "NoAnswer", "PauseOver",
                                                                "Reachable", "Unreachable", "Nudge",  "Leave"};
  static constexpr State kInitial = State::kIdle;
  static constexpr fsm::Set<State> kFinal{State::kOver};

  static bool has_no_token(const Context&, const Input&);
  static bool can_renew_token(const Context&, const Input&);
  static bool has_another_token(const Context&, const Input&);
  static bool should_renew_token(const Context&, const Input&);
  static bool is_joined(const Context&, const Input&);
  static bool has_offered(const Context&, const Input&);
  static bool has_ice_servers(const Context&, const Input&);
  static bool has_connection(const Context&, const Input&);
  static bool is_usable(const Context&, const Input&);
  static bool is_queue_full(const Context&, const Input&);
  static bool should_probe(const Context&, const Input&);
  static bool should_rejoin(const Context&, const Input&);
  static bool was_asked_to_sync(const Context&, const Input&);
  static bool is_let_in_again(const Context&, const Input&);

  static void request_token(Context&, const Input&);
  static void replace_token(Context&, const Input&);
  static void ask_for_offer(Context&, const Input&);
  static void request_ice(Context&, const Input&);
  static void await_answer(Context&, const Input&);
  static void pass_ice_servers(Context&, const Input&);
  static void send_connect(Context&, const Input&);
  static void dial_connect(Context&, const Input&);
  static void join(Context&, const Input&);
  static void queue(Context&, const Input&);
  static void apply(Context&, const Input&);
  static void lose(Context&, const Input&);
  static void probe(Context&, const Input&);
  static void pause_probing(Context&, const Input&);
  static void dial_again(Context&, const Input&);
  static void restore(Context&, const Input&);
  static void rejoin(Context&, const Input&);
  static void lose_place(Context&, const Input&);
  static void join_again(Context&, const Input&);
  static void retry(Context&, const Input&);
  static void drop_unanswered(Context&, const Input&);
  static void drop_flooding(Context&, const Input&);
  static void end(Context&, const Input&);
  static void end_unanswered(Context&, const Input&);
  static void end_expired(Context&, const Input&);
  static void end_invalid(Context&, const Input&);
  static void end_without_offer(Context&, const Input&);
  static void leave(Context&, const Input&);

  using S = State;
  using E = Event;
  static constexpr auto kRows = std::to_array<fsm::Row<SessionTable>>({
      {S::kIdle, E::kStart, has_no_token, request_token, S::kAwaitingToken, "the app has a function that makes it"},
      {S::kIdle, E::kStart, has_ice_servers, ask_for_offer, S::kOffering, "the app brings its ICE servers: dial with `connect` later"},
      {S::kIdle, E::kStart, nullptr, request_ice, S::kAcquiringIce, "dial, with `ice` in hello"},
      {S::kIdle, E::kLeave, nullptr, leave, S::kOver, "left before anything began"},

      {S::kAwaitingToken, E::kTokenGiven, is_joined, dial_again, S::kResuming, "dial, with `sync` in hello"},
      {S::kAwaitingToken, E::kTokenGiven, has_offered, dial_connect, S::kConnecting, "dial, with `connect` in hello"},
      {S::kAwaitingToken, E::kTokenGiven, has_ice_servers, ask_for_offer, S::kOffering, "as a connect begins"},
      {S::kAwaitingToken, E::kTokenGiven, nullptr, request_ice, S::kAcquiringIce, "as a connect begins"},
      {S::kAwaitingToken, E::kNoAnswer, has_no_token, end_expired, S::kOver, "20104: the app has none either"},
      {S::kAwaitingToken, E::kNoAnswer, nullptr, dial_again, S::kResuming, "the server has not refused the old one yet"},
      {S::kAwaitingToken, E::kLeave, nullptr, leave, S::kOver, "left meanwhile"},

      {S::kAcquiringIce, E::kOpened, nullptr, await_answer, S::kAcquiringIce, "welcomed: `iced` is due"},
      {S::kAcquiringIce, E::kIced, nullptr, pass_ice_servers, S::kOffering, "ICE servers are here: ask for the first offer"},
      {S::kAcquiringIce, E::kEnded, has_another_token, request_ice, S::kAcquiringIce, "20104: the app has given another meanwhile"},
      {S::kAcquiringIce, E::kEnded, can_renew_token, replace_token, S::kAwaitingToken, "20104: the app makes another"},
      {S::kAcquiringIce, E::kEnded, nullptr, end, S::kOver, "refused"},
      {S::kAcquiringIce, E::kLost, nullptr, end, S::kOver, "one attempt, no retry (11)"},
      {S::kAcquiringIce, E::kNoAnswer, nullptr, end_unanswered, S::kOver, "`iced` never came"},
      {S::kAcquiringIce, E::kLeave, nullptr, leave, S::kOver, "cancelled"},

      {S::kOffering, E::kOffer, has_connection, send_connect, S::kConnecting, "`connect` over the open connection"},
      {S::kOffering, E::kOffer, nullptr, dial_connect, S::kConnecting, "dial, with `connect` in hello"},
      {S::kOffering, E::kEnded, nullptr, end, S::kOver, "refused"},
      {S::kOffering, E::kLost, nullptr, end, S::kOver, "one attempt, no retry (11)"},
      {S::kOffering, E::kNoAnswer, nullptr, end_without_offer, S::kOver, "53400: the browser never made an offer"},
      {S::kOffering, E::kLeave, nullptr, leave, S::kOver, "cancelled"},

      {S::kConnecting, E::kOpened, nullptr, await_answer, S::kConnecting, "welcomed: `connected` is due"},
      {S::kConnecting, E::kConnected, is_usable, join, S::kConnected, "in the room; what was queued follows"},
      {S::kConnecting, E::kConnected, nullptr, end_invalid, S::kOver, "53003: `connected` without what a session needs"},
      {S::kConnecting, E::kUpdate, is_queue_full, end_invalid, S::kOver, "53003: more news before `connected` than a server can have"},
      {S::kConnecting, E::kUpdate, nullptr, queue, S::kConnecting, "news before `connected`: later"},
      {S::kConnecting, E::kSynced, is_queue_full, end_invalid, S::kOver, "53003: more news before `connected` than a server can have"},
      {S::kConnecting, E::kSynced, nullptr, queue, S::kConnecting, "news before `connected`: later"},
      {S::kConnecting, E::kEnded, has_another_token, dial_connect, S::kConnecting, "20104: the app has given another meanwhile"},
      {S::kConnecting, E::kEnded, can_renew_token, replace_token, S::kAwaitingToken, "20104: the app makes another"},
      {S::kConnecting, E::kEnded, nullptr, end, S::kOver, "refused"},
      {S::kConnecting, E::kLost, nullptr, end, S::kOver, "one attempt, no retry (11)"},
      {S::kConnecting, E::kNoAnswer, nullptr, end_unanswered, S::kOver, "`connected` never came"},
      {S::kConnecting, E::kLeave, nullptr, leave, S::kOver, "cancelled"},

      {S::kConnected, E::kConnected, nullptr, apply, S::kConnected, "a repeated `connected` is an update"},
      {S::kConnected, E::kUpdate, nullptr, apply, S::kConnected, "news"},
      {S::kConnected, E::kSynced, nullptr, apply, S::kConnected, "the full state unasked: a restarted server gives up on the absent"},
      {S::kConnected, E::kEnded, should_rejoin, lose_place, S::kBackingOff, "53204, and the app wants to be in: come back with `connect`"},
      {S::kConnected, E::kEnded, nullptr, end, S::kOver, "the server ended the session"},
      {S::kConnected, E::kLost, nullptr, lose, S::kBackingOff, "signaling lost; the first attempt follows almost at once"},
      {S::kConnected, E::kLeave, nullptr, leave, S::kOver, "disconnect, bye, 1000"},

      {S::kBackingOff, E::kPauseOver, should_probe, probe, S::kProbing, "browsers punish failed sockets: ask before dialing"},
      {S::kBackingOff, E::kPauseOver, nullptr, dial_again, S::kResuming,
       "the first attempt, or too many probes unanswered: dial, with `sync` in hello"},
      {S::kBackingOff, E::kNudge, should_probe, probe, S::kProbing, "no more waiting: ask now"},
      {S::kBackingOff, E::kNudge, nullptr, dial_again, S::kResuming, "no more waiting: dial now"},
      {S::kBackingOff, E::kLeave, nullptr, leave, S::kOver, "left while away"},

      {S::kProbing, E::kReachable, should_renew_token, request_token, S::kAwaitingToken,
       "the token ends soon, and the app can be online again"},
      {S::kProbing, E::kReachable, nullptr, dial_again, S::kResuming, "the host is there: dial, with `sync` in hello"},
      {S::kProbing, E::kUnreachable, nullptr, pause_probing, S::kBackingOff, "still away: ask again soon, a probe is cheap"},
      {S::kProbing, E::kNudge, nullptr, probe, S::kProbing, "the question may be lost on the old network: ask again"},
      {S::kProbing, E::kLeave, nullptr, leave, S::kOver, "left while away"},

      {S::kResuming, E::kOpened, nullptr, await_answer, S::kResuming, "welcomed: `synced` is due"},
      {S::kResuming, E::kSynced, was_asked_to_sync, restore, S::kConnected, "in step again; what was queued follows"},
      {S::kResuming, E::kSynced, is_queue_full, drop_flooding, S::kBackingOff, "3002: more news before `connected` than a server can have"},
      {S::kResuming, E::kSynced, nullptr, queue, S::kResuming, "news before `connected`: later"},
      {S::kResuming, E::kConnected, is_let_in_again, join_again, S::kConnected, "in the room again, as another participant"},
      {S::kResuming, E::kConnected, is_queue_full, drop_flooding, S::kBackingOff, "3002: more news before `synced` than a server can have"},
      {S::kResuming, E::kConnected, nullptr, queue, S::kResuming, "news before `synced`: later"},
      {S::kResuming, E::kUpdate, is_queue_full, drop_flooding, S::kBackingOff, "3002: more news before `synced` than a server can have"},
      {S::kResuming, E::kUpdate, nullptr, queue, S::kResuming, "news before `synced`: later"},
      {S::kResuming, E::kEnded, has_another_token, dial_again, S::kResuming, "20104: the app has given another meanwhile"},
      {S::kResuming, E::kEnded, can_renew_token, replace_token, S::kAwaitingToken, "20104: the app makes another"},
      {S::kResuming, E::kEnded, should_rejoin, rejoin, S::kResuming, "53204, and the app wants to be in: dial, with `connect` in hello"},
      {S::kResuming, E::kEnded, nullptr, end, S::kOver, "the server does not take us back"},
      {S::kResuming, E::kLost, nullptr, retry, S::kBackingOff, "that attempt failed"},
      {S::kResuming, E::kNoAnswer, nullptr, drop_unanswered, S::kBackingOff, "3000: `synced` never came"},
      {S::kResuming, E::kLeave, nullptr, leave, S::kOver, "left while resuming"},
  });

  static constexpr auto kIgnored = std::to_array<fsm::Ignored<SessionTable>>({
      {{S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kConnecting, S::kConnected, S::kBackingOff, S::kProbing, S::kResuming,
        S::kOver},
       E::kStart,
       "starts once"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kConnecting, S::kConnected, S::kBackingOff, S::kProbing, S::kResuming, S::kOver},
       E::kOffer,
       "not asked for"},
      {{S::kIdle, S::kAwaitingToken, S::kOffering, S::kConnected, S::kBackingOff, S::kProbing, S::kOver},
       E::kOpened,
       "no handshake is going on"},
      {{S::kIdle, S::kAwaitingToken, S::kOffering, S::kConnecting, S::kConnected, S::kBackingOff, S::kProbing, S::kResuming, S::kOver},
       E::kIced,
       "not asked for, or there is no connection"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kBackingOff, S::kProbing, S::kOver},
       E::kConnected,
       "not asked for, or there is no connection"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kBackingOff, S::kProbing, S::kOver},
       E::kUpdate,
       "there is no session, or no connection"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kBackingOff, S::kProbing, S::kOver},
       E::kSynced,
       "there is no session, or no connection"},
      {{S::kIdle, S::kAwaitingToken, S::kBackingOff, S::kProbing, S::kOver}, E::kEnded, "there is no connection"},
      {{S::kIdle, S::kAwaitingToken, S::kBackingOff, S::kProbing, S::kOver}, E::kLost, "there is no connection"},
      {{S::kIdle, S::kConnected, S::kBackingOff, S::kProbing, S::kOver}, E::kNoAnswer, "no answer is due"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kConnecting, S::kConnected, S::kProbing, S::kResuming, S::kOver},
       E::kPauseOver,
       "runs in BackingOff only"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kConnecting, S::kConnected, S::kBackingOff, S::kResuming, S::kOver},
       E::kReachable,
       "asked in Probing only"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kConnecting, S::kConnected, S::kBackingOff, S::kResuming, S::kOver},
       E::kUnreachable,
       "asked in Probing only"},
      {{S::kIdle, S::kAwaitingToken, S::kAcquiringIce, S::kOffering, S::kConnecting, S::kConnected, S::kResuming, S::kOver},
       E::kNudge,
       "nothing is being waited out"},
      {{S::kIdle, S::kAcquiringIce, S::kOffering, S::kConnecting, S::kConnected, S::kBackingOff, S::kProbing, S::kResuming, S::kOver},
       E::kTokenGiven,
       "it is there when it is needed"},
      {{S::kOver}, E::kLeave, "over"},
  });
};

}  // namespace holdfast::rsp
