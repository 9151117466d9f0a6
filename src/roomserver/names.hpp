// Which room names and identities are acceptable.
#pragma once

#include <string_view>

namespace holdfast::roomserver {

// 0, or the error code that says what is wrong with it.
int check_room_name(std::string_view name);
int check_identity(std::string_view identity);

}  // namespace holdfast::roomserver
