// Fresh identifiers in the shape of RFC 9562 version 4, from the core's own generator: unique, not secret.
#pragma once

#include <cstdint>
#include <string>

#include "base/prng.hpp"

namespace holdfast {

inline std::string make_uuid(Prng& prng) {
  const std::uint64_t high = (prng.next() & ~std::uint64_t{0xf000}) | 0x4000;                      // version 4
  const std::uint64_t low = (prng.next() & ~(std::uint64_t{3} << 62)) | (std::uint64_t{1} << 63);  // variant 10
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const std::uint64_t half = digit < 16 ? high : low;
    text += "0123456789abcdef"[(half >> (60 - 4 * (digit % 16))) & 0xf];
  }
  return text;
}

}  // namespace holdfast
