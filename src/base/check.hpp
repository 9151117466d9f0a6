// Broken invariants of our own code stop the instance at once. In wasm the trap reaches the driver, which ends the Room with 53000;
// natively the message says where. Never used on anything that arrives from outside.
#pragma once

#if defined(__EMSCRIPTEN__)
#define HOLDFAST_CHECK(condition)       \
  do {                                  \
    if (!(condition)) __builtin_trap(); \
  } while (false)
#else
#include <cstdio>
#include <cstdlib>
#define HOLDFAST_CHECK(condition)                                                        \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
#endif
