#include "sim_room.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>
#include <variant>

#include "../unit/room/event_text.hpp"

namespace holdfast::sim {

namespace {

constexpr Millis kTrouble = 25_s;  // how long things break

roomserver::Config config_of(Millis session_timeout) {
  roomserver::Config config;
  config.secret = "simulation";
  config.wall_clock_at_start_ms = 1'700'000'000'000;
  config.session_timeout = session_timeout;
  return config;
}

std::string text_of(const backend::RemoteTrack& track) {
  return track.sid.value + "/" + std::to_string(static_cast<int>(track.kind)) + "/" + track.name + (track.enabled ? "/on/" : "/off/") +
         std::to_string(static_cast<int>(track.priority));
}

}  // namespace

SimRoom::SimRoom(std::uint64_t seed, bool verbose)
    : verbose_(verbose),
      random_(seed),
      people_(2 + random_.below(2)),
      session_timeout_(1000 * some(4, 15)),
      gentle_(random_.chance(1, 2)),
      server_(config_of(session_timeout_)),
      network_(
          time_, random_.next(), [this](std::size_t tab, const Input& input) { give(tab, input); },
          [this](const roomserver::Input& input) { give_server(input); }),
      media_(
          time_, random_.next(), [this](std::size_t tab, const Input& input) { give(tab, input); },
          [this](std::size_t a, std::size_t b) { return can_reach(a, b); }),
      tab_of_(people_) {}

std::string SimRoom::options() const {
  return std::to_string(people_) + " people, session timeout " + std::to_string(session_timeout_.count) + " ms, " +
         (gentle_ ? "short faults" : "faults of any length");
}

std::string SimRoom::run() {
  for (std::size_t person = 0; person < people_; ++person)
    time_.after(some(0, 1500), [this, person] {
      join(person);
      act(person);
    });
  run_until(time_.now() + kTrouble);
  heal();
  run_until(time_.now() + session_timeout_ + 20_s);
  check_agreement();
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab)
    if (is_in_use(tab)) leave(tab);
  run_until(time_.now() + session_timeout_ + 5_s);
  check_all_over();
  figures_.add("virtual s", time_.now().ms / 1000);
  return complaint_;
}

void SimRoom::run_until(Instant end) {
  while (!has_ended() && time_.step(end)) {
  }
}

void SimRoom::say(const std::string& text) {
  if (verbose_) std::printf("%8.3f  %s\n", static_cast<double>(time_.now().ms) / 1000.0, text.c_str());
}

void SimRoom::complain(const std::string& text) {
  if (!has_ended()) complaint_ = "at " + std::to_string(time_.now().ms) + " ms: " + text;
}

// ---- the machines -----------------------------------------------------------------------------------------------------------------------

void SimRoom::give_server(const roomserver::Input& input) {
  if (has_ended()) return;
  const roomserver::Batch batch = server_.handle(input, time_.now());
  if (!server_.is_consistent()) complain("the server is inconsistent");
  for (const roomserver::Effect& effect : batch.effects) perform(effect);
  const std::uint64_t timer = ++server_timer_;
  if (batch.next_deadline)
    time_.at(*batch.next_deadline, [this, timer] {
      if (timer == server_timer_) give_server(roomserver::Tick{});
    });
}

void SimRoom::perform(const roomserver::Effect& effect) {
  if (network_.perform(effect)) return;
  if (const auto* verify = std::get_if<roomserver::VerifyToken>(&effect)) {
    // A token is the identity itself, and always good.
    time_.after(some(0, 5), [this, op = verify->op, identity = verify->token] {
      give_server(roomserver::TokenVerdict{op, 0, identity, ""});
    });
  } else if (const auto* joined = std::get_if<roomserver::ParticipantJoined>(&effect)) {
    say("server: " + joined->identity + " joined as " + joined->participant.value);
    figures_.add("joins");
  } else if (const auto* left = std::get_if<roomserver::ParticipantLeft>(&effect)) {
    say("server: " + left->identity + " left " + std::to_string(left->reason));
  } else if (const auto* log = std::get_if<roomserver::Log>(&effect)) {
    say("server: " + log->message);
  }
}

void SimRoom::give(std::size_t index, const Input& input) {
  Tab& tab = *tabs_[index];
  if (tab.gone || has_ended()) return;
  if (tab.frozen) {
    tab.waiting.push_back(input);
    return;
  }
  figures_.add("inputs");
  take_batch(index, tab.client->handle(input, time_.now()));
}

