#include "base/decimal.hpp"

namespace holdfast {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

double power_of_ten(int exponent) {
  double power = 1;
  for (int i = 0; i < exponent && i < 400; ++i) power *= 10;
  return power;
}

}  // namespace

double parse_decimal(const char* text, char** end) {
  const bool is_negative = *text == '-';
  if (is_negative) ++text;
  double value = 0;
  int exponent = 0;
  for (; is_digit(*text); ++text) value = value * 10 + (*text - '0');
  if (*text == '.') {
    for (++text; is_digit(*text); ++text, --exponent) value = value * 10 + (*text - '0');
  }
  if (*text == 'e' || *text == 'E') {
    ++text;
    const bool is_small = *text == '-';
    if (is_small || *text == '+') ++text;
    int written = 0;
    for (; is_digit(*text); ++text) written = written < 10'000 ? written * 10 + (*text - '0') : written;
    exponent += is_small ? -written : written;
  }
  *end = const_cast<char*>(text);
  if (value != 0) value = exponent < 0 ? value / power_of_ten(-exponent) : value * power_of_ten(exponent);
  return is_negative ? -value : value;
}

}  // namespace holdfast
