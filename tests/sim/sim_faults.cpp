// What breaks in a simulated room: each fault with all that comes with it, and its end.
#include <utility>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// How long a reset waits for something to destroy.
constexpr Millis kUnluckyTime = 3_s;
// What a tab must have had of peace for a fault to be the only one.
constexpr Millis kPeace = 5_s;

}  // namespace

// ---- how long ------------------------------------------------------------------------------------------------------------------------

void SimRoom::lasting(Millis length, std::function<void()> end) {
  const std::uint64_t fault = ++last_fault_;
  endings_[fault] = std::move(end);
  time_.after(length, [this, fault] { finish(fault); });
}

void SimRoom::finish(std::uint64_t fault) {
  const auto found = endings_.find(fault);
  if (has_ended() || found == endings_.end()) return;
  const std::function<void()> end = std::move(found->second);
  endings_.erase(found);
  end();
}

void SimRoom::heal() {
  say("everything heals");
  while (!endings_.empty() && !has_ended()) finish(endings_.begin()->first);
  for (const auto& tab : tabs_) tab->loses_words_until = {};
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    network_.answer_busy(tab, 0, 0_ms, false);
    media_.fail_creations(tab, false);
    media_.heal(tab);
  }
}

void SimRoom::begin_trouble(std::size_t tab, bool with_media) {
  tabs_[tab]->signaling.begin(time_.now());
  if (with_media) media_trouble_.begin(time_.now());
}

void SimRoom::end_trouble(std::size_t tab, bool with_media) {
  tabs_[tab]->signaling.end(time_.now());
  if (with_media) media_trouble_.end(time_.now());
}

void SimRoom::strike(std::size_t tab, bool with_media) {
  tabs_[tab]->signaling.strike(time_.now());
  if (with_media) media_trouble_.strike(time_.now());
}

bool SimRoom::can_reach(std::size_t from, std::size_t to) const {
  const auto cut = cuts_.find({from, to});
  return tabs_[from]->sends && tabs_[to]->hears && !tabs_[from]->page->is_gone() && !tabs_[to]->page->is_gone() &&
         (cut == cuts_.end() || cut->second == 0);
}

// Some browsers tell their pages.
void SimRoom::hint(std::size_t tab, input::NetworkEvent event, Millis delay) {
  time_.after(delay, [this, tab, event] { tabs_[tab]->page->deliver(input::Network{event}); });
}

// ---- the way to the server -------------------------------------------------------------------------------------------------------------

void SimRoom::break_signaling(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  switch (step.what) {
    case What::kReset:
      if (dice.chance(1, 2)) return reset(index);
      tab.loses_words_until = time_.now() + kUnluckyTime;
      return;
    case What::kHalfOpen:
      strike(index, false);
      return dice.chance(1, 2) ? network_.lose_server_end(index) : network_.lose_client_end(index);
    case What::kHoldLine: {
      if (!occupy(index, Slot::kWay)) return;
      const Direction direction = dice.chance(1, 2) ? Direction::kUp : Direction::kDown;
      begin_trouble(index, false);
      network_.hold(index, direction, true);
      return lasting(step.length, [this, index, direction] {
        network_.hold(index, direction, false);
        end_trouble(index, false);
        tabs_[index]->busy.erase(Slot::kWay);
      });
    }
    case What::kBadLine: {
      if (!occupy(index, Slot::kLine)) return;
      begin_trouble(index, false);
      network_.set_quality(index, {Millis{100 + dice.below(900)}, Millis{dice.below(300)}, dice.below(30)});
      return lasting(step.length, [this, index] {
        network_.set_quality(index, {40_ms, 20_ms, 0});
        end_trouble(index, false);
        tabs_[index]->busy.erase(Slot::kLine);
      });
    }
    case What::kRefuse:
      if (!occupy(index, Slot::kRefusal)) return;
      begin_trouble(index, false);
      network_.refuse(index, step.length);
      if (dice.chance(1, 2)) network_.reset(index);
      return lasting(step.length, [this, index] {
        network_.refuse(index, 0_ms);
        end_trouble(index, false);
        tabs_[index]->busy.erase(Slot::kRefusal);
      });
    case What::kBusy:
      strike(index, false);
      tab.was_called_busy = true;
      network_.answer_busy(index, 1 + dice.below(3), dice.chance(1, 8) ? Millis{-1} : Millis{200 + dice.below(2000)}, dice.chance(1, 2));
      return network_.reset(index);
    case What::kNetworkHint:
      // The official client gives its socket up.
      if (tab.official) strike(index, false);
      return hint(index, input::NetworkEvent(dice.below(3)), 0_ms);
    default:
      return;
  }
}

