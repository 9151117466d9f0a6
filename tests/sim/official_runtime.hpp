// What the model of the official client has of a JavaScript runtime: a clock, setTimeout, promise reactions, Math.random. And where its
// parts put what they do (effects) and what they have against the server (the first complaint counts).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "base/prng.hpp"
#include "base/strong_id.hpp"
#include "effect.hpp"

namespace holdfast::sim::official {

class Runtime {
 public:
  using Task = std::function<void()>;
  using TimeoutId = std::uint64_t;  // 0: none

  explicit Runtime(std::uint64_t seed) : random(seed) {}

  Instant now;
  Prng random;
  Effects effects;  // of this batch
  std::string complaint;
  std::string defect;  // the first of the client's own that may have left it in a state it never gets out of

  void complain(const std::string& text) {
    if (complaint.empty()) complaint = text;
  }
  void admit(const std::string& text) {
    if (defect.empty()) defect = text;
  }
  template <class E>
  void perform(E effect) {
    effects.push_back(std::move(effect));
  }
  OperationId next_operation() { return OperationId{++last_operation_}; }

  // A promise reaction: when the running code is done.
  void soon(Task task) { reactions_.push_back(std::move(task)); }
  void run_reactions() {
    while (!reactions_.empty()) {
      const Task task = std::move(reactions_.front());
      reactions_.pop_front();
      task();
    }
  }

  TimeoutId set_timeout(Millis delay, Task task) {
    timeouts_.push_back({++last_timeout_, now + delay, std::move(task)});
    return last_timeout_;
  }
  void clear_timeout(TimeoutId id) {
    timeouts_.erase(std::remove_if(timeouts_.begin(), timeouts_.end(), [id](const Entry& entry) { return entry.id == id; }),
                    timeouts_.end());
  }
  void clear_timeouts() { timeouts_.clear(); }
  std::optional<Instant> next_deadline() const {
    if (timeouts_.empty()) return std::nullopt;
    return std::min_element(timeouts_.begin(), timeouts_.end(), is_earlier)->when;
  }
  void run_timeouts() {
    for (;;) {
      const auto next = std::min_element(timeouts_.begin(), timeouts_.end(), is_earlier);
      if (next == timeouts_.end() || next->when > now) return;
      const Task task = std::move(next->task);
      timeouts_.erase(next);
      task();
      run_reactions();
    }
  }

 private:
  struct Entry {
    TimeoutId id;
    Instant when;
    Task task;
  };
  static bool is_earlier(const Entry& a, const Entry& b) { return a.when != b.when ? a.when < b.when : a.id < b.id; }

  std::deque<Task> reactions_;
  std::vector<Entry> timeouts_;
  TimeoutId last_timeout_ = 0;
  std::uint32_t last_operation_ = 0;
};

// One named timeout of the official client.
class Timeout {
 public:
  Timeout(Runtime& runtime, Millis delay, Runtime::Task task) : runtime_(runtime), delay_(delay), task_(std::move(task)) {}
  Timeout(const Timeout&) = delete;
  Timeout& operator=(const Timeout&) = delete;
  ~Timeout() { clear(); }

  void set_delay(Millis delay) { delay_ = delay; }
  bool is_set() const { return id_ != 0; }
  void start() {
    if (is_set()) return;
    id_ = runtime_.set_timeout(delay_, [this] {
      id_ = 0;
      task_();
    });
  }
  void clear() {
    if (is_set()) runtime_.clear_timeout(std::exchange(id_, 0));
  }
  void reset() {
    clear();
    start();
  }

 private:
  Runtime& runtime_;
  Millis delay_;
  Runtime::Task task_;
  Runtime::TimeoutId id_ = 0;
};

// Exponential with full jitter (docs/protocol.md 5.2, 7.6).
class Backoff {
 public:
  Backoff(Runtime& runtime, double shortest_ms, double factor, double longest_ms)
      : runtime_(runtime), shortest_ms_(shortest_ms), factor_(factor), longest_ms_(longest_ms) {}
  Backoff(const Backoff&) = delete;
  Backoff& operator=(const Backoff&) = delete;
  ~Backoff() { reset(); }

  void wait(Runtime::Task task) {
    runtime_.clear_timeout(id_);
    const double ms = shortest_ms_ * std::pow(factor_, attempts_);
    const double deviation = std::floor(ms * runtime_.random.below(1000) / 1000);
    const double drawn = std::min(runtime_.random.chance(1, 2) ? ms - deviation : ms + deviation, longest_ms_);
    id_ = runtime_.set_timeout(Millis{static_cast<std::int64_t>(drawn)}, [this, task = std::move(task)] {
      id_ = 0;
      ++attempts_;
      task();
    });
  }
  bool is_waiting() const { return id_ != 0; }
  // Also forgets a wait that is under way.
  void reset() {
    attempts_ = 0;
    runtime_.clear_timeout(std::exchange(id_, 0));
  }

 private:
  Runtime& runtime_;
  double shortest_ms_, factor_, longest_ms_;
  int attempts_ = 0;
  Runtime::TimeoutId id_ = 0;
};

}  // namespace holdfast::sim::official
