// Identifiers that cannot be mixed up: a name for each kind of text and number that travels through the core.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace holdfast {

template <class Tag>
struct TextId {
  std::string value;

  TextId() = default;
  explicit TextId(std::string text) : value(std::move(text)) {}
  bool empty() const { return value.empty(); }
  friend bool operator==(const TextId& a, const TextId& b) { return a.value == b.value; }
  friend bool operator!=(const TextId& a, const TextId& b) { return a.value != b.value; }
};

template <class Tag>
struct NumberId {
  std::uint32_t value = 0;
  friend constexpr bool operator==(NumberId a, NumberId b) { return a.value == b.value; }
  friend constexpr bool operator!=(NumberId a, NumberId b) { return a.value != b.value; }
  friend constexpr bool operator<(NumberId a, NumberId b) { return a.value < b.value; }
};

using RoomSid = TextId<struct RoomSidTag>;                // "RM…"
using ParticipantSid = TextId<struct ParticipantSidTag>;  // "PA…"
using TrackSid = TextId<struct TrackSidTag>;              // "MT…", drawn by the server
using SignaledId = TextId<struct SignaledIdTag>;          // the track id on the wire: msid token, data-channel label (protocol.md 6.1)
using LinkId = TextId<struct LinkIdTag>;                  // the wire id of one peer connection, the same at both ends

using SocketId = NumberId<struct SocketIdTag>;        // one WebSocket object
using PeerId = NumberId<struct PeerIdTag>;            // one RTCPeerConnection object
using OperationId = NumberId<struct OperationIdTag>;  // one promise the glue will answer

}  // namespace holdfast
