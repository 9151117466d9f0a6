// Once more: a room at rest for long in which one thing breaks, and nothing else. What came before must not matter any more, so the bounds
// are strict.
#include <utility>
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
// Silence for 2.5 to 3 s, an ICE restart, and 8 s for its verdict.
constexpr Millis kUntilDeafIsDropped = 11700_ms;
constexpr Millis kReplacement = 2500_ms;

}  // namespace

void SimRoom::break_once_more() {
  Prng dice(seed_of(4));
  if (has_ended() || !dice.chance(1, 2)) return;
  for (const auto& tab : tabs_)
    if (tab->is_in_use() && has_lost_cause(*tab)) return;
  run_until(time_.now() + kPeace);
  if (dice.chance(1, 4)) return reset_once_more(dice);

  struct Choice {
    std::size_t viewer;
    PeerId peer;
  };
  std::vector<Choice> choices;
  for (std::size_t index = 0; index < tabs_.size(); ++index) {
    if (!tabs_[index]->holdfast || !tabs_[index]->is_in_use() || !tabs_[index]->page->is_visible()) continue;
    for (const auto& [sid, participant] : tabs_[index]->app.participants)
      for (const auto& [track_sid, track] : participant.tracks)
        if (track.subscribed && track.model.enabled && track.model.kind != backend::TrackKind::kData && !media_.is_deaf(index, track.peer))
          choices.push_back({index, track.peer});
  }
  if (choices.empty() || has_ended()) return;
  const Choice chosen = choices[dice.below(static_cast<std::uint32_t>(choices.size()))];
  const bool is_deaf = dice.chance(1, 2);
  say(tabs_[chosen.viewer]->name + (is_deaf ? " once more has a deaf connection" : " once more fails at DTLS"));
  is_at_rest_ = false;
  breaks_media_ = true;
  media_trouble_.strike(time_.now());
  if (is_deaf)
    media_.go_deaf(chosen.viewer, chosen.peer);
  else
    media_.fail_dtls(chosen.viewer, chosen.peer);
  run_until(time_.now() + (is_deaf ? kUntilDeafIsDropped : kUntilDropped));
  if (media_.is_open(chosen.viewer, chosen.peer))
    complain("media", chosen.viewer, "a connection that only another one could replace is still there");
  run_until(time_.now() + kReplacement);
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
  if (choices.empty() || has_ended()) return;
  const std::size_t index = choices[dice.below(static_cast<std::uint32_t>(choices.size()))];
  say(tabs_[index]->name + " once more has its sockets reset");
  is_at_rest_ = false;
  breaks_signaling_ = true;
  strike(index, false);
  network_.reset(index);
  run_until(time_.now() + kReturn);
  check_once_more();
}

void SimRoom::check_once_more() {
  remember_bytes();
  run_until(time_.now() + kUntilItFlows);
  check_agreement();
}

}  // namespace holdfast::sim
