// The JSON form of inputs and batches, the same natively and in wasm: js-glue/boundary.d.ts has it as TypeScript types. A trace is one
// input a line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/client.hpp"

namespace holdfast {

// Nothing if the text is not an input with every member it needs.
std::optional<Input> input_from_json(std::string_view text);
std::string batch_to_json(const Batch& batch);

}  // namespace holdfast
