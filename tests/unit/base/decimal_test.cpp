#include "base/decimal.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/prng.hpp"

using namespace holdfast;

namespace {

double parse(const std::string& text) {
  char* end = nullptr;
  const double value = parse_decimal(text.c_str(), &end);
  CHECK(end == text.c_str() + text.size());
  return value;
}

// What the C library makes of it; not by strtod(), which in wasm is ours.
double expected(const std::string& text) {
  double value = 0;
  CHECK(std::sscanf(text.c_str(), "%lf", &value) == 1);
  return value;
}

}  // namespace

TEST_CASE("decimal: up to fifteen digits and a moderate exponent are exact", "[base]") {
  Prng prng(3);
  for (int i = 0; i < 2000; ++i) {
    std::string digits = (prng.chance(1, 2) ? "-" : "") + std::to_string(prng.next() % 1'000'000'000'000'000);
    if (digits.size() > 3 && prng.chance(1, 2)) digits.insert(2 + prng.below(static_cast<std::uint32_t>(digits.size()) - 2), ".");
    if (digits.back() == '.') digits += '0';
    if (prng.chance(1, 2)) digits += (prng.chance(1, 2) ? "e-" : "E+") + std::to_string(prng.below(8));
    INFO(digits);
    CHECK(parse(digits) == expected(digits));
  }
}

TEST_CASE("decimal: beyond that it is close", "[base]") {
  for (const char* text :
       {"1.7976931348623157e308", "2.2250738585072014e-280", "12345678901234567890.12345678901234567890", "1e-22", "9e100"}) {
    INFO(text);
    CHECK(parse(text) == Approx(expected(text)).epsilon(1e-13));
  }
}

TEST_CASE("decimal: the ends of the range", "[base]") {
  CHECK(std::isinf(parse("1e999")));
  CHECK(std::isinf(parse("-1e99999999999999999999")));
  CHECK(std::isinf(parse(std::string(400, '9') + ".0")));
  CHECK(parse("1e-999") == 0);
  CHECK(parse("0e999") == 0);
  CHECK(parse("0." + std::string(500, '0') + "1") == 0);
  CHECK(parse("0.0") == 0);
}

TEST_CASE("decimal: stops behind the number", "[base]") {
  const char* const text = "-12.5e1,7";
  char* end = nullptr;
  CHECK(parse_decimal(text, &end) == -125);
  CHECK(std::string(end) == ",7");
}