void SimRoom::take_batch(std::size_t index, const Batch& batch) {
  Tab& tab = *tabs_[index];
  set_timer(index, batch.next_deadline);
  bool has_emitted = false;
  for (const Effect& effect : batch.effects) {
    if (const auto* emit = std::get_if<effect::Emit>(&effect)) {
      has_emitted = true;
      say(tab.identity + std::to_string(index) + ": " + std::visit(test::EventText{}, emit->event));
      tab.app.take(*emit);
      continue;
    }
    if (const auto* log = std::get_if<effect::Log>(&effect)) {
      say(tab.identity + std::to_string(index) + " log: " + log->message);
      continue;
    }
    if (has_emitted) complain(tab.identity + ": a network effect after an event");
    if (!network_.perform(index, effect) && !media_.perform(index, effect)) complain("an effect that nobody performs");
  }
  check(index);
}

void SimRoom::set_timer(std::size_t index, std::optional<Instant> deadline) {
  const std::uint64_t timer = ++tabs_[index]->timer;
  if (deadline)
    time_.at(*deadline, [this, index, timer] {
      if (timer == tabs_[index]->timer) give(index, input::Tick{});
    });
}

// What holds after every step.
void SimRoom::check(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string who = tab.identity + std::to_string(index);
  if (!tab.app.complaint.empty()) complain(who + ": " + tab.app.complaint);
  if (!tab.client->is_consistent()) complain(who + ": the client is inconsistent");
  if (media_.error_count() > 0) complain(who + ": a call that no browser would have allowed");
  if (network_.open_sockets(index) > 1) complain(who + ": more than one socket");
  const bool over = tab.client->is_over();
  if (over && network_.open_sockets(index) + media_.open_peers(index) > 0) complain(who + ": over with something open");
  if (!over && tab.app.state == AppModel::State::kDisconnected) complain(who + ": disconnected, but not over");
}

// ---- what people do
// -----------------------------------------------------------------------------------------------------------------------

void SimRoom::join(std::size_t person) {
  const std::size_t index = network_.add_client();
  tab_of_[person] = index;
  tabs_.push_back(std::make_unique<Tab>());
  for (std::vector<bool>& row : cut_) row.resize(index + 1);
  cut_.emplace_back(index + 1);

  Tab& tab = *tabs_[index];
  tab.identity = std::string(1, static_cast<char>('A' + person));
  tab.client = std::make_unique<Client>(random_.next());
  say(tab.identity + std::to_string(index) + " joins");
  input::Connect connect;
  connect.url = "wss://rooms.example/signaling";
  connect.token = tab.identity;
  connect.room_name = "room";
  connect.ice_servers_given = random_.chance(1, 4);
  for (std::uint32_t count = random_.below(3); count > 0; --count) {
    const backend::LocalTrack track = new_track();
    tab.tracks[track.id.value] = track;
    tab.app.publish(track.id);
    connect.tracks.push_back(track);
  }
  give(index, connect);
}

// Every now and then, until things heal.
void SimRoom::act(std::size_t person) {
  time_.after(some(50, 3000), [this, person] {
    if (healed_) return;
    const std::size_t tab = tab_of_[person];
    if (!is_in_use(tab)) {
      if (random_.chance(1, 2)) join(person);
    } else if (!tabs_[tab]->frozen) {
      act_once(tab);
    }
    act(person);
  });
}

void SimRoom::act_once(std::size_t tab) {
  struct Choice {
    std::uint32_t percent;
    void (SimRoom::*act)(std::size_t tab);
  };
  static constexpr Choice kChoices[] = {
      {22, &SimRoom::publish},     {10, &SimRoom::unpublish}, {12, &SimRoom::toggle},
      {4, &SimRoom::set_priority}, {10, &SimRoom::reset},     {10, &SimRoom::lose_host},
      {12, &SimRoom::cut_media},   {5, &SimRoom::freeze},     {9, &SimRoom::hear_of_page_or_network},
      {2, &SimRoom::leave},        {2, &SimRoom::close_tab},  {2, &SimRoom::crash},
  };
  std::uint32_t draw = random_.below(100);
  for (const Choice& choice : kChoices) {
    if (draw < choice.percent) return (this->*choice.act)(tab);
    draw -= choice.percent;
  }
}

std::string SimRoom::pick(const std::map<std::string, backend::LocalTrack>& tracks) {
  if (tracks.empty()) return "";
  auto entry = tracks.begin();
  std::advance(entry, random_.below(static_cast<std::uint32_t>(tracks.size())));
  return entry->first;
}

