#include "official_room.hpp"

#include <utility>

namespace holdfast::sim::official {

namespace {

using Summary = Peers::Summary;

constexpr int kSignalingDisconnected = 53001;
constexpr int kMediaConnection = 53405;
constexpr int kDtlsFailed = 53407;

}  // namespace

RoomState::RoomState(Runtime& runtime, Millis session_timeout, OnDisconnected on_disconnected)
    : on_disconnected_(std::move(on_disconnected)), session_timer_(runtime, session_timeout, [this, &runtime] {
        if (state_ == State::kConnected) runtime.admit("D1: the session timer of a drop that was survived ends the Room");
        if (is_alone_) runtime.admit("D2: the Room of one who is alone after a media failure ends");
        disconnect(reconnecting_error_);
      }) {}

void RoomState::update(bool is_signaling_lost, Summary ice) {
  if (state_ == State::kDisconnected) return;
  is_alone_ = !is_signaling_lost && (ice == Summary::kNew || ice == Summary::kChecking);
  State target = State::kConnected;
  if (is_signaling_lost) {
    target = State::kReconnecting;
  } else if (ice == Summary::kFailed) {
    is_media_reconnecting_ = true;
    target = State::kReconnecting;
  } else if (ice == Summary::kNew || ice == Summary::kChecking) {
    if (is_media_reconnecting_) target = State::kReconnecting;
  } else {
    is_media_reconnecting_ = false;
    reconnecting_error_.reset();
    session_timer_.clear();
  }
  if (target == state_) return;
  state_ = target;
  error_.reset();
  if (target != State::kReconnecting) return;
  ++reconnecting_count_;
  error_ = reconnecting_error_ = is_signaling_lost ? kSignalingDisconnected : kMediaConnection;
  session_timer_.start();
}

void RoomState::check_dtls(Summary connection, Summary ice) {
  if (connection == Summary::kFailed && ice != Summary::kDisconnected && ice != Summary::kFailed) disconnect(kDtlsFailed);
}

void RoomState::disconnect(std::optional<int> error) {
  if (state_ == State::kDisconnected) return;
  state_ = State::kDisconnected;
  error_ = error;
  session_timer_.clear();
  on_disconnected_(error);
}

}  // namespace holdfast::sim::official
