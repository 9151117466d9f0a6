// What is told of one run: aloud while it happens, or kept for a report of a failure.
#pragma once

#include <cstddef>
#include <cstdio>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fsm/table.hpp"
#include "plan.hpp"

namespace holdfast::sim {

class Story {
 public:
  explicit Story(bool is_aloud) : is_aloud_(is_aloud) {}

  void say(Instant now, const std::string& text) { tell(now, "", text); }
  void transition(Instant now, const std::string& who, const fsm::Transition& t) {
    if (!is_aloud_ && is_routine(t)) return;
    std::string text = who + " ";
    text.append(t.machine).append(": ").append(t.from).append(" --").append(t.event).append("--> ").append(t.to);
    text.append(" (").append(t.sentence).append(")");
    tell(now, who, text);
  }

  // The last of what these went through, with what happened around them.
  std::string end_of(const std::vector<std::string>& concerned) const {
    std::string text;
    std::size_t transitions = 0;
    std::size_t first = lines_.size();
    while (first > 0 && transitions < kReported) {
      --first;
      if (concerns(lines_[first], concerned) && !lines_[first].who.empty()) ++transitions;
    }
    for (std::size_t i = first; i < lines_.size(); ++i)
      if (concerns(lines_[i], concerned)) text += lines_[i].text + "\n";
    return text;
  }

 private:
  static constexpr std::size_t kReported = 60;
  static constexpr std::size_t kKept = 20000;
  struct Line {
    std::string who;  // of a transition
    std::string text;
  };

  // Signs of life: most of what happens, and nothing to read.
  static bool is_routine(const fsm::Transition& t) {
    return t.from == t.to && (t.machine == "connection" || t.machine == "server channel" || t.machine == "server liveness");
  }
  static bool concerns(const Line& line, const std::vector<std::string>& concerned) {
    if (line.who.empty()) return true;
    for (const std::string& name : concerned)
      if (name == line.who) return true;
    return concerned.empty();
  }
  void tell(Instant now, const std::string& who, const std::string& text) {
    const std::string line = text_of(now) + (who.empty() ? "  " : "      ") + text;
    if (is_aloud_) std::printf("%s\n", line.c_str());
    lines_.push_back({who, line});
    if (lines_.size() > kKept) lines_.pop_front();
  }

  bool is_aloud_;
  std::deque<Line> lines_;
};

}  // namespace holdfast::sim
