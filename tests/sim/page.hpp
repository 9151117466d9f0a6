// The page that a client program lives in: its own clock, its one timer, and a browser that holds both back while the tab is hidden,
// blocked, frozen, asleep or in the back-forward cache. Gives the page's events in the order browsers give them. What becomes of sockets
// and media is not its business: whoever does something to a page does it to the network too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "base/instant.hpp"
#include "base/prng.hpp"
#include "browser.hpp"
#include "input.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

class Page {
 public:
  using Program = std::function<void(const Input&, Instant now)>;
  enum class State { kVisible, kHidden, kFrozen, kAsleep, kCached, kGone };

  // The program is given one input at a time, never one inside another. The page must live as long as `time` runs.
  Page(VirtualTime& time, std::uint64_t seed, Program program, Browser browser = Browser::kChromium);

  // Hands on at once, or as soon as the page runs again, in order; a page that is gone takes nothing.
  void deliver(const Input& input);
  // When the program wants its next Tick, on the page's clock; the last word counts. Hidden pages: on the next whole second.
  void set_deadline(std::optional<Instant> own_time);
  // The page's clock, as performance.now(): an origin of its own; stands still in some kinds of sleep.
  Instant now() const;

  // What makes no sense in its state, or what nobody could do (show a page of a sleeping browser), does nothing.
  void hide();
  void show();  // also resumes what is frozen
  // Shown pages are hidden first. Firefox does not freeze, and nobody freezes what is not running.
  // After resume() Chromium ends the sockets: VirtualNetwork::end_idle_sockets.
  void freeze();
  void resume();  // still hidden
  void block(Millis length);
  // All processes of the browser stand still, or the whole machine. With VirtualNetwork::stand_still or set_up.
  void sleep(bool clock_stands_still);
  void wake();  // a due Tick comes first, then what has waited

  // For good. Without handlers: crashed, killed. With them: (beforeunload,) pagehide, hidden; but a page that is blocked, asleep or cached
  // cannot run any. The events have been handled when this returns. `before_it_hides`: what the browser does between the two.
  void close(bool handlers_run, const std::function<void()>& before_it_hides = nullptr);
  // beforeunload, and the user stays, or it was a download or a mail link: no event says so. With a prompt the page stands still meanwhile.
  void refuse_to_close();
  // Back-forward cache: pagehide (persisted) … pageshow (persisted). With a socket still open: VirtualNetwork::end_idle_sockets on return
  // (Chromium), close_page at the start (Firefox).
  void enter_cache();
  void leave_cache();

  State state() const;
  bool is_visible() const { return visible_; }  // or would be if it was running
  bool is_running() const;                      // takes inputs and fires timers now
  bool is_gone() const { return gone_; }
  bool can_run_handlers() const { return frozen_ || is_running(); }  // of a close
  // Visible, running and with timers on time from then on, if it is now.
  Instant runs_since() const { return later(runs_since_, later(blocked_until_, timers_held_until_)); }
  // More has waited than any browser would hold: what came last was dropped.
  bool has_overflowed() const { return has_overflowed_; }

 private:
  void give(const Input& input);  // now, whatever the state
  void say(input::PageEvent event, bool persisted = false) { give(input::Page{event, persisted}); }
  void run_on();                 // what has waited, if the page runs
  void go_on(bool timer_first);  // it may run again
  void arm();
  void fire();

  VirtualTime& time_;
  Prng random_;
  Program program_;
  Browser browser_;
  Millis offset_;  // own clock - virtual time
  std::optional<Instant> deadline_;
  std::uint64_t timer_ = 0;  // which of the timers that were set counts
  std::deque<Input> waiting_;
  Instant blocked_until_;
  Instant timers_held_until_;
  Instant runs_since_;
  std::optional<Instant> clock_stopped_;  // at this own time
  bool visible_ = true;
  bool frozen_ = false;
  bool asleep_ = false;
  bool cached_ = false;
  bool gone_ = false;
  bool is_giving_ = false;
  bool has_overflowed_ = false;
};

}  // namespace holdfast::sim