// The fake browser knows the kind of a track by the first letter of its id.
backend::LocalTrack SimRoom::new_track() {
  const std::uint32_t kind = random_.below(3);
  const std::string name = std::string(1, "avd"[kind]) + std::to_string(next_track_++);
  return {SignaledId(name), backend::TrackKind(kind), name, kind == 2 || random_.chance(3, 4), {}};
}

void SimRoom::publish(std::size_t index) {
  Tab& tab = *tabs_[index];
  if (tab.tracks.size() >= 5) return;
  const backend::LocalTrack track = new_track();
  say(tab.identity + " publishes " + track.id.value);
  tab.tracks[track.id.value] = track;
  tab.app.publish(track.id);
  figures_.add("published");
  give(index, input::Publish{track});
}

void SimRoom::unpublish(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab.tracks);
  if (id.empty()) return;
  say(tab.identity + " unpublishes " + id);
  tab.tracks.erase(id);
  tab.app.unpublish(SignaledId(id));
  give(index, input::Unpublish{SignaledId(id)});
}

void SimRoom::toggle(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab.tracks);
  if (id.empty() || tab.tracks[id].kind == backend::TrackKind::kData) return;
  tab.tracks[id].enabled = !tab.tracks[id].enabled;
  say(tab.identity + (tab.tracks[id].enabled ? " unmutes " : " mutes ") + id);
  give(index, input::SetTrackEnabled{SignaledId(id), tab.tracks[id].enabled});
}

void SimRoom::set_priority(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab.tracks);
  if (id.empty()) return;
  tab.tracks[id].priority = backend::Priority(random_.below(3));
  give(index, input::SetTrackPriority{SignaledId(id), tab.tracks[id].priority});
}

void SimRoom::leave(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(tab.identity + " leaves");
  tab.app.leave();
  give(index, input::Disconnect{});
  if (!tab.client->is_over()) complain(tab.identity + ": disconnect() did not end it at once");
  tab.gone = true;
}

void SimRoom::close_tab(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(tab.identity + " closes the tab");
  const bool handlers_run = random_.chance(1, 2);
  if (handlers_run) {
    if (tab.app.state != AppModel::State::kConnecting) tab.app.leave();
    give(index, input::Page{input::PageEvent::kPageHide, false});
    if (!tab.client->is_over()) complain(tab.identity + ": the page has gone and the client has not");
  }
  tab.gone = true;
  network_.close_page(index);
  media_.close_page(index);
}

void SimRoom::crash(std::size_t index) {
  if (gentle_) return;
  say(tabs_[index]->identity + " crashes");
  tabs_[index]->gone = true;
  network_.set_up(index, false);
  media_.close_page(index);
  figures_.add("crashes");
}

void SimRoom::freeze(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(tab.identity + " freezes");
  figures_.add("freezes");
  give(index, input::Page{input::PageEvent::kFreeze, false});
  tab.frozen = true;
  time_.after(gentle_ ? some(100, 2000) : some(100, 20000), [this, index] { thaw(index); });
}

// Chromium kills the socket of a frozen page when it thaws.
void SimRoom::thaw(std::size_t index) {
  Tab& tab = *tabs_[index];
  if (!std::exchange(tab.frozen, false)) return;
  say(tab.identity + " thaws");
  if (random_.chance(1, 2)) give(index, input::Page{input::PageEvent::kResume, false});
  if (random_.chance(1, 2)) network_.reset(index);
  for (const Input& input : std::exchange(tab.waiting, {})) give(index, input);
}

// ---- what happens to them
// -----------------------------------------------------------------------------------------------------------------

void SimRoom::hear_of_page_or_network(std::size_t index) {
  using input::PageEvent;
  switch (random_.below(4)) {
    case 0:
      return give(index, input::Page{PageEvent::kBeforeUnload, false});
    case 1:
      return give(index, input::Page{PageEvent::kHidden, false});
    case 2:
      return give(index, input::Page{PageEvent::kVisible, false});
    default:
      return give(index, input::Network{input::NetworkEvent::kChanged});
  }
}

void SimRoom::reset(std::size_t index) {
  say("reset of " + tabs_[index]->identity);
  figures_.add("resets");
  network_.reset(index);
}

void SimRoom::lose_host(std::size_t index) {
  say(tabs_[index]->identity + " loses its host");
  figures_.add("lost hosts");
  network_.set_up(index, false);
  time_.after(gentle_ ? some(100, 3000) : some(100, 20000), [this, index] {
    if (tabs_[index]->gone || network_.is_up(index)) return;
    say(tabs_[index]->identity + " has its host again");
    network_.set_up(index, true);
  });
}

