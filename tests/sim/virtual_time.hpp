// Virtual time: what is to happen later, in the order (time, order of asking). The only clock of a simulation.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/instant.hpp"

namespace holdfast::sim {

class VirtualTime {
 public:
  using Task = std::function<void()>;

  Instant now() const { return now_; }
  void at(Instant when, Task task) {
    tasks_.push_back({later(when, now_), next_number_++, std::move(task)});
    std::push_heap(tasks_.begin(), tasks_.end());
  }
  void after(Millis delay, Task task) { at(now_ + delay, std::move(task)); }

  // Does the next thing that happens up to `end`; false if there is none, and then it is `end`.
  bool step(Instant end) {
    if (tasks_.empty() || tasks_.front().when > end) {
      now_ = later(now_, end);
      return false;
    }
    std::pop_heap(tasks_.begin(), tasks_.end());
    const Entry entry = std::move(tasks_.back());
    tasks_.pop_back();
    now_ = entry.when;
    entry.task();
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
  std::vector<Entry> tasks_;  // a heap
};

}  // namespace holdfast::sim
