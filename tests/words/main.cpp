// all_words [MACHINE]: every machine of the core, alone, with every word of inputs up to a length. Ends with 1 if a promise was broken, a
// machine stopped itself, or a row of a table was never taken. Built with HOLDFAST_MUTATE it takes --mutate as room_sim does.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "../sim/mutation.hpp"
#include "words.hpp"

namespace holdfast::words {

void Word::print_failure(const char* promise) const {
  std::printf("FAILED %.*s: %s: word:", static_cast<int>(machine_.size()), machine_.data(), promise);
  for (std::size_t i = 0; i < std::min(size_, kCapacity); ++i) std::printf("%s %s", i == 0 ? "" : ",", letters_[i]);
  std::printf("\n");
  std::fflush(stdout);
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t i = digits.size(); i > 3;) digits.insert(i -= 3, ",");
  return digits;
}

void print_ok(std::string_view machine, std::size_t letters, std::size_t beginnings, int length, const Report& report) {
  std::printf("%s %.*s: %zu letters, all words up to length %d", report.ok ? "ok" : "FAILED", static_cast<int>(machine.size()),
              machine.data(), letters, length);
  if (beginnings > 1) std::printf(" after each of %zu beginnings", beginnings);
  std::printf(": %s words, %zu of %zu rows\n", with_commas(report.words).c_str(), report.rows_taken, report.rows);
  std::fflush(stdout);
}

void print_missing_row(std::string_view machine, std::string_view from, std::string_view event, std::string_view to,
                       std::string_view sentence) {
  const auto print = [](std::string_view text) { std::printf("%.*s", static_cast<int>(text.size()), text.data()); };
  std::printf("  never taken: ");
  print(machine);
  for (const auto& [before, part] : {std::pair{": ", from}, {" --", event}, {"--> ", to}, {" (", sentence}}) {
    std::printf("%s", before);
    print(part);
  }
  std::printf(")\n");
}

namespace {

struct Entry {
  std::string_view name;
  Report (*check)();
};
constexpr Entry kMachines[] = {
    {"liveness", liveness_words},       {"connection", connection_words},
    {"session", session_words},         {"negotiation", negotiation_words},
    {"page_life", page_life_words},     {"room", room_words},
    {"channel", channel_words},         {"server_liveness", server_liveness_words},
    {"participant", participant_words}, {"server_link", server_link_words},
};

// A machine's own check has failed: say by which word, then end as the check wants.
void print_word_on_abort(int) {
  word.print_failure("a check of its own (above)");
  std::_Exit(1);
}

int run(std::string_view only) {
  Report total;
  std::size_t machines = 0;
  for (const Entry& entry : kMachines) {
    if (!only.empty() && only != entry.name) continue;
    const Report report = entry.check();
    ++machines;
    total.ok = total.ok && report.ok;
    total.words += report.words;
    total.rows += report.rows;
    total.rows_taken += report.rows_taken;
  }
  if (machines == 0) {
    std::printf("no machine of that name\n");
    return 2;
  }
  std::printf("%s: %zu machines, %s words, %zu of %zu rows\n", total.ok ? "ok" : "FAILED", machines, with_commas(total.words).c_str(),
              total.rows_taken, total.rows);
  return total.ok ? 0 : 1;
}

}  // namespace
}  // namespace holdfast::words

int main(int argc, char** argv) {
#if defined(HOLDFAST_MUTATE)
  holdfast::sim::take_mutation(argc, argv);
#endif
  std::signal(SIGABRT, holdfast::words::print_word_on_abort);
  return holdfast::words::run(argc > 1 ? argv[1] : "");
}
