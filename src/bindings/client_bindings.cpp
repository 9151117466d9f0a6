// The client as JavaScript sees it: one class, text in and text out (js-glue/boundary.ts). Decides nothing.
#include <emscripten/bind.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "client/boundary.hpp"
#include "client/client.hpp"

namespace holdfast {

namespace {

std::uint64_t seed_from_hex(const std::string& digits) {
  std::uint64_t seed = 0;
  for (const char c : digits) seed = seed * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  return seed;
}

class HoldfastClient {
 public:
  explicit HoldfastClient(const std::string& seed_hex) : client_(seed_from_hex(seed_hex)) {}

  std::string handle(double now_ms, const std::string& input_json) {
    const auto input = input_from_json(input_json);
    if (!input) return batch_to_json({{effect::Log{effect::LogLevel::kError, "the core got an input that it cannot read"}}, deadline_});
    const Batch batch = client_.handle(*input, Instant{static_cast<std::int64_t>(std::floor(now_ms))});
    deadline_ = batch.next_deadline;
    return batch_to_json(batch);
  }

 private:
  Client client_;
  std::optional<Instant> deadline_;  // of the last batch: it still stands when an input cannot be read
};

}  // namespace

EMSCRIPTEN_BINDINGS(holdfast_client) {
  emscripten::class_<HoldfastClient>("HoldfastClient").constructor<const std::string&>().function("handle", &HoldfastClient::handle);
}

}  // namespace holdfast
