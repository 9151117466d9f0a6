// The identifiers this server hands out, and how it knows its own again. All are derived from the secret, the process's start time and
// counters (docs/protocol.md; design: "A restarted server"): a later process with the same secret can verify them, and nobody else can
// make them. What an identifier means for a room is decided elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "base/strong_id.hpp"

namespace holdfast::roomserver {

// What a session string says about its holder. Names and identities hold no control characters (names.hpp).
struct SessionClaims {
  ParticipantSid participant;
  RoomSid room;
  std::string room_name;
  std::string identity;
  Millis session_timeout{0};
  std::int64_t issued_at_ms = 0;  // Unix time
};

// The two ends that a link id names.
struct LinkEnds {
  ParticipantSid offerer;
  ParticipantSid answerer;
};

class Identifiers {
 public:
  Identifiers(std::string secret, std::int64_t wall_clock_at_start_ms);

  // The same for the same name, in any process with this secret: whoever comes before the room's members are back finds their room.
  RoomSid room(const std::string& name) const;
  // Each call gives another one, different from those of every process that started at another millisecond.
  RoomSid next_room();
  ParticipantSid next_participant();
  LinkId next_link(const LinkEnds& ends, std::int64_t wall_clock_ms);

  // The same for the same publication, in any process with this secret.
  TrackSid track(const ParticipantSid& participant, const SignaledId& track) const;

  // At most 512 bytes for names and identities of at most 128 bytes each (what rsp/wire accepts as a session).
  std::string session(const SessionClaims& claims) const;
  // Nothing if the text was not made by session() with this secret.
  std::optional<SessionClaims> read_session(std::string_view session) const;
  // Nothing if the id was not made by next_link() with this secret.
  std::optional<LinkEnds> read_link(const LinkId& link) const;

 private:
  // `purpose` keeps the uses of the one secret apart.
  std::string sid(std::string_view prefix, std::string_view purpose, std::string_view what) const;
  std::string sign_link(std::string_view body) const;

  std::string secret_;
  std::string start_;
  std::uint64_t counter_ = 0;
};

// True for a room SID in shape, whoever made it.
bool looks_like_room_sid(std::string_view text);

}  // namespace holdfast::roomserver
