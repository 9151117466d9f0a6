// Monotonic time as the core knows it: whole milliseconds, handed in with every input. The core has no clock of its own.
#pragma once

#include <cstdint>

namespace holdfast {

struct Millis {
  std::int64_t count = 0;
  friend constexpr bool operator==(Millis a, Millis b) { return a.count == b.count; }
  friend constexpr bool operator!=(Millis a, Millis b) { return a.count != b.count; }
  friend constexpr bool operator<(Millis a, Millis b) { return a.count < b.count; }
  friend constexpr bool operator<=(Millis a, Millis b) { return a.count <= b.count; }
  friend constexpr bool operator>(Millis a, Millis b) { return a.count > b.count; }
  friend constexpr bool operator>=(Millis a, Millis b) { return a.count >= b.count; }
  friend constexpr Millis operator+(Millis a, Millis b) { return {a.count + b.count}; }
  friend constexpr Millis operator-(Millis a, Millis b) { return {a.count - b.count}; }
  friend constexpr Millis operator*(std::int64_t n, Millis a) { return {n * a.count}; }
};

constexpr Millis operator""_ms(unsigned long long n) { return {static_cast<std::int64_t>(n)}; }
constexpr Millis operator""_s(unsigned long long n) { return {static_cast<std::int64_t>(n) * 1000}; }

// A point on the caller's monotonic clock (performance.now() in a page). Only differences mean anything.
struct Instant {
  std::int64_t ms = 0;
  friend constexpr bool operator==(Instant a, Instant b) { return a.ms == b.ms; }
  friend constexpr bool operator!=(Instant a, Instant b) { return a.ms != b.ms; }
  friend constexpr bool operator<(Instant a, Instant b) { return a.ms < b.ms; }
  friend constexpr bool operator<=(Instant a, Instant b) { return a.ms <= b.ms; }
  friend constexpr bool operator>(Instant a, Instant b) { return a.ms > b.ms; }
  friend constexpr bool operator>=(Instant a, Instant b) { return a.ms >= b.ms; }
  friend constexpr Instant operator+(Instant t, Millis d) { return {t.ms + d.count}; }
  friend constexpr Instant operator-(Instant t, Millis d) { return {t.ms - d.count}; }
  friend constexpr Millis operator-(Instant a, Instant b) { return {a.ms - b.ms}; }
};

constexpr Instant earlier(Instant a, Instant b) { return a < b ? a : b; }
constexpr Instant later(Instant a, Instant b) { return a < b ? b : a; }

}  // namespace holdfast
