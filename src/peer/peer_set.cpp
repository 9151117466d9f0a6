#include "peer/peer_set.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/check.hpp"
#include "base/uuid.hpp"
#include "fsm/timers.hpp"
#include "peer/link.hpp"

namespace holdfast::peer {
namespace {

// A room of this size is more than a mesh can carry; Chromium refuses connections at 500 a page.
constexpr std::size_t kMaxLinks = 64;
constexpr std::size_t kMaxClosed = 1024;
constexpr std::size_t kMaxPredecessors = kMaxLinks;

template <class T>
void forget_oldest(std::vector<T>& list, std::size_t limit) {
  if (list.size() > limit) list.erase(list.begin());
}

}  // namespace

PeerSet::PeerSet(std::uint64_t seed) : prng_(seed) {}
PeerSet::~PeerSet() = default;

// ---- what the client says ----------------------------------------------------------------------------------------------------------

void PeerSet::set_ice_servers(const std::vector<backend::IceServer>& servers, Effects& effects) {
  ice_servers_ = servers;
  for (const auto& link : links_) effects.push_back(effect::SetIceServers{link->peer(), servers});
}

void PeerSet::set_signaling(bool connected, Instant now, Effects& effects) {
  if (signaling_ == connected) return;
  signaling_ = connected;
  for (const auto& link : links_) {
    link->liveness.set_signaling(connected, now);
    link->negotiation.set_signaling(connected, effects);
  }
  settle(now, effects);
}

void PeerSet::set_limit(Millis limit) {
  limit_ = limit;
  for (const auto& link : links_) link->liveness.set_limit(limit);
}

void PeerSet::open_initial(Instant now, Effects& effects) {
  open(LinkId(make_uuid(prng_)), {}, true, now, effects).negotiation.request_offer(effects);
  settle(now, effects);
}

void PeerSet::set_local_tracks(const std::vector<backend::LocalTrack>& tracks, Instant now, Effects& effects) {
  local_tracks_ = tracks;
  for (const auto& link : links_) link->negotiation.set_tracks(tracks, effects);
  settle(now, effects);
}

void PeerSet::set_expected_media(const std::vector<SignaledId>& media_ids, Effects& effects) {
  expected_media_ = media_ids;
  for (const auto& link : links_) link->set_expected_media(media_ids, now_, effects);
}

void PeerSet::expect_anew(const ParticipantSid& remote) {
  for (const auto& link : links_)
    if (link->remote() == remote) link->liveness.take_new_media();
}

void PeerSet::fit(const std::vector<backend::Wish>& wishes, std::size_t peers, Effects& effects) {
  for (const auto& link : links_) link->negotiation.fit(link->remote(), wishes, peers, effects);
}

void PeerSet::apply(const std::vector<backend::LinkUpdate>& links, bool complete, Instant now, Effects& effects) {
  for (std::size_t i = links_.size(); complete && i-- > 0;) {
    Link& link = *links_[i];
    const bool is_listed =
        std::any_of(links.begin(), links.end(), [&](const backend::LinkUpdate& update) { return update.link == link.id(); });
    if (is_listed) continue;
    link.negotiation.close(effects);
    drop(link, true);
  }
  for (const backend::LinkUpdate& update : links) {
    // The server still has a link that we closed: our `close` was lost with the connection of that moment.
    const ClosedLink* closed = find_closed(update.link);
    if (complete && closed != nullptr && closed->close_revision > 0) send_close(*closed, update.remote);
    apply(update, now, effects);
  }
  settle(now, effects);
}

void PeerSet::apply(const backend::LinkUpdate& update, Instant now, Effects& effects) {
  using backend::DescriptionType;
  Link* link = find(update.link);
  if (link == nullptr) {
    if (!update.description || find_closed(update.link) != nullptr) return;
    const DescriptionType type = update.description->type;
    if (type == DescriptionType::kClose) remember_closed({update.link, 0});
    if (type != DescriptionType::kOffer && type != DescriptionType::kCreateOffer) return;
    if (links_.size() == kMaxLinks) {
      effects.push_back(effect::Log{effect::LogLevel::kWarn, "too many peer connections: another one is refused"});
      return;
    }
    link = &open(update.link, update.remote, false, now, effects);
  }
  if (!update.remote.empty()) link->set_remote(update.remote);
  if (update.description) link->negotiation.apply(*update.description, effects);
  if (update.description && update.description->type == DescriptionType::kClose) return drop(*link, true);
  if (update.ice) link->remote_candidates.add(*update.ice);
}

// ---- what the browser says ---------------------------------------------------------------------------------------------------------

// An answer to an operation. What is of a connection or an operation that is gone is dropped, and counted.
template <class Input>
void PeerSet::answer(const Input& input, Effects& effects, Instant now) {
  Link* link = find(input.peer);
  if (link == nullptr || !link->negotiation.handle(input, effects)) ++stale_answers_;
  settle(now, effects);
}

void PeerSet::handle(const input::LocalDescriptionSet& input, Instant now, Effects& effects) { answer(input, effects, now); }
void PeerSet::handle(const input::RemoteDescriptionSet& input, Instant now, Effects& effects) { answer(input, effects, now); }
void PeerSet::handle(const input::PeerOperationFailed& input, Instant now, Effects& effects) {
  Link* link = find(input.peer);
  if (link != nullptr && link->handle_failed_stats(input.op)) return settle(now, effects);
  answer(input, effects, now);
}

void PeerSet::handle(const input::IceCandidateGathered& input, Instant now, Effects& effects) {
  if (Link* link = find(input.peer)) link->local_candidates.add(input.candidate);
  settle(now, effects);
}

void PeerSet::handle(const input::IceGatheringComplete& input, Instant now, Effects& effects) {
  if (Link* link = find(input.peer)) link->local_candidates.complete();
  settle(now, effects);
}

void PeerSet::handle(const input::ConnectionStateChanged& input, Instant now, Effects& effects) {
  if (Link* link = find(input.peer)) link->liveness.handle(input.state, now);
  settle(now, effects);
}

void PeerSet::handle(const input::IceConnectionStateChanged& input, Instant now, Effects& effects) {
  if (Link* link = find(input.peer)) link->liveness.handle(input.state);
  settle(now, effects);
}

void PeerSet::handle(const input::TrackAdded& input, Instant now, Effects& effects) {
  if (Link* link = find(input.peer)) link->handle(input);
  settle(now, effects);
}

void PeerSet::handle(const input::DataChannelAdded& input, Instant now, Effects& effects) {
  if (Link* link = find(input.peer)) link->handle(input, events_);
  settle(now, effects);
}

void PeerSet::handle(const input::PeerStats& input, Instant now, Effects& effects) {
  Link* link = find(input.peer);
  if (link == nullptr || !link->handle(input, now)) ++stale_answers_;
  settle(now, effects);
}

// ---- time --------------------------------------------------------------------------------------------------------------------------

void PeerSet::wake(Instant now, Effects& effects) {
  for (const auto& link : links_) link->wake(now);
  settle(now, effects);
}

void PeerSet::handle_timers(Instant now, Effects& effects) {
  for (const auto& link : links_) link->handle_timers(now);
  settle(now, effects);
}

std::optional<Instant> PeerSet::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& link : links_) {
    next = fsm::earliest(next, link->next_deadline());
    if (signaling_) next = fsm::earliest(next, link->replacement_due());
  }
  return next;
}