void SimRoom::reset(std::size_t index) {
  strike(index, false);
  network_.reset(index);
  expect_return(index, 2500_ms);
}

// The reset comes when it does most harm: with an offer or an answer on its way, and something to offer right after the answer.
void SimRoom::lose_word(std::size_t index, const std::string& text) {
  Tab& tab = *tabs_[index];
  const auto says = [&text](const char* what) { return text.find(what) != std::string::npos; };
  const bool is_answer = says(R"("type":"answer")");
  if (time_.now() >= tab.loses_words_until || !(is_answer || says(R"("type":"offer")"))) return;
  tab.loses_words_until = {};
  time_.after(1_ms, [this, index, is_answer] {
    if (!tabs_[index]->is_in_use()) return;
    say(tabs_[index]->name + " loses what it says with its sockets");
    reset(index);
    Prng dice(seed_of(300 + static_cast<std::uint64_t>(time_.now().ms)));
    if (is_answer && tabs_[index]->page->is_running() && dice.chance(1, 2)) publish(index, dice);
  });
}

// ---- every way -------------------------------------------------------------------------------------------------------------------------

void SimRoom::break_way(const Step& step, std::size_t index) {
  Prng dice(step.dice);
  if (step.what == What::kLoseHost) return lose_host(step, index);
  if (step.what == What::kCutOneWay) return cut_one_way(step, index);
  strike(index, true);
  network_.change_address(index);
  media_.change_address(index);
  if (dice.chance(1, 2)) hint(index, input::NetworkEvent::kChanged, 100_ms);
  expect_return(index, 6_s);
}

void SimRoom::lose_host(const Step& step, std::size_t index) {
  Prng dice(step.dice);
  if (!occupy(index, Slot::kWay)) return;
  const bool is_known = dice.chance(1, 3);
  const bool was_calm = tabs_[index]->signaling.is_calm(time_.now(), kPeace);
  begin_trouble(index, true);
  network_.set_up(index, false);
  tabs_[index]->sends = tabs_[index]->hears = false;
  if (is_known) hint(index, input::NetworkEvent::kOffline, 300_ms);
  if (was_calm) expect_signs_of_loss(index);
  lasting(step.length, [this, index, is_known] {
    say(tabs_[index]->name + " has its host again");
    network_.set_up(index, true);
    tabs_[index]->sends = tabs_[index]->hears = true;
    if (is_known) hint(index, input::NetworkEvent::kOnline, 200_ms);
    end_trouble(index, true);
    tabs_[index]->busy.erase(Slot::kWay);
    expect_return(index, 8_s);
  });
}

void SimRoom::cut_one_way(const Step& step, std::size_t index) {
  Prng dice(step.dice);
  if (!occupy(index, Slot::kWay)) return;
  const Direction direction = dice.chance(1, 2) ? Direction::kUp : Direction::kDown;
  bool Tab::*const way = direction == Direction::kUp ? &Tab::sends : &Tab::hears;
  begin_trouble(index, true);
  network_.hold(index, direction, true);
  (*tabs_[index]).*way = false;
  lasting(step.length, [this, index, direction, way] {
    network_.hold(index, direction, false);
    (*tabs_[index]).*way = true;
    end_trouble(index, true);
    tabs_[index]->busy.erase(Slot::kWay);
  });
}

// ---- media -----------------------------------------------------------------------------------------------------------------------------

void SimRoom::break_media(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  if (step.what == What::kCutMedia) return cut_media(step, index);
  media_trouble_.strike(time_.now());
  switch (step.what) {
    case What::kGoDeaf:
      if (const auto peer = media_.go_deaf(index)) expect_signs_of_silence(index, *peer);
      return;
    case What::kFailDescription:
      tab.browser_failed = true;
      return media_.fail_description(index);
    case What::kLoseAnswer:
      tab.browser_failed = true;
      return media_.lose_answer(index);
    case What::kFailCreation:
      tab.browser_failed = true;
      media_.fail_creation(index);
      if (dice.chance(1, 2)) fail_creations(index, Millis{500 + dice.below(4500)});
      return;
    case What::kFindNothing:
      tab.found_nothing = true;
      media_trouble_.begin(time_.now());
      media_.find_nothing(index, step.length);
      return lasting(step.length, [this, index] {
        media_.find_nothing(index, 0_ms);
        media_trouble_.end(time_.now());
      });
    case What::kFailAnswer:
      tab.browser_failed = tab.fails_with_socket = true;
      return media_.fail_answer(index);
    case What::kFailDtls:
      tab.dtls_failed = true;
      return media_.fail_dtls(index);
    case What::kDelayAnswers:
      if (!occupy(index, Slot::kBrowser)) return;
      media_trouble_.begin(time_.now());
      media_.delay_answers(index, Millis{50 + dice.below(2000)}, step.length);
      return lasting(step.length, [this, index] {
        media_.delay_answers(index, 0_ms, 0_ms);
        media_trouble_.end(time_.now());
        tabs_[index]->busy.erase(Slot::kBrowser);
      });
    default:
      return;
  }
}

