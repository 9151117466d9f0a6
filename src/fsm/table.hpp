// The transition-table engine. A machine is a constexpr list of rows {from, event, guard, action, to, sentence} plus the pairs it
// ignores on purpose; a state × event pair that stands in neither, a row that can never be reached, an unreachable state or a way
// out of a final state is a compile error. State changes in one place only: Machine::dispatch.
//
// A table is a struct T with
//   enum class State, enum class Event      plain enums counting from 0, the last enumerator is kCount
//   using Context = …;                       the machine's data; guards read it, actions change it and append outputs to it
//   using Input = …;                         payload of the event being handled
//   kName, kStateNames, kEventNames          text for diagrams and traces
//   kInitial, kFinal                         first state; set of states without a way out (may be empty)
//   kRows                                    std::array of Row<T>; rows of one pair are tried in order, the last has no guard
//   kIgnored                                 std::array of Ignored<T>
// Guards are pure. Actions neither read nor set the state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "base/check.hpp"

namespace holdfast::fsm {

// The reason of a row, in words, for diagrams, traces and logs. Left out of the wasm, where nobody reads it.
struct Sentence {
#if defined(HOLDFAST_NO_SENTENCES)
  constexpr Sentence(const char*) {}
  static constexpr std::string_view view() { return {}; }
#else
  const char* words;
  constexpr Sentence(const char* w) : words(w) {}
  constexpr std::string_view view() const { return words; }
#endif
};

template <class T>
using Guard = bool (*)(const typename T::Context&, const typename T::Input&);
template <class T>
using Action = void (*)(typename T::Context&, const typename T::Input&);

template <class T>
struct Row {
  typename T::State from;
  typename T::Event event;
  Guard<T> guard;    // nullptr: always
  Action<T> action;  // nullptr: nothing but the change of state
  typename T::State to;
  Sentence sentence;
};

template <class E>
constexpr std::size_t index_of(E e) {
  return static_cast<std::size_t>(e);
}

// A set of states, for kIgnored and kFinal.
template <class State>
struct Set {
  std::uint64_t bits = 0;
  constexpr Set() = default;
  constexpr Set(std::initializer_list<State> states) {
    for (State s : states) bits |= std::uint64_t{1} << index_of(s);
  }
  constexpr bool has(State s) const { return (bits >> index_of(s)) & 1u; }
  static constexpr Set all() {
    Set set;
    set.bits = (std::uint64_t{1} << index_of(State::kCount)) - 1;
    return set;
  }
};

template <class T>
struct Ignored {
  Set<typename T::State> in;
  typename T::Event event;
  Sentence reason;
};

namespace detail {

template <class T>
constexpr bool is_ignored(typename T::State s, typename T::Event e) {
  for (const auto& entry : T::kIgnored)
    if (entry.event == e && entry.in.has(s)) return true;
  return false;
}

enum class Pair { kCovered, kIgnored, kForgotten, kBoth, kOpenEnded, kDeadRow };

// Guarded rows must end in one without a guard, and none may follow that one.
template <class T>
constexpr Pair classify(typename T::State s, typename T::Event e) {
  bool any = false;
  bool closed = false;
  for (const auto& row : T::kRows) {
    if (row.from != s || row.event != e) continue;
    if (closed) return Pair::kDeadRow;
    any = true;
    closed = row.guard == nullptr;
  }
  if (is_ignored<T>(s, e)) return any ? Pair::kBoth : Pair::kIgnored;
  if (!any) return Pair::kForgotten;
  return closed ? Pair::kCovered : Pair::kOpenEnded;
}

template <class T>
constexpr bool no_pair_is(Pair wrong) {
  for (std::size_t s = 0; s < index_of(T::State::kCount); ++s)
    for (std::size_t e = 0; e < index_of(T::Event::kCount); ++e)
      if (classify<T>(static_cast<typename T::State>(s), static_cast<typename T::Event>(e)) == wrong) return false;
  return true;
}

template <class T>
constexpr bool every_state_reachable() {
  std::uint64_t seen = std::uint64_t{1} << index_of(T::kInitial);
  for (std::size_t round = 0; round < index_of(T::State::kCount); ++round)
    for (const auto& row : T::kRows)
      if ((seen >> index_of(row.from)) & 1u) seen |= std::uint64_t{1} << index_of(row.to);
  return seen == Set<typename T::State>::all().bits;
}

template <class T>
constexpr bool final_states_stay() {
  for (const auto& row : T::kRows)
    if (T::kFinal.has(row.from) && row.to != row.from) return false;
  return true;
}

template <class T>
constexpr bool check_table() {
  static_assert(index_of(T::State::kCount) <= 64);
  static_assert(T::kStateNames.size() == index_of(T::State::kCount), "a name for each state");
  static_assert(T::kEventNames.size() == index_of(T::Event::kCount), "a name for each event");
  static_assert(no_pair_is<T>(Pair::kForgotten), "a state x event pair has neither a row nor an entry in kIgnored");
  static_assert(no_pair_is<T>(Pair::kBoth), "a state x event pair has a row and an entry in kIgnored");
  static_assert(no_pair_is<T>(Pair::kOpenEnded), "the last row of a state x event pair has a guard");
  static_assert(no_pair_is<T>(Pair::kDeadRow), "a row follows one without a guard for the same pair");
  static_assert(every_state_reachable<T>(), "a state cannot be reached from kInitial");
  static_assert(final_states_stay<T>(), "a final state has a way out");
  return true;
}

}  // namespace detail

#if defined(HOLDFAST_TRACE)
// Natively, whoever wants to see every transition (tests, simulator, replay) sets this; `row` is the index in T::kRows.
struct Transition {
  std::string_view machine;
  std::string_view from;
  std::string_view event;
  std::string_view to;
  std::string_view sentence;
  std::size_t row;
};
using TransitionObserver = void (*)(const Transition&, void* observer_data);
inline TransitionObserver transition_observer = nullptr;
inline void* transition_observer_data = nullptr;
#endif

#if defined(HOLDFAST_MUTATE)
// What tests the simulator: one row of one table, as if it had been written wrong.
struct Mutation {
  enum class Kind { kRowDeleted, kTargetSwapped, kActionDropped };
  std::string_view machine;  // empty: none
  std::size_t row = 0;
  Kind kind = Kind::kRowDeleted;
  std::size_t target = 0;  // of kTargetSwapped
};
inline Mutation mutation;

template <class T>
Row<T> row_at(std::size_t index) {
  Row<T> row = T::kRows[index];
  if (index != mutation.row || T::kName != mutation.machine) return row;
  if (mutation.kind == Mutation::Kind::kRowDeleted) row.event = T::Event::kCount;  // never dispatched
  if (mutation.kind == Mutation::Kind::kTargetSwapped) row.to = static_cast<typename T::State>(mutation.target);
  if (mutation.kind == Mutation::Kind::kActionDropped) row.action = nullptr;
  return row;
}
#else
template <class T>
constexpr const Row<T>& row_at(std::size_t index) {
  return T::kRows[index];
}
#endif

template <class T>
class Machine {
 public:
  using State = typename T::State;
  using Event = typename T::Event;

