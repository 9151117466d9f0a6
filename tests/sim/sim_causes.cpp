// Whether there is a reason for what an app is told: for trouble that it sees, for participants and tracks that go, and for every end.
#include <algorithm>
#include <utility>
#include <variant>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// How late the word of someone's leaving can be where only signaling breaks, and gently.
constexpr Millis kLateWord = 10_s;
// How long connect() waits before it gives up, with a slow network on top.
constexpr Millis kConnectPatience = 17_s;
// How long the server waits for a page that closed its socket with 1001, and for one that was hidden.
constexpr Millis kShortestHold = 1_s;
// For how much longer than the session timeout a restarted server takes back whom it does not know (docs/protocol.md 20.1).
constexpr Millis kAdoption = 20_s;
// What has begun to come in is noticed with the next poll of a client of ours.
constexpr Millis kLooksForMedia = 700_ms;
// A hold runs from the first sign of trouble, and on clocks of its own.
constexpr Millis kSlack = 1_s;

}  // namespace

// As long as something never breaks, nobody sees that it does.
void SimRoom::check_cause(std::size_t index, const effect::Event& event) {
  if (is_at_rest_ && !has_lost_cause(*tabs_[index]) &&
      (std::holds_alternative<effect::RoomReconnecting>(event) || std::holds_alternative<effect::ParticipantReconnecting>(event)))
    complain("spurious", index, "trouble in a room at rest");
  if (std::holds_alternative<effect::LocalParticipantReconnecting>(event)) mutes_.is_away(index);
  if (const auto* trouble = std::get_if<effect::RoomReconnecting>(&event)) {
    if (!breaks_media_ && trouble->error.code != code::kSignalingDisconnected && !signaling_may_cost_media() &&
        !sees_a_ghost(*tabs_[index]) && !waits_for_word_of_anybody(index))
      complain("spurious", index, "lost media that was never disturbed");
    if (!breaks_signaling_ && trouble->error.code == code::kSignalingDisconnected && !tabs_[index]->page_went)
      complain("spurious", index, "lost signaling that was never disturbed");
  } else if (const auto* away = std::get_if<effect::ParticipantReconnecting>(&event)) {
    if (!breaks_media_ && away->error.code != code::kSignalingDisconnected && is_in_room(away->participant) &&
        !signaling_may_cost_media() && !sends_nothing(away->participant) && !waits_for_word(index, away->participant))
      complain("spurious", index, "lost media of a participant that was never disturbed");
    // An official client that hears of its network gives up a socket that works.
    const Tab* owner = owner_of(away->participant);
    const bool gave_it_up = owner != nullptr && owner->official && owner->signaling.has_been();
    if (!breaks_signaling_ && !plan_.has(What::kCrash) && away->error.code == code::kSignalingDisconnected &&
        !was_page_closed(away->participant) && !gave_it_up)
      complain("spurious", index, "told that a participant has lost signaling that was never disturbed");
  } else if (const auto* left = std::get_if<effect::ParticipantDisconnected>(&event)) {
    if (Tab* owner = owner_of(left->participant); owner != nullptr && owner->is_in_use()) owner->has_lost_its_links = true;
    // Of whom nobody reports a link, a restarted server does not know that it is on its way back; that it was given up may be heard of
    // after it has come, and by whoever was frozen only when it thaws.
    const Instant heard_at = later(joined_at_[left->participant.value], tabs_[index]->signaling.last());
    const bool has_just_come = server_has_restarted_ && time_.now() - heard_at < kLateWord;
    if (is_in_room(left->participant) && !is_server_waiting() && !has_just_come)
      complain("spurious", index, "a participant disconnected that is still there");
  } else if (const auto* lost = std::get_if<effect::TrackUnsubscribed>(&event)) {
    // Our server never takes a subscription back, and a link that is replaced hands its own on. Only another session begins without any.
    const Tab* owner = owner_of(lost->participant);
    const bool has_rejoined = tabs_[index]->rejoined_at == time_.now();
    if (tabs_[index]->is_over() || has_rejoined || owner == nullptr || !is_in_room(lost->participant) || is_server_waiting()) return;
    if (owner->publishes(lost->track))
      complain("spurious", index, "unsubscribed from a track of " + owner->identity + " that is still published");
  }
}

// Media of those who have left stop at once; the word of it may be late. Whoever was given up has new links when it is back. Candidates
// that an official client had sent when its socket broke it never sends again (docs/protocol.md 7.5), and that link has to be restarted.
bool SimRoom::signaling_may_cost_media() const {
  const auto may_lose_candidates = [](const auto& tab) { return tab->official && tab->signaling.has_been(); };
  if (std::any_of(tabs_.begin(), tabs_.end(), may_lose_candidates)) return true;
  if (std::any_of(tabs_.begin(), tabs_.end(), [](const auto& tab) { return tab->has_lost_its_links; })) return true;
  return breaks_signaling_ && std::any_of(tabs_.begin(), tabs_.end(),
                                          [this](const auto& tab) { return tab->has_left && time_.now() - tab->left_at < kLateWord; });
}

// Whoever was away hears late that there is nothing to be heard.
bool SimRoom::sends_nothing(const ParticipantSid& participant) const {
  const Tab* owner = owner_of(participant);
  return owner == nullptr || std::none_of(owner->tracks.begin(), owner->tracks.end(), [](const auto& entry) {
           return entry.second.enabled && entry.second.kind != backend::TrackKind::kData;
         });
}

