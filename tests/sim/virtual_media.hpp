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
  // Packets get from one client to the other. The way back is asked for separately.
  using CanReach = std::function<bool(std::size_t from, std::size_t to)>;
  struct Options {
    bool offers_are_applied_late = false;  // the official client in Chromium and Safari (docs/protocol.md 7.4)
    bool adds_by_transceiver = false;      // … and its way to add tracks: they are never matched with offered sections (7.3)
    bool is_firefox = false;
  };

  VirtualMedia(VirtualTime& time, std::uint64_t seed, ToClient to_client, CanReach can_reach);

  // Gives its number: 0, 1, …
  std::size_t add_client(const Options& options);

  // Effects of a client's batch. What is none of the media's business gives false.
  bool perform(std::size_t client, const Effect& effect);
  // The page is gone, and its connections with it.
  void close_page(std::size_t client);

  // ---- what a check can ask; closed connections are still known ---------------------------------------------------------------------

  // Peer connections this client has open.
  std::size_t open_peers(std::size_t client) const;
  bool is_connected(std::size_t client, PeerId peer) const;
  Instant created(std::size_t client, PeerId peer) const;
  bool is_deaf(std::size_t client, PeerId peer) const;
  std::int64_t bytes_received(std::size_t client, PeerId peer) const;
  // Id of the other end's track whose packets come in at this section now; empty: none do.
  SignaledId received_track(std::size_t client, PeerId peer, const std::string& mid) const;
  // Calls that no browser would have allowed.
  std::size_t error_count() const;

  // ---- what goes wrong; each draws one of the client's open connections, unless it says otherwise ------------------------------------

  // It cannot set its next description.
  void fail_description(std::size_t client);
  // It says connected and receives nothing more.
  void go_deaf(std::size_t client);
  // Its next operation is done and the promise never settles; what the glue has chained behind that waits for ever.
  void lose_answer(std::size_t client);
  // ICE connects and DTLS does not; what is connected already ends by an alert. Only a new connection helps.
  void fail_dtls(std::size_t client);
  // The next connection that is to be made is not.
  void fail_creation(std::size_t client);
  // For a while all its operations take up to so long. Within a connection they stay in order, between two they overtake one another.
  void delay_answers(std::size_t client, Millis up_to, Millis for_how_long);
  // Its candidates are worth nothing from now on; those it gathers from here, after an ICE restart, are.
  void change_address(std::size_t client);
  // The machine stands still: nothing is sent, received or noticed. Give no inputs to a sleeping page.
  void sleep(std::size_t client);
  void wake(std::size_t client);

 private:
  struct End {
    End(std::size_t owner, PeerId peer, std::string name, Instant now) : client(owner), created(now), connection(peer, std::move(name)) {}
    std::size_t client;
    Instant created;
    FakePeerConnection connection;
    bool is_deaf = false;
    bool is_running = false;  // its next operation has its time
    bool is_stuck = false;    // … and will never be done
    bool loses_answer = false;
  };
  struct Client {
    Options options;
    bool is_asleep = false;
    bool creation_fails = false;
    Millis delay;
    Instant delayed_until;
  };
  struct Path {
    End* a;
    End* b;
    FakeMediaPath path;
  };

  Client& client(std::size_t number);
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
  std::vector<Client> clients_;
  std::vector<std::unique_ptr<End>> ends_;
  std::vector<std::unique_ptr<Path>> paths_;
};

}  // namespace holdfast::sim
