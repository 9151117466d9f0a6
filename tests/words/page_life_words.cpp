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
  bool frozen = false;

  void happen(PageEvent event, bool server_takes_hints) {
    begun = true;
    judge(event, server_takes_hints, page.handle(event, leaves, server_takes_hints));
    if (event == PageEvent::kFreeze) frozen = true;
    if (event == PageEvent::kResume || event == PageEvent::kVisible || event == PageEvent::kPageShow) frozen = false;
    if (event == PageEvent::kPageHide) frozen = false;
  }
  void check() const {}

 private:
  void judge(PageEvent event, bool server_takes_hints, PageAction action) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const bool is_hint = action == PageAction::kHintLeaving || action == PageAction::kHintHidden;
    require(!left || action == PageAction::kNone, "nothing is done after leaving");
    require(leaves || (action != PageAction::kLeave && !is_hint), "leaving that is switched off stays off");
    require(!is_hint || server_takes_hints, "hints go to a server that takes them");
    require(event != PageEvent::kPageHide || !leaves || left || action == PageAction::kLeave, "pagehide is believed");
    require(action != PageAction::kLeave || event == PageEvent::kPageHide || (event == PageEvent::kBeforeUnload && !server_takes_hints),
            "no other event makes us leave, but beforeunload where it cannot be told to the server");
    require(action != PageAction::kHintLeaving || event == PageEvent::kBeforeUnload, "only beforeunload means that it may be leaving");
    require(action != PageAction::kHintHidden || event == PageEvent::kHidden, "only a hidden page is called hidden");
    require(event != PageEvent::kVisible || left || action == PageAction::kWake, "a visible page looks around");
    require(event != PageEvent::kResume || !frozen || left || action == PageAction::kWake, "a thawed page looks around");
    require(event != PageEvent::kFreeze || action == PageAction::kNone, "freezing never does anything");
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
