// Offer and answer of one link (docs/protocol.md 7.2, 7.3). The states are those of RTCPeerConnection.signalingState
// (webrtc-pc 1.0, 4.3.1), with one more for each operation the browser can be busy with; it never has two. There is no HaveRemoteOffer to
// rest in: a remote offer is answered at once. States, events, rows and their sentences only; what the actions do is in negotiation.cpp.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::peer {

struct NegotiationContext;
struct NegotiationInput;

struct NegotiationTable {
  enum class State {
    kStable,
    kSettingLocalOffer,
    kHaveLocalOffer,
    kSettingRemoteAnswer,
    kSettingRemoteOffer,
    kSettingLocalAnswer,
    kRollingBack,
    kClosed,
    kCount
  };
  enum class Event {
    kOfferNeeded,    // tracks differ from what is negotiated, a restart is wanted, or an offer was asked for; and signaling is up
    kRemoteOffer,    // the other end says …
    kRemoteAnswer,   // … (or a pranswer, which ends the negotiation just the same)
    kCreateOffer,    // the server asks for an offer of ours
    kOperationDone,  // the browser has done the one thing it was asked
    kOperationFailed,
    kClose,
    kCount
  };
  using Context = NegotiationContext;
  using Input = NegotiationInput;

  static constexpr std::string_view kName = "negotiation";
  static constexpr std::array<std::string_view, 8> kStateNames{
      "Stable", "SettingLocalOffer", "HaveLocalOffer", "SettingRemoteAnswer", "SettingRemoteOffer", "SettingLocalAnswer", "RollingBack",
      "Closed"};
  static constexpr std::array<std::string_view, 7> kEventNames{"OfferNeeded",   "RemoteOffer",     "RemoteAnswer", "CreateOffer",
                                                               "OperationDone", "OperationFailed", "Close"};
  static constexpr State kInitial = State::kStable;
  static constexpr fsm::Set<State> kFinal{State::kClosed};

  static bool is_stale(const Context&, const Input&);
  static bool is_first_negotiation(const Context&, const Input&);
  static bool is_answer_to_ours(const Context&, const Input&);
  static bool is_older_than_ours(const Context&, const Input&);
  static bool would_freeze(const Context&, const Input&);
  static bool would_freeze_after_glare(const Context&, const Input&);
  static bool has_lost_glare(const Context&, const Input&);
  static bool may_try_again(const Context&, const Input&);
  static bool may_take_back(const Context&, const Input&);
  static bool may_offer_instead(const Context&, const Input&);

  static void set_local_offer(Context&, const Input&);
  static void set_remote_offer(Context&, const Input&);
  static void set_remote_answer(Context&, const Input&);
  static void set_local_answer(Context&, const Input&);
  static void roll_back(Context&, const Input&);
  static void roll_back_for_queued(Context&, const Input&);
  static void roll_back_and_offer(Context&, const Input&);
  static void queue(Context&, const Input&);
  static void want_offer(Context&, const Input&);
  static void send_offer(Context&, const Input&);
  static void send_answer(Context&, const Input&);
  static void finish_ours(Context&, const Input&);
  static void forget_pending(Context&, const Input&);
  static void count_failure(Context&, const Input&);
  static void offer_instead(Context&, const Input&);
  static void give_up(Context&, const Input&);
  static void give_way(Context&, const Input&);
  static void close(Context&, const Input&);

