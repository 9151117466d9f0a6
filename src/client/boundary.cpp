#include "client/boundary.hpp"

#include <variant>
#include <vector>

#include "backend_json.hpp"
#include "base/json_fields.hpp"
#include "base/words.hpp"

namespace holdfast {

namespace {

// An input may carry one frame of the greatest size, each of whose characters JSON may have to escape.
constexpr JsonLimits kInputLimits{8 << 20};

enum class Kind {
  kConnect,
  kDisconnect,
  kDescribe,
  kWishTrack,
  kReconnectNow,
  kTokenGiven,
  kTokenFailed,
  kPublish,
  kUnpublish,
  kSetTrackEnabled,
  kSetTrackPriority,
  kSocketOpened,
  kSocketText,
  kSocketClosed,
  kProbeAnswered,
  kLocalDescriptionSet,
  kRemoteDescriptionSet,
  kPeerOperationFailed,
  kIceCandidateGathered,
  kIceGatheringComplete,
  kConnectionStateChanged,
  kIceConnectionStateChanged,
  kTrackAdded,
  kDataChannelAdded,
  kPeerStats,
  kPage,
  kNetwork,
  kTick
};
constexpr Words<Kind, 28> kKindWords{{"connect",
                                      "disconnect",
                                      "describe",
                                      "wishTrack",
                                      "reconnectNow",
                                      "tokenGiven",
                                      "tokenFailed",
                                      "publish",
                                      "unpublish",
                                      "setTrackEnabled",
                                      "setTrackPriority",
                                      "socketOpened",
                                      "socketText",
                                      "socketClosed",
                                      "probeAnswered",
                                      "localDescriptionSet",
                                      "remoteDescriptionSet",
                                      "peerOperationFailed",
                                      "iceCandidateGathered",
                                      "iceGatheringComplete",
                                      "connectionStateChanged",
                                      "iceConnectionStateChanged",
                                      "trackAdded",
                                      "dataChannelAdded",
                                      "peerStats",
                                      "page",
                                      "network",
                                      "tick"}};
constexpr Words<input::ConnectionState, 6> kConnectionStateWords{{"new", "connecting", "connected", "disconnected", "failed", "closed"}};
constexpr Words<input::IceConnectionState, 7> kIceConnectionStateWords{
    {"new", "checking", "connected", "completed", "disconnected", "failed", "closed"}};
constexpr Words<input::PageEvent, 7> kPageEventWords{{"beforeUnload", "pageHide", "pageShow", "hidden", "visible", "freeze", "resume"}};
constexpr Words<input::NetworkEvent, 3> kNetworkEventWords{{"online", "offline", "changed"}};

// The members of one input, all of them required.
class InputMembers : public RequiredMembers {
 public:
  InputMembers(JsonFields& fields, JsonView input) : RequiredMembers(fields, input), fields_(fields), input_(input) {}

  using RequiredMembers::read;
  template <class E, std::size_t N>
  void read(const char* key, const Words<E, N>& words, E& out) {
    require(words.read(input_[key].text(), out));
  }
  void read(const char* key, backend::LocalTrack& out) { require(backend::read(fields_, input_[key], out)); }
  void read(const char* key, backend::IceCandidate& out) { require(backend::read(fields_, input_[key], out)); }
  void read(const char* key, std::vector<backend::LocalTrack>& out) {
    for (const JsonView track : array(key)) require(backend::read(fields_, track, out.emplace_back()));
  }
  void read(const char* key, std::vector<input::Transceiver>& out) {
    for (const JsonView json : array(key)) {
      input::Transceiver& transceiver = out.emplace_back();
      InputMembers members(fields_, json);
      members.read("mid", transceiver.mid);
      members.read("kind", backend::kTrackKindWords, transceiver.kind);
      fields_.text(json, "id", transceiver.id.value);
    }
  }
  void read_if_given(const char* key, std::string& out) { fields_.text(input_, key, out); }
  void read_if_given(const char* key, bool& out) { fields_.boolean(input_, key, out); }
  void read_if_given(const char* key, std::optional<bool>& out) { out = input_[key].boolean(); }
  void read_if_given(const char* key, std::optional<Millis>& out) {
    if (const auto count = input_[key].integer()) out = Millis{*count};
  }
  void read_if_given(const char* key, Millis& out) { read_if_given(key, out.count); }
  void read_if_given(const char* key, std::int64_t& out) { fields_.integer(input_, key, out); }

