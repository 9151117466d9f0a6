#include "sim_room.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "../unit/room/event_text.hpp"

namespace holdfast::sim {

namespace {

constexpr std::int64_t kWallClockAtStart = 1'700'000'000'000;
constexpr Millis kSlowCheck = 18_s;  // longer than any client waits
constexpr Millis kUntilRest = 20_s;  // after the session timeout: the bound within which everyone alive must have converged
// An answer that a browser owes is waited for longer in a series of replacements (core: kAnswerTime, doubled).
constexpr Millis kUntilGivenUp = 16_s;
constexpr Millis kRest = 2_s;
constexpr std::uint64_t kMostSteps = 2'000'000;  // of one run, by far
constexpr Millis kUntilEmpty = 5_s;              // after the session timeout: nothing may be left of those who have gone

// A fault of signaling that lasts longer may break what is being negotiated.
constexpr Millis kGentle = 4_s;

bool is_rough(const Plan& plan) {
  for (const Step& step : plan.steps)
    if (kind_of(step.what).breaks_signaling && step.length > kGentle) return true;
  return false;
}

// What a client does with its connections, where the transitions do not tell; empty: not told.
std::string text_of(const Effect& effect) {
  const auto at = [](PeerId peer) { return " connection " + std::to_string(peer.value); };
  if (const auto* create = std::get_if<effect::CreatePeer>(&effect)) return "creates" + at(create->peer);
  if (const auto* close = std::get_if<effect::ClosePeer>(&effect)) return "closes" + at(close->peer);
  if (const auto* add = std::get_if<effect::AddTrack>(&effect)) return "adds " + add->id.value + " to" + at(add->peer) + "/" + add->mid;
  if (const auto* remove = std::get_if<effect::RemoveTrack>(&effect)) return "removes " + remove->id.value + " from" + at(remove->peer);
  return {};
}

}  // namespace

SimRoom::SimRoom(const Plan& plan, Coverage& coverage, Story* story)
    : plan_(plan),
      coverage_(coverage),
      story_(story),
      tokens_(seed_of(1)),
      network_(
          time_, seed_of(2), [this](std::size_t tab, const Input& input) { tabs_[tab]->page->deliver(input); },
          [this](const roomserver::Input& input) { give_server(input); }),
      media_(
          time_, seed_of(3), [this](std::size_t tab, const Input& input) { tabs_[tab]->page->deliver(input); },
          [this](std::size_t from, std::size_t to) { return can_reach(from, to); }),
      watch_(plan.session_timeout),
      breaks_signaling_(plan.has(&Kind::breaks_signaling)),
      breaks_media_(plan.has(&Kind::breaks_media) || is_rough(plan)) {
  start_server();
}

SimRoom::~SimRoom() { fsm::transition_observer = nullptr; }

std::string SimRoom::run() {
  fsm::transition_observer_data = this;
  fsm::transition_observer = [](const fsm::Transition& transition, void* room) { static_cast<SimRoom*>(room)->observe(transition); };

  for (const Step& step : plan_.steps) time_.at(Instant{} + step.at, [this, &step] { carry_out(step); });
  await_stranger();
  look_at_pairs();
  run_until(Instant{} + plan_.trouble);
  heal();
  run_until(time_.now() + plan_.session_timeout + kUntilRest + (plan_.has(What::kLoseAnswer) ? kUntilGivenUp : 0_ms));
  is_at_rest_ = true;
  remember_bytes();
  run_until(time_.now() + kRest);
  check_agreement();
  break_once_more();
  is_at_rest_ = false;
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab)
    if (tabs_[tab]->is_in_use()) leave(tab);
  run_until(time_.now() + plan_.session_timeout + kUntilEmpty);
  check_all_over();
  figures_.virtual_ms = time_.now().ms;
  return complaint_;
}

void SimRoom::run_until(Instant end) {
  while (!has_ended() && time_.step(end))
    if (++steps_ > kMostSteps) complain("bound", "a room that never rests");
}

void SimRoom::say(const std::string& text) {
  if (story_ != nullptr) story_->say(time_.now(), text);
}

void SimRoom::complain(const char* checker, const std::string& text) {
  if (!has_ended()) complaint_ = "[" + std::string(checker) + "] at " + std::to_string(time_.now().ms) + " ms: " + text;
}

void SimRoom::complain(const char* checker, std::size_t tab, const std::string& text) {
  if (!has_ended()) concerned_ = {tabs_[tab]->name, "server"};
  complain(checker, tabs_[tab]->name + ": " + text);
}

