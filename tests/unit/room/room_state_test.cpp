#include "room/room_state.hpp"

#include <catch2/catch.hpp>

#include "event_text.hpp"

namespace holdfast::room {
namespace {

using test::Events;
using test::events_of;
using Health = LinkView::Health;

constexpr Millis kTimeout = 30_s;

// A joined Room at instant 0; every step takes its time and adds to what was emitted.
struct Fixture {
  RoomState room;
  Effects effects;
  Instant now{0};
  std::vector<LinkView> links;
  std::vector<ParticipantSid> present;
  std::vector<ParticipantSid> connected;

  Fixture() { room.joined(kTimeout, now, effects); }

  Fixture& after(Millis time) {
    now = now + time;
    while (room.next_deadline() && *room.next_deadline() <= now) room.handle_timers(now, effects);
    return *this;
  }
  Fixture& peers(std::vector<const char*> sids) {
    connected.clear();
    for (const char* sid : sids) connected.emplace_back(sid);
    present = connected;
    return tell();
  }
  // The server has lost all of them for now.
  Fixture& all_away() {
    connected.clear();
    return tell();
  }
  Fixture& tell() {
    room.links_changed(links, present, connected, now, effects);
    return *this;
  }
  Fixture& link(const char* remote, Health health, bool dtls_failed = false) {
    drop_quietly(remote);
    links.push_back({LinkId(std::string("L-") + remote), ParticipantSid(remote), health, dtls_failed, now});
    room.links_changed(links, present, connected, now, effects);
    return *this;
  }
  Fixture& drop(const char* remote) {
    drop_quietly(remote);
    room.links_changed(links, present, connected, now, effects);
    return *this;
  }
  Fixture& alive() {
    room.signaling_alive(now, effects);
    return *this;
  }
  Fixture& lose_signaling() {
    room.signaling_lost(now, effects);
    return *this;
  }
  Fixture& restore_signaling() {
    room.signaling_restored(now, effects);
    return *this;
  }
  Events take() {
    Events events = events_of(effects);
    effects.clear();
    return events;
  }
  int verdict() const { return room.verdict() ? room.verdict()->code : 0; }

