#include "base/json_fields.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

using namespace holdfast;

namespace {

const JsonDocument& example() {
  static const auto document =
      JsonDocument::parse(R"({"text":"four","n":7,"half":2.5,"negative":-1,"big":4294967296,"yes":true,"list":[1,2]})");
  return *document;
}

JsonView at(std::string_view key) { return example().root()[key]; }

}  // namespace

TEST_CASE("json fields: optional values fall back and are no fault", "[base][json]") {
  JsonFields fields;
  CHECK(fields.text(at("text")) == "four");
  CHECK(fields.text(at("missing")).empty());
  CHECK(fields.id(at("n")).empty());
  CHECK(JsonFields::clamped(at("half"), 0, 10, 5) == 2);
  CHECK(JsonFields::clamped(at("big"), 0, 10, 5) == 10);
  CHECK(JsonFields::clamped(at("negative"), 0, 10, 5) == 0);
  CHECK(JsonFields::clamped(at("text"), 0, 10, 5) == 5);
  CHECK(fields.list(at("missing"), 1).size() == 0);
  CHECK_FALSE(fields.failed());
}

TEST_CASE("json fields: texts and lists beyond their limits are a fault", "[base][json]") {
  JsonFields short_ids(3, 4);
  CHECK(short_ids.text(at("text")) == "four");
  CHECK_FALSE(short_ids.failed());
  CHECK(short_ids.id(at("text")).empty());
  CHECK(short_ids.failed());

  JsonFields lists;
  CHECK(lists.list(at("list"), 2).size() == 2);
  CHECK_FALSE(lists.failed());
  CHECK(lists.list(at("list"), 1).size() == 0);
  CHECK(lists.failed());
}

TEST_CASE("json fields: required values are a fault when missing, of another type or out of range", "[base][json]") {
  JsonFields good;
  CHECK(good.required_text(at("text")) == "four");
  CHECK(good.required_integer(at("negative")) == -1);
  CHECK(good.required_number_id(at("n")) == 7);
  CHECK(good.required_boolean(at("yes")));
  CHECK(good.required_array(at("list")).size() == 2);
  CHECK_FALSE(good.failed());

  const auto fails = [](auto read) {
    JsonFields fields;
    read(fields);
    return fields.failed();
  };
  CHECK(fails([](JsonFields& f) { f.required_text(at("n")); }));
  CHECK(fails([](JsonFields& f) { f.required_text(at("missing")); }));
  CHECK(fails([](JsonFields& f) { f.required_integer(at("half")); }));
  CHECK(fails([](JsonFields& f) { f.required_number_id(at("negative")); }));
  CHECK(fails([](JsonFields& f) { f.required_number_id(at("big")); }));
  CHECK(fails([](JsonFields& f) { f.required_boolean(at("n")); }));
  CHECK(fails([](JsonFields& f) { f.required_array(at("text")); }));
}

TEST_CASE("json fields: the first fault stays", "[base][json]") {
  JsonFields fields;
  fields.fail("first");
  fields.fail("second");
  CHECK(std::string(fields.fault()) == "first");
}