void SimRoom::cut_media(std::size_t index) {
  const std::size_t other = random_.below(static_cast<std::uint32_t>(tabs_.size()));
  if (other == index) return;
  say("no media between " + tabs_[index]->identity + " and " + tabs_[other]->identity);
  figures_.add("media cuts");
  cut_[index][other] = cut_[other][index] = true;
  time_.after(gentle_ ? some(500, 6000) : some(500, 30000), [this, index, other] {
    if (cut_[index][other]) say("media between " + tabs_[index]->identity + " and " + tabs_[other]->identity);
    cut_[index][other] = cut_[other][index] = false;
  });
}

bool SimRoom::can_reach(std::size_t a, std::size_t b) const {
  return network_.is_up(a) && network_.is_up(b) && !tabs_[a]->gone && !tabs_[b]->gone && !cut_[a][b];
}

void SimRoom::heal() {
  say("everything heals");
  healed_ = true;
  for (std::vector<bool>& row : cut_) std::fill(row.begin(), row.end(), false);
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    if (tabs_[tab]->gone) continue;
    network_.set_up(tab, true);
    thaw(tab);
  }
}

// ---- at rest
// --------------------------------------------------------------------------------------------------------------------------------

void SimRoom::check_agreement() {
  if (has_ended()) return;
  const std::vector<roomserver::RoomSnapshot> rooms = server_.rooms();
  const auto present = rooms.empty() ? std::vector<roomserver::ParticipantSnapshot>{} : rooms[0].participants;
  std::size_t live = 0;
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    const AppModel& app = tabs_[tab]->app;
    figures_.add("reconnects", app.reconnecting_count);
    if (app.reason) figures_.add("ended " + std::to_string(app.reason->code));
    if (!is_in_use(tab)) continue;
    ++live;
    check_agreement(tab, present);
  }
  if (present.size() != live) complain(std::to_string(live) + " tabs in use, but " + std::to_string(present.size()) + " at the server");
}

void SimRoom::check_agreement(std::size_t index, const std::vector<roomserver::ParticipantSnapshot>& present) {
  const Tab& tab = *tabs_[index];
  const std::string who = tab.identity + std::to_string(index) + ": ";
  if (tab.app.state != AppModel::State::kConnected) return complain(who + "not connected at rest");
  if (tab.app.participants.size() + 1 != present.size()) return complain(who + "other participants than at the server");
  for (const auto& [id, publishing] : tab.app.publishing)
    if (publishing == AppModel::Publishing::kPending) complain(who + "the server never answered for " + id);
  for (const roomserver::ParticipantSnapshot& real : present) {
    if (real.state != backend::ParticipantState::kConnected) complain("the server calls " + real.identity + " reconnecting at rest");
    if (real.sid.value == tab.app.participant_sid) {
      if (real.tracks.size() != tab.tracks.size()) complain(who + "other tracks at the server than wanted");
      for (const backend::RemoteTrack& track : real.tracks)
        for (const auto& [id, wanted] : tab.tracks)
          if (wanted.name == track.name && (wanted.enabled != track.enabled || wanted.priority != track.priority))
            complain(who + id + " is not at the server as wanted");
      continue;
    }
    const auto seen = tab.app.participants.find(real.sid.value);
    if (seen == tab.app.participants.end()) return complain(who + "does not know " + real.identity);
    if (seen->second.reconnecting) complain(who + real.identity + " is reconnecting at rest");
    check_tracks(who + real.identity, seen->second, real);
  }
}

void SimRoom::check_tracks(const std::string& where, const AppModel::Participant& seen, const roomserver::ParticipantSnapshot& real) {
  std::set<std::string> expected;
  std::set<std::string> found;
  for (const backend::RemoteTrack& track : real.tracks) expected.insert(text_of(track));
  for (const auto& [sid, track] : seen.tracks) {
    found.insert(text_of({track.model.sid, track.model.kind, track.model.name, track.model.enabled, track.model.priority}));
    if (!track.subscribed) complain(where + "'s " + track.model.name + " is not subscribed at rest");
  }
  if (expected != found) complain(where + " has other tracks than at the server");
}

void SimRoom::check_all_over() {
  if (has_ended()) return;
  if (!server_.rooms().empty()) complain("the server keeps a room that everyone has left");
  for (const auto& tab : tabs_) {
    const AppModel& app = tab->app;
    const int open = app.reconnecting_count - app.reconnected_count;
    if (open < 0 || open > 1) complain(tab->identity + ": reconnecting and reconnected do not match");
  }
}

}  // namespace holdfast::sim
