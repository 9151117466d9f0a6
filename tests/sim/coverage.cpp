#include "coverage.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/json_writer.hpp"
#include "tables.hpp"
#include "unvisited.hpp"

namespace holdfast::sim {

namespace {

const Unvisited* known(std::string_view row) {
  for (const Unvisited& entry : kUnvisited)
    if (entry.row == row) return &entry;
  return nullptr;
}

}  // namespace

Coverage::Coverage() {
  for_each_table([this]<class T>() {
    tables_.push_back({T::kName, rows_.size()});
    for (std::size_t i = 0; i < T::kRows.size(); ++i) {
      const std::string name = name_of_row<T>(i);
      const Unvisited* const entry = known(name);
      rows_.push_back({name, T::kRows[i].sentence.view(), entry ? entry->reason : std::string_view(), entry && entry->is_rare});
    }
  });
}

void Coverage::add(std::string_view machine, std::size_t row, std::uint64_t times) {
  const auto table = std::find_if(tables_.begin(), tables_.end(), [machine](const Table& t) { return t.name == machine; });
  HOLDFAST_CHECK(table != tables_.end());
  rows_[table->first_row + row].count += times;
}

std::uint64_t Coverage::transitions() const {
  std::uint64_t sum = 0;
  for (const Row& row : rows_) sum += row.count;
  return sum;
}

std::size_t Coverage::visited() const {
  return static_cast<std::size_t>(std::count_if(rows_.begin(), rows_.end(), [](const Row& row) { return row.count > 0; }));
}

std::vector<Coverage::Row> Coverage::never_visited() const {
  std::vector<Row> found;
  for (const Row& row : rows_)
    if (row.count == 0 && row.reason.empty()) found.push_back(row);
  return found;
}

std::vector<std::string> Coverage::wrong_reasons() const {
  std::vector<std::string> found;
  for (const Unvisited& entry : kUnvisited) {
    const auto row = std::find_if(rows_.begin(), rows_.end(), [&entry](const Row& r) { return r.name == entry.row; });
    if (row == rows_.end() || (row->count > 0 && !row->is_rare)) found.emplace_back(entry.row);
  }
  return found;
}

std::string Coverage::to_json() const {
  JsonWriter json;
  json.begin_array();
  for (const Row& row : rows_) {
    json.begin_object().text("row", row.name).key("sentence").text(row.sentence);
    if (!row.reason.empty()) json.key("reason").text(row.reason).boolean("rare", row.is_rare);
    json.number("count", static_cast<std::int64_t>(row.count)).end_object();
  }
  json.end_array();
  return json.take();
}

}  // namespace holdfast::sim
