// The client as JavaScript sees it: two functions, text in and text out (js-glue/boundary.ts). Decides nothing. An instance of the
// module is one client, so no class is bound: Embind's code for classes is not loaded (docs/adr/0013).
#include <emscripten/bind.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.hpp"
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
  explicit HoldfastClient(std::uint64_t seed) : client_(seed) {}

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

HoldfastClient* client = nullptr;  // lives as long as its instance of the module

void create(const std::string& seed_hex) {
  HOLDFAST_CHECK(client == nullptr);
  client = new HoldfastClient(seed_from_hex(seed_hex));
}

std::string handle(double now_ms, const std::string& input_json) {
  HOLDFAST_CHECK(client != nullptr);
  return client->handle(now_ms, input_json);
}

}  // namespace

EMSCRIPTEN_BINDINGS(holdfast_client) {
  emscripten::function("create", &create);
  emscripten::function("handle", &handle);
}

}  // namespace holdfast
