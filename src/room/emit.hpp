// One way to put an event for the app into a batch.
#pragma once

#include "effect.hpp"

namespace holdfast::room {

void emit(Effects& effects, effect::Event event, effect::When when = effect::When::kNow);

}  // namespace holdfast::room
