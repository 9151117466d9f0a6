// Golden messages, damaged at random: whatever comes of them, reading survives, and what can be read is written in a stable form.
#include <catch2/catch.hpp>
#include <string>
#include <variant>
#include <vector>

#include "base/prng.hpp"
#include "golden.hpp"
#include "rsp/wire/codec.hpp"

using namespace holdfast;

namespace {

// Pieces that break parsers: ends of values, wrong types, numbers beyond a double, half a surrogate pair, half a UTF-8 sequence, NUL.
const std::string kPieces[] = {"{",
                               "}",
                               "[",
                               "]",
                               "\"",
                               ",",
                               ":",
                               "null",
                               "true",
                               "-1e999",
                               "1e308",
                               "0.5",
                               "\\u",
                               "\\",
                               "\\ud800",
                               std::string(1, '\0'),
                               "\xff",
                               "\xe2\x82",
                               "99999999999999999999",
                               "\"\"",
                               "[[",
                               "{\"v\":1}"};

std::string damage(std::string text, Prng& prng) {
  const std::uint32_t wounds = 1 + prng.below(3);
  for (std::uint32_t i = 0; i < wounds; ++i) {
    const auto size = static_cast<std::uint32_t>(text.size());
    const std::size_t at = prng.below(size + 1);
    const std::size_t length = prng.below(prng.chance(1, 4) ? size + 1 : 8);
    switch (prng.below(4)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kPieces[prng.below(std::size(kPieces))]);
        break;
      case 2:
        text.replace(at, length, kPieces[prng.below(std::size(kPieces))]);
        break;
      default:
        text.insert(at, text.substr(prng.below(size + 1), length));
    }
  }
  return text;
}

// The number of damaged texts that still were frames.
template <class Names, class Decode>
int survive(const Names& names, Decode decode, std::uint64_t seed) {
  std::vector<std::string> messages;
  for (const char* name : names) messages.push_back(test::golden_message(name));
  Prng prng(seed);
  int frames = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string text = damage(messages[prng.below(static_cast<std::uint32_t>(messages.size()))], prng);
    const auto decoded = decode(text);
    if (decoded.index() != 0) continue;
    ++frames;
    const std::string written = rsp::encode(std::get<0>(decoded));
    const auto again = decode(written);
    INFO(text);
    INFO(written);
    REQUIRE(again.index() == 0);
    REQUIRE(rsp::encode(std::get<0>(again)) == written);
  }
  return frames;
}

}  // namespace

TEST_CASE("wire: damaged frames of a client are read or refused, never worse", "[rsp][wire]") {
  const int frames = survive(test::kClientFrames, rsp::decode_client_frame, 1);
  CHECK(frames > 100);
  CHECK(frames < 9'900);
}

TEST_CASE("wire: damaged frames of a server are read or refused, never worse", "[rsp][wire]") {
  const int frames = survive(test::kServerFrames, rsp::decode_server_frame, 2);
  CHECK(frames > 100);
  CHECK(frames < 9'900);
}
