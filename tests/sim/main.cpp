// room_sim --seed N              one room, told in words and transitions
// room_sim --seeds N [--first S] many: a line for each that fails, then a line of figures
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "fsm/table.hpp"
#include "sim_room.hpp"

namespace {

using holdfast::sim::Figures;
using holdfast::sim::SimRoom;

void print_transition(const holdfast::fsm::Transition& t, void*) {
  std::printf("            %.*s: %.*s --%.*s--> %.*s\n", static_cast<int>(t.machine.size()), t.machine.data(),
              static_cast<int>(t.from.size()), t.from.data(), static_cast<int>(t.event.size()), t.event.data(),
              static_cast<int>(t.to.size()), t.to.data());
}

int replay(std::uint64_t seed) {
  holdfast::fsm::transition_observer = print_transition;
  SimRoom room(seed, true);
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), room.options().c_str());
  const std::string complaint = room.run();
  std::printf("%s\n", complaint.empty() ? "ok" : complaint.c_str());
  return complaint.empty() ? 0 : 1;
}

int run_many(std::uint64_t first, std::uint64_t count) {
  Figures figures;
  std::uint64_t failed = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SimRoom room(seed, false);
    const std::string complaint = room.run();
    figures.add(room.figures());
    if (complaint.empty()) continue;
    ++failed;
    std::printf("FAILED seed %llu: %s; %s\n", static_cast<unsigned long long>(seed), complaint.c_str(), room.options().c_str());
  }
  std::printf("%s %llu of %llu rooms", failed == 0 ? "ok" : "not ok:", static_cast<unsigned long long>(count - failed),
              static_cast<unsigned long long>(count));
  for (const auto& [what, number] : figures.counts) std::printf("; %s %lld", what.c_str(), static_cast<long long>(number));
  std::printf("\n");
  return failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t first = 1;
  std::uint64_t count = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) return replay(value);
    if (std::strcmp(argv[i], "--first") == 0) first = value;
    if (std::strcmp(argv[i], "--seeds") == 0) count = value;
  }
  if (count == 0) {
    std::fprintf(stderr, "usage: room_sim --seed N | --seeds N [--first S]\n");
    return 2;
  }
  return run_many(first, count);
}