// ---- links -------------------------------------------------------------------------------------------------------------------------

Link* PeerSet::find(PeerId peer) {
  for (const auto& link : links_)
    if (link->peer() == peer) return link.get();
  return nullptr;
}

const ParticipantSid* PeerSet::remote_of(PeerId peer) {
  const Link* link = find(peer);
  return link == nullptr ? nullptr : &link->remote();
}

Link* PeerSet::find(const LinkId& id) {
  for (const auto& link : links_)
    if (link->id() == id) return link.get();
  return nullptr;
}

// Our tracks are on the connection before any description, so an answer can carry them already.
Link& PeerSet::open(const LinkId& id, const ParticipantSid& remote, bool is_initial, Instant now, Effects& effects) {
  const PeerId peer{++last_peer_};
  links_.push_back(std::make_unique<Link>(id, peer, last_operation_, take_predecessors(remote), limit_, is_initial, now));
  Link& link = *links_.back();
  effects.push_back(effect::CreatePeer{peer, ice_servers_});
  link.liveness.set_signaling(signaling_, now);
  link.negotiation.set_signaling(signaling_, effects);
  link.negotiation.set_id_suffix(id_suffix_);
  link.negotiation.set_tracks(local_tracks_, effects);
  link.set_expected_media(expected_media_, now, effects);
  return link;
}

