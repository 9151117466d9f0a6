#include "virtual_network.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace holdfast::sim {

VirtualNetwork::VirtualNetwork(VirtualTime& time, std::uint64_t seed, ToClient to_client, ToServer to_server)
    : time_(time), random_(seed), to_client_(std::move(to_client)), to_server_(std::move(to_server)) {}

std::size_t VirtualNetwork::add_client(Browser) {
  Host host;
  host.latency = Millis{1 + random_.below(80)};
  hosts_.push_back(std::move(host));
  return hosts_.size() - 1;
}

bool VirtualNetwork::is_up(std::size_t client) const { return hosts_[client].up; }

// In order for each host and direction; held while the host is lost.
void VirtualNetwork::carry(std::size_t client, Direction direction, VirtualTime::Task task) {
  Host& host = hosts_[client];
  if (!host.up) {
    host.held.push_back([this, client, direction, task = std::move(task)] { carry(client, direction, task); });
    return;
  }
  Instant& last = direction == Direction::kUp ? host.last_up : host.last_down;
  last = later(last, time_.now() + host.latency + Millis{random_.below(20)});
  time_.at(last, std::move(task));
}

void VirtualNetwork::set_up(std::size_t client, bool up) {
  Host& host = hosts_[client];
  host.up = up;
  if (!up) return;
  for (const VirtualTime::Task& send : std::exchange(host.held, {})) send();
}

// ---- what clients do ------------------------------------------------------------------------------------------------------------------

bool VirtualNetwork::perform(std::size_t client, const Effect& effect) {
  return std::visit([&](const auto& e) { return on(client, e); }, effect);
}

bool VirtualNetwork::on(std::size_t client, const effect::OpenSocket& e) {
  open(client, e.socket);
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::SendText& e) {
  if (const SocketPtr socket = of_client(client, e.socket))
    carry(client, Direction::kUp, [this, socket, text = e.text] {
      if (socket->server_open) to_server_(roomserver::SocketText{socket->server_id, text});
    });
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::CloseSocket& e) {
  if (const SocketPtr socket = of_client(client, e.socket)) {
    socket->client_open = false;
    carry(client, Direction::kUp, [this, socket, code = e.code] { close_at_server(socket, code); });
  }
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::Probe& e) {
  if (!hosts_[client].up && random_.chance(1, 2)) {
    time_.after(50_ms, [this, client, op = e.op] { to_client_(client, input::ProbeAnswered{op, false}); });
    return true;
  }
  carry(client, Direction::kUp, [this, client, op = e.op] {
    carry(client, Direction::kDown, [this, client, op] { to_client_(client, input::ProbeAnswered{op, true}); });
  });
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::Beacon& e) {
  carry(client, Direction::kUp, [this, session = e.text] { to_server_(roomserver::Beacon{session}); });
  return true;
}

void VirtualNetwork::open(std::size_t client, SocketId id) {
  const auto socket = std::make_shared<Socket>(Socket{client, id, SocketId{next_server_id_++}, true, false});
  sockets_.push_back(socket);
  if (!hosts_[client].up && random_.chance(1, 2)) {
    time_.after(20_ms, [this, socket] {
      close_at_client(socket, 1006);
      close_at_server(socket, 1006);
    });
    return;
  }
  carry(client, Direction::kUp, [this, socket] {
    if (!socket->client_open) return;  // given up: the handshake is never finished
    socket->server_open = true;
    carry(socket->client, Direction::kDown, [this, socket] {
      if (socket->client_open) to_client_(socket->client, input::SocketOpened{socket->client_id});
    });
    to_server_(roomserver::SocketOpened{socket->server_id});
  });
}

// ---- what the server does -------------------------------------------------------------------------------------------------------------

bool VirtualNetwork::perform(const roomserver::Effect& effect) {
  return std::visit([&](const auto& e) { return on(e); }, effect);
}

bool VirtualNetwork::on(const roomserver::SendText& e) {
  if (const SocketPtr socket = of_server(e.socket))
    carry(socket->client, Direction::kDown, [this, socket, text = e.text] {
      if (socket->client_open) to_client_(socket->client, input::SocketText{socket->client_id, text});
    });
  return true;
}

bool VirtualNetwork::on(const roomserver::CloseSocket& e) {
  const SocketPtr socket = of_server(e.socket);
  if (!socket) return true;
  carry(socket->client, Direction::kDown, [this, socket, code = e.code] { close_at_client(socket, code); });
  // The closing handshake, or the server's patience with it.
  const Host& host = hosts_[socket->client];
  time_.after(host.up ? 2 * host.latency : 1000_ms, [this, socket, code = e.code] { close_at_server(socket, code); });
  return true;
}

// Browsers answer pings by themselves, also while the page's main thread is blocked.
bool VirtualNetwork::on(const roomserver::Ping& e) {
  if (const SocketPtr socket = of_server(e.socket))
    carry(socket->client, Direction::kDown, [this, socket] {
      if (!socket->client_open) return;
      carry(socket->client, Direction::kUp, [this, socket] {
        if (socket->server_open) to_server_(roomserver::Pong{socket->server_id});
      });
    });
  return true;
}

// ---- ends of sockets --------------------------------------------------------------------------------------------------------------------

void VirtualNetwork::reset(std::size_t client) {
  const std::vector<SocketPtr> sockets = sockets_;
  for (const SocketPtr& socket : sockets) {
    if (socket->client != client) continue;
    close_at_client(socket, 1006);
    close_at_server(socket, 1006);
  }
}

void VirtualNetwork::close_page(std::size_t client) {
  const std::vector<SocketPtr> sockets = sockets_;
  for (const SocketPtr& socket : sockets) {
    if (socket->client != client || !socket->client_open) continue;
    socket->client_open = false;
    carry(client, Direction::kUp, [this, socket] { close_at_server(socket, 1001); });
  }
}

void VirtualNetwork::close_at_client(const SocketPtr& socket, std::int64_t code) {
  if (!std::exchange(socket->client_open, false)) return;
  to_client_(socket->client, input::SocketClosed{socket->client_id, code, ""});
}

void VirtualNetwork::close_at_server(const SocketPtr& socket, std::int64_t code) {
  sockets_.erase(std::remove(sockets_.begin(), sockets_.end(), socket), sockets_.end());
  if (std::exchange(socket->server_open, false)) to_server_(roomserver::SocketClosed{socket->server_id, code});
}

std::size_t VirtualNetwork::open_sockets(std::size_t client) const {
  return static_cast<std::size_t>(std::count_if(
      sockets_.begin(), sockets_.end(), [client](const SocketPtr& socket) { return socket->client == client && socket->client_open; }));
}

VirtualNetwork::SocketPtr VirtualNetwork::of_client(std::size_t client, SocketId id) const {
  for (const SocketPtr& socket : sockets_)
    if (socket->client == client && socket->client_id == id && socket->client_open) return socket;
  return nullptr;
}

VirtualNetwork::SocketPtr VirtualNetwork::of_server(SocketId id) const {
  for (const SocketPtr& socket : sockets_)
    if (socket->server_id == id && socket->server_open) return socket;
  return nullptr;
}

}  // namespace holdfast::sim