 private:
  JsonFields& fields_;
  JsonView input_;
};

void read_connect(InputMembers& in, input::Connect& connect) {
  in.read("url", connect.url).read("token", connect.token);
  in.read_if_given("tokenLifetime", connect.token_lifetime);
  in.read_if_given("renewsToken", connect.renews_token);
  in.read_if_given("reconnectLimit", connect.reconnect_limit);
  in.read_if_given("rejoins", connect.rejoins);
  in.read_if_given("roomName", connect.room_name);
  in.read_if_given("keepsSession", connect.keeps_session);
  in.read_if_given("session", connect.session);
  in.read("tracks", connect.tracks);
  in.read("iceServersGiven", connect.ice_servers_given).read("automaticSubscription", connect.automatic_subscription);
  in.read("pageLifecycle", connect.page_lifecycle).read("networkMonitor", connect.network_monitor);
  in.read_if_given("dominantSpeaker", connect.dominant_speaker);
  in.read("userAgent", connect.user_agent).read("sdkVersion", connect.sdk_version);
}

void read_input(InputMembers& in, Kind kind, Input& input) {
  switch (kind) {
    case Kind::kConnect:
      return read_connect(in, input.emplace<input::Connect>());
    case Kind::kDisconnect:
      input.emplace<input::Disconnect>();
      return;
    case Kind::kDescribe:
      return in.read_if_given("quality", input.emplace<input::Describe>().quality);
    case Kind::kWishTrack: {
      auto& wish = input.emplace<input::WishTrack>().wish;
      in.read("track", wish.track).read("width", wish.width).read("height", wish.height);
      return;
    }
    case Kind::kReconnectNow:
      input.emplace<input::ReconnectNow>();
      return;
    case Kind::kTokenGiven: {
      auto& given = input.emplace<input::TokenGiven>();
      in.read("op", given.op).read("token", given.token);
      return in.read_if_given("lifetime", given.lifetime);
    }
    case Kind::kTokenFailed: {
      auto& failed = input.emplace<input::TokenFailed>();
      in.read("op", failed.op).read("message", failed.message);
      return;
    }
    case Kind::kPublish:
      return in.read("track", input.emplace<input::Publish>().track);
    case Kind::kUnpublish:
      in.read("id", input.emplace<input::Unpublish>().id);
      return;
    case Kind::kSetTrackEnabled: {
      auto& set = input.emplace<input::SetTrackEnabled>();
      in.read("id", set.id).read("enabled", set.enabled);
      return;
    }
    case Kind::kSetTrackPriority: {
      auto& set = input.emplace<input::SetTrackPriority>();
      in.read("id", set.id);
      return in.read("priority", backend::kPriorityWords, set.priority);
    }
    case Kind::kSocketOpened:
      in.read("socket", input.emplace<input::SocketOpened>().socket);
      return;
    case Kind::kSocketText: {
      auto& text = input.emplace<input::SocketText>();
      in.read("socket", text.socket).read("text", text.text);
      return;
    }
    case Kind::kSocketClosed: {
      auto& closed = input.emplace<input::SocketClosed>();
      in.read("socket", closed.socket).read("code", closed.code).read("reason", closed.reason);
      return;
    }
    case Kind::kProbeAnswered: {
      auto& answered = input.emplace<input::ProbeAnswered>();
      in.read("op", answered.op).read("reachable", answered.reachable);
      return;
    }
    case Kind::kLocalDescriptionSet: {
      auto& set = input.emplace<input::LocalDescriptionSet>();
      in.read("peer", set.peer).read("op", set.op).read("sdp", set.sdp);
      return in.read("transceivers", set.transceivers);
    }
    case Kind::kRemoteDescriptionSet: {
      auto& set = input.emplace<input::RemoteDescriptionSet>();
      in.read("peer", set.peer).read("op", set.op);
      return;
    }
    case Kind::kPeerOperationFailed: {
      auto& failed = input.emplace<input::PeerOperationFailed>();
      in.read("peer", failed.peer).read("op", failed.op).read("name", failed.name).read("message", failed.message);
      return;
    }
    case Kind::kIceCandidateGathered: {
      auto& gathered = input.emplace<input::IceCandidateGathered>();
      in.read("peer", gathered.peer);
      return in.read("candidate", gathered.candidate);
    }
    case Kind::kIceGatheringComplete:
      in.read("peer", input.emplace<input::IceGatheringComplete>().peer);
      return;
    case Kind::kConnectionStateChanged: {
      auto& changed = input.emplace<input::ConnectionStateChanged>();
      in.read("peer", changed.peer);
      return in.read("state", kConnectionStateWords, changed.state);
    }
    case Kind::kIceConnectionStateChanged: {
      auto& changed = input.emplace<input::IceConnectionStateChanged>();
      in.read("peer", changed.peer);
      return in.read("state", kIceConnectionStateWords, changed.state);
    }
    case Kind::kTrackAdded: {
      auto& added = input.emplace<input::TrackAdded>();
      in.read("peer", added.peer).read("mid", added.mid);
      return in.read("trackKind", backend::kTrackKindWords, added.kind);
    }
    case Kind::kDataChannelAdded: {
      auto& added = input.emplace<input::DataChannelAdded>();
      in.read("peer", added.peer).read("label", added.label);
      return;
    }
    case Kind::kPeerStats: {
      auto& stats = input.emplace<input::PeerStats>();
      in.read("peer", stats.peer).read("op", stats.op).read("bytesReceived", stats.bytes_received);
      in.read_if_given("audioLevel", stats.audio_level);
      in.read_if_given("relayed", stats.path.relayed);
      return in.read_if_given("roundTripTime", stats.path.round_trip_time);
    }
    case Kind::kPage: {
      auto& page = input.emplace<input::Page>();
      in.read("event", kPageEventWords, page.event);
      in.read("persisted", page.persisted);
      return;
    }
    case Kind::kNetwork:
      return in.read("event", kNetworkEventWords, input.emplace<input::Network>().event);
    case Kind::kTick:
      input.emplace<input::Tick>();
  }
}

}  // namespace

std::optional<Input> input_from_json(std::string_view text) {
  std::optional<Input> input;
  const auto document = JsonDocument::parse(text, kInputLimits);
  if (!document) return input;
  const auto kind = kKindWords.find(document->root()["kind"].text());
  if (!kind) return input;
  JsonFields fields;
  InputMembers in(fields, document->root());
  read_input(in, *kind, input.emplace());
  if (fields.failed()) input.reset();
  return input;
}

}  // namespace holdfast
