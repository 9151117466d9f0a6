// Decimal text to double without help of the C library.
#pragma once

namespace holdfast {

// Like strtod() for what JSON allows as a number, nothing more: sets `end` behind it. Exact for 15 digits and powers of ten up to 22, which
// is all that clocks and servers write; beyond that the last digits may differ. Too large is infinite, too small is 0.
double parse_decimal(const char* text, char** end);

}  // namespace holdfast
