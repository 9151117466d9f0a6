// The JSON form of the shared vocabulary (backend.hpp), the same on the wire and at the boundary to JavaScript: tracks, candidates,
// ICE servers, errors, and the words of the enums.
#pragma once

#include <optional>
#include <string_view>

#include "backend.hpp"
#include "base/json_fields.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"

namespace holdfast::backend {

constexpr Words<TrackKind, 3> kTrackKindWords{{"audio", "video", "data"}};
constexpr Words<Priority, 3> kPriorityWords{{"low", "standard", "high"}};
constexpr Words<ParticipantState, 3> kParticipantStateWords{{"connected", "reconnecting", "disconnected"}};
constexpr Words<DescriptionType, 5> kDescriptionTypeWords{{"offer", "answer", "pranswer", "create-offer", "close"}};

// Reading gives nothing where no meaning can be given: a track without an id or of an unknown kind, a candidate without its text.
// `enabled` of another type counts as true, an unknown priority as standard.
std::optional<LocalTrack> read_local_track(JsonFields& fields, JsonView track);
std::optional<RemoteTrack> read_remote_track(JsonFields& fields, JsonView track);
std::optional<IceCandidate> read_ice_candidate(JsonFields& fields, JsonView candidate);
// `urls` may be one text or a list of them, at most `max_urls`.
IceServer read_ice_server(JsonFields& fields, JsonView server, std::size_t max_urls);
// A code that is not a number is 0.
Error read_error(JsonFields& fields, JsonView error);

// Each writes one object.
void write(JsonWriter& out, const LocalTrack& track);
void write(JsonWriter& out, const RemoteTrack& track);
void write(JsonWriter& out, const IceCandidate& candidate);
void write(JsonWriter& out, const IceServer& server);
void write(JsonWriter& out, const Error& error);

// The members of an error, for objects that have others besides. An empty message is left out.
void write_error_members(JsonWriter& out, const Error& error);

template <class List>
void write_list(JsonWriter& out, std::string_view key, const List& items) {
  out.key(key).begin_array();
  for (const auto& item : items) write(out, item);
  out.end_array();
}

}  // namespace holdfast::backend
