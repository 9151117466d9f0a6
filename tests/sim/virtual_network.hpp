// WebSockets between some clients and one server, on virtual time, with the faults that real networks have: a lost host (everything is
// held back and arrives later, as TCP does), a reset, a refused connection. Carries; decides nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/prng.hpp"
#include "effect.hpp"
#include "input.hpp"
#include "roomserver/server.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

class VirtualNetwork {
 public:
  using ToClient = std::function<void(std::size_t client, const Input&)>;
  using ToServer = std::function<void(const roomserver::Input&)>;

  VirtualNetwork(VirtualTime& time, std::uint64_t seed, ToClient to_client, ToServer to_server);

  // Gives its number: 0, 1, …
  std::size_t add_client();

  // Effects of a client's batch. What is none of the network's business gives false.
  bool perform(std::size_t client, const Effect& effect);
  // … and of the server's.
  bool perform(const roomserver::Effect& effect);

  // A host that is not up sends and receives nothing; what was sent meanwhile arrives when it is up again, if both ends still want it.
  void set_up(std::size_t client, bool up);
  bool is_up(std::size_t client) const { return hosts_[client].up; }
  // The client's sockets end with 1006 at both ends.
  void reset(std::size_t client);
  // The page is gone: the browser closes its sockets with 1001.
  void close_page(std::size_t client);

  // Sockets that this client holds open or is opening.
  std::size_t open_sockets(std::size_t client) const;

 private:
  struct Host {
    Millis latency;
    bool up = true;
    std::deque<VirtualTime::Task> held;
    Instant last_up;    // latest arrival at the server, and …
    Instant last_down;  // … at the client: nothing overtakes
  };
  struct Socket {
    std::size_t client = 0;
    SocketId client_id;
    SocketId server_id;
    bool client_open = true;
    bool server_open = false;
  };
  using SocketPtr = std::shared_ptr<Socket>;
  enum class Direction { kUp, kDown };

  bool on(std::size_t client, const effect::OpenSocket&);
  bool on(std::size_t client, const effect::SendText&);
  bool on(std::size_t client, const effect::CloseSocket&);
  bool on(std::size_t client, const effect::Probe&);
  bool on(std::size_t client, const effect::Beacon&);
  template <class Other>
  bool on(std::size_t, const Other&) {
    return false;
  }
  bool on(const roomserver::SendText&);
  bool on(const roomserver::CloseSocket&);
  bool on(const roomserver::Ping&);
  template <class Other>
  bool on(const Other&) {
    return false;
  }

  void carry(std::size_t client, Direction direction, VirtualTime::Task task);
  SocketPtr of_client(std::size_t client, SocketId id) const;
  SocketPtr of_server(SocketId id) const;
  void open(std::size_t client, SocketId id);
  void close_at_server(const SocketPtr& socket, std::int64_t code);
  void close_at_client(const SocketPtr& socket, std::int64_t code);

  VirtualTime& time_;
  Prng random_;
  ToClient to_client_;
  ToServer to_server_;
  std::vector<Host> hosts_;
  std::vector<SocketPtr> sockets_;
  std::uint32_t next_server_id_ = 1;
};

}  // namespace holdfast::sim
