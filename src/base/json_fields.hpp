// Turns members of JSON objects into values and remembers the first thing that is wrong, so that a decoder reads straight on and asks
// once at the end. What a member means, and what stands in for a missing one, its caller decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_reader.hpp"

namespace holdfast {

class JsonFields {
 public:
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

  JsonFields() = default;
  // Longer ids and texts are a fault.
  JsonFields(std::size_t max_id_bytes, std::size_t max_text_bytes) : max_id_bytes_(max_id_bytes), max_text_bytes_(max_text_bytes) {}

  // Values that may be missing or of another type: then empty, or the fallback.
  std::string id(JsonView value) { return text(value, max_id_bytes_); }
  std::string text(JsonView value) { return text(value, max_text_bytes_); }
  std::string text(JsonView value, std::size_t max_bytes);
  // Fractions are rounded down, and what is outside of [low, high] is moved to the nearer end.
  static std::int64_t clamped(JsonView value, std::int64_t low, std::int64_t high, std::int64_t fallback);

  // Values that must be there and of this type.
  std::string required_text(JsonView value);
  std::int64_t required_integer(JsonView value);
  std::uint32_t required_number_id(JsonView value);
  bool required_boolean(JsonView value);
  JsonView required_array(JsonView value);

  // An array of at most `max` elements; empty if it is not an array. More are a fault.
  JsonView list(JsonView array, std::size_t max);

  // Keeps the first reason; `reason` must outlive this object.
  void fail(const char* reason);
  bool failed() const { return fault_ != nullptr; }
  const char* fault() const { return fault_; }

 private:
  template <class T>
  T required(std::optional<T> value);

  std::size_t max_id_bytes_ = kNoLimit;
  std::size_t max_text_bytes_ = kNoLimit;
  const char* fault_ = nullptr;
};

}  // namespace holdfast
