// Total reading of JSON from outside: whatever arrives, every question has an answer and nothing throws, aborts or grows without
// limit. The only file that includes nlohmann/json is json_reader.cpp. Of two members with one name the last counts, as in JavaScript.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

struct JsonLimits {
  std::size_t bytes = 1 << 20;  // 1 MiB: some fifty SDPs
  std::size_t depth = 32;
  std::size_t values = 1 << 16;  // in the whole document; a room of fifty needs some ten thousand
};

// A place in a document that may not exist. Reading the wrong type, a missing key or an index past the end gives "nothing", so
// paths can be written without checking every step. Valid while its JsonDocument lives.
class JsonView {
 public:
  JsonView() = default;

  bool exists() const { return node_ != nullptr; }
  bool is_object() const;
  bool is_array() const;
  bool is_null() const;

  // Object member; nothing if this is not an object or has no such member.
  JsonView operator[](const char* key) const;
  // Number of array elements; 0 if this is not an array.
  std::size_t size() const;
  // Array element; nothing past the end. Walks there: to visit all, iterate.
  JsonView at(std::size_t index) const;

  // The elements of an array in order; none if this is not an array.
  class Iterator;
  Iterator begin() const;
  Iterator end() const;

  std::optional<std::string_view> text() const;
  // Whole numbers within ±2^53, also when written with a fraction of zero (5000.0).
  std::optional<std::int64_t> integer() const;
  // Any finite number, rounded down; for times and sizes that a peer may write with a fraction.
  std::optional<std::int64_t> floor() const;
  std::optional<bool> boolean() const;

 private:
  friend class JsonDocument;
  explicit JsonView(const void* node) : node_(node) {}
  const void* node_ = nullptr;
};

class JsonView::Iterator {
 public:
  JsonView operator*() const { return JsonView(node_); }
  Iterator& operator++();
  bool operator!=(const Iterator& other) const { return node_ != other.node_; }

 private:
  friend class JsonView;
  explicit Iterator(const void* node) : node_(node) {}
  const void* node_;
};

class JsonDocument {
 public:
  // Nothing if the text is not exactly one JSON value in UTF-8 within the limits.
  static std::optional<JsonDocument> parse(std::string_view text, const JsonLimits& limits = {});

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  JsonView root() const;

 private:
  struct Tree;
  explicit JsonDocument(std::unique_ptr<Tree> tree);
  std::unique_ptr<Tree> tree_;
};

}  // namespace holdfast
