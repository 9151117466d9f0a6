#include "virtual_network.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "rsp/wire/codec.hpp"

namespace holdfast::sim {

namespace {

constexpr Millis kProbeLimit = 3_s;      // of the package that probes
constexpr Millis kClosePatience = 30_s;  // of the server's host with the closing handshake
constexpr Millis kNoNetworkDial = 20_ms;
constexpr Millis kNoNetworkProbe = 50_ms;

}  // namespace

VirtualNetwork::VirtualNetwork(VirtualTime& time, std::uint64_t seed, ToClient to_client, ToServer to_server)
    : time_(time), seed_(seed), to_client_(std::move(to_client)), to_server_(std::move(to_server)) {}

std::size_t VirtualNetwork::add_client(Browser browser) {
  const std::uint64_t number = hosts_.size();
  hosts_.emplace_back(time_, Prng(seed_ ^ (number << 32)).next(), browser);
  return number;
}

// ---- the way --------------------------------------------------------------------------------------------------------------------------

void VirtualNetwork::carry(std::size_t client, const TcpPath::ConnectionPtr& connection, Direction direction, VirtualTime::Task task) {
  if (!hosts_[client].path.carry(connection, direction, std::move(task))) has_overflowed_ = true;
}

void VirtualNetwork::to_server_end(const SocketPtr& socket, VirtualTime::Task task) {
  carry(socket->client, socket->connection, Direction::kUp, [this, socket, task = std::move(task)] {
    server_process_.run([this, socket, task] {
      if (socket->server_open)
        task();
      else if (server_ == ServerState::kUnreachable)
        keep_trying(socket);
      else
        send_reset_to_client(socket);
    });
  });
}

void VirtualNetwork::to_client_end(const SocketPtr& socket, VirtualTime::Task task) {
  carry(socket->client, socket->connection, Direction::kDown, [this, socket, task = std::move(task)] {
    if (socket->client_end == Socket::End::kLost)
      send_reset_to_server(socket);
    else
      hosts_[socket->client].browser.run(task);
  });
}

void VirtualNetwork::set_quality(std::size_t client, Quality quality) { hosts_[client].path.set_quality(quality); }

void VirtualNetwork::hold(std::size_t client, Direction direction, bool held) { hosts_[client].path.hold(direction, held); }

void VirtualNetwork::set_up(std::size_t client, bool up) {
  Host& host = hosts_[client];
  host.knows_no_network = !up && host.random.chance(1, 2);
  host.path.hold(Direction::kUp, !up);
  host.path.hold(Direction::kDown, !up);
}

void VirtualNetwork::change_address(std::size_t client) { hosts_[client].path.change_address(); }

void VirtualNetwork::refuse(std::size_t client, Millis length) { hosts_[client].refused_until = time_.now() + length; }

bool VirtualNetwork::has_overflowed() const {
  return has_overflowed_ || server_process_.has_overflowed() ||
         std::any_of(hosts_.begin(), hosts_.end(), [](const Host& host) { return host.browser.has_overflowed(); });
}

// ---- what clients do ------------------------------------------------------------------------------------------------------------------

bool VirtualNetwork::perform(std::size_t client, const Effect& effect) {
  return std::visit([&](const auto& e) { return on(client, e); }, effect);
}

bool VirtualNetwork::on(std::size_t client, const effect::OpenSocket& e) {
  Host& host = hosts_[client];
  const auto others = std::count_if(host.sockets.begin(), host.sockets.end(),
                                    [](const SocketPtr& socket) { return socket->client_end == Socket::End::kOpening; });
  const auto socket = std::make_shared<Socket>();
  socket->client = client;
  socket->client_id = e.socket;
  socket->server_id = SocketId{next_server_id_++};
  host.sockets.push_back(socket);
  time_.after(host.throttle.delay(time_.now(), others, host.random), [this, socket] { dial(socket); });
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::SendText& e) {
  const SocketPtr socket = of_client(client, e.socket);
  if (socket && socket->client_end == Socket::End::kOpening)
    ++error_count_;
  else if (socket)
    to_server_end(socket, [this, socket, text = e.text] { take_text(socket, text); });
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::CloseSocket& e) {
  const SocketPtr socket = of_client(client, e.socket);
  if (!socket) return true;
  const bool was_open = socket->client_end == Socket::End::kOpen;
  leave_client(socket, Socket::End::kClosed);
  if (socket->connection) to_server_end(socket, [this, socket, code = was_open ? e.code : 1006] { close_at_server(socket, code); });
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::Probe& e) {
  const auto is_answered = std::make_shared<bool>(false);
  const auto answer = [this, client, op = e.op, is_answered](bool reachable) {
    if (!std::exchange(*is_answered, true)) tell_client(client, input::ProbeAnswered{op, reachable});
  };
  if (fails_at_once(hosts_[client])) {
    time_.after(kNoNetworkProbe, [answer] { answer(false); });
    return true;
  }
  time_.after(kProbeLimit, [answer] { answer(false); });
  const TcpPath::ConnectionPtr connection = hosts_[client].path.connect();
  const auto reply = [this, client, connection, answer](bool reachable) {
    carry(client, connection, Direction::kDown, [answer, reachable] { answer(reachable); });
  };
  carry(client, connection, Direction::kUp, [this, reply] {
    if (is_server_running())
      server_process_.run([reply] { reply(true); });
    else
      reply(false);
  });
  return true;
}

bool VirtualNetwork::on(std::size_t client, const effect::Beacon& e) {
  if (fails_at_once(hosts_[client])) return true;
  carry(client, hosts_[client].path.connect(), Direction::kUp,
        [this, session = e.text] { run_in_server([this, session] { to_server_(roomserver::Beacon{session}); }); });
  return true;
}

void VirtualNetwork::tell_client(std::size_t client, Input input) {
  hosts_[client].browser.run([this, client, input = std::move(input)] { to_client_(client, input); });
}

// ---- opening ----------------------------------------------------------------------------------------------------------------------------

void VirtualNetwork::dial(const SocketPtr& socket) {
  if (socket->client_end != Socket::End::kOpening) return;
  Host& host = hosts_[socket->client];
  if (fails_at_once(host)) return time_.after(kNoNetworkDial, [this, socket] { close_at_client(socket, 1006); });
  socket->connection = host.path.connect();
  carry(socket->client, socket->connection, Direction::kUp, [this, socket] {
    if (!is_server_running())
      return carry(socket->client, socket->connection, Direction::kDown, [this, socket] { close_at_client(socket, 1006); });
    if (hosts_[socket->client].busy_answers == 0) return server_process_.run([this, socket] { arrive(socket); });
    socket->is_at_balancer = true;
    arrive(socket);
  });
}

void VirtualNetwork::arrive(const SocketPtr& socket) {
  // Given up meanwhile: mostly the server never sees it.
  if (socket->client_end != Socket::End::kOpening && hosts_[socket->client].random.chance(3, 4)) return;
  socket->server_open = true;
  at_server_[socket->server_id.value] = socket;
  to_client_end(socket, [this, socket] {
    if (socket->client_end != Socket::End::kOpening) return;
    socket->client_end = Socket::End::kOpen;
    hosts_[socket->client].throttle.succeeded();
    to_client_(socket->client, input::SocketOpened{socket->client_id});
  });
  if (!socket->is_at_balancer) to_server_(roomserver::SocketOpened{socket->server_id});
}

void VirtualNetwork::answer_busy(std::size_t client, std::uint32_t times, Millis retry_after, bool keep_alive) {
  Host& host = hosts_[client];
  host.busy_answers = times;
  host.busy = {retry_after.count, keep_alive, "busy " + std::to_string(client)};
}

bool VirtualNetwork::is_answered_busy(const SocketPtr& socket, const std::string& text) {
  Host& host = hosts_[socket->client];
  if (host.busy_answers == 0) return false;
  const auto frame = rsp::decode_client_frame(text);
  const auto* known = std::get_if<rsp::ClientFrame>(&frame);
  if (!known || !std::holds_alternative<rsp::Hello>(*known)) return false;
  --host.busy_answers;
  to_client_end(socket, [this, socket, answer = rsp::encode(rsp::ServerFrame(host.busy))] {
    if (socket->client_end == Socket::End::kOpen) to_client_(socket->client, input::SocketText{socket->client_id, answer});
  });
  return true;
}

void VirtualNetwork::take_text(const SocketPtr& socket, const std::string& text) {
  if (!socket->server_open || is_answered_busy(socket, text)) return;
  if (std::exchange(socket->is_at_balancer, false)) to_server_(roomserver::SocketOpened{socket->server_id});
  to_server_(roomserver::SocketText{socket->server_id, text});
}

// ---- what the server does -------------------------------------------------------------------------------------------------------------

bool VirtualNetwork::perform(const roomserver::Effect& effect) {
  return std::visit([&](const auto& e) { return on(e); }, effect);
}

bool VirtualNetwork::on(const roomserver::SendText& e) {
  if (const SocketPtr socket = of_server(e.socket))
    to_client_end(socket, [this, socket, text = e.text] {
      if (socket->client_end == Socket::End::kOpen) to_client_(socket->client, input::SocketText{socket->client_id, text});
    });
  return true;
}

bool VirtualNetwork::on(const roomserver::CloseSocket& e) {
  const SocketPtr socket = of_server(e.socket);
  if (!socket) return true;
  socket->server_is_closing = true;
  to_client_end(socket, [this, socket, code = e.code] {
    if (socket->client_end == Socket::End::kClosed) return;  // its own closing is on the way
    close_at_client(socket, code);
    to_server_end(socket, [this, socket, code] { close_at_server(socket, code); });
  });
  time_.after(kClosePatience, [this, socket] { run_in_server([this, socket] { close_at_server(socket, 1006); }); });
  return true;
}

// Browsers answer pings by themselves, also while the page's main thread is blocked.
bool VirtualNetwork::on(const roomserver::Ping& e) {
  if (const SocketPtr socket = of_server(e.socket))
    to_client_end(socket, [this, socket] {
      if (socket->client_end != Socket::End::kOpen) return;
      to_server_end(socket, [this, socket] {
        if (socket->server_open) to_server_(roomserver::Pong{socket->server_id});
      });
    });
  return true;
}

// ---- ends of sockets --------------------------------------------------------------------------------------------------------------------

void VirtualNetwork::reset(std::size_t client) {
  const std::vector<SocketPtr> at_server = server_ends(client);
  for (const SocketPtr& socket : std::vector<SocketPtr>(hosts_[client].sockets)) close_at_client(socket, 1006);
  for (const SocketPtr& socket : at_server) server_process_.run([this, socket] { close_at_server(socket, 1006); });
}

void VirtualNetwork::lose_server_end(std::size_t client) {
  for (const SocketPtr& socket : server_ends(client)) server_process_.run([this, socket] { close_at_server(socket, 1006); });
}

void VirtualNetwork::lose_client_end(std::size_t client) {
  for (const SocketPtr& socket : std::vector<SocketPtr>(hosts_[client].sockets)) {
    close_at_client(socket, 1006);
    socket->client_end = Socket::End::kLost;
  }
}

void VirtualNetwork::end_idle_sockets(std::size_t client) {
  for (const SocketPtr& socket : std::vector<SocketPtr>(hosts_[client].sockets)) {
    if (socket->connection) to_server_end(socket, [this, socket] { close_at_server(socket, 1001); });
    close_at_client(socket, 1006);
  }
}

void VirtualNetwork::close_page(std::size_t client) {
  for (const SocketPtr& socket : std::vector<SocketPtr>(hosts_[client].sockets)) {
    if (socket->connection) to_server_end(socket, [this, socket] { close_at_server(socket, 1001); });
    leave_client(socket, Socket::End::kClosed);
  }
}

void VirtualNetwork::close_sockets(std::size_t client) {
  for (const SocketPtr& socket : std::vector<SocketPtr>(hosts_[client].sockets)) {
    if (socket->connection) to_server_end(socket, [this, socket] { close_at_server(socket, 1001); });
    close_at_client(socket, 1001);
  }
}

void VirtualNetwork::vanish(std::size_t client, bool with_host) {
  Host& host = hosts_[client];
  for (const SocketPtr& socket : std::vector<SocketPtr>(host.sockets)) {
    leave_client(socket, Socket::End::kLost);
    if (socket->connection && !with_host && !is_held(client, Direction::kUp)) send_reset_to_server(socket);
  }
  if (with_host) host.path.change_address();
}

void VirtualNetwork::send_reset_to_client(const SocketPtr& socket) {
  to_client_end(socket, [this, socket] { close_at_client(socket, 1006); });
}

void VirtualNetwork::send_reset_to_server(const SocketPtr& socket) {
  carry(socket->client, socket->connection, Direction::kUp,
        [this, socket] { server_process_.run([this, socket] { close_at_server(socket, 1006); }); });
}

void VirtualNetwork::leave_client(const SocketPtr& socket, Socket::End end) {
  Host& host = hosts_[socket->client];
  if (socket->client_end == Socket::End::kOpening) host.throttle.failed(time_.now(), host.random);
  socket->client_end = end;
  std::vector<SocketPtr>& sockets = host.sockets;
  sockets.erase(std::remove(sockets.begin(), sockets.end(), socket), sockets.end());
}

void VirtualNetwork::close_at_client(const SocketPtr& socket, std::int64_t code) {
  if (socket->client_end == Socket::End::kClosed || socket->client_end == Socket::End::kLost) return;
  leave_client(socket, Socket::End::kClosed);
  tell_client(socket->client, input::SocketClosed{socket->client_id, code, ""});
}

void VirtualNetwork::close_at_server(const SocketPtr& socket, std::int64_t code) {
  if (!std::exchange(socket->server_open, false)) return;
  at_server_.erase(socket->server_id.value);
  if (!socket->is_at_balancer) to_server_(roomserver::SocketClosed{socket->server_id, code});
}

// ---- what stands still
// --------------------------------------------------------------------------------------------------------------------

void VirtualNetwork::stand_still(std::size_t client, bool still) {
  Process& browser = hosts_[client].browser;
  still ? browser.stand_still() : browser.go_on();
}

void VirtualNetwork::pause_server(Millis length) {
  server_process_.stand_still();
  server_paused_until_ = later(server_paused_until_, time_.now() + length);
  time_.at(server_paused_until_, [this] {
    if (time_.now() >= server_paused_until_) server_process_.go_on();
  });
}

void VirtualNetwork::run_in_server(VirtualTime::Task task) {
  if (is_server_running()) server_process_.run(std::move(task));
}

void VirtualNetwork::stop_server(bool resets) {
  server_ = resets ? ServerState::kStopped : ServerState::kUnreachable;
  server_process_.forget();
  server_process_.go_on();
  for (const auto& [id, socket] : std::exchange(at_server_, {})) socket->server_open = false;
  if (!resets) return;
  for (const Host& host : hosts_)
    for (const SocketPtr& socket : host.sockets)
      if (socket->connection) send_reset_to_client(socket);
}

void VirtualNetwork::keep_trying(const SocketPtr& socket) {
  for (const Unheard& unheard : unheard_)
    if (unheard.socket == socket) return;
  unheard_.push_back({socket, time_.now()});
}

void VirtualNetwork::start_server() {
  server_ = ServerState::kRunning;
  for (const Unheard& unheard : std::exchange(unheard_, {}))
    time_.after(hosts_[unheard.socket->client].path.back_off(unheard.since), [this, unheard] { send_reset_to_client(unheard.socket); });
}

// ---- finding
// ------------------------------------------------------------------------------------------------------------------------------

std::size_t VirtualNetwork::open_sockets(std::size_t client) const { return hosts_[client].sockets.size(); }

std::vector<VirtualNetwork::SocketPtr> VirtualNetwork::server_ends(std::size_t client) const {
  std::vector<SocketPtr> found;
  for (const auto& [id, socket] : at_server_)
    if (socket->client == client) found.push_back(socket);
  return found;
}

VirtualNetwork::SocketPtr VirtualNetwork::of_client(std::size_t client, SocketId id) const {
  for (const SocketPtr& socket : hosts_[client].sockets)
    if (socket->client_id == id) return socket;
  return nullptr;
}

VirtualNetwork::SocketPtr VirtualNetwork::of_server(SocketId id) const {
  const auto found = at_server_.find(id.value);
  return found == at_server_.end() || found->second->server_is_closing ? nullptr : found->second;
}

}  // namespace holdfast::sim
