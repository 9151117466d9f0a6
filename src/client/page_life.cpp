#include "client/page_life.hpp"

namespace holdfast::client {

namespace {

PageTable::Event event_of(input::PageEvent event) {
  switch (event) {
    case input::PageEvent::kBeforeUnload:
      return PageTable::Event::kBeforeUnload;
    case input::PageEvent::kPageHide:
      return PageTable::Event::kPageHide;
    case input::PageEvent::kPageShow:
      return PageTable::Event::kPageShow;
    case input::PageEvent::kHidden:
      return PageTable::Event::kHidden;
    case input::PageEvent::kVisible:
      return PageTable::Event::kVisible;
    case input::PageEvent::kFreeze:
      return PageTable::Event::kFreeze;
    case input::PageEvent::kResume:
      return PageTable::Event::kResume;
  }
  return PageTable::Event::kVisible;
}

}  // namespace

PageAction PageLife::handle(input::PageEvent event, bool leaves, bool server_takes_hints, bool returns) {
  PageTable::Context context;
  machine_.dispatch(event_of(event), context, {leaves, server_takes_hints, returns});
  return context.action;
}

}  // namespace holdfast::client