void SimRoom::observe(const fsm::Transition& transition) {
  coverage_.count(transition);
  // A connection that is fresh has missed nothing.
  const bool is_fresh = transition.from == "New" && transition.event == "Connected";
  if (transition.machine == "liveness" && transition.to == "Healthy" && transition.from != "Healthy" && !is_fresh) ++links_back_;
  if (story_ != nullptr) story_->transition(time_.now(), speaker_, transition);
}

// ---- the server ------------------------------------------------------------------------------------------------------------------------

void SimRoom::start_server() {
  server_start_ = time_.now();
  roomserver::Config config;
  config.secret = "simulation";
  config.wall_clock_at_start_ms = kWallClockAtStart + server_start_.ms;
  config.session_timeout = plan_.session_timeout;
  server_ = std::make_unique<roomserver::RoomServer>(std::move(config));
  watch_.start_anew();
  ++server_timer_;
}

void SimRoom::give_server(const roomserver::Input& input) {
  if (has_ended()) return;
  const std::string before = std::exchange(speaker_, "server");
  const roomserver::Batch batch = server_->handle(input, Instant{} + (time_.now() - server_start_));
  speaker_ = before;
  check_server(input, batch);
  take(batch);
}

void SimRoom::take(const roomserver::Batch& batch) {
  const std::uint64_t timer = ++server_timer_;
  for (const roomserver::Effect& effect : batch.effects) perform(effect);
  if (!batch.next_deadline) return;
  time_.at(server_start_ + (*batch.next_deadline - Instant{}), [this, timer] {
    network_.run_in_server([this, timer] {
      if (timer == server_timer_) give_server(roomserver::Tick{});
    });
  });
}

void SimRoom::perform(const roomserver::Effect& effect) {
  if (take_for_stranger(effect) || network_.perform(effect)) return;
  if (const auto* question = std::get_if<roomserver::VerifyToken>(&effect)) {
    verify(*question);
  } else if (const auto* joined = std::get_if<roomserver::ParticipantJoined>(&effect)) {
    say("server: " + joined->identity + " joined as " + joined->participant.value);
    figures_.add("joined");
    joined_at_[joined->participant.value] = time_.now();
    sids_of_.emplace(joined->identity, joined->participant.value);
  } else if (const auto* left = std::get_if<roomserver::ParticipantLeft>(&effect)) {
    say("server: " + left->identity + " left " + std::to_string(left->reason));
    left_[left->participant.value] = {left->reason};
    // The later `connect` wins, also one that a tab sent before it gave up.
    for (const auto& tab : tabs_)
      if (left->reason == code::kDuplicateIdentity && tab->identity == left->identity) tab->was_superseded = true;
    check_server_drops(*left);
  } else if (const auto* log = std::get_if<roomserver::Log>(&effect)) {
    say("server: " + log->message);
  }
}

void SimRoom::verify(const roomserver::VerifyToken& question) {
  const Instant process = server_start_;
  const bool is_slow = slow_tokens_.count(question.token) > 0;
  if (is_slow) slow_questions_.insert(question.token);
  const Millis delay = is_slow ? kSlowCheck : is_of_stranger(question.token) ? 0_ms : Millis{tokens_.below(6)};
  time_.after(delay, [this, process, is_slow, op = question.op, token = question.token] {
    if (is_slow) slow_questions_.erase(slow_questions_.find(token));
    network_.run_in_server([this, process, op, token] {
      if (process != server_start_) return;
      give_server(roomserver::TokenVerdict{op, is_expired(token) ? code::kAccessTokenExpired : 0, token.substr(0, token.find('#')), ""});
    });
  });
}

// ---- tabs ------------------------------------------------------------------------------------------------------------------------------

