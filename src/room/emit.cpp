#include "room/emit.hpp"

#include <utility>

namespace holdfast::room {

void emit(Effects& effects, effect::Event event, effect::When when) { effects.push_back(effect::Emit{when, std::move(event)}); }

}  // namespace holdfast::room
