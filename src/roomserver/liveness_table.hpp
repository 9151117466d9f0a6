// Is anybody there? One socket's signs of life: pongs come from the browser, even while its page is blocked; frames come from the page.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::roomserver {

struct LivenessContext;
struct LivenessInput;

namespace liveness {
void watch(LivenessContext&, const LivenessInput&);
void note_pong(LivenessContext&, const LivenessInput&);
void note_frame(LivenessContext&, const LivenessInput&);
void report_silence(LivenessContext&, const LivenessInput&);
void report_recovery(LivenessContext&, const LivenessInput&);
void report_hung(LivenessContext&, const LivenessInput&);
void stop(LivenessContext&, const LivenessInput&);
}  // namespace liveness

struct LivenessTable {
  enum class State { kUnwatched, kLively, kHung, kSilent, kCount };
  enum class Event { kWatch, kPong, kFrame, kPageQuiet, kSilence, kStop, kCount };
  using Context = LivenessContext;
  using Input = LivenessInput;

  static constexpr std::string_view kName = "server liveness";
  static constexpr std::array<std::string_view, 4> kStateNames = {"Unwatched", "Lively", "Hung", "Silent"};
  static constexpr std::array<std::string_view, 6> kEventNames = {"Watch", "Pong", "Frame", "PageQuiet", "Silence", "Stop"};
  static constexpr State kInitial = State::kUnwatched;
  static constexpr fsm::Set<State> kFinal = {};

  using S = State;
  using E = Event;
  static constexpr std::array kRows = {
      fsm::Row<LivenessTable>{S::kUnwatched, E::kWatch, nullptr, liveness::watch, S::kLively, "the client has said hello"},

      fsm::Row<LivenessTable>{S::kLively, E::kPong, nullptr, liveness::note_pong, S::kLively, "the browser is there"},
      fsm::Row<LivenessTable>{S::kLively, E::kFrame, nullptr, liveness::note_frame, S::kLively, "the page is there"},
      fsm::Row<LivenessTable>{S::kLively, E::kPageQuiet, nullptr, liveness::report_hung, S::kHung,
                              "the browser answers, the page does not: blocked or frozen, which is not dead"},
      fsm::Row<LivenessTable>{S::kLively, E::kSilence, nullptr, liveness::report_silence, S::kSilent, "nothing at all for too long"},
      fsm::Row<LivenessTable>{S::kLively, E::kStop, nullptr, liveness::stop, S::kUnwatched, "the conversation is over"},

      fsm::Row<LivenessTable>{S::kHung, E::kPong, nullptr, liveness::note_pong, S::kHung, "the browser is still there"},
      fsm::Row<LivenessTable>{S::kHung, E::kFrame, nullptr, liveness::note_frame, S::kLively, "the page runs again"},
      fsm::Row<LivenessTable>{S::kHung, E::kSilence, nullptr, liveness::report_silence, S::kSilent, "now the browser is silent, too"},
      fsm::Row<LivenessTable>{S::kHung, E::kStop, nullptr, liveness::stop, S::kUnwatched, "the conversation is over"},

      fsm::Row<LivenessTable>{S::kSilent, E::kPong, nullptr, liveness::report_recovery, S::kLively, "heard again on the same socket"},
      fsm::Row<LivenessTable>{S::kSilent, E::kFrame, nullptr, liveness::report_recovery, S::kLively, "heard again on the same socket"},
      fsm::Row<LivenessTable>{S::kSilent, E::kStop, nullptr, liveness::stop, S::kUnwatched, "the conversation is over"},
  };
  static constexpr std::array kIgnored = {
      fsm::Ignored<LivenessTable>{{S::kLively, S::kHung, S::kSilent}, E::kWatch, "a repeated hello starts nothing anew"},
      fsm::Ignored<LivenessTable>{{S::kUnwatched}, E::kPong, "before the hello only the hello counts"},
      fsm::Ignored<LivenessTable>{{S::kUnwatched}, E::kFrame, "before the hello only the hello counts"},
      fsm::Ignored<LivenessTable>{{S::kUnwatched, S::kHung, S::kSilent}, E::kPageQuiet, "its timer runs only while lively"},
      fsm::Ignored<LivenessTable>{{S::kUnwatched, S::kSilent}, E::kSilence, "its timer is not running"},
      fsm::Ignored<LivenessTable>{{S::kUnwatched}, E::kStop, "nobody is watched"},
  };
};

}  // namespace holdfast::roomserver
