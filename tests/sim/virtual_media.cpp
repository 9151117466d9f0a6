#include "virtual_media.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "peer/sdp.hpp"

namespace holdfast::sim {

namespace {

constexpr Millis kStep = 200_ms;  // how finely time passes for media

// The prefix of all ufrags of one connection; FakePeerConnection continues it with the number of the peer.
std::string name_of(std::size_t client) { return "tab" + std::to_string(client) + "p"; }

}  // namespace

VirtualMedia::VirtualMedia(VirtualTime& time, std::uint64_t seed, ToClient to_client, CanReach can_reach)
    : time_(time), random_(seed), to_client_(std::move(to_client)), can_reach_(std::move(can_reach)) {
  let_time_pass();
}

std::size_t VirtualMedia::add_client(const Options& options) {
  clients_.push_back({options, false, false, {}, {}});
  return clients_.size() - 1;
}

VirtualMedia::Client& VirtualMedia::client(std::size_t number) {
  while (clients_.size() <= number) add_client({});
  return clients_[number];
}

bool VirtualMedia::perform(std::size_t client, const Effect& effect) {
  if (const auto* create = std::get_if<effect::CreatePeer>(&effect)) {
    if (std::exchange(this->client(client).creation_fails, false)) {
      time_.after(0_ms, [this, client, peer = create->peer] {
        to_client_(client, input::PeerOperationFailed{peer, {}, "OperationError", "Cannot create so many PeerConnections"});
      });
      return true;
    }
    ends_.push_back(std::make_unique<End>(client, create->peer, name_of(client), time_.now()));
    return true;
  }
  const PeerId* peer = std::visit(
      [](const auto& e) -> const PeerId* {
        if constexpr (requires { e.peer; })
          return &e.peer;
        else
          return nullptr;
      },
      effect);
  if (peer == nullptr) return false;
  End* end = find(client, *peer);
  if (end == nullptr) return true;  // of a connection that could not be made
  if (const auto* set = std::get_if<effect::SetRemoteDescription>(&effect)) pair_up(*end, set->sdp);
  end->connection.perform(effect);
  run(*end);
  return true;
}

// One operation after another, each with its time.
void VirtualMedia::run(End& end) {
  if (end.is_running || end.is_stuck || end.connection.is_idle()) return;
  end.is_running = true;
  const Client& owner = client(end.client);
  const std::uint32_t extra = time_.now() < owner.delayed_until ? random_.below(static_cast<std::uint32_t>(owner.delay.count)) : 0;
  time_.after(Millis{1 + random_.below(25) + extra}, [this, &end] {
    end.is_running = false;
    end.connection.step();
    if (end.loses_answer) {
      end.connection.take_inputs();
      end.is_stuck = true;
    }
    hand_over(end);
    run(end);
  });
}

// Whose description this is, its ufrag tells.
void VirtualMedia::pair_up(End& end, const std::string& remote_sdp) {
  const std::string ufrag(peer::sdp::ice_ufrag(remote_sdp));
  for (const auto& other : ends_) {
    const std::string prefix = name_of(other->client) + std::to_string(other->connection.peer().value) + "g";
    if (ufrag.compare(0, prefix.size(), prefix) != 0) continue;
    const bool known = std::any_of(paths_.begin(), paths_.end(), [&](const auto& path) {
      return path->path.joins(end.connection) && path->path.joins(other->connection);
    });
    if (!known) paths_.push_back(std::make_unique<Path>(Path{&end, other.get(), FakeMediaPath(end.connection, other->connection)}));
    return;
  }
}

void VirtualMedia::let_time_pass() {
  time_.after(kStep, [this] {
    paths_.erase(std::remove_if(paths_.begin(), paths_.end(),
                                [](const auto& path) { return path->a->connection.is_closed() || path->b->connection.is_closed(); }),
                 paths_.end());
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      Path& path = *paths_[i];
      path.path.pass(time_.now(), !client(path.a->client).is_asleep && !client(path.b->client).is_asleep &&
                                      can_reach_(path.a->client, path.b->client) && can_reach_(path.b->client, path.a->client));
      hand_over(*path.a);
      hand_over(*path.b);
    }
    let_time_pass();
  });
}

void VirtualMedia::hand_over(End& end) {
  for (const Input& input : end.connection.take_inputs()) to_client_(end.client, input);
}

void VirtualMedia::close_page(std::size_t client) {
  for (const auto& end : ends_)
    if (end->client == client) end->connection.perform(effect::ClosePeer{end->connection.peer()});
}

std::size_t VirtualMedia::open_peers(std::size_t client) const {
  return static_cast<std::size_t>(
      std::count_if(ends_.begin(), ends_.end(), [&](const auto& end) { return end->client == client && !end->connection.is_closed(); }));
}

std::size_t VirtualMedia::error_count() const {
  std::size_t count = 0;
  for (const auto& end : ends_) count += end->connection.error_count();
  return count;
}

bool VirtualMedia::is_connected(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && !end->connection.is_closed() && end->connection.connection_state() == input::ConnectionState::kConnected;
}

Instant VirtualMedia::created(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end ? end->created : Instant{};
}

bool VirtualMedia::is_deaf(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end && end->is_deaf;
}

std::int64_t VirtualMedia::bytes_received(std::size_t client, PeerId peer) const {
  const End* end = find(client, peer);
  return end ? end->connection.bytes_received() : 0;
}

void VirtualMedia::fail_description(std::size_t client) {
  if (End* end = any_open(client)) end->connection.fail_descriptions(1);
}

void VirtualMedia::go_deaf(std::size_t client) {
  End* end = any_open(client);
  if (end == nullptr) return;
  end->is_deaf = true;
  end->connection.go_deaf();
}

void VirtualMedia::lose_answer(std::size_t client) {
  if (End* end = any_open(client)) end->loses_answer = true;
}

void VirtualMedia::fail_creation(std::size_t client) { this->client(client).creation_fails = true; }

void VirtualMedia::delay_answers(std::size_t client, Millis up_to, Millis for_how_long) {
  this->client(client).delay = up_to;
  this->client(client).delayed_until = time_.now() + for_how_long;
}

void VirtualMedia::fail_dtls(std::size_t) {}
void VirtualMedia::change_address(std::size_t) {}
void VirtualMedia::sleep(std::size_t client) { this->client(client).is_asleep = true; }
void VirtualMedia::wake(std::size_t client) { this->client(client).is_asleep = false; }
SignaledId VirtualMedia::received_track(std::size_t, PeerId, const std::string&) const { return {}; }

VirtualMedia::End* VirtualMedia::any_open(std::size_t client) {
  std::vector<End*> open;
  for (const auto& end : ends_)
    if (end->client == client && !end->connection.is_closed()) open.push_back(end.get());
  return open.empty() ? nullptr : open[random_.below(static_cast<std::uint32_t>(open.size()))];
}

VirtualMedia::End* VirtualMedia::find(std::size_t client, PeerId peer) const {
  for (const auto& end : ends_)
    if (end->client == client && end->connection.peer() == peer) return end.get();
  return nullptr;
}

}  // namespace holdfast::sim