// One that it has ends, and for a while there is no other.
void SimRoom::fail_creations(std::size_t index, Millis length) {
  if (!occupy(index, Slot::kBrowser)) return;
  media_trouble_.begin(time_.now());
  media_.fail_creations(index, true);
  tabs_[index]->dtls_failed = true;
  media_.fail_dtls(index);
  lasting(length, [this, index] {
    media_.fail_creations(index, false);
    media_trouble_.end(time_.now());
    tabs_[index]->busy.erase(Slot::kBrowser);
  });
}

void SimRoom::cut_media(const Step& step, std::size_t index) {
  Prng dice(step.dice);
  const auto other = tab_of(step.other);
  if (!other || *other == index) return;
  const bool one_way = dice.chance(1, 3);
  say("no media from " + tabs_[index]->name + " to " + tabs_[*other]->name + (one_way ? "" : " and back"));
  media_trouble_.begin(time_.now());
  ++cuts_[{index, *other}];
  if (!one_way) ++cuts_[{*other, index}];
  expect_signs_of_lost_media(*other, index);
  lasting(step.length, [this, index, other = *other, one_way] {
    say("media from " + tabs_[index]->name + " to " + tabs_[other]->name + " again");
    --cuts_[{index, other}];
    if (!one_way) --cuts_[{other, index}];
    media_trouble_.end(time_.now());
  });
}

// ---- pages -----------------------------------------------------------------------------------------------------------------------------

void SimRoom::disturb_page(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  switch (step.what) {
    case What::kHide:
      return hide(index, step.length);
    case What::kFreeze:
      return freeze(step, index);
    case What::kBlock:
      if (!occupy(index, Slot::kPage)) return;
      begin_trouble(index, false);
      tab.page->block(step.length);
      return lasting(step.length, [this, index] {
        end_trouble(index, false);
        tabs_[index]->busy.erase(Slot::kPage);
      });
    case What::kSleep:
      return sleep(step, index);
    case What::kRefuseToClose:
      if (!tab.page->is_running()) return;
      // The page of an app that uses the official client has its own words for this; here it has none.
      strike(index, false);
      tab.may_look_gone = true;
      tab.page->refuse_to_close();
      if (tab.person.browser == Browser::kFirefox && dice.chance(1, 2)) network_.close_sockets(index);
      return;
    case What::kCache:
      return cache(step, index);
    case What::kCrash:
      return crash(step, index);
    default:
      return;
  }
}

// Firefox does not freeze pages.
void SimRoom::freeze(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  if (tab.person.browser == Browser::kFirefox || !tab.page->is_running() || !occupy(index, Slot::kPage)) return;
  const bool was_calm = tab.signaling.is_calm(time_.now(), kPeace);
  begin_trouble(index, false);
  tab.may_look_gone = true;  // the socket ends with 1001 when it thaws
  tab.page->freeze();
  const Instant since = time_.now();
  lasting(step.length, [this, index, since, was_calm] {
    say(tabs_[index]->name + " thaws");
    const bool was_all = was_calm && tabs_[index]->signaling.last() == since;
    end_trouble(index, false);
    tabs_[index]->busy.erase(Slot::kPage);
    if (tabs_[index]->page->is_gone()) return;
    tabs_[index]->page->resume();
    network_.end_idle_sockets(index);
    tabs_[index]->page->show();
    expect_return(index, was_all ? 2500_ms : 6_s);
  });
}

// The browser's processes are stopped, or the whole machine sleeps.
void SimRoom::sleep(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  if (!tab.page->is_running() || tab.busy.count(Slot::kWay) > 0 || !occupy(index, Slot::kPage)) return;
  const bool is_machine = dice.chance(1, 2);
  const bool was_calm = tab.signaling.is_calm(time_.now(), kPeace);
  begin_trouble(index, true);
  tab.busy.insert(Slot::kWay);
  tab.clock_stood_still = true;
  tab.page->sleep(is_machine && dice.chance(1, 2));
  if (is_machine)
    network_.set_up(index, false);
  else
    network_.stand_still(index, true);
  media_.sleep(index);
  tab.sends = tab.hears = false;
  const Instant since = time_.now();
  lasting(step.length, [this, index, is_machine, since, was_calm] {
    say(tabs_[index]->name + " wakes");
    const bool was_all = was_calm && tabs_[index]->signaling.last() == since;
    end_trouble(index, true);
    tabs_[index]->busy.erase(Slot::kPage);
    tabs_[index]->busy.erase(Slot::kWay);
    tabs_[index]->sends = tabs_[index]->hears = true;
    media_.wake(index);
    tabs_[index]->page->wake();
    if (is_machine)
      network_.set_up(index, true);
    else
      network_.stand_still(index, false);
    // With another address since then its sockets are half open.
    expect_return(index, is_machine ? 8_s : was_all ? 2500_ms : 6_s);
  });
}

