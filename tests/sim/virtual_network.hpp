// WebSockets between some clients and one server, on virtual time, with the faults that real networks have: a lost host (everything is
// held back and arrives later, as TCP does), a reset, a refused connection. Carries; decides nothing.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "browser.hpp"
#include "dial_throttle.hpp"
#include "effect.hpp"
#include "input.hpp"
#include "process.hpp"
#include "roomserver/server.hpp"
#include "rsp/wire/messages.hpp"
#include "tcp_path.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

class VirtualNetwork {
 public:
  using ToClient = std::function<void(std::size_t client, const Input&)>;
  using ToServer = std::function<void(const roomserver::Input&)>;

  VirtualNetwork(VirtualTime& time, std::uint64_t seed, ToClient to_client, ToServer to_server);

  // Gives its number: 0, 1, … Each client is a host of its own, and draws its own chances.
  std::size_t add_client(Browser browser = Browser::kChromium);

  // Effects of a client's batch. What is none of the network's business gives false.
  bool perform(std::size_t client, const Effect& effect);
  // … and of the server's.
  bool perform(const roomserver::Effect& effect);

  // ---- the way -------------------------------------------------------------------------------------------------------------------
  // Loss is TCP's: what is lost comes later, and nothing overtakes it.
  void set_quality(std::size_t client, Quality quality);
  // A black hole in one direction. What was sent into it on a connection comes late, by TCP's back-off: up to half of the time it has
  // waited, at most 18 s after the end; connections made then work at once.
  void hold(std::size_t client, Direction direction, bool held);
  // A host without network: both directions, and some hosts know it, so that dialling and probing fail at once.
  void set_up(std::size_t client, bool up);
  bool is_held(std::size_t client, Direction direction) const { return hosts_[client].path.is_held(direction); }
  bool is_up(std::size_t client) const { return !is_held(client, Direction::kUp) && !is_held(client, Direction::kDown); }
  // The connections it has are dead for ever, in silence; new ones work.
  void change_address(std::size_t client);
  // Dialling and probing fail at once for so long from now; 0 ends it.
  void refuse(std::size_t client, Millis length);

  // ---- ends of sockets -----------------------------------------------------------------------------------------------------------
  void reset(std::size_t client);             // 1006 at both ends
  void lose_server_end(std::size_t client);   // the server hears 1006; the client too, once it sends again
  void lose_client_end(std::size_t client);   // the client hears 1006 (Firefox without network); the server too, once it sends again
  void end_idle_sockets(std::size_t client);  // Chromium, when a page thaws or leaves its cache: 1006 in the page, 1001 at the server
  void close_page(std::size_t client);        // the page goes: 1001 at the server
  void close_sockets(std::size_t client);     // Firefox after beforeunload: 1001 at the server and in the page, if that lives on
  // A crash. The system resets the connections (1006 at the server), unless the host is gone too: then nobody hears anything.
  void vanish(std::size_t client, bool with_host = false);

  // ---- what stands still -----------------------------------------------------------------------------------------------------------
  // The browser's processes (SIGSTOP): pings go unanswered. Afterwards all at once, in order; wake the page first.
  void stand_still(std::size_t client, bool still);
  // The server's process. Whatever else it does of its own accord, its timers and token verdicts and orders of its host, goes through
  // run_in_server: done at once, or when it runs again, or never if it was stopped.
  void pause_server(Millis length);
  void run_in_server(VirtualTime::Task task);
  // The process ends, and forgets; sockets of clients end with 1006 now (`resets`), or once they send after the start. Until then
  // dialling and probing fail at once. Whoever starts it makes a new RoomServer.
  void stop_server(bool resets);
  void start_server();
  bool is_server_running() const { return server_ == ServerState::kRunning; }

  // A balancer answers the next hellos of this client with `busy` (docs/protocol.md 2.6); a negative `retry_after` is for good. The server
  // sees neither them nor the socket before a hello gets through.
  void answer_busy(std::size_t client, std::uint32_t times, Millis retry_after, bool keep_alive);

  // Sockets that this client holds open or is opening.
  std::size_t open_sockets(std::size_t client) const;
  // Calls that no browser would have allowed: sending before the socket is open.
  std::size_t error_count() const { return error_count_; }
  // More was waiting somewhere than any host would hold: what came last was dropped.
  bool has_overflowed() const;

 private:
  struct Socket {
    std::size_t client = 0;
    SocketId client_id;
    SocketId server_id;
    TcpPath::ConnectionPtr connection;
    enum class End { kOpening, kOpen, kClosed, kLost } client_end = End::kOpening;  // lost: what arrives is answered by a reset
    bool server_open = false;
    bool server_is_closing = false;
    bool is_at_balancer = false;  // the server does not know of it yet
  };
  using SocketPtr = std::shared_ptr<Socket>;
  struct Host {
    Host(VirtualTime& time, std::uint64_t seed, Browser kind) : path(time, seed), random(~seed), throttle(kind) {}
    TcpPath path;
    Prng random;
    DialThrottle throttle;
    Process browser;
    bool knows_no_network = false;
    Instant refused_until;
    std::uint32_t busy_answers = 0;  // still to be given
    rsp::Busy busy;
    std::vector<SocketPtr> sockets;  // whose client end is alive
  };
  enum class ServerState { kRunning, kStopped, kUnreachable };
  struct Unheard {  // sent to a server that was not there, and is sent again once it is
    SocketPtr socket;
    Instant since;
  };

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

  void carry(std::size_t client, const TcpPath::ConnectionPtr& connection, Direction direction, VirtualTime::Task task);
  void to_server_end(const SocketPtr& socket, VirtualTime::Task task);  // by the socket; a reset if there is no such end
  void to_client_end(const SocketPtr& socket, VirtualTime::Task task);
  void tell_client(std::size_t client, Input input);
  bool fails_at_once(const Host& host) const { return host.knows_no_network || time_.now() < host.refused_until; }
  void dial(const SocketPtr& socket);
  void arrive(const SocketPtr& socket);
  void take_text(const SocketPtr& socket, const std::string& text);
  bool is_answered_busy(const SocketPtr& socket, const std::string& text);
  void keep_trying(const SocketPtr& socket);
  void send_reset_to_client(const SocketPtr& socket);
  void send_reset_to_server(const SocketPtr& socket);
  void close_at_server(const SocketPtr& socket, std::int64_t code);
  void close_at_client(const SocketPtr& socket, std::int64_t code);
  void leave_client(const SocketPtr& socket, Socket::End end);
  std::vector<SocketPtr> server_ends(std::size_t client) const;
  SocketPtr of_client(std::size_t client, SocketId id) const;
  SocketPtr of_server(SocketId id) const;

  VirtualTime& time_;
  std::uint64_t seed_;
  ToClient to_client_;
  ToServer to_server_;
  std::deque<Host> hosts_;
  std::map<std::uint32_t, SocketPtr> at_server_;  // whose server end is open
  std::uint32_t next_server_id_ = 1;
  ServerState server_ = ServerState::kRunning;
  Process server_process_;
  Instant server_paused_until_;
  std::vector<Unheard> unheard_;
  std::size_t error_count_ = 0;
  bool has_overflowed_ = false;
};

}  // namespace holdfast::sim
