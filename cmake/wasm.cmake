# Under Emscripten: the two modules that ship (client, server) and the C++ tests as a Node program. Each target says itself how it is
# compiled; the build type changes nothing.
foreach(config DEBUG RELEASE RELWITHDEBINFO MINSIZEREL)
  set(CMAKE_CXX_FLAGS_${config} "-DNDEBUG")
endforeach()

set(SHIPPED_COMPILE_OPTIONS
  -Oz                                         # a page loads this before it can connect: size is what counts
  -finline-functions                          # emcc switches inlining off at -Oz; with it calls of one line vanish: 4 kB less compressed
  "SHELL:-mllvm -inline-threshold=-15"         # … but not of more: 1 kB less
  -flto                                       # drops what a module does not use: each reads only one direction of the protocol
  -fno-exceptions -fno-rtti                   # the core uses neither, and both cost size
  -DEMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0       # Embind without RTTI
  -DHOLDFAST_NO_SENTENCES)                    # the tables' sentences are for diagrams and traces

set(SHIPPED_LINK_OPTIONS
  -Oz -flto -fno-rtti                         # -fno-rtti here chooses the Embind library that does without it
  -Wl,-mllvm,-inline-threshold=-10            # across files only what is smaller inlined: 0.3 kB less compressed
  -sMODULARIZE=1 -sEXPORT_ES6=1               # the glue is a function that makes an instance, not a global
  -sUSE_ES6_IMPORT_META=0                     # no URL of a .wasm in the glue, which bundlers would look for: the caller hands in the code
  -sENVIRONMENT=web,worker                    # runs in Node as well, as it is handed its code; `node` would bring in require()
  -sDYNAMIC_EXECUTION=0                       # no new Function: works under a strict Content-Security-Policy
  -sFILESYSTEM=0                              # there are no files
  -sMALLOC=emmalloc                           # small; the core allocates little
  -sALLOW_MEMORY_GROWTH=1                     # no limit of rooms is built in
  -sTEXTDECODER=2                             # every browser and Node that has WebRTC or us has TextDecoder
  -sSUPPORT_LONGJMP=0                         # nobody jumps
  -Wl,--wrap=strtod,--wrap=siprintf)                     # ours are small: src/bindings/libc.cpp

# One module: `name`.mjs and `name`.wasm, exporting what src/bindings/`name`_bindings.cpp binds.
function(holdfast_module name)
  add_executable(${name} src/bindings/${name}_bindings.cpp src/bindings/libc.cpp ${ARGN})
  set_target_properties(${name} PROPERTIES SUFFIX .mjs LINK_DEPENDS "${CMAKE_SOURCE_DIR}/cmake/embind-types.js;${CMAKE_SOURCE_DIR}/cmake/client-library.js")
  target_link_libraries(${name} PRIVATE holdfast_options)
  target_compile_options(${name} PRIVATE ${SHIPPED_COMPILE_OPTIONS})
  target_link_options(${name} PRIVATE ${SHIPPED_LINK_OPTIONS})
  # Once more what emcc has run already, with calls that are as long as what they call inlined, and without the alignments, which nobody heeds:
  # 0.6 kB less compressed.
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND wasm-opt --dealign -Oz --low-memory-unused --always-inline-max-function-size=6 ${name}.wasm -o ${name}.wasm)
endfunction()

holdfast_module(client src/bindings/embind_types.cpp ${CLIENT_SOURCES})
target_link_options(client PRIVATE
  "SHELL:--js-library ${CMAKE_SOURCE_DIR}/cmake/client-library.js"
  -sEXPORTED_FUNCTIONS=_malloc,_free          # for texts
  -sMINIMAL_RUNTIME=1                         # the glue instantiates the module and no more
  -sMINIMAL_RUNTIME_STREAMING_WASM_COMPILATION=1) # "streaming" means here that it is handed a compiled module

holdfast_module(server ${SERVER_SOURCES})
target_link_options(server PRIVATE
  --bind                                      # Embind
  "SHELL:--js-library ${CMAKE_SOURCE_DIR}/cmake/embind-types.js"
  "-sINCOMING_MODULE_JS_API=[wasmBinary]")    # the way that the code is handed in; nothing else is

# The same tests as natively: node --no-experimental-fetch core_tests_wasm.cjs
holdfast_core(holdfast_core ${CLIENT_SOURCES} ${SERVER_SOURCES})
target_compile_options(holdfast_core PRIVATE -O1)  # the tests run in half the time, for little more of building
target_compile_definitions(holdfast_core PUBLIC HOLDFAST_TRACE)

file(GLOB_RECURSE UNIT_TESTS CONFIGURE_DEPENDS tests/unit/*_test.cpp)
add_executable(core_tests_wasm tests/unit/main.cpp ${UNIT_TESTS} src/bindings/libc.cpp)
set_target_properties(core_tests_wasm PROPERTIES SUFFIX .cjs)  # package.json says that .js files are modules, which this is not
target_link_libraries(core_tests_wasm PRIVATE holdfast_core)
target_precompile_headers(core_tests_wasm PRIVATE <catch2/catch.hpp>)  # half of each test's compile time
set_source_files_properties(tests/unit/main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
target_compile_options(core_tests_wasm PRIVATE -fexceptions)  # Catch2 throws; the core still does not
target_compile_definitions(core_tests_wasm PRIVATE
  HOLDFAST_GOLDEN_DIR="${CMAKE_SOURCE_DIR}/tests/golden"
  CATCH_CONFIG_COLOUR_NONE)                   # every output looks like a terminal from in there
target_link_options(core_tests_wasm PRIVATE
  -fexceptions
  -sENVIRONMENT=node
  -sNODERAWFS=1                               # reads the golden files where they are
  -sEXIT_RUNTIME=1                            # main()'s result becomes the exit code
  -sALLOW_MEMORY_GROWTH=1
  -Wl,--wrap=strtod)                          # as in the modules that ship
