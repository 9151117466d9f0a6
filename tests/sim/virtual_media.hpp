// The RTCPeerConnections of all tabs and the UDP between them, on virtual time: performs peer effects, reports what browsers report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "effect.hpp"
#include "fake_peer_connection.hpp"
#include "input.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

class VirtualMedia {
 public:
  using ToClient = std::function<void(std::size_t client, const Input&)>;
  using CanReach = std::function<bool(std::size_t a, std::size_t b)>;

  VirtualMedia(VirtualTime& time, std::uint64_t seed, ToClient to_client, CanReach can_reach);

  // Effects of a client's batch. What is none of the media's business gives false.
  bool perform(std::size_t client, const Effect& effect);
  // The page is gone, and its connections with it.
  void close_page(std::size_t client);
  // Peer connections this client has open.
  std::size_t open_peers(std::size_t client) const;
  bool is_connected(std::size_t client, PeerId peer) const;
  Instant created(std::size_t client, PeerId peer) const;
  bool is_deaf(std::size_t client, PeerId peer) const;
  std::int64_t bytes_received(std::size_t client, PeerId peer) const;

  // One open connection of this client cannot set its next description, or says connected and receives nothing more.
  void fail_description(std::size_t client);
  void go_deaf(std::size_t client);
  // Calls that no browser would have allowed.
  std::size_t error_count() const;

 private:
  struct End {
    End(std::size_t owner, PeerId peer, std::string name, Instant now) : client(owner), created(now), connection(peer, std::move(name)) {}
    std::size_t client;
    Instant created;
    FakePeerConnection connection;
    bool is_deaf = false;
    bool is_running = false;  // its next operation has its time
  };
  struct Path {
    End* a;
    End* b;
    FakeMediaPath path;
  };

  void run(End& end);
  void pair_up(End& end, const std::string& remote_sdp);
  void let_time_pass();
  void hand_over(End& end);
  End* find(std::size_t client, PeerId peer) const;
  End* any_open(std::size_t client);

  VirtualTime& time_;
  Prng random_;
  ToClient to_client_;
  CanReach can_reach_;
  std::vector<std::unique_ptr<End>> ends_;
  std::vector<std::unique_ptr<Path>> paths_;
};

}  // namespace holdfast::sim
