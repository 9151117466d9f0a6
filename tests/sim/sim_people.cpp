// What people do in a simulated room.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

constexpr std::size_t kMostTracks = 5;
constexpr Millis kForEver{std::int64_t{1} << 52};
constexpr std::size_t kNameTooLong = 129;  // characters (docs/protocol.md 6.5)

}  // namespace

void SimRoom::carry_out(Step step) {
  const Person* person = plan_.find(step.who);
  step.length = Millis{std::min(step.length.count, plan_.trouble.count - time_.now().ms)};
  if (has_ended() || person == nullptr) return;
  if (story_ != nullptr) say("step " + std::to_string(step.number) + ": " + step.who + " " + kind_of(step.what).words);
  Prng dice(step.dice);
  const std::optional<std::size_t> tab = tab_of(step.who);
  const bool is_in = tab && tabs_[*tab]->is_in_use();
  if (step.what == What::kJoin ? !is_in : step.what == What::kSecondTab) return join(*person, dice, is_in);
  if (!is_in) return;
  figures_.add(kind_of(step.what).words);
  switch (kind_of(step.what).group) {
    case Group::kPeople:
    case Group::kHost:
      return carry_out_for_people(step, *tab);
    case Group::kSignaling:
      return break_signaling(step, *tab);
    case Group::kPath:
      return break_way(step, *tab);
    case Group::kMedia:
      return break_media(step, *tab);
    case Group::kPage:
      return disturb_page(step, *tab);
    case Group::kServer:
      return disturb_server(step, *tab);
  }
}

void SimRoom::carry_out_for_people(const Step& step, std::size_t index) {
  Tab& tab = *tabs_[index];
  Prng dice(step.dice);
  if (step.what == What::kRemove) {
    for (const auto& each : tabs_)
      if (each->identity == tab.identity) each->was_removed = true;
    return network_.run_in_server([this, identity = tab.identity] { give_server(roomserver::RemoveParticipant{"room", identity}); });
  }
  if (step.what == What::kCompleteRoom) {
    for (const auto& each : tabs_) each->room_was_completed = true;
    return network_.run_in_server([this] { give_server(roomserver::CompleteRoom{"room"}); });
  }
  if (step.what == What::kCloseTab) return close_tab(index, dice);
  // Nothing can be clicked in a page that stands still.
  if (!tab.page->is_running()) return;
  switch (step.what) {
    case What::kLeave:
      return leave(index);
    case What::kReload:
      return reload(index, dice);
    case What::kPublish:
      return publish(index, dice);
    case What::kUnpublish:
      return unpublish(index, pick(tab, dice));
    case What::kPublishAgain:
      return publish_again(index, dice);
    case What::kMute:
      return mute(index, dice);
    case What::kPriority:
      return set_priority(index, dice);
    case What::kReconnectNow:
      return reconnect_now(index);
    case What::kWish:
      wish(index, dice);
      return rate(index, dice);
    default:
      return;
  }
}

// ---- coming and going ----------------------------------------------------------------------------------------------------------------

