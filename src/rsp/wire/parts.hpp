// The parts that messages of both directions share, as text: entries of `peer_connections`, and Holdfast's own extension.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "backend_json.hpp"
#include "base/json_fields.hpp"
#include "base/json_writer.hpp"
#include "rsp/wire/codec.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::rsp {

constexpr std::int64_t kProtocolVersion = 2;     // of the frames and of the messages
constexpr std::int64_t kExtensionVersion = 1;    // of the `holdfast` key
constexpr std::int64_t kMaxMillis = 86'400'000;  // a day; longer waits on the wire count as this

constexpr std::size_t kMaxSubscriptions = 1 << 13;  // of one client: 64 participants with every track they may have

constexpr JsonLimits kFrameLimits{kMaxFrameBytes};

// What is wrong with a text that gives no frame.
constexpr const char* kNotJson = "not JSON, or beyond the limits";
constexpr const char* kUnknownFrame = "unknown frame type";
constexpr const char* kUnknownMessage = "unknown message type";

inline JsonFields frame_fields() { return JsonFields(kMaxIdBytes, kMaxTextBytes); }

// The `type` of a frame or a message; empty if it has none.
inline std::string_view type_of(JsonView object) { return object["type"].text().value_or(""); }

// Entries without an id are left out; an unknown description type counts as no description.
void read_peer_connections(JsonFields& fields, JsonView list, std::vector<PeerConnectionState>& states);
// Nothing unless it is an object with a version that we know.
void read_extension(JsonFields& fields, JsonView message, std::optional<Extension>& extension);
// Its member `quality`; none if it is out of range.
std::int64_t read_quality(JsonView holdfast);

void write(JsonWriter& out, const PeerConnectionState& state);
// The `holdfast` member, which the caller ends; a server has more to say in it.
void begin_extension(JsonWriter& out, const Extension& extension);
// The whole of it, if there is one.
void write_extension(JsonWriter& out, const std::optional<Extension>& extension);

}  // namespace holdfast::rsp
