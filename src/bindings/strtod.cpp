// What the linker puts in the place of strtod() (cmake/wasm.cmake): the C library's calculates in 128-bit floats, which wasm has to
// emulate, in six kilobytes of compressed code. Its only caller is nlohmann's lexer, for numbers whose grammar it has checked.
#include "base/decimal.hpp"

extern "C" double __wrap_strtod(const char* text, char** end);
extern "C" double __wrap_strtod(const char* text, char** end) {
  char* unused = nullptr;
  return holdfast::parse_decimal(text, end == nullptr ? &unused : end);
}
