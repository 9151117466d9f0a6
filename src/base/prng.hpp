// The core's only source of randomness: SplitMix64 (Steele, Lea, Flood 2014), seeded once from outside. The standard library's
// distributions give other numbers natively than in wasm, so the range mapping is ours too.
#pragma once

#include <cstdint>

namespace holdfast {

class Prng {
 public:
  explicit constexpr Prng(std::uint64_t seed) : state_(seed) {}

  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  // Uniform in [0, bound), by multiplying a 32-bit draw; the bias is below bound / 2^32. A bound of 0 gives 0.
  constexpr std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }

  // True in `numerator` of `denominator` cases.
  constexpr bool chance(std::uint32_t numerator, std::uint32_t denominator) { return below(denominator) < numerator; }

 private:
  std::uint64_t state_;
};

}  // namespace holdfast
