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

constexpr JsonLimits kFrameLimits{kMaxFrameBytes};

// What is wrong with a text that gives no frame.
constexpr const char* kNotJson = "not JSON, or beyond the limits";
constexpr const char* kUnknownFrame = "unknown frame type";
constexpr const char* kUnknownMessage = "unknown message type";

inline JsonFields frame_fields() { return JsonFields(kMaxIdBytes, kMaxTextBytes); }

// The `type` of a frame or a message; empty if it has none.
inline std::string_view type_of(JsonView object) { return object["type"].text().value_or(""); }

// Entries without an id are left out; an unknown description type counts as no description.
std::vector<PeerConnectionState> read_peer_connections(JsonFields& fields, JsonView list);
// Nothing unless it is an object with a version that we know.
std::optional<Extension> read_extension(JsonView holdfast);

void write(JsonWriter& out, const PeerConnectionState& state);
// The `holdfast` member, if there is one.
void write_extension(JsonWriter& out, const std::optional<Extension>& extension);

// Makes the list of what `read_one` makes of each element, without those that it makes nothing of.
template <class T>
std::vector<T> read_list(JsonFields& fields, JsonView list, std::size_t max, std::optional<T> (*read_one)(JsonFields&, JsonView)) {
  std::vector<T> items;
  for (const JsonView element : fields.list(list, max)) {
    auto item = read_one(fields, element);
    if (item) items.push_back(std::move(*item));
  }
  return items;
}

}  // namespace holdfast::rsp
