// Everything the core can ask of the outside, as values. One input gives one batch of these; the glue performs them in order and
// decides nothing. Each has a JSON form (client/boundary.cpp) that js-glue/boundary.d.ts describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/error.hpp"
#include "base/strong_id.hpp"

namespace holdfast::effect {

// ---- signaling ------------------------------------------------------------------------------------------------------------------

struct OpenSocket {  // answered by SocketOpened or SocketClosed
  SocketId socket;
  std::string url;
};
struct SendText {
  SocketId socket;
  std::string text;
};
struct CloseSocket {  // the glue forgets the socket; no SocketClosed follows
  SocketId socket;
  std::int64_t code = 1000;
  std::string reason;
};
struct Probe {  // is the host there? answered by ProbeAnswered
  OperationId op;
  std::string url;
};
struct RequestToken {  // from the app's function; answered by TokenGiven or TokenFailed
  OperationId op;
};
struct KeepSession {  // for the page that is loaded next in this tab; never answered
  std::string session;
};
struct Beacon {  // navigator.sendBeacon: outlives the page, never answered
  std::string url;
  std::string text;
};

// ---- peer connections: one promise chain each, strictly in order ------------------------------------------------------------

enum class LocalDescriptionType { kOffer, kAnswer, kRollback };

struct CreatePeer {
  PeerId peer;
  std::vector<backend::IceServer> ice_servers;
};
struct SetIceServers {  // for what is gathered from now on
  PeerId peer;
  std::vector<backend::IceServer> ice_servers;
};
struct ClosePeer {
  PeerId peer;
};
struct AddTrack {  // send this local media track; `mid` names an idle transceiver to reuse, empty: a new one
  PeerId peer;
  SignaledId id;
  std::string mid;
};
struct RemoveTrack {  // stop sending it; the transceiver stays, idle
  PeerId peer;
  SignaledId id;
};
struct FitTrack {  // send it to this peer in no more than so many pixels; 0 × 0: not for now; negative: as it is
  PeerId peer;
  SignaledId id;
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t max_bitrate = 0;  // bit/s; 0: no limit
};
struct AddDataChannel {  // options as the app chose for that data track
  PeerId peer;
  SignaledId id;
  std::string label;
};
struct RemoveDataChannel {
  PeerId peer;
  SignaledId id;
};
struct SetLocalDescription {  // answered by LocalDescriptionSet or PeerOperationFailed
  PeerId peer;
  OperationId op;
  LocalDescriptionType type = LocalDescriptionType::kOffer;
  bool ice_restart = false;
  bool receive_media = false;  // make sure there is a section to receive audio and one to receive video
};
struct SetRemoteDescription {  // answered by RemoteDescriptionSet or PeerOperationFailed
  PeerId peer;
  OperationId op;
  backend::DescriptionType type = backend::DescriptionType::kOffer;
  std::string sdp;
};
struct AddIceCandidate {  // a failure is logged by the glue, nothing more
  PeerId peer;
  backend::IceCandidate candidate;
};
struct GetStats {  // answered by PeerStats
  PeerId peer;
  OperationId op;
};
struct RefreshVideo {  // the other end has missed pictures: send whole ones, where the browser can be asked for them; never answered
  PeerId peer;
};

// ---- what the app sees ------------------------------------------------------------------------------------------------------------
// `kNow` events are delivered after the batch's other effects, `kTask` ones from a task of their own, both strictly in order
// (docs/protocol.md 10.3). Each carries what changes in the public model; the package applies it, then emits.

enum class When { kNow, kTask };

struct TrackModel {
  TrackSid sid;
  backend::TrackKind kind = backend::TrackKind::kAudio;
  std::string name;
  bool enabled = true;
  backend::Priority priority = backend::Priority::kStandard;
};
struct ParticipantModel {
  ParticipantSid sid;
  std::string identity;
  backend::ParticipantState state = backend::ParticipantState::kConnected;
  std::vector<TrackModel> tracks;
};

struct RoomConnected {  // connect() resolves
  RoomSid sid;
  std::string name;
  ParticipantSid participant_sid;
  std::string identity;
  std::string signaling_region;
  std::vector<ParticipantModel> participants;
  std::vector<backend::Publication> publications;
};
struct ConnectFailed {  // connect() rejects
  Error error;
};
struct RoomReconnecting {
  Error error;
};
struct RoomReconnected {};
struct RoomDisconnected {  // the last event of a Room
  std::optional<Error> error;
};
struct RoomRejoined {  // an event for the model only, before `reconnected`: both SIDs are others; those of publications follow
  RoomSid sid;
  ParticipantSid participant_sid;
};
struct ReconnectProgress {  // while signaling is away, for each attempt
  std::uint32_t attempt = 0;
  Millis next_attempt;
  Millis time_left;
};
struct MeshOverloaded {  // more participants, this client among them, than `limit`
  std::size_t participants = 0;
  std::size_t limit = 0;
};
struct TokenWillExpire {};  // soon, and the app has no function that makes another
struct LocalParticipantReconnecting {};
struct LocalParticipantReconnected {};
struct LocalParticipantDisconnected {};
struct ParticipantConnected {
  ParticipantModel participant;
};
struct ParticipantDisconnected {  // with it every track of the participant is unsubscribed; no events of their own
  ParticipantSid participant;
};
struct ParticipantReconnecting {
  ParticipantSid participant;
  Error error;
};
struct ParticipantReconnected {
  ParticipantSid participant;
};
struct DominantSpeakerChanged {
  ParticipantSid speaker;  // empty: nobody
};
struct TrackPublished {
  ParticipantSid participant;
  TrackModel track;
};
struct TrackUnpublished {
  ParticipantSid participant;
  TrackSid track;
};
struct TrackSubscribed {  // once more for a subscribed track: its media has moved, which is no event. The media is at (peer, mid) for audio
                          // and video, at (peer, channel label = media_id) for data
  ParticipantSid participant;
  TrackSid track;
  PeerId peer;
  std::string mid;
  SignaledId media_id;
};
struct TrackUnsubscribed {
  ParticipantSid participant;
  TrackSid track;
};
struct TrackSubscriptionFailed {
  ParticipantSid participant;
  TrackSid track;
  Error error;
};
struct TrackEnabled {
  ParticipantSid participant;
  TrackSid track;
};
struct TrackDisabled {
  ParticipantSid participant;
  TrackSid track;
};
struct TrackSwitched {  // the participant is asked to send it no longer, or again
  ParticipantSid participant;
  TrackSid track;
  bool off = false;
};
struct TrackPriorityChanged {
  ParticipantSid participant;
  TrackSid track;
  backend::Priority priority = backend::Priority::kStandard;
};
struct LocalTrackPublished {  // publishTrack() resolves. Once more after a rejoin: the SID is another, which is no event
  SignaledId id;
  TrackSid sid;
};
struct LocalTrackPublicationFailed {  // publishTrack() rejects; the track is no longer published
  SignaledId id;
  Error error;
};

using Event =
    std::variant<RoomConnected, ConnectFailed, RoomReconnecting, RoomReconnected, RoomDisconnected, RoomRejoined, ReconnectProgress,
                 MeshOverloaded, TokenWillExpire, LocalParticipantReconnecting, LocalParticipantReconnected, LocalParticipantDisconnected,
                 ParticipantConnected, ParticipantDisconnected, ParticipantReconnecting, ParticipantReconnected, DominantSpeakerChanged,
                 TrackPublished, TrackUnpublished, TrackSubscribed, TrackUnsubscribed, TrackSubscriptionFailed, TrackEnabled, TrackDisabled,
                 TrackSwitched, TrackPriorityChanged, LocalTrackPublished, LocalTrackPublicationFailed>;

struct Emit {
  When when = When::kNow;
  Event event;
};

// ---- how things are ---------------------------------------------------------------------------------------------------------------

enum class LinkState { kNew, kHealthy, kSuspect, kFailed };

struct Description {
  bool signaling = false;              // the session is in step with the server
  std::uint32_t attempt = 0;           // to resume it, the one going on or planned; 0: none
  std::optional<Millis> next_attempt;  // nothing: none is planned
  std::optional<Millis> time_left;     // nothing: no limit runs
  struct Link {
    ParticipantSid participant;  // empty if the protocol cannot tell
    LinkState state = LinkState::kNew;
    backend::Path path;
    PeerId peer{};
    std::int64_t quality = backend::kNoQuality;  // of the participant's network, as it says
  };
  std::vector<Link> links;
};

// ---- for people -------------------------------------------------------------------------------------------------------------------

enum class LogLevel { kDebug, kInfo, kWarn, kError };

struct Log {
  LogLevel level = LogLevel::kDebug;
  std::string message;
};

}  // namespace holdfast::effect

namespace holdfast {

using Effect = std::variant<effect::OpenSocket, effect::SendText, effect::CloseSocket, effect::Probe, effect::RequestToken,
                            effect::KeepSession, effect::Beacon, effect::CreatePeer, effect::SetIceServers, effect::ClosePeer,
                            effect::AddTrack, effect::RemoveTrack, effect::FitTrack, effect::AddDataChannel, effect::RemoveDataChannel,
                            effect::SetLocalDescription, effect::SetRemoteDescription, effect::AddIceCandidate, effect::GetStats,
                            effect::RefreshVideo, effect::Description, effect::Emit, effect::Log>;

// Machines append to the list of the batch being made.
using Effects = std::vector<Effect>;

}  // namespace holdfast
