// What must be true after every step, whatever has happened.
#include <variant>

#include "rsp/wire/codec.hpp"
#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

// Nothing that one input causes is ever this much.
constexpr std::size_t kMostEffects = 300;
constexpr std::size_t kMostServerEffects = 1000;
constexpr std::size_t kMostPeers = 16;
// Three heartbeats, and what a page may need to be itself again.
constexpr Millis kHungPage = 20_s;

}  // namespace

void SimRoom::check(std::size_t index, const Batch& batch, Instant page_time) {
  const Tab& tab = *tabs_[index];
  if (!tab.app.complaint.empty()) complain(tab.app.complaint_checker, index, tab.app.complaint);
  if (tab.official && !tab.browser_failed && !tab.official->complaint().empty() && !is_told_less(tab))
    complain("official", index, tab.official->complaint());
  if (tab.holdfast && !tab.holdfast->is_consistent()) complain("consistency", index, "the client is inconsistent");
  if (media_.error_count() > 0) complain("browser", index, "a call that no browser would have allowed");
  if (media_.lacks_candidates()) complain("media", index, "candidates of a description that came back were not given again");
  if (network_.open_sockets(index) > 1) complain("socket", index, "more than one socket");
  if (tab.holdfast && batch.next_deadline && *batch.next_deadline <= page_time)
    complain("timer", index, "a deadline that has passed already");
  if (batch.effects.size() > kMostEffects) complain("bound", index, "a batch without bounds");
  if (media_.open_peers(index) > kMostPeers) complain("bound", index, "peer connections without bounds");
  if (tab.page->has_overflowed() || network_.has_overflowed()) complain("bound", index, "a queue without bounds");
  check_heartbeats(index);
  if (tab.is_over()) {
    if (network_.open_sockets(index) > 0) complain("socket", index, "over with a socket");
    if (tab.holdfast && media_.open_peers(index) > 0) complain("media", index, "over with a peer connection");
    if (batch.next_deadline) complain("timer", index, "over with a timer");
    check_reason(index);
  } else if (tab.state() == AppModel::State::kDisconnected) {
    complain("consistency", index, "disconnected, but not over");
  }
}

void SimRoom::check_server(const roomserver::Input& input, const roomserver::Batch& batch) {
  if (!server_->is_consistent()) complain("consistency", "the server is inconsistent");
  if (batch.effects.size() > kMostServerEffects) complain("bound", "a batch of the server without bounds");
  if (batch.next_deadline && *batch.next_deadline <= Instant{} + (time_.now() - server_start_))
    complain("timer", "a deadline of the server that has passed already");
  if (const auto wrong = watch_.look(input, batch, server_->rooms(), time_.now())) complain(wrong->checker, wrong->text);
  for (const std::string& participant : watch_.take_hung()) check_hung(participant);

  // Only room messages change tracks; those are longer than a heartbeat.
  constexpr std::size_t kHeartbeat = 40;
  const auto* text = std::get_if<roomserver::SocketText>(&input);
  if (!std::holds_alternative<roomserver::TokenVerdict>(input) && (text == nullptr || text->text.size() < kHeartbeat)) return;
  for (const roomserver::ParticipantSnapshot& participant : present())
    for (const backend::RemoteTrack& track : participant.tracks)
      check_mute("server", participant.sid, track.sid, track.name, track.enabled);
}

// What one official client had told of its candidates before the server was restarted it never says again (docs/protocol.md 7.5), and the
// other gets a shorter list.
bool SimRoom::is_told_less(const Tab& tab) const {
  return server_has_restarted_ && tab.official->complaint() == "a list of candidates that has shrunk" &&
         std::any_of(tabs_.begin(), tabs_.end(), [&](const auto& other) { return other.get() != &tab && other->official; });
}

// A page that runs and is seen sends its heartbeats.
void SimRoom::check_hung(const std::string& participant) {
  const Tab* tab = owner_of(ParticipantSid(participant));
  if (tab != nullptr && tab->is_in_use() && tab->page->is_running() && tab->page->is_visible() &&
      tab->signaling.is_calm(time_.now(), kHungPage))
    complain("notice", index_of(*tab), "its page is called hung, and runs");
}

// ---- mute ------------------------------------------------------------------------------------------------------------------------------

void SimRoom::check_mute(const std::string& viewer, const ParticipantSid& participant, const TrackSid& sid, const std::string& name,
                         bool enabled) {
  // A participant whose own client has not heard of it yet has not muted anything either.
  const Tab* owner = publisher_of(participant, sid);
  if (owner == nullptr) return;
  if (!mutes_.sees(viewer, sid.value, index_of(*owner), name, enabled))
    complain("mute", "the " + viewer + " sees " + name + " of " + owner->name + " enabled, which it has not been again");
}

// With which tracks a tab asks to be let in.
void SimRoom::note_question(std::size_t index, const std::string& text) {
  const auto decoded = rsp::decode_client_frame(text);
  const auto* frame = std::get_if<rsp::ClientFrame>(&decoded);
  const auto* hello = frame != nullptr ? std::get_if<rsp::Hello>(frame) : nullptr;
  const auto* connect = hello != nullptr && hello->body ? std::get_if<rsp::Connect>(&*hello->body) : nullptr;
  if (connect == nullptr) return;
  tabs_[index]->asked_with.clear();
  for (const auto& track : connect->participant.tracks)
    if (track.enabled) tabs_[index]->asked_with.insert(track.name);
}

void SimRoom::check_mutes(std::size_t viewer, const effect::Event& event) {
  const std::string& who = tabs_[viewer]->name;
  const auto check_all = [&](const effect::ParticipantModel& participant) {
    for (const effect::TrackModel& track : participant.tracks) check_mute(who, participant.sid, track.sid, track.name, track.enabled);
  };
  const auto check_one = [&](const ParticipantSid& participant, const TrackSid& sid) {
    const auto& all = tabs_[viewer]->app.participants;
    const auto seen = all.find(participant.value);
    if (seen == all.end() || seen->second.tracks.count(sid.value) == 0) return;  // a complaint already
    const effect::TrackModel& track = seen->second.tracks.at(sid.value).model;
    check_mute(who, participant, sid, track.name, track.enabled);
  };
  if (const auto* room = std::get_if<effect::RoomConnected>(&event))
    for (const effect::ParticipantModel& participant : room->participants) check_all(participant);
  if (const auto* joined = std::get_if<effect::ParticipantConnected>(&event)) check_all(joined->participant);
  if (const auto* published = std::get_if<effect::TrackPublished>(&event)) check_one(published->participant, published->track.sid);
  if (const auto* on = std::get_if<effect::TrackEnabled>(&event)) check_one(on->participant, on->track);
  if (const auto* off = std::get_if<effect::TrackDisabled>(&event)) check_one(off->participant, off->track);
}

// Another participant's media have other names, also if it is the same person again: whoever still has the old ones would take them for
// those.
void SimRoom::check_names(std::size_t viewer, const effect::Event& event) {
  const auto* media = std::get_if<effect::TrackSubscribed>(&event);
  if (media == nullptr) return;
  if (names_.emplace(media->media_id.value, media->participant).first->second != media->participant)
    complain("names", viewer, media->media_id.value + " was another participant's");
}

}  // namespace holdfast::sim
