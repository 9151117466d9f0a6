// A process that can be stopped in its tracks: what reaches it then waits, and is done all at once, in order, when it goes on.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include "virtual_time.hpp"

namespace holdfast::sim {

class Process {
 public:
  template <class Work>
  void run(Work&& work) {
    if (is_running_ && waiting_.empty()) return work();
    if (waiting_.size() < kMostWaiting)
      waiting_.emplace_back(std::forward<Work>(work));
    else
      has_overflowed_ = true;
  }

  void stand_still() { is_running_ = false; }
  void go_on() {
    is_running_ = true;
    for (; is_running_ && !waiting_.empty(); waiting_.pop_front()) waiting_.front()();
  }
  void forget() { waiting_.clear(); }

  bool is_running() const { return is_running_; }
  bool has_overflowed() const { return has_overflowed_; }

 private:
  static constexpr std::size_t kMostWaiting = 20'000;
  bool is_running_ = true;
  std::deque<VirtualTime::Task> waiting_;
  bool has_overflowed_ = false;
};

}  // namespace holdfast::sim
