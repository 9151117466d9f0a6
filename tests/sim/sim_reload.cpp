// A page that keeps its session, and the one that is loaded after it: the same participant if it comes in time, and nobody else's place.
#include <algorithm>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// How long the place of such a page is kept (design: "Leaving").
constexpr Millis kHold = 10_s;
// What its signaling must have had of peace before, for its absence to begin with its end.
constexpr Millis kPeace = 8_s;

}  // namespace

// Without a session to keep the next page is anybody's, and there at once.
void SimRoom::reload(std::size_t index, Prng& dice) {
  const Person& person = tabs_[index]->person;
  if (!tabs_[index]->keeps_session()) {
    close_tab(index, dice);
    return join(person, dice);
  }
  const bool sockets_first = person.browser == Browser::kFirefox && dice.chance(1, 2);
  say(tabs_[index]->name + " is reloaded");
  close_page(index, true, sockets_first);
  const Millis loading{dice.chance(1, 6) ? 8000 + dice.below(5000) : 50 + dice.below(3000)};
  lasting(loading, [this, &person, dice]() mutable {
    if (!tabs_[*tab_of(person.name)]->is_in_use()) join(person, dice);
  });
}

void SimRoom::keep_session(std::size_t index, const std::string& session) {
  const Tab& tab = *tabs_[index];
  if (!tab.has_left || !tab.person.keeps_session) complain("reload", index, "keeps its session, and its page stays");
  kept_.insert_or_assign(tab.person.name, Kept{session, index});
  copies_.push_back({session, index});
}

// What a tab connects with. Taken out of the storage, so good once; whoever else this person is in the room has to go.
std::string SimRoom::take_session(std::size_t index, bool is_second_tab) {
  Tab& tab = *tabs_[index];
  const auto kept = is_second_tab ? decltype(kept_)::node_type() : kept_.extract(tab.person.name);
  for (std::size_t other = 0; other < index; ++other)
    if (tabs_[other]->person.name == tab.person.name && (!kept || kept.mapped().tab != other)) tabs_[other]->was_challenged = true;
  if (!kept) return tab.person.keeps_session ? copy_of_session(index) : "";
  tab.page_before = kept.mapped().tab;
  tabs_[*tab.page_before]->is_followed = true;
  return kept.mapped().session;
}

// Now and then one that is worth nothing: another person's, or one that was used.
std::string SimRoom::copy_of_session(std::size_t index) const {
  Prng dice(seed_of(400 + index));
  if (copies_.empty() || dice.chance(1, 2)) return {};
  const Kept& copy = copies_[dice.below(static_cast<std::uint32_t>(copies_.size()))];
  const bool is_own = tabs_[copy.tab]->person.name == tabs_[index]->person.name;
  const bool was_used = std::any_of(tabs_.begin(), tabs_.end(),
                                    [&](const auto& tab) { return tab->page_before == copy.tab && !tab->app.participant_sid.empty(); });
  return was_used || !is_own ? copy.session : "";
}

// Nothing but the end of its page has happened to it, and its place is still kept. That of a Room that was reconnecting, for one because
// its app had no token, may have been given up before.
bool SimRoom::is_expected_back(const Tab& before) const {
  const Millis absence = time_.now() - before.left_at;
  return absence < std::min(kHold, plan_.session_timeout) && !before.app.is_away() &&
         before.signaling.is_calm(time_.now(), absence + kPeace) && !before.was_challenged && !before.was_removed &&
         !before.room_was_completed;
}

// It is in the room.
void SimRoom::check_place(std::size_t index) {
  const Tab& tab = *tabs_[index];
  const Tab* before = tab.page_before ? tabs_[*tab.page_before].get() : nullptr;
  const bool is_back = before != nullptr && before->app.participant_sid == tab.app.participant_sid;
  if (is_back) figures_.add("came back as the same participant");
  // Another page of theirs, which had asked before and was let in meanwhile.
  const auto [first, last] = sids_of_.equal_range(tab.identity);
  const bool was_replaced = before != nullptr && std::any_of(first, last, [&](const auto& joined) {
                              return joined.second != tab.app.participant_sid && joined_at_.at(joined.second) >= before->left_at;
                            });
  if (before != nullptr && !is_back && !was_replaced && is_expected_back(*before))
    complain("reload", index, "is another participant than before its page was loaded anew");
  if (!is_back && joined_at_[tab.app.participant_sid] < tab.joined_at)
    complain("reload", index, "is a participant who was there, and not this one");
}

// Which of the pages of one participant; the news of an earlier one may be late. Nothing where that is not known yet.
const Tab* SimRoom::publisher_of(const ParticipantSid& participant, const TrackSid& track) const {
  const Tab* const latest = owner_of(participant);
  for (const Tab* tab = latest; tab != nullptr; tab = tab->page_before ? tabs_[*tab->page_before].get() : nullptr)
    if (tab->app.all_sids.count(track.value) > 0) return tab;
  return latest == nullptr || latest->page_before ? nullptr : latest;
}

// To the others a page that keeps its session and goes is away; it may have gone before it knew that it was in the room.
bool SimRoom::was_page_closed(const ParticipantSid& participant) const {
  const auto has_gone = [](const Tab& tab) { return tab.page_went && tab.person.keeps_session; };
  if (const Tab* owner = owner_of(participant)) return has_gone(*owner) || owner->page_before;
  return std::any_of(tabs_.begin(), tabs_.end(), [&](const auto& tab) { return has_gone(*tab); });
}

}  // namespace holdfast::sim
