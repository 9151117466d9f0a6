// The rooms of one server, by number, SID and name.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "roomserver/room.hpp"

namespace holdfast::roomserver {

using RoomNumber = std::uint32_t;  // never used twice

class Rooms {
 public:
  // The arguments must outlive the rooms.
  Rooms(const Config& config, Identifiers& identifiers, const Adoption& adoption)
      : config_(&config), identifiers_(&identifiers), adoption_(&adoption) {}

  // Without a name the room is called by its SID. Precondition: no room has the name.
  RoomNumber create(const std::string& name);
  // As an earlier process had it. Precondition: no room has the name or the SID.
  RoomNumber create(const RoomSid& sid, const std::string& name);
  void erase(RoomNumber number);

  Room* find(RoomNumber number);
  const Room* find(RoomNumber number) const { return const_cast<Rooms*>(this)->find(number); }
  // 0 if there is none; a name goes before a SID.
  RoomNumber find(const std::string& name_or_sid) const;
  // The room of a session: that of its SID, or another of its name.
  RoomNumber find(const SessionClaims& claims) const;

  std::map<RoomNumber, Room>& all() { return rooms_; }
  const std::map<RoomNumber, Room>& all() const { return rooms_; }
  bool is_full() const { return rooms_.size() >= config_->max_rooms; }
  bool is_consistent() const;

 private:
  const Config* config_;
  Identifiers* identifiers_;
  const Adoption* adoption_;
  RoomNumber last_number_ = 0;
  std::map<RoomNumber, Room> rooms_;
  std::map<std::string, RoomNumber> by_sid_;
  std::map<std::string, RoomNumber> by_name_;
};

}  // namespace holdfast::roomserver
