// nlohmann/json does the reading of characters and numbers; what it reports is kept in a tree of our own, because its document type costs
// five kilobytes of compressed wasm more. Its one way to fail is to say so: sax_parse() with a handler that never throws.
#include "base/json_reader.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace holdfast {

namespace {

constexpr double kLargestExact = 9007199254740992.0;  // 2^53: beyond it a double no longer tells whole numbers apart

enum class Kind : std::uint8_t { kNull, kFalse, kTrue, kNumber, kText, kArray, kObject };

// A document is its values in the order of the text: the first child of a node is the next node, its sibling stands `span` nodes on.
struct Node {
  Kind kind = Kind::kNull;
  std::uint32_t span = 1;   // this value and all inside it
  std::uint32_t count = 0;  // elements or members
  std::string_view key;     // if it is a member
  std::string_view text;
  double number = 0;
};

const Node* to_node(const void* p) { return static_cast<const Node*>(p); }

bool is(const void* p, Kind kind) { return p != nullptr && to_node(p)->kind == kind; }

// What the parser is not asked to judge: size, nesting, and NUL, which it takes for the end of the text.
bool is_within(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return false;
  std::size_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') return false;
    if (c == '"') {
      in_text = !in_text;
    } else if (in_text) {
      if (c == '\\') ++i;
    } else if (c == '{' || c == '[') {
      if (++depth > limits.depth) return false;
    } else if (c == '}' || c == ']') {
      if (depth > 0) --depth;
    }
  }
  return true;
}

}  // namespace

// The handler of the parser's events (json_sax in nlohmann's manual), and what they add up to. Each answers whether to go on.
struct JsonDocument::Tree {
  using Json = nlohmann::json;

  Tree(std::size_t text_bytes, std::size_t max_nodes) : node_limit(max_nodes) { texts.reserve(text_bytes); }

  bool null() { return add(Kind::kNull) != nullptr; }
  bool boolean(bool value) { return add(value ? Kind::kTrue : Kind::kFalse) != nullptr; }
  bool number_integer(Json::number_integer_t value) { return add_number(static_cast<double>(value)); }
  bool number_unsigned(Json::number_unsigned_t value) { return add_number(static_cast<double>(value)); }
  bool number_float(Json::number_float_t value, const std::string&) { return add_number(value); }
  bool string(const std::string& value) {
    Node* node = add(Kind::kText);
    if (node == nullptr) return false;
    node->text = keep(value);
    return true;
  }
  bool binary(const Json::binary_t&) { return false; }  // not in JSON
  bool key(const std::string& name) {
    next_key = keep(name);
    return true;
  }
  bool start_object(std::size_t) { return open(Kind::kObject); }
  bool start_array(std::size_t) { return open(Kind::kArray); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

  Node* add(Kind kind) {
    if (nodes.size() >= node_limit) return nullptr;
    if (!open_nodes.empty()) ++nodes[open_nodes.back()].count;
    Node& node = nodes.emplace_back();
    node.kind = kind;
    node.key = std::exchange(next_key, {});
    return &node;
  }
  bool add_number(double value) {
    Node* node = add(Kind::kNumber);
    if (node == nullptr) return false;
    node->number = value;
    return true;
  }
  bool open(Kind kind) {
    if (add(kind) == nullptr) return false;
    open_nodes.push_back(nodes.size() - 1);
    return true;
  }
  bool close() {
    const std::size_t index = open_nodes.back();
    open_nodes.pop_back();
    nodes[index].span = static_cast<std::uint32_t>(nodes.size() - index);
    return true;
  }
  // Never moves what it has kept: a text is at most as long as its JSON form, so the reserved room is enough for all of them.
  std::string_view keep(const std::string& value) {
    texts += value;
    return std::string_view(texts).substr(texts.size() - value.size());
  }

  std::vector<Node> nodes;
  std::vector<std::size_t> open_nodes;
  std::string texts;
  std::string_view next_key;
  std::size_t node_limit;
};

bool JsonView::is_object() const { return is(node_, Kind::kObject); }
bool JsonView::is_array() const { return is(node_, Kind::kArray); }
bool JsonView::is_null() const { return is(node_, Kind::kNull); }

JsonView::Iterator& JsonView::Iterator::operator++() {
  node_ = to_node(node_) + to_node(node_)->span;
  return *this;
}

JsonView::Iterator JsonView::begin() const { return Iterator(is_array() ? to_node(node_) + 1 : nullptr); }
JsonView::Iterator JsonView::end() const { return Iterator(is_array() ? to_node(node_) + to_node(node_)->span : nullptr); }

JsonView JsonView::operator[](std::string_view key) const {
  JsonView found;
  if (!is_object()) return found;
  const Node* const end = to_node(node_) + to_node(node_)->span;
  for (const Node* member = to_node(node_) + 1; member != end; member += member->span)
    if (member->key == key) found = JsonView(member);
  return found;
}

std::size_t JsonView::size() const { return is_array() ? to_node(node_)->count : 0; }

JsonView JsonView::at(std::size_t index) const {
  if (index >= size()) return {};
  Iterator element = begin();
  for (; index > 0; --index) ++element;
  return *element;
}

std::optional<std::string_view> JsonView::text() const {
  if (!is(node_, Kind::kText)) return std::nullopt;
  return to_node(node_)->text;
}

std::optional<std::int64_t> JsonView::integer() const {
  const auto whole = floor();
  if (whole && static_cast<double>(*whole) != to_node(node_)->number) return std::nullopt;
  return whole;
}

std::optional<std::int64_t> JsonView::floor() const {
  if (!is(node_, Kind::kNumber)) return std::nullopt;
  const double value = std::floor(to_node(node_)->number);
  if (value < -kLargestExact || value > kLargestExact) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<bool> JsonView::boolean() const {
  if (!is(node_, Kind::kTrue) && !is(node_, Kind::kFalse)) return std::nullopt;
  return is(node_, Kind::kTrue);
}

std::optional<JsonDocument> JsonDocument::parse(std::string_view text, const JsonLimits& limits) {
  if (!is_within(text, limits)) return std::nullopt;
  auto tree = std::make_unique<Tree>(text.size(), limits.values);
  if (!nlohmann::json::sax_parse(text, tree.get())) return std::nullopt;
  return JsonDocument(std::move(tree));
}

JsonDocument::JsonDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonView JsonDocument::root() const { return JsonView(tree_->nodes.data()); }

}  // namespace holdfast
