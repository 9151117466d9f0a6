// A table as a Mermaid state diagram with the row's sentence behind each event, and the ignored pairs below with their reasons.
// docs/states/*.mmd are made by this; `npm run check` compares them with the tables.
#pragma once

#include <string>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::fsm {

template <class T>
std::string diagram() {
  const auto state = [](typename T::State s) { return T::kStateNames[index_of(s)]; };
  const auto event = [](typename T::Event e) { return T::kEventNames[index_of(e)]; };
  const auto add = [](std::string& out, auto... parts) { (out.append(std::string_view(parts)), ...); };

  std::string out = "stateDiagram-v2\n";
  add(out, "  [*] --> ", state(T::kInitial), "\n");
  for (const auto& row : T::kRows)
    add(out, "  ", state(row.from), " --> ", state(row.to), " : ", event(row.event), row.guard != nullptr ? " [if]" : "", " - ",
        row.sentence.view(), "\n");
  for (std::size_t i = 0; i < index_of(T::State::kCount); ++i)
    if (T::kFinal.has(static_cast<typename T::State>(i))) add(out, "  ", T::kStateNames[i], " --> [*]\n");
  for (const auto& entry : T::kIgnored) {
    add(out, "  %% ignored: ", event(entry.event), " in");
    for (std::size_t i = 0; i < index_of(T::State::kCount); ++i)
      if (entry.in.has(static_cast<typename T::State>(i))) add(out, " ", T::kStateNames[i]);
    add(out, " - ", entry.reason.view(), "\n");
  }
  return out;
}

}  // namespace holdfast::fsm
