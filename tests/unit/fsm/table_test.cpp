#include "fsm/table.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace holdfast;

namespace {

// A door with a lock that counts how often it was opened, and that breaks when kicked three times.
struct DoorTable {
  enum class State { kOpen, kClosed, kLocked, kBroken, kCount };
  enum class Event { kPush, kPull, kTurnKey, kKick, kCount };
  struct Context {
    bool has_key = false;
    int opened = 0;
    int kicks = 0;
    std::vector<std::string> log;
  };
  struct Input {
    int force = 1;
  };

  static constexpr std::string_view kName = "door";
  static constexpr std::array<std::string_view, 4> kStateNames{"Open", "Closed", "Locked", "Broken"};
  static constexpr std::array<std::string_view, 4> kEventNames{"Push", "Pull", "TurnKey", "Kick"};
  static constexpr State kInitial = State::kClosed;
  static constexpr fsm::Set<State> kFinal{State::kBroken};

  static void open(Context& context, const Input&) {
    ++context.opened;
    context.log.push_back("opened");
  }
  static void kick(Context& context, const Input& input) { context.kicks += input.force; }
  static bool has_key(const Context& context, const Input&) { return context.has_key; }
  static bool gives_way(const Context& context, const Input& input) { return context.kicks + input.force >= 3; }

  static constexpr std::array kRows{
      fsm::Row<DoorTable>{State::kClosed, Event::kPull, nullptr, open, State::kOpen, "It opens towards you."},
      fsm::Row<DoorTable>{State::kClosed, Event::kTurnKey, has_key, nullptr, State::kLocked, "With the key it can be locked."},
      fsm::Row<DoorTable>{State::kClosed, Event::kTurnKey, nullptr, nullptr, State::kClosed, "Without the key nothing turns."},
      fsm::Row<DoorTable>{State::kClosed, Event::kKick, nullptr, kick, State::kClosed, "It is kicked shut again."},
      fsm::Row<DoorTable>{State::kOpen, Event::kPush, nullptr, nullptr, State::kClosed, "It closes."},
      fsm::Row<DoorTable>{State::kLocked, Event::kTurnKey, has_key, nullptr, State::kClosed, "With the key it can be unlocked."},
      fsm::Row<DoorTable>{State::kLocked, Event::kTurnKey, nullptr, nullptr, State::kLocked, "Without the key it stays locked."},
      fsm::Row<DoorTable>{State::kLocked, Event::kKick, gives_way, kick, State::kBroken, "Enough kicks break it."},
      fsm::Row<DoorTable>{State::kLocked, Event::kKick, nullptr, kick, State::kLocked, "It holds."},
  };
  static constexpr std::array kIgnored{
      fsm::Ignored<DoorTable>{{State::kClosed, State::kLocked}, Event::kPush, "It opens the other way."},
      fsm::Ignored<DoorTable>{{State::kOpen, State::kLocked}, Event::kPull, "It does not move."},
      fsm::Ignored<DoorTable>{{State::kOpen}, Event::kTurnKey, "There is nothing to lock."},
      fsm::Ignored<DoorTable>{{State::kOpen}, Event::kKick, "It swings."},
      fsm::Ignored<DoorTable>{{State::kBroken}, Event::kPush, "It is broken."},
      fsm::Ignored<DoorTable>{{State::kBroken}, Event::kPull, "It is broken."},
      fsm::Ignored<DoorTable>{{State::kBroken}, Event::kTurnKey, "It is broken."},
      fsm::Ignored<DoorTable>{{State::kBroken}, Event::kKick, "It is broken."},
  };
};

using Door = fsm::Machine<DoorTable>;
using State = DoorTable::State;
using Event = DoorTable::Event;

// Tables with one mistake each: what fsm::detail::check_table() would refuse to compile.
struct LampTable {
  enum class State { kOff, kOn, kCount };
  enum class Event { kPress, kCut, kCount };
  struct Context {};
  struct Input {};
  static constexpr State kInitial = State::kOff;
  static bool maybe(const Context&, const Input&) { return true; }
};
using fsm::detail::Pair;

struct Forgotten : LampTable {
  static constexpr std::array kRows{fsm::Row<Forgotten>{State::kOff, Event::kPress, nullptr, nullptr, State::kOn, ""}};
  static constexpr std::array kIgnored{fsm::Ignored<Forgotten>{{State::kOff}, Event::kCut, ""}};
};
static_assert(fsm::detail::classify<Forgotten>(LampTable::State::kOff, LampTable::Event::kPress) == Pair::kCovered);
static_assert(fsm::detail::classify<Forgotten>(LampTable::State::kOff, LampTable::Event::kCut) == Pair::kIgnored);
static_assert(fsm::detail::classify<Forgotten>(LampTable::State::kOn, LampTable::Event::kPress) == Pair::kForgotten);
static_assert(!fsm::detail::no_pair_is<Forgotten>(Pair::kForgotten));

struct Both : LampTable {
  static constexpr std::array kRows{fsm::Row<Both>{State::kOff, Event::kPress, nullptr, nullptr, State::kOn, ""}};
  static constexpr std::array kIgnored{fsm::Ignored<Both>{{State::kOff}, Event::kPress, ""}};
};
static_assert(fsm::detail::classify<Both>(LampTable::State::kOff, LampTable::Event::kPress) == Pair::kBoth);

struct OpenEnded : LampTable {
  static constexpr std::array kRows{fsm::Row<OpenEnded>{State::kOff, Event::kPress, maybe, nullptr, State::kOn, ""}};
  static constexpr std::array<fsm::Ignored<OpenEnded>, 0> kIgnored{};
};
static_assert(fsm::detail::classify<OpenEnded>(LampTable::State::kOff, LampTable::Event::kPress) == Pair::kOpenEnded);

struct DeadRow : LampTable {
  static constexpr std::array kRows{fsm::Row<DeadRow>{State::kOff, Event::kPress, nullptr, nullptr, State::kOn, ""},
                                    fsm::Row<DeadRow>{State::kOff, Event::kPress, maybe, nullptr, State::kOff, ""}};
  static constexpr std::array<fsm::Ignored<DeadRow>, 0> kIgnored{};
};
static_assert(fsm::detail::classify<DeadRow>(LampTable::State::kOff, LampTable::Event::kPress) == Pair::kDeadRow);

struct Unreachable : LampTable {
  static constexpr std::array kRows{fsm::Row<Unreachable>{State::kOn, Event::kPress, nullptr, nullptr, State::kOff, ""}};
};
static_assert(!fsm::detail::every_state_reachable<Unreachable>());
static_assert(fsm::detail::every_state_reachable<Forgotten>());

struct LeavesFinal : LampTable {
  static constexpr fsm::Set<State> kFinal{State::kOn};
  static constexpr std::array kRows{fsm::Row<LeavesFinal>{State::kOn, Event::kPress, nullptr, nullptr, State::kOff, ""}};
};
static_assert(!fsm::detail::final_states_stay<LeavesFinal>());
static_assert(fsm::detail::final_states_stay<DoorTable>());

}  // namespace

