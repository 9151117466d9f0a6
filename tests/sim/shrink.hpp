// A smaller plan that fails at the same checker: without some of the people, with fewer steps, and healed earlier.
#pragma once

#include <functional>
#include <string>

#include "plan.hpp"

namespace holdfast::sim {

// Runs a plan; the complaint, or nothing.
using RunPlan = std::function<std::string(const Plan&)>;

// "[agreement] at 1 ms: …" gives "agreement".
std::string checker_of(const std::string& complaint);

// `complaint` is what the plan as it is ends with.
Plan shrink(const Plan& plan, const std::string& complaint, const RunPlan& run);

}  // namespace holdfast::sim
