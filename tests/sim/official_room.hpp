// The state of the official client's Room: a rule over signaling and media with its session timer (docs/protocol.md 10.1, 10.2), and its
// defects D1 (the timer runs on where ICE is new), D2 (alone after a media failure is reconnecting) and D3 (an unanswered connection hides
// failures).
#pragma once

#include <functional>
#include <optional>

#include "official_peers.hpp"
#include "official_runtime.hpp"

namespace holdfast::sim::official {

class RoomState {
 public:
  enum class State { kConnected, kReconnecting, kDisconnected };
  using OnDisconnected = std::function<void(std::optional<int> error)>;

  RoomState(Runtime& runtime, Millis session_timeout, OnDisconnected on_disconnected);

  // On every change of signaling or of the ICE summary.
  void update(bool is_signaling_lost, Peers::Summary ice);
  // On every change of the connectionState summary.
  void check_dtls(Peers::Summary connection, Peers::Summary ice);
  void disconnect(std::optional<int> error);

  State state() const { return state_; }
  std::optional<int> error() const { return error_; }
  int reconnecting_count() const { return reconnecting_count_; }

 private:
  OnDisconnected on_disconnected_;
  State state_ = State::kConnected;
  std::optional<int> error_;               // that came with the state
  std::optional<int> reconnecting_error_;  // the one the session timer ends the Room with
  bool is_media_reconnecting_ = false;
  bool is_alone_ = false;  // signaling is well and no connection has got anywhere, as when there is none
  int reconnecting_count_ = 0;
  Timeout session_timer_;
};

}  // namespace holdfast::sim::official
