#include "base/json_reader.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

namespace holdfast {

namespace {

using Json = nlohmann::json;

constexpr double kLargestExact = 9007199254740992.0;  // 2^53: beyond it a double no longer tells whole numbers apart

const Json& node(const void* p) { return *static_cast<const Json*>(p); }

// What the parser is not asked to judge: size, nesting, and NUL, which it takes for the end of the text.
bool is_within(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return false;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') return false;
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limits.depth) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return true;
}

}  // namespace

struct JsonDocument::Tree {
  Json json;
};

bool JsonView::is_object() const { return node_ != nullptr && node(node_).is_object(); }
bool JsonView::is_array() const { return node_ != nullptr && node(node_).is_array(); }
bool JsonView::is_null() const { return node_ != nullptr && node(node_).is_null(); }

JsonView JsonView::operator[](std::string_view key) const {
  if (!is_object()) return {};
  const auto found = node(node_).find(key);
  return found == node(node_).end() ? JsonView{} : JsonView{&*found};
}

std::size_t JsonView::size() const { return is_array() ? node(node_).size() : 0; }

JsonView JsonView::at(std::size_t index) const { return index < size() ? JsonView{&node(node_)[index]} : JsonView{}; }

std::optional<std::string_view> JsonView::text() const {
  if (node_ == nullptr || !node(node_).is_string()) return std::nullopt;
  return std::string_view(*node(node_).get_ptr<const Json::string_t*>());
}

std::optional<std::int64_t> JsonView::integer() const {
  if (node_ == nullptr || !node(node_).is_number()) return std::nullopt;
  const double value = node(node_).get<double>();
  if (std::floor(value) != value) return std::nullopt;
  return floor();
}

std::optional<std::int64_t> JsonView::floor() const {
  if (node_ == nullptr || !node(node_).is_number()) return std::nullopt;
  const double value = std::floor(node(node_).get<double>());
  if (value < -kLargestExact || value > kLargestExact) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<bool> JsonView::boolean() const {
  if (node_ == nullptr || !node(node_).is_boolean()) return std::nullopt;
  return *node(node_).get_ptr<const Json::boolean_t*>();
}

std::optional<JsonDocument> JsonDocument::parse(std::string_view text, const JsonLimits& limits) {
  if (!is_within(text, limits)) return std::nullopt;
  auto tree = std::make_unique<Tree>();
  tree->json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (tree->json.is_discarded()) return std::nullopt;
  return JsonDocument(std::move(tree));
}

JsonDocument::JsonDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonView JsonDocument::root() const { return JsonView(&tree_->json); }

}  // namespace holdfast
