#include "base/json_reader.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <utility>

using namespace holdfast;

namespace {

bool parses(std::string_view text, const JsonLimits& limits = {}) { return JsonDocument::parse(text, limits).has_value(); }

std::optional<std::int64_t> integer(std::string_view text) { return JsonDocument::parse(text)->root().integer(); }
std::optional<std::int64_t> floor(std::string_view text) { return JsonDocument::parse(text)->root().floor(); }

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("json reader: one value and nothing else", "[base][json]") {
  for (const char* text : {"null", "true", " 7 ", "\"\"", "[]", "{}", "[1,[2,{\"a\":[]}]]", "\n{\t}\r"}) {
    INFO(text);
    CHECK(parses(text));
  }
  for (const char* text : {"",        " ",      "nul", "True", "7 7", "{}{}", "[1,]", "{\"a\":1,}", "{a:1}",   "[1",    "]",
                           "{\"a\"}", "\"open", "01",  "+1",   ".5",  "NaN",  "'a'",  "/**/1",      "\"\\x\"", "\"\n\""}) {
    INFO(text);
    CHECK_FALSE(parses(text));
  }
}

TEST_CASE("json reader: text that is not UTF-8 or not Unicode is refused", "[base][json]") {
  CHECK(parses("\"\xc3\xa9\""));
  CHECK(parses("\"\\ud83d\\ude00\""));
  for (const char* text :
       {"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\"\xf8\x88\x80\x80\x80\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\""}) {
    INFO(text);
    CHECK_FALSE(parses(text));
  }
}

TEST_CASE("json reader: NUL is no end of the text", "[base][json]") {
  CHECK_FALSE(parses(std::string_view("{}\0", 3)));
  CHECK_FALSE(parses(std::string_view("{}\0{", 4)));
  CHECK_FALSE(parses(std::string_view("\"a\0b\"", 5)));
  CHECK_FALSE(parses(std::string_view("\0", 1)));
  CHECK(JsonDocument::parse("\"a\\u0000b\"")->root().text() == std::string_view("a\0b", 3));
}

TEST_CASE("json reader: the limits hold to the byte, the level and the value", "[base][json]") {
  CHECK(parses("[1,2]", {5, 32, 100}));
  CHECK_FALSE(parses("[1,2]", {4, 32, 100}));
  CHECK(parses(nested(3), {100, 3, 100}));
  CHECK_FALSE(parses(nested(4), {100, 3, 100}));
  CHECK(parses("[1,{\"a\":2}]", {100, 32, 4}));
  CHECK_FALSE(parses("[1,{\"a\":2}]", {100, 32, 3}));
  CHECK_FALSE(parses(nested(500'000)));
  CHECK_FALSE(parses(std::string(1 << 20, '{')));
}

TEST_CASE("json reader: brackets inside texts do not nest", "[base][json]") {
  CHECK(parses(R"(["[[[[", "\"[[[[", "\\"])", {100, 1, 100}));
  CHECK(parses("[[],[],[],[]]", {100, 2, 100}));
}

TEST_CASE("json reader: every question has an answer, whatever the value is", "[base][json]") {
  const auto document = JsonDocument::parse(R"([null, true, 7, "t", [1], {"a": 1}])");
  const JsonView root = document->root();
  REQUIRE(root.size() == 6);
  const bool is_text[] = {false, false, false, true, false, false};
  const bool is_number[] = {false, false, true, false, false, false};
  const bool is_boolean[] = {false, true, false, false, false, false};
  for (std::size_t i = 0; i < root.size(); ++i) {
    INFO(i);
    const JsonView value = root.at(i);
    CHECK(value.exists());
    CHECK(value.is_null() == (i == 0));
    CHECK(value.boolean().has_value() == is_boolean[i]);
    CHECK(value.integer().has_value() == is_number[i]);
    CHECK(value.floor().has_value() == is_number[i]);
    CHECK(value.text().has_value() == is_text[i]);
    CHECK(value.is_array() == (i == 4));
    CHECK(value.size() == (i == 4 ? 1u : 0u));
    CHECK(value.is_object() == (i == 5));
    CHECK(value["a"].exists() == (i == 5));
    CHECK_FALSE(value["b"].exists());
    CHECK_FALSE(value.at(1).exists());
  }
}

TEST_CASE("json reader: a place that does not exist has nothing at all", "[base][json]") {
  const JsonView nowhere = JsonDocument::parse("{}")->root()["a"].at(3)["b"];
  CHECK_FALSE(nowhere.exists());
  CHECK_FALSE(nowhere.is_null());
  CHECK_FALSE(nowhere.text().has_value());
  CHECK_FALSE(nowhere.integer().has_value());
  CHECK_FALSE(nowhere.floor().has_value());
  CHECK_FALSE(nowhere.boolean().has_value());
  CHECK(nowhere.size() == 0);
  for (const JsonView element : nowhere) CHECK_FALSE(element.exists());
}

TEST_CASE("json reader: elements come in order, with all that is inside them stepped over", "[base][json]") {
  const auto document = JsonDocument::parse(R"([[1,[2,3]],{"a":[4,5]},"x",6])");
  std::string kinds;
  for (const JsonView element : document->root())
    kinds += element.is_array() ? 'a' : element.is_object() ? 'o' : element.text() ? 't' : 'n';
  CHECK(kinds == "aotn");
  CHECK(document->root().at(3).integer() == 6);
  CHECK(document->root().at(0).at(1).at(1).integer() == 3);
  CHECK(document->root().at(1)["a"].at(0).integer() == 4);
}

TEST_CASE("json reader: of two members with one name the last counts", "[base][json]") {
  CHECK(JsonDocument::parse(R"({"a":1,"b":{"a":2},"a":3})")->root()["a"].integer() == 3);
}

TEST_CASE("json reader: whole numbers are those that a double holds exactly", "[base][json]") {
  CHECK(integer("0") == 0);
  CHECK(integer("-0") == 0);
  CHECK(integer("-7") == -7);
  CHECK(integer("5000.0") == 5000);
  CHECK(integer("5e3") == 5000);
  CHECK_FALSE(integer("0.5").has_value());
  CHECK(integer("9007199254740992") == 9007199254740992);
  CHECK(integer("-9007199254740992") == -9007199254740992);
  CHECK_FALSE(integer("9007199254740994").has_value());
  CHECK_FALSE(integer("18446744073709551615").has_value());
  CHECK_FALSE(integer("1e300").has_value());
}

TEST_CASE("json reader: floor goes down, also below zero", "[base][json]") {
  CHECK(floor("5000.9") == 5000);
  CHECK(floor("-0.5") == -1);
  CHECK(floor("1234567890.999") == 1234567890);
  CHECK(floor("0.99999999999999") == 0);
  CHECK(floor("1750000000000.25") == 1750000000000);
  CHECK(floor("12345678.9E-3") == 12345);
  CHECK(floor("-2.5e+3") == -2500);
  CHECK_FALSE(floor("1e16").has_value());
  CHECK_FALSE(floor("-1e16").has_value());
}

TEST_CASE("json reader: a number that no double holds refuses the document", "[base][json]") {
  CHECK_FALSE(parses("1e999"));
  CHECK_FALSE(parses("[-1e999]"));
  CHECK_FALSE(parses("1e99999999999999999999"));
  CHECK(integer("1e-999") == 0);
  CHECK(integer("0e999") == 0);
}

TEST_CASE("json reader: texts keep every character, and stay where they are when the document moves", "[base][json]") {
  auto document = JsonDocument::parse(R"({"k\u00e9y":"\"\\\/\b\f\n\r\t\u0041\ud83d\ude00","other":"x"})");
  const auto text = document->root()["k\xc3\xa9y"].text();
  REQUIRE(text.has_value());
  const JsonDocument moved = std::move(*document);
  document.reset();
  CHECK(*text == "\"\\/\b\f\n\r\tA\xf0\x9f\x98\x80");
  CHECK(moved.root()["other"].text() == "x");
}
