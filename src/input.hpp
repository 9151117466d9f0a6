// Everything that can happen to a client, as values: what the app asks, what the network, the browser and the clock report. Each has
// a JSON form (client/boundary.cpp) that js-glue/boundary.d.ts describes; a list of these is a trace that can be replayed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "base/strong_id.hpp"

namespace holdfast::input {

// ---- commands ---------------------------------------------------------------------------------------------------------------------

struct Connect {  // must be the first input; given once
  std::string url;
  std::string token;                     // empty: ask for one
  std::optional<Millis> token_lifetime;  // nothing: it does not say
  bool renews_token = false;             // the app can be asked for another
  Millis reconnect_limit;                // reconnecting lasts no longer than this, or than the server's session timeout if that is longer
  bool rejoins = false;                  // when the server has dropped us
  std::string room_name;                 // empty: a new room named by its SID
  std::vector<backend::LocalTrack> tracks;
  bool ice_servers_given = false;  // the app brings its own: no `ice` request
  bool automatic_subscription = true;
  bool page_lifecycle = true;  // leave when the page goes (design: "Leaving")
  bool keeps_session = false;  // … unless it is reloaded, for all that is known: the next page comes back with the session
  std::string session;         // that the page before this one has kept; empty: none
  bool network_monitor = true;
  bool dominant_speaker = false;  // tell who it is
  std::string user_agent;
  std::string sdk_version;
};
struct Disconnect {};
struct Describe {                              // answered by Description in the same batch
  std::int64_t quality = backend::kNoQuality;  // of the own network, from now on; none: as before
};
struct WishTrack {  // what the app wants to get of a remote track; a negative size: all of it
  backend::Wish wish;
};
struct ReconnectNow {};  // the app's user does not want to wait; nothing happens while all is well
struct Publish {
  backend::LocalTrack track;
};
struct Unpublish {
  SignaledId id;
};
struct SetTrackEnabled {
  SignaledId id;
  bool enabled = true;
};
struct SetTrackPriority {
  SignaledId id;
  backend::Priority priority = backend::Priority::kStandard;
};

// ---- signaling ---------------------------------------------------------------------------------------------------------------------

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
  std::string reason;
};
struct TokenGiven {
  OperationId op;  // of the RequestToken that it answers; 0: nobody has asked, it is for whatever comes
  std::string token;
  std::optional<Millis> lifetime;
};
struct TokenFailed {
  OperationId op;
  std::string message;
};
struct ProbeAnswered {
  OperationId op;
  bool reachable = false;
};

// ---- peer connections -------------------------------------------------------------------------------------------------------------

// One transceiver as it is after the local description was set. `id` is the local track it sends, empty if none.
struct Transceiver {
  std::string mid;
  backend::TrackKind kind = backend::TrackKind::kAudio;
  SignaledId id;
};
struct LocalDescriptionSet {  // for a rollback `sdp` is empty
  PeerId peer;
  OperationId op;
  std::string sdp;
  std::vector<Transceiver> transceivers;
};
struct RemoteDescriptionSet {
  PeerId peer;
  OperationId op;
};
struct PeerOperationFailed {  // also when the RTCPeerConnection could not be made (op 0)
  PeerId peer;
  OperationId op;
  std::string name;  // of the DOMException
  std::string message;
};
struct IceCandidateGathered {
  PeerId peer;
  backend::IceCandidate candidate;
};
struct IceGatheringComplete {
  PeerId peer;
};
enum class ConnectionState { kNew, kConnecting, kConnected, kDisconnected, kFailed, kClosed };
struct ConnectionStateChanged {  // RTCPeerConnection.connectionState, the judge of liveness
  PeerId peer;
  ConnectionState state = ConnectionState::kNew;
};
enum class IceConnectionState { kNew, kChecking, kConnected, kCompleted, kDisconnected, kFailed, kClosed };
struct IceConnectionStateChanged {  // only to tell ICE from DTLS failures
  PeerId peer;
  IceConnectionState state = IceConnectionState::kNew;
};
struct TrackAdded {  // a `track` event: media of the remote section `mid` can be received
  PeerId peer;
  std::string mid;
  backend::TrackKind kind = backend::TrackKind::kAudio;
};
struct DataChannelAdded {
  PeerId peer;
  std::string label;
};
struct PeerStats {
  PeerId peer;
  OperationId op;
  std::int64_t bytes_received = 0;  // of all inbound media
  std::int64_t audio_level = 0;     // of the loudest inbound audio, 0 to 32767
  backend::Path path{};
};

// ---- page, network, clock ----------------------------------------------------------------------------------------------------------

enum class PageEvent { kBeforeUnload, kPageHide, kPageShow, kHidden, kVisible, kFreeze, kResume };
struct Page {
  PageEvent event = PageEvent::kVisible;
  bool persisted = false;  // of pagehide and pageshow
};
enum class NetworkEvent { kOnline, kOffline, kChanged };
struct Network {
  NetworkEvent event = NetworkEvent::kOnline;
};
struct Tick {};  // the deadline of the last batch has come; early or extra ones do nothing

}  // namespace holdfast::input

namespace holdfast {

using Input = std::variant<input::Connect, input::Disconnect, input::Describe, input::WishTrack, input::ReconnectNow, input::TokenGiven,
                           input::TokenFailed, input::Publish, input::Unpublish, input::SetTrackEnabled, input::SetTrackPriority,
                           input::SocketOpened, input::SocketText, input::SocketClosed, input::ProbeAnswered, input::LocalDescriptionSet,
                           input::RemoteDescriptionSet, input::PeerOperationFailed, input::IceCandidateGathered,
                           input::IceGatheringComplete, input::ConnectionStateChanged, input::IceConnectionStateChanged, input::TrackAdded,
                           input::DataChannelAdded, input::PeerStats, input::Page, input::Network, input::Tick>;

}  // namespace holdfast
