// In the place of the library that is Embind's C++, which registers every type that it knows, twenty of them three times over: those that
// the client's bindings take and give. Another one would be unknown as the module is made, in every test.
#include <emscripten/bind.h>

#include <string>

namespace {

[[gnu::constructor]] void register_types() {
  using namespace emscripten::internal;
  _embind_register_void(TypeID<void>::get(), "");
  _embind_register_float(TypeID<double>::get(), "", sizeof(double));
  _embind_register_std_string(TypeID<std::string>::get(), "");
}

}  // namespace
