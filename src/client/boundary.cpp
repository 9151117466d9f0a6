#include "client/boundary.hpp"

#include <utility>
#include <variant>

#include "backend_json.hpp"
#include "base/json_fields.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"

namespace holdfast {

namespace {

// ---- inputs ---------------------------------------------------------------------------------------------------------------------

// An input may carry one frame of the greatest size, each of whose characters JSON may have to escape.
constexpr JsonLimits kInputLimits{8 << 20};

constexpr Words<input::ConnectionState, 6> kConnectionStateWords{{"new", "connecting", "connected", "disconnected", "failed", "closed"}};
constexpr Words<input::IceConnectionState, 7> kIceConnectionStateWords{
    {"new", "checking", "connected", "completed", "disconnected", "failed", "closed"}};
constexpr Words<input::PageEvent, 7> kPageEventWords{{"beforeUnload", "pageHide", "pageShow", "hidden", "visible", "freeze", "resume"}};
constexpr Words<input::NetworkEvent, 3> kNetworkEventWords{{"online", "offline", "changed"}};

// The members of one input, all of them required unless a function says otherwise.
class InputFields {
 public:
  explicit InputFields(JsonView input) : input_(input) {}

  std::string text(std::string_view key) { return fields_.required_text(input_[key]); }
  std::string text_or_empty(std::string_view key) { return fields_.text(input_[key]); }
  bool boolean(std::string_view key) { return fields_.required_boolean(input_[key]); }
  std::int64_t integer(std::string_view key) { return fields_.required_integer(input_[key]); }
  template <class Id>
  Id number_id(std::string_view key) {
    return Id{fields_.required_number_id(input_[key])};
  }
  SignaledId id() { return SignaledId(text("id")); }
  SocketId socket() { return number_id<SocketId>("socket"); }
  PeerId peer() { return number_id<PeerId>("peer"); }
  OperationId op() { return number_id<OperationId>("op"); }

  template <class E, std::size_t N>
  E word(std::string_view key, const Words<E, N>& words) {
    return required(words.find(input_[key].text().value_or("")));
  }
  backend::LocalTrack track() { return required(backend::read_local_track(fields_, input_["track"])); }
  std::vector<backend::LocalTrack> tracks() {
    std::vector<backend::LocalTrack> read;
    for (const JsonView track : fields_.required_array(input_["tracks"]))
      read.push_back(required(backend::read_local_track(fields_, track)));
    return read;
  }
  backend::IceCandidate candidate() { return required(backend::read_ice_candidate(fields_, input_["candidate"])); }
  std::vector<input::Transceiver> transceivers() {
    std::vector<input::Transceiver> read;
    for (const JsonView transceiver : fields_.required_array(input_["transceivers"])) {
      const auto kind = required(backend::kTrackKindWords.find(transceiver["kind"].text().value_or("")));
      read.push_back({fields_.required_text(transceiver["mid"]), kind, SignaledId(fields_.text(transceiver["id"]))});
    }
    return read;
  }

  void fail() { fields_.fail("not an input"); }
  bool failed() const { return fields_.failed(); }

 private:
  template <class T>
  T required(std::optional<T> value) {
    if (value) return std::move(*value);
    fail();
    return T();
  }

  JsonView input_;
  JsonFields fields_;
};

input::Connect read_connect(InputFields& in) {
  input::Connect read;
  read.url = in.text("url");
  read.token = in.text("token");
  read.room_name = in.text_or_empty("roomName");
  read.tracks = in.tracks();
  read.ice_servers_given = in.boolean("iceServersGiven");
  read.automatic_subscription = in.boolean("automaticSubscription");
  read.page_lifecycle = in.boolean("pageLifecycle");
  read.network_monitor = in.boolean("networkMonitor");
  read.user_agent = in.text("userAgent");
  read.sdk_version = in.text("sdkVersion");
  return read;
}

Input read_input(std::string_view kind, InputFields& in) {
  if (kind == "socketText") return input::SocketText{in.socket(), in.text("text")};
  if (kind == "tick") return input::Tick{};
  if (kind == "peerStats") return input::PeerStats{in.peer(), in.op(), in.integer("bytesReceived")};
  if (kind == "iceCandidateGathered") return input::IceCandidateGathered{in.peer(), in.candidate()};
  if (kind == "iceGatheringComplete") return input::IceGatheringComplete{in.peer()};
  if (kind == "localDescriptionSet") return input::LocalDescriptionSet{in.peer(), in.op(), in.text("sdp"), in.transceivers()};
  if (kind == "remoteDescriptionSet") return input::RemoteDescriptionSet{in.peer(), in.op()};
  if (kind == "peerOperationFailed") return input::PeerOperationFailed{in.peer(), in.op(), in.text("name"), in.text("message")};
  if (kind == "connectionStateChanged") return input::ConnectionStateChanged{in.peer(), in.word("state", kConnectionStateWords)};
  if (kind == "iceConnectionStateChanged") return input::IceConnectionStateChanged{in.peer(), in.word("state", kIceConnectionStateWords)};
  if (kind == "trackAdded") return input::TrackAdded{in.peer(), in.text("mid"), in.word("trackKind", backend::kTrackKindWords)};
  if (kind == "dataChannelAdded") return input::DataChannelAdded{in.peer(), in.text("label")};
  if (kind == "socketOpened") return input::SocketOpened{in.socket()};
  if (kind == "socketClosed") return input::SocketClosed{in.socket(), in.integer("code"), in.text("reason")};
  if (kind == "probeAnswered") return input::ProbeAnswered{in.op(), in.boolean("reachable")};
  if (kind == "connect") return read_connect(in);
  if (kind == "disconnect") return input::Disconnect{};
  if (kind == "publish") return input::Publish{in.track()};
  if (kind == "unpublish") return input::Unpublish{in.id()};
  if (kind == "setTrackEnabled") return input::SetTrackEnabled{in.id(), in.boolean("enabled")};
  if (kind == "setTrackPriority") return input::SetTrackPriority{in.id(), in.word("priority", backend::kPriorityWords)};
  if (kind == "page") return input::Page{in.word("event", kPageEventWords), in.boolean("persisted")};
  if (kind == "network") return input::Network{in.word("event", kNetworkEventWords)};
  in.fail();
  return input::Tick{};
}

}  // namespace

std::optional<Input> input_from_json(std::string_view text) {
  const auto document = JsonDocument::parse(text, kInputLimits);
  if (!document) return std::nullopt;
  InputFields in(document->root());
  Input input = read_input(document->root()["kind"].text().value_or(""), in);
  if (in.failed()) return std::nullopt;
  return input;
}

}  // namespace holdfast
