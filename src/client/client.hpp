// The whole client: routes each input to the machines, what they say to one another, and their effects into one batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/instant.hpp"
#include "effect.hpp"
#include "input.hpp"

namespace holdfast {

struct Batch {
  Effects effects;                       // network effects first, then the emits, each in order
  std::optional<Instant> next_deadline;  // hand in a Tick then; nothing: no timer is needed
};

class Client {
 public:
  explicit Client(std::uint64_t seed);
  ~Client();

  // Applies the input, then fires every timer that is due at `now`. Time never runs back: an earlier `now` counts as the last one.
  Batch handle(const Input& input, Instant now);

  bool is_over() const;
  bool is_consistent() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast
