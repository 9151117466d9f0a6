// Virtual time: what is to happen later, in the order (time, order of asking). The only clock of a simulation.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "base/instant.hpp"

namespace holdfast::sim {

class VirtualTime {
 public:
  using Task = std::function<void()>;

  Instant now() const { return now_; }
  void at(Instant when, Task task) { tasks_.push({later(when, now_), next_number_++, std::move(task)}); }
  void after(Millis delay, Task task) { at(now_ + delay, std::move(task)); }

  // Does the next thing that happens up to `end`; false if there is none, and then it is `end`.
  bool step(Instant end) {
    if (tasks_.empty() || tasks_.top().when > end) {
      now_ = later(now_, end);
      return false;
    }
    now_ = tasks_.top().when;
    const Task task = tasks_.top().task;
    tasks_.pop();
    task();
    return true;
  }

 private:
  struct Entry {
    Instant when;
    std::uint64_t number;
    Task task;
    friend bool operator<(const Entry& a, const Entry& b) {  // the greatest is the next
      return a.when != b.when ? b.when < a.when : b.number < a.number;
    }
  };
  Instant now_;
  std::uint64_t next_number_ = 0;
  std::priority_queue<Entry> tasks_;
};

}  // namespace holdfast::sim
