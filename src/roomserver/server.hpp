// The room server as one machine: sockets and token verdicts in, frames and socket orders out. Rooms, sessions, links. No clock, no
// randomness, no I/O; wall-clock time and the secret come in at construction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "base/strong_id.hpp"

namespace holdfast::roomserver {

using backend::IceServer;

struct Config {
  std::string secret;                       // any length; session tokens, track SIDs and link ids are derived from it
  std::int64_t wall_clock_at_start_ms = 0;  // Unix time of instant 0; server-side revisions count from here (design: "A restarted server")
  Millis session_timeout{30000};
  Millis heartbeat_interval{5000};      // largest negotiatedTimeout granted; at least 1000
  std::uint32_t max_participants = 50;  // per room
  std::uint32_t max_rooms = 10000;
  std::string signaling_region = "local";
  std::vector<IceServer> ice_servers;
};

// ---- inputs ---------------------------------------------------------------------------------------------------------------------

struct SocketOpened {
  SocketId socket;
};
struct SocketText {
  SocketId socket;
  std::string text;
};
struct SocketClosed {
  SocketId socket;
  std::int64_t code = 1006;
};
struct Pong {  // a WebSocket protocol pong
  SocketId socket;
};
// What the host found out about the token of a VerifyToken effect.
struct TokenVerdict {
  OperationId op;
  int error_code = 0;  // 0: good; else one of 20101…20107, 53104 …
  std::string identity;
  std::string room_grant;                // empty: any room
  std::vector<IceServer> ice_servers{};  // made for this participant; empty: those of the configuration
};
struct Beacon {  // a leaving page's last word: its session string
  std::string session;
};
struct CompleteRoom {  // by name or SID
  std::string room;
};
struct RemoveParticipant {  // by name or SID, by identity or SID
  std::string room;
  std::string participant;
  bool as_lost = false;  // … which hears 53204 if it comes back, as after too long an absence
};
struct Shutdown {};  // closes every socket with 1012
struct Tick {};

using Input =
    std::variant<SocketOpened, SocketText, SocketClosed, Pong, TokenVerdict, Beacon, CompleteRoom, RemoveParticipant, Shutdown, Tick>;

// ---- effects --------------------------------------------------------------------------------------------------------------------

struct SendText {
  SocketId socket;
  std::string text;
};
struct CloseSocket {  // a SocketClosed still follows
  SocketId socket;
  std::int64_t code = 1000;
  std::string reason;
};
struct Ping {  // send a WebSocket protocol ping
  SocketId socket;
};
// Answered by TokenVerdict. `room` is the room asked for, empty for an `ice` request; it is there for the app's authorize hook.
struct VerifyToken {
  OperationId op;
  std::string token;
  std::string room;
  enum class Purpose { kIce, kConnect, kSync } purpose = Purpose::kIce;
};
struct ParticipantJoined {
  RoomSid room;
  std::string room_name;
  ParticipantSid participant;
  std::string identity;
};
struct ParticipantLeft {
  RoomSid room;
  std::string room_name;
  ParticipantSid participant;
  std::string identity;
  int reason = 0;  // 0: left by itself; else the error code it was told, or 53001 if it was silent for too long
};
// The answer to CompleteRoom and RemoveParticipant.
struct CommandDone {
  bool found = false;
};
struct Log {
  std::string message;
};

using Effect = std::variant<SendText, CloseSocket, Ping, VerifyToken, ParticipantJoined, ParticipantLeft, CommandDone, Log>;

struct Batch {
  std::vector<Effect> effects;
  std::optional<Instant> next_deadline;
};

// ---- live state, for hosts and tests ------------------------------------------------------------------------------------------

struct ParticipantSnapshot {
  ParticipantSid sid;
  std::string identity;
  backend::ParticipantState state = backend::ParticipantState::kConnected;
  std::vector<backend::RemoteTrack> tracks;
  std::optional<SocketId> socket{};  // while it has one
};
struct RoomSnapshot {
  RoomSid sid;
  std::string name;
  std::vector<ParticipantSnapshot> participants;
};

class RoomServer {
 public:
  explicit RoomServer(Config config);
  ~RoomServer();

  // Applies the input, then fires every timer that is due. Time never runs back.
  Batch handle(const Input& input, Instant now);

  std::vector<RoomSnapshot> rooms() const;
  bool is_consistent() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::roomserver
