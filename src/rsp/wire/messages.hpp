// The frames and messages of the signaling protocol as values (docs/protocol.md chapters 2 to 4). Both ends use them: each side
// writes what it sends and reads what it receives. Nothing here knows what a message means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/error.hpp"
#include "base/strong_id.hpp"

namespace holdfast::rsp {

using backend::Description;
using backend::DescriptionType;
using backend::Ice;
using backend::IceServer;
using backend::kNoQuality;
using backend::LocalTrack;
using backend::ParticipantState;
using backend::RemoteTrack;
using backend::Subscription;
using backend::Wish;

// ---- parts -----------------------------------------------------------------------------------------------------------------------

// Holdfast's own additions, under the key `holdfast`; ignored by everyone else. Present: the sender speaks version 1.
struct Extension {
  std::optional<bool> leaving;             // update, C→S: the page may be about to go
  std::optional<bool> hidden;              // update, C→S: the page is hidden
  std::vector<ParticipantSid> media_lost;  // update, sync: those whose media the client has lost; S→C: those who have lost its media
  std::vector<Wish> wishes;                // update, sync: of the others' tracks; S→C: of the others, of the client's tracks
  std::int64_t quality = kNoQuality;       // update, sync: of the client's network; S→C, in `participants`: of that one's
};

struct LocalState {  // `participant` of connect, update and sync, C→S
  std::int64_t revision = 1;
  std::vector<LocalTrack> tracks;
};

struct PeerConnectionState {  // one entry of `peer_connections`
  LinkId id;
  std::optional<Description> description;
  std::optional<Ice> ice;
};

struct RemoteParticipantState {  // one entry of `participants`, S→C
  ParticipantSid sid;
  std::string identity;
  std::optional<ParticipantState> state;  // neither this nor an identity: only what is under `holdfast` is told, the rest is as before
  std::int64_t revision = 0;
  std::vector<RemoteTrack> tracks;
  bool speaks_holdfast = false;       // told only to those who do, too
  std::int64_t quality = kNoQuality;  // … as is this, of its network
};

struct Published {
  struct Track {
    SignaledId id;
    enum class State { kReady, kFailed, kOther } state = State::kOther;
    TrackSid sid;
    Error error;
  };
  std::int64_t revision = 0;
  std::vector<Track> tracks;
};

struct Subscribed {
  std::int64_t revision = 0;
  std::vector<Subscription> tracks;
};

struct OwnParticipant {  // `participant` of connected and synced, S→C
  ParticipantSid sid;
  std::string identity;
};

// What connected, update and synced share, S→C (docs/protocol.md 4.3, 4.5, 4.11).
struct RoomState {
  std::optional<OwnParticipant> participant;
  std::vector<RemoteParticipantState> participants;
  std::optional<Published> published;
  std::optional<Subscribed> subscribed;
  std::optional<std::vector<PeerConnectionState>> peer_connections;
  std::optional<Extension> holdfast;
  std::vector<IceServer> ice_servers;  // fresh ones, under `holdfast`; empty: none are told
};

// ---- messages, client to server ---------------------------------------------------------------------------------------------------

struct IceRequest {
  std::string token;
};

struct Connect {
  std::optional<std::string> name;
  std::string token;
  LocalState participant;
  std::vector<PeerConnectionState> peer_connections;
  bool ice_servers_overridden = false;  // "overrode" / "acquire"
  bool automatic_subscription = true;
  std::string sdk_version;  // publisher.sdk_version
  std::string user_agent;   // publisher.user_agent
  std::optional<Extension> holdfast;
  bool keeps_session = false;  // under `holdfast`: when the page goes, the next one may come back with its session …
  std::string kept_session;    // … as this one does with that of the page before; empty: it does not
};

struct ClientUpdate {
  std::string session;  // empty: left out, as a server that speaks `holdfast` allows
  std::optional<LocalState> participant;
  std::vector<PeerConnectionState> peer_connections;
  std::optional<Extension> holdfast;
};

struct Sync {
  std::string session;
  std::string token;
  std::optional<std::string> name;
  LocalState participant;
  std::vector<PeerConnectionState> peer_connections;
  std::optional<Extension> holdfast;
  bool keeps_session = false;  // as in connect
};

struct Disconnect {
  std::string session;  // empty: none yet
};

using ClientMessage = std::variant<IceRequest, Connect, ClientUpdate, Sync, Disconnect>;

// ---- messages, server to client ---------------------------------------------------------------------------------------------------

struct Iced {
  std::vector<IceServer> ice_servers;
};

struct Connected {
  std::string session;
  RoomSid sid;
  std::string name;
  std::int64_t session_timeout_s = 30;  // options.session_timeout
  std::string signaling_region;         // options.signaling_region
  RoomState state;
};

struct ServerUpdate {
  RoomState state;
};

struct Synced {
  RoomState state;
};

struct Disconnected {
  bool completed = false;  // status "completed"
};

struct ErrorMessage {
  Error error;
};

// A message type that exists but that this client has no use for (`warning`), or one it does not know.
struct OtherMessage {
  std::string type;
};

using ServerMessage = std::variant<Iced, Connected, ServerUpdate, Synced, Disconnected, ErrorMessage, OtherMessage>;

// ---- frames -----------------------------------------------------------------------------------------------------------------------

struct Hello {
  std::string id;
  std::int64_t timeout_ms = 5000;
  std::string cookie;  // empty: none
  std::optional<ClientMessage> body;
};
struct Heartbeat {};
struct Bye {};
struct ClientMsg {
  ClientMessage body;
};
using ClientFrame = std::variant<Hello, Heartbeat, ClientMsg, Bye>;

struct Welcome {
  std::int64_t negotiated_timeout_ms = 0;
};
struct Busy {
  std::int64_t retry_after_ms = 0;  // negative: final refusal
  bool keep_alive = false;
  std::string cookie;  // empty: none
};
struct Bad {
  std::string reason;
};
struct ServerMsg {
  ServerMessage body;
};
using ServerFrame = std::variant<Welcome, Busy, Bad, Heartbeat, ServerMsg, Bye>;

}  // namespace holdfast::rsp
