#include "roomserver/names.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

// Identifiers join their fields with one of these (identifiers.cpp), and nobody can read them.
bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

int check_room_name(std::string_view name) {
  if (name.size() > kMaxRoomNameBytes) return code::kRoomNameTooLong;
  return has_control_characters(name) ? code::kRoomNameCharsInvalid : 0;
}

int check_identity(std::string_view identity) {
  if (identity.empty()) return code::kIdentityInvalid;
  if (identity.size() > kMaxIdentityBytes) return code::kIdentityTooLong;
  return has_control_characters(identity) ? code::kIdentityCharsInvalid : 0;
}

}  // namespace holdfast::roomserver
