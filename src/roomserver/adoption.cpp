#include "roomserver/adoption.hpp"

#include <algorithm>

#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

bool Adoption::accepts(const SessionClaims& claims, Instant now) const {
  if (!is_inherited(claims) || now > Instant{} + claims.session_timeout + kAdoptionMargin) return false;
  return !has_ended(claims.participant.value) && !has_ended(claims.room.value);
}

Ending Adoption::ending_of(const SessionClaims& claims) const {
  if (const Ended* participant = find(claims.participant.value)) return participant->ending;
  const Ended* room = is_inherited(claims) ? find(claims.room.value) : nullptr;
  return room != nullptr ? room->ending : Ending::kGone;
}

void Adoption::note_ended(const std::string& sid, Ending ending) {
  if (has_ended(sid)) return;
  ended_.push_back({sid, ending});
  if (ended_.size() > kMaxEnded) ended_.pop_front();
}

const Adoption::Ended* Adoption::find(const std::string& sid) const {
  const auto at = std::find_if(ended_.begin(), ended_.end(), [&](const Ended& ended) { return ended.sid == sid; });
  return at == ended_.end() ? nullptr : &*at;
}

}  // namespace holdfast::roomserver
