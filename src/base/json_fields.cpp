#include "base/json_fields.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace holdfast {

std::string JsonFields::text(JsonView value, std::size_t max_bytes) {
  const std::string_view text = value.text().value_or(std::string_view());
  if (text.size() <= max_bytes) return std::string(text);
  fail("a text is too long");
  return {};
}

std::int64_t JsonFields::clamped(JsonView value, std::int64_t low, std::int64_t high, std::int64_t fallback) {
  return std::clamp(value.floor().value_or(fallback), low, high);
}

template <class T>
T JsonFields::required(std::optional<T> value) {
  if (!value) fail("a member is missing or of another type");
  return value.value_or(T());
}

std::string JsonFields::required_text(JsonView value) { return std::string(required(value.text())); }

std::int64_t JsonFields::required_integer(JsonView value) { return required(value.integer()); }

std::uint32_t JsonFields::required_number_id(JsonView value) {
  const std::int64_t number = required_integer(value);
  if (number < 0 || number > std::numeric_limits<std::uint32_t>::max()) fail("a number is out of range");
  return static_cast<std::uint32_t>(number);
}

bool JsonFields::required_boolean(JsonView value) { return required(value.boolean()); }

JsonView JsonFields::required_array(JsonView value) {
  if (!value.is_array()) fail("a member is missing or of another type");
  return value;
}

JsonView JsonFields::list(JsonView array, std::size_t max) {
  if (array.size() <= max) return array;
  fail("a list is too long");
  return {};
}

void JsonFields::fail(const char* reason) {
  if (fault_ == nullptr) fault_ = reason;
}

}  // namespace holdfast