// A person who was here before mostly publishes the same tracks again, muted as they were.
void SimRoom::join(const Person& person, Prng& dice, bool is_second_tab) {
  std::map<std::string, backend::LocalTrack> before;
  if (const auto last = tab_of(person.name); last && dice.chance(3, 4)) before = tabs_[*last]->tracks;
  // Whichever connects later ends the other.
  bool is_second = false;
  for (const auto& other : tabs_)
    if (other->person.name == person.name && other->is_in_use()) is_second = other->was_superseded = true;

  const std::size_t index = tabs_.size();
  const bool is_firefox = person.browser == Browser::kFirefox;
  tabs_.push_back(std::make_unique<Tab>(person, index, seed_of(100 + index)));
  network_.add_client(person.browser);
  media_.add_client({person.is_official && !is_firefox, person.is_official, is_firefox});
  Tab& tab = *tabs_[index];
  tab.joined_at = time_.now();
  tab.was_superseded = is_second;
  tab.page = std::make_unique<Page>(
      time_, seed_of(200 + index), [this, index](const Input& input, Instant now) { take(index, input, now); }, person.browser);
  share_server_trouble(index);
  say(tab.name + " joins");

  input::Connect connect;
  connect.url = "wss://rooms.example/signaling";
  connect.rejoins = person.rejoins;
  connect.dominant_speaker = true;
  if (person.rejoins) connect.reconnect_limit = kForEver;
  connect.renews_token = person.makes_tokens;
  if (!person.makes_tokens) connect.token = make_token(index);
  connect.token_lifetime = lifetime_of(tab, connect.token);
  connect.room_name = "room";
  connect.keeps_session = person.keeps_session;
  connect.session = take_session(index, is_second_tab);
  connect.ice_servers_given = person.brings_ice_servers;
  connect.page_lifecycle = person.leaves_with_page;
  for (std::uint32_t i = 0; i < person.tracks && before.empty(); ++i) {
    const backend::LocalTrack track = new_track(dice);
    before[track.id.value] = track;
  }
  for (auto& [id, track] : before) {
    track.id = new_id(track.kind);
    tab.tracks[track.id.value] = track;
    tab.app.publish(track.id);
    if (track.enabled) mutes_.enabled(index, track.name);
    connect.tracks.push_back(track);
  }
  // Opened in the background: hidden before there is anybody to hear of it.
  if (plan_.has(What::kHide) && dice.chance(1, 6)) hide(index, Millis{500 + dice.below(8000)});
  // A browser that never makes its first offer.
  if (plan_.has(What::kLoseAnswer) && tab.holdfast && dice.chance(1, 10)) {
    tab.browser_failed = true;
    media_trouble_.strike(time_.now());
    media_.lose_first_answer(index);
  }
  tab.page->deliver(connect);
  if (dice.chance(1, 20)) {
    time_.after(Millis{dice.below(400)}, [this, index] {
      if (tabs_[index]->is_in_use() && tabs_[index]->page->is_running()) leave(index);
    });
  }
  if (plan_.has(What::kSlowTokens) && tab.holdfast && !person.makes_tokens && dice.chance(1, 4)) wait_for_host(index);
}

void SimRoom::leave(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(tab.name + " leaves");
  tab.app.leave();
  tab.has_left = true;
  tab.left_at = time_.now();
  tab.page->deliver(input::Disconnect{});
  if (tab.page->is_running() && !tab.is_over()) complain("promise", index, "disconnect() did not end it at once");
}

// With handlers a page of ours says goodbye by itself, and an app with the official client may have thought of it.
void SimRoom::close_tab(std::size_t index, Prng& dice) {
  Tab& tab = *tabs_[index];
  const bool handlers_run = dice.chance(1, 2);
  say(tab.name + " closes its tab" + (handlers_run ? "" : " without a word"));
  if (tab.page->can_run_handlers() && handlers_run && tab.official && dice.chance(1, 2)) tab.page->deliver(input::Disconnect{});
  close_page(index, handlers_run, false);
  // A tab that is opened again has what it had stored.
  if (tab.person.keeps_session && dice.chance(1, 2)) kept_.erase(tab.person.name);
}

void SimRoom::close_page(std::size_t index, bool handlers_run, bool sockets_first) {
  Tab& tab = *tabs_[index];
  const bool leaves = handlers_run && tab.page->can_run_handlers() && tab.holdfast && tab.person.leaves_with_page;
  const bool keeps = leaves && tab.keeps_session();
  tab.has_left = tab.page_went = true;
  tab.left_at = time_.now();
  if (leaves && !keeps && tab.app.state != AppModel::State::kConnecting) tab.app.lose_page();
  tab.page->close(handlers_run, [&] {
    if (sockets_first) network_.close_sockets(index);
  });
  if (leaves && !keeps && !tab.is_over()) complain("promise", index, "the page has gone and the client has not");
  // Its limit may be noticed as late as that, where timers were held back: nothing is left to keep.
  const bool was_over = tab.is_over() && tab.reason() == code::kSignalingConnection;
  if (keeps && !was_over && (kept_.count(tab.person.name) == 0 || kept_.at(tab.person.name).tab != index))
    complain("reload", index, "its page has gone, and its session is not kept");
  network_.close_page(index);
  media_.close_page(index);
}

// ---- tracks ----------------------------------------------------------------------------------------------------------------------------

// The models of browsers know the kind of a track by the first letter of its id.
backend::LocalTrack SimRoom::new_track(Prng& dice) {
  const std::uint32_t kind = dice.below(3);
  const std::string name = std::string(1, "AVD"[kind]) + std::to_string(next_track_++);
  return {new_id(backend::TrackKind(kind)), backend::TrackKind(kind), name, kind == 2 || dice.chance(3, 4), {}};
}

