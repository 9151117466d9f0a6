// Which rows of which tables were taken, and how often.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fsm/table.hpp"

namespace holdfast::sim {

class Coverage {
 public:
  struct Row {
    std::string name;  // "session: Idle --Start[2]--> AcquiringIce"
    std::string_view sentence;
    std::string_view reason;  // why it cannot be visited, if it is known that it cannot, or …
    bool is_rare = false;     // … why it hardly ever is
    std::uint64_t count = 0;
  };

  Coverage();

  // What a fsm::transition_observer is told.
  void count(const fsm::Transition& transition) { add(transition.machine, transition.row, 1); }
  void add(std::string_view machine, std::size_t row, std::uint64_t times);

  std::uint64_t transitions() const;
  std::size_t rows() const { return rows_.size(); }
  std::size_t visited() const;
  // Rows never visited without a known reason.
  std::vector<Row> never_visited() const;
  // Rows visited although it is written that they cannot be (rare ones may), and reasons written for a row that does not exist.
  std::vector<std::string> wrong_reasons() const;

  // [{"row":…,"sentence":…,"reason":…,"count":…},…] in the order of the tables, so that counts of several processes can be added up.
  std::string to_json() const;

 private:
  struct Table {
    std::string_view name;
    std::size_t first_row;
  };
  std::vector<Table> tables_;
  std::vector<Row> rows_;
};

}  // namespace holdfast::sim
