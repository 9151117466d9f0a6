// The vocabulary between a signaling protocol (rsp now, others later) and what every backend shares (peer, room). Values only.
// A protocol drops what is old (its revisions, its duplicates) before it speaks in these words, with one exception: revisions of
// session descriptions belong to the negotiation between two peers and travel through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "base/strong_id.hpp"

namespace holdfast::backend {

enum class TrackKind { kAudio, kVideo, kData };
enum class Priority { kLow, kStandard, kHigh };
enum class ParticipantState { kConnected, kReconnecting, kDisconnected };

// ---- what this client publishes ------------------------------------------------------------------------------------------------

struct LocalTrack {
  SignaledId id;
  TrackKind kind = TrackKind::kAudio;
  std::string name;
  bool enabled = true;
  Priority priority = Priority::kStandard;
};

// The server's verdict on one published track: a SID, or an error.
struct Publication {
  SignaledId id;
  TrackSid sid;
  std::optional<Error> error;
};

// How good somebody's network is, as it says: 0 (down) to 5.
constexpr std::int64_t kBestQuality = 5;
constexpr std::int64_t kNoQuality = -1;  // it does not say

// ---- who is in the room ----------------------------------------------------------------------------------------------------------

struct RemoteTrack {
  TrackSid sid;
  TrackKind kind = TrackKind::kAudio;
  std::string name;
  bool enabled = true;
  Priority priority = Priority::kStandard;
};

struct RemoteParticipant {
  ParticipantSid sid;
  std::string identity;
  std::optional<ParticipantState> state;           // nothing: unchanged
  std::optional<std::vector<RemoteTrack>> tracks;  // the full list; nothing: unchanged (a known participant that is only listed)
  bool heeds_wishes = false;                       // of the others, as to what it sends them
  std::int64_t quality = kNoQuality;               // of its network, as it says
};

// In how many pixels somebody wants to get a track; 0 × 0: not at all. Whoever does not say gets it as it is.
struct Wish {
  ParticipantSid participant;  // who wishes it; empty: this client
  std::string track;           // its SID; of what this client sends, its id
  std::int64_t width = 0;
  std::int64_t height = 0;
  friend bool operator==(const Wish& a, const Wish& b) {
    return a.participant == b.participant && a.track == b.track && a.width == b.width && a.height == b.height;
  }
};

// Which remote track arrives under which media id (msid token or data-channel label), or why it does not.
struct Subscription {
  TrackSid sid;
  SignaledId media_id;
  std::optional<Error> error;
};

// ---- links: one RTCPeerConnection at each end ---------------------------------------------------------------------------------

enum class DescriptionType { kOffer, kAnswer, kPranswer, kCreateOffer, kClose };

struct Description {
  DescriptionType type = DescriptionType::kOffer;
  std::int64_t revision = 0;
  std::string sdp;  // empty for kCreateOffer and kClose
};

struct IceCandidate {  // RTCIceCandidateInit
  std::string candidate;
  std::optional<std::string> sdp_mid;
  std::optional<std::int64_t> sdp_m_line_index;
  std::string username_fragment;  // empty: not given
};

// Everything gathered so far under one ufrag (cumulative; docs/protocol.md 7.5).
struct Ice {
  std::string ufrag;
  std::int64_t revision = 0;
  std::vector<IceCandidate> candidates;
  bool complete = false;
};

struct LinkUpdate {
  LinkId link;
  ParticipantSid remote;  // who is at the other end; empty where the protocol cannot tell
  std::optional<Description> description;
  std::optional<Ice> ice;
};

// Over which way media come, as the browser last said; nothing: it did not.
struct Path {
  std::optional<bool> relayed;  // by a TURN server, at either end
  std::optional<Millis> round_trip_time;
};

struct IceServer {  // RTCIceServer
  std::vector<std::string> urls;
  std::string username;    // empty: not given
  std::string credential;  // empty: not given
};

// ---- what a backend tells the client -------------------------------------------------------------------------------------------

// News of the room, already free of stale revisions. Parts apply in the order of the members.
struct RoomUpdate {
  std::optional<std::vector<Subscription>> subscriptions;  // a snapshot: a track that is missing is unsubscribed
  std::vector<RemoteParticipant> participants;             // only those listed change …
  bool participants_complete = false;                      // … unless complete: whoever is not listed has left
  std::vector<LinkUpdate> links;
  bool links_complete = false;  // links that are not listed are gone
  std::vector<Publication> publications;
};

// The first word of a backend: with these ICE servers, make the first offer (Session::connect wants it).
struct IceServersReady {
  std::vector<IceServer> servers;
};

// From now on these: credentials of a TURN server end.
struct IceServersRenewed {
  std::vector<IceServer> servers;
};

struct Joined {
  RoomSid room_sid;
  std::string room_name;
  ParticipantSid participant_sid;
  std::string identity;
  std::string signaling_region;
  Millis session_timeout{30000};  // how long the server holds a silent session
  RoomUpdate update;
};

struct Updated {
  RoomUpdate update;
};

// The connection to the server is gone; the session is being resumed.
struct SignalingLost {};

// In step with the server again; `update` is the full state. With SIDs: it had dropped this participant, and has let it in as another one,
// whose tracks go by their ids with this suffix.
struct SignalingRestored {
  RoomUpdate update;
  RoomSid room_sid;
  ParticipantSid participant_sid;
  std::string id_suffix;
};

// Without a connection: this attempt to resume the session comes after a pause. Counted from 1 since the connection was lost.
struct AttemptPlanned {
  std::uint32_t number = 0;
  Millis pause;
};

// The token ends soon, and only the app can replace it.
struct TokenExpiring {};

// Any frame from the server while nothing is being resumed: proof that it can be reached at this moment.
struct SignalingAlive {};

// The session is over, or never began; final. No error: the app asked for it.
struct Ended {
  std::optional<Error> error;
};

}  // namespace holdfast::backend
