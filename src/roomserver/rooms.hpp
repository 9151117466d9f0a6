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
  // `config` and `identifiers` must outlive the rooms.
  Rooms(const Config& config, Identifiers& identifiers) : config_(&config), identifiers_(&identifiers) {}

  // Without a name the room is called by its SID. Precondition: no room has the name.
  RoomNumber create(std::string name);
  void erase(RoomNumber number);

  Room* find(RoomNumber number);
  const Room* find(RoomNumber number) const { return const_cast<Rooms*>(this)->find(number); }
  // 0 if there is none; a name goes before a SID.
  RoomNumber find(const std::string& name_or_sid) const;

  std::map<RoomNumber, Room>& all() { return rooms_; }
  const std::map<RoomNumber, Room>& all() const { return rooms_; }
  bool is_full() const { return rooms_.size() >= config_->max_rooms; }
  bool is_consistent() const;

 private:
  const Config* config_;
  Identifiers* identifiers_;
  RoomNumber last_number_ = 0;
  std::map<RoomNumber, Room> rooms_;
  std::map<std::string, RoomNumber> by_sid_;
  std::map<std::string, RoomNumber> by_name_;
};

}  // namespace holdfast::roomserver
