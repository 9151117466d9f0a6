// The room server as its Node host sees it: one class, text in and text out (js-glue/server-boundary.ts). Decides nothing.
#include <emscripten/bind.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "roomserver/boundary.hpp"
#include "roomserver/server.hpp"

namespace holdfast::roomserver {

namespace {

// The host has checked its options before it made this text.
Config read_config(const std::string& json) {
  auto config = config_from_json(json);
  HOLDFAST_CHECK(config.has_value());
  return std::move(*config);
}

class HoldfastRoomServer {
 public:
  explicit HoldfastRoomServer(const std::string& config_json) : server_(read_config(config_json)) {}

  std::string handle(double now_ms, const std::string& input_json) {
    const auto input = input_from_json(input_json);
    if (!input) return batch_to_json({{Log{"the room server got an input that it cannot read"}}, deadline_});
    const Batch batch = server_.handle(*input, Instant{static_cast<std::int64_t>(std::floor(now_ms))});
    deadline_ = batch.next_deadline;
    return batch_to_json(batch);
  }

  std::string rooms() const { return rooms_to_json(server_.rooms()); }

 private:
  RoomServer server_;
  std::optional<Instant> deadline_;  // of the last batch: it still stands when an input cannot be read
};

}  // namespace

EMSCRIPTEN_BINDINGS(holdfast_server) {
  emscripten::class_<HoldfastRoomServer>("HoldfastRoomServer")
      .constructor<const std::string&>()
      .function("handle", &HoldfastRoomServer::handle)
      .function("rooms", &HoldfastRoomServer::rooms);
}

}  // namespace holdfast::roomserver
