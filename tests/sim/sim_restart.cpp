// The server is killed and another one starts, which knows nobody (docs/protocol.md chapter 20): it loses nobody either, and whoever was
// in step before sees of the others only that nothing has changed.
#include <algorithm>
#include <utility>
#include <variant>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// What a pair must have had of peace before the end for their link to be known at both ends.
constexpr Millis kSettled = 6_s;
// How long the new server waits at most, from its start.
constexpr Millis kPatience = 14_s;

}  // namespace

void SimRoom::restart_server(const Step& step) {
  if (std::exchange(server_is_busy_, true)) return;
  Prng dice(step.dice);
  remember_steady();
  begin_server_trouble();
  server_has_restarted_ = true;
  if (dice.chance(1, 3)) give_server(roomserver::Shutdown{});  // else it is killed
  network_.stop_server(dice.chance(1, 2));
  ++server_timer_;
  lasting(step.length, [this, dice]() mutable {
    say("another server is there, and knows nobody");
    start_server();
    network_.start_server();
    end_server_trouble();
    if (!dice.chance(1, 2)) return;
    // The first that it hears of may be somebody new.
    const auto is_absent = [this](const Person& person) {
      const std::optional<std::size_t> tab = tab_of(person.name);
      return !tab || !tabs_[*tab]->is_in_use();
    };
    const auto newcomer = std::find_if(plan_.people.begin(), plan_.people.end(), is_absent);
    if (newcomer != plan_.people.end()) join(*newcomer, dice);
  });
}

// Who sees whom, without anything having been wrong for a while.
void SimRoom::remember_steady() {
  steady_.clear();
  if (!media_trouble_.is_calm(time_.now(), kSettled)) return;
  const auto is_steady = [this](const Tab& tab) {
    return tab.is_in_use() && !tab.browser_failed && tab.page->is_running() && tab.state() == AppModel::State::kConnected &&
           time_.now() - tab.joined_at >= kSettled && tab.signaling.is_calm(time_.now(), kSettled);
  };
  for (std::size_t viewer = 0; viewer < tabs_.size(); ++viewer) {
    if (!is_steady(*tabs_[viewer])) continue;
    for (const auto& [sid, participant] : tabs_[viewer]->participants()) {
      const Tab* owner = owner_of(ParticipantSid(sid));
      if (owner != nullptr && is_steady(*owner)) steady_.insert({viewer, sid});
    }
  }
}

bool SimRoom::is_server_waiting() const {
  return server_has_restarted_ && time_.now() - server_start_ < std::min(kPatience, Millis{plan_.session_timeout.count / 2});
}

// Nothing but the restart has happened to either.
bool SimRoom::is_steady(std::size_t viewer, const ParticipantSid& participant) const {
  const Tab* owner = owner_of(participant);
  const auto is_undisturbed = [this](const Tab& tab) { return tab.is_in_use() && tab.signaling.last() == server_start_; };
  return steady_.count({viewer, participant.value}) > 0 && owner != nullptr && is_undisturbed(*owner) && is_undisturbed(*tabs_[viewer]) &&
         left_.count(participant.value) == 0 && is_server_waiting() && media_trouble_.is_calm(time_.now(), kSettled);
}

void SimRoom::check_restart(std::size_t index, const effect::Event& event) {
  if (tabs_[index]->is_over()) return;
  const auto still_publishes = [this](const ParticipantSid& participant, const TrackSid& track) {
    const Tab* owner = owner_of(participant);
    return owner != nullptr && owner->publishes(track);
  };
  if (const auto* joined = std::get_if<effect::ParticipantConnected>(&event)) {
    if (is_steady(index, joined->participant.sid)) complain("restart", index, "told that a participant has come who was there");
  } else if (const auto* left = std::get_if<effect::ParticipantDisconnected>(&event)) {
    if (is_steady(index, left->participant)) complain("restart", index, "told that a participant has gone who is on its way back");
  } else if (const auto* unpublished = std::get_if<effect::TrackUnpublished>(&event)) {
    if (is_steady(index, unpublished->participant) && still_publishes(unpublished->participant, unpublished->track))
      complain("restart", index, "told that a track is gone that is still published");
  } else if (const auto* unsubscribed = std::get_if<effect::TrackUnsubscribed>(&event)) {
    if (is_steady(index, unsubscribed->participant) && still_publishes(unsubscribed->participant, unsubscribed->track))
      complain("restart", index, "unsubscribed from a track that is still published");
  }
}

}  // namespace holdfast::sim
