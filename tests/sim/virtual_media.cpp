#include "virtual_media.hpp"

#include <algorithm>
#include <variant>

namespace holdfast::sim {

namespace {

constexpr Millis kMoment = 200_ms;  // how finely time passes for media
constexpr std::uint32_t kOperationTime = 25;
constexpr std::uint32_t kCandidateTime = 60;
constexpr std::uint32_t kLateCandidate = 150;

std::string name_of(std::size_t client, PeerId peer) { return "tab" + std::to_string(client) + "p" + std::to_string(peer.value); }

std::uint64_t seed_of(std::uint64_t seed, std::size_t client, std::uint64_t number) {
  return Prng(Prng(seed + client).next() + number).next();
}

const PeerId* peer_of(const Effect& effect) {
  return std::visit(
      [](const auto& e) -> const PeerId* {
        if constexpr (requires { e.peer; })
          return &e.peer;
        else
          return nullptr;
      },
      effect);
}

}  // namespace

VirtualMedia::End::End(std::size_t owner, PeerId peer, const BrowserOptions& options, std::uint64_t seed, Instant now)
    : client(owner),
      created(now),
      random(seed),
      connection(peer, name_of(owner, peer), options, random.next()),
      path(connection, now),
      lateness(~seed),
      tells_late(lateness.chance(1, 4)) {}

VirtualMedia::VirtualMedia(VirtualTime& time, std::uint64_t seed, ToClient to_client, CanReach can_reach)
    : time_(time), seed_(seed), to_client_(std::move(to_client)), can_reach_(std::move(can_reach)) {}

std::size_t VirtualMedia::add_client(const Options& options) {
  clients_.emplace_back();
  clients_.back().options = options;
  return clients_.size() - 1;
}

// ---- effects -----------------------------------------------------------------------------------------------------------------------

bool VirtualMedia::perform(std::size_t client, const Effect& effect) {
  const PeerId* peer = peer_of(effect);
  if (peer == nullptr) return false;
  if (std::holds_alternative<effect::CreatePeer>(effect)) {
    create(client, *peer);
    return true;
  }
  End* end = find(client, *peer);
  if (end == nullptr) return false;
  if (std::holds_alternative<effect::ClosePeer>(effect)) {
    close(*end);
  } else {
    end->connection.perform(effect);
    arrange(*end);
  }
  return true;
}

void VirtualMedia::create(std::size_t number, PeerId peer) {
  Client& client = clients_[number];
  auto& end = ends_[{number, peer.value}];
  if (end) {
    ++error_count_;  // two of one number
    return;
  }
  end = std::make_unique<End>(number, peer, client.options, seed_of(seed_, number, peer.value), time_.now());
  by_name_[end->connection.name()] = end.get();
  ++client.open_peers;
  end->loses_answer = std::exchange(client.loses_first_answer, false);
  if (!std::exchange(client.creation_fails, false) && !client.creations_fail) return;
  close(*end);  // what else is asked of it is in vain
  time_.after(0_ms, [this, number, peer] {
    to_client_(number, input::PeerOperationFailed{peer, {}, "UnknownError", "Cannot create so many PeerConnections"});
  });
}

void VirtualMedia::close(End& end) {
  if (end.connection.is_closed()) return;
  end.connection.perform(effect::ClosePeer{end.connection.peer()});
  --clients_[end.client].open_peers;
}

void VirtualMedia::close_page(std::size_t client) {
  for_each_open(client, [this](End& end) { close(end); });
}

// ---- what happens by itself --------------------------------------------------------------------------------------------------------

void VirtualMedia::later(End& end, Millis delay, Step step) {
  time_.after(delay, [this, &end, step] { take(end, step); });
}

void VirtualMedia::take(End& end, Step step) {
  if (end.connection.is_closed()) return;
  Client& client = clients_[end.client];
  if (client.asleep_since) return client.on_waking.push_back([this, &end, step] { take(end, step); });
  (this->*step)(end);
  hand_over(end);
  arrange(end);
}

void VirtualMedia::arrange(End& end) {
  if (!end.is_operating && end.connection.has_operations()) {
    const Client& client = clients_[end.client];
    const bool is_late = time_.now() < client.delayed_until;
    const std::uint32_t longest = is_late ? static_cast<std::uint32_t>(client.longest_delay.count) : kOperationTime;
    end.is_operating = true;
    later(end, Millis{1 + end.random.below(longest)}, &VirtualMedia::operate);
  }
  if (!end.is_gathering && end.connection.is_gathering()) {
    end.is_gathering = true;
    later(end, Millis{1 + end.random.below(kCandidateTime)}, &VirtualMedia::gather);
  }
  if (!end.is_passing && end.path.is_alive()) {
    end.is_passing = true;
    later(end, kMoment, &VirtualMedia::pass);
  }
}

void VirtualMedia::operate(End& end) {
  Client& client = clients_[end.client];
  end.is_operating = false;
  end.connection.find_nothing(time_.now() < client.finds_nothing_until);
  if (client.fails_answer && end.connection.next_answers_restart()) {
    client.fails_answer = false;
    end.connection.fail_descriptions(1);
  }
  if (end.loses_answer && end.connection.next_is_awaited() && std::exchange(end.loses_answer, false))
    end.connection.run_next_unanswered();
  else
    end.connection.run_next();
  lacks_candidates_ = lacks_candidates_ || end.connection.lacks_candidates();
  error_count_ += end.connection.error_count() - std::exchange(end.known_errors, end.connection.error_count());
}

void VirtualMedia::gather(End& end) {
  end.is_gathering = false;
  if (!end.connection.is_gathering()) return;
  end.connection.gather_next();
  if (!end.tells_late) return;
  for (const Input& input : end.connection.take_inputs()) {
    end.found.push_back(input);
    later(end, Millis{1 + end.lateness.below(kLateCandidate)}, &VirtualMedia::tell_candidate);
  }
}

void VirtualMedia::tell_candidate(End& end) {
  const Input input = std::move(end.found.front());
  end.found.pop_front();
  to_client_(end.client, input);
}

void VirtualMedia::pass(End& end) {
  end.is_passing = false;
  const End* known = other_end(end);
  const Reach reach = known ? Reach{reaches(end.client, known->client), reaches(known->client, end.client)} : Reach{};
  end.path.pass(known ? &known->connection : nullptr, reach, time_.now());
}

bool VirtualMedia::reaches(std::size_t from, std::size_t to) const {
  return !clients_[from].asleep_since && !clients_[to].asleep_since && can_reach_(from, to);
}

void VirtualMedia::hand_over(End& end) {
  for (const Input& input : end.connection.take_inputs()) {
    if (end.connection.is_closed()) continue;
    const auto* state = std::get_if<input::ConnectionStateChanged>(&input);
    end.has_connected = end.has_connected || (state != nullptr && state->state == input::ConnectionState::kConnected);
    to_client_(end.client, input);
  }
}

// ---- what a check can ask ----------------------------------------------------------------------------------------------------------

std::size_t VirtualMedia::open_peers(std::size_t client) const { return client < clients_.size() ? clients_[client].open_peers : 0; }

std::size_t VirtualMedia::error_count() const { return error_count_; }

bool VirtualMedia::is_connected(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && !end->connection.is_closed() && end->connection.connection_state() == input::ConnectionState::kConnected;
}

bool VirtualMedia::is_open(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && !end->connection.is_closed();
}

bool VirtualMedia::has_connected(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && end->has_connected;
}

Instant VirtualMedia::created(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end ? end->created : Instant{};
}

bool VirtualMedia::is_deaf(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && end->connection.is_deaf();
}

bool VirtualMedia::is_frozen(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && end->connection.is_frozen();
}

bool VirtualMedia::is_other_end_closed(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  const End* other = end ? other_end(*end) : nullptr;
  return other && other->connection.is_closed();
}

template <class Predicate>
bool VirtualMedia::any_between(std::size_t client, std::size_t other, Predicate predicate) const {
  return std::any_of(ends_.begin(), ends_.end(), [&](const auto& entry) {
    const End& end = *entry.second;
    const End* far = other_end(end);
    return end.client == client && far && far->client == other && !end.connection.is_closed() && !far->connection.is_closed() &&
           predicate(end, *far);
  });
}

bool VirtualMedia::is_sent_something(std::size_t client, std::size_t by, Millis for_how_long) const {
  return any_between(client, by, [&](const End& end, const End&) {
    const auto since = end.path.sent_since();
    return since && time_.now() - *since >= for_how_long;
  });
}

bool VirtualMedia::are_connected(std::size_t client, std::size_t other) const {
  return any_between(client, other,
                     [](const End& end, const End&) { return end.connection.connection_state() == input::ConnectionState::kConnected; });
}

bool VirtualMedia::are_channels_dead(std::size_t client, std::size_t other) const {
  return any_between(client, other, [](const End& end, const End& far) {
    return end.connection.are_channels_dead() || far.connection.are_channels_dead();
  });
}

bool VirtualMedia::comes_in(std::size_t client, std::size_t by, const SignaledId& track) const {
  return any_between(client, by, [&](const End& end, const End&) { return end.path.receives(track); });
}

bool VirtualMedia::may_freeze_by_glare(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  const End* other = end ? other_end(*end) : nullptr;
  return other && end->connection.may_freeze() && other->connection.has_offered();
}

std::int64_t VirtualMedia::bytes_received(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end ? end->connection.bytes_received() : 0;
}

SignaledId VirtualMedia::received_track(std::size_t client, PeerId peer, const std::string& mid) const {
  const End* end = find(client, peer);
  return end && !end->connection.is_closed() ? end->path.received_track(mid) : SignaledId();
}

std::optional<Size> VirtualMedia::sent_size(std::size_t client, PeerId peer, const std::string& mid) const {
  const End* end = find(client, peer);
  const auto other = end ? by_name_.find(end->path.other_name()) : by_name_.end();
  if (other == by_name_.end()) return std::nullopt;
  return other->second->connection.sent_size(mid);
}

std::map<std::string, std::vector<std::int64_t>> VirtualMedia::video_limits(std::size_t client) const {
  std::map<std::string, std::vector<std::int64_t>> limits;
  for (const auto& [name, end] : by_name_) {
    if (end->client != client || end->connection.is_closed()) continue;
    for (const auto& [track, limit] : end->connection.video_limits()) limits[track.value].push_back(limit);
  }
  return limits;
}

// ---- what goes wrong ---------------------------------------------------------------------------------------------------------------

void VirtualMedia::fail_description(std::size_t client) {
  if (End* end = any_open(client)) end->connection.fail_descriptions(1);
}

std::optional<PeerId> VirtualMedia::go_deaf(std::size_t client) {
  End* end = any_open(client);
  if (end == nullptr) return std::nullopt;
  end->connection.go_deaf();
  return end->connection.peer();
}

void VirtualMedia::go_deaf(std::size_t client, PeerId peer) {
  if (End* end = find(client, peer)) end->connection.go_deaf();
}

void VirtualMedia::lose_answer(std::size_t client) {
  if (End* end = any_open(client)) end->loses_answer = true;
}

void VirtualMedia::lose_first_answer(std::size_t client) { clients_[client].loses_first_answer = true; }

void VirtualMedia::fail_dtls(std::size_t client) {
  if (End* end = any_open(client)) end->connection.fail_dtls();
}

void VirtualMedia::fail_dtls(std::size_t client, PeerId peer) {
  if (End* end = find(client, peer)) end->connection.fail_dtls();
}

void VirtualMedia::blip(std::size_t client) {
  End* end = any_open(client);
  if (end == nullptr || clients_[client].asleep_since) return;
  end->connection.blip();
  hand_over(*end);
}

void VirtualMedia::miss_answers(std::size_t client, PeerId peer, Millis length) {
  if (End* end = find(client, peer)) end->connection.miss_answers(time_.now() + length);
}

void VirtualMedia::fail_answer(std::size_t client) { clients_[client].fails_answer = true; }

void VirtualMedia::find_nothing(std::size_t client, Millis for_how_long) {
  clients_[client].finds_nothing_until = time_.now() + for_how_long;
}

void VirtualMedia::fail_creation(std::size_t client) { clients_[client].creation_fails = true; }

void VirtualMedia::delay_answers(std::size_t client, Millis up_to, Millis for_how_long) {
  clients_[client].longest_delay = up_to;
  clients_[client].delayed_until = time_.now() + for_how_long;
}

void VirtualMedia::heal(std::size_t number) {
  clients_[number].creation_fails = clients_[number].fails_answer = false;
  for_each_open(number, [](End& end) {
    end.loses_answer = false;
    end.connection.fail_descriptions(0);
  });
}

void VirtualMedia::change_address(std::size_t client) {
  for_each_open(client, [](End& end) { end.connection.change_address(); });
}

void VirtualMedia::sleep(std::size_t client) {
  if (!clients_[client].asleep_since) clients_[client].asleep_since = time_.now();
}

void VirtualMedia::wake(std::size_t number) {
  Client& client = clients_[number];
  if (!client.asleep_since) return;
  const Millis slept = time_.now() - *std::exchange(client.asleep_since, std::nullopt);
  for (VirtualTime::Task& task : std::exchange(client.on_waking, {})) time_.after(0_ms, std::move(task));
  for_each_open(number, [&](End& end) {
    end.connection.wake(time_.now(), slept);
    hand_over(end);
  });
}

// ---- ends --------------------------------------------------------------------------------------------------------------------------

VirtualMedia::End* VirtualMedia::find(std::size_t client, PeerId peer) const {
  const auto end = ends_.find({client, peer.value});
  return end == ends_.end() ? nullptr : end->second.get();
}

const VirtualMedia::End* VirtualMedia::other_end(const End& end) const {
  const auto other = by_name_.find(end.path.other_name());
  return other == by_name_.end() ? nullptr : other->second;
}

template <class Action>
void VirtualMedia::for_each_open(std::size_t client, Action action) {
  std::vector<End*> open;
  for (auto end = ends_.lower_bound({client, 0}); end != ends_.end() && end->first.first == client; ++end)
    if (!end->second->connection.is_closed()) open.push_back(end->second.get());
  for (End* end : open) action(*end);
}

VirtualMedia::End* VirtualMedia::any_open(std::size_t client) {
  std::vector<End*> open;
  for_each_open(client, [&](End& end) { open.push_back(&end); });
  const std::uint64_t moment = static_cast<std::uint64_t>(time_.now().ms);
  return open.empty() ? nullptr : open[Prng(seed_of(seed_, client, moment)).below(static_cast<std::uint32_t>(open.size()))];
}

}  // namespace holdfast::sim
