// room_sim --seed N [--people AC] [--steps 3,7,19] [--until MS] [-v]   one room; a failure is shrunk and told
// room_sim --seeds N [--first S] [--json]                              many: a line for each that fails, then a line of figures
#include <setjmp.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/json_writer.hpp"
#include "coverage.hpp"
#include "mutation.hpp"
#include "shrink.hpp"
#include "sim_room.hpp"
#include "story.hpp"

namespace {

using namespace holdfast;
using namespace holdfast::sim;

// Failures that are shrunk where many seeds run.
constexpr int kShrunk = 3;

struct Outcome {
  std::string complaint;
  std::vector<std::string> concerned;
  Figures figures;
};

sigjmp_buf after_abort;  // NOLINT: what a signal handler can reach

// Functions of their own: what sigsetjmp returns into has no variables.
[[gnu::noinline]] Outcome check_failed() { return {"[check] a check in the core failed, see above", {}, {}}; }
[[gnu::noinline]] Outcome live(const Plan& plan, Coverage& coverage, Story* story) {
  auto* room = new SimRoom(plan, coverage, story);
  const std::unique_ptr<SimRoom> owner(room);
  Outcome outcome;
  outcome.complaint = room->run();
  outcome.concerned = room->concerned();
  outcome.figures = room->figures();
  return outcome;
}

// A check inside the core that fails ends the process. Here it is a complaint like any other, and the next seed can run: what the room held
// is never freed.
Outcome run(const Plan& plan, Coverage& coverage, Story* story) {
  if (sigsetjmp(after_abort, 1) != 0) return check_failed();
  std::signal(SIGABRT, [](int) { siglongjmp(after_abort, 1); });
  return live(plan, coverage, story);
}

Outcome run(const Plan& plan) {
  Coverage coverage;
  return run(plan, coverage, nullptr);
}

void report(const Plan& plan, const std::string& complaint) {
  const Plan small = shrink(plan, complaint, [](const Plan& candidate) { return run(candidate).complaint; });
  Story story(false);
  Coverage coverage;
  const Outcome outcome = run(small, coverage, &story);
  std::printf("\nshrunk to %zu people and %zu of %zu steps\n%s\n%s\nlast transitions\n%s\n%s\nreplay: %s\n\n", small.people.size(),
              small.steps.size(), plan.steps.size(), small.options().c_str(), small.schedule().c_str(),
              story.end_of(outcome.concerned).c_str(), outcome.complaint.c_str(), small.command().c_str());
}

int replay(const Plan& plan, bool is_whole, bool is_aloud) {
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(plan.seed), plan.options().c_str());
  if (is_aloud) std::printf("%s\n", plan.schedule().c_str());
  Story story(is_aloud);
  Coverage coverage;
  const Outcome outcome = run(plan, coverage, &story);
  if (outcome.complaint.empty()) {
    std::printf("ok\n");
    return 0;
  }
  if (is_whole && !is_aloud)
    report(plan, outcome.complaint);
  else if (!is_aloud)
    std::printf("%s\nlast transitions\n%s\n", plan.schedule().c_str(), story.end_of(outcome.concerned).c_str());
  std::printf("%s\n", outcome.complaint.c_str());
  return 1;
}

std::string json_of(std::uint64_t seeds, std::uint64_t failed, const Figures& figures, const Coverage& coverage) {
  JsonWriter json;
  json.begin_object().number("seeds", static_cast<std::int64_t>(seeds)).number("failed", static_cast<std::int64_t>(failed));
  json.number("virtual_ms", figures.virtual_ms).key("counts").begin_object();
  for (const auto& [what, number] : figures.counts) json.key(what.c_str()).number(number);
  json.end_object().key("rows").raw(coverage.to_json());
  return json.end_object().take();
}

void print_figures(std::uint64_t count, std::uint64_t failed, const Figures& figures, const Coverage& coverage) {
  std::printf("%s %llu of %llu rooms; %.1f simulated hours; %llu transitions; %zu of %zu rows",
              failed == 0 ? "ok" : "not ok:", static_cast<unsigned long long>(count - failed), static_cast<unsigned long long>(count),
              static_cast<double>(figures.virtual_ms) / 3'600'000.0, static_cast<unsigned long long>(coverage.transitions()),
              coverage.visited(), coverage.rows());
  for (const auto& [what, number] : figures.counts) std::printf("; %s %lld", what.c_str(), static_cast<long long>(number));
  std::printf("\n");
}

int run_many(std::uint64_t first, std::uint64_t count, bool is_json) {
  Figures figures;
  Coverage coverage;
  std::uint64_t failed = 0;
  int reports_left = is_json ? 0 : kShrunk;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Plan plan = make_plan(seed);
    const Outcome outcome = run(plan, coverage, nullptr);
    figures.add(outcome.figures);
    if (outcome.complaint.empty()) continue;
    ++failed;
    std::printf("FAILED seed %llu: %s\n", static_cast<unsigned long long>(seed), outcome.complaint.c_str());
    if (reports_left-- > 0) report(plan, outcome.complaint);
    std::fflush(stdout);
  }
  if (is_json)
    std::printf("%s\n", json_of(count, failed, figures, coverage).c_str());
  else
    print_figures(count, failed, figures, coverage);
  return failed == 0 ? 0 : 1;
}

std::vector<std::uint32_t> numbers_of(const char* list) {
  std::vector<std::uint32_t> numbers;
  for (char* end = nullptr; *list != '\0'; list = *end == ',' ? end + 1 : end) {
    numbers.push_back(static_cast<std::uint32_t>(std::strtoul(list, &end, 10)));
    if (end == list) break;
  }
  return numbers;
}

}  // namespace

int main(int argc, char** argv) {
#if defined(HOLDFAST_MUTATE)
  take_mutation(argc, argv);
#endif
  const auto option = [&](const char* name) -> const char* {
    for (int i = 1; i + 1 < argc; ++i)
      if (std::strcmp(argv[i], name) == 0) return argv[i + 1];
    return nullptr;
  };
  const auto has = [&](const char* name) {
    for (int i = 1; i < argc; ++i)
      if (std::strcmp(argv[i], name) == 0) return true;
    return false;
  };
  const auto number = [&](const char* name, std::uint64_t otherwise) {
    const char* const value = option(name);
    return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
  };
  if (option("--seed") != nullptr) {
    Plan plan = make_plan(number("--seed", 0));
    const bool is_whole = option("--steps") == nullptr;
    if (const char* const people = option("--people")) plan = plan.with_people(people);
    if (const char* const steps = option("--steps")) plan = plan.with_steps(numbers_of(steps));
    if (option("--until") != nullptr) plan = plan.until(Millis{static_cast<std::int64_t>(number("--until", 0))});
    return replay(plan, is_whole, has("-v"));
  }
  if (option("--seeds") != nullptr) return run_many(number("--first", 1), number("--seeds", 0), has("--json"));
  std::fprintf(stderr, "usage: room_sim --seed N [--people AC] [--steps 3,7,19] [--until MS] [-v] | --seeds N [--first S] [--json]\n");
  return 2;
}
