// Reads members of JSON objects into variables and remembers the first thing that is wrong, so that a decoder reads straight on and asks
// once at the end. What a member means its caller decides. (Out-parameters, because they make half the wasm of returned texts.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/json_reader.hpp"
#include "base/strong_id.hpp"

namespace holdfast {

class JsonFields {
 public:
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

  JsonFields() = default;
  // Longer ids and texts are a fault.
  JsonFields(std::size_t max_id_bytes, std::size_t max_text_bytes) : max_id_bytes_(max_id_bytes), max_text_bytes_(max_text_bytes) {}

  // Members that may be missing or of another type: `out` then stays as it is.
  void id(JsonView object, const char* key, std::string& out) { text(object, key, out, max_id_bytes_); }
  void text(JsonView object, const char* key, std::string& out) { text(object, key, out, max_text_bytes_); }
  void text(JsonView object, const char* key, std::string& out, std::size_t max_bytes) { text(object[key], out, max_bytes); }
  void integer(JsonView object, const char* key, std::int64_t& out);
  // Fractions are rounded down, and what is outside of [low, high] is moved to the nearer end.
  void clamped(JsonView object, const char* key, std::int64_t low, std::int64_t high, std::int64_t& out);
  void boolean(JsonView object, const char* key, bool& out);

  // The same for a value that is no member.
  void text(JsonView value, std::string& out) { text(value, out, max_text_bytes_); }

  // An array of at most `max` elements; empty if it is not an array. More are a fault.
  JsonView list(JsonView array, std::size_t max);

  // Keeps the first reason; `reason` must outlive this object.
  void fail(const char* reason);
  bool failed() const { return fault_ != nullptr; }
  const char* fault() const { return fault_; }

 private:
  void text(JsonView value, std::string& out, std::size_t max_bytes);

  std::size_t max_id_bytes_ = kNoLimit;
  std::size_t max_text_bytes_ = kNoLimit;
  const char* fault_ = nullptr;
};

// The members of one object that must all be there: one that is missing, of another type or out of range is a fault.
class RequiredMembers {
 public:
  RequiredMembers(JsonFields& fields, JsonView object) : fields_(fields), object_(object) {}

  RequiredMembers& read(const char* key, std::string& out);
  RequiredMembers& read(const char* key, std::int64_t& out);
  RequiredMembers& read(const char* key, std::uint32_t& out);
  RequiredMembers& read(const char* key, bool& out);
  template <class Tag>
  RequiredMembers& read(const char* key, TextId<Tag>& out) {
    return read(key, out.value);
  }
  template <class Tag>
  RequiredMembers& read(const char* key, NumberId<Tag>& out) {
    return read(key, out.value);
  }
  JsonView array(const char* key);

  // Notes whether something that was read here was there.
  RequiredMembers& require(bool present);

 private:
  JsonFields& fields_;
  JsonView object_;
};

}  // namespace holdfast
