// The hook for mutated rows, which only `npm run sim:defects` compiles in. The table is of this file alone.
#if !defined(HOLDFAST_MUTATE)
#define HOLDFAST_MUTATE
#endif

#include <array>
#include <catch2/catch.hpp>

#include "fsm/table.hpp"

using namespace holdfast;

namespace {

struct LightTable {
  enum class State { kRed, kGreen, kDark, kCount };
  enum class Event { kNext, kCut, kCount };
  struct Context {
    int changes = 0;
  };
  struct Input {};

  static constexpr std::string_view kName = "light";
  static constexpr std::array<std::string_view, 3> kStateNames{"Red", "Green", "Dark"};
  static constexpr std::array<std::string_view, 2> kEventNames{"Next", "Cut"};
  static constexpr State kInitial = State::kRed;
  static constexpr fsm::Set<State> kFinal{State::kDark};

  static void count(Context& context, const Input&) { ++context.changes; }

  static constexpr std::array kRows{
      fsm::Row<LightTable>{State::kRed, Event::kNext, nullptr, count, State::kGreen, "go"},
      fsm::Row<LightTable>{State::kGreen, Event::kNext, nullptr, count, State::kRed, "stop"},
      fsm::Row<LightTable>{State::kRed, Event::kCut, nullptr, count, State::kDark, "no power"},
      fsm::Row<LightTable>{State::kGreen, Event::kCut, nullptr, count, State::kDark, "no power"},
  };
  static constexpr std::array kIgnored{
      fsm::Ignored<LightTable>{{State::kDark}, Event::kNext, "no power"},
      fsm::Ignored<LightTable>{{State::kDark}, Event::kCut, "no power"},
  };
};

using State = LightTable::State;
using Event = LightTable::Event;
using Kind = fsm::Mutation::Kind;

struct Light {
  explicit Light(const fsm::Mutation& mutation) { fsm::mutation = mutation; }
  ~Light() { fsm::mutation = {}; }
  Light(const Light&) = delete;
  Light& operator=(const Light&) = delete;
  bool dispatch(Event event) { return machine.dispatch(event, context, {}); }

  fsm::Machine<LightTable> machine;
  LightTable::Context context;
};

}  // namespace

TEST_CASE("mutation: without one every row is as it is written", "[fsm]") {
  Light light({});
  CHECK(light.dispatch(Event::kNext));
  CHECK(light.machine.is(State::kGreen));
  CHECK(light.context.changes == 1);
}

TEST_CASE("mutation: a deleted row is not there", "[fsm]") {
  Light light({"light", 0, Kind::kRowDeleted, 0});
  CHECK_FALSE(light.dispatch(Event::kNext));
  CHECK(light.machine.is(State::kRed));
  CHECK(light.context.changes == 0);
  CHECK(light.dispatch(Event::kCut));
}

TEST_CASE("mutation: a swapped target", "[fsm]") {
  Light light({"light", 0, Kind::kTargetSwapped, fsm::index_of(State::kDark)});
  CHECK(light.dispatch(Event::kNext));
  CHECK(light.machine.is(State::kDark));
  CHECK(light.context.changes == 1);
}

TEST_CASE("mutation: a dropped action", "[fsm]") {
  Light light({"light", 0, Kind::kActionDropped, 0});
  CHECK(light.dispatch(Event::kNext));
  CHECK(light.machine.is(State::kGreen));
  CHECK(light.context.changes == 0);
  CHECK(light.dispatch(Event::kNext));
  CHECK(light.context.changes == 1);
}

TEST_CASE("mutation: another machine's row of the same number is left alone", "[fsm]") {
  Light light({"lamp", 0, Kind::kRowDeleted, 0});
  CHECK(light.dispatch(Event::kNext));
}