TEST_CASE("table: starts in the initial state", "[fsm]") {
  const Door door;
  CHECK(door.is(State::kClosed));
  CHECK(door.state() == State::kClosed);
  CHECK(door.is_any({State::kClosed, State::kLocked}));
  CHECK_FALSE(door.is_any({State::kOpen, State::kBroken}));
}

TEST_CASE("table: a row runs its action and changes the state", "[fsm]") {
  Door door;
  DoorTable::Context context;
  CHECK(door.dispatch(Event::kPull, context, {}));
  CHECK(door.is(State::kOpen));
  CHECK(context.log == std::vector<std::string>{"opened"});
}

TEST_CASE("table: an ignored pair changes nothing and says so", "[fsm]") {
  Door door;
  DoorTable::Context context;
  CHECK_FALSE(door.dispatch(Event::kPush, context, {}));
  CHECK(door.is(State::kClosed));
  CHECK(context.opened == 0);
  CHECK(context.log.empty());
}

TEST_CASE("table: the first row whose guard holds is taken", "[fsm]") {
  Door door;
  DoorTable::Context context;
  CHECK(door.dispatch(Event::kTurnKey, context, {}));
  CHECK(door.is(State::kClosed));
  context.has_key = true;
  CHECK(door.dispatch(Event::kTurnKey, context, {}));
  CHECK(door.is(State::kLocked));
}

TEST_CASE("table: guards see the input and the context as they were before the action", "[fsm]") {
  Door door;
  DoorTable::Context context;
  context.has_key = true;
  door.dispatch(Event::kTurnKey, context, {});
  CHECK(door.dispatch(Event::kKick, context, {2}));
  CHECK(door.is(State::kLocked));
  CHECK(context.kicks == 2);
  CHECK(door.dispatch(Event::kKick, context, {1}));
  CHECK(door.is(State::kBroken));
}

TEST_CASE("table: an observer sees each transition with its sentence, and no ignored pair", "[fsm]") {
  std::vector<std::string> seen;
  fsm::transition_observer = [](const fsm::Transition& t, void* data) {
    static_cast<std::vector<std::string>*>(data)->push_back(std::string(t.machine) + " " + std::string(t.from) + " " +
                                                            std::string(t.event) + " " + std::string(t.to) + " " + std::to_string(t.row) +
                                                            ": " + std::string(t.sentence));
  };
  fsm::transition_observer_data = &seen;
  Door door;
  DoorTable::Context context;
  door.dispatch(Event::kPush, context, {});
  door.dispatch(Event::kPull, context, {});
  fsm::transition_observer = nullptr;
  fsm::transition_observer_data = nullptr;
  CHECK(seen == std::vector<std::string>{"door Closed Pull Open 0: It opens towards you."});
}

TEST_CASE("table: a set holds what it was made of", "[fsm]") {
  constexpr fsm::Set<State> kSome{State::kOpen, State::kBroken};
  static_assert(kSome.has(State::kOpen) && kSome.has(State::kBroken) && !kSome.has(State::kLocked));
  static_assert(!fsm::Set<State>().has(State::kOpen));
  for (std::size_t i = 0; i < fsm::index_of(State::kCount); ++i) CHECK(fsm::Set<State>::all().has(static_cast<State>(i)));
}
