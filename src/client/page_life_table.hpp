// What the page's own life means for a call, as a table (design: "Leaving"): when to hint, when to leave, when to look around after
// having been away. A page can be asked to go and stay after all, so only pagehide is believed.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::client {

enum class PageAction { kNone, kHintLeaving, kHintHidden, kLeave, kStepOut, kWake };

struct PageTable {
  enum class State { kShown, kHidden, kFrozen, kGone, kCount };
  enum class Event { kBeforeUnload, kPageHide, kPageShow, kHidden, kVisible, kFreeze, kResume, kCount };

  struct Context {
    PageAction action = PageAction::kNone;  // what the last event asks for
  };
  struct Input {
    bool leaves = true;              // the app wants us to leave with the page
    bool server_takes_hints = true;  // … and the server knows what a hint is, or there is nothing to leave yet
    bool returns = false;            // from the back-forward cache, or, by the session, in the page that is loaded next
  };

  static bool stays(const Context&, const Input& input) { return !input.leaves; }
  static bool can_hint(const Context&, const Input& input) { return input.leaves && input.server_takes_hints; }
  static bool returns(const Context&, const Input& input) { return input.returns; }
  static void hint_leaving(Context& context, const Input&) { context.action = PageAction::kHintLeaving; }
  static void hint_hidden(Context& context, const Input&) { context.action = PageAction::kHintHidden; }
  static void leave(Context& context, const Input&) { context.action = PageAction::kLeave; }
  static void step_out(Context& context, const Input&) { context.action = PageAction::kStepOut; }
  static void wake(Context& context, const Input&) { context.action = PageAction::kWake; }

  using Row = fsm::Row<PageTable>;
  using Ignored = fsm::Ignored<PageTable>;
  using States = fsm::Set<State>;

  static constexpr std::string_view kName = "page";
  static constexpr std::array<std::string_view, 4> kStateNames = {"Shown", "Hidden", "Frozen", "Gone"};
  static constexpr std::array<std::string_view, 7> kEventNames = {"BeforeUnload", "PageHide", "PageShow", "Hidden",
                                                                  "Visible",      "Freeze",   "Resume"};
  static constexpr State kInitial = State::kShown;
  static constexpr States kFinal = {State::kGone};

  static constexpr std::array kRows = {
      Row{State::kShown, Event::kBeforeUnload, stays, nullptr, State::kShown, "The app has switched leaving off"},
      Row{State::kShown, Event::kBeforeUnload, can_hint, hint_leaving, State::kShown,
          "The user may refuse, or it is a download: only a hint"},
      Row{State::kShown, Event::kBeforeUnload, nullptr, leave, State::kGone,
          "A server that takes no hint would wait for its session timeout"},
      Row{State::kShown, Event::kPageHide, stays, nullptr, State::kHidden, "The app has switched leaving off"},
      Row{State::kShown, Event::kPageHide, returns, step_out, State::kHidden,
          "Reloaded, or gone into the back-forward cache: the app wants to be back"},
      Row{State::kShown, Event::kPageHide, nullptr, leave, State::kGone, "Closed, or gone into the back-forward cache: both have left"},
      Row{State::kShown, Event::kHidden, can_hint, hint_hidden, State::kHidden, "May be throttled, frozen or killed from here on"},
      Row{State::kShown, Event::kHidden, nullptr, nullptr, State::kHidden, "Nobody to tell"},
      Row{State::kShown, Event::kVisible, nullptr, wake, State::kShown, "The page was opened in the background"},
      Row{State::kShown, Event::kFreeze, nullptr, nullptr, State::kFrozen, "Freezing never leaves"},

      Row{State::kHidden, Event::kBeforeUnload, stays, nullptr, State::kHidden, "The app has switched leaving off"},
      Row{State::kHidden, Event::kBeforeUnload, can_hint, hint_leaving, State::kHidden,
          "The user may refuse, or it is a download: only a hint"},
      Row{State::kHidden, Event::kBeforeUnload, nullptr, leave, State::kGone,
          "A server that takes no hint would wait for its session timeout"},
      Row{State::kHidden, Event::kPageHide, stays, nullptr, State::kHidden, "The app has switched leaving off"},
      Row{State::kHidden, Event::kPageHide, returns, step_out, State::kHidden,
          "Reloaded, or gone into the back-forward cache: the app wants to be back"},
      Row{State::kHidden, Event::kPageHide, nullptr, leave, State::kGone, "Closed, or gone into the back-forward cache: both have left"},
      Row{State::kHidden, Event::kPageShow, nullptr, wake, State::kShown, "Back from the back-forward cache"},
      Row{State::kHidden, Event::kVisible, nullptr, wake, State::kShown, "Timers may have been held back: look around"},
      Row{State::kHidden, Event::kFreeze, nullptr, nullptr, State::kFrozen, "Freezing never leaves"},

      Row{State::kFrozen, Event::kPageHide, stays, nullptr, State::kHidden, "The app has switched leaving off"},
      Row{State::kFrozen, Event::kPageHide, returns, step_out, State::kHidden,
          "Reloaded, or gone into the back-forward cache: the app wants to be back"},
      Row{State::kFrozen, Event::kPageHide, nullptr, leave, State::kGone, "A frozen tab was closed"},
      Row{State::kFrozen, Event::kPageShow, nullptr, wake, State::kShown, "Back from the back-forward cache"},
      Row{State::kFrozen, Event::kVisible, nullptr, wake, State::kShown, "Thawed and shown"},
      Row{State::kFrozen, Event::kResume, nullptr, wake, State::kHidden, "Thawed: the socket may be dead already"},
  };

  static constexpr std::array kIgnored = {
      Ignored{{State::kShown}, Event::kPageShow, "Being shown is how it began"},
      Ignored{{State::kShown, State::kHidden}, Event::kResume, "It was not frozen"},
      Ignored{{State::kHidden, State::kFrozen}, Event::kHidden, "Already known"},
      Ignored{{State::kFrozen}, Event::kFreeze, "Already known"},
      Ignored{{State::kFrozen}, Event::kBeforeUnload, "Nothing runs in a frozen page; pagehide decides"},
      Ignored{{State::kGone}, Event::kBeforeUnload, "It has left"},
      Ignored{{State::kGone}, Event::kPageHide, "It has left"},
      Ignored{{State::kGone}, Event::kPageShow, "It has left"},
      Ignored{{State::kGone}, Event::kHidden, "It has left"},
      Ignored{{State::kGone}, Event::kVisible, "It has left"},
      Ignored{{State::kGone}, Event::kFreeze, "It has left"},
      Ignored{{State::kGone}, Event::kResume, "It has left"},
  };
};

}  // namespace holdfast::client
