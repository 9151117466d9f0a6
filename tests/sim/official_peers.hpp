// The official client's peer connections together: made when the server first mentions an id, closed ids remembered for ever, the tracks
// on all of them, and the one state they have in summary (docs/protocol.md 7.1, 10.1).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "input.hpp"
#include "official_json.hpp"
#include "official_peer.hpp"
#include "official_runtime.hpp"

namespace holdfast::sim::official {

class Peers : public Peer::Owner {
 public:
  class Owner {
   public:
    virtual void on_local_peer_state(const json& peer_state) = 0;
    virtual void on_peer_receiver(const Receiver& receiver) = 0;
    virtual void on_summary_changed() = 0;             // ICE
    virtual void on_connection_summary_changed() = 0;  // connectionState

   protected:
    ~Owner() = default;
  };
  // From best to worst, which differs from the order of time (docs/protocol.md 10.1).
  enum class Summary { kClosed = -3, kFailed, kDisconnected, kNew, kChecking, kConnecting, kConnected, kCompleted };

  Peers(Runtime& runtime, Owner& owner, bool applies_offers_late);

  void set_ice_servers(const json& ice_servers);
  void set_session_timeout(Millis timeout);
  // The client's first connection; `done` when its offer is there.
  void create_and_offer(std::function<void()> done);
  void set_tracks(const std::vector<backend::LocalTrack>& tracks);

  // What the server says: entries of peer_connections.
  void update(const json& entries, bool is_synced);
  void close();
  json states() const;

  Summary ice_summary() const { return ice_summary_; }
  Summary connection_summary() const { return connection_summary_; }
  const Receiver* find_receiver(const std::string& id) const;

  template <class PeerInput>
  void handle(const PeerInput& input) {
    if (Peer* peer = find(input.peer)) peer->handle(input);
  }
  void handle(const input::PeerOperationFailed& failure);
  // Nothing refers to closed connections any more: between two inputs.
  void forget_closed() { closed_.clear(); }

 private:
  void on_local_state(const json& peer_state) override { owner_.on_local_peer_state(peer_state); }
  void on_receiver(const Receiver& receiver) override { owner_.on_peer_receiver(receiver); }
  void on_closed(Peer& peer) override;
  void on_ice_state() override;
  void on_connection_state() override;

  Peer* find(PeerId peer) const;
  Peer* find(const std::string& id) const;
  Peer& get_or_create(const std::string& id);
  void update_entry(const json& entry);
  void drop(Peer& peer);

  Runtime& runtime_;
  Owner& owner_;
  bool applies_offers_late_;
  Millis session_timeout_{30000};
  std::vector<backend::IceServer> ice_servers_;
  std::vector<std::unique_ptr<Peer>> peers_;  // in the order they were made
  std::vector<std::unique_ptr<Peer>> closed_;
  std::set<std::string> closed_ids_;
  std::set<std::string> closed_by_server_;
  std::vector<backend::LocalTrack> tracks_;
  std::uint32_t last_peer_ = 0;
  Summary ice_summary_ = Summary::kNew;
  Summary connection_summary_ = Summary::kNew;
};

}  // namespace holdfast::sim::official
