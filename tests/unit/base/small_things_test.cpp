// The value types that everything is made of: words, queue, time, ids, chance.
#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/bounded_queue.hpp"
#include "base/instant.hpp"
#include "base/prng.hpp"
#include "base/strong_id.hpp"
#include "base/words.hpp"

using namespace holdfast;

TEST_CASE("words: each enumerator has its word and each word its enumerator", "[base]") {
  enum class Size { kSmall, kLarge };
  constexpr Words<Size, 2> kWords{{"small", "large"}};
  CHECK(std::string(kWords.of(Size::kLarge)) == "large");
  CHECK(kWords.find("small") == Size::kSmall);
  CHECK(kWords.find("large") == Size::kLarge);
  CHECK_FALSE(kWords.find("medium").has_value());
  CHECK_FALSE(kWords.find("").has_value());
  CHECK_FALSE(kWords.find(std::nullopt).has_value());
  Size size = Size::kLarge;
  CHECK_FALSE(kWords.read("medium", size));
  CHECK(size == Size::kLarge);
  CHECK(kWords.read("small", size));
  CHECK(size == Size::kSmall);
}

TEST_CASE("bounded queue: first in, first out, and no more than its limit", "[base]") {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  CHECK(queue.empty());
  CHECK(queue.push(std::make_unique<int>(1)));
  CHECK(queue.push(std::make_unique<int>(2)));
  CHECK_FALSE(queue.push(std::make_unique<int>(3)));
  CHECK(queue.size() == 2);
  CHECK(*queue.pop() == 1);
  CHECK(queue.push(std::make_unique<int>(4)));
  CHECK(*queue.pop() == 2);
  CHECK(*queue.pop() == 4);
  CHECK(queue.push(std::make_unique<int>(5)));
  queue.clear();
  CHECK(queue.empty());
}

TEST_CASE("time: instants and spans add up, and are ordered", "[base]") {
  static_assert(Instant{100} + 5_ms == Instant{105});
  static_assert(Instant{100} - 5_ms == Instant{95});
  static_assert(Instant{100} - Instant{40} == 60_ms);
  static_assert(3 * 2_s == 6000_ms);
  static_assert(1_s + 1_ms - 2_ms == 999_ms);
  static_assert(earlier(Instant{1}, Instant{2}) == Instant{1} && later(Instant{1}, Instant{2}) == Instant{2});
  static_assert(Instant{1} < Instant{2} && Instant{2} > Instant{1} && Instant{1} <= Instant{1} && Instant{1} >= Instant{1});
  static_assert(1_ms < 2_ms && 2_ms > 1_ms && 1_ms <= 1_ms && 1_ms >= 1_ms && 1_ms != 2_ms && Instant{1} != Instant{2});
  SUCCEED("all of it was checked by the compiler");
}

TEST_CASE("ids: kinds cannot be mixed, values are equal by content", "[base]") {
  static_assert(!std::is_constructible_v<ParticipantSid, TrackSid> && !std::is_convertible_v<std::string, TrackSid>);
  static_assert(!std::is_constructible_v<PeerId, SocketId>);
  static_assert(PeerId{1} == PeerId{1} && PeerId{1} != PeerId{2} && PeerId{1} < PeerId{2});
  CHECK(TrackSid("a") == TrackSid("a"));
  CHECK(TrackSid("a") != TrackSid("b"));
  CHECK(TrackSid().empty());
}

TEST_CASE("prng: the published sequence of SplitMix64", "[base]") {
  Prng prng(1234567);  // the reference values of Vigna's splitmix64.c for this seed
  const std::array<std::uint64_t, 5> expected{6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u,
                                              16408922859458223821u};
  for (const std::uint64_t value : expected) CHECK(prng.next() == value);
}

TEST_CASE("prng: below stays below, reaches everything, and is the same everywhere", "[base]") {
  Prng prng(7);
  std::array<int, 5> seen{};
  for (int i = 0; i < 5000; ++i) ++seen[prng.below(5)];
  for (const int count : seen) CHECK(count > 850);
  CHECK(prng.below(0) == 0);
  CHECK(prng.below(1) == 0);
  CHECK(prng.chance(1, 1));
  CHECK_FALSE(prng.chance(0, 10));
}