// One of them has trouble with signaling, and what the other end's browser does explains that nothing comes in: it has closed the
// connection, or it sends nothing any more, or not yet. Only signaling could tell why.
bool SimRoom::waits_for_word(std::size_t index, const ParticipantSid& participant) const {
  const Tab& viewer = *tabs_[index];
  const Tab* owner = owner_of(participant);
  if (owner == nullptr) return false;
  const bool is_late = viewer.back_at == time_.now() || !viewer.signaling.is_calm(time_.now(), kLateWord) ||
                       !owner->signaling.is_calm(time_.now(), kLateWord);
  return is_late && !media_.is_sent_something(index, index_of(*owner), kLooksForMedia);
}

bool SimRoom::waits_for_word_of_anybody(std::size_t viewer) const {
  const auto participants = tabs_[viewer]->participants();
  return std::any_of(participants.begin(), participants.end(),
                     [&](const auto& participant) { return waits_for_word(viewer, ParticipantSid(participant.first)); });
}

// A restarted server cannot know for a while that someone has gone while its peers were away.
bool SimRoom::sees_a_ghost(const Tab& tab) const {
  const auto participants = tab.participants();
  return server_has_restarted_ && std::any_of(participants.begin(), participants.end(), [&](const auto& participant) {
           const Tab* owner = owner_of(ParticipantSid(participant.first));
           return owner == nullptr || !owner->is_in_use();
         });
}

// ---- ends ------------------------------------------------------------------------------------------------------------------------------

// Once for each tab, when it is over.
void SimRoom::check_reason(std::size_t index) {
  Tab& tab = *tabs_[index];
  if (std::exchange(tab.over_was_checked, true)) return;
  const std::optional<int> code = tab.reason();
  if (!code) {
    if (tab.holdfast && tab.state() == AppModel::State::kConnecting && !tab.has_left)
      complain("promise", index, "over, and connect() has not settled");
    return;
  }
  figures_.add("ended with " + std::to_string(*code));
  const bool has_been_in = !tab.participant_sid().empty();
  if (!(has_been_in ? explains_end(tab, *code) : explains_failure(tab, *code)))
    complain("reason", index, (has_been_in ? "ended with " : "connect() failed with ") + std::to_string(*code) + ", for no reason");
}

bool SimRoom::explains_end(const Tab& tab, int code) const {
  // What rsp.md calls D1 to D3: the official client may give up by itself, for signaling or media, once there was any trouble. The links to
  // a page that keeps its session die with it, while its participant stays.
  const auto has_gone_and_stays = [](const auto& other) { return other->person.keeps_session && other->page->is_gone(); };
  const bool official_gives_up =
      tab.official && (breaks_signaling_ || breaks_media_ || std::any_of(tabs_.begin(), tabs_.end(), has_gone_and_stays));
  const bool is_late = was_away_for_long(tab, plan_.session_timeout + kAdoption);
  switch (code) {
    case code::kAccessTokenExpired:
      return explains_expiry(tab);
    case code::kDuplicateIdentity:
      return tab.was_superseded;
    case code::kRoomCompleted:
      return tab.room_was_completed;
    case code::kSignalingDisconnected:
      return tab.was_removed || official_gives_up;
    case code::kParticipantNotFound:
      return !tab.person.rejoins && (server_dropped(tab) || (server_has_restarted_ && (tab.room_was_completed || is_late)));
    case code::kSignalingConnection:
      return (!tab.person.rejoins && (was_away_for_long(tab, plan_.session_timeout) || tab.token_function_failed)) || official_gives_up;
    case code::kMediaConnection:
    case code::kMediaDtls:
      return official_gives_up || (media_was_lost_for_long() && time_.now() - tab.saw_somebody_at >= plan_.session_timeout - kSlack);
    default:
      return false;
  }
}

bool SimRoom::explains_failure(const Tab& tab, int code) const {
  switch (code) {
    case code::kAccessTokenExpired:
      return explains_expiry(tab);
    case code::kDuplicateIdentity:
      return tab.was_superseded;
    case code::kRoomCompleted:
      return tab.room_was_completed;
    case code::kSignalingServerBusy:
      return tab.was_called_busy;
    case code::kSignalingDisconnected:
      return tab.was_removed || tab.page_went;
    case code::kSignalingConnection:
      return !tab.signaling.is_calm(time_.now(), kConnectPatience) || tab.browser_failed;
    case code::kMediaConnection:
    case code::kClientLocalDescription:
      return tab.browser_failed;
    default:
      return false;
  }
}

// Without a stretch between in which it would have come back.
bool SimRoom::was_away_for_long(const Tab& tab, Millis length) const {
  return tab.signaling.has_been() && time_.now() - tab.signaling.well_until(time_.now()) >= length - kSlack;
}

bool SimRoom::media_was_lost_for_long() const {
  // What a browser is told to fail at may come to pass long after.
  if (std::any_of(tabs_.begin(), tabs_.end(), [](const auto& tab) { return tab->browser_failed; })) return true;
  return media_trouble_.has_been() && time_.now() - media_trouble_.well_until(time_.now()) >= plan_.session_timeout - kSlack;
}

bool SimRoom::server_dropped(const Tab& tab) const { return left_.count(tab.participant_sid()) > 0; }

// The server says that it has dropped someone for having been silent, or that someone has left.
void SimRoom::check_server_drops(const roomserver::ParticipantLeft& left) {
  const Tab* tab = owner_of(left.participant);
  if (tab == nullptr || tab->has_left || tab->page->is_gone() || tab->was_removed || tab->room_was_completed || tab->is_over()) return;
  if (left.reason == 0 && !tab->may_look_gone) complain("reason", index_of(*tab), "has left, as the server believes");
  if (left.reason == code::kSignalingDisconnected && !was_away_for_long(*tab, kShortestHold))
    complain("reason", index_of(*tab), "dropped by the server for no reason");
}

}  // namespace holdfast::sim
