// How long to wait before the next attempt to resume a session: 80 ms · 1.5ⁿ with full jitter, never more than 10 s
// (docs/protocol.md 5.2). Pure and in whole numbers, so that one seed gives one schedule natively and in wasm.
#pragma once

#include <cstdint>

#include "base/instant.hpp"

namespace holdfast::rsp {

constexpr Millis kBackoffBase = 80_ms;
constexpr Millis kBackoffCap = 10_s;

// The longest wait before attempt n + 1, after n attempts have failed: twice the exponential value, capped.
constexpr Millis longest_backoff(std::uint32_t failures) {
  std::int64_t longest = 2 * kBackoffBase.count;
  for (std::uint32_t i = 0; i < failures && longest < kBackoffCap.count; ++i) longest += longest / 2;
  return {longest < kBackoffCap.count ? longest : kBackoffCap.count};
}

// A point in [0, longest], chosen by 32 random bits.
constexpr Millis full_jitter(Millis longest, std::uint32_t random) {
  const auto choices = static_cast<std::uint64_t>(longest.count) + 1;
  return {static_cast<std::int64_t>((random * choices) >> 32)};
}

constexpr Millis backoff_delay(std::uint32_t failures, std::uint32_t random) { return full_jitter(longest_backoff(failures), random); }

}  // namespace holdfast::rsp