SignaledId SimRoom::new_id(backend::TrackKind kind) {
  return SignaledId(std::string(1, "avd"[static_cast<std::size_t>(kind)]) + std::to_string(next_track_++));
}

std::string SimRoom::pick(const Tab& tab, Prng& dice) const {
  if (tab.tracks.empty()) return "";
  auto entry = tab.tracks.begin();
  std::advance(entry, dice.below(static_cast<std::uint32_t>(tab.tracks.size())));
  return entry->first;
}

// Now and then under a name that the server does not accept.
void SimRoom::publish(std::size_t index, Prng& dice) {
  const Tab& tab = *tabs_[index];
  if (tab.tracks.size() >= kMostTracks) return;
  backend::LocalTrack track = new_track(dice);
  if (dice.chance(1, 20)) track.name.resize(kNameTooLong, 'x');
  if (const std::string other = pick(tab, dice); !other.empty() && dice.chance(1, 20)) track.name = tab.tracks.at(other).name;
  publish(index, track);
}

void SimRoom::publish(std::size_t index, const backend::LocalTrack& track) {
  Tab& tab = *tabs_[index];
  say(tab.name + " publishes " + track.id.value + (track.enabled ? "" : ", muted"));
  tab.tracks[track.id.value] = track;
  tab.app.publish(track.id);
  if (track.enabled) mutes_.enabled(index, track.name);
  tab.page->deliver(input::Publish{track});
}

void SimRoom::publish_again(std::size_t index, Prng& dice) {
  const std::string id = pick(*tabs_[index], dice);
  if (id.empty()) return;
  backend::LocalTrack track = tabs_[index]->tracks.at(id);
  unpublish(index, id);
  track.id = new_id(track.kind);
  publish(index, track);
}

void SimRoom::unpublish(std::size_t index, const std::string& id) {
  Tab& tab = *tabs_[index];
  if (id.empty()) return;
  say(tab.name + " unpublishes " + id);
  tab.tracks.erase(id);
  tab.app.unpublish(SignaledId(id));
  tab.page->deliver(input::Unpublish{SignaledId(id)});
}

void SimRoom::mute(std::size_t index, Prng& dice) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab, dice);
  if (id.empty() || tab.tracks[id].kind == backend::TrackKind::kData) return;
  backend::LocalTrack& track = tab.tracks[id];
  track.enabled = !track.enabled;
  say(tab.name + (track.enabled ? " unmutes " : " mutes ") + id);
  if (track.enabled) mutes_.enabled(index, track.name);
  tab.page->deliver(input::SetTrackEnabled{track.id, track.enabled});
}

void SimRoom::set_priority(std::size_t index, Prng& dice) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab, dice);
  if (id.empty()) return;
  tab.tracks[id].priority = backend::Priority(dice.below(3));
  tab.page->deliver(input::SetTrackPriority{SignaledId(id), tab.tracks[id].priority});
}

// Of one track, or of all that there are. An official client has nobody to tell.
void SimRoom::wish(std::size_t index, Prng& dice) {
  constexpr Size kSizes[] = {kNothing, kNothing, kNothing, {320, 180}, kWhole};
  Tab& tab = *tabs_[index];
  if (tab.official) return;
  std::vector<std::pair<ParticipantSid, TrackSid>> tracks;
  for (const auto& [sid, participant] : tab.app.participants)
    for (const auto& [track_sid, track] : participant.tracks)
      if (track.model.kind != backend::TrackKind::kData) tracks.emplace_back(sid, track_sid);
  if (tracks.empty()) return;
  const std::size_t chosen = dice.below(static_cast<std::uint32_t>(tracks.size()));
  const bool wants_all_so = dice.chance(1, 2);
  const Size size = kSizes[dice.below(std::size(kSizes))];
  tab.wished_at = time_.now();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    if (i != chosen && !wants_all_so) continue;
    const auto& [participant, track] = tracks[i];
    say(tab.name + " wants " + track.value + " in " + std::to_string(size.first) + " x " + std::to_string(size.second));
    tab.app.wish(participant, track, size);
    tab.page->deliver(input::WishTrack{{{}, track.value, size.first, size.second}});
  }
}

void SimRoom::rate(std::size_t index, Prng& dice) {
  Tab& tab = *tabs_[index];
  const std::int64_t quality = dice.below(backend::kBestQuality + 1);
  if (tab.official) return;
  say(tab.name + " calls its network " + std::to_string(quality));
  tab.page->deliver(input::Describe{quality});
}

}  // namespace holdfast::sim
