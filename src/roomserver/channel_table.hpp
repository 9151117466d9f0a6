// One socket's conversation below the room messages (docs/protocol.md chapter 2), from the server's side.
#pragma once

#include <array>
#include <string_view>

#include "fsm/table.hpp"

namespace holdfast::roomserver {

struct ChannelContext;
struct ChannelInput;

namespace channel {
bool is_one_too_many(const ChannelContext&, const ChannelInput&);
void welcome_and_deliver(ChannelContext&, const ChannelInput&);
void welcome_again(ChannelContext&, const ChannelInput&);
void deliver(ChannelContext&, const ChannelInput&);
void answer_bad(ChannelContext&, const ChannelInput&);
void count_malformed(ChannelContext&, const ChannelInput&);
void send_heartbeat(ChannelContext&, const ChannelInput&);
void await_close(ChannelContext&, const ChannelInput&);
void take_leave(ChannelContext&, const ChannelInput&);
void close_normally(ChannelContext&, const ChannelInput&);
void close_for_policy(ChannelContext&, const ChannelInput&);
void close_as_told(ChannelContext&, const ChannelInput&);
}  // namespace channel

struct ChannelTable {
  enum class State { kAwaitingHello, kOpen, kFinishing, kClosed, kCount };
  enum class Event { kHello, kMsg, kHeartbeat, kBye, kMalformed, kHelloTimeout, kHeartbeatDue, kFinish, kFinishTimeout, kClose, kCount };
  using Context = ChannelContext;
  using Input = ChannelInput;

  static constexpr std::string_view kName = "server channel";
  static constexpr std::array<std::string_view, 4> kStateNames = {"AwaitingHello", "Open", "Finishing", "Closed"};
  static constexpr std::array<std::string_view, 10> kEventNames = {
      "Hello", "Msg", "Heartbeat", "Bye", "Malformed", "HelloTimeout", "HeartbeatDue", "Finish", "FinishTimeout", "Close"};
  static constexpr State kInitial = State::kAwaitingHello;
  static constexpr fsm::Set<State> kFinal = {State::kClosed};

  using S = State;
  using E = Event;
  using R = fsm::Row<ChannelTable>;
  using I = fsm::Ignored<ChannelTable>;
  static constexpr std::array kRows = {
      R{S::kAwaitingHello, E::kHello, nullptr, channel::welcome_and_deliver, S::kOpen, "welcome first, then what the hello carried"},
      R{S::kAwaitingHello, E::kMsg, channel::is_one_too_many, channel::close_for_policy, S::kClosed, "talks on and on without a hello"},
      R{S::kAwaitingHello, E::kMsg, nullptr, channel::answer_bad, S::kAwaitingHello, "the hello has to come first"},
      R{S::kAwaitingHello, E::kBye, nullptr, channel::close_normally, S::kClosed, "goes before it came"},
      R{S::kAwaitingHello, E::kMalformed, channel::is_one_too_many, channel::close_for_policy, S::kClosed, "never makes sense"},
      R{S::kAwaitingHello, E::kMalformed, nullptr, channel::answer_bad, S::kAwaitingHello, "tell it what is wrong"},
      R{S::kAwaitingHello, E::kHelloTimeout, nullptr, channel::close_for_policy, S::kClosed, "says nothing at all"},
      R{S::kAwaitingHello, E::kClose, nullptr, channel::close_as_told, S::kClosed, "ended from above"},

      R{S::kOpen, E::kHello, nullptr, channel::welcome_again, S::kOpen, "the first welcome was slow; the body has been heard already"},
      R{S::kOpen, E::kMsg, nullptr, channel::deliver, S::kOpen, "a room message"},
      R{S::kOpen, E::kBye, nullptr, channel::take_leave, S::kFinishing, "its own close with 1000 follows"},
      R{S::kOpen, E::kMalformed, channel::is_one_too_many, channel::close_for_policy, S::kClosed, "makes no sense any more"},
      R{S::kOpen, E::kMalformed, nullptr, channel::count_malformed, S::kOpen, "a `bad` frame now would be an uncaught error in the page"},
      R{S::kOpen, E::kHeartbeatDue, nullptr, channel::send_heartbeat, S::kOpen, "nothing else was sent for the negotiated time"},
      R{S::kOpen, E::kFinish, nullptr, channel::await_close, S::kFinishing, "the last word is said; the client closes"},
      R{S::kOpen, E::kClose, nullptr, channel::close_as_told, S::kClosed, "ended from above"},

      R{S::kFinishing, E::kMsg, nullptr, channel::deliver, S::kFinishing, "a refused client still says that it leaves"},
      R{S::kFinishing, E::kBye, nullptr, channel::close_normally, S::kClosed, "both have said all"},
      R{S::kFinishing, E::kFinishTimeout, nullptr, channel::close_normally, S::kClosed, "the client does not close by itself"},
      R{S::kFinishing, E::kClose, nullptr, channel::close_as_told, S::kClosed, "ended from above"},
  };
  static constexpr std::array kIgnored = {
      I{{S::kAwaitingHello, S::kOpen, S::kFinishing}, E::kHeartbeat, "a sign of life, which liveness has counted"},
      I{{S::kAwaitingHello}, E::kHeartbeatDue, "its timer starts with the welcome"},
      I{{S::kAwaitingHello}, E::kFinish, "no message has been heard, so no last word was said"},
      I{{S::kAwaitingHello, S::kOpen}, E::kFinishTimeout, "its timer is not running"},
      I{{S::kOpen, S::kFinishing}, E::kHelloTimeout, "its timer ended with the hello"},
      I{{S::kFinishing}, E::kHello, "too late"},
      I{{S::kFinishing}, E::kMalformed, "nobody cares any more"},
      I{{S::kFinishing}, E::kHeartbeatDue, "its timer is not running"},
      I{{S::kFinishing}, E::kFinish, "finishing already"},
      I{{S::kClosed}, E::kHello, "the close is on its way"},
      I{{S::kClosed}, E::kMsg, "the close is on its way"},
      I{{S::kClosed}, E::kHeartbeat, "the close is on its way"},
      I{{S::kClosed}, E::kBye, "the close is on its way"},
      I{{S::kClosed}, E::kMalformed, "the close is on its way"},
      I{{S::kClosed}, E::kHelloTimeout, "its timer is not running"},
      I{{S::kClosed}, E::kHeartbeatDue, "its timer is not running"},
      I{{S::kClosed}, E::kFinish, "closed already"},
      I{{S::kClosed}, E::kFinishTimeout, "its timer is not running"},
      I{{S::kClosed}, E::kClose, "closed already"},
  };
};

}  // namespace holdfast::roomserver
