// Prints every machine's state diagram: "=== FILE" and then its text. `npm run check` compares them with docs/states.
#include <cstdio>
#include <string>

#include "../sim/tables.hpp"
#include "fsm/diagram.hpp"

namespace {

template <class Table>
void print() {
  std::string file{Table::kName};
  for (char& c : file)
    if (c == ' ') c = '-';
  std::printf("=== %s.mmd\n%s", file.c_str(), holdfast::fsm::diagram<Table>().c_str());
}

}  // namespace

int main() {
  holdfast::sim::for_each_table([]<class Table>() { print<Table>(); });
}
