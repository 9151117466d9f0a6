// Every bound and every time of the room server that is not configurable. What arrives from a network can use up no more than this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/instant.hpp"

namespace holdfast::roomserver {

// ---- counts ------------------------------------------------------------------------------------------------------------------------

constexpr std::size_t kMaxSockets = 65536;
constexpr std::size_t kMaxHeldMessages = 32;                  // that wait on one socket for the verdict on a token
constexpr std::uint32_t kMaxMalformedFrames = 16;             // on one socket, before it is closed
constexpr std::size_t kMaxPublishedTracks = 64;               // by one participant (53203)
constexpr std::size_t kMaxTrackNameLength = 128;              // characters (53302; docs/protocol.md 6.5)
constexpr std::size_t kMaxRoomNameBytes = 128;                // 53101
constexpr std::size_t kMaxIdentityBytes = 128;                // 53201
constexpr std::size_t kMaxIceGenerations = 8;                 // ufrags remembered for each end of a link
constexpr std::size_t kMaxIceCandidates = 256;                // for each of them; as many as rsp/wire accepts in one list
constexpr std::size_t kMaxEnded = 4096;                       // participants and rooms remembered as ended in this process
constexpr std::int64_t kMaxRevision = std::int64_t{1} << 40;  // a client's; ours count on from them and must stay readable

// ---- times -------------------------------------------------------------------------------------------------------------------------

constexpr Millis kMinNegotiatedTimeout = 1_s;   // design: "Liveness"
constexpr Millis kHeartbeatEarly{200};          // how much before the negotiated time a heartbeat goes out, as the official client does
constexpr Millis kHelloTimeout = 5_s;           // from the opening of a socket to its hello
constexpr Millis kFinishTimeout = 1_s;          // how long a client that was told the end may take to close by itself
constexpr Millis kPingInterval{500};            // … so that nobody is called silent who was heard less than 2 s before the silence began
constexpr Millis kSilenceLimit{2500};           // without a pong and without a frame: trouble shows within 3 s, with time for the way
constexpr Millis kReturnProof{500};             // heard after a silence, a socket lives on this long before its participant is back:
                                                // what waited on it arrives even if the client gave it up; then the close follows
constexpr Millis kPageClosedGrace{1500};        // from a close with 1001 to having left; design: "Leaving"
constexpr Millis kHiddenThenClosed = 1_s;       // a page that went hidden no longer than this before its 1001 is a closing tab, without
                                                // grace: one that lives on (Firefox, at a download) does not go hidden for that
constexpr Millis kPageHold = 10_s;              // instead of the session timeout, if the page's last word was that it is hidden, or that
                                                // the next one comes back with its session
constexpr Millis kWakeLateness = 1_s;           // a timer that fires later than this means that the process was not running
constexpr Millis kWakeGrace = 1_s;              // after which nobody is judged before what waits on the sockets had time to be read
constexpr Millis kFirstReplacementDelay = 1_s;  // between two replacements of one link; doubles each time …
constexpr Millis kMaxReplacementDelay = 30_s;   // … up to this …
constexpr Millis kReplacementForgiven = 60_s;   // … and starts anew when a link has lasted this long
constexpr Millis kAbsenceLimit = 14_s;          // after the start of the process: clients that noticed its predecessor's end try at least
                                                // every 10 s (docs/protocol.md 5.2); no more than half the session timeout …
constexpr Millis kLateAbsence = 5_s;            // … and after the return of someone who comes later than that
constexpr Millis kAdoptionMargin = 20_s;        // on top of the session timeout: who notices the end of a process only by its silence
                                                // counts from 3 heartbeats later
constexpr Millis kUndecidedTime = 2_s;          // for the one case in which a rebuilt link may be dead (docs/protocol.md 20.3)
constexpr Millis kLoopbackLimit = 15_s;         // from the request for an offer to the end, if no answer comes
constexpr Millis kLoopbackTime = 3_s;           // from the answer to the end; connecting takes two ways to the server and back

// ---- WebSocket close codes ---------------------------------------------------------------------------------------------------------

constexpr std::int64_t kCloseNormal = 1000;
constexpr std::int64_t kCloseGoingAway = 1001;
constexpr std::int64_t kClosePolicy = 1008;
constexpr std::int64_t kCloseRestart = 1012;
constexpr std::int64_t kCloseTryLater = 1013;
constexpr std::int64_t kCloseSuperseded = 4000;  // the session goes on with another socket

// 53103, "Unable to create Room": the server has no place for another one.
constexpr int kRoomCreateFailed = 53103;

}  // namespace holdfast::roomserver
