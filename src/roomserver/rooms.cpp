#include "roomserver/rooms.hpp"

namespace holdfast::roomserver {

RoomNumber Rooms::create(const std::string& name) {
  if (!name.empty()) return create(identifiers_->room(name), name);
  const RoomSid sid = identifiers_->next_room();
  return create(sid, sid.value);
}

RoomNumber Rooms::create(const RoomSid& sid, const std::string& name) {
  const RoomNumber number = ++last_number_;
  by_sid_.emplace(sid.value, number);
  by_name_.emplace(name, number);
  rooms_.emplace(number, Room(sid, name, *config_, *identifiers_, *adoption_));
  return number;
}

void Rooms::erase(RoomNumber number) {
  const auto at = rooms_.find(number);
  if (at == rooms_.end()) return;
  by_sid_.erase(at->second.sid().value);
  by_name_.erase(at->second.name());
  rooms_.erase(at);
}

Room* Rooms::find(RoomNumber number) {
  const auto at = rooms_.find(number);
  return at == rooms_.end() ? nullptr : &at->second;
}

RoomNumber Rooms::find(const std::string& name_or_sid) const {
  for (const auto* index : {&by_name_, &by_sid_}) {
    const auto at = index->find(name_or_sid);
    if (at != index->end()) return at->second;
  }
  return 0;
}

RoomNumber Rooms::find(const SessionClaims& claims) const {
  const auto at = by_sid_.find(claims.room.value);
  return at != by_sid_.end() ? at->second : find(claims.room_name);
}

bool Rooms::is_consistent() const {
  if (by_sid_.size() != rooms_.size() || by_name_.size() != rooms_.size() || rooms_.size() > config_->max_rooms) return false;
  for (const auto& [number, room] : rooms_)
    if (room.is_empty() || !room.is_consistent() || find(room.name()) != number || find(room.sid().value) != number) return false;
  return true;
}

}  // namespace holdfast::roomserver
