// One peer connection of the official client: its negotiation with queue and glare rule, its candidates, its watch over failures
// (docs/protocol.md 7). Steps that wait for a promise are continuations; one that is never answered, or fails, leaves the rest undone, as
// a promise chain does: a failure gives the lock back, silence keeps it for ever.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend.hpp"
#include "input.hpp"
#include "official_json.hpp"
#include "official_runtime.hpp"
#include "peer/sdp.hpp"

namespace holdfast::sim::official {

// A remote track or data channel as it arrived.
struct Receiver {
  std::string id;  // signaled
  backend::TrackKind kind = backend::TrackKind::kAudio;
  PeerId peer;
  std::string mid;
};

class Peer {
 public:
  struct Options {
    std::string id;
    PeerId peer;
    bool applies_offers_late = true;
    Millis session_timeout{30000};
  };
  class Owner {
   public:
    virtual void on_local_state(const json& peer_state) = 0;  // a description, or candidates
    virtual void on_receiver(const Receiver& receiver) = 0;
    virtual void on_closed(Peer& peer) = 0;
    virtual void on_ice_state() = 0;
    virtual void on_connection_state() = 0;

   protected:
    ~Owner() = default;
  };

  Peer(Runtime& runtime, Owner& owner, Options options, const std::vector<backend::IceServer>& ice_servers);

  const std::string& id() const { return options_.id; }
  PeerId peer() const { return options_.peer; }
  bool is_closed() const { return is_closed_; }
  input::IceConnectionState ice_state() const;
  input::ConnectionState connection_state() const;
  const std::vector<Receiver>& receivers() const { return receivers_; }

  void add(const backend::LocalTrack& track);
  void remove(const SignaledId& id);
  bool has_application_section() const;

  // The first offer of a client is waited for; `done` is not called if it fails.
  void offer(std::function<void()> done = [] {});
  // What the server says of it.
  void update(const json& entry);
  // Without a word, and with one.
  void close_silently();
  void close();
  // For sync and connect; null before the first description.
  json state() const;
  void set_session_timeout(Millis timeout) { reconnect_timeout_.set_delay(timeout); }

  void handle(const input::LocalDescriptionSet& report);
  void handle(const input::RemoteDescriptionSet& report);
  bool handle(const input::PeerOperationFailed& report);  // whether it was an operation of its own
  void handle(const input::IceCandidateGathered& gathered);
  void handle(const input::IceGatheringComplete& gathered);
  void handle(const input::ConnectionStateChanged& change);
  void handle(const input::IceConnectionStateChanged& change);
  void handle(const input::TrackAdded& added);
  void handle(const input::DataChannelAdded& added);
  void handle(const input::PeerStats& stats);

 private:
  using Then = std::function<void()>;
  enum class Signaling { kStable, kHaveLocalOffer, kHaveRemoteOffer };
  struct Description {
    std::string type;
    std::int64_t revision = 0;
    std::string sdp;
  };
  struct IceEntry {
    std::int64_t revision = 0;
    json candidates = json::array();
  };
  struct Sender {
    SignaledId id;
    backend::TrackKind kind = backend::TrackKind::kAudio;
    std::string recycled_mid;  // of the transceiver it took over; empty: it has its own
  };
  // What later decisions need of a local description.
  struct LocalView {
    std::string ufrag;
    int sending_audio = 0;
    int sending_video = 0;
    bool has_application = false;
  };
  struct Operation {
    OperationId id;
    effect::LocalDescriptionType local = effect::LocalDescriptionType::kOffer;
    Then then;
  };

  // The lock: one negotiation step at a time.
  void take_lock(Then locked);
  void release_lock();

  void make_offer(Then then);
  void answer(const Description& offer, std::function<void(bool offered_again)> then);
  void resolve_glare(const Description& offer, Then then);
  void update_description(const Description& description, Then then);
  void take_answer(const Description& description, Then then);
  void take_create_offer(const Description& description, Then then);
  void take_offer(const Description& description, Then then);
  void process_queued(Then then);
  void maybe_offer_again(std::function<void(bool offered)> then);
  void set_local(effect::LocalDescriptionType type, bool ice_restart, Then then);
  void set_remote(const Description& description, Then then);
  void local_set(const input::LocalDescriptionSet& report, effect::LocalDescriptionType type);
  void negotiation_completed();
  void gather(const std::string& ufrag);
  void receive(Receiver receiver);

  void update_ice(const json& ice);
  void check_ice_box(const std::string& sdp);
  void add_candidates(const json& candidates, std::size_t from);
  void publish_candidates(bool complete);

  void poll_activity();
  void judge_activity();
  void on_inactive();
  void stop_monitor();
  void schedule_restart();
  void restart_ice();
  void on_gathering_timeout();

  Runtime& runtime_;
  Owner& owner_;
  Options options_;
  bool is_closed_ = false;

  bool is_locked_ = false;
  std::deque<Then> waiting_for_lock_;
  std::optional<Operation> operation_;  // whose promise is open
  Signaling signaling_ = Signaling::kStable;

  std::int64_t revision_ = 0;         // D
  std::int64_t stable_revision_ = 0;  // S
  bool needs_answer_ = false;
  bool should_offer_ = false;
  bool should_restart_ice_ = false;
  bool is_restarting_ice_ = false;
  std::optional<Description> queued_;
  std::optional<Description> local_;  // the latest, also if rolled back; type close after close()
  std::vector<std::int64_t> offered_, heard_offers_, heard_create_offers_;

  std::vector<Sender> senders_;
  std::size_t channel_count_ = 0;
  std::vector<input::Transceiver> transceivers_;  // by the latest report
  std::deque<input::Transceiver> recycled_;
  std::optional<LocalView> pending_local_, current_local_;
  std::map<std::string, std::string> media_ids_;  // of remote sections, by mid
  std::vector<Receiver> receivers_;

  json local_candidates_ = json::array();
  std::string local_ufrag_;
  std::int64_t candidates_revision_ = 1;
  bool has_candidates_ = false;
  std::string gathered_ufrag_;
  std::string remote_ufrag_;
  std::map<std::string, IceEntry> ice_box_;

  input::IceConnectionState raw_ice_state_ = input::IceConnectionState::kNew;
  input::ConnectionState raw_connection_state_ = input::ConnectionState::kNew;
  bool is_inactive_ = false;
  bool gathering_failed_ = false;
  bool is_restart_scheduled_ = false;
  bool waits_for_disconnected_ = false;  // inactive, but ICE does not say disconnected yet
  std::optional<std::int64_t> last_bytes_;
  Instant last_activity_;
  OperationId stats_;
  Timeout poll_, gathering_timeout_, reconnect_timeout_;
  Backoff restart_backoff_;
};

}  // namespace holdfast::sim::official
