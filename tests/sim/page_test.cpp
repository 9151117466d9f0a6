#include "page.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast::sim {

namespace {

using Lines = std::vector<std::string>;

// A page whose program writes down what it is given.
struct Tab {
  explicit Tab(Browser browser = Browser::kChromium, std::uint64_t seed = 1)
      : page(
            time, seed, [this](const Input& input, Instant now) { take_in(input, now); }, browser) {}

  void take_in(const Input& input, Instant now) {
    REQUIRE(now == page.now());
    if (const auto* event = std::get_if<input::Page>(&input)) {
      static const char* const kNames[] = {"beforeunload", "pagehide", "pageshow", "hidden", "visible", "freeze", "resume"};
      lines.push_back(std::string(kNames[static_cast<int>(event->event)]) + (event->persisted ? " persisted" : ""));
    } else if (const auto* text = std::get_if<input::SocketText>(&input)) {
      lines.push_back(text->text);
    } else {
      lines.emplace_back("tick");
      ticked = time.now();
    }
  }
  void text(std::string text) { page.deliver(input::SocketText{SocketId{1}, std::move(text)}); }
  void tick_after(Millis delay) { page.set_deadline(page.now() + delay); }
  void pass(Millis length) {
    const Instant end = time.now() + length;
    while (time.step(end)) {
    }
  }
  Lines take() { return std::exchange(lines, {}); }

  VirtualTime time;
  Page page;
  Lines lines;
  Instant ticked;
};

}  // namespace

TEST_CASE("a page has a clock of its own, which some kinds of sleep stop") {
  Tab one;
  Tab other(Browser::kChromium, 2);
  CHECK(one.page.now() != other.page.now());
  const Instant start = one.page.now();
  one.pass(5_s);
  CHECK(one.page.now() == start + 5_s);
  one.page.sleep(false);
  one.pass(10_s);
  one.page.wake();
  CHECK(one.page.now() == start + 15_s);

  one.tick_after(2_s);
  one.page.sleep(true);
  one.pass(60_s);
  one.page.wake();
  CHECK(one.page.now() == start + 15_s);
  one.pass(1999_ms);
  CHECK(one.take().empty());
  one.pass(1_ms);
  CHECK(one.take() == Lines{"tick"});
}

TEST_CASE("the timers of a hidden page fire on whole seconds of its clock, those of a shown one in time") {
  Tab tab;
  tab.tick_after(250_ms);
  tab.pass(10_s);
  CHECK(tab.ticked == Instant{250});
  tab.page.hide();
  for (int i = 0; i < 3; ++i) {
    const Instant asked = tab.page.now() + 130_ms;
    tab.page.set_deadline(asked);
    tab.pass(1130_ms);
    const Instant fired = tab.ticked + (tab.page.now() - tab.time.now());
    CHECK(fired.ms % 1000 == 0);
    CHECK(fired >= asked);
    CHECK(fired < asked + 1_s);
  }
  tab.take();
  tab.text("messages come in time");
  tab.tick_after(10_ms);
  tab.page.show();
  tab.pass(10_ms);
  CHECK(tab.take() == Lines{"messages come in time", "visible", "tick"});
}

TEST_CASE("asleep: the tick comes before what has waited") {
  Tab tab;
  tab.tick_after(1_s);
  tab.page.sleep(false);
  tab.text("one");
  tab.text("two");
  tab.pass(10_s);
  CHECK(tab.take().empty());
  CHECK(tab.page.state() == Page::State::kAsleep);
  tab.page.wake();
  CHECK(tab.take() == Lines{"tick", "one", "two"});
}

TEST_CASE("frozen: hidden first, nothing runs, and resume comes before what has waited") {
  Tab tab;
  tab.page.freeze();
  CHECK(tab.take() == Lines{"hidden", "freeze"});
  tab.text("one");
  tab.pass(10_s);
  CHECK(tab.take().empty());
  tab.page.show();
  CHECK(tab.take() == Lines{"resume", "one", "visible"});

  Tab firefox(Browser::kFirefox);
  firefox.page.freeze();
  CHECK(firefox.take().empty());
  CHECK(firefox.page.is_running());
}

TEST_CASE("blocked: all at the end, and no handler of a page that is closed meanwhile") {
  Tab tab;
  tab.tick_after(1_s);
  tab.page.block(5_s);
  tab.text("one");
  tab.page.hide();
  tab.pass(4999_ms);
  CHECK(tab.take().empty());
  tab.pass(1_ms);
  Lines lines = tab.take();
  CHECK(lines.size() == 3);
  CHECK(tab.page.is_running());

  tab.page.block(5_s);
  tab.text("lost");
  tab.page.close(true);
  tab.pass(10_s);
  CHECK(tab.take().empty());
  CHECK(tab.page.is_gone());
}

TEST_CASE("closing: pagehide while still visible, then hidden; nothing afterwards") {
  bool asked = false;
  bool not_asked = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Tab tab(Browser::kChromium, seed);
    tab.tick_after(10_ms);
    tab.page.close(true);
    tab.text("late");
    tab.pass(1_s);
    const Lines lines = tab.take();
    asked = asked || lines == Lines{"beforeunload", "pagehide", "hidden"};
    not_asked = not_asked || lines == Lines{"pagehide", "hidden"};
    CHECK((lines.front() == "beforeunload" || lines.front() == "pagehide"));
    CHECK(lines.back() == "hidden");
  }
  CHECK(asked);
  CHECK(not_asked);

  Tab frozen;
  frozen.page.freeze();
  frozen.take();
  frozen.page.close(true);
  CHECK(frozen.take() == Lines{"pagehide"});

  Tab crashed;
  crashed.page.close(false);
  CHECK(crashed.take().empty());
}

TEST_CASE("a user who stays: beforeunload and nothing more; the page stands still as long as it is asked") {
  bool stood_still = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Tab tab(Browser::kChromium, seed);
    tab.page.refuse_to_close();
    stood_still = stood_still || !tab.page.is_running();
    tab.text("one");
    tab.pass(3_s);
    CHECK(tab.take() == Lines{"beforeunload", "one"});
    CHECK(tab.page.state() == Page::State::kVisible);
  }
  CHECK(stood_still);
}

TEST_CASE("the back-forward cache, in the order of either browser") {
  Tab chromium;
  chromium.page.enter_cache();
  CHECK(chromium.page.state() == Page::State::kCached);
  chromium.text("a socket's end");
  chromium.pass(1_s);
  chromium.page.leave_cache();
  CHECK(chromium.take() == Lines{"pagehide persisted", "hidden", "freeze", "resume", "visible", "pageshow persisted", "a socket's end"});

  Tab firefox(Browser::kFirefox);
  firefox.page.enter_cache();
  firefox.page.leave_cache();
  CHECK(firefox.take() == Lines{"pagehide persisted", "hidden", "visible", "pageshow persisted"});
}

TEST_CASE("what a program causes while it handles an input comes after it") {
  VirtualTime time;
  Lines lines;
  Page* self = nullptr;
  Page page(time, 1, [&](const Input& input, Instant) {
    const std::string text = std::get<input::SocketText>(input).text;
    lines.push_back("begin " + text);
    if (text == "one") self->deliver(input::SocketText{SocketId{1}, "two"});
    lines.push_back("end " + text);
  });
  self = &page;
  page.deliver(input::SocketText{SocketId{1}, "one"});
  CHECK(lines == Lines{"begin one", "end one", "begin two", "end two"});
}

}  // namespace holdfast::sim