Predecessors PeerSet::take_predecessors(const ParticipantSid& remote) {
  Predecessors found{remote, 0, false};
  for (std::size_t i = 0; i < predecessors_.size(); ++i) {
    if (predecessors_[i].remote != remote) continue;
    found = predecessors_[i];
    predecessors_.erase(predecessors_.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  return found;
}

void PeerSet::drop(Link& link, bool by_remote) {
  const bool says_so = !by_remote && link.negotiation.has_begun();
  const ClosedLink closed{link.id(), says_so ? link.negotiation.next_revision() : 0};
  if (says_so) send_close(closed, link.remote());
  link.end_media(events_);
  events_.push_back(Closed{link.id(), by_remote});
  health_changed_ = true;
  remember_closed(closed);
  if (!by_remote || link.liveness.is_in_trouble()) {
    predecessors_.push_back(link.as_predecessor(!by_remote));
    forget_oldest(predecessors_, kMaxPredecessors);
  }
  links_.erase(std::find_if(links_.begin(), links_.end(), [&](const auto& known) { return known.get() == &link; }));
}

const PeerSet::ClosedLink* PeerSet::find_closed(const LinkId& id) const {
  for (const ClosedLink& closed : closed_)
    if (closed.id == id) return &closed;
  return nullptr;
}

void PeerSet::remember_closed(const ClosedLink& closed) {
  closed_.push_back(closed);
  forget_oldest(closed_, kMaxClosed);
}

void PeerSet::send_close(const ClosedLink& closed, const ParticipantSid& remote) {
  const backend::Description close{backend::DescriptionType::kClose, closed.close_revision, {}};
  events_.push_back(Send{{closed.id, remote, close, std::nullopt}});
}

// A `close` of ours makes the server set up another link between the same two (docs/protocol.md 8.7).
void PeerSet::replace_due(Instant now, Effects& effects) {
  for (std::size_t i = links_.size(); signaling_ && i-- > 0;) {
    Link& link = *links_[i];
    if (!link.replacement_due() || *link.replacement_due() > now) continue;
    effects.push_back(effect::Log{effect::LogLevel::kInfo, "peer " + std::to_string(link.peer().value) + ": replaced"});
    link.negotiation.close(effects);
    drop(link, false);
  }
}

void PeerSet::settle(Instant now, Effects& effects) {
  now_ = now;
  for (const auto& link : links_) link->settle(now, effects, events_);
  replace_due(now, effects);
  bool works_now = false;
  for (const auto& link : links_) {
    if (!link->take_health_change()) continue;
    health_changed_ = true;
    works_now = works_now || link->health().health == Health::kHealthy;
  }
  if (std::exchange(health_changed_, false)) events_.push_back(HealthChanged{works_now});
  HOLDFAST_CHECK(is_consistent());
}

std::vector<LinkHealth> PeerSet::health() const {
  std::vector<LinkHealth> list;
  for (const auto& link : links_) list.push_back(link->health());
  return list;
}

void PeerSet::close_all(Effects& effects) {
  while (!links_.empty()) {
    Link& link = *links_.back();
    link.negotiation.close(effects);
    drop(link, true);
  }
}

bool PeerSet::is_consistent() const {
  const auto is_open_once = [&](const auto& link) {
    return link->is_consistent() && find_closed(link->id()) == nullptr &&
           std::count_if(links_.begin(), links_.end(), [&](const auto& other) { return other->id() == link->id(); }) == 1;
  };
  return links_.size() <= kMaxLinks && closed_.size() <= kMaxClosed && predecessors_.size() <= kMaxPredecessors &&
         std::all_of(links_.begin(), links_.end(), is_open_once);
}

std::uint32_t PeerSet::stale_answer_count() const { return stale_answers_; }

std::vector<PeerEvent> PeerSet::take_events() { return std::exchange(events_, {}); }

}  // namespace holdfast::peer
