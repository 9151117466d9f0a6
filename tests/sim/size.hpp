// In how many pixels a picture is wanted, or sent.
#pragma once

#include <cstdint>
#include <utility>

namespace holdfast::sim {

using Size = std::pair<std::int64_t, std::int64_t>;

constexpr Size kWhole{-1, -1};
constexpr Size kNothing{0, 0};

}  // namespace holdfast::sim
