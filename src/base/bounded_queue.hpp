// A first-in first-out queue that says no when it is full, so that nothing arriving from outside can grow without limit.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

namespace holdfast {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t limit) : limit_(limit) {}

  [[nodiscard]] bool push(T item) {
    if (items_.size() >= limit_) return false;
    items_.push_back(std::move(item));
    return true;
  }
  // Precondition: not empty.
  T pop() {
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  void clear() { items_.clear(); }

 private:
  std::size_t limit_;
  std::deque<T> items_;
};

}  // namespace holdfast
