// Arbitration on one link between two participants (docs/protocol.md 8.3). A is the end that was told to offer first. Descriptions are
// passed on unchanged; the table decides which. Both clients roll back and answer on glare, so only one of two offers may get through.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::roomserver {

struct LinkContext;
struct LinkInput;

namespace link {
bool is_stale(const LinkContext&, const LinkInput&);
bool is_not_newer(const LinkContext&, const LinkInput&);
bool is_first_negotiation(const LinkContext&, const LinkInput&);
bool is_the_answer(const LinkContext&, const LinkInput&);
void pass_offer(LinkContext&, const LinkInput&);
void pass_answer(LinkContext&, const LinkInput&);
void pass_close(LinkContext&, const LinkInput&);
void give_up(LinkContext&, const LinkInput&);
}  // namespace link

struct LinkTable {
  enum class State { kStable, kPendingA, kPendingB, kClosed, kCount };
  enum class Event { kOfferFromA, kOfferFromB, kAnswerFromA, kAnswerFromB, kCloseFromA, kCloseFromB, kCount };
  using Context = LinkContext;
  using Input = LinkInput;

  static constexpr std::string_view kName = "server link";
  static constexpr std::array<std::string_view, 4> kStateNames = {"Stable", "PendingA", "PendingB", "Closed"};
  static constexpr std::array<std::string_view, 6> kEventNames = {"OfferFromA",  "OfferFromB", "AnswerFromA",
                                                                  "AnswerFromB", "CloseFromA", "CloseFromB"};
  static constexpr State kInitial = State::kStable;
  static constexpr fsm::Set<State> kFinal = {State::kClosed};

  using S = State;
  using E = Event;
  using R = fsm::Row<LinkTable>;
  using I = fsm::Ignored<LinkTable>;
  static constexpr std::array kRows = {
      R{S::kStable, E::kOfferFromA, link::is_stale, nullptr, S::kStable, "stale: answered already"},
      R{S::kStable, E::kOfferFromA, nullptr, link::pass_offer, S::kPendingA, "a new round"},
      R{S::kStable, E::kOfferFromB, link::is_stale, nullptr, S::kStable, "stale: answered already"},
      R{S::kStable, E::kOfferFromB, nullptr, link::pass_offer, S::kPendingB, "a new round"},
      R{S::kStable, E::kCloseFromA, nullptr, link::pass_close, S::kClosed, "A's end is gone"},
      R{S::kStable, E::kCloseFromB, nullptr, link::pass_close, S::kClosed, "B's end is gone"},

      R{S::kPendingA, E::kOfferFromA, link::is_not_newer, nullptr, S::kPendingA, "said again after a sync, or older"},
      R{S::kPendingA, E::kOfferFromA, nullptr, link::pass_offer, S::kPendingA, "replaces A's own offer"},
      R{S::kPendingA, E::kOfferFromB, link::is_stale, nullptr, S::kPendingA, "stale: answered already"},
      R{S::kPendingA, E::kOfferFromB, link::is_first_negotiation, link::give_up, S::kClosed,
        "in the first round A would queue B's offer and wait for ever for the answer that B gave and that was lost"},
      R{S::kPendingA, E::kOfferFromB, link::is_not_newer, nullptr, S::kPendingA,
        "glare: B will get A's offer, roll back, answer, and offer again"},
      R{S::kPendingA, E::kOfferFromB, nullptr, link::pass_offer, S::kPendingB,
        "B can only be further because it answered, and the answer was lost: A rolls back, answers, and offers again"},
      R{S::kPendingA, E::kAnswerFromB, link::is_the_answer, link::pass_answer, S::kStable, "the round is over"},
      R{S::kPendingA, E::kAnswerFromB, nullptr, nullptr, S::kPendingA, "the answer to something else"},
      R{S::kPendingA, E::kCloseFromA, nullptr, link::pass_close, S::kClosed, "A's end is gone"},
      R{S::kPendingA, E::kCloseFromB, nullptr, link::pass_close, S::kClosed, "B's end is gone"},

      R{S::kPendingB, E::kOfferFromB, link::is_not_newer, nullptr, S::kPendingB, "said again after a sync, or older"},
      R{S::kPendingB, E::kOfferFromB, nullptr, link::pass_offer, S::kPendingB, "replaces B's own offer"},
      R{S::kPendingB, E::kOfferFromA, link::is_stale, nullptr, S::kPendingB, "stale: answered already"},
      R{S::kPendingB, E::kOfferFromA, link::is_first_negotiation, link::give_up, S::kClosed,
        "in the first round B would queue A's offer and wait for ever for the answer that A gave and that was lost"},
      R{S::kPendingB, E::kOfferFromA, link::is_not_newer, nullptr, S::kPendingB,
        "glare: A will get B's offer, roll back, answer, and offer again"},
      R{S::kPendingB, E::kOfferFromA, nullptr, link::pass_offer, S::kPendingA,
        "A can only be further because it answered, and the answer was lost: B rolls back, answers, and offers again"},
      R{S::kPendingB, E::kAnswerFromA, link::is_the_answer, link::pass_answer, S::kStable, "the round is over"},
      R{S::kPendingB, E::kAnswerFromA, nullptr, nullptr, S::kPendingB, "the answer to something else"},
      R{S::kPendingB, E::kCloseFromA, nullptr, link::pass_close, S::kClosed, "A's end is gone"},
      R{S::kPendingB, E::kCloseFromB, nullptr, link::pass_close, S::kClosed, "B's end is gone"},
  };
  static constexpr std::array kIgnored = {
      I{{S::kStable, S::kPendingA, S::kClosed}, E::kAnswerFromA, "no offer of B's is open"},
      I{{S::kStable, S::kPendingB, S::kClosed}, E::kAnswerFromB, "no offer of A's is open"},
      I{{S::kClosed}, E::kOfferFromA, "the link is gone"},
      I{{S::kClosed}, E::kOfferFromB, "the link is gone"},
      I{{S::kClosed}, E::kCloseFromA, "the link is gone"},
      I{{S::kClosed}, E::kCloseFromB, "the link is gone"},
  };
};

}  // namespace holdfast::roomserver
