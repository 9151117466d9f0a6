// Is a participant here, away or gone? What its socket does, and what its page said before, decide (design: "Leaving").
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::roomserver {

struct ParticipantContext;
struct ParticipantInput;

namespace participant {
bool is_tab_closing(const ParticipantContext&, const ParticipantInput&);
void hold(ParticipantContext&, const ParticipantInput&);
void lose_socket(ParticipantContext&, const ParticipantInput&);
void await_return(ParticipantContext&, const ParticipantInput&);
void await_proof(ParticipantContext&, const ParticipantInput&);
void resume(ParticipantContext&, const ParticipantInput&);
void bind(ParticipantContext&, const ParticipantInput&);
void end(ParticipantContext&, const ParticipantInput&);
void end_silent(ParticipantContext&, const ParticipantInput&);
void end_left(ParticipantContext&, const ParticipantInput&);
}  // namespace participant

struct ParticipantTable {
  enum class State { kConnected, kReconnecting, kReturning, kDeparting, kGone, kCount };
  enum class Event { kSilent, kHeard, kProven, kSocketLost, kPageClosed, kSynced, kHoldOver, kEnd, kCount };
  using Context = ParticipantContext;
  using Input = ParticipantInput;

  static constexpr std::string_view kName = "server participant";
  static constexpr std::array<std::string_view, 5> kStateNames = {"Connected", "Reconnecting", "Returning", "Departing", "Gone"};
  static constexpr std::array<std::string_view, 8> kEventNames = {"Silent",     "Heard",  "Proven",   "SocketLost",
                                                                  "PageClosed", "Synced", "HoldOver", "End"};
  static constexpr State kInitial = State::kConnected;
  static constexpr fsm::Set<State> kFinal = {State::kGone};

  using S = State;
  using E = Event;
  using R = fsm::Row<ParticipantTable>;
  using I = fsm::Ignored<ParticipantTable>;
  static constexpr std::array kRows = {
      R{S::kConnected, E::kSilent, nullptr, participant::hold, S::kReconnecting, "nothing heard; the socket may still recover"},
      R{S::kConnected, E::kSocketLost, nullptr, participant::lose_socket, S::kReconnecting, "will sync within the session timeout, or not"},
      R{S::kConnected, E::kPageClosed, participant::is_tab_closing, participant::end_left, S::kGone,
        "hidden a moment ago and now going away: a page that lives on does not go hidden first"},
      R{S::kConnected, E::kPageClosed, nullptr, participant::await_return, S::kDeparting, "probably left; others see nothing yet"},
      R{S::kConnected, E::kSynced, nullptr, participant::bind, S::kConnected, "a new socket, before the old one's end was noticed"},
      R{S::kConnected, E::kEnd, nullptr, participant::end, S::kGone, "left, or was removed"},

      R{S::kReconnecting, E::kHeard, nullptr, participant::await_proof, S::kReturning,
        "the silent socket works again, or the client has given it up and what had waited on it arrives"},
      R{S::kReconnecting, E::kSocketLost, nullptr, participant::lose_socket, S::kReconnecting, "the silent socket is gone, too"},
      R{S::kReconnecting, E::kPageClosed, nullptr, participant::await_return, S::kDeparting, "the page behind the silent socket is gone"},
      R{S::kReconnecting, E::kSynced, nullptr, participant::bind, S::kConnected, "back on a new socket"},
      R{S::kReconnecting, E::kHoldOver, nullptr, participant::end_silent, S::kGone, "away for too long"},
      R{S::kReconnecting, E::kEnd, nullptr, participant::end, S::kGone, "left, or was removed"},

      R{S::kReturning, E::kProven, nullptr, participant::resume, S::kConnected, "the socket lives on; nothing was lost on it"},
      R{S::kReturning, E::kSocketLost, nullptr, participant::lose_socket, S::kReconnecting,
        "the client had given it up; nobody was told otherwise"},
      R{S::kReturning, E::kPageClosed, participant::is_tab_closing, participant::end_left, S::kGone,
        "hint and close of a closing tab had waited on the silent socket"},
      R{S::kReturning, E::kPageClosed, nullptr, participant::await_return, S::kDeparting, "probably left; others see no change yet"},
      R{S::kReturning, E::kSynced, nullptr, participant::bind, S::kConnected, "back on a new socket"},
      R{S::kReturning, E::kEnd, nullptr, participant::end, S::kGone, "left, or was removed"},

      R{S::kDeparting, E::kSynced, nullptr, participant::bind, S::kConnected, "the page lives on: it was a download, say"},
      R{S::kDeparting, E::kHoldOver, nullptr, participant::end_left, S::kGone, "it really was the page's end"},
      R{S::kDeparting, E::kEnd, nullptr, participant::end, S::kGone, "left, or was removed"},
  };
  static constexpr std::array kIgnored = {
      I{{S::kReconnecting}, E::kSilent, "known"},
      I{{S::kReturning}, E::kSilent, "it was heard a moment ago, and silence takes longer than proof"},
      I{{S::kDeparting, S::kGone}, E::kSilent, "there is no socket to be silent"},
      I{{S::kConnected}, E::kHeard, "nobody missed it"},
      I{{S::kReturning}, E::kHeard, "known"},
      I{{S::kDeparting, S::kGone}, E::kHeard, "there is no socket to be heard on"},
      I{{S::kConnected, S::kReconnecting, S::kDeparting, S::kGone}, E::kProven, "its timer is not running"},
      I{{S::kDeparting, S::kGone}, E::kSocketLost, "there is no socket to lose"},
      I{{S::kDeparting, S::kGone}, E::kPageClosed, "there is no socket to lose"},
      I{{S::kGone}, E::kSynced, "the session is over"},
      I{{S::kConnected, S::kGone}, E::kHoldOver, "its timer is not running"},
      I{{S::kReturning}, E::kHoldOver, "proof is waited for first"},
      I{{S::kGone}, E::kEnd, "gone already"},
  };
};

}  // namespace holdfast::roomserver
