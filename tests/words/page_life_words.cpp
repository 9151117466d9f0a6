// The page's life: whatever browsers fire in whatever order, we leave at most once and only with the page.
#include "client/page_life.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using client::PageAction;
using input::PageEvent;

struct PageSubject {
  static constexpr std::string_view kName = "page life";
  static constexpr int kLength = 6;
  using Table = client::PageTable;
  static const std::vector<Letter<PageSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  client::PageLife page;
  Promises promises;
  bool begun = false;
  bool leaves = true;  // with the page, as the app wants by default
  bool left = false;
  bool shown = true;
  bool frozen = false;

  void happen(PageEvent event, bool server_takes_hints, bool returns = false) {
    begun = true;
    judge(event, server_takes_hints, returns, page.handle(event, leaves, server_takes_hints, returns));
    if (event == PageEvent::kHidden || event == PageEvent::kFreeze || event == PageEvent::kPageHide) shown = false;
    if (event == PageEvent::kVisible || event == PageEvent::kPageShow) shown = true;
    if (event == PageEvent::kFreeze) frozen = true;
    if (event == PageEvent::kResume || event == PageEvent::kPageHide || shown) frozen = false;
  }
  void check() const {}

 private:
  void judge(PageEvent event, bool server_takes_hints, bool returns, PageAction action) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const bool is_hint = action == PageAction::kHintLeaving || action == PageAction::kHintHidden;
    require(!left || action == PageAction::kNone, "nothing is done after leaving");
    require(leaves || (action != PageAction::kLeave && action != PageAction::kStepOut && !is_hint),
            "leaving that is switched off stays off");
    if (left) return;
    const bool can_hint = leaves && server_takes_hints;
    switch (event) {
      case PageEvent::kPageHide:
        require(action == (!leaves ? PageAction::kNone : returns ? PageAction::kStepOut : PageAction::kLeave), "pagehide is believed");
        break;
      case PageEvent::kBeforeUnload:
        if (frozen || !leaves)
          require(action == PageAction::kNone, "nothing runs in a frozen page");
        else
          require(action == (can_hint ? PageAction::kHintLeaving : PageAction::kLeave),
                  "that it may be leaving is told to the server, or done where it cannot be told");
        break;
      case PageEvent::kHidden:
        require(action == (can_hint && shown ? PageAction::kHintHidden : PageAction::kNone), "a page that goes hidden is called so");
        break;
      case PageEvent::kVisible:
        require(action == PageAction::kWake, "a visible page looks around");
        break;
      case PageEvent::kPageShow:
        require(action == (shown ? PageAction::kNone : PageAction::kWake), "a page that is back looks around");
        break;
      case PageEvent::kResume:
        require(action == (frozen ? PageAction::kWake : PageAction::kNone), "a thawed page looks around");
        break;
      case PageEvent::kFreeze:
        require(action == PageAction::kNone, "freezing never does anything");
        break;
    }
    left = left || action == PageAction::kLeave;
  }
};

template <PageEvent event, bool server_takes_hints>
void event_is(PageSubject& subject) {
  subject.happen(event, server_takes_hints);
}

const std::vector<Letter<PageSubject>>& PageSubject::letters() {
  static const std::vector<Letter<PageSubject>> kLetters = {
      {"leaving switched off", [](const PageSubject& s) { return !s.begun && s.leaves; }, [](PageSubject& s) { s.leaves = false; }},
      {"beforeunload", nullptr, event_is<PageEvent::kBeforeUnload, true>},
      {"pagehide", nullptr, event_is<PageEvent::kPageHide, true>},
      {"pagehide, to return", nullptr, [](PageSubject& s) { s.happen(PageEvent::kPageHide, true, true); }},
      {"pageshow", nullptr, event_is<PageEvent::kPageShow, true>},
      {"hidden", nullptr, event_is<PageEvent::kHidden, true>},
      {"visible", nullptr, event_is<PageEvent::kVisible, true>},
      {"freeze", nullptr, event_is<PageEvent::kFreeze, true>},
      {"resume", nullptr, event_is<PageEvent::kResume, true>},
      {"beforeunload, no hints", nullptr, event_is<PageEvent::kBeforeUnload, false>},
      {"pagehide, no hints", nullptr, event_is<PageEvent::kPageHide, false>},
      {"pageshow, no hints", nullptr, event_is<PageEvent::kPageShow, false>},
      {"hidden, no hints", nullptr, event_is<PageEvent::kHidden, false>},
      {"visible, no hints", nullptr, event_is<PageEvent::kVisible, false>},
      {"freeze, no hints", nullptr, event_is<PageEvent::kFreeze, false>},
      {"resume, no hints", nullptr, event_is<PageEvent::kResume, false>},
  };
  return kLetters;
}

const std::vector<Beginning>& PageSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {{}, {"leaving switched off"}};
  return kBeginnings;
}

}  // namespace

Report page_life_words() { return enumerate<PageSubject>(); }

}  // namespace holdfast::words
