#include "roomserver/link.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

LinkVoice& speaker(LinkContext& context, LinkEnd from) { return context.voices[fsm::index_of(from)]; }

}  // namespace

namespace link {

bool is_stale(const LinkContext& context, const LinkInput& input) { return input.description->revision <= context.stable; }

bool is_not_newer(const LinkContext& context, const LinkInput& input) { return input.description->revision <= *context.pending; }

bool is_first_negotiation(const LinkContext& context, const LinkInput&) { return context.stable == 0; }

bool is_the_answer(const LinkContext& context, const LinkInput& input) { return input.description->revision == *context.pending; }

void pass_offer(LinkContext& context, const LinkInput& input) {
  context.undecided = false;
  context.pending = input.description->revision;
  LinkVoice& voice = speaker(context, input.from);
  const auto* before = latest_description(voice);
  if (before != nullptr && ufrag_of(before->sdp) != ufrag_of(input.description->sdp)) context.restarted[fsm::index_of(input.from)] = true;
  voice.offer = *input.description;
  context.pass_on.push_back(*input.description);
}

void pass_answer(LinkContext& context, const LinkInput& input) {
  context.undecided = false;
  context.stable = *context.pending;
  context.pending.reset();
  speaker(context, input.from).answer = *input.description;
  context.pass_on.push_back(*input.description);
}

void pass_close(LinkContext& context, const LinkInput& input) {
  context.pending.reset();
  context.pass_on.push_back(*input.description);
}

void give_up(LinkContext& context, const LinkInput&) {
  context.pending.reset();
  context.unrecoverable = true;
}

}  // namespace link

using Event = LinkTable::Event;
using State = LinkTable::State;

Link::Link(const HalfLink& a, const HalfLink& b, const Agreement& agreement) : id_(a.id) {
  context_.stable = agreement.stable;
  context_.voices = {a.voice, b.voice};
  if (agreement.offerer) {
    const bool is_a = *agreement.offerer == LinkEnd::kA;
    const rsp::Description offer = *voice(*agreement.offerer).offer;
    machine_.dispatch(is_a ? Event::kOfferFromA : Event::kOfferFromB, context_, {*agreement.offerer, &offer});
    context_.pass_on.clear();
    context_.undecided = agreement.is_undecided;
  }
  HOLDFAST_CHECK(is_consistent());
}

std::vector<rsp::PeerConnectionState> Link::handle(LinkEnd from, const rsp::PeerConnectionState& said) {
  const bool had_spoken = has_spoken(from);
  std::vector<rsp::PeerConnectionState> news;
  if (said.description && is_sane(said.description->revision)) {
    const bool is_a = from == LinkEnd::kA;
    const LinkInput input{from, &*said.description};
    switch (said.description->type) {
      case rsp::DescriptionType::kOffer:
        machine_.dispatch(is_a ? Event::kOfferFromA : Event::kOfferFromB, context_, input);
        break;
      case rsp::DescriptionType::kAnswer:
        machine_.dispatch(is_a ? Event::kAnswerFromA : Event::kAnswerFromB, context_, input);
        break;
      case rsp::DescriptionType::kClose:
        machine_.dispatch(is_a ? Event::kCloseFromA : Event::kCloseFromB, context_, input);
        break;
      case rsp::DescriptionType::kPranswer:     // no client sends it (docs/protocol.md 7.3)
      case rsp::DescriptionType::kCreateOffer:  // ours to send
        break;
    }
    for (auto& description : std::exchange(context_.pass_on, {})) news.push_back({id_, std::move(description), std::nullopt});
  }
  if (!is_closed()) {
    LinkVoice& voice = speaker(context_, from);
    auto changed = said.ice && is_sane(said.ice->revision) ? merge_ice(voice, *said.ice) : std::vector<rsp::Ice>{};
    // Candidates that come before their end has described itself wait for it, or they would open the link at the other end too early.
    if (!had_spoken) changed = has_spoken(from) ? voice.ice : std::vector<rsp::Ice>{};
    for (auto& ice : changed) news.push_back({id_, std::nullopt, std::move(ice)});
  }
  HOLDFAST_CHECK(is_consistent());
  return news;
}

std::vector<rsp::PeerConnectionState> Link::catch_up(LinkEnd end) const {
  const LinkVoice& from = voice(other(end));
  const bool awaits_answer_of_end = machine_.is(end == LinkEnd::kA ? State::kPendingB : State::kPendingA);
  std::vector<rsp::PeerConnectionState> news;
  // The answer that closed the last round comes first: an end that has missed it would queue the next offer for ever.
  if (from.answer && from.answer->revision == context_.stable) news.push_back({id_, *from.answer, std::nullopt});
  if (awaits_answer_of_end) news.push_back({id_, *from.offer, std::nullopt});
  if (news.empty() && end == LinkEnd::kA && !has_spoken(LinkEnd::kA))
    news.push_back({id_, rsp::Description{rsp::DescriptionType::kCreateOffer, 1, ""}, std::nullopt});
  if (news.empty() && has_spoken(end)) news.push_back({id_, std::nullopt, std::nullopt});
  if (news.empty()) return news;

  if (const auto* latest = latest_description(from)) {
    const std::string_view ufrag = ufrag_of(latest->sdp);
    for (const auto& box : from.ice)
      if (box.ufrag == ufrag) news.back().ice = box;
  }
  return news;
}

rsp::PeerConnectionState Link::closing() const {
  std::int64_t revision = 1;
  for (const LinkVoice& voice : context_.voices)
    if (const auto* latest = latest_description(voice)) revision = std::max(revision, latest->revision + 1);
  return closing_entry(id_, revision);
}

bool Link::has_heard(LinkEnd end) const { return has_spoken(other(end)); }

bool Link::has_spoken(LinkEnd end) const { return latest_description(voice(end)) != nullptr; }

bool Link::is_consistent() const {
  const bool open_offer = machine_.is_any({State::kPendingA, State::kPendingB});
  if (context_.pending.has_value() != open_offer || !context_.pass_on.empty()) return false;
  if (open_offer && *context_.pending <= context_.stable) return false;
  if (context_.unrecoverable && !is_closed()) return false;
  return std::all_of(context_.voices.begin(), context_.voices.end(), [](const LinkVoice& v) {
    return v.ice.size() <= kMaxIceGenerations &&
           std::all_of(v.ice.begin(), v.ice.end(), [](const rsp::Ice& box) { return box.candidates.size() <= kMaxIceCandidates; });
  });
}

}  // namespace holdfast::roomserver
