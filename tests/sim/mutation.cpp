#if defined(HOLDFAST_MUTATE)

#include "mutation.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tables.hpp"
#include "unvisited.hpp"

namespace holdfast::sim {

namespace {

using fsm::Mutation;

// A row that neither does nor changes anything, and hides no row behind it, is not missed by anybody.
template <class T>
bool is_missed(std::size_t index) {
  const auto& row = T::kRows[index];
  if (row.action != nullptr || row.to != row.from) return true;
  for (std::size_t later = index + 1; later < T::kRows.size(); ++later)
    if (T::kRows[later].from == row.from && T::kRows[later].event == row.event) return true;
  return false;
}

bool is_visited(const std::string& row) {
  for (const Unvisited& entry : kUnvisited)
    if (entry.row == row) return false;
  return true;
}

template <class T>
void list_mutations() {
  for (std::size_t i = 0; i < T::kRows.size(); ++i) {
    const std::string row = std::string(T::kName) + ":" + std::to_string(i);
    const std::string name = name_of_row<T>(i);
    if (!is_visited(name)) continue;
    if (is_missed<T>(i)) std::printf("%s:deleted\t%s\trow deleted\n", row.c_str(), name.c_str());
    if (T::kRows[i].action != nullptr) std::printf("%s:action\t%s\taction dropped\n", row.c_str(), name.c_str());
    for (std::size_t target = 0; target < fsm::index_of(T::State::kCount); ++target)
      if (target != fsm::index_of(T::kRows[i].to))
        std::printf("%s:target:%zu\t%s\tleads to %s\n", row.c_str(), target, name.c_str(), std::string(T::kStateNames[target]).c_str());
  }
}

// "session:3:target:5"
bool mutate(const std::string& text) {
  const std::size_t first = text.find(':');
  const std::size_t second = text.find(':', first + 1);
  if (second == std::string::npos) return false;
  const std::size_t third = text.find(':', second + 1);
  const std::string kind = text.substr(second + 1, third - second - 1);
  Mutation mutation;
  for_each_table([&]<class T>() {
    if (text.substr(0, first) == T::kName) mutation.machine = T::kName;
  });
  mutation.row = std::strtoul(text.c_str() + first + 1, nullptr, 10);
  if (kind == "deleted") mutation.kind = Mutation::Kind::kRowDeleted;
  if (kind == "action") mutation.kind = Mutation::Kind::kActionDropped;
  if (kind == "target") mutation.kind = Mutation::Kind::kTargetSwapped;
  if (third != std::string::npos) mutation.target = std::strtoul(text.c_str() + third + 1, nullptr, 10);
  fsm::mutation = mutation;
  return !mutation.machine.empty();
}

}  // namespace

void take_mutation(int& argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "--list-mutations") == 0) {
    for_each_table([]<class T>() { list_mutations<T>(); });
    std::exit(0);
  }
  if (argc <= 2 || std::strcmp(argv[1], "--mutate") != 0) return;
  if (!mutate(argv[2])) {
    std::fprintf(stderr, "no such mutation: %s\n", argv[2]);
    std::exit(2);
  }
  for (int i = 3; i < argc; ++i) argv[i - 2] = argv[i];
  argc -= 2;
}

}  // namespace holdfast::sim

#endif