void SimRoom::take(std::size_t index, const Input& input, Instant page_time) {
  if (has_ended()) return;
  Tab& tab = *tabs_[index];
  const std::string before = std::exchange(speaker_, tab.name);
  const std::size_t links_before = tab.links.open();
  tab.links.take(input, time_.now());
  links_back_ = 0;
  if (const auto* word = std::get_if<input::SocketText>(&input); word != nullptr && tab.was_called_busy && word->text.find("\"busy\"") < 20)
    strike(index, false);  // it has to wait once more
  if (const auto* said = std::get_if<input::Describe>(&input); said != nullptr && said->quality != backend::kNoQuality)
    tab.quality = said->quality;
  const Batch batch = tab.handle(input, page_time);
  speaker_ = before;
  check_pictures(index, batch);
  tab.page->set_deadline(batch.next_deadline);
  bool has_emitted = false;
  for (const Effect& effect : batch.effects) {
    if (const auto* emit = std::get_if<effect::Emit>(&effect)) {
      has_emitted = true;
      take_event(index, *emit);
    } else if (const auto* request = std::get_if<effect::RequestToken>(&effect)) {
      ask_for_token(index, request->op);
    } else if (const auto* keep = std::get_if<effect::KeepSession>(&effect)) {
      keep_session(index, keep->session);
    } else if (const auto* description = std::get_if<effect::Description>(&effect)) {
      tab.description = *description;
    } else if (const auto* log = std::get_if<effect::Log>(&effect)) {
      say(tab.name + " log: " + log->message);
    } else {
      if (const auto* text = std::get_if<effect::SendText>(&effect)) lose_word(index, text->text);
      if (const auto* close = std::get_if<effect::ClosePeer>(&effect)) check_replaced(index, close->peer);
      if (const std::string told = story_ != nullptr ? text_of(effect) : ""; !told.empty()) say(tab.name + " " + told);
      if (has_emitted) complain("events", index, "a network effect after an event");
      tab.links.take(effect, tab.app.is_away());
      if (const auto* sent = std::get_if<effect::SendText>(&effect); sent != nullptr && tab.holdfast) {
        note_question(index, sent->text);
        check_said(index, sent->text, links_before);
      }
      if (!network_.perform(index, effect) && !media_.perform(index, effect))
        complain("consistency", index, "an effect that nobody performs");
    }
  }
  check(index, batch, page_time);
  if (!std::holds_alternative<input::PeerOperationFailed>(input) || !std::exchange(tab.fails_with_socket, false)) return;
  strike(index, true);
  network_.reset(index);
}

void SimRoom::take_event(std::size_t index, const effect::Emit& emit) {
  Tab& tab = *tabs_[index];
  if (story_ != nullptr) say(tab.name + ": " + std::visit(test::EventText{}, emit.event));
  // That another has closed its connection, and gets no new one, is heard of late.
  const auto is_away = [](const auto& participant) { return participant.second.reconnecting; };
  const auto away = std::count_if(tab.app.participants.begin(), tab.app.participants.end(), is_away);
  const bool sees_all_away = static_cast<std::size_t>(away) == tab.app.participants.size();
  if (!sees_all_away && media_.open_peers(index) > static_cast<std::size_t>(away)) tab.saw_somebody_at = time_.now();
  check_cause(index, emit.event);
  check_restart(index, emit.event);
  check_doubts(index, emit.event);
  check_names(index, emit.event);
  note_new_media(index, emit.event);
  tab.app.take(emit);
  if (std::holds_alternative<effect::LocalParticipantReconnected>(emit.event)) {
    tab.candidates.is_in_step();
    tab.links.is_in_step();
    tab.back_at = time_.now();
  }
  if (std::holds_alternative<effect::RoomConnected>(emit.event)) {
    tab.spoke_at = time_.now();  // the server may have been long in answering
    check_place(index);
  }
  if (std::holds_alternative<effect::RoomRejoined>(emit.event)) take_rejoining(index);
  if (std::holds_alternative<effect::TokenWillExpire>(emit.event)) take_token_warning(index);
  check_mutes(index, emit.event);
}

// ---- who is where
// ------------------------------------------------------------------------------------------------------------------------

SimRoom::Present SimRoom::present() const {
  Present all;
  for (const roomserver::RoomSnapshot& room : server_->rooms()) all.insert(all.end(), room.participants.begin(), room.participants.end());
  return all;
}

bool SimRoom::is_in_room(const ParticipantSid& sid) const {
  for (const roomserver::ParticipantSnapshot& participant : present())
    if (participant.sid == sid) return true;
  return false;
}

bool SimRoom::is_heard(const Tab& tab) const {
  const Present all = present();
  return std::any_of(all.begin(), all.end(), [&](const roomserver::ParticipantSnapshot& participant) {
    return participant.sid.value == tab.participant_sid() && participant.state == backend::ParticipantState::kConnected;
  });
}

Tab* SimRoom::owner_of(const ParticipantSid& participant) const {
  for (const auto& tab : tabs_)
    if (tab->participant_sid() == participant.value && !tab->is_followed) return tab.get();
  return nullptr;
}

std::size_t SimRoom::index_of(const Tab& tab) const {
  std::size_t index = 0;
  while (tabs_[index].get() != &tab) ++index;
  return index;
}

std::optional<std::size_t> SimRoom::tab_of(char person) const {
  std::optional<std::size_t> latest;
  for (std::size_t index = 0; index < tabs_.size(); ++index)
    if (tabs_[index]->person.name == person && (tabs_[index]->is_in_use() || !latest || !tabs_[*latest]->is_in_use())) latest = index;
  return latest;
}

}  // namespace holdfast::sim
