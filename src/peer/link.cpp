#include "peer/link.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/check.hpp"

namespace holdfast::peer {
namespace {

// From the beginning of one replacement of a series to the next, doubled each time: a browser that cannot do it or a peer that never
// answers is not pestered.
constexpr Millis kReplacementPause = 1_s;
constexpr std::uint32_t kMaxPauseDoublings = 5;
// More than any real peer sends; what goes beyond is not received.
constexpr std::size_t kMaxMedia = 256;
// An answer that takes longer will not come, and the browser will not do anything more with this connection, since all is done one by one.
constexpr Millis kStatsLimit = 10_s;

bool same_media(const MediaArrived& a, const MediaArrived& b) { return a.media_id == b.media_id && a.mid == b.mid && a.kind == b.kind; }

bool contains(const std::vector<MediaArrived>& list, const MediaArrived& media) {
  return std::any_of(list.begin(), list.end(), [&](const MediaArrived& known) { return same_media(known, media); });
}

}  // namespace

Link::Link(const LinkId& id, PeerId peer, std::uint32_t& counter, const Predecessors& predecessors, Millis limit, bool is_initial,
           Instant now)
    : negotiation(peer, counter),
      liveness(now, limit, predecessors.replacements, predecessors.after_silence),
      id_(id),
      peer_(peer),
      remote_(predecessors.remote),
      begun_(now),
      last_operation_(counter),
      may_stay_unanswered_(is_initial) {}

void Link::set_expected_media(const std::vector<SignaledId>& media_ids, Instant now, Effects& effects) {
  expected_ = media_ids;
  if (negotiation.is_broken()) return;
  expect(now);
  refresh(effects);
}

void Link::handle(const input::TrackAdded& added) {
  const bool known = std::any_of(received_.begin(), received_.end(), [&](const Section& section) { return section.mid == added.mid; });
  if (!known && received_.size() < kMaxMedia) received_.push_back({added.mid, added.kind});
}

void Link::handle(const input::DataChannelAdded& added, std::vector<PeerEvent>& events) {
  const MediaArrived channel{peer_, SignaledId(added.label), backend::TrackKind::kData, {}};
  if (media_.size() >= kMaxMedia || contains(media_, channel)) return;
  media_.push_back(channel);
  events.push_back(channel);
}

bool Link::handle(const input::PeerStats& stats, Instant now) {
  if (!handle_failed_stats(stats.op)) return false;
  path_ = stats.path;
  if (!negotiation.is_broken()) liveness.handle_bytes(stats.bytes_received, now);
  return true;
}

bool Link::handle_failed_stats(OperationId op) {
  if (op.value == 0 || op != stats_operation_) return false;
  stats_operation_ = {};
  stats_due_.reset();
  return true;
}

void Link::wake(Instant now) {
  liveness.wake(now);
  if (stats_due_) stats_due_ = now + kStatsLimit;
}

void Link::handle_timers(Instant now) {
  liveness.handle_timers(now);
  if (!stats_due_ || *stats_due_ > now) return;
  stats_due_.reset();
  liveness.break_off(now);
}

std::optional<Instant> Link::next_deadline() const { return fsm::earliest(liveness.next_deadline(), stats_due_); }

void Link::settle(Instant now, Effects& effects, std::vector<PeerEvent>& events) {
  if (negotiation.is_broken()) {
    liveness.break_off(now);
    weigh_replacement(now);
    HOLDFAST_CHECK(is_consistent());
    return;
  }
  match_media(events);
  expect(now);
  liveness.set_yielding(negotiation.would_freeze_by_glare());
  if (restarts_seen_ != negotiation.restart_count()) {
    restarts_seen_ = negotiation.restart_count();
    liveness.restarted(now);
  }
  if (!liveness.is_in_trouble()) negotiation.withdraw_restart();
  if (liveness.take_restart()) negotiation.request_restart(effects);
  if (negotiation.has_agreement()) may_stay_unanswered_ = false;
  if (std::exchange(agreed_revision_, negotiation.agreed_revision()) < negotiation.agreed_revision()) liveness.renew_answer_time(now);
  if (!may_stay_unanswered_) liveness.set_negotiating(!negotiation.is_settled(), now);

  local_candidates.set_ufrag(negotiation.local_ufrag());
  remote_candidates.set_ufrag(negotiation.remote_ufrag());
  send_news(events);
  remote_candidates.give(peer_, effects);
  if (liveness.take_stats()) ask_for_stats(now, effects);
  refresh(effects);
  weigh_replacement(now);
  HOLDFAST_CHECK(is_consistent());
}

void Link::refresh(Effects& effects) {
  if (liveness.take_refresh()) effects.push_back(effect::RefreshVideo{peer_});
}

void Link::end_media(std::vector<PeerEvent>& events) {
  for (const MediaArrived& media : std::exchange(media_, {})) events.push_back(MediaGone{peer_, media.media_id});
}

LinkHealth Link::health() const {
  constexpr Health kHealth[] = {Health::kNew, Health::kHealthy, Health::kSuspect, Health::kFailed};
  return {id_, remote_, kHealth[fsm::index_of(liveness.state())], liveness.since(), liveness.has_dtls_failed(), path_, peer_};
}

bool Link::take_health_change() {
  const LinkHealth before = std::exchange(told_health_, health());
  return before.health != told_health_.health || before.since != told_health_.since || before.dtls_failed != told_health_.dtls_failed ||
         before.remote != told_health_.remote;
}

Predecessors Link::as_predecessor(bool replaced_here) const {
  return {remote_, liveness.replacements() + (replaced_here && !negotiation.gave_way() ? 1 : 0), liveness.is_silent()};
}

bool Link::is_consistent() const {
  return negotiation.is_consistent() && liveness.is_consistent() && received_.size() <= kMaxMedia && media_.size() <= kMaxMedia &&
         (!negotiation.is_broken() || liveness.wants_replacement());
}

void Link::send_news(std::vector<PeerEvent>& events) {
  if (auto description = negotiation.take_description()) events.push_back(Send{{id_, remote_, std::move(description), std::nullopt}});
  if (auto ice = local_candidates.take()) events.push_back(Send{{id_, remote_, std::nullopt, std::move(ice)}});
}

void Link::match_media(std::vector<PeerEvent>& events) {
  std::vector<MediaArrived> present;
  for (const MediaArrived& media : media_)
    if (media.kind == backend::TrackKind::kData) present.push_back(media);
  for (const Section& received : received_) {
    const sdp::Section* section = sdp::find(negotiation.remote_sections(), received.mid);
    if (section == nullptr || !sdp::is_sending(*section) || section->track.empty()) continue;
    present.push_back({peer_, section->track, received.kind, received.mid});
  }
  media_.swap(present);
  for (const MediaArrived& media : present)
    if (!contains(media_, media)) events.push_back(MediaGone{peer_, media.media_id});
  for (const MediaArrived& media : media_) {
    if (contains(present, media)) continue;
    events.push_back(media);
    liveness.take_new_media();
  }
}

void Link::expect(Instant now) {
  const auto count = std::count_if(media_.begin(), media_.end(), [&](const MediaArrived& media) {
    return media.kind != backend::TrackKind::kData && std::find(expected_.begin(), expected_.end(), media.media_id) != expected_.end();
  });
  if (count < std::exchange(expected_count_, count)) liveness.expect_less(now);
  liveness.set_expecting(count > 0, now);
}

// One at a time: a browser that is slower than the polls answers all the same.
void Link::ask_for_stats(Instant now, Effects& effects) {
  if (stats_operation_.value != 0) return;
  stats_operation_ = OperationId{++last_operation_};
  stats_due_ = now + kStatsLimit;
  effects.push_back(effect::GetStats{peer_, stats_operation_});
}

void Link::weigh_replacement(Instant now) {
  if (!liveness.wants_replacement()) {
    replacement_due_.reset();
  } else if (!replacement_due_) {
    const std::uint32_t before = liveness.replacements();
    const Millis pause = before == 0 ? 0_ms : Millis{kReplacementPause.count << std::min(before - 1, kMaxPauseDoublings)};
    replacement_due_ = std::max(now, begun_ + pause);
  }
}

}  // namespace holdfast::peer
