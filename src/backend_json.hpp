// The JSON form of the shared vocabulary (backend.hpp), the same on the wire and at the boundary to JavaScript: tracks, candidates,
// ICE servers, errors, and the words of the enums.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "backend.hpp"
#include "base/json_fields.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"

namespace holdfast::backend {

constexpr std::size_t kMaxIceUrls = 32;  // of one server

constexpr Words<TrackKind, 3> kTrackKindWords{{"audio", "video", "data"}};
constexpr Words<Priority, 3> kPriorityWords{{"low", "standard", "high"}};
constexpr Words<ParticipantState, 3> kParticipantStateWords{{"connected", "reconnecting", "disconnected"}};
constexpr Words<DescriptionType, 5> kDescriptionTypeWords{{"offer", "answer", "pranswer", "create-offer", "close"}};

// Each reads one object; false where no meaning can be given: a track without an id or of an unknown kind, a candidate without its text.
// `enabled` of another type leaves true, an unknown priority standard.
bool read(JsonFields& fields, JsonView json, LocalTrack& track);
bool read(JsonFields& fields, JsonView json, RemoteTrack& track);
bool read(JsonFields& fields, JsonView json, IceCandidate& candidate);
// `urls` may be one text or a list of them.
bool read(JsonFields& fields, JsonView json, IceServer& server);
// A code that is not a number is 0.
bool read(JsonFields& fields, JsonView json, Error& error);
// False without a track.
bool read(JsonFields& fields, JsonView json, Wish& wish);

// Appends what can be read of the elements of an array; more than `max` of them are a fault.
template <class T>
void read_list(JsonFields& fields, JsonView array, std::size_t max, bool (*read_one)(JsonFields&, JsonView, T&), std::vector<T>& items) {
  for (const JsonView element : fields.list(array, max)) {
    if (!read_one(fields, element, items.emplace_back())) items.pop_back();
  }
}

// Each writes one object.
void write(JsonWriter& out, const LocalTrack& track);
void write(JsonWriter& out, const RemoteTrack& track);
void write(JsonWriter& out, const IceCandidate& candidate);
void write(JsonWriter& out, const IceServer& server);
void write(JsonWriter& out, const Error& error);
void write(JsonWriter& out, const Wish& wish);

// The members of an error, for objects that have others besides. An empty message is left out.
void write_error_members(JsonWriter& out, const Error& error);

template <class List>
void write_list(JsonWriter& out, const char* key, const List& items) {
  out.key(key).begin_array();
  for (const auto& item : items) write(out, item);
  out.end_array();
}

}  // namespace holdfast::backend
