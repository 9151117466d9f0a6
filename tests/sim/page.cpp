#include "page.hpp"

#include <utility>

namespace holdfast::sim {

namespace {

constexpr std::size_t kMostWaiting = 20'000;
constexpr Millis kThrottledTimers = 1_s;  // hidden pages: aligned to this

}  // namespace

Page::Page(VirtualTime& time, std::uint64_t seed, Program program, Browser browser)
    : time_(time),
      random_(seed),
      program_(std::move(program)),
      browser_(browser),
      offset_{random_.below(10'000'000)},
      runs_since_(time.now()) {}

Instant Page::now() const { return clock_stopped_.value_or(time_.now() + offset_); }

Page::State Page::state() const {
  if (gone_) return State::kGone;
  if (asleep_) return State::kAsleep;
  if (cached_) return State::kCached;
  if (frozen_) return State::kFrozen;
  return visible_ ? State::kVisible : State::kHidden;
}

bool Page::is_running() const { return !gone_ && !asleep_ && !cached_ && !frozen_ && time_.now() >= blocked_until_; }

// ---- inputs
// -------------------------------------------------------------------------------------------------------------------------------

void Page::deliver(const Input& input) {
  if (gone_) return;
  if (waiting_.size() < kMostWaiting)
    waiting_.push_back(input);
  else
    has_overflowed_ = true;
  run_on();
}

void Page::give(const Input& input) {
  is_giving_ = true;
  program_(input, now());
  is_giving_ = false;
}

void Page::run_on() {
  while (!is_giving_ && is_running() && !waiting_.empty()) {
    const Input input = std::move(waiting_.front());
    waiting_.pop_front();
    give(input);
  }
}

// ---- the timer
// ----------------------------------------------------------------------------------------------------------------------------

void Page::set_deadline(std::optional<Instant> own_time) {
  if (deadline_ == own_time) return;
  deadline_ = own_time;
  arm();
}

// A page that does not run arms it when it does again.
void Page::arm() {
  const std::uint64_t timer = ++timer_;
  if (!deadline_ || !is_running()) return;
  Instant due = later(*deadline_, now());
  if (!visible_) due.ms += (kThrottledTimers.count - due.ms % kThrottledTimers.count) % kThrottledTimers.count;
  time_.at(later(due - offset_, timers_held_until_), [this, timer] {
    if (timer == timer_ && is_running()) fire();
  });
}

void Page::fire() {
  ++timer_;
  deadline_.reset();
  deliver(input::Tick{});
}

// What has come due meanwhile fires before or after what has waited.
void Page::go_on(bool timer_first) {
  if (!is_running()) return;
  if (deadline_ && *deadline_ <= now()) {
    ++timer_;
    deadline_.reset();
    if (timer_first)
      waiting_.push_front(input::Tick{});
    else
      waiting_.push_back(input::Tick{});
  }
  arm();
  run_on();
}

// ---- the life of the page
// -----------------------------------------------------------------------------------------------------------------

void Page::hide() {
  if (gone_ || asleep_ || cached_ || frozen_ || !visible_) return;
  visible_ = false;
  deliver(input::Page{input::PageEvent::kHidden, false});
  arm();
}

void Page::show() {
  if (gone_ || asleep_ || cached_ || visible_) return;
  resume();
  visible_ = true;
  runs_since_ = time_.now();
  deliver(input::Page{input::PageEvent::kVisible, false});
  arm();
}

void Page::freeze() {
  if (browser_ == Browser::kFirefox || !is_running()) return;
  hide();
  say(input::PageEvent::kFreeze);
  frozen_ = true;
}

void Page::resume() {
  if (gone_ || asleep_ || !std::exchange(frozen_, false)) return;
  say(input::PageEvent::kResume);
  go_on(random_.chance(1, 2));
}

void Page::block(Millis length) {
  if (gone_ || asleep_ || cached_ || frozen_) return;
  blocked_until_ = later(blocked_until_, time_.now() + length);
  time_.at(blocked_until_, [this] { go_on(random_.chance(1, 2)); });
}

void Page::sleep(bool clock_stands_still) {
  if (gone_ || asleep_) return;
  asleep_ = true;
  if (clock_stands_still) clock_stopped_ = now();
}

void Page::wake() {
  if (!std::exchange(asleep_, false) || gone_) return;
  runs_since_ = time_.now();
  if (clock_stopped_) offset_ = *std::exchange(clock_stopped_, std::nullopt) - time_.now();
  go_on(true);
}

void Page::close(bool handlers_run, const std::function<void()>& before_it_hides) {
  if (gone_) return;
  waiting_.clear();
  if (handlers_run && can_run_handlers()) {
    if (!frozen_ && random_.chance(3, 4)) say(input::PageEvent::kBeforeUnload);
    if (before_it_hides) before_it_hides();
    say(input::PageEvent::kPageHide);
    if (visible_) say(input::PageEvent::kHidden);
  }
  gone_ = true;
  waiting_.clear();
}

void Page::refuse_to_close() {
  if (!is_running()) return;
  say(input::PageEvent::kBeforeUnload);
  if (random_.chance(1, 2)) return;  // no prompt
  const Millis prompt{200 + random_.below(2800)};
  if (browser_ == Browser::kChromium) return block(prompt);
  timers_held_until_ = time_.now() + prompt;
  arm();
}

void Page::enter_cache() {
  if (!is_running()) return;
  say(input::PageEvent::kPageHide, true);
  if (std::exchange(visible_, false)) say(input::PageEvent::kHidden);
  if (browser_ == Browser::kChromium) say(input::PageEvent::kFreeze);
  cached_ = true;
}

void Page::leave_cache() {
  if (gone_ || asleep_ || !std::exchange(cached_, false)) return;
  if (browser_ == Browser::kChromium) say(input::PageEvent::kResume);
  visible_ = true;
  runs_since_ = time_.now();
  say(input::PageEvent::kVisible);
  say(input::PageEvent::kPageShow, true);
  go_on(random_.chance(1, 2));
}

}  // namespace holdfast::sim
