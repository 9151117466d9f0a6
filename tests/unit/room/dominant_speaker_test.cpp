#include "room/dominant_speaker.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace holdfast;
using room::DominantSpeaker;

namespace {

const ParticipantSid kAda("PA1");
const ParticipantSid kBob("PA2");

constexpr std::int64_t kSpeech = 1036;  // -30 dBFS
constexpr std::int64_t kNoise = 33;     // -60 dBFS

// People whose audio is polled twice a second.
struct Bench {
  DominantSpeaker speaker;
  Instant now{1000};
  struct Person {
    ParticipantSid sid;
    std::int64_t level = 0;
    bool is_heard = true;
  };
  std::vector<Person> people{{kAda}, {kBob}};
  std::vector<std::string> told;

  Person& of(const ParticipantSid& sid) {
    return *std::find_if(people.begin(), people.end(), [&](const Person& person) { return person.sid == sid; });
  }
  void pass(Millis time) {
    for (const Instant end = now + time; now < end;) {
      now = now + 500_ms;
      std::vector<ParticipantSid> present;
      for (Person& person : people) {
        if (person.is_heard) speaker.heard(person.sid, person.level, now);
        present.push_back(person.sid);
      }
      if (speaker.update(present, now)) told.push_back(speaker.participant().value);
    }
  }
};

}  // namespace

TEST_CASE("dominant speaker: nobody before anybody has spoken; noise is not speech") {
  Bench bench;
  bench.of(kAda).level = kNoise;
  bench.pass(10_s);
  CHECK(bench.speaker.participant().empty());
  CHECK(bench.told.empty());
}

TEST_CASE("dominant speaker: whoever speaks is it, and stays it in silence") {
  Bench bench;
  bench.pass(1_s);
  bench.of(kAda).level = kSpeech;
  bench.pass(2_s);
  CHECK(bench.speaker.participant() == kAda);
  bench.of(kAda).level = 0;
  bench.pass(60_s);
  CHECK(bench.told == std::vector<std::string>{"PA1"});
}

TEST_CASE("dominant speaker: the next one has to insist") {
  Bench bench;
  bench.of(kAda).level = kSpeech;
  bench.pass(5_s);
  bench.of(kBob).level = 3 * kSpeech;
  bench.pass(500_ms);  // a cough
  bench.of(kBob).level = 0;
  bench.pass(5_s);
  CHECK(bench.told == std::vector<std::string>{"PA1"});

  bench.of(kBob).level = 3 * kSpeech;
  bench.pass(2_s);
  CHECK(bench.told == std::vector<std::string>{"PA1", "PA2"});
}

TEST_CASE("dominant speaker: two who speak as loudly as one another do not take turns") {
  Bench bench;
  bench.of(kAda).level = kSpeech;
  bench.pass(2_s);
  bench.of(kBob).level = kSpeech * 6 / 5;
  bench.pass(30_s);
  CHECK(bench.told == std::vector<std::string>{"PA1"});
}

TEST_CASE("dominant speaker: whoever leaves is it no longer") {
  Bench bench;
  bench.of(kAda).level = kSpeech;
  bench.pass(2_s);
  bench.people.erase(bench.people.begin());
  bench.pass(500_ms);
  CHECK(bench.told == std::vector<std::string>{"PA1", ""});
  bench.of(kBob).level = kSpeech;
  bench.pass(2_s);
  CHECK(bench.told == std::vector<std::string>{"PA1", "", "PA2"});
}

TEST_CASE("dominant speaker: one who is not heard any more gives way to the next") {
  Bench bench;
  bench.of(kAda).level = 100 * kSpeech;
  bench.pass(2_s);
  bench.of(kAda).is_heard = false;
  bench.of(kBob).level = kSpeech;
  bench.pass(1_s);
  CHECK(bench.told == std::vector<std::string>{"PA1"});
  bench.pass(3_s);
  CHECK(bench.told == std::vector<std::string>{"PA1", "PA2"});
}
