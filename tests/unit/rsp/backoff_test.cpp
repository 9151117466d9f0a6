#include "rsp/backoff.hpp"

#include <catch2/catch.hpp>

#include "base/uuid.hpp"
#include "rsp/url.hpp"

using namespace holdfast;
using namespace holdfast::rsp;

TEST_CASE("backoff: the longest wait grows by half and stops at the cap", "[rsp][backoff]") {
  CHECK(longest_backoff(0).count == 160);
  CHECK(longest_backoff(1).count == 240);
  CHECK(longest_backoff(2).count == 360);
  CHECK(longest_backoff(10).count == 9222);
  CHECK(longest_backoff(11).count == 10000);
  CHECK(longest_backoff(0xffffffff).count == 10000);
}

TEST_CASE("backoff: the jitter spans everything from nothing to the longest wait", "[rsp][backoff]") {
  CHECK(backoff_delay(0, 0).count == 0);
  CHECK(backoff_delay(0, 0x80000000).count == 80);
  CHECK(backoff_delay(0, 0xffffffff).count == 160);
  CHECK(backoff_delay(100, 0xffffffff).count == 10000);
  static_assert(backoff_delay(3, 0x40000000) == Millis{135});
}

TEST_CASE("url: probe and last word go to the host of the signaling URL", "[rsp][url]") {
  CHECK(http_url("ws://h:1/signaling") == "http://h:1/signaling");
  CHECK(http_url("wss://h/signaling?a=b") == "https://h/signaling?a=b");
  CHECK(http_url("https://h/") == "https://h/");
  CHECK(http_url("") == "");
  CHECK(leave_url("ws://h:1/signaling") == "http://h:1/signaling/leave");
  CHECK(leave_url("wss://h/signaling/?region=x/y") == "https://h/signaling/leave?region=x/y");
  CHECK(leave_url("ws://h") == "http://h/leave");
}

TEST_CASE("uuid: version and variant are those of RFC 9562 version 4, and no two are alike", "[rsp][uuid]") {
  Prng prng(1);
  std::string last;
  for (int i = 0; i < 200; ++i) {
    const std::string id = make_uuid(prng);
    REQUIRE(id.size() == 36);
    for (const std::size_t dash : {8u, 13u, 18u, 23u}) REQUIRE(id[dash] == '-');
    REQUIRE(id[14] == '4');
    REQUIRE(std::string("89ab").find(id[19]) != std::string::npos);
    REQUIRE(id != last);
    last = id;
  }
}
