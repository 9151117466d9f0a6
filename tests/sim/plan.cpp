#include "plan.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "base/prng.hpp"

namespace holdfast::sim {

namespace {

constexpr Kind kKinds[] = {
    {"joins", Group::kPeople, 60, false, false, false},
    {"leaves", Group::kPeople, 20, false, false, false},
    {"closes the tab", Group::kPeople, 20, false, false, false},
    {"reloads the page", Group::kPeople, 10, false, false, false},
    {"joins in a second tab", Group::kPeople, 10, false, false, false},
    {"publishes", Group::kPeople, 160, false, false, false},
    {"unpublishes", Group::kPeople, 60, false, false, false},
    {"publishes a track again", Group::kPeople, 30, false, false, false},
    {"mutes or unmutes", Group::kPeople, 90, false, false, false},
    {"sets a priority", Group::kPeople, 30, false, false, false},
    {"asks to reconnect now", Group::kPeople, 0, false, false, false},

    {"is removed by the host", Group::kHost, 10, false, false, false},
    {"sees the room completed", Group::kHost, 8, false, false, false},

    {"has its sockets reset", Group::kSignaling, 80, false, true, false},
    {"loses the server's ends of its sockets", Group::kSignaling, 40, false, true, false},
    {"has one direction of its sockets held", Group::kSignaling, 50, true, true, false},
    {"has a bad line", Group::kSignaling, 40, true, true, false},
    {"is refused", Group::kSignaling, 30, true, true, false},
    {"is told that the server is busy", Group::kSignaling, 40, false, true, false},
    {"hears of the network", Group::kSignaling, 30, false, false, false},

    {"loses its host", Group::kPath, 80, true, true, true},
    {"has one direction cut", Group::kPath, 50, true, true, true},
    {"changes its address", Group::kPath, 50, false, true, true},

    {"has media cut", Group::kMedia, 90, true, false, true},
    {"has a deaf connection", Group::kMedia, 30, false, false, true},
    {"cannot set a description", Group::kMedia, 40, false, false, true},
    {"loses an answer of its browser", Group::kMedia, 30, false, false, true},
    {"has a slow browser", Group::kMedia, 40, true, false, true},
    {"cannot make a connection", Group::kMedia, 20, false, false, true},
    {"fails at DTLS", Group::kMedia, 20, false, false, true},

    {"hides", Group::kPage, 60, true, false, false},
    {"freezes", Group::kPage, 50, true, true, true},
    {"blocks", Group::kPage, 40, true, true, true},
    {"sleeps", Group::kPage, 40, true, true, true},
    {"is asked to close and stays", Group::kPage, 30, false, true, false},
    {"goes back and forward", Group::kPage, 20, true, true, true},
    {"crashes", Group::kPage, 15, false, false, true},

    {"pauses the server", Group::kServer, 30, true, true, true},
    {"restarts the server", Group::kServer, 15, true, true, false},
    {"has its token expire", Group::kServer, 30, false, true, false},
    {"waits for its token to be checked", Group::kServer, 30, true, true, false},

    {"finds no candidates", Group::kMedia, 0, true, false, true},
    {"cannot answer a restart, and loses its sockets", Group::kMedia, 0, false, true, true},

    {"looks at other tracks", Group::kPeople, 0, false, false, false},
};
static_assert(std::size(kKinds) == static_cast<std::size_t>(What::kCount));

// What can break, for how long at most. Runs with few kinds of faults are there for the strict rules that hold in them.
struct Weather {
  const char* name;
  std::uint32_t trouble_s;
  std::uint32_t longest_ms;
  std::initializer_list<Group> groups;
};
const Weather kWeathers[] = {
    {"nothing breaks", 20, 5000, {}},
    {"signaling breaks", 25, 3000, {Group::kHost, Group::kSignaling}},
    {"media breaks", 30, 8000, {Group::kMedia}},
    {"pages come and go", 30, 8000, {Group::kPage}},
    {"the server stumbles", 30, 4000, {Group::kHost, Group::kSignaling, Group::kServer}},
    {"networks change", 30, 6000, {Group::kSignaling, Group::kPath}},
    {"short faults of every kind", 25, 3000, {Group::kHost, Group::kSignaling, Group::kPath, Group::kMedia, Group::kPage, Group::kServer}},
    {"faults of any length", 50, 30000, {Group::kHost, Group::kSignaling, Group::kPath, Group::kMedia, Group::kPage, Group::kServer}},
};

class Planner {
 public:
  explicit Planner(std::uint64_t seed)
      : random_(seed),
        more_random_(seed + 1),
        reloads_(seed + 2),
        weather_(kWeathers[random_.below(static_cast<std::uint32_t>(std::size(kWeathers)))]) {
    plan_.seed = seed;
    plan_.weather = weather_.name;
    plan_.session_timeout = 1000 * some(4, 15);
    plan_.trouble = weather_.trouble_s * 1_s;
  }