  using S = State;
  using E = Event;
  static constexpr auto kRows = std::to_array<fsm::Row<NegotiationTable>>({
      {S::kStable, E::kOfferNeeded, nullptr, set_local_offer, S::kSettingLocalOffer, "something is not negotiated yet: make an offer"},
      {S::kStable, E::kRemoteOffer, is_stale, nullptr, S::kStable, "answered already, or overtaken"},
      {S::kStable, E::kRemoteOffer, nullptr, set_remote_offer, S::kSettingRemoteOffer, "an offer: take it"},
      {S::kStable, E::kCreateOffer, is_stale, nullptr, S::kStable, "asked before, or overtaken"},
      {S::kStable, E::kCreateOffer, nullptr, want_offer, S::kStable, "asked for an offer: it will be one revision above"},
      {S::kStable, E::kClose, nullptr, close, S::kClosed, "closed"},

      {S::kSettingLocalOffer, E::kOperationDone, would_freeze_after_glare, give_way, S::kClosed,
       "glare, and taking ours back would freeze video: a new link"},
      {S::kSettingLocalOffer, E::kOperationDone, has_lost_glare, roll_back_for_queued, S::kRollingBack,
       "glare: theirs came while ours was being made, so ours is never sent"},
      {S::kSettingLocalOffer, E::kOperationDone, nullptr, send_offer, S::kHaveLocalOffer, "send it, one revision above the last"},
      {S::kSettingLocalOffer, E::kOperationFailed, may_try_again, count_failure, S::kStable, "nothing was sent: try again"},
      {S::kSettingLocalOffer, E::kOperationFailed, nullptr, give_up, S::kClosed, "this browser object cannot make an offer"},
      {S::kSettingLocalOffer, E::kRemoteOffer, nullptr, queue, S::kSettingLocalOffer, "one operation at a time"},
      {S::kSettingLocalOffer, E::kCreateOffer, nullptr, queue, S::kSettingLocalOffer, "one operation at a time"},
      {S::kSettingLocalOffer, E::kClose, nullptr, close, S::kClosed, "closed"},

      {S::kHaveLocalOffer, E::kRemoteAnswer, is_answer_to_ours, set_remote_answer, S::kSettingRemoteAnswer, "the answer to our offer"},
      {S::kHaveLocalOffer, E::kRemoteAnswer, nullptr, nullptr, S::kHaveLocalOffer, "an answer to an offer of before"},
      {S::kHaveLocalOffer, E::kRemoteOffer, is_stale, nullptr, S::kHaveLocalOffer, "answered already, or overtaken"},
      {S::kHaveLocalOffer, E::kRemoteOffer, is_first_negotiation, queue, S::kHaveLocalOffer,
       "a first offer is never rolled back: theirs waits for the answer to ours"},
      {S::kHaveLocalOffer, E::kRemoteOffer, is_older_than_ours, nullptr, S::kHaveLocalOffer, "ours is newer: they will take theirs back"},
      {S::kHaveLocalOffer, E::kRemoteOffer, would_freeze, give_way, S::kClosed,
       "glare, and taking ours back would freeze video: a new link"},
      {S::kHaveLocalOffer, E::kRemoteOffer, nullptr, roll_back, S::kRollingBack, "glare, and the server has chosen theirs"},
      {S::kHaveLocalOffer, E::kCreateOffer, is_stale, nullptr, S::kHaveLocalOffer, "asked before, or overtaken"},
      {S::kHaveLocalOffer, E::kCreateOffer, nullptr, queue, S::kHaveLocalOffer, "an offer is out already"},
      {S::kHaveLocalOffer, E::kClose, nullptr, close, S::kClosed, "closed"},

      {S::kSettingRemoteAnswer, E::kOperationDone, nullptr, finish_ours, S::kStable, "our offer is agreed on"},
      {S::kSettingRemoteAnswer, E::kOperationFailed, may_take_back, roll_back_and_offer, S::kRollingBack,
       "their answer does not work here: take the offer back and make another"},
      {S::kSettingRemoteAnswer, E::kOperationFailed, nullptr, give_up, S::kClosed,
       "no answer of theirs works here, or taking ours back would freeze video"},
      {S::kSettingRemoteAnswer, E::kRemoteOffer, nullptr, queue, S::kSettingRemoteAnswer, "one operation at a time"},
      {S::kSettingRemoteAnswer, E::kCreateOffer, nullptr, queue, S::kSettingRemoteAnswer, "one operation at a time"},
      {S::kSettingRemoteAnswer, E::kClose, nullptr, close, S::kClosed, "closed"},

      {S::kSettingRemoteOffer, E::kOperationDone, nullptr, set_local_answer, S::kSettingLocalAnswer, "answer it"},
      {S::kSettingRemoteOffer, E::kOperationFailed, may_offer_instead, offer_instead, S::kStable,
       "their offer does not work here: a newer one of ours makes them roll it back"},
      {S::kSettingRemoteOffer, E::kOperationFailed, nullptr, give_up, S::kClosed, "nothing can be agreed on"},
      {S::kSettingRemoteOffer, E::kRemoteOffer, nullptr, queue, S::kSettingRemoteOffer, "one operation at a time"},
      {S::kSettingRemoteOffer, E::kCreateOffer, nullptr, queue, S::kSettingRemoteOffer, "one operation at a time"},
      {S::kSettingRemoteOffer, E::kClose, nullptr, close, S::kClosed, "closed"},

      {S::kSettingLocalAnswer, E::kOperationDone, nullptr, send_answer, S::kStable, "their offer is agreed on: send the answer"},
      {S::kSettingLocalAnswer, E::kOperationFailed, may_offer_instead, roll_back_and_offer, S::kRollingBack,
       "no answer can be made: take their offer back and make a newer one"},
      {S::kSettingLocalAnswer, E::kOperationFailed, nullptr, give_up, S::kClosed, "nothing can be agreed on"},
      {S::kSettingLocalAnswer, E::kRemoteOffer, nullptr, queue, S::kSettingLocalAnswer, "one operation at a time"},
      {S::kSettingLocalAnswer, E::kCreateOffer, nullptr, queue, S::kSettingLocalAnswer, "one operation at a time"},
      {S::kSettingLocalAnswer, E::kClose, nullptr, close, S::kClosed, "closed"},

      {S::kRollingBack, E::kOperationDone, nullptr, forget_pending, S::kStable, "as if that offer had never been"},
      {S::kRollingBack, E::kOperationFailed, nullptr, give_up, S::kClosed, "stuck between two descriptions"},
      {S::kRollingBack, E::kRemoteOffer, nullptr, queue, S::kRollingBack, "one operation at a time"},
      {S::kRollingBack, E::kCreateOffer, nullptr, queue, S::kRollingBack, "one operation at a time"},
      {S::kRollingBack, E::kClose, nullptr, close, S::kClosed, "closed"},
  });

