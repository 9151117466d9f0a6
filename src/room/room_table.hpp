// The Room's own state as a table: which trouble it is in, what the app is told, and when it is given up (design: "Room state").
// What counts as lost media is decided in room_state.cpp; here it is one event.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "effect.hpp"
#include "fsm/table.hpp"
#include "fsm/timers.hpp"

namespace holdfast::room {

enum class RoomTimer { kSignalingLimit, kMediaLimit, kCount };

struct RoomTable {
  enum class State { kConnecting, kConnected, kMediaLost, kSignalingLost, kGivenUp, kOver, kCount };
  enum class Event { kJoined, kSignalingLost, kSignalingBack, kMediaLost, kMediaBack, kSignalingLimit, kMediaLimit, kEnd, kCount };

  struct Context {
    Millis limit{30000};
    fsm::Timers<RoomTimer> timers;
    bool media_lost = false;   // as the links are now, whatever the state
    bool dtls_failed = false;  // … and DTLS is what failed
    std::optional<Error> verdict;
  };
  struct Input {
    Instant now;
    Effects* effects;
  };

  // Guards and actions, in room_state.cpp.
  static bool media_is_lost(const Context&, const Input&);
  static void lose_signaling_first(Context&, const Input&);
  static void lose_signaling_too(Context&, const Input&);
  static void lose_media(Context&, const Input&);
  static void regain_signaling(Context&, const Input&);
  static void regain_signaling_last(Context&, const Input&);
  static void regain_media(Context&, const Input&);
  static void give_up_signaling(Context&, const Input&);
  static void give_up_media(Context&, const Input&);
  static void say_goodbye(Context&, const Input&);

  using Row = fsm::Row<RoomTable>;
  using Ignored = fsm::Ignored<RoomTable>;
  using States = fsm::Set<State>;

  static constexpr std::string_view kName = "room";
  static constexpr std::array<std::string_view, 6> kStateNames = {"Connecting",    "Connected", "MediaLost",
                                                                  "SignalingLost", "GivenUp",   "Over"};
  static constexpr std::array<std::string_view, 8> kEventNames = {"Joined",    "SignalingLost",  "SignalingBack", "MediaLost",
                                                                  "MediaBack", "SignalingLimit", "MediaLimit",    "End"};
  static constexpr State kInitial = State::kConnecting;
  static constexpr States kFinal = {State::kOver};

  static constexpr std::array kRows = {
      Row{State::kConnecting, Event::kJoined, nullptr, nullptr, State::kConnected, "The server accepted us"},
      Row{State::kConnecting, Event::kEnd, nullptr, nullptr, State::kOver, "It never was a room: connect() rejects, no room event"},

      Row{State::kConnected, Event::kSignalingLost, nullptr, lose_signaling_first, State::kSignalingLost, "Reconnecting, 53001"},
      Row{State::kConnected, Event::kMediaLost, nullptr, lose_media, State::kMediaLost, "Reconnecting, 53405"},
      Row{State::kConnected, Event::kEnd, nullptr, say_goodbye, State::kOver, "Left, or ended by the server"},

      Row{State::kMediaLost, Event::kMediaBack, nullptr, regain_media, State::kConnected, "Every peer can be heard again: reconnected"},
      Row{State::kMediaLost, Event::kSignalingLost, nullptr, lose_signaling_too, State::kSignalingLost,
          "The second cause changes nothing for the Room; the local participant tells of signaling"},
      Row{State::kMediaLost, Event::kMediaLimit, nullptr, give_up_media, State::kGivenUp, "No peer could be heard for the whole limit"},
      Row{State::kMediaLost, Event::kEnd, nullptr, say_goodbye, State::kOver, "Left, or ended by the server"},

      Row{State::kSignalingLost, Event::kSignalingBack, media_is_lost, regain_signaling, State::kMediaLost,
          "Still reconnecting: media is not back yet"},
      Row{State::kSignalingLost, Event::kSignalingBack, nullptr, regain_signaling_last, State::kConnected, "Reconnected"},
      Row{State::kSignalingLost, Event::kSignalingLimit, nullptr, give_up_signaling, State::kGivenUp,
          "No answer for as long as the server keeps a silent session"},
      Row{State::kSignalingLost, Event::kEnd, nullptr, say_goodbye, State::kOver, "Left, or ended by the server"},

      Row{State::kGivenUp, Event::kEnd, nullptr, say_goodbye, State::kOver, "The client carried out the verdict"},
  };

  static constexpr std::array kIgnored = {
      Ignored{
          {State::kConnecting}, Event::kSignalingLost, "Before there is a room its trouble is connect()'s: the session ends with an error"},
      Ignored{{State::kConnecting}, Event::kSignalingBack, "Nothing of a room is known before it is joined"},
      Ignored{{State::kConnecting}, Event::kMediaLost, "Nothing of a room is known before it is joined"},
      Ignored{{State::kConnecting, State::kConnected}, Event::kMediaBack, "It was not lost"},
      Ignored{{State::kConnected, State::kMediaLost}, Event::kSignalingBack, "It was not lost"},
      Ignored{{State::kMediaLost}, Event::kMediaLost, "Already known"},
      Ignored{{State::kSignalingLost, State::kGivenUp}, Event::kSignalingLost, "Already known"},
      Ignored{{State::kSignalingLost, State::kGivenUp},
              Event::kMediaLost,
              "A second cause changes nothing; it is asked again when signaling is back"},
      Ignored{{State::kSignalingLost, State::kGivenUp},
              Event::kMediaBack,
              "A second cause changes nothing; it is asked again when signaling is back"},
      Ignored{{State::kGivenUp}, Event::kSignalingBack, "Too late"},
      Ignored{{State::kConnected, State::kMediaLost, State::kSignalingLost, State::kGivenUp}, Event::kJoined, "Joining happens once"},
      Ignored{{State::kConnecting, State::kConnected, State::kMediaLost, State::kGivenUp},
              Event::kSignalingLimit,
              "The timer runs while signaling is lost"},
      Ignored{{State::kConnecting, State::kConnected, State::kSignalingLost, State::kGivenUp},
              Event::kMediaLimit,
              "The timer runs while only media is lost"},
      Ignored{{State::kOver}, Event::kJoined, "Over"},
      Ignored{{State::kOver}, Event::kSignalingLost, "Over"},
      Ignored{{State::kOver}, Event::kSignalingBack, "Over"},
      Ignored{{State::kOver}, Event::kMediaLost, "Over"},
      Ignored{{State::kOver}, Event::kMediaBack, "Over"},
      Ignored{{State::kOver}, Event::kSignalingLimit, "Over"},
      Ignored{{State::kOver}, Event::kMediaLimit, "Over"},
      Ignored{{State::kOver}, Event::kEnd, "Over"},
  };
};

}  // namespace holdfast::room
