#include "coverage.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <set>

#include "tables.hpp"
#include "unvisited.hpp"

using namespace holdfast;

TEST_CASE("coverage: counts each row of each table", "[sim]") {
  sim::Coverage coverage;
  CHECK(coverage.visited() == 0);
  coverage.add("session", 2, 2);
  coverage.count({"session", "Idle", "Leave", "Over", "", 3});
  coverage.add("server liveness", 0, 4);
  CHECK(coverage.visited() == 3);
  CHECK(coverage.transitions() == 7);
  const std::string json = coverage.to_json();
  CHECK(json.find("{\"row\":\"session: Idle --Start[3]--> AcquiringIce\",\"sentence\":\"dial, with `ice` in hello\",\"count\":2}") !=
        std::string::npos);
  CHECK(json.find("{\"row\":\"server liveness: Unwatched --Watch[1]--> Lively\"") != std::string::npos);
}

TEST_CASE("coverage: every row has a name of its own, and is missed until it is visited", "[sim]") {
  sim::Coverage coverage;
  const std::size_t missing = coverage.never_visited().size();
  std::set<std::string> names;
  sim::for_each_table([&]<class Table>() {
    for (std::size_t row = 0; row < Table::kRows.size(); ++row) {
      names.insert(sim::name_of_row<Table>(row));
      coverage.add(Table::kName, row, 1);
    }
  });
  CHECK(names.size() == coverage.rows());
  CHECK(coverage.visited() == coverage.rows());
  CHECK(coverage.never_visited().empty());
  const auto rare = std::count_if(std::begin(sim::kUnvisited), std::end(sim::kUnvisited), [](const auto& entry) { return entry.is_rare; });
  // All reasons written are of rows that exist, and are wrong now, but for the rare ones.
  CHECK(missing + coverage.wrong_reasons().size() + static_cast<std::size_t>(rare) == coverage.rows());
}
