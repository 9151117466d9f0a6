// Once more: a room at rest for long in which one thing breaks, and nothing else. What came before must not matter any more, so the bounds
// are strict.
#include <optional>
#include <vector>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// A connection that has lasted is as good as new (core: kLasting), and so is a session.
constexpr Millis kPeace = 46_s;
constexpr Millis kUntilItFlows = 1_s;
// A reset: the first attempt is almost at once.
constexpr Millis kReturn = 2_s;
// A failure of DTLS is told at both ends, and the connection given up at once, without the pause there is in a series.
constexpr Millis kUntilDropped = 700_ms;
// Silence for 2 to 2.5 s, perhaps 1 s for the other end to go first, an ICE restart, and 8 s for its verdict.
constexpr Millis kUntilDeafIsDropped = 12200_ms;
constexpr Millis kReplacement = 2500_ms;
// Longer than it takes to give up a browser that does not answer at all.
constexpr Millis kSlow = 14_s;
constexpr Millis kSlowAnswer = 2_s;
// Firefox misses answers to its checks, and media come in.
constexpr Millis kBadLine = 4_s;
constexpr std::uint32_t kSpreadOfBadLines = 36000;  // in ms; it fails after 20 s
// Of media that is cut: until the link counts as failed, at the latest, and until all is well again.
constexpr Millis kUntilFailed = 17_s;
constexpr Millis kUntilMended = 25_s;

template <class Choice>
std::optional<Choice> draw(const std::vector<Choice>& choices, Prng& dice) {
  if (choices.empty()) return std::nullopt;
  return choices[dice.below(static_cast<std::uint32_t>(choices.size()))];
}

}  // namespace

void SimRoom::break_once_more() {
  Prng dice(seed_of(4));
  if (has_ended() || !dice.chance(1, 2)) return;
  for (const auto& tab : tabs_)
    if (tab->is_in_use() && has_lost_cause(*tab)) return;
  run_until(time_.now() + kPeace);
  if (has_ended()) return;
  switch (dice.below(8)) {
    case 0:
    case 1:
      return reset_once_more(dice);
    case 2:
      return slow_down_once_more(dice);
    case 3:
      return cut_off_once_more(dice);
    case 4:
      return miss_answers_once_more(dice);
    default:
      return replace_once_more(dice);
  }
}

// Where media comes in that is enabled, so that its absence shows.
std::vector<SimRoom::Reception> SimRoom::receptions() const {
  std::vector<Reception> found;
  for (std::size_t index = 0; index < tabs_.size(); ++index) {
    const Tab& tab = *tabs_[index];
    if (!tab.holdfast || !tab.is_in_use() || !tab.page->is_visible()) continue;
    for (const auto& [sid, participant] : tab.app.participants)
      for (const auto& [track_sid, track] : participant.tracks)
        if (track.is_expected() && !media_.is_deaf(index, track.peer))
          found.push_back({index, index_of(*owner_of(ParticipantSid(sid))), track.peer});
  }
  return found;
}

// Only another connection helps.
void SimRoom::replace_once_more(Prng& dice) {
  const auto chosen = draw(receptions(), dice);
  if (!chosen) return;
  const bool is_deaf = dice.chance(1, 2);
  say(tabs_[chosen->viewer]->name + (is_deaf ? " once more has a deaf connection" : " once more fails at DTLS"));
  is_at_rest_ = false;
  breaks_media_ = true;
  media_trouble_.strike(time_.now());
  if (is_deaf)
    media_.go_deaf(chosen->viewer, chosen->peer);
  else
    media_.fail_dtls(chosen->viewer, chosen->peer);
  run_until(time_.now() + (is_deaf ? kUntilDeafIsDropped : kUntilDropped));
  if (media_.is_open(chosen->viewer, chosen->peer))
    complain("media", chosen->viewer, "a connection that only another one could replace is still there");
  run_until(time_.now() + kReplacement);
  check_once_more();
}

