#include "roomserver/link.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/check.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

LinkVoice& speaker(LinkContext& context, LinkEnd from) { return context.voices[fsm::index_of(from)]; }

bool same_candidate(const backend::IceCandidate& a, const backend::IceCandidate& b) {
  return a.candidate == b.candidate && a.sdp_mid == b.sdp_mid && a.sdp_m_line_index == b.sdp_m_line_index;
}

bool is_sane(std::int64_t revision) { return revision >= 0 && revision <= kMaxRevision; }

const rsp::Description* latest_description(const LinkVoice& voice) {
  if (voice.offer && (!voice.answer || voice.offer->revision > voice.answer->revision)) return &*voice.offer;
  return voice.answer ? &*voice.answer : nullptr;
}

// The ICE generation of a session description (RFC 8839 section 5.4); empty if it names none.
std::string_view ufrag_of(std::string_view sdp) {
  constexpr std::string_view kAttribute = "a=ice-ufrag:";
  const std::size_t at = sdp.find(kAttribute);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = sdp.substr(at + kAttribute.size());
  return rest.substr(0, rest.find_first_of("\r\n"));
}

// Clients empty their list on every local description and may label candidates with a later description's ufrag (docs/protocol.md 7.5),
// so what goes on is the union for each ufrag, by the candidate's own word where it has one, under a revision that always grows.
std::vector<rsp::Ice> merge_ice(LinkVoice& voice, const rsp::Ice& said) {
  std::vector<std::string> changed;
  const auto box_of = [&voice, &said](const std::string& ufrag) -> rsp::Ice& {
    auto at = std::find_if(voice.ice.begin(), voice.ice.end(), [&](const rsp::Ice& box) { return box.ufrag == ufrag; });
    if (at == voice.ice.end()) {
      if (voice.ice.size() >= kMaxIceGenerations) voice.ice.erase(voice.ice.begin());
      voice.ice.push_back({ufrag, 0, {}, false});
      at = voice.ice.end() - 1;
    }
    at->revision = std::max(at->revision, said.revision - 1);
    return *at;
  };
  const auto note_change = [&changed](rsp::Ice& box) {
    if (std::find(changed.begin(), changed.end(), box.ufrag) == changed.end()) {
      changed.push_back(box.ufrag);
      ++box.revision;
    }
  };

  for (const auto& candidate : said.candidates) {
    auto& box = box_of(candidate.username_fragment.empty() ? said.ufrag : candidate.username_fragment);
    const bool known = std::any_of(box.candidates.begin(), box.candidates.end(),
                                   [&](const backend::IceCandidate& c) { return same_candidate(c, candidate); });
    if (known || box.candidates.size() >= kMaxIceCandidates) continue;
    box.candidates.push_back(candidate);
    note_change(box);
  }
  auto& labelled = box_of(said.ufrag);
  if (said.complete && !labelled.complete) {
    labelled.complete = true;
    note_change(labelled);
  }

  std::vector<rsp::Ice> news;
  for (const auto& box : voice.ice)
    if (std::find(changed.begin(), changed.end(), box.ufrag) != changed.end()) news.push_back(box);
  return news;
}

}  // namespace

namespace link {

bool is_stale(const LinkContext& context, const LinkInput& input) { return input.description->revision <= context.stable; }

bool is_not_newer(const LinkContext& context, const LinkInput& input) { return input.description->revision <= *context.pending; }

bool is_first_negotiation(const LinkContext& context, const LinkInput&) { return context.stable == 0; }

bool is_the_answer(const LinkContext& context, const LinkInput& input) { return input.description->revision == *context.pending; }

void pass_offer(LinkContext& context, const LinkInput& input) {
  context.pending = input.description->revision;
  speaker(context, input.from).offer = *input.description;
  context.pass_on.push_back(*input.description);
}

void pass_answer(LinkContext& context, const LinkInput& input) {
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
  return {id_, rsp::Description{rsp::DescriptionType::kClose, revision, ""}, std::nullopt};
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
