// replay FILE             runs a trace (docs/tracing.md) through the core and tells what happened: each input, every transition with its
//                         reason, what the core asked for (>) and what the app was told (*)
// replay --batches FILE   prints each input's batch as JSON, one a line, as the wasm module gives it
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/json_reader.hpp"
#include "client/boundary.hpp"
#include "client/client.hpp"
#include "fsm/table.hpp"

namespace {

using namespace holdfast;

constexpr JsonLimits kLineLimits{8 << 20};
constexpr std::size_t kWidth = 140;

struct Header {
  std::uint64_t seed = 0;
  std::int64_t dropped = 0;
  std::string version;
  std::string started_at;
};

std::optional<std::uint64_t> read_hex(std::string_view digits) {
  std::uint64_t value = 0;
  if (digits.size() != 16) return std::nullopt;
  for (const char c : digits) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) return std::nullopt;
    value = value * 16 + static_cast<std::uint64_t>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return value;
}

std::optional<Header> read_header(const std::string& line) {
  const auto document = JsonDocument::parse(line, kLineLimits);
  if (!document || document->root()["holdfastTrace"].integer() != 1) return std::nullopt;
  const JsonView root = document->root();
  const auto seed = read_hex(root["seed"].text().value_or(""));
  if (!seed) return std::nullopt;
  return Header{*seed, root["dropped"].integer().value_or(0), std::string(root["version"].text().value_or("?")),
                std::string(root["startedAt"].text().value_or("?"))};
}

std::optional<std::int64_t> read_time(const std::string& line) {
  const auto document = JsonDocument::parse(line, kLineLimits);
  return document ? document->root()["at"].integer() : std::nullopt;
}

// One line of the output: the word that follows `key` in the JSON, and the rest of its members. What is quoted more than once is plain,
// what is too long is cut.
void print(const std::string& mark, const char* key, std::string_view json) {
  const std::string before = std::string("\"") + key + "\":\"";
  const std::size_t found = json.find(before);
  if (found != std::string_view::npos) json.remove_prefix(found + before.size());
  std::string text = mark;
  bool escaped = false;
  for (const char c : json) {
    if (c == '\\')
      escaped = true;
    else if (!std::exchange(escaped, false) || (c != 'r' && c != 'n'))
      text += c;
    else if (c == 'n')
      text += ' ';
  }
  text.pop_back();
  const std::size_t quote = text.find('"');
  if (quote != std::string::npos) text.replace(quote, 2, quote + 1 < text.size() ? " " : "");
  if (text.size() > kWidth) text = text.substr(0, kWidth) + "…";
  std::printf("%s\n", text.c_str());
}

void print_transition(const fsm::Transition& t, void*) {
  const auto text = [](std::string_view view) { return std::string(view); };
  std::printf("            %s: %s --%s--> %s: %s\n", text(t.machine).c_str(), text(t.from).c_str(), text(t.event).c_str(),
              text(t.to).c_str(), text(t.sentence).c_str());
}

void print_effect(const Effect& effect) {
  constexpr std::string_view kBefore = "{\"effects\":[";
  constexpr std::string_view kAfter = "]}";
  const std::string batch = batch_to_json({{effect}, std::nullopt});
  const std::string_view json = std::string_view(batch).substr(kBefore.size(), batch.size() - kBefore.size() - kAfter.size());
  if (std::holds_alternative<effect::Emit>(effect))
    print("          * ", "event", json);
  else
    print("          > ", "kind", json);
}

void print_input(const std::string& line, std::int64_t since_start) {
  char mark[32];
  std::snprintf(mark, sizeof mark, "%5" PRId64 ".%03" PRId64 "  ", since_start / 1000, since_start % 1000);
  print(mark, "kind", line);
}

int complain(const std::string& file, std::size_t line, const char* what) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s:%zu: %s\n", file.c_str(), line, what);
  return 2;
}

int replay(const std::string& file, bool batches_only) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  if (!in || !std::getline(in, line)) return complain(file, 1, "there is nothing to read");
  const auto header = read_header(line);
  if (!header) return complain(file, 1, "not the first line of a trace: {\"holdfastTrace\":1,\"seed\":…}");
  if (header->dropped > 0)
    std::fprintf(stderr, "%" PRId64 " inputs before the first one are lost: states may differ from the start\n", header->dropped);
  if (!batches_only) {
    std::printf("Holdfast %s, started %s\n", header->version.c_str(), header->started_at.c_str());
    fsm::transition_observer = print_transition;
  }

  Client client(header->seed);
  std::optional<std::int64_t> first;
  for (std::size_t number = 2; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    const auto at = read_time(line);
    if (!at) return complain(file, number, "not JSON with a time: {\"at\":…}");
    const auto input = input_from_json(line);
    if (!input) return complain(file, number, "not an input with every member that it needs");
    if (!first) first = at;
    if (!batches_only) print_input(line, *at - *first);
    const Batch batch = client.handle(*input, Instant{*at});
    if (batches_only) {
      std::printf("%s\n", batch_to_json(batch).c_str());
    } else {
      for (const Effect& effect : batch.effects) print_effect(effect);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool batches_only = argc == 3 && std::string_view(argv[1]) == "--batches";
  if (argc != 2 && !batches_only) {
    std::fprintf(stderr, "replay [--batches] FILE\n");
    return 2;
  }
  return replay(argv[argc - 1], batches_only);
}