// A page with a live connection is not kept, whatever pagehide says; nor does Firefox keep one with a socket.
void SimRoom::cache(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  if (!tab.page->is_running() || !occupy(index, Slot::kPage)) return;
  const bool leaves = tab.holdfast && tab.person.leaves_with_page;
  // It has left, too, and is back when the page is.
  const bool returns = leaves && tab.person.rejoins && tab.is_in_use() && tab.app.state != AppModel::State::kConnecting;
  if (leaves && !returns && tab.app.state != AppModel::State::kConnecting) tab.app.lose_page();
  begin_trouble(index, true);
  tab.page_went = true;
  tab.may_look_gone = tab.may_look_gone || returns;
  tab.page->enter_cache();
  if (leaves && !returns && !tab.is_over()) complain("promise", index, "the page has gone and the client has not");
  const bool is_kept = media_.open_peers(index) == 0 && (tab.person.browser == Browser::kChromium || network_.open_sockets(index) == 0);
  if (!is_kept) {
    tab.has_left = true;
    tab.page->close(false);
    network_.close_page(index);
    media_.close_page(index);
  }
  lasting(step.length, [this, index] {
    end_trouble(index, true);
    tabs_[index]->busy.erase(Slot::kPage);
    if (tabs_[index]->page->is_gone()) return;
    tabs_[index]->may_look_gone = true;
    tabs_[index]->page->leave_cache();
    network_.end_idle_sockets(index);
  });
}

void SimRoom::crash(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  const bool with_host = dice.chance(1, 2);
  strike(index, true);
  tab.page->close(false);
  network_.vanish(index, with_host);
  media_.close_page(index);
}

// ---- the server ------------------------------------------------------------------------------------------------------------------------

void SimRoom::disturb_server(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  if (step.what == What::kPauseServer) return pause_server(step);
  if (step.what == What::kRestartServer) return restart_server(step);
  if (step.what == What::kSlowTokens) return slow_tokens(step, index);
  say("the token of " + tab.name + " expires");
  expired_.insert(tab.token);
  // Of two in a row that no server accepts, its function made the second.
  if (tab.state() != AppModel::State::kConnected) tab.token_function_failed = true;
  if (dice.chance(1, 2)) return;
  strike(index, false);
  network_.reset(index);
}

// Whoever checks tokens for the server takes his time: the server is there, and does not answer.
void SimRoom::slow_tokens(const Step& step, std::size_t index) {
  if (!occupy(index, Slot::kTokens)) return;
  Prng dice(step.dice);
  begin_trouble(index, false);
  slow_tokens_.insert(tabs_[index]->token);
  if (dice.chance(1, 2)) network_.reset(index);
  lasting(step.length, [this, index, token = tabs_[index]->token] {
    end_trouble(index, false);
    slow_tokens_.erase(token);
    tabs_[index]->busy.erase(Slot::kTokens);
  });
}

void SimRoom::hide(std::size_t index, Millis length) {
  if (!occupy(index, Slot::kVisibility)) return;
  tabs_[index]->page->hide();
  lasting(length, [this, index] {
    tabs_[index]->page->show();
    strike(index, false);  // silence counts from here
    tabs_[index]->busy.erase(Slot::kVisibility);
  });
}

void SimRoom::pause_server(const Step& step) {
  if (std::exchange(server_is_busy_, true)) return;
  begin_server_trouble();
  network_.pause_server(step.length);
  watch_.pause(time_.now() + step.length, step.length);
  lasting(step.length, [this] { end_server_trouble(); });
}

// Whoever joins meanwhile has it too.
void SimRoom::begin_server_trouble() {
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) share_server_trouble(tab);
}

void SimRoom::share_server_trouble(std::size_t tab) {
  if (!server_is_busy_) return;
  begin_trouble(tab, false);
  in_server_trouble_.push_back(tab);
}

void SimRoom::end_server_trouble() {
  server_is_busy_ = false;
  for (const std::size_t tab : std::exchange(in_server_trouble_, {})) end_trouble(tab, false);
}

}  // namespace holdfast::sim
