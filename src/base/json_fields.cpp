#include "base/json_fields.hpp"

#include <algorithm>
#include <limits>

namespace holdfast {

void JsonFields::text(JsonView value, std::string& out, std::size_t max_bytes) {
  const auto text = value.text();
  if (!text) return;
  if (text->size() > max_bytes) return fail("a text is too long");
  out = *text;
}

void JsonFields::integer(JsonView object, const char* key, std::int64_t& out) { out = object[key].integer().value_or(out); }

void JsonFields::clamped(JsonView object, const char* key, std::int64_t low, std::int64_t high, std::int64_t& out) {
  out = std::clamp(object[key].floor().value_or(out), low, high);
}

void JsonFields::boolean(JsonView object, const char* key, bool& out) { out = object[key].boolean().value_or(out); }

JsonView JsonFields::list(JsonView array, std::size_t max) {
  if (array.size() <= max) return array;
  fail("a list is too long");
  return {};
}

void JsonFields::fail(const char* reason) {
  if (fault_ == nullptr) fault_ = reason;
}

RequiredMembers& RequiredMembers::read(const char* key, std::string& out) {
  const auto text = object_[key].text();
  if (text) out = *text;
  return require(text.has_value());
}

RequiredMembers& RequiredMembers::read(const char* key, std::int64_t& out) {
  const auto number = object_[key].integer();
  out = number.value_or(0);
  return require(number.has_value());
}

RequiredMembers& RequiredMembers::read(const char* key, std::uint32_t& out) {
  std::int64_t number = 0;
  read(key, number);
  out = static_cast<std::uint32_t>(number);
  return require(number >= 0 && number <= std::numeric_limits<std::uint32_t>::max());
}

RequiredMembers& RequiredMembers::read(const char* key, bool& out) {
  const auto flag = object_[key].boolean();
  out = flag.value_or(false);
  return require(flag.has_value());
}

JsonView RequiredMembers::array(const char* key) {
  const JsonView array = object_[key];
  require(array.is_array());
  return array;
}

RequiredMembers& RequiredMembers::require(bool present) {
  if (!present) fields_.fail("a member is missing, of another type or out of range");
  return *this;
}

}  // namespace holdfast
