// The ICE side of the official client's peer connection: candidates with their hazards (docs/protocol.md 7.5), failure detection and
// restarts (7.6).
#include <algorithm>
#include <utility>

#include "official_peer.hpp"

namespace holdfast::sim::official {

namespace {

using Ice = input::IceConnectionState;
using Connection = input::ConnectionState;

constexpr Millis kInactivity = 3_s;

json to_json(const backend::IceCandidate& candidate) {
  json result = {{"candidate", candidate.candidate}};
  if (candidate.sdp_mid) result["sdpMid"] = *candidate.sdp_mid;
  if (candidate.sdp_m_line_index) result["sdpMLineIndex"] = *candidate.sdp_m_line_index;
  if (!candidate.username_fragment.empty()) result["usernameFragment"] = candidate.username_fragment;
  return result;
}

backend::IceCandidate candidate_of(const json& candidate) {
  backend::IceCandidate result{text(candidate, "candidate"), {}, number(candidate, "sdpMLineIndex"), text(candidate, "usernameFragment")};
  if (member(candidate, "sdpMid") != nullptr) result.sdp_mid = text(candidate, "sdpMid");
  return result;
}

}  // namespace

// ---- candidates -------------------------------------------------------------------------------------------------------------------------

// The 15 s begin with a gathering that has given nothing yet: the first, or that of a restart of our own.
void Peer::gather(const std::string& ufrag) {
  if (std::exchange(gathered_ufrag_, ufrag) == ufrag || has_candidates_ || gathering_timeout_.is_set()) return;
  gathering_failed_ = false;
  gathering_timeout_.start();
}

void Peer::on_gathering_timeout() {
  gathering_failed_ = true;
  schedule_restart();
  owner_.on_ice_state();
  owner_.on_connection_state();
}

void Peer::handle(const input::IceCandidateGathered& gathered) {
  if (is_closed_) return;
  has_candidates_ = true;
  gathering_timeout_.clear();
  local_candidates_.push_back(to_json(gathered.candidate));
  publish_candidates(false);
}

void Peer::handle(const input::IceGatheringComplete&) {
  if (!is_closed_) publish_candidates(true);
}

// All since the latest local description, under the ufrag of that one: both can be wrong.
void Peer::publish_candidates(bool complete) {
  json ice = {{"candidates", local_candidates_}, {"ufrag", local_ufrag_}, {"revision", candidates_revision_++}};
  if (complete) ice["complete"] = true;
  owner_.on_local_state({{"id", id()}, {"ice", std::move(ice)}});
}

void Peer::update_ice(const json& ice) {
  const std::string ufrag = text(ice, "ufrag");
  const std::optional<std::int64_t> revision = number(ice, "revision");
  const json* candidates = array(ice, "candidates");
  if (ufrag.empty()) runtime_.complain("ice without a ufrag is never used");
  const auto known = ice_box_.find(ufrag);
  if (known != ice_box_.end() && revision && *revision <= known->second.revision) {
    // A shorter list is an old one, and harmless.
    if (candidates != nullptr && candidates->size() > known->second.candidates.size())
      runtime_.complain("more candidates with a revision that is not greater are ignored");
    return;
  }
  IceEntry& entry = ice_box_[ufrag];
  const std::size_t count = entry.candidates.size();
  if (candidates != nullptr && candidates->size() < count) runtime_.complain("a list of candidates that has shrunk");
  entry.revision = revision.value_or(0);
  entry.candidates = candidates == nullptr ? json::array() : *candidates;
  if (ufrag == remote_ufrag_) add_candidates(entry.candidates, count);
}

void Peer::check_ice_box(const std::string& sdp) {
  const std::string_view ufrag = peer::sdp::ice_ufrag(sdp);
  if (ufrag.empty()) return;
  remote_ufrag_ = ufrag;
  const auto known = ice_box_.find(remote_ufrag_);
  if (known != ice_box_.end()) add_candidates(known->second.candidates, 0);
}

void Peer::add_candidates(const json& candidates, std::size_t from) {
  for (std::size_t i = from; i < candidates.size(); ++i) runtime_.perform(effect::AddIceCandidate{peer(), candidate_of(candidates[i])});
}

// ---- what ICE says ----------------------------------------------------------------------------------------------------------------------

Ice Peer::ice_state() const {
  return gathering_failed_ || (is_inactive_ && raw_ice_state_ == Ice::kDisconnected) ? Ice::kFailed : raw_ice_state_;
}

Connection Peer::connection_state() const { return ice_state() == Ice::kFailed ? Connection::kFailed : raw_connection_state_; }

void Peer::handle(const input::ConnectionStateChanged& change) {
  if (is_closed_) return;
  raw_connection_state_ = change.state;
  owner_.on_connection_state();
}

void Peer::handle(const input::IceConnectionStateChanged& change) {
  if (is_closed_) return;
  const Ice before = std::exchange(raw_ice_state_, change.state);
  const bool is_connected = change.state == Ice::kConnected || change.state == Ice::kCompleted;
  if (is_connected) {
    reconnect_timeout_.clear();
    if (restart_backoff_.is_waiting()) runtime_.admit("ICE came back while a restart was scheduled: there will be no other");
    restart_backoff_.reset();
  }
  if (before != Ice::kFailed && change.state == Ice::kFailed && !should_restart_ice_ && !is_restarting_ice_) schedule_restart();
  if (change.state == Ice::kConnected) {
    is_inactive_ = false;
    stop_monitor();
    poll_.start();
  } else if (change.state != Ice::kDisconnected && change.state != Ice::kCompleted) {
    stop_monitor();
    is_inactive_ = false;
  }
  owner_.on_ice_state();
  if (change.state == Ice::kDisconnected && waits_for_disconnected_) on_inactive();
}

// ---- inactivity -------------------------------------------------------------------------------------------------------------------------

void Peer::stop_monitor() {
  waits_for_disconnected_ = false;
  poll_.clear();
  last_bytes_.reset();
  stats_ = {};
}

void Peer::poll_activity() {
  poll_.start();
  stats_ = runtime_.next_operation();
  runtime_.perform(effect::GetStats{peer(), stats_});
}

void Peer::handle(const input::PeerStats& stats) {
  if (is_closed_ || stats.op != stats_) return;
  if (last_bytes_ != stats.bytes_received) {
    last_bytes_ = stats.bytes_received;
    last_activity_ = runtime_.now;
    waits_for_disconnected_ = false;
  }
  judge_activity();
}

void Peer::judge_activity() {
  if (runtime_.now - last_activity_ < kInactivity) return;
  if (raw_ice_state_ == Ice::kDisconnected)
    on_inactive();
  else
    waits_for_disconnected_ = true;
}

void Peer::on_inactive() {
  stop_monitor();
  if (should_restart_ice_ || is_restarting_ice_) return;
  is_inactive_ = true;
  schedule_restart();
  owner_.on_ice_state();
  owner_.on_connection_state();
}

// ---- restarts ---------------------------------------------------------------------------------------------------------------------------

void Peer::schedule_restart() {
  if (is_closed_ || std::exchange(is_restart_scheduled_, true)) return;
  restart_backoff_.wait([this] { restart_ice(); });
}

void Peer::restart_ice() {
  has_candidates_ = false;
  is_restart_scheduled_ = false;
  should_restart_ice_ = true;
  reconnect_timeout_.start();
  offer();
}

}  // namespace holdfast::sim::official
