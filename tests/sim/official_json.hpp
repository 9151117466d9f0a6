// Reading JSON the way JavaScript does, for the model of the official client: what is missing or of another type is nothing.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace holdfast::sim::official {

using nlohmann::json;

inline const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}
inline const json* array(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}
inline std::string text(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get_ref<const std::string&>() : std::string();
}
inline std::optional<std::int64_t> number(const json& object, const char* name) {
  const json* value = member(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<std::int64_t>();
}
inline bool flag(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

}  // namespace holdfast::sim::official
