// Here, away, on the way back or gone: one participant's machine alone. What the others are told of it is in server_leaving_test.cpp.
#include "roomserver/participant.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

constexpr std::int64_t kGivenUpByClient = 3001;

struct Bob {
  Participant participant{SocketId{1}, 30_s};
  Instant now{1000};

  // Time passes; every deadline on the way is kept.
  Bob& after(Millis by) {
    const Instant end = now + by;
    while (participant.next_deadline() && *participant.next_deadline() <= end) participant.fire_due(*participant.next_deadline());
    now = end;
    return *this;
  }
  Bob& silent() { return participant.handle_silent(now), *this; }
  Bob& heard() { return participant.handle_heard(now), *this; }
  Bob& closed(std::int64_t code) { return participant.handle_socket_closed(code, now), *this; }
  Bob& says(const rsp::Extension& hints) {
    participant.note_frame();
    participant.note_hints(hints, now);
    return *this;
  }
  std::string shown() const {
    switch (participant.shown()) {
      case rsp::ParticipantState::kConnected:
        return "connected";
      case rsp::ParticipantState::kReconnecting:
        return "reconnecting";
      case rsp::ParticipantState::kDisconnected:
        return "disconnected";
    }
    return "?";
  }
};

const rsp::Extension kLeaving{true, std::nullopt, {}, {}};
const rsp::Extension kHidden{std::nullopt, true, {}, {}};

}  // namespace

TEST_CASE("participant: heard after a silence, it is connected once the socket has lived on for half a second",
          "[roomserver][participant]") {
  Bob bob;
  bob.silent().after(4_s).heard();
  CHECK(bob.after(499_ms).shown() == "reconnecting");
  CHECK(bob.after(1_ms).shown() == "connected");
  CHECK_FALSE(bob.participant.next_deadline());
}

TEST_CASE("participant: heard after a silence and closed at once, it was away all the time", "[roomserver][participant]") {
  Bob bob;
  bob.silent().after(4_s).heard().after(4_ms).closed(kGivenUpByClient);
  CHECK(bob.shown() == "reconnecting");
  CHECK_FALSE(bob.participant.socket());
  // Thirty seconds from the silence on.
  CHECK(bob.after(25995_ms).shown() == "reconnecting");
  CHECK(bob.after(1_ms).shown() == "disconnected");
  CHECK(bob.participant.end_reason() == 53001);
}

TEST_CASE("participant: on the way back, a sync makes it connected at once", "[roomserver][participant]") {
  Bob bob;
  bob.silent().after(4_s).heard().after(4_ms);
  bob.participant.handle_synced(SocketId{2}, bob.now);
  CHECK(bob.shown() == "connected");
  CHECK(bob.participant.socket() == SocketId{2});
  CHECK_FALSE(bob.participant.next_deadline());
}

TEST_CASE("participant: on the way back, the page may close or the session end as ever", "[roomserver][participant]") {
  Bob bob;
  bob.silent().after(4_s).heard().after(4_ms);
  SECTION("the page is gone, or lives on elsewhere") {
    bob.closed(1001);
    CHECK(bob.after(1499_ms).shown() == "reconnecting");
    CHECK(bob.after(1_ms).shown() == "disconnected");
    CHECK(bob.participant.end_reason() == 0);
  }
  SECTION("a hint that waited on the silent socket arrives with the close") {
    bob.says(kHidden).closed(1001);
    CHECK(bob.shown() == "disconnected");
  }
  SECTION("it says that it leaves") {
    bob.participant.end(0, bob.now);
    CHECK(bob.shown() == "disconnected");
    CHECK_FALSE(bob.participant.next_deadline());
  }
}

TEST_CASE("participant: nobody who was heard is given up before it is known whether the socket lasts", "[roomserver][participant]") {
  Bob bob;
  bob.silent().after(29999_ms).heard().after(499_ms);
  CHECK(bob.shown() == "reconnecting");
  SECTION("it lasts") { CHECK(bob.after(1_ms).shown() == "connected"); }
  SECTION("it does not") {
    bob.closed(kGivenUpByClient);
    CHECK(bob.after(1_ms).shown() == "disconnected");
  }
}

TEST_CASE("participant: after this process slept, a close that waits to be read still counts against the way back",
          "[roomserver][participant]") {
  Bob bob;
  bob.silent().after(4_s).heard();
  bob.now = bob.now + 60_s;
  bob.participant.wake(bob.now);
  CHECK(bob.after(999_ms).shown() == "reconnecting");
  CHECK(bob.after(1_ms).shown() == "connected");
}

TEST_CASE("participant: only a page that went hidden a moment ago and closes with 1001 has left at once", "[roomserver][participant]") {
  struct Case {
    rsp::Extension hints;
    Millis later;
    std::int64_t code;
    std::string shown;
    Millis left_after;
  };
  const Case given = GENERATE(values<Case>({
      {kHidden, 0_ms, 1001, "disconnected", 0_ms},
      {kHidden, 13_ms, 1001, "disconnected", 0_ms},
      {kHidden, 1000_ms, 1001, "disconnected", 0_ms},
      {{true, true, {}, {}}, 13_ms, 1001, "disconnected", 0_ms},
      {kHidden, 1001_ms, 1001, "connected", 1500_ms},             // a tab in the background
      {kLeaving, 13_ms, 1001, "connected", 1500_ms},              // Firefox, for a download
      {{}, 13_ms, 1001, "connected", 1500_ms},                    // no hint, or another client
      {{true, true, {}, {}}, 13_ms, 1006, "connected", 1500_ms},  // without a word
      {kHidden, 13_ms, 1005, "reconnecting", 10_s},
      {kHidden, 13_ms, 1006, "reconnecting", 10_s},
  }));
  INFO("after " << given.later.count << " ms, " << given.code);
  Bob bob;
  bob.says(given.hints).after(given.later).closed(given.code);
  CHECK(bob.shown() == given.shown);
  if (given.left_after == 0_ms) return;
  CHECK(bob.after(given.left_after - 1_ms).shown() == given.shown);
  CHECK(bob.after(1_ms).shown() == "disconnected");
}

TEST_CASE("participant: hidden and then heard again, a 1001 is waited out", "[roomserver][participant]") {
  Bob bob;
  bob.says(kHidden);
  SECTION("in view again") { bob.says({std::nullopt, false, {}, {}}); }
  SECTION("anything else, such as a heartbeat") { bob.participant.note_frame(); }
  SECTION("now it says that it may be leaving") { bob.says(kLeaving); }
  CHECK(bob.closed(1001).shown() == "connected");
}
