// The JSON form of the room server's configuration, inputs, batches and live state; js-glue/server-boundary.ts has it as types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "roomserver/server.hpp"

namespace holdfast::roomserver {

// Nothing if the text is not an object with every member it needs.
std::optional<Config> config_from_json(std::string_view text);
std::optional<Input> input_from_json(std::string_view text);

std::string batch_to_json(const Batch& batch);
std::string rooms_to_json(const std::vector<RoomSnapshot>& rooms);

}  // namespace holdfast::roomserver
