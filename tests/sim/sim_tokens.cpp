// The tokens of a simulated room: apps that hold a string and apps with a function, servers that call them expired, and impatience.
#include <algorithm>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

constexpr Millis kWarning = 60_s;
constexpr Millis kFunctionLimit = 10_s;
// The way is free: within this time whoever does not want to wait is back.
constexpr Millis kReturn = 4_s;
// The first answer is due 15 s after the greeting (docs/protocol.md 17.3); the way there comes on top. Less than a slow check takes.
constexpr Millis kConnectLimit = 17_s;
constexpr Millis kSlowStart = 1_s;
// The page's clock may be behind.
constexpr Millis kSlack = 1_s;

// What the server takes the identity from.
std::string name_of_token(const Tab& tab) { return tab.identity + "#" + tab.name + "."; }
std::string name_of_token(const Tab& tab, std::uint32_t number) { return name_of_token(tab) + std::to_string(number); }

}  // namespace

// Good from now on for as long as this person's tokens are.
std::string SimRoom::make_token(std::size_t index) {
  Tab& tab = *tabs_[index];
  tab.token = name_of_token(tab, ++tab.tokens_made);
  if (tab.person.token_lifetime > 0_ms) token_ends_[tab.token] = time_.now() + tab.person.token_lifetime;
  return tab.token;
}

std::optional<Millis> SimRoom::lifetime_of(const Tab& tab, const std::string& token) const {
  if (token.empty() || tab.person.token_lifetime == 0_ms) return std::nullopt;
  return token_ends_.at(token) - time_.now();
}

bool SimRoom::is_expired(const std::string& token) const {
  const auto end = token_ends_.find(token);
  return expired_.count(token) > 0 || (end != token_ends_.end() && end->second <= time_.now());
}

// One that has been replaced meanwhile is no reason: the server has not seen the other. A function has failed, too, when the server calls
// two of its tokens expired in a row.
bool SimRoom::explains_expiry(const Tab& tab) const {
  if (!tab.person.makes_tokens) return is_expired(tab.token);
  return tab.token_function_failed || (tab.tokens_made > 1 && is_expired(tab.token) && is_expired(name_of_token(tab, tab.tokens_made - 1)));
}

// As far as it knows: what its function gave too late it never took.
bool SimRoom::has_good_token(const Tab& tab) const {
  if (tab.token.empty() || is_expired(tab.token) || tab.token_function_failed) return false;
  const auto end = token_ends_.find(tab.token);
  return end == token_ends_.end() || end->second - time_.now() > kWarning + kSlack;
}

