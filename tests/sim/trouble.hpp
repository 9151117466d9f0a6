// When something was wrong with a way to the server, or with media: what a check has to know before it may expect anything.
#pragma once

#include "base/instant.hpp"

namespace holdfast::sim {

class Trouble {
 public:
  // After `recovery` without trouble all is well again.
  explicit Trouble(Millis recovery) : recovery_(recovery) {}

  void begin(Instant now) {
    strike(now);
    ++count_;
  }
  void end(Instant now) {
    strike(now);
    --count_;
  }
  // Over as soon as it began.
  void strike(Instant now) {
    well_until_ = well_until(now);
    last_ = now;
    has_been_ = true;
  }

  bool has_been() const { return has_been_; }
  // Nothing has been wrong for at least so long.
  bool is_calm(Instant now, Millis length) const { return count_ == 0 && (!has_been_ || now - last_ >= length); }
  // When all was well for the last time.
  Instant well_until(Instant now) const { return is_calm(now, recovery_) ? now : well_until_; }
  // The last change.
  Instant last() const { return last_; }

 private:
  Millis recovery_;
  int count_ = 0;
  Instant last_;
  Instant well_until_;
  bool has_been_ = false;
};

}  // namespace holdfast::sim
