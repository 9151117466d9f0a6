#include "ice_model.hpp"

#include <utility>

namespace holdfast::sim {

namespace {

// `disconnected` 6.2 to 7 s after the last packet, `failed` 10 s after that in Chromium and 20 s in Firefox.
constexpr std::int64_t kUntilDisconnected = 6200;
constexpr std::uint32_t kSpread = 800;
constexpr Millis kFromDisconnectedToFailed{10000};
constexpr Millis kFromDisconnectedToFailedInFirefox{20300};
// A generation of which no check is ever answered.
constexpr Millis kCheckTime{15000};

}  // namespace

IceModel::IceModel(bool is_firefox, Prng random) : is_firefox_(is_firefox), random_(random) {}

void IceModel::begin(std::string_view own, std::string_view other) {
  if (begun_.own == own && begun_.other == other) return;
  is_restarting_ = has_begun();
  begun_ = {std::string(own), std::string(other)};
  if (std::exchange(is_spent_, false)) selected_ = {};
  ++version_;
}

void IceModel::select() {
  selected_ = begun_;
  if (is_up()) is_restarting_ = false;  // it has moved to the new pair, and nobody noticed
}

void IceModel::pass(Instant now, const Sight& sight, PeerId peer, std::vector<Input>& inputs) {
  if (!has_begun() || phase_ == Phase::kClosed) return;
  pass_ice(now, sight);
  report(peer, inputs);
  pass_dtls(sight);
  report(peer, inputs);
}

void IceModel::pass_ice(Instant now, const Sight& sight) {
  if ((phase_ == Phase::kNew || is_restarting_) && !is_up() && (sight.has_candidates || is_firefox_)) {
    is_restarting_ = false;
    phase_ = Phase::kChecking;
    checking_since_ = now;
    return;
  }
  switch (phase_) {
    case Phase::kChecking:
      if (sight.answers) return come_up(now);
      if (now - checking_since_ < kCheckTime) return;
      phase_ = Phase::kFailed;
      is_spent_ = true;
      return;
    case Phase::kConnected:
      if (sight.answers && !is_firefox_ && random_.chance(1, 8)) phase_ = Phase::kCompleted;
      [[fallthrough]];
    case Phase::kCompleted:
      if (sight.answers && now < misses_answers_until_) {
        last_answer_ = now - until_disconnected_;
        phase_ = Phase::kDisconnected;
      } else if (sight.answers) {
        last_answer_ = now;
      } else if (now - last_answer_ >= until_disconnected_) {
        phase_ = Phase::kDisconnected;
      }
      return;
    case Phase::kDisconnected:
      if (sight.answers && now >= misses_answers_until_) return come_up(now);
      if (now - last_answer_ < until_disconnected_ + (is_firefox_ ? kFromDisconnectedToFailedInFirefox : kFromDisconnectedToFailed)) return;
      phase_ = Phase::kFailed;
      is_spent_ = true;
      return;
    case Phase::kFailed:
      if (sight.answers) come_up(now);
      return;
    case Phase::kNew:
    case Phase::kClosed:
      return;
  }
}

void IceModel::come_up(Instant now) {
  phase_ = Phase::kConnected;
  is_spent_ = false;
  last_answer_ = now;
  until_disconnected_ = Millis{kUntilDisconnected + random_.below(kSpread)};
}

// Both ends shake hands once both are up; the one that fails tells the other, if that can hear.
void IceModel::pass_dtls(const Sight& sight) {
  if (!is_up() || dtls_ == Dtls::kFailed) return;
  if (dtls_ == Dtls::kNew) {
    dtls_ = Dtls::kConnecting;
  } else if (fails_dtls_ || (sight.fails_dtls && sight.answers)) {
    dtls_ = Dtls::kFailed;
  } else if (dtls_ == Dtls::kConnecting && sight.answers && sight.is_up) {
    dtls_ = Dtls::kConnected;
  }
}

bool IceModel::wake(Instant now, Millis slept, PeerId peer, std::vector<Input>& inputs) {
  checking_since_ = checking_since_ + slept;
  last_answer_ = last_answer_ + slept;
  if (!is_up() || slept < until_disconnected_ + kFromDisconnectedToFailed) return true;
  phase_ = Phase::kFailed;
  report(peer, inputs);
  if (is_firefox_) {
    is_spent_ = true;
    return false;
  }
  phase_ = Phase::kDisconnected;
  last_answer_ = now;
  report(peer, inputs);
  return true;
}

void IceModel::blip(PeerId peer, std::vector<Input>& inputs) {
  if (!is_up()) return;
  phase_ = Phase::kDisconnected;
  report(peer, inputs);
}

void IceModel::report(PeerId peer, std::vector<Input>& inputs) {
  const input::IceConnectionState ice = ice_now();
  const input::ConnectionState connection = connection_now();
  if (std::exchange(ice_, ice) != ice) {
    inputs.push_back(input::IceConnectionStateChanged{peer, ice});
    ++version_;
  }
  if (std::exchange(connection_, connection) != connection) {
    inputs.push_back(input::ConnectionStateChanged{peer, connection});
    ++version_;
  }
}

input::IceConnectionState IceModel::ice_now() const {
  using Ice = input::IceConnectionState;
  switch (phase_) {
    case Phase::kNew:
      return Ice::kNew;
    case Phase::kChecking:
      return Ice::kChecking;
    case Phase::kConnected:
      return Ice::kConnected;
    case Phase::kCompleted:
      return Ice::kCompleted;
    case Phase::kDisconnected:
      return Ice::kDisconnected;
    case Phase::kFailed:
      return is_firefox_ ? Ice::kFailed : Ice::kDisconnected;
    case Phase::kClosed:
      break;
  }
  return Ice::kClosed;
}

// webrtc-pc 1.0, 4.3.3.
input::ConnectionState IceModel::connection_now() const {
  using Connection = input::ConnectionState;
  if (phase_ == Phase::kClosed) return Connection::kClosed;
  if (phase_ == Phase::kFailed || dtls_ == Dtls::kFailed) return Connection::kFailed;
  if (phase_ == Phase::kDisconnected) return Connection::kDisconnected;
  if (phase_ == Phase::kNew && dtls_ == Dtls::kNew) return Connection::kNew;
  return is_up() && dtls_ == Dtls::kConnected ? Connection::kConnected : Connection::kConnecting;
}

}  // namespace holdfast::sim
