// Writes JSON text, nothing more: no values are kept, no numbers but whole ones, no way to fail. Used for every frame that leaves the
// core; reading goes through base/json_reader.hpp. (Writing through nlohmann::json would bring its float printer into the wasm.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace holdfast {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  // `json` must be one valid JSON value; it is copied as it is.
  JsonWriter& raw(std::string_view json);

  // key and value in one call, for the common case.
  JsonWriter& text(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonWriter& number(std::string_view name, std::int64_t value) { return key(name).number(value); }
  JsonWriter& boolean(std::string_view name, bool value) { return key(name).boolean(value); }

  std::string take();

 private:
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace holdfast