  static constexpr auto kIgnored = std::to_array<fsm::Ignored<NegotiationTable>>({
      {{S::kSettingLocalOffer, S::kHaveLocalOffer, S::kSettingRemoteAnswer, S::kSettingRemoteOffer, S::kSettingLocalAnswer,
        S::kRollingBack},
       E::kOfferNeeded,
       "asked again as soon as the negotiation rests in Stable"},
      {{S::kStable, S::kSettingLocalOffer, S::kSettingRemoteAnswer, S::kSettingRemoteOffer, S::kSettingLocalAnswer, S::kRollingBack},
       E::kRemoteAnswer,
       "no offer of ours waits for an answer"},
      {{S::kStable, S::kHaveLocalOffer}, E::kOperationDone, "the browser is not busy"},
      {{S::kStable, S::kHaveLocalOffer}, E::kOperationFailed, "the browser is not busy"},
      {{S::kClosed}, E::kOfferNeeded, "closed"},
      {{S::kClosed}, E::kRemoteOffer, "closed"},
      {{S::kClosed}, E::kRemoteAnswer, "closed"},
      {{S::kClosed}, E::kCreateOffer, "closed"},
      {{S::kClosed}, E::kOperationDone, "closed"},
      {{S::kClosed}, E::kOperationFailed, "closed"},
      {{S::kClosed}, E::kClose, "closed"},
  });
};

}  // namespace holdfast::peer
