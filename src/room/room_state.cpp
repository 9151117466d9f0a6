#include "room/room_state.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "mesh.hpp"
#include "room/emit.hpp"

namespace holdfast::room {

using effect::When;
using Event = RoomTable::Event;
using Health = LinkView::Health;

// ---- what the table does ------------------------------------------------------------------------------------------------------------

bool RoomTable::media_is_lost(const Context& context, const Input&) { return context.media_lost; }

void RoomTable::lose_signaling_first(Context& context, const Input& input) {
  lose_signaling_too(context, input);
  emit(*input.effects, effect::RoomReconnecting{{code::kSignalingDisconnected, {}}}, When::kTask);
}

void RoomTable::lose_signaling_too(Context& context, const Input& input) {
  emit(*input.effects, effect::LocalParticipantReconnecting{});
  context.timers.start(RoomTimer::kSignalingLimit, input.now + context.limit);
}

void RoomTable::lose_media(Context&, const Input& input) {
  emit(*input.effects, effect::RoomReconnecting{{code::kMediaConnection, {}}}, When::kTask);
}

void RoomTable::regain_signaling(Context& context, const Input& input) {
  context.timers.stop(RoomTimer::kSignalingLimit);
  emit(*input.effects, effect::LocalParticipantReconnected{}, When::kTask);
}

void RoomTable::regain_signaling_last(Context& context, const Input& input) {
  regain_signaling(context, input);
  emit(*input.effects, effect::RoomReconnected{}, When::kTask);
}

void RoomTable::regain_media(Context&, const Input& input) { emit(*input.effects, effect::RoomReconnected{}, When::kTask); }

void RoomTable::give_up_signaling(Context& context, const Input&) { context.verdict = Error{code::kSignalingConnection, {}}; }

void RoomTable::give_up_media(Context& context, const Input&) {
  context.verdict = Error{context.dtls_failed ? code::kMediaDtls : code::kMediaConnection, {}};
}

void RoomTable::say_goodbye(Context& context, const Input& input) {
  context.timers.stop_all();
  emit(*input.effects, effect::LocalParticipantDisconnected{});
}

// ---- signaling ----------------------------------------------------------------------------------------------------------------------

void RoomState::joined(Millis limit, Instant now, Effects& effects) {
  context_.limit = limit;
  dispatch(Event::kJoined, now, effects);
}

void RoomState::signaling_lost(Instant now, Effects& effects) { dispatch(Event::kSignalingLost, now, effects); }

void RoomState::signaling_restored(Instant now, Effects& effects) {
  // Without signaling no link could be repaired: what failed meanwhile has its whole limit from here on.
  for (Trouble& trouble : troubles_)
    if (trouble.failed_since) trouble.failed_since = later(*trouble.failed_since, now);
  // The answer is a frame from the server too. Asking before the Room is called reconnected spares it a second reconnecting.
  confirm(now);
  weigh();
  dispatch(Event::kSignalingBack, now, effects);
}

void RoomState::signaling_alive(Instant now, Effects& effects) {
  confirm(now);
  derive(now, effects);
}

void RoomState::confirm(Instant now) {
  for (Trouble& trouble : troubles_) {
    if (now >= trouble.since) trouble.confirmed = true;
    if (trouble.remote_connected && now >= trouble.counts_from) trouble.counts = true;
  }
}

// ---- links --------------------------------------------------------------------------------------------------------------------------

namespace {

// Whom the protocol cannot name is there if anyone is.
bool is_there(const ParticipantSid& sid, const std::vector<ParticipantSid>& those) {
  return sid.empty() ? !those.empty() : std::find(those.begin(), those.end(), sid) != those.end();
}

bool is_bad(Health health) { return health == Health::kSuspect || health == Health::kFailed; }

template <class Trouble>
bool concerns(const LinkView& link, const Trouble& trouble) {
  return link.remote.empty() ? link.link == trouble.link : link.remote == trouble.remote;
}

}  // namespace

void RoomState::links_changed(const std::vector<LinkView>& links, const std::vector<ParticipantSid>& present,
                              const std::vector<ParticipantSid>& connected, Instant now, Effects& effects) {
  for (const LinkView& link : links)
    if (is_bad(link.health)) take_link(link, connected);

  std::vector<Trouble> left;
  for (Trouble& trouble : troubles_)
    if (outlives(trouble, links, present, connected, now)) left.push_back(trouble);
  troubles_ = std::move(left);

  if (a_link_may_work_) a_link_worked_until_ = now;
  a_link_may_work_ = std::any_of(links.begin(), links.end(), [&](const LinkView& link) {
    return is_there(link.remote, connected) &&
           std::none_of(troubles_.begin(), troubles_.end(), [&](const Trouble& trouble) { return concerns(link, trouble); });
  });
  derive(now, effects);
}

void RoomState::take_link(const LinkView& link, const std::vector<ParticipantSid>& connected) {
  auto trouble = std::find_if(troubles_.begin(), troubles_.end(), [&](const Trouble& known) { return concerns(link, known); });
  if (trouble == troubles_.end()) {
    Trouble first;
    first.remote = link.remote;
    first.since = link.since;
    first.counts_from = link.since;
    first.remote_connected = is_there(link.remote, connected);
    trouble = troubles_.insert(troubles_.end(), first);
  }
  trouble->link = link.link;
  trouble->dtls_failed = link.dtls_failed;
  if (link.health == Health::kFailed && !trouble->failed_since) trouble->failed_since = link.since;
}

// Whether the trouble is still one, after it was brought up to date.
bool RoomState::outlives(Trouble& trouble, const std::vector<LinkView>& links, const std::vector<ParticipantSid>& present,
                         const std::vector<ParticipantSid>& connected, Instant now) {
  bool has_link = false;
  for (const LinkView& link : links) {
    if (!concerns(link, trouble)) continue;
    if (link.health == Health::kHealthy) return false;
    has_link = true;
  }
  const bool remote_connected = is_there(trouble.remote, connected);
  if (!has_link) {
    // The link was given up. As long as its peer is in the room another one is to follow, and until that works the trouble stays.
    if (trouble.remote.empty() || !is_there(trouble.remote, present)) return false;
    if (!trouble.failed_since) trouble.failed_since = now;
  }
  if (remote_connected && !trouble.remote_connected) {
    trouble.counts_from = now + kReturnGrace;
    if (trouble.failed_since) trouble.failed_since = now;
  }
  trouble.remote_connected = remote_connected;
  if (!remote_connected) {
    trouble.counts = false;
    // It is reconnecting already, and stays so until it is heard again.
    trouble.confirmed = true;
  }
  return true;
}

// ---- what follows -------------------------------------------------------------------------------------------------------------------

void RoomState::weigh() {
  context_.media_lost = std::any_of(troubles_.begin(), troubles_.end(), [](const Trouble& trouble) { return trouble.counts; });
}

void RoomState::derive(Instant now, Effects& effects) {
  weigh();
  dispatch(context_.media_lost ? Event::kMediaLost : Event::kMediaBack, now, effects);
}

void RoomState::run_media_limit() {
  context_.timers.stop(RoomTimer::kMediaLimit);
  if (!machine_.is(State::kMediaLost) || a_link_may_work_) return;
  Instant since = later(a_link_worked_until_, no_limit_before_ - context_.limit);
  context_.dtls_failed = true;
  for (const Trouble& trouble : troubles_) {
    if (!trouble.remote_connected) continue;
    if (!trouble.failed_since) return;
    since = later(since, *trouble.failed_since);
    context_.dtls_failed = context_.dtls_failed && trouble.dtls_failed;
  }
  context_.timers.start(RoomTimer::kMediaLimit, since + context_.limit);
}

void RoomState::weigh_load(std::size_t peers, bool sends_video, Effects& effects) {
  const bool overloaded = sends_video && peers > mesh::kMaxPeers;
  if (!std::exchange(is_overloaded_, overloaded) && overloaded)
    emit(effects, effect::MeshOverloaded{peers + 1, mesh::kMaxPeers + 1}, effect::When::kTask);
}

void RoomState::wake(Instant now) {
  no_limit_before_ = now + kWakeGrace;
  if (const auto deadline = context_.timers.deadline(RoomTimer::kSignalingLimit))
    context_.timers.start(RoomTimer::kSignalingLimit, later(*deadline, no_limit_before_));
  run_media_limit();
  HOLDFAST_CHECK(is_consistent());
}

void RoomState::handle_timers(Instant now, Effects& effects) {
  while (const auto timer = context_.timers.pop_due(now))
    dispatch(*timer == RoomTimer::kSignalingLimit ? Event::kSignalingLimit : Event::kMediaLimit, now, effects);
}

std::optional<Instant> RoomState::next_deadline() const { return context_.timers.next(); }

void RoomState::end(Instant now, Effects& effects) { dispatch(Event::kEnd, now, effects); }

void RoomState::dispatch(Event event, Instant now, Effects& effects) {
  machine_.dispatch(event, context_, {now, &effects});
  run_media_limit();
  HOLDFAST_CHECK(is_consistent());
}

bool RoomState::has_suspicion() const {
  return std::any_of(troubles_.begin(), troubles_.end(),
                     [](const Trouble& trouble) { return !trouble.confirmed || (trouble.remote_connected && !trouble.counts); });
}

std::vector<ParticipantSid> RoomState::those(bool Trouble::*which) const {
  std::vector<ParticipantSid> sids;
  for (const Trouble& trouble : troubles_)
    if (trouble.*which && !trouble.remote.empty()) sids.push_back(trouble.remote);
  return sids;
}

bool RoomState::is_joined() const { return !machine_.is_any({State::kConnecting, State::kOver}); }
std::optional<Millis> RoomState::time_left(Instant now) const {
  const auto limit = context_.timers.next();
  return limit ? std::optional(later(*limit, now) - now) : std::nullopt;
}
bool RoomState::is_calm() const { return machine_.is(State::kConnected) && troubles_.empty(); }
bool RoomState::is_over() const { return machine_.is(State::kOver); }

bool RoomState::is_consistent() const {
  const auto& timers = context_.timers;
  if (timers.is_running(RoomTimer::kMediaLimit) && !machine_.is(State::kMediaLost)) return false;
  switch (machine_.state()) {
    case State::kConnecting:
    case State::kOver:
      return !timers.next();
    case State::kConnected:
      return !timers.next() && !context_.media_lost && !context_.verdict;
    case State::kMediaLost:
      return !timers.is_running(RoomTimer::kSignalingLimit) && context_.media_lost && !context_.verdict;
    case State::kSignalingLost:
      return timers.is_running(RoomTimer::kSignalingLimit) && !context_.verdict;
    case State::kGivenUp:
      return !timers.next() && context_.verdict;
    case State::kCount:
      break;
  }
  return false;
}

}  // namespace holdfast::room
