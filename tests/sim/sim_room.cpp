#include "sim_room.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <variant>

#include "../unit/room/event_text.hpp"

namespace holdfast::sim {

namespace {

roomserver::Config config_of(Millis session_timeout) {
  roomserver::Config config;
  config.secret = "simulation";
  config.wall_clock_at_start_ms = 1'700'000'000'000;
  config.session_timeout = session_timeout;
  return config;
}

}  // namespace

const SimRoom::Weather SimRoom::kWeathers[] = {
    {"faults of signaling only", 25_s, false, false, 2000, 0, 0},
    {"short faults", 25_s, true, false, 2000, 3000, 6000},
    {"faults of any length", 50_s, true, true, 20000, 20000, 60000},
};

SimRoom::SimRoom(std::uint64_t seed, bool verbose)
    : verbose_(verbose),
      random_(seed),
      people_(2 + random_.below(2)),
      session_timeout_(1000 * some(4, 15)),
      weather_(kWeathers[random_.below(3)]),
      server_(config_of(session_timeout_)),
      network_(
          time_, random_.next(), [this](std::size_t tab, const Input& input) { give(tab, input); },
          [this](const roomserver::Input& input) { give_server(input); }),
      media_(
          time_, random_.next(), [this](std::size_t tab, const Input& input) { give(tab, input); },
          [this](std::size_t a, std::size_t b) { return can_reach(a, b); }),
      tab_of_(people_) {}

std::string SimRoom::options() const {
  return std::to_string(people_) + " people, session timeout " + std::to_string(session_timeout_.count) + " ms, " + weather_.name;
}

std::string SimRoom::run() {
  for (std::size_t person = 0; person < people_; ++person)
    time_.after(some(0, 1500), [this, person] {
      join(person);
      act(person);
    });
  run_until(time_.now() + weather_.trouble);
  heal();
  run_until(time_.now() + session_timeout_ + 20_s);
  remember_bytes();
  run_until(time_.now() + 2_s);
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
      say(name_of(index) + ": " + std::visit(test::EventText{}, emit->event));
      check_cause(index, emit->event);
      tab.app.take(*emit);
      continue;
    }
    if (const auto* log = std::get_if<effect::Log>(&effect)) {
      say(name_of(index) + " log: " + log->message);
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

}  // namespace holdfast::sim
