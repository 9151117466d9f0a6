#include "roomserver/half_link.hpp"

namespace holdfast::roomserver {

namespace {

constexpr std::int64_t kFirstOffer = 2;  // what create-offer 1 leads to (docs/protocol.md 8.2)

bool is_offer(const rsp::Description& description) { return description.type == rsp::DescriptionType::kOffer; }

bool is_usable(const rsp::Description& description) {
  const bool is_answer = description.type == rsp::DescriptionType::kAnswer;
  return (is_offer(description) || is_answer) && is_sane(description.revision) && description.revision > 0;
}

void set_latest(LinkVoice& voice, const rsp::Description& description) {
  voice.offer.reset();
  voice.answer.reset();
  (is_offer(description) ? voice.offer : voice.answer) = description;
}

}  // namespace

bool HalfLink::hear(const rsp::PeerConnectionState& said) {
  if (said.description && said.description->type == rsp::DescriptionType::kClose) return false;
  if (said.description && is_usable(*said.description)) {
    const rsp::Description& latest = *latest_description(voice);
    const bool answers_after_rollback = said.description->revision == latest.revision && is_offer(latest) && !is_offer(*said.description);
    if (said.description->revision > latest.revision || answers_after_rollback) set_latest(voice, *said.description);
  }
  if (said.ice && is_sane(said.ice->revision)) merge_ice(voice, *said.ice);
  return true;
}

std::optional<HalfLink> make_half_link(const rsp::PeerConnectionState& reported, const LinkEnds& ends) {
  if (!reported.description || !is_usable(*reported.description)) return std::nullopt;
  HalfLink half{reported.id, ends, {}};
  set_latest(half.voice, *reported.description);
  if (reported.ice && is_sane(reported.ice->revision)) merge_ice(half.voice, *reported.ice);
  return half;
}

std::optional<Agreement> agree(const HalfLink& a, const HalfLink& b) {
  const rsp::Description& from_a = *latest_description(a.voice);
  const rsp::Description& from_b = *latest_description(b.voice);
  const bool a_is_later = from_a.revision > from_b.revision;
  const rsp::Description& later = a_is_later ? from_a : from_b;
  const rsp::Description& earlier = a_is_later ? from_b : from_a;
  const LinkEnd later_end = a_is_later ? LinkEnd::kA : LinkEnd::kB;

  if (later.revision == earlier.revision) {
    // Both offer: A's goes on; B will roll back, answer, and offer again.
    if (is_offer(from_a) && is_offer(from_b)) return Agreement{later.revision - 1, LinkEnd::kA};
    return Agreement{later.revision, std::nullopt};
  }
  // An answer to an offer that its end no longer reports, although it has made no other since.
  if (!is_offer(later)) return is_offer(earlier) ? std::nullopt : std::optional(Agreement{later.revision, std::nullopt});
  // The later end can be further only since the earlier round is over.
  const bool is_undecided = is_offer(earlier) && earlier.revision == kFirstOffer && later_end == LinkEnd::kB;
  return Agreement{earlier.revision, later_end, is_undecided};
}

}  // namespace holdfast::roomserver
