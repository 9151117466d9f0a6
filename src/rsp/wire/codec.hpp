// Text <-> frames. Reading is total: whatever arrives is a frame or a reason why not, within the limits below. A participant without
// `tracks`, an unknown enum word, a list that is too long: handled here, so that no machine has to distrust a value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "rsp/wire/messages.hpp"

namespace holdfast::rsp {

// Bounds on what one frame may hold; beyond them it is refused as a whole.
constexpr std::size_t kMaxFrameBytes = 1 << 20;
constexpr std::size_t kMaxParticipants = 512;
constexpr std::size_t kMaxTracks = 128;  // per participant
constexpr std::size_t kMaxPeerConnections = 512;
constexpr std::size_t kMaxCandidates = 256;  // per ICE list
constexpr std::size_t kMaxIdBytes = 512;     // sids, ids, ufrags, versions, regions
constexpr std::size_t kMaxTextBytes = 4096;  // sessions, names, identities, candidates, reasons; tokens four times as much

struct Malformed {
  std::string reason;  // for a log or a `bad` frame; never echoes the input
};

std::variant<ServerFrame, Malformed> decode_server_frame(std::string_view text);
std::variant<ClientFrame, Malformed> decode_client_frame(std::string_view text);

std::string encode(const ClientFrame& frame);
std::string encode(const ServerFrame& frame);

}  // namespace holdfast::rsp
