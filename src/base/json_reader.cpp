// nlohmann/json reads the characters: texts with their escapes and their UTF-8, numbers, literals. Its lexer is used and not the layers
// above it, because these cost the wasm nine kilobytes (compressed) for a document type and for exceptions that nobody would see; the
// grammar that remains is the two functions read_value() and read_members(). Nothing here can throw, abort or recurse without limit.
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

// What the lexer is not asked to judge: size, nesting, and NUL, which it takes for the end of the text.
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

// Appends what it reads to the two lists of a document; whoever calls it throws them away if it fails.
class Parser {
 public:
  Parser(std::string_view text, std::size_t max_nodes, std::vector<Node>& nodes, std::string& texts)
      : lexer_(nlohmann::detail::input_adapter(text)), max_nodes_(max_nodes), nodes_(nodes), texts_(texts) {
    texts.reserve(text.size());
  }

  bool read_document() { return read_value(lexer_.scan(), {}) && lexer_.scan() == Token::end_of_input; }

 private:
  using Lexer = nlohmann::detail::lexer<nlohmann::json, decltype(nlohmann::detail::input_adapter(std::string_view()))>;
  using Token = Lexer::token_type;

  // Reads the value that begins with `token`.
  bool read_value(Token token, std::string_view key) {
    if (nodes_.size() == max_nodes_) return false;
    const std::size_t index = nodes_.size();
    Node& node = nodes_.emplace_back();
    node.key = key;
    switch (token) {
      case Token::begin_object:
        return read_members(index, Kind::kObject, Token::end_object);
      case Token::begin_array:
        return read_members(index, Kind::kArray, Token::end_array);
      case Token::value_string:
        node.kind = Kind::kText;
        node.text = keep_text();
        return true;
      case Token::value_integer:
        return set_number(node, static_cast<double>(lexer_.get_number_integer()));
      case Token::value_unsigned:
        return set_number(node, static_cast<double>(lexer_.get_number_unsigned()));
      case Token::value_float:  // of a number that no double holds the lexer makes infinity
        return std::isfinite(lexer_.get_number_float()) && set_number(node, lexer_.get_number_float());
      case Token::literal_true:
        node.kind = Kind::kTrue;
        return true;
      case Token::literal_false:
        node.kind = Kind::kFalse;
        return true;
      default:
        return token == Token::literal_null;
    }
  }

  // Reads the rest of the array or object at `index`, up to and with `end`.
  bool read_members(std::size_t index, Kind kind, Token end) {
    nodes_[index].kind = kind;
    std::uint32_t count = 0;
    Token token = lexer_.scan();
    while (token != end) {
      if (count > 0) {
        if (token != Token::value_separator) return false;
        token = lexer_.scan();
      }
      std::string_view key;
      if (kind == Kind::kObject) {
        if (token != Token::value_string) return false;
        key = keep_text();
        if (lexer_.scan() != Token::name_separator) return false;
        token = lexer_.scan();
      }
      if (!read_value(token, key)) return false;
      ++count;
      token = lexer_.scan();
    }
    nodes_[index].count = count;
    nodes_[index].span = static_cast<std::uint32_t>(nodes_.size() - index);
    return true;
  }

  static bool set_number(Node& node, double value) {
    node.kind = Kind::kNumber;
    node.number = value;
    return true;
  }

  // Never moves what it has kept: a text is at most as long as its JSON form, so the reserved room is enough for all of them.
  std::string_view keep_text() {
    const std::string& text = lexer_.get_string();
    texts_ += text;
    return std::string_view(texts_).substr(texts_.size() - text.size());
  }

  Lexer lexer_;
  std::size_t max_nodes_;
  std::vector<Node>& nodes_;
  std::string& texts_;
};

}  // namespace

struct JsonDocument::Tree {
  std::vector<Node> nodes;
  std::string texts;
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

JsonView JsonView::operator[](const char* key) const {
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
  auto tree = std::make_unique<Tree>();
  if (!Parser(text, limits.values, tree->nodes, tree->texts).read_document()) return std::nullopt;
  return JsonDocument(std::move(tree));
}

JsonDocument::JsonDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonView JsonDocument::root() const { return JsonView(tree_->nodes.data()); }

}  // namespace holdfast