// A browser that is slow does its work all the same.
void SimRoom::slow_down_once_more(Prng& dice) {
  const auto chosen = draw(receptions(), dice);
  if (!chosen) return;
  say(tabs_[chosen->viewer]->name + " once more has a slow browser");
  media_.delay_answers(chosen->viewer, kSlowAnswer, kSlow);
  run_until(time_.now() + kSlow);
  if (!media_.is_open(chosen->viewer, chosen->peer))
    complain("media", chosen->viewer, "a connection is replaced because of a slow browser");
  check_once_more();
}

// `disconnected` is no trouble as long as bytes come in.
void SimRoom::miss_answers_once_more(Prng& dice) {
  std::vector<Reception> choices = receptions();
  std::erase_if(choices, [this](const Reception& one) { return tabs_[one.viewer]->person.browser != Browser::kFirefox; });
  const auto chosen = draw(choices, dice);
  if (!chosen) return replace_once_more(dice);
  say(tabs_[chosen->viewer]->name + " once more misses answers to its checks");
  breaks_media_ = true;  // it may not be connected for long
  const Millis bad_line = kBadLine + Millis{dice.below(kSpreadOfBadLines)};
  media_.miss_answers(chosen->viewer, chosen->peer, bad_line);
  run_until(time_.now() + bad_line + kUntilItFlows);
  if (!media_.is_open(chosen->viewer, chosen->peer)) complain("media", chosen->viewer, "a connection is replaced over which media come in");
  check_once_more();
}

// Two are out of each other's reach for longer than anybody may be away; meanwhile a third one has reasons of its own to replace its
// connection to one of them. That one still has somebody to hear, so its Room goes on.
void SimRoom::cut_off_once_more(Prng& dice) {
  struct Choice {
    Reception third;
    std::size_t lost;
  };
  std::vector<Choice> choices;
  for (const Reception& third : receptions())
    for (const Reception& lost : receptions())
      if (third.owner == lost.viewer && third.viewer != lost.owner) choices.push_back({third, lost.owner});
  const auto chosen = draw(choices, dice);
  if (!chosen) return;
  const std::size_t index = chosen->third.owner;
  say(tabs_[index]->name + " once more hears nothing of " + tabs_[chosen->lost]->name);
  is_at_rest_ = false;
  breaks_media_ = true;
  media_trouble_.begin(time_.now());
  ++cuts_[{index, chosen->lost}];
  ++cuts_[{chosen->lost, index}];
  run_until(time_.now() + kUntilFailed - kUntilDeafIsDropped + plan_.session_timeout);
  say(tabs_[chosen->third.viewer]->name + " has a deaf connection to " + tabs_[index]->name);
  media_.go_deaf(chosen->third.viewer, chosen->third.peer);
  run_until(time_.now() + kUntilDeafIsDropped + kReplacement);
  --cuts_[{index, chosen->lost}];
  --cuts_[{chosen->lost, index}];
  media_trouble_.end(time_.now());
  run_until(time_.now() + kUntilMended);
  if (!tabs_[index]->is_in_use()) complain("reason", index, "ended, although it heard somebody");
  check_once_more();
}

// Of those whose token is good for ever: nothing but the line is tried.
void SimRoom::reset_once_more(Prng& dice) {
  std::vector<std::size_t> choices;
  for (std::size_t index = 0; index < tabs_.size(); ++index) {
    const Person& person = tabs_[index]->person;
    if (tabs_[index]->holdfast && tabs_[index]->is_in_use() && !person.makes_tokens && person.token_lifetime == 0_ms &&
        expired_.count(tabs_[index]->token) == 0)
      choices.push_back(index);
  }
  const auto index = draw(choices, dice);
  if (!index) return;
  say(tabs_[*index]->name + " once more has its sockets reset");
  is_at_rest_ = false;
  breaks_signaling_ = true;
  strike(*index, false);
  network_.reset(*index);
  run_until(time_.now() + kReturn);
  check_once_more();
}

void SimRoom::check_once_more() {
  remember_bytes();
  run_until(time_.now() + kUntilItFlows);
  check_agreement();
}

}  // namespace holdfast::sim
