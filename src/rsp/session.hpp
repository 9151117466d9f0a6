// One membership of a room, as the protocol sees it: acquire ICE servers, connect, keep in sync over any number of sockets, leave.
// Owns the Connection of the moment and the desired state (local tracks, the latest description and candidates of each link): what the
// server has not heard yet is sent as soon as it can be, merged, so nothing queues without bound. Decides nothing about media.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "effect.hpp"
#include "fsm/table.hpp"
#include "input.hpp"
#include "rsp/session_context.hpp"
#include "rsp/session_table.hpp"

namespace holdfast::rsp {

class Session {
 public:
  // `options` are those of the first input. The session draws ids and back-off from its own generator, seeded here.
  Session(input::Connect options, std::uint64_t seed);

  // Every call below appends I/O effects (sockets, probes, logs) to `effects` and news to the list that take_events() hands over.

  void start(Instant now, Effects& effects);

  // After IceServersReady: the first offer, if there is to be one (docs/protocol.md 7.1).
  void connect(std::optional<backend::LinkUpdate> initial_offer, Instant now, Effects& effects);

  // The tracks that should be published, always the full list. Raises the participant revision when something differs.
  void set_local_tracks(const std::vector<backend::LocalTrack>& tracks, Instant now, Effects& effects);
  // Participants whose media do not reach us, and what we wish of the others' tracks, and how good our network is. A server that announced
  // `holdfast` tells them.
  void tell_others(Extension words, Instant now, Effects& effects);
  // Latest local description / cumulative candidates of a link. A kClose is sent once, then the link is forgotten.
  void send_link(const backend::LinkUpdate& link, Instant now, Effects& effects);
  // The link was closed by the other side: nothing of it belongs in a later sync.
  void forget_link(const LinkId& link);

  // Answers to an older RequestToken than the latest change nothing.
  void handle(const input::TokenGiven&, Instant now, Effects& effects);
  void handle(const input::TokenFailed&, Instant now, Effects& effects);

  // Says disconnect, bye and closes with 1000; Ended{} follows. `page_is_going` adds a beacon (design: "Leaving").
  void leave(bool page_is_going, Instant now, Effects& effects);
  // Says disconnect, as a page does that goes to the back-forward cache, and joins again when it wakes. With the option to rejoin only.
  void step_out(Instant now, Effects& effects);
  // A word to a server that announced `holdfast`: the page may be about to go / is hidden; any later message withdraws it.
  enum class Hint { kLeaving, kHidden };
  void hint(Hint hint, Instant now, Effects& effects);

  void handle(const input::SocketOpened&, Instant now, Effects& effects);
  void handle(const input::SocketText&, Instant now, Effects& effects);
  void handle(const input::SocketClosed&, Instant now, Effects& effects);
  void handle(const input::ProbeAnswered&, Instant now, Effects& effects);
  // Packets come again: collapses the back-off.
  void nudge(Instant now, Effects& effects);
  // Network is back or another one: as nudge(), and a live socket is checked or replaced.
  void handle(const input::Network&, Instant now, Effects& effects);
  // Silence up to now is no silence: the machine slept. Checks the socket instead.
  void wake(Instant now, Effects& effects);

  // Fires what is due.
  void handle_timers(Instant now, Effects& effects);
  std::optional<Instant> next_deadline() const;

  std::uint32_t attempt() const { return context_.attempt; }  // to come back; 0: in step, or not joined yet
  std::optional<Instant> next_attempt() const { return context_.timers.deadline(SessionTimer::kPause); }
  const std::string& word() const { return context_.session; }  // that authenticates it to the server; empty until joined
  bool is_connected() const;                                    // in step with the server at this moment
  bool is_over() const;
  // Whom our media do not reach, and what is wished of our tracks, as they say.
  const Extension& heard() const { return context_.incoming.heard(); }
  bool peer_speaks_holdfast() const;  // the server announced the `holdfast` key
  bool is_consistent() const;

  std::vector<SessionEvent> take_events();

 private:
  void dispatch(SessionTable::Event event, const SessionInput& input);
  void on_connection(ConnectionEvent event, Instant now, Effects& effects);
  void on_message(ServerMessage message, Instant now, Effects& effects);
  void on_timer(SessionTimer timer, Instant now, Effects& effects);
  void settle(Instant now, Effects& effects);
  std::optional<Instant> warning() const;

  SessionContext context_;
  fsm::Machine<SessionTable> machine_;
};

}  // namespace holdfast::rsp
