// The RTCPeerConnections of all tabs and the UDP between them, on virtual time: performs peer effects, reports what browsers report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.hpp"
#include "effect.hpp"
#include "input.hpp"
#include "media_path.hpp"
#include "peer_connection_model.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

class VirtualMedia {
 public:
  using ToClient = std::function<void(std::size_t client, const Input&)>;
  // Packets get from one client to the other. The way back is asked for separately.
  using CanReach = std::function<bool(std::size_t from, std::size_t to)>;
  using Options = BrowserOptions;

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
  bool is_open(std::size_t client, PeerId peer) const;
  bool has_connected(std::size_t client, PeerId peer) const;  // ever, and the client was told
  Instant created(std::size_t client, PeerId peer) const;
  bool is_deaf(std::size_t client, PeerId peer) const;
  bool is_frozen(std::size_t client, PeerId peer) const;
  bool is_other_end_closed(std::size_t client, PeerId peer) const;
  // A connection of theirs has carried media to the client for so long, as far as both browsers know; whether packets get through is
  // another matter.
  bool is_sent_something(std::size_t client, std::size_t by, Millis for_how_long) const;
  bool are_connected(std::size_t client, std::size_t other) const;
  bool are_channels_dead(std::size_t client, std::size_t other) const;
  // Packets of the other client's track come in, at whatever section.
  bool comes_in(std::size_t client, std::size_t by, const SignaledId& track) const;
  // Both ends have offered, and to take this one's offer back may cost it its pictures.
  bool may_freeze_by_glare(std::size_t client, PeerId peer) const;
  std::int64_t bytes_received(std::size_t client, PeerId peer) const;
  // Id of the other end's track whose packets come in at this section now; empty: none do.
  SignaledId received_track(std::size_t client, PeerId peer, const std::string& mid) const;
  // In what size the other end sends what comes in at this section; nothing if there is no such end.
  std::optional<Size> sent_size(std::size_t client, PeerId peer, const std::string& mid) const;
  // How much this client sends at most of each of its videos, on each open connection that carries it; by track.
  std::map<std::string, std::vector<std::int64_t>> video_limits(std::size_t client) const;
  // A connection got a description for the second time, after a rollback, and not all the candidates it had forgotten.
  bool lacks_candidates() const { return lacks_candidates_; }
  // Calls that no browser would have allowed.
  std::size_t error_count() const;

  // ---- what goes wrong; each draws one of the client's open connections, unless it says otherwise ------------------------------------

  // It cannot set its next description.
  void fail_description(std::size_t client);
  // It says connected and receives nothing more. Gives which.
  std::optional<PeerId> go_deaf(std::size_t client);
  void go_deaf(std::size_t client, PeerId peer);
  // Its next operation is done and the promise never settles; what the glue has chained behind that waits for ever.
  void lose_answer(std::size_t client);
  // … or that of the next connection that is made.
  void lose_first_answer(std::size_t client);
  // ICE connects and DTLS does not; what is connected already ends by an alert. Only a new connection helps.
  void fail_dtls(std::size_t client);
  void fail_dtls(std::size_t client, PeerId peer);
  // It cannot answer the next offer that restarts ICE.
  void fail_answer(std::size_t client);
  // For a while it finds no candidates for what it begins to gather.
  void find_nothing(std::size_t client, Millis for_how_long);
  // The next connection that is to be made is not.
  void fail_creation(std::size_t client);
  // None is made until this ends; afterwards every one is.
  void fail_creations(std::size_t client, bool fail) { clients_[client].creations_fail = clients_[client].creation_fails = fail; }
  // For a while all its operations take up to so long. Within a connection they stay in order, between two they overtake one another.
  void delay_answers(std::size_t client, Millis up_to, Millis for_how_long);
  // Its candidates are worth nothing from now on; those it gathers from here, after an ICE restart, are.
  void change_address(std::size_t client);
  // It is called disconnected for a moment, as with much loss.
  void blip(std::size_t client);
  void miss_answers(std::size_t client, PeerId peer, Millis length);
  // Whatever it still was to fail at, it does.
  void heal(std::size_t client);
  // The machine stands still: nothing is sent, received or noticed.
  void sleep(std::size_t client);
  void wake(std::size_t client);

 private:
  struct Client {
    BrowserOptions options;
    std::uint32_t open_peers = 0;
    bool creation_fails = false;
    bool loses_first_answer = false;
    bool creations_fail = false;
    Millis longest_delay;
    Instant delayed_until;
    Instant finds_nothing_until;
    bool fails_answer = false;
    std::optional<Instant> asleep_since;
    std::vector<VirtualTime::Task> on_waking;
  };
  struct End {
    End(std::size_t owner, PeerId peer, const BrowserOptions& options, std::uint64_t seed, Instant now);

    std::size_t client;
    Instant created;
    Prng random;  // its own, so that what happens to another changes little here
    PeerConnectionModel connection;
    MediaPath path;
    Prng lateness;
    bool tells_late;            // of candidates: a description may overtake what it has found
    bool is_operating = false;  // the next operation has its time; the same for the next candidate and the next moment
    bool is_gathering = false;
    std::deque<Input> found;
    bool is_passing = false;
    bool loses_answer = false;
    bool has_connected = false;
    std::size_t known_errors = 0;
  };

  void create(std::size_t client, PeerId peer);
  void close(End& end);
  // What the end has to do by itself from here on.
  void arrange(End& end);
  void operate(End& end);
  void gather(End& end);
  void tell_candidate(End& end);
  void pass(End& end);
  // A step of one end, later, and not while the machine sleeps.
  using Step = void (VirtualMedia::*)(End&);
  void later(End& end, Millis delay, Step step);
  void take(End& end, Step step);
  void hand_over(End& end);
  bool reaches(std::size_t from, std::size_t to) const;
  End* find(std::size_t client, PeerId peer) const;
  const End* other_end(const End& end) const;
  // One of the open connections between these two, as the first of them sees it.
  template <class Predicate>
  bool any_between(std::size_t client, std::size_t other, Predicate predicate) const;
  // One of this client's open connections; which, only the seed and the moment decide.
  End* any_open(std::size_t client);
  template <class Action>
  void for_each_open(std::size_t client, Action action);

  VirtualTime& time_;
  std::uint64_t seed_;
  ToClient to_client_;
  CanReach can_reach_;
  std::vector<Client> clients_;
  std::map<std::pair<std::size_t, std::uint32_t>, std::unique_ptr<End>> ends_;  // by client and peer; closed ones too
  std::map<std::string, End*, std::less<>> by_name_;
  std::size_t error_count_ = 0;
  bool lacks_candidates_ = false;
};

}  // namespace holdfast::sim