  State state() const { return state_; }
  bool is(State s) const { return state_ == s; }
  bool is_any(Set<State> set) const { return set.has(state_); }

  // Takes the first row of (state, event) whose guard holds: runs its action, then changes the state. An ignored pair changes
  // nothing and gives false. An action must not dispatch to its own machine.
  bool dispatch(Event event, typename T::Context& context, const typename T::Input& input) {
    static_assert(detail::check_table<T>());
    HOLDFAST_CHECK(!dispatching_);
    for (std::size_t i = 0; i < T::kRows.size(); ++i) {
      const Row<T>& row = row_at<T>(i);
      if (row.from != state_ || row.event != event) continue;
      if (row.guard != nullptr && !row.guard(context, input)) continue;
      dispatching_ = true;
      if (row.action != nullptr) row.action(context, input);
      dispatching_ = false;
#if defined(HOLDFAST_TRACE)
      if (transition_observer != nullptr)
        transition_observer({T::kName, T::kStateNames[index_of(row.from)], T::kEventNames[index_of(event)],
                             T::kStateNames[index_of(row.to)], row.sentence.view(), i},
                            transition_observer_data);
#endif
      state_ = row.to;
      return true;
    }
    return false;
  }

 private:
  State state_ = T::kInitial;
  bool dispatching_ = false;
};

}  // namespace holdfast::fsm
