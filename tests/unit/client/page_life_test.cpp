#include "client/page_life.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace holdfast::client {
namespace {

using input::PageEvent;
using Actions = std::vector<PageAction>;

Actions walk(std::vector<PageEvent> events, bool leaves = true, bool server_takes_hints = true, bool returns = false) {
  PageLife page;
  Actions actions;
  for (PageEvent event : events) actions.push_back(page.handle(event, leaves, server_takes_hints, returns));
  return actions;
}

TEST_CASE("page life: a tab is closed, leaves at pagehide", "[page]") {
  // testbed.md 9.1, Chromium with a beforeunload listener
  CHECK(walk({PageEvent::kBeforeUnload, PageEvent::kPageHide, PageEvent::kHidden}) ==
        Actions{PageAction::kHintLeaving, PageAction::kLeave, PageAction::kNone});
}

TEST_CASE("page life: beforeunload without leaving, only hints however often", "[page]") {
  CHECK(walk({PageEvent::kBeforeUnload, PageEvent::kBeforeUnload, PageEvent::kHidden, PageEvent::kBeforeUnload}) ==
        Actions{PageAction::kHintLeaving, PageAction::kHintLeaving, PageAction::kHintHidden, PageAction::kHintLeaving});
}

TEST_CASE("page life: a server without hints, beforeunload leaves and hiding says nothing", "[page]") {
  CHECK(walk({PageEvent::kHidden, PageEvent::kVisible, PageEvent::kBeforeUnload, PageEvent::kPageHide}, true, false) ==
        Actions{PageAction::kNone, PageAction::kWake, PageAction::kLeave, PageAction::kNone});
}

TEST_CASE("page life: into the back-forward cache and back, has left for good", "[page]") {
  CHECK(
      walk({PageEvent::kPageHide, PageEvent::kHidden, PageEvent::kFreeze, PageEvent::kResume, PageEvent::kVisible, PageEvent::kPageShow}) ==
      Actions{PageAction::kLeave, PageAction::kNone, PageAction::kNone, PageAction::kNone, PageAction::kNone, PageAction::kNone});
}

TEST_CASE("page life: to return, never leaves; should it live on, it looks around", "[page]") {
  CHECK(walk({PageEvent::kBeforeUnload, PageEvent::kPageHide, PageEvent::kHidden, PageEvent::kPageShow, PageEvent::kPageHide}, true, true,
             true) == Actions{PageAction::kHintLeaving, PageAction::kStepOut, PageAction::kNone, PageAction::kWake, PageAction::kStepOut});
  CHECK(walk({PageEvent::kFreeze, PageEvent::kPageHide}, true, true, true) == Actions{PageAction::kNone, PageAction::kStepOut});
}

TEST_CASE("page life: frozen and thawed, never leaves and wakes", "[page]") {
  CHECK(walk({PageEvent::kHidden, PageEvent::kFreeze, PageEvent::kResume, PageEvent::kVisible}) ==
        Actions{PageAction::kHintHidden, PageAction::kNone, PageAction::kWake, PageAction::kWake});
}

TEST_CASE("page life: a frozen tab is closed, leaves", "[page]") {
  CHECK(walk({PageEvent::kFreeze, PageEvent::kPageHide}) == Actions{PageAction::kNone, PageAction::kLeave});
}

TEST_CASE("page life: switched off by the app, stays and still wakes", "[page]") {
  CHECK(walk({PageEvent::kBeforeUnload, PageEvent::kHidden, PageEvent::kPageHide, PageEvent::kPageShow}, false) ==
        Actions{PageAction::kNone, PageAction::kNone, PageAction::kNone, PageAction::kWake});
}

}  // namespace
}  // namespace holdfast::client
