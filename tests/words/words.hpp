// All words over an alphabet, up to a length: every order in which the inputs of one machine can come. A Subject is a machine together
// with what its properties have to remember; it is a value, so each word goes on from a copy of the word before it.
//
// A Subject has
//   static constexpr std::string_view kName;
//   static constexpr int kLength;                                  of the words, on top of each beginning
//   static const std::vector<Letter<Subject>>& letters();
//   static const std::vector<Beginning>& beginnings();             {{}} for words from the very first state only
//   Promises promises;                                             broken by letters and by check()
//   void check();                                                  what holds after every letter
// and `using Table = …;` where the machine is a table whose rows are to be counted.
//
// Shorter words go first, so the first broken word is a shortest one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fsm/table.hpp"

namespace holdfast::words {

class Promises {
 public:
  // `promise` says what holds; the first that does not is kept.
  void require(bool holds, const char* promise) {
    if (!holds && broken_ == nullptr) broken_ = promise;
  }
  const char* broken() const { return broken_; }

 private:
  const char* broken_ = nullptr;
};

template <class Subject>
struct Letter {
  const char* name;
  bool (*can)(const Subject&);  // whether it can come now; nullptr: always
  void (*act)(Subject&);
  bool begins_only = false;  // a long story in one letter, for beginnings
};

// Names of letters, which can all come in this order.
using Beginning = std::vector<std::string_view>;

struct Report {
  bool ok = true;
  std::uint64_t words = 0;
  std::size_t rows = 0;
  std::size_t rows_taken = 0;
};

// Prints its line. One for each machine, in the file of its name.
Report room_words();
Report connection_words();
Report negotiation_words();
Report session_words();
Report liveness_words();
Report page_life_words();
Report channel_words();
Report server_liveness_words();
Report participant_words();
Report server_link_words();

// The word at hand, for whoever has to print it: also when a machine's own check stops the process.
class Word {
 public:
  static constexpr std::size_t kCapacity = 64;

  void clear(std::string_view machine) {
    machine_ = machine;
    size_ = 0;
  }
  void push(const char* letter) {
    if (size_ < kCapacity) letters_[size_] = letter;
    ++size_;
  }
  void pop() { --size_; }
  void print_failure(const char* promise) const;

 private:
  std::string_view machine_;
  const char* letters_[kCapacity] = {};
  std::size_t size_ = 0;
};
inline Word word;

// Which rows of one table were taken while it lives.
class TakenRows {
 public:
  TakenRows(std::string_view machine, std::size_t rows) : machine_(machine), taken_(rows, false) {
    fsm::transition_observer = [](const fsm::Transition& transition, void* self) {
      auto& rows_taken = *static_cast<TakenRows*>(self);
      if (transition.machine == rows_taken.machine_) rows_taken.taken_[transition.row] = true;
    };
    fsm::transition_observer_data = this;
  }
  ~TakenRows() {
    fsm::transition_observer = nullptr;
    fsm::transition_observer_data = nullptr;
  }
  TakenRows(const TakenRows&) = delete;
  TakenRows& operator=(const TakenRows&) = delete;

  bool has(std::size_t row) const { return taken_[row]; }

 private:
  std::string_view machine_;
  std::vector<bool> taken_;
};

std::string with_commas(std::uint64_t number);
void print_ok(std::string_view machine, std::size_t letters, std::size_t beginnings, int length, const Report& report);
void print_missing_row(std::string_view machine, std::string_view from, std::string_view event, std::string_view to,
                       std::string_view sentence);

namespace detail {

// False: a promise is broken; `word` is the word.
template <class Subject>
bool apply(Subject& subject, const Letter<Subject>& letter) {
  word.push(letter.name);
  letter.act(subject);
  subject.check();
  return subject.promises.broken() == nullptr;
}

template <class Subject>
bool walk(const Subject& from, int length, std::uint64_t& words) {
  for (const Letter<Subject>& letter : Subject::letters()) {
    if (letter.begins_only || (letter.can != nullptr && !letter.can(from))) continue;
    Subject next = from;
    if (!apply(next, letter)) {
      word.print_failure(next.promises.broken());
      return false;
    }
    ++words;
    if (length > 1 && !walk(next, length - 1, words)) return false;
    word.pop();
  }
  return true;
}

template <class Subject>
bool walk_from(const Beginning& beginning, int length, std::uint64_t& words) {
  word.clear(Subject::kName);
  Subject subject;
  for (const std::string_view name : beginning) {
    const auto& letters = Subject::letters();
    const auto letter = std::find_if(letters.begin(), letters.end(), [&](const auto& candidate) { return candidate.name == name; });
    const bool possible = letter != letters.end() && (letter->can == nullptr || letter->can(subject));
    if (!possible) {
      word.push("…");
      word.print_failure("the beginning goes on with a letter that cannot come");
      return false;
    }
    if (!apply(subject, *letter)) {
      word.print_failure(subject.promises.broken());
      return false;
    }
  }
  return walk(subject, length, words);
}

}  // namespace detail

template <class Table, class Subject>
void count_rows(const TakenRows& taken, Report& report) {
  report.rows = Table::kRows.size();
  for (std::size_t i = 0; i < Table::kRows.size(); ++i) {
    if (taken.has(i)) {
      ++report.rows_taken;
      continue;
    }
    const auto& row = Table::kRows[i];
    print_missing_row(Subject::kName, Table::kStateNames[fsm::index_of(row.from)], Table::kEventNames[fsm::index_of(row.event)],
                      Table::kStateNames[fsm::index_of(row.to)], row.sentence.view());
  }
  report.ok = report.ok && report.rows_taken == report.rows;
}

template <class Subject>
Report enumerate() {
  using Table = typename Subject::Table;
  const TakenRows taken(Table::kName, Table::kRows.size());
  Report report;
  for (int length = 1; length <= Subject::kLength; ++length) {
    report.words = 0;
    for (const Beginning& beginning : Subject::beginnings()) {
      if (detail::walk_from<Subject>(beginning, length, report.words)) continue;
      report.ok = false;
      return report;
    }
  }
  count_rows<Table, Subject>(taken, report);
  const auto& letters = Subject::letters();
  const auto own = std::count_if(letters.begin(), letters.end(), [](const auto& letter) { return !letter.begins_only; });
  print_ok(Subject::kName, static_cast<std::size_t>(own), Subject::beginnings().size(), Subject::kLength, report);
  return report;
}

}  // namespace holdfast::words
