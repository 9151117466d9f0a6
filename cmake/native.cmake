# Native targets: the core with every transition observable, and what tests it.
holdfast_core(holdfast_core ${CLIENT_SOURCES} ${SERVER_SOURCES})
target_compile_definitions(holdfast_core PUBLIC HOLDFAST_TRACE)
target_compile_options(holdfast_core PRIVATE -O1)  # what the tests and the simulator run; they themselves are compiled faster than they would gain
set(COMMON_HEADERS <algorithm> <array> <cstdint> <map> <memory> <optional> <string> <string_view> <utility> <variant> <vector>)
target_precompile_headers(holdfast_core PRIVATE ${COMMON_HEADERS})

# The simulator: everything around the core, modelled. room_sim runs it; its models have tests of their own.
file(GLOB SIM_SOURCES CONFIGURE_DEPENDS tests/sim/*.cpp)
file(GLOB SIM_TESTS CONFIGURE_DEPENDS tests/sim/*_test.cpp)
list(REMOVE_ITEM SIM_SOURCES ${CMAKE_SOURCE_DIR}/tests/sim/main.cpp ${SIM_TESTS})
add_library(sim STATIC ${SIM_SOURCES})
target_link_libraries(sim PUBLIC holdfast_core)
target_precompile_headers(sim PRIVATE ${COMMON_HEADERS} <deque> <functional> <set> <nlohmann/json.hpp>)
if(NOT HOLDFAST_SANITIZE)
  target_compile_options(sim PRIVATE -O1)
endif()
add_executable(room_sim tests/sim/main.cpp)
target_link_libraries(room_sim PRIVATE sim)

enable_testing()
file(GLOB_RECURSE UNIT_TESTS CONFIGURE_DEPENDS tests/unit/*_test.cpp)
add_executable(core_tests tests/unit/main.cpp ${UNIT_TESTS} ${SIM_TESTS})
target_link_libraries(core_tests PRIVATE sim)
target_precompile_headers(core_tests PRIVATE <catch2/catch.hpp>)  # half of each test's compile time
set_source_files_properties(tests/unit/main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
target_compile_definitions(core_tests PRIVATE HOLDFAST_GOLDEN_DIR="${CMAKE_SOURCE_DIR}/tests/golden")
add_test(NAME core_tests COMMAND core_tests)

# Every word of inputs up to a length, for each machine alone.
file(GLOB WORDS_SOURCES CONFIGURE_DEPENDS tests/words/*.cpp)
add_executable(all_words EXCLUDE_FROM_ALL ${WORDS_SOURCES} tests/sim/mutation.cpp)
target_link_libraries(all_words PRIVATE holdfast_core)
if(NOT HOLDFAST_SANITIZE)
  target_compile_options(all_words PRIVATE -O1)
endif()

add_executable(diagrams tests/tools/diagrams.cpp)
target_link_libraries(diagrams PRIVATE holdfast_core)

add_executable(replay tests/tools/replay.cpp)
target_link_libraries(replay PRIVATE holdfast_core)

# cmake -DHOLDFAST_FUZZ=ON -DHOLDFAST_SANITIZE=ON, then decode_fuzz corpus tests/golden/messages
option(HOLDFAST_FUZZ "Fuzz targets" OFF)
if(HOLDFAST_FUZZ)
  target_compile_options(holdfast_options INTERFACE -fsanitize=fuzzer-no-link)
  add_executable(decode_fuzz tests/fuzz/decode_fuzz.cpp)
  target_link_libraries(decode_fuzz PRIVATE holdfast_core)
  target_link_options(decode_fuzz PRIVATE -fsanitize=fuzzer)
endif()
