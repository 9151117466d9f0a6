// What the linker puts in the place of two functions of the C library (cmake/wasm.cmake), each of which brings kilobytes of
// compressed code.
#include "base/decimal.hpp"

// The library's calculates in 128-bit floats, which wasm has to emulate. Its only caller is nlohmann's lexer, for numbers whose grammar
// it has checked.
extern "C" double __wrap_strtod(const char* text, char** end);
extern "C" double __wrap_strtod(const char* text, char** end) {
  char* unused = nullptr;
  return holdfast::parse_decimal(text, end == nullptr ? &unused : end);
}

// What the compiler makes of sprintf() without floats. Its only caller is Embind, in the server's module, for the name of a type in
// the message that a value of an unknown type was handed over. All types are known.
extern "C" int __wrap_siprintf(char* out, const char* format, ...);
extern "C" int __wrap_siprintf(char* out, const char* /*format*/, ...) {
  *out = '\0';
  return 0;
}
