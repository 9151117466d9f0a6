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

JsonView root() { return example().root(); }

}  // namespace

TEST_CASE("json fields: an optional member that is not there leaves everything as it was", "[base][json]") {
  JsonFields fields;
  std::string text = "before";
  std::int64_t number = 5;
  bool flag = true;
  for (const char* key : {"missing", "list"}) {
    fields.text(root(), key, text);
    fields.id(root(), key, text);
    fields.integer(root(), key, number);
    fields.clamped(root(), key, 0, 10, number);
    fields.boolean(root(), key, flag);
  }
  CHECK(text == "before");
  CHECK(number == 5);
  CHECK(flag);
  CHECK(fields.list(root()["missing"], 1).size() == 0);
  CHECK_FALSE(fields.failed());
}

TEST_CASE("json fields: an optional member that is there is read", "[base][json]") {
  JsonFields fields;
  std::string text;
  fields.text(root(), "text", text);
  CHECK(text == "four");
  std::int64_t number = 0;
  fields.integer(root(), "n", number);
  CHECK(number == 7);
  fields.clamped(root(), "half", 0, 10, number);
  CHECK(number == 2);
  fields.clamped(root(), "big", 0, 10, number);
  CHECK(number == 10);
  fields.clamped(root(), "negative", 0, 10, number);
  CHECK(number == 0);
  bool flag = false;
  fields.boolean(root(), "yes", flag);
  CHECK(flag);
  CHECK_FALSE(fields.failed());
}

TEST_CASE("json fields: texts and lists beyond their limits are a fault", "[base][json]") {
  std::string text;
  JsonFields short_ids(3, 4);
  short_ids.text(root(), "text", text);
  CHECK_FALSE(short_ids.failed());
  short_ids.id(root(), "text", text);
  CHECK(short_ids.failed());

  JsonFields lists;
  CHECK(lists.list(root()["list"], 2).size() == 2);
  CHECK_FALSE(lists.failed());
  CHECK(lists.list(root()["list"], 1).size() == 0);
  CHECK(lists.failed());
}

TEST_CASE("json fields: required members are read in one go", "[base][json]") {
  JsonFields fields;
  TrackSid text;
  PeerId id;
  std::int64_t negative = 0;
  bool yes = false;
  RequiredMembers members(fields, root());
  members.read("text", text).read("n", id).read("negative", negative).read("yes", yes);
  CHECK(text.value == "four");
  CHECK(id == PeerId{7});
  CHECK(negative == -1);
  CHECK(yes);
  CHECK(members.array("list").size() == 2);
  CHECK_FALSE(fields.failed());
}

TEST_CASE("json fields: a required member that is missing, of another type or out of range is a fault", "[base][json]") {
  const auto fails = [](const char* key, auto out) {
    JsonFields fields;
    RequiredMembers(fields, root()).read(key, out);
    return fields.failed();
  };
  CHECK(fails("n", std::string()));
  CHECK(fails("missing", std::string()));
  CHECK(fails("half", std::int64_t{}));
  CHECK(fails("text", std::int64_t{}));
  CHECK(fails("negative", std::uint32_t{}));
  CHECK(fails("big", std::uint32_t{}));
  CHECK(fails("missing", std::uint32_t{}));
  CHECK(fails("n", bool{}));
  JsonFields fields;
  RequiredMembers(fields, root()).array("text");
  CHECK(fields.failed());
}

TEST_CASE("json fields: the first fault stays", "[base][json]") {
  JsonFields fields;
  fields.fail("first");
  fields.fail("second");
  CHECK(std::string(fields.fault()) == "first");
}
