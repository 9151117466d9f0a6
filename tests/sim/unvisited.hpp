// The rows that no simulated room can visit, each with the reason. One of them that is visited after all is reported, too.
#pragma once

#include <array>
#include <string_view>

namespace holdfast::sim {

struct Unvisited {
  std::string_view row;  // as name_of_row() has it
  std::string_view reason;
};

inline constexpr std::array<Unvisited, 0> kUnvisited = {};

}  // namespace holdfast::sim
