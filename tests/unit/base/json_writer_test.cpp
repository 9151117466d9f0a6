#include "base/json_writer.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <string>

#include "base/json_reader.hpp"

using namespace holdfast;

TEST_CASE("json writer: commas stand between members and elements, nowhere else", "[base][json]") {
  JsonWriter out;
  out.begin_object().text("a", "b").number("n", -1).boolean("t", true).boolean("f", false).key("z").null();
  out.key("empty").begin_array().end_array().key("list").begin_array().number(1).begin_object().end_object().text("x").end_array();
  out.key("raw").raw("[1]").end_object();
  CHECK(out.take() == R"({"a":"b","n":-1,"t":true,"f":false,"z":null,"empty":[],"list":[1,{},"x"],"raw":[1]})");
}

TEST_CASE("json writer: after take it starts anew", "[base][json]") {
  JsonWriter out;
  out.number(1);
  CHECK(out.take() == "1");
  out.number(2);
  CHECK(out.take() == "2");
}

TEST_CASE("json writer: every text comes back as it was", "[base][json]") {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  all += "\x7f\xc3\xa9\xf0\x9f\x98\x80";
  JsonWriter out;
  out.begin_object().text(all.c_str(), all + std::string(1, '\0')).end_object();
  const auto document = JsonDocument::parse(out.take());
  REQUIRE(document.has_value());
  CHECK(document->root()[all.c_str()].text() == all + std::string(1, '\0'));
}

TEST_CASE("json writer: numbers are whole to the last bit", "[base][json]") {
  JsonWriter out;
  out.begin_array().number(std::numeric_limits<std::int64_t>::min()).number(std::numeric_limits<std::int64_t>::max()).end_array();
  CHECK(out.take() == "[-9223372036854775808,9223372036854775807]");
}
