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
  JsonWriter& key(const char* name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  // `json` must be one valid JSON value; it is copied as it is.
  JsonWriter& raw(std::string_view json);

  // key and value in one call, for the common case. (Pointers and references, because a view costs each call in wasm twice as much.)
  JsonWriter& text(const char* name, const std::string& value);
  JsonWriter& text(const char* name, const char* value);
  JsonWriter& number(const char* name, std::int64_t value);
  JsonWriter& boolean(const char* name, bool value);

  std::string take();

 private:
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace holdfast
