#include "shrink.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace holdfast::sim {

namespace {

// Some seconds of work at most.
constexpr int kMostRuns = 400;
constexpr Millis kRoomToFail = 1_s;

class Shrinker {
 public:
  Shrinker(Plan plan, std::string gist, const RunPlan& run) : plan_(std::move(plan)), gist_(std::move(gist)), run_(run) {}

  Plan shrink() {
    for (std::size_t before = size() + 1; size() < before;) {
      before = size();
      drop_people();
      drop_steps();
    }
    heal_earlier();
    return plan_;
  }

 private:
  std::size_t size() const { return plan_.people.size() + plan_.steps.size(); }

  bool take(const Plan& smaller) {
    if (++runs_ > kMostRuns || gist_of(run_(smaller)) != gist_) return false;
    plan_ = smaller;
    return true;
  }

  void drop_people() {
    for (const char name : plan_.names()) {
      std::string others = plan_.names();
      others.erase(std::remove(others.begin(), others.end(), name), others.end());
      take(plan_.with_people(others));
    }
  }

  // As ddmin does: pieces of half the steps, then of a quarter, down to single ones.
  void drop_steps() {
    for (std::size_t length = (plan_.steps.size() + 1) / 2; length > 0; length = length == 1 ? 0 : (length + 1) / 2)
      for (std::size_t first = 0; first < plan_.steps.size();) {
        if (!take(without(first, length))) first += length;
      }
  }

  Plan without(std::size_t first, std::size_t length) const {
    std::vector<std::uint32_t> kept;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i)
      if (i < first || i >= first + length) kept.push_back(plan_.steps[i].number);
    return plan_.with_steps(kept);
  }

  void heal_earlier() {
    if (plan_.steps.empty()) return;
    const Millis earliest = plan_.steps.back().at + 1_ms;
    for (const Millis end : {earliest, earliest + kRoomToFail, earliest + 5 * kRoomToFail})
      if (end < plan_.trouble && take(plan_.until(end))) return;
  }

  Plan plan_;
  std::string gist_;
  const RunPlan& run_;
  int runs_ = 0;
};

}  // namespace

std::string gist_of(const std::string& complaint) {
  std::string gist;
  for (const char c : complaint)
    if (c < 'A' || c > 'Z') gist += c >= '0' && c <= '9' ? '#' : c;
  const auto is_repeated = [](char a, char b) { return a == '#' && b == '#'; };
  gist.erase(std::unique(gist.begin(), gist.end(), is_repeated), gist.end());
  return gist;
}

Plan shrink(const Plan& plan, const std::string& complaint, const RunPlan& run) { return Shrinker(plan, gist_of(complaint), run).shrink(); }

}  // namespace holdfast::sim