 private:
  void drop_quietly(const char* remote) {
    for (std::size_t i = 0; i < links.size(); ++i)
      if (links[i].remote.value == remote) links.erase(links.begin() + static_cast<std::ptrdiff_t>(i--));
  }
};

Fixture with_two_healthy_links() {
  Fixture f;
  f.peers({"P", "Q"}).link("P", Health::kHealthy).link("Q", Health::kHealthy);
  return f;
}

TEST_CASE("room state: signaling lost and back, each told once in order", "[room]") {
  Fixture f;
  f.lose_signaling();
  CHECK(f.take() == Events{"local reconnecting", "~reconnecting 53001"});
  f.after(5_s).lose_signaling().restore_signaling();
  CHECK(f.take() == Events{"~local reconnected", "~reconnected"});
  CHECK(!f.room.next_deadline());
}

TEST_CASE("room state: signaling away for the session timeout, verdict 53000", "[room][timers]") {
  Fixture f;
  f.lose_signaling().after(kTimeout - 1_ms);
  CHECK(f.verdict() == 0);
  f.after(1_ms);
  CHECK(f.verdict() == 53000);
  f.take();
  f.restore_signaling();
  CHECK(f.take() == Events{});
  f.room.end(f.now, f.effects);
  CHECK(f.take() == Events{"local disconnected"});
}

TEST_CASE("room state: alone, a drop leaves no timer behind", "[room][timers]") {
  Fixture f;
  f.lose_signaling().after(1_s).restore_signaling().after(100_s);
  CHECK(f.verdict() == 0);
  CHECK(!f.room.next_deadline());
}

TEST_CASE("room state: a link that is given up while its peer is away leaves its trouble to the next one (seed 152724)", "[room]") {
  Fixture f = with_two_healthy_links();
  f.all_away().link("P", Health::kFailed, true).drop("P").after(400_ms).peers({"P", "Q"}).link("P", Health::kNew);
  CHECK(f.room.in_trouble() == std::vector{ParticipantSid("P")});
  f.after(RoomState::kReturnGrace).alive();
  CHECK(f.take() == Events{"~reconnecting 53405"});
  f.link("P", Health::kHealthy);
  CHECK(f.take() == Events{"~reconnected"});
  CHECK(f.room.in_trouble().empty());
  f.all_away().link("P", Health::kFailed, true).drop("P").peers({"Q"});
  CHECK(f.room.in_trouble().empty());  // it has left
}

TEST_CASE("room state: waking up late, the limit is put off", "[room][timers]") {
  Fixture f;
  f.lose_signaling();
  f.now = f.now + 3600_s;
  f.room.wake(f.now);
  f.after(RoomState::kWakeGrace - 1_ms);
  CHECK(f.verdict() == 0);
  f.after(1_ms);
  CHECK(f.verdict() == 53000);
}

TEST_CASE("room state: a suspect link, reconnecting only after a frame from the server", "[room]") {
  Fixture f = with_two_healthy_links();
  f.link("P", Health::kSuspect).after(1_s);
  CHECK(f.take() == Events{});
  CHECK(f.room.in_trouble().empty());
  f.alive();
  CHECK(f.take() == Events{"~reconnecting 53405"});
  CHECK(f.room.in_trouble() == std::vector<ParticipantSid>{ParticipantSid("P")});
  SECTION("well again: reconnected") {
    f.link("P", Health::kHealthy);
    CHECK(f.take() == Events{"~reconnected"});
    CHECK(f.room.in_trouble().empty());
  }
  SECTION("a new link in its place proves nothing until it works") {
    f.drop("P").link("P", Health::kNew);
    CHECK(f.take() == Events{});
    f.link("P", Health::kHealthy);
    CHECK(f.take() == Events{"~reconnected"});
  }
  SECTION("the peer is called reconnecting: its trouble, not ours") {
    f.peers({"Q"});
    CHECK(f.take() == Events{"~reconnected"});
    CHECK(f.room.in_trouble().size() == 1);
  }
  SECTION("the peer leaves: over") {
    f.present = f.connected = {ParticipantSid("Q")};
    f.drop("P");
    CHECK(f.take() == Events{"~reconnected"});
    CHECK(f.room.in_trouble().empty());
  }
  SECTION("then signaling too: nothing new for the Room, one reconnected at the end") {
    f.lose_signaling();
    CHECK(f.take() == Events{"local reconnecting"});
    f.after(2_s).restore_signaling();
    CHECK(f.take() == Events{"~local reconnected"});
    f.link("P", Health::kHealthy);
    CHECK(f.take() == Events{"~reconnected"});
  }
}

TEST_CASE("room state: signaling lost while a link is suspect, reconnected when both are back", "[room]") {
  Fixture f = with_two_healthy_links();
  f.link("P", Health::kSuspect).lose_signaling();
  CHECK(f.take() == Events{"local reconnecting", "~reconnecting 53001"});
  f.after(4_s);
  SECTION("link first") {
    f.link("P", Health::kHealthy).restore_signaling();
    CHECK(f.take() == Events{"~local reconnected", "~reconnected"});
  }
  SECTION("signaling first") {
    f.restore_signaling();
    CHECK(f.take() == Events{"~local reconnected"});
    f.link("P", Health::kHealthy);
    CHECK(f.take() == Events{"~reconnected"});
  }
}

TEST_CASE("room state: a peer comes back with its link still bad, the Room waits before it counts that", "[room]") {
  Fixture f = with_two_healthy_links();
  f.peers({"Q"}).link("P", Health::kSuspect).alive();
  CHECK(f.take() == Events{});
  CHECK(f.room.in_trouble().size() == 1);
  f.after(5_s).peers({"P", "Q"}).after(1_s).alive();
  CHECK(f.take() == Events{});
  f.after(RoomState::kReturnGrace).alive();
  CHECK(f.take() == Events{"~reconnecting 53405"});
}

// Seed 28740: it was called reconnected, and reconnecting once more 100 ms later.
TEST_CASE("room state: the link of a peer that is away turns bad, in trouble without a frame from the server", "[room]") {
  Fixture f = with_two_healthy_links();
  f.peers({"Q"}).link("P", Health::kSuspect);
  CHECK(f.room.in_trouble() == std::vector<ParticipantSid>{ParticipantSid("P")});
  f.after(100_ms).peers({"P", "Q"}).drop("P").link("P", Health::kNew).alive();
  CHECK(f.room.in_trouble() == std::vector<ParticipantSid>{ParticipantSid("P")});
  f.after(1_s).link("P", Health::kHealthy);
  CHECK(f.room.in_trouble().empty());
  CHECK(f.take() == Events{});
}

TEST_CASE("room state: one of two links failed for ever, the Room stays", "[room][timers]") {
  Fixture f = with_two_healthy_links();
  f.link("P", Health::kFailed).after(1_s).alive().after(1000_s);
  CHECK(f.verdict() == 0);
}

TEST_CASE("room state: all links failed for the limit, verdict by the kind of failure", "[room][timers]") {
  const bool dtls = GENERATE(false, true);
  Fixture f = with_two_healthy_links();
  f.link("P", Health::kFailed, dtls).alive().after(10_s).link("Q", Health::kFailed, dtls).alive().after(kTimeout - 1_ms);
  CHECK(f.verdict() == 0);
  f.after(1_ms);
  CHECK(f.verdict() == (dtls ? 53407 : 53405));
}

TEST_CASE("room state: links replaced in vain do not restart the limit", "[room][timers]") {
  Fixture f;
  f.peers({"P"}).link("P", Health::kFailed).alive();
  f.after(20_s).drop("P").link("P", Health::kNew).after(5_s).link("P", Health::kFailed).after(5_s - 1_ms);
  CHECK(f.verdict() == 0);
  f.after(1_ms);
  CHECK(f.verdict() == 53405);
}

TEST_CASE("room state: the last working link goes, the limit starts there", "[room][timers]") {
  Fixture f = with_two_healthy_links();
  f.link("P", Health::kFailed).alive().after(kTimeout);
  const bool left = GENERATE(false, true);  // or the link is to be replaced
  if (left) f.peers({"P"});
  f.drop("Q").after(kTimeout - 1_ms);
  CHECK(f.verdict() == 0);
  f.after(1_ms);
  CHECK(f.verdict() == 53405);
}

TEST_CASE("room state: failed links of a peer that is away, no limit", "[room][timers]") {
  Fixture f;
  f.peers({"P"}).link("P", Health::kFailed).alive().after(10_s).peers({}).after(1000_s);
  CHECK(f.verdict() == 0);
  f.take();
  f.peers({"P"}).after(RoomState::kReturnGrace).alive();
  CHECK(f.take() == Events{"~reconnecting 53405"});
  f.after(kTimeout);
  CHECK(f.verdict() == 53405);
}

TEST_CASE("room state: the time without signaling does not count for media", "[room][timers]") {
  Fixture f;
  f.peers({"P"}).link("P", Health::kFailed).alive().after(5_s).lose_signaling().after(25_s).restore_signaling().after(kTimeout - 1_ms);
  CHECK(f.verdict() == 0);
  f.after(1_ms);
  CHECK(f.verdict() == 53405);
}

TEST_CASE("room state: a link whose peer has no name, judged on its own", "[room]") {
  Fixture f;
  f.peers({"P"}).link("", Health::kSuspect).alive();
  CHECK(f.take() == Events{"~reconnecting 53405"});
  CHECK(f.room.in_trouble().empty());
  f.drop("");
  CHECK(f.take() == Events{"~reconnected"});
}

TEST_CASE("room state: ended before joining, no event", "[room]") {
  RoomState room;
  Effects effects;
  room.signaling_lost({0}, effects);
  room.end({0}, effects);
  CHECK(events_of(effects) == Events{});
  CHECK(room.is_over());
}

}  // namespace
}  // namespace holdfast::room
