// The page's life as one question: this event came, what is to be done? The table has the answers; the client carries them out.
#pragma once

#include "client/page_life_table.hpp"
#include "input.hpp"

namespace holdfast::client {

class PageLife {
 public:
  // `leaves`: the option page_lifecycle. `server_takes_hints`: it announced `holdfast`, or no room was joined yet.
  // `returns`: there is a session, and the app wants to be back in the page that is loaded next, or when this one is taken from the cache.
  PageAction handle(input::PageEvent event, bool leaves, bool server_takes_hints, bool returns);

 private:
  fsm::Machine<PageTable> machine_;
};

}  // namespace holdfast::client
