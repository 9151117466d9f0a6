// libFuzzer: any bytes as a frame of either side and as an input of either boundary. What can be read must be written in a stable form.
// Start it with tests/golden/messages as the corpus.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/check.hpp"
#include "client/boundary.hpp"
#include "roomserver/boundary.hpp"
#include "rsp/wire/codec.hpp"

namespace {

template <class Decode>
void check_stable(std::string_view text, Decode decode) {
  const auto frame = decode(text);
  if (frame.index() != 0) return;
  const std::string written = holdfast::rsp::encode(std::get<0>(frame));
  const auto again = decode(written);
  HOLDFAST_CHECK(again.index() == 0);
  HOLDFAST_CHECK(holdfast::rsp::encode(std::get<0>(again)) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_stable(text, holdfast::rsp::decode_client_frame);
  check_stable(text, holdfast::rsp::decode_server_frame);
  holdfast::input_from_json(text);
  holdfast::roomserver::input_from_json(text);
  holdfast::roomserver::config_from_json(text);
  return 0;
}
