#include "peer/negotiation.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"

namespace holdfast::peer {
namespace {

using Context = NegotiationContext;
using In = NegotiationInput;
using backend::Description;
using backend::DescriptionType;
using effect::LocalDescriptionType;

OperationId begin_operation(Context& context) {
  context.operation = OperationId{++context.last_operation};
  return context.operation;
}

void set_local(Context& context, const In& in, LocalDescriptionType type) {
  effect::SetLocalDescription effect{context.peer, begin_operation(context), type};
  if (type == LocalDescriptionType::kOffer) {
    effect.ice_restart = context.restart_offered;
    effect.receive_media = !context.media.has_agreement() || !context.media.has_media();
  }
  in.effects.push_back(effect);
}

void set_remote(Context& context, const In& in, DescriptionType type) {
  const std::string& sdp = in.description->sdp;
  context.applying_revision = in.description->revision;
  context.applying_offer = type == DescriptionType::kOffer;
  context.open_remote = RemoteView{sdp::sections(sdp), std::string(sdp::ice_ufrag(sdp))};
  in.effects.push_back(effect::SetRemoteDescription{context.peer, begin_operation(context), type, sdp});
}

// An offer of ours came to nothing: if it was to restart ICE, that is still to be done.
void keep_restart(Context& context) {
  context.restart_wanted = context.restart_wanted || context.restart_offered;
  context.restart_offered = false;
}

void forget_open_remote(Context& context) {
  context.open_remote.reset();
  context.is_open_remote_applied = false;
}

void agree(Context& context, bool ours) {
  context.has_only_answered = !context.media.has_agreement() && !ours;
  context.stable_revision = context.applying_revision;
  context.media.agree(ours);
  const bool they_restarted = !context.remote.ufrag.empty() && context.remote.ufrag != context.open_remote->ufrag;
  if (they_restarted || context.restart_offered) {
    ++context.restarts;
    context.restart_wanted = false;
  }
  context.restart_offered = false;
  context.remote = std::move(*context.open_remote);
  forget_open_remote(context);
  context.offer_wanted = false;
  context.failures = 0;
}

void forget_open(Context& context) {
  context.media.roll_back();
  forget_open_remote(context);
  keep_restart(context);
}

}  // namespace

// ---- guards ------------------------------------------------------------------------------------------------------------------------

bool NegotiationTable::is_stale(const Context& context, const Input& in) { return in.description->revision <= context.stable_revision; }

bool NegotiationTable::is_first_negotiation(const Context& context, const Input&) { return context.stable_revision == 0; }

bool NegotiationTable::is_answer_to_ours(const Context& context, const Input& in) { return in.description->revision == context.revision; }

bool NegotiationTable::has_lost_glare(const Context& context, const Input&) {
  return context.stable_revision > 0 && context.queued && context.queued->type == DescriptionType::kOffer &&
         context.queued->revision > context.revision;
}

bool NegotiationTable::is_older_than_ours(const Context& context, const Input& in) { return in.description->revision < context.revision; }

// Chromium goes on decoding what it received before, and never shows another frame of it, once the end that has only answered takes its
// first own offer back; nothing but a new connection helps (docs/protocol.md 7.9).
bool NegotiationTable::would_freeze(const Context& context, const Input&) { return context.has_only_answered; }

bool NegotiationTable::would_freeze_after_glare(const Context& context, const Input& in) {
  return has_lost_glare(context, in) && would_freeze(context, in);
}

bool NegotiationTable::may_try_again(const Context& context, const Input&) { return context.failures + 1 < kMaxFailedOperations; }

bool NegotiationTable::may_take_back(const Context& context, const Input& in) {
  return may_try_again(context, in) && !would_freeze(context, in);
}

// An end in its first negotiation never takes its offer back (it queues ours), so this is for later ones.
bool NegotiationTable::may_offer_instead(const Context& context, const Input& in) {
  return context.stable_revision > 0 && may_try_again(context, in);
}

// ---- actions -----------------------------------------------------------------------------------------------------------------------

void NegotiationTable::set_local_offer(Context& context, const Input& in) {
  context.restart_offered = std::exchange(context.restart_wanted, false) && context.media.has_agreement();
  set_local(context, in, LocalDescriptionType::kOffer);
}

void NegotiationTable::set_remote_offer(Context& context, const Input& in) {
  context.revision = std::max(context.revision, in.description->revision);
  set_remote(context, in, DescriptionType::kOffer);
}

// A pranswer is applied as an answer: by the protocol it ends the negotiation, so it has to in the browser.
void NegotiationTable::set_remote_answer(Context& context, const Input& in) { set_remote(context, in, DescriptionType::kAnswer); }

void NegotiationTable::set_local_answer(Context& context, const Input& in) {
  context.is_open_remote_applied = true;
  set_local(context, in, LocalDescriptionType::kAnswer);
}

void NegotiationTable::roll_back(Context& context, const Input& in) {
  queue(context, in);
  roll_back_for_queued(context, in);
}

void NegotiationTable::roll_back_for_queued(Context& context, const Input& in) { set_local(context, in, LocalDescriptionType::kRollback); }

void NegotiationTable::roll_back_and_offer(Context& context, const Input& in) {
  count_failure(context, in);
  // Whoever answered holds that revision for agreed on, and so does the server.
  if (!context.applying_offer) context.stable_revision = context.applying_revision;
  context.offer_wanted = true;
  context.is_open_remote_applied = false;
  set_local(context, in, LocalDescriptionType::kRollback);
}

void NegotiationTable::queue(Context& context, const Input& in) {
  if (!context.queued || context.queued->revision <= in.description->revision) context.queued = *in.description;
}

void NegotiationTable::want_offer(Context& context, const Input& in) {
  context.revision = std::max(context.revision, in.description->revision);
  context.offer_wanted = true;
}

void NegotiationTable::send_offer(Context& context, const Input& in) {
  ++context.revision;
  context.to_send = Description{DescriptionType::kOffer, context.revision, context.media.propose(*in.report)};
}

void NegotiationTable::send_answer(Context& context, const Input& in) {
  context.to_send = Description{DescriptionType::kAnswer, context.applying_revision, context.media.propose(*in.report)};
  agree(context, false);
}

void NegotiationTable::finish_ours(Context& context, const Input&) { agree(context, true); }

void NegotiationTable::forget_pending(Context& context, const Input&) { forget_open(context); }

void NegotiationTable::count_failure(Context& context, const Input&) {
  ++context.failures;
  keep_restart(context);
}

void NegotiationTable::offer_instead(Context& context, const Input& in) {
  count_failure(context, in);
  forget_open(context);
  context.offer_wanted = true;
}

void NegotiationTable::give_up(Context& context, const Input& in) {
  context.broken = true;
  close(context, in);
}

void NegotiationTable::give_way(Context& context, const Input& in) {
  context.gave_way = true;
  give_up(context, in);
}

void NegotiationTable::close(Context& context, const Input& in) {
  context.operation = {};
  context.queued.reset();
  in.effects.push_back(effect::ClosePeer{context.peer});
}

// ---- the machine -------------------------------------------------------------------------------------------------------------------

Negotiation::Negotiation(PeerId peer, std::uint32_t& last_operation) : context_(peer, last_operation) {}

void Negotiation::set_signaling(bool up, Effects& effects) {
  signaling_ = up;
  advance(effects);
}

void Negotiation::set_tracks(const std::vector<backend::LocalTrack>& tracks, Effects& effects) {
  if (is_closed()) return;
  tracks_ = tracks;
  context_.media.set_wanted(tracks_, machine_.is(State::kStable), effects);
  advance(effects);
}

void Negotiation::request_offer(Effects& effects) {
  context_.offer_wanted = true;
  advance(effects);
}

void Negotiation::request_restart(Effects& effects) {
  context_.restart_wanted = true;
  advance(effects);
}

void Negotiation::apply(const Description& description, Effects& effects) {
  dispatch_remote(description, effects);
  advance(effects);
}

bool Negotiation::handle(const input::LocalDescriptionSet& report, Effects& effects) {
  if (report.op.value == 0 || report.op != context_.operation || !is_setting_local()) return false;
  dispatch(NegotiationTable::Event::kOperationDone, {effects, nullptr, &report});
  advance(effects);
  return true;
}

bool Negotiation::handle(const input::RemoteDescriptionSet& report, Effects& effects) {
  if (report.op.value == 0 || report.op != context_.operation || is_setting_local()) return false;
  dispatch(NegotiationTable::Event::kOperationDone, {effects});
  advance(effects);
  return true;
}

bool Negotiation::handle(const input::PeerOperationFailed& report, Effects& effects) {
  const bool was_never_made = report.op.value == 0;
  if (is_closed() || (!was_never_made && report.op != context_.operation)) return false;
  effects.push_back(effect::Log{effect::LogLevel::kWarn, "peer " + std::to_string(context_.peer.value) + " in " +
                                                             std::string(NegotiationTable::kStateNames[fsm::index_of(state())]) + ": " +
                                                             report.name + ": " + report.message});
  if (was_never_made) {
    context_.broken = true;
    close(effects);
    return true;
  }
  dispatch(NegotiationTable::Event::kOperationFailed, {effects});
  advance(effects);
  return true;
}

void Negotiation::close(Effects& effects) { dispatch(NegotiationTable::Event::kClose, {effects}); }

std::optional<Description> Negotiation::take_description() { return std::exchange(context_.to_send, std::nullopt); }

const std::string& Negotiation::remote_ufrag() const {
  return context_.is_open_remote_applied ? context_.open_remote->ufrag : context_.remote.ufrag;
}

const std::vector<sdp::Section>& Negotiation::remote_sections() const {
  return context_.open_remote ? context_.open_remote->sections : context_.remote.sections;
}

bool Negotiation::is_consistent() const {
  const bool is_busy = !machine_.is_any({State::kStable, State::kHaveLocalOffer, State::kClosed});
  return is_busy == (context_.operation.value != 0) && context_.stable_revision <= context_.revision && (!context_.broken || is_closed()) &&
         context_.failures < kMaxFailedOperations && (context_.open_remote || !context_.is_open_remote_applied) &&
         (!machine_.is(State::kStable) || (!context_.queued && !context_.restart_offered));
}

// An operation ends with its answer; actions begin the next one.
void Negotiation::dispatch(NegotiationTable::Event event, const NegotiationInput& input) {
  using Event = NegotiationTable::Event;
  if (event == Event::kOperationDone || event == Event::kOperationFailed) context_.operation = {};
  machine_.dispatch(event, context_, input);
}

void Negotiation::dispatch_remote(const Description& description, Effects& effects) {
  using Event = NegotiationTable::Event;
  constexpr Event kEvents[] = {Event::kRemoteOffer, Event::kRemoteAnswer, Event::kRemoteAnswer, Event::kCreateOffer, Event::kClose};
  dispatch(kEvents[static_cast<std::size_t>(description.type)], {effects, &description});
}

void Negotiation::advance(Effects& effects) {
  while (machine_.is(State::kStable)) {
    context_.media.set_wanted(tracks_, true, effects);
    if (context_.queued) {
      const Description description = *std::exchange(context_.queued, std::nullopt);
      dispatch_remote(description, effects);
    } else if (signaling_ && needs_offer()) {
      dispatch(NegotiationTable::Event::kOfferNeeded, {effects});
    } else {
      break;
    }
  }
  HOLDFAST_CHECK(is_consistent());
}

bool Negotiation::is_setting_local() const {
  return machine_.is_any({State::kSettingLocalOffer, State::kSettingLocalAnswer, State::kRollingBack});
}

bool Negotiation::needs_offer() const {
  return context_.offer_wanted || context_.media.needs_offer() || (context_.restart_wanted && context_.media.has_agreement());
}

}  // namespace holdfast::peer
