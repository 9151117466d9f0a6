// How long a browser waits before it really dials a WebSocket: longer after each failure. An attempt given up is a failure.
// Chromium: WebSocketPerProcessThrottler; Firefox: nsWSAdmissionManager.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/instant.hpp"
#include "base/prng.hpp"
#include "browser.hpp"

namespace holdfast::sim {

class DialThrottle {
 public:
  explicit DialThrottle(Browser browser) : browser_(browser) {}

  Millis delay(Instant now, std::int64_t others_opening, Prng& random) const {
    if (browser_ == Browser::kFirefox) return std::max(Millis{0}, last_failure_ + after_failure_ - now);
    const std::int64_t exponent = std::min<std::int64_t>(others_opening + failures_ / (successes_ + 1), 16);
    return Millis{(1000 + random.below(4001)) * (std::int64_t{1} << exponent) / 65536};
  }
  void succeeded() {
    ++successes_;
    after_failure_ = Millis{0};
  }
  void failed(Instant now, Prng& random) {
    ++failures_;
    last_failure_ = now;
    after_failure_ = after_failure_ == Millis{0} ? Millis{200 + random.below(200)} : std::min(Millis{after_failure_.count * 3 / 2}, 60_s);
  }

 private:
  Browser browser_;
  std::int64_t failures_ = 0;
  std::int64_t successes_ = 0;
  Instant last_failure_;
  Millis after_failure_;
};

}  // namespace holdfast::sim
