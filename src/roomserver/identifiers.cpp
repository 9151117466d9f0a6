#include "roomserver/identifiers.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "roomserver/hmac.hpp"

namespace holdfast::roomserver {

namespace {

constexpr std::string_view kRoomPrefix = "RM";
constexpr std::string_view kParticipantPrefix = "PA";
constexpr std::string_view kTrackPrefix = "MT";
constexpr std::string_view kSessionPrefix = "SE";
constexpr std::size_t kSidBytes = 16;  // 32 hexadecimal digits (docs/protocol.md 4.3, 4.8)
constexpr std::size_t kSidDigits = 2 * kSidBytes;
constexpr std::size_t kLinkSignatureBytes = 8;  // enough to tell our own from a made-up one; whoever could guess it gains one closed link
constexpr char kFieldSeparator = '\n';          // cannot occur in names and identities
constexpr std::size_t kSessionFields = 6;

std::string_view without_prefix(std::string_view sid) { return sid.substr(kRoomPrefix.size()); }

bool is_sid(std::string_view text, std::string_view prefix) {
  return text.size() == prefix.size() + kSidDigits && text.substr(0, prefix.size()) == prefix &&
         text.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

// Digits only; authenticated text, so no more than what session() wrote.
std::int64_t to_number(std::string_view digits) {
  std::int64_t number = 0;
  for (const char digit : digits) number = 10 * number + (digit - '0');
  return number;
}

// The parts of `text` between separators; nothing unless there are exactly N.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> split(std::string_view text, char separator) {
  std::array<std::string_view, N> parts;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t end = text.find(separator);
    if ((end == std::string_view::npos) != (i + 1 == N)) return std::nullopt;
    parts[i] = text.substr(0, end);
    if (i + 1 < N) text.remove_prefix(end + 1);
  }
  return parts;
}

}  // namespace

Identifiers::Identifiers(std::string secret, std::int64_t wall_clock_at_start_ms)
    : secret_(std::move(secret)), start_(std::to_string(wall_clock_at_start_ms)) {}

std::string Identifiers::sid(std::string_view prefix, std::string_view purpose, std::string_view what) const {
  std::string message(purpose);
  message += kFieldSeparator;
  message += what;
  return std::string(prefix) + to_hex(hmac_sha256(secret_, message), kSidBytes);
}

RoomSid Identifiers::room(const std::string& name) const { return RoomSid(sid(kRoomPrefix, "room name", name)); }

RoomSid Identifiers::next_room() { return RoomSid(sid(kRoomPrefix, "room", start_ + "-" + std::to_string(++counter_))); }

ParticipantSid Identifiers::next_participant() {
  return ParticipantSid(sid(kParticipantPrefix, "participant", start_ + "-" + std::to_string(++counter_)));
}

TrackSid Identifiers::track(const ParticipantSid& participant, const SignaledId& track) const {
  return TrackSid(sid(kTrackPrefix, "track", participant.value + kFieldSeparator + track.value));
}

std::string Identifiers::sign_link(std::string_view body) const {
  return to_hex(hmac_sha256(secret_, std::string("link\n").append(body)), kLinkSignatureBytes);
}

LinkId Identifiers::next_link(const LinkEnds& ends, std::int64_t wall_clock_ms) {
  const std::string body =
      ends.offerer.value + "." + ends.answerer.value + "." + std::to_string(wall_clock_ms) + "-" + std::to_string(++counter_);
  return LinkId(body + "." + sign_link(body));
}

std::optional<LinkEnds> Identifiers::read_link(const LinkId& link) const {
  const auto parts = split<4>(link.value, '.');
  if (!parts) return std::nullopt;
  const std::string_view signature = parts->back();
  const std::string_view body = std::string_view(link.value).substr(0, link.value.size() - signature.size() - 1);
  if (!equal_in_constant_time(signature, sign_link(body))) return std::nullopt;
  return LinkEnds{ParticipantSid(std::string((*parts)[0])), ParticipantSid(std::string((*parts)[1]))};
}

std::string Identifiers::session(const SessionClaims& claims) const {
  std::string fields;
  fields += without_prefix(claims.participant.value);
  fields += kFieldSeparator;
  fields += without_prefix(claims.room.value);
  fields += kFieldSeparator;
  fields += claims.room_name;
  fields += kFieldSeparator;
  fields += claims.identity;
  fields += kFieldSeparator;
  fields += std::to_string(claims.session_timeout.count);
  fields += kFieldSeparator;
  fields += std::to_string(claims.issued_at_ms);
  const std::string body = to_base64url(fields);
  return std::string(kSessionPrefix) + body + "." + to_base64url(hmac_sha256(secret_, "session\n" + body));
}

std::optional<SessionClaims> Identifiers::read_session(std::string_view session) const {
  if (session.substr(0, kSessionPrefix.size()) != kSessionPrefix) return std::nullopt;
  const auto halves = split<2>(session.substr(kSessionPrefix.size()), '.');
  if (!halves) return std::nullopt;
  const auto [body, signature] = *halves;
  if (!equal_in_constant_time(signature, to_base64url(hmac_sha256(secret_, std::string("session\n").append(body))))) return std::nullopt;

  const auto text = from_base64url(body);
  if (!text) return std::nullopt;
  const auto fields = split<kSessionFields>(*text, kFieldSeparator);
  if (!fields) return std::nullopt;
  SessionClaims claims;
  claims.participant = ParticipantSid(std::string(kParticipantPrefix).append((*fields)[0]));
  claims.room = RoomSid(std::string(kRoomPrefix).append((*fields)[1]));
  claims.room_name = std::string((*fields)[2]);
  claims.identity = std::string((*fields)[3]);
  claims.session_timeout = Millis{to_number((*fields)[4])};
  claims.issued_at_ms = to_number((*fields)[5]);
  return claims;
}

bool looks_like_room_sid(std::string_view text) { return is_sid(text, kRoomPrefix); }

}  // namespace holdfast::roomserver
