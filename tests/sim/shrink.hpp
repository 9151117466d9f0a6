// A smaller plan that fails in the same way: without some of the people, with fewer steps, and healed earlier.
#pragma once

#include <functional>
#include <string>

#include "plan.hpp"

namespace holdfast::sim {

// Runs a plan; the complaint, or nothing.
using RunPlan = std::function<std::string(const Plan&)>;

// The same for complaints about the same thing, whenever and of whomever.
std::string gist_of(const std::string& complaint);

// `complaint` is what the plan as it is ends with.
Plan shrink(const Plan& plan, const std::string& complaint, const RunPlan& run);

}  // namespace holdfast::sim
