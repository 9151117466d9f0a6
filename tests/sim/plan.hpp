// What one seed decides before the start: who takes part, with what, and every step of the run with its time. Nothing else is decided while
// it runs, but for the dice of the models, which have seeds of their own. A plan with people or steps left out is a plan again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "browser.hpp"

namespace holdfast::sim {

enum class What {
  // what people do
  kJoin,
  kLeave,
  kCloseTab,
  kReload,
  kSecondTab,
  kPublish,
  kUnpublish,
  kPublishAgain,
  kMute,
  kPriority,
  kReconnectNow,
  // what the host of the rooms does
  kRemove,
  kCompleteRoom,
  // what breaks the way to the server …
  kReset,
  kHalfOpen,
  kHoldLine,
  kBadLine,
  kRefuse,
  kBusy,
  kNetworkHint,
  // … or every way
  kLoseHost,
  kCutOneWay,
  kChangeAddress,
  // what breaks media
  kCutMedia,
  kGoDeaf,
  kFailDescription,
  kLoseAnswer,
  kDelayAnswers,
  kFailCreation,
  kFailDtls,
  // what happens to pages
  kHide,
  kFreeze,
  kBlock,
  kSleep,
  kRefuseToClose,
  kCache,
  kCrash,
  // what happens to the server
  kPauseServer,
  kRestartServer,
  kExpireToken,
  kSlowTokens,
  // what breaks media, too, and came later
  kFindNothing,
  kFailAnswer,
  // what people do, and came later
  kWish,
  kCount
};

enum class Group { kPeople, kHost, kSignaling, kPath, kMedia, kPage, kServer };

struct Kind {
  const char* words;
  Group group;
  std::uint32_t weight;
  bool lasts;             // for its length
  bool breaks_signaling;  // may make anybody's signaling stop
  bool breaks_media;      // … media
};
const Kind& kind_of(What what);

struct Person {
  char name = 'A';
  bool is_official = false;  // uses the official client
  Browser browser = Browser::kChromium;
  bool brings_ice_servers = false;
  bool leaves_with_page = true;
  std::uint32_t tracks = 0;    // that it joins with
  bool makes_tokens = false;   // its app has a function for them
  Millis token_lifetime;       // 0: without end
  bool rejoins = false;        // and goes on for ever
  bool keeps_session = false;  // for the page that is loaded next
};

struct Step {
  std::uint32_t number = 0;
  Millis at;
  What what = What::kJoin;
  char who = 'A';
  char other = 'A';        // the second of two, where it takes two
  std::uint32_t dice = 0;  // for the choices within the step
  Millis length;
};

struct Plan {
  std::uint64_t seed = 0;
  const char* weather = "";
  Millis session_timeout;
  Millis trouble;  // until everything heals
  std::vector<Person> people;
  std::vector<Step> steps;  // by time

  bool has(bool Kind::*property) const;
  bool has(What what) const;
  const Person* find(char name) const;

  Plan with_people(const std::string& names) const;
  Plan with_steps(const std::vector<std::uint32_t>& numbers) const;
  // Heals earlier; later steps are left out.
  Plan until(Millis end) const;

  std::string names() const;
  std::string options() const;
  std::string schedule() const;
  // The command that replays exactly this.
  std::string command() const;
};

Plan make_plan(std::uint64_t seed);

std::string text_of(const Step& step);
std::string text_of(Instant time);  // in seconds

}  // namespace holdfast::sim
