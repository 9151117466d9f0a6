// Named timers of one machine: an enum names them, each holds at most one deadline. Starting a running timer moves it; its
// generation grows with every start and stop, so whoever keeps one can tell a late expiry of an earlier start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/instant.hpp"

namespace holdfast::fsm {

template <class Timer>  // enum class with a last enumerator kCount
class Timers {
 public:
  void start(Timer timer, Instant deadline) {
    Slot& slot = slots_[index(timer)];
    slot.deadline = deadline;
    ++slot.generation;
  }
  void stop(Timer timer) {
    Slot& slot = slots_[index(timer)];
    slot.deadline.reset();
    ++slot.generation;
  }
  void stop_all() {
    for (std::size_t i = 0; i < slots_.size(); ++i) stop(static_cast<Timer>(i));
  }
  bool is_running(Timer timer) const { return slots_[index(timer)].deadline.has_value(); }
  std::optional<Instant> deadline(Timer timer) const { return slots_[index(timer)].deadline; }
  std::uint32_t generation(Timer timer) const { return slots_[index(timer)].generation; }

  // The earliest deadline of all running timers.
  std::optional<Instant> next() const {
    std::optional<Instant> first;
    for (const Slot& slot : slots_)
      if (slot.deadline && (!first || *slot.deadline < *first)) first = slot.deadline;
    return first;
  }

  // The timer that is due at `now` with the earliest deadline (enum order on a tie), stopped; nothing if none is due.
  std::optional<Timer> pop_due(Instant now) {
    std::optional<std::size_t> due;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const auto& deadline = slots_[i].deadline;
      if (deadline && *deadline <= now && (!due || *deadline < *slots_[*due].deadline)) due = i;
    }
    if (!due) return std::nullopt;
    const auto timer = static_cast<Timer>(*due);
    stop(timer);
    return timer;
  }

 private:
  struct Slot {
    std::optional<Instant> deadline;
    std::uint32_t generation = 0;
  };
  static constexpr std::size_t index(Timer timer) { return static_cast<std::size_t>(timer); }
  std::array<Slot, static_cast<std::size_t>(Timer::kCount)> slots_{};
};

// The earlier of two optional deadlines, for owners that combine several machines.
constexpr std::optional<Instant> earliest(std::optional<Instant> a, std::optional<Instant> b) {
  if (!a) return b;
  if (!b) return a;
  return earlier(*a, *b);
}

}  // namespace holdfast::fsm