// The app asks its own server, which is where the room server is: without a way there it fails.
void SimRoom::ask_for_token(std::size_t index, OperationId op) {
  Tab& tab = *tabs_[index];
  if (!tab.person.makes_tokens) complain("promise", index, "asks an app for a token that has no function");
  figures_.add("token functions asked");
  if (has_good_token(tab)) complain("spurious", index, "asks its app for a token, and has one that is good for long");
  const bool fails = !tab.sends || !tab.hears || tokens_.chance(1, 12);
  const Millis delay{tokens_.chance(1, 15) ? 12'000 : 20 + tokens_.below(400)};
  if (delay >= kFunctionLimit) tab.token_function_failed = true;
  time_.after(delay, [this, index, op, fails] {
    Tab& asked = *tabs_[index];
    if (asked.page->is_gone() || asked.is_over()) return;
    // The answer of a page that stands still comes when it may have come too late.
    if (fails || !asked.page->is_running()) asked.token_function_failed = true;
    if (fails) return asked.page->deliver(input::TokenFailed{op, "no answer"});
    const std::string token = make_token(index);
    asked.page->deliver(input::TokenGiven{op, token, lifetime_of(asked, token)});
  });
}

// Three apps in four do something about it.
void SimRoom::take_token_warning(std::size_t index) {
  Tab& tab = *tabs_[index];
  figures_.add("warned of the end of a token");
  const auto end = token_ends_.find(tab.token);
  if (tab.person.makes_tokens || end == token_ends_.end() || time_.now() + kWarning < end->second)
    complain("spurious", index, "warned of a token that does not end");
  if (!tab.warned_of.insert(tab.token).second) complain("events", index, "warned of a token twice");
  if (tokens_.chance(1, 4)) return;
  time_.after(Millis{20 + tokens_.below(2000)}, [this, index] {
    Tab& warned = *tabs_[index];
    if (!warned.is_in_use() || !warned.page->is_running()) return;
    const std::string token = make_token(index);
    warned.page->deliver(input::TokenGiven{{}, token, lifetime_of(warned, token)});
  });
}

// At rest.
void SimRoom::check_token_warning(std::size_t index) {
  const Tab& tab = *tabs_[index];
  const auto end = token_ends_.find(tab.token);
  if (tab.official || tab.person.makes_tokens || tab.clock_stood_still || end == token_ends_.end()) return;
  if (end->second - kWarning + 1_s < time_.now() && tab.warned_of.count(tab.token) == 0)
    complain("promise", index, "was not warned of a token that ends");
}

// Also one that it has replaced since: the answer to that is still to come.
bool SimRoom::is_checked_slowly(const Tab& tab) const {
  const auto is_its = [&tab](const std::string& token) { return token.rfind(name_of_token(tab), 0) == 0; };
  return std::any_of(slow_tokens_.begin(), slow_tokens_.end(), is_its) ||
         std::any_of(slow_questions_.begin(), slow_questions_.end(), is_its);
}

// Whoever checks the token of one who has just come takes longer than connect() waits.
void SimRoom::wait_for_host(std::size_t index) {
  if (!occupy(index, Slot::kTokens)) return;
  begin_trouble(index, false);
  slow_tokens_.insert(tabs_[index]->token);
  const Instant over = time_.now() + kSlowStart;
  lasting(kSlowStart, [this, index, token = tabs_[index]->token] {
    end_trouble(index, false);
    slow_tokens_.erase(token);
    tabs_[index]->busy.erase(Slot::kTokens);
  });
  time_.after(kConnectLimit, [this, index, over] {
    const Tab& tab = *tabs_[index];
    const bool ran = tab.page->is_running() && tab.page->is_visible() && tab.page->runs_since() <= tab.joined_at;
    if (tab.is_in_use() && ran && tab.signaling.last() == over && tab.state() == AppModel::State::kConnecting)
      complain("promise", index, "connect() waits, and the server does not answer");
  });
}

void SimRoom::reconnect_now(std::size_t index) {
  const Tab& tab = *tabs_[index];
  if (!tab.holdfast) return;
  const bool is_free = tab.signaling.is_calm(time_.now(), 0_ms) && tab.state() == AppModel::State::kReconnecting;
  const Instant since = tab.signaling.last();
  tab.page->deliver(input::ReconnectNow{});
  if (!is_free || tab.person.makes_tokens || tab.was_called_busy || is_checked_slowly(tab) || media_trouble_.has_been()) return;
  time_.after(kReturn, [this, index, since] {
    const Tab& later = *tabs_[index];
    if (later.is_in_use() && later.page->is_running() && later.signaling.last() == since && !media_trouble_.has_been() &&
        !later.was_called_busy && !is_checked_slowly(later) && !sees_a_ghost(later) && later.state() == AppModel::State::kReconnecting)
      complain("return", index, "asked to reconnect at once, and is still reconnecting");
  });
}

// Whoever of this person is in the room by now has to go, as with any connect().
void SimRoom::take_rejoining(std::size_t index) {
  figures_.add("rejoined");
  mutes_.start_anew(index, tabs_[index]->asked_with);
  tabs_[index]->has_lost_its_links = true;
  tabs_[index]->rejoined_at = time_.now();
  for (const auto& other : tabs_)
    if (other.get() != tabs_[index].get() && other->identity == tabs_[index]->identity && other->is_in_use()) other->was_superseded = true;
}

}  // namespace holdfast::sim
