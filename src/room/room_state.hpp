// The Room's own state (connecting, connected, reconnecting, disconnected) from signaling, the links' health and the session timeout:
// design "Room state". Emits the Room's and the LocalParticipant's events, and says when the Room is over.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "effect.hpp"

namespace holdfast::room {

// One link to a remote participant, as far as the Room's state depends on it.
struct LinkView {
  ParticipantSid remote;
  bool remote_is_connected = false;  // says the server
  bool healthy_or_new = true;
  bool failed = false;  // not merely suspect
  bool dtls_failed = false;
  Instant since;
};

class RoomState {
 public:
  RoomState();
  ~RoomState();

  void joined(Millis session_timeout, Instant now);
  void signaling_lost(Instant now, Effects& effects);
  void signaling_restored(Instant now, Effects& effects);
  void signaling_alive(Instant now, Effects& effects);
  void links_changed(const std::vector<LinkView>& links, Instant now, Effects& effects);
  void handle_timers(Instant now, Effects& effects);
  std::optional<Instant> next_deadline() const;

  // Participants whose link is in trouble by the rule that also moves the Room (a suspicion that signaling has confirmed).
  std::vector<ParticipantSid> in_trouble() const;
  // Set once a limit was reached: the client ends the Room with this error (53000, 53405, 53407).
  std::optional<Error> verdict() const;
  // The last word. Emits LocalParticipantDisconnected; the client emits the rest around it.
  void end();
  bool is_reconnecting() const;
  bool is_over() const;
  bool is_consistent() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::room