  Plan make() {
    choose_people();
    choose_kinds();
    for (const Person& person : plan_.people) schedule(person.name);
    choose_ways_back();
    add_impatience();
    add_reloads();
    add_rare_failures();
    add_looks();
    std::stable_sort(plan_.steps.begin(), plan_.steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
    std::uint32_t number = 0;
    for (Step& step : plan_.steps) step.number = ++number;
    return plan_;
  }

 private:
  Millis some(std::uint32_t from, std::uint32_t to) { return Millis{from + random_.below(to - from + 1)}; }

  // Half of the rooms are all ours.
  void choose_people() {
    const std::uint32_t count = 2 + random_.below(8) / 3;
    const bool is_mixed = random_.chance(1, 2);
    for (std::uint32_t i = 0; i < count; ++i) {
      Person person;
      person.name = static_cast<char>('A' + i);
      person.is_official = is_mixed && random_.chance(1, 2);
      person.browser = random_.chance(1, 3) ? Browser::kFirefox : Browser::kChromium;
      person.brings_ice_servers = random_.chance(1, 4);
      person.leaves_with_page = random_.chance(7, 8);
      person.tracks = random_.below(3);
      plan_.people.push_back(person);
    }
  }

  // Of what the weather allows, each run has some only: what always happens hides what happens alone.
  void choose_kinds() {
    for (std::size_t i = 0; i < std::size(kKinds); ++i) {
      const Kind& kind = kKinds[i];
      const bool is_allowed = kind.group == Group::kPeople || allows(kind.group);
      const bool is_chosen = kind.group == Group::kPeople || kind.weight == 0 || random_.chance(2, 3);
      if (is_allowed && is_chosen) total_ += kind.weight;
      weights_[i] = is_allowed && is_chosen ? kind.weight : 0;
    }
  }

  // What came later has dice of its own, so that a seed stays much as it was.
  void choose_ways_back() {
    for (Person& person : plan_.people) {
      person.makes_tokens = more_random_.chance(1, 2) && !person.is_official;
      const Millis lifetime = Millis{(person.makes_tokens ? 30'000 : 10'000) + more_random_.below(120'000)};
      if (more_random_.chance(1, 2) && !person.is_official) person.token_lifetime = lifetime;
      person.rejoins = more_random_.chance(1, 2) && !person.is_official;
    }
  }

  void add_impatience() {
    for (std::uint32_t i = more_random_.below(6); i > 0; --i) {
      Step step;
      step.at = Millis{more_random_.below(static_cast<std::uint32_t>(plan_.trouble.count))};
      step.what = What::kReconnectNow;
      step.who = plan_.people[more_random_.below(static_cast<std::uint32_t>(plan_.people.size()))].name;
      plan_.steps.push_back(step);
    }
  }

  // Those that show most: of pages that keep their sessions.
  void add_reloads() {
    for (Person& person : plan_.people) {
      person.keeps_session = reloads_.chance(1, 2) && !person.is_official;
      const Millis at{reloads_.below(static_cast<std::uint32_t>(plan_.trouble.count))};
      const auto dice = static_cast<std::uint32_t>(reloads_.next() >> 32);
      if (!person.keeps_session || reloads_.chance(1, 2)) continue;
      Step step;
      step.at = at;
      step.what = What::kReload;
      step.who = person.name;
      step.dice = dice;
      plan_.steps.push_back(step);
    }
  }

  bool allows(Group group) const { return std::find(weather_.groups.begin(), weather_.groups.end(), group) != weather_.groups.end(); }

  // Whoever finds nothing does so best when it needs something: as it joins.
  void add_rare_failures() {
    if (!allows(Group::kMedia)) return;
    std::vector<Step> joins;
    for (const Step& step : plan_.steps)
      if (step.what == What::kJoin) joins.push_back(step);
    for (std::uint32_t i = more_random_.below(3); i > 0; --i) {
      Step step = joins[more_random_.below(static_cast<std::uint32_t>(joins.size()))];
      step.what = more_random_.chance(1, 2) ? What::kFindNothing : What::kFailAnswer;
      step.length = Millis{200 + more_random_.below(2000)};
      if (more_random_.chance(1, 2)) step.at = Millis{more_random_.below(static_cast<std::uint32_t>(plan_.trouble.count))};
      plan_.steps.push_back(step);
    }
  }

  // In every second room nobody cares.
  void add_looks() {
    if (more_random_.chance(1, 2)) return;
    for (std::uint32_t i = 1 + more_random_.below(20); i > 0; --i) {
      Step step;
      step.at = Millis{more_random_.below(static_cast<std::uint32_t>(plan_.trouble.count))};
      step.what = What::kWish;
      step.who = plan_.people[more_random_.below(static_cast<std::uint32_t>(plan_.people.size()))].name;
      step.dice = static_cast<std::uint32_t>(more_random_.next() >> 32);
      plan_.steps.push_back(step);
    }
  }

  What choose() {
    std::uint32_t draw = random_.below(total_);
    std::size_t i = 0;
    while (draw >= weights_[i]) draw -= weights_[i++];
    return static_cast<What>(i);
  }

  void schedule(char name) {
    Millis at = some(0, 1500);
    add(at, name, What::kJoin);
    for (;;) {
      at = at + some(50, 3000);
      if (at >= plan_.trouble) return;
      const What what = choose();
      add(at, name, what);
      // Whoever may have gone by this comes back, most of the time.
      if (what == What::kLeave || what == What::kCloseTab || what == What::kRemove || what == What::kCompleteRoom || what == What::kCrash ||
          what == What::kExpireToken || what == What::kCache || what == What::kRestartServer)
        if (random_.chance(4, 5)) add(at + some(20, 5000), name, What::kJoin);
    }
  }

  void add(Millis at, char name, What what) {
    if (at >= plan_.trouble) return;
    Step step;
    step.at = at;
    step.what = what;
    step.who = name;
    step.other = plan_.people[random_.below(static_cast<std::uint32_t>(plan_.people.size()))].name;
    step.dice = static_cast<std::uint32_t>(random_.next() >> 32);
    // Short ones are as frequent as long ones.
    const std::uint32_t longest = random_.chance(1, 2) ? weather_.longest_ms : weather_.longest_ms / 8;
    if (kind_of(what).lasts) step.length = some(50, longest);
    plan_.steps.push_back(step);
  }

  Prng random_;
  Prng more_random_;
  Prng reloads_;
  const Weather& weather_;
  Plan plan_;
  std::uint32_t weights_[std::size(kKinds)] = {};
  std::uint32_t total_ = 0;
};

std::string list_of(const Plan& plan) {
  std::string text;
  for (const Step& step : plan.steps) text += (text.empty() ? "" : ",") + std::to_string(step.number);
  return text.empty() ? "0" : text;
}

}  // namespace

const Kind& kind_of(What what) { return kKinds[static_cast<std::size_t>(what)]; }

Plan make_plan(std::uint64_t seed) { return Planner(seed).make(); }

bool Plan::has(bool Kind::*property) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return kind_of(step.what).*property; });
}

bool Plan::has(What what) const {
  return std::any_of(steps.begin(), steps.end(), [&](const Step& step) { return step.what == what; });
}

const Person* Plan::find(char name) const {
  const auto found = std::find_if(people.begin(), people.end(), [&](const Person& person) { return person.name == name; });
  return found == people.end() ? nullptr : &*found;
}

Plan Plan::with_people(const std::string& names) const {
  Plan less = *this;
  const auto is_out = [&](char name) { return names.find(name) == std::string::npos; };
  less.people.erase(std::remove_if(less.people.begin(), less.people.end(), [&](const Person& person) { return is_out(person.name); }),
                    less.people.end());
  less.steps.erase(std::remove_if(less.steps.begin(), less.steps.end(), [&](const Step& step) { return is_out(step.who); }),
                   less.steps.end());
  return less;
}

Plan Plan::with_steps(const std::vector<std::uint32_t>& numbers) const {
  Plan less = *this;
  const auto is_out = [&](const Step& step) { return std::find(numbers.begin(), numbers.end(), step.number) == numbers.end(); };
  less.steps.erase(std::remove_if(less.steps.begin(), less.steps.end(), is_out), less.steps.end());
  return less;
}

Plan Plan::until(Millis end) const {
  Plan less = *this;
  less.trouble = end;
  less.steps.erase(std::remove_if(less.steps.begin(), less.steps.end(), [&](const Step& step) { return step.at >= end; }),
                   less.steps.end());
  return less;
}

std::string Plan::names() const {
  std::string text;
  for (const Person& person : people) text += person.name;
  return text;
}

std::string Plan::options() const {
  std::string text = std::string(weather) + ", session timeout " + std::to_string(session_timeout.count) + " ms, healed after " +
                     std::to_string(trouble.count) + " ms;";
  for (const Person& person : people) {
    text += std::string(" ") + person.name + ": " + (person.is_official ? "official client" : "Holdfast") + " in " +
            (person.browser == Browser::kFirefox ? "Firefox" : "Chromium") + ", " + std::to_string(person.tracks) + " tracks";
    if (person.brings_ice_servers) text += ", own ICE servers";
    if (person.makes_tokens) text += ", a token function";
    if (person.rejoins) text += ", rejoins";
    if (person.keeps_session) text += ", keeps its session";
    if (person.token_lifetime > 0_ms) text += ", tokens of " + std::to_string(person.token_lifetime.count) + " ms";
    if (!person.leaves_with_page) text += ", stays when the page goes";
    text += ";";
  }
  text.pop_back();
  return text;
}

std::string Plan::schedule() const {
  std::string text;
  for (const Step& step : steps) text += text_of(step) + "\n";
  return text;
}

std::string Plan::command() const {
  std::string text = "room_sim --seed " + std::to_string(seed) + " --people " + names() + " --steps " + list_of(*this);
  if (make_plan(seed).trouble != trouble) text += " --until " + std::to_string(trouble.count);
  return text;
}

std::string text_of(Instant time) {
  char text[32];
  std::snprintf(text, sizeof text, "%9.3f", static_cast<double>(time.ms) / 1000.0);
  return text;
}

std::string text_of(const Step& step) {
  std::string text =
      text_of(Instant{} + step.at) + "  step " + std::to_string(step.number) + ": " + step.who + " " + kind_of(step.what).words;
  if (step.what == What::kCutMedia) text += std::string(" with ") + step.other;
  if (kind_of(step.what).lasts) text += " for " + std::to_string(step.length.count) + " ms";
  return text;
}

}  // namespace holdfast::sim
