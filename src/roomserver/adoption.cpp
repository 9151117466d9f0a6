#include "roomserver/adoption.hpp"

#include <algorithm>

#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

bool Adoption::accepts(const SessionClaims& claims, Instant now) const {
  if (!is_inherited(claims) || now > Instant{} + claims.session_timeout + kAdoptionMargin) return false;
  return !has_ended(claims.participant.value) && !has_ended(claims.room.value);
}

bool Adoption::has_ended(const std::string& sid) const { return std::find(ended_.begin(), ended_.end(), sid) != ended_.end(); }

void Adoption::note_ended(const std::string& sid) {
  ended_.push_back(sid);
  if (ended_.size() > kMaxEnded) ended_.pop_front();
}

}  // namespace holdfast::roomserver
