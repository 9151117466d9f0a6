#include "fsm/timers.hpp"

#include <catch2/catch.hpp>

using namespace holdfast;

namespace {

enum class Timer { kHeartbeat, kSilence, kRetry, kCount };
using Timers = fsm::Timers<Timer>;

}  // namespace

TEST_CASE("timers: none runs at first", "[fsm][timers]") {
  Timers timers;
  CHECK_FALSE(timers.is_running(Timer::kHeartbeat));
  CHECK_FALSE(timers.next().has_value());
  CHECK_FALSE(timers.pop_due(Instant{1'000'000}).has_value());
}

TEST_CASE("timers: the next deadline is the earliest of those that run", "[fsm][timers]") {
  Timers timers;
  timers.start(Timer::kSilence, Instant{300});
  timers.start(Timer::kRetry, Instant{200});
  CHECK(timers.next() == Instant{200});
  CHECK(timers.deadline(Timer::kSilence) == Instant{300});
  timers.stop(Timer::kRetry);
  CHECK_FALSE(timers.is_running(Timer::kRetry));
  CHECK(timers.next() == Instant{300});
  timers.stop_all();
  CHECK_FALSE(timers.next().has_value());
}

TEST_CASE("timers: starting a running timer moves it", "[fsm][timers]") {
  Timers timers;
  timers.start(Timer::kHeartbeat, Instant{100});
  timers.start(Timer::kHeartbeat, Instant{500});
  CHECK_FALSE(timers.pop_due(Instant{499}).has_value());
  CHECK(timers.pop_due(Instant{500}) == Timer::kHeartbeat);
}

TEST_CASE("timers: due ones come in the order of their deadlines, ties in the order of the enum", "[fsm][timers]") {
  Timers timers;
  timers.start(Timer::kRetry, Instant{100});
  timers.start(Timer::kSilence, Instant{200});
  timers.start(Timer::kHeartbeat, Instant{200});
  CHECK(timers.pop_due(Instant{250}) == Timer::kRetry);
  CHECK(timers.pop_due(Instant{250}) == Timer::kHeartbeat);
  CHECK(timers.pop_due(Instant{250}) == Timer::kSilence);
  CHECK_FALSE(timers.pop_due(Instant{250}).has_value());
}

TEST_CASE("timers: one that has come is stopped", "[fsm][timers]") {
  Timers timers;
  timers.start(Timer::kRetry, Instant{100});
  timers.pop_due(Instant{100});
  CHECK_FALSE(timers.is_running(Timer::kRetry));
}

TEST_CASE("timers: every start, stop and expiry is a new generation", "[fsm][timers]") {
  Timers timers;
  const auto first = timers.generation(Timer::kRetry);
  timers.start(Timer::kRetry, Instant{100});
  const auto started = timers.generation(Timer::kRetry);
  timers.start(Timer::kRetry, Instant{100});
  const auto restarted = timers.generation(Timer::kRetry);
  timers.pop_due(Instant{100});
  const auto expired = timers.generation(Timer::kRetry);
  CHECK(first < started);
  CHECK(started < restarted);
  CHECK(restarted < expired);
  CHECK(timers.generation(Timer::kSilence) == 0);
}

TEST_CASE("timers: the earliest of two deadlines that may not be there", "[fsm][timers]") {
  static_assert(fsm::earliest(std::nullopt, std::nullopt) == std::nullopt);
  static_assert(fsm::earliest(Instant{1}, std::nullopt) == Instant{1});
  static_assert(fsm::earliest(std::nullopt, Instant{2}) == Instant{2});
  static_assert(fsm::earliest(Instant{3}, Instant{2}) == Instant{2});
  SUCCEED("all of it was checked by the compiler");
}
