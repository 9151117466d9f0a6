#include "room/roster.hpp"

#include <catch2/catch.hpp>

#include "event_text.hpp"

namespace holdfast::room {
namespace {

using backend::ParticipantState;
using backend::RemoteParticipant;
using backend::RemoteTrack;
using backend::RoomUpdate;
using backend::Subscription;
using backend::TrackKind;
using test::Events;
using test::events_of;

constexpr PeerId kPeer{1};
constexpr PeerId kOtherPeer{2};

RemoteTrack audio(const char* sid, bool enabled = true) { return {TrackSid(sid), TrackKind::kAudio, sid, enabled, {}}; }
RemoteTrack data(const char* sid) { return {TrackSid(sid), TrackKind::kData, sid, true, {}}; }

RemoteParticipant participant(const char* sid, std::vector<RemoteTrack> tracks, ParticipantState state = ParticipantState::kConnected) {
  return {ParticipantSid(sid), sid, state, std::move(tracks), false};
}

Subscription subscription(const char* sid, const char* media_id) { return {TrackSid(sid), SignaledId(media_id), {}}; }
Subscription refusal(const char* sid, int error_code) { return {TrackSid(sid), SignaledId(), Error{error_code, {}}}; }

// A roster that says what it emitted since it was last asked.
struct Fixture {
  Roster roster;
  Effects effects;

  Fixture& update(std::vector<RemoteParticipant> participants) {
    RoomUpdate update;
    update.participants = std::move(participants);
    roster.apply(update, effects);
    return *this;
  }
  Fixture& subscribe(std::vector<Subscription> subscriptions) {
    RoomUpdate update;
    update.subscriptions = std::move(subscriptions);
    roster.apply(update, effects);
    return *this;
  }
  Fixture& arrive(const char* media_id, PeerId peer = kPeer, const char* mid = "0", TrackKind kind = TrackKind::kAudio) {
    roster.media_arrived(peer, SignaledId(media_id), kind, mid, effects);
    return *this;
  }
  Fixture& trouble(const char* sid, bool in_trouble) {
    roster.set_link_trouble(ParticipantSid(sid), in_trouble, effects);
    return *this;
  }
  Events take() {
    Events events = events_of(effects);
    effects.clear();
    return events;
  }
};

// P publishes T, which is subscribed at kPeer/0.
Fixture subscribed() {
  Fixture f;
  f.update({participant("P", {audio("T")})}).subscribe({subscription("T", "t")}).arrive("t");
  f.effects.clear();
  return f;
}

TEST_CASE("roster: at joining, emits nothing and gives the models", "[room]") {
  Roster roster;
  RoomUpdate update;
  update.participants = {participant("P", {audio("T"), data("D")}), participant("Q", {}, ParticipantState::kReconnecting),
                         participant("R", {}, ParticipantState::kDisconnected)};
  const auto models = roster.begin(update);
  REQUIRE(models.size() == 2);
  CHECK(test::EventText::describe(models[0]) == "P[T D]");
  CHECK(test::EventText::describe(models[1]) == "Q?[]");
}

TEST_CASE("roster: publication, subscription and media in any order, subscribed once all are there", "[room]") {
  const int first = GENERATE(0, 1, 2);
  const int second = GENERATE(0, 1, 2);
  if (first == second) return;
  Fixture f;
  const auto act = [&f](int step) {
    if (step == 0) f.update({participant("P", {audio("T")})});
    if (step == 1) f.subscribe({subscription("T", "t")});
    if (step == 2) f.arrive("t", kPeer, "3");
  };
  act(first);
  act(second);
  f.take();
  act(3 - first - second);
  Events expected = {"trackSubscribed P T at 1/3"};
  if (3 - first - second == 0) expected.insert(expected.begin(), "participantConnected P[T]");
  CHECK(f.take() == expected);
}

TEST_CASE("roster: media of another kind, not subscribed", "[room]") {
  Fixture f;
  f.update({participant("P", {audio("T")})}).subscribe({subscription("T", "t")}).take();
  f.arrive("t", kPeer, "0", TrackKind::kVideo);
  CHECK(f.take() == Events{});
}

TEST_CASE("roster: a data track, subscribed by its channel", "[room]") {
  Fixture f;
  f.update({participant("P", {data("D")})}).subscribe({subscription("D", "d")}).take();
  f.arrive("d", kPeer, "", TrackKind::kData);
  CHECK(f.take() == Events{"trackSubscribed P D at 1/d"});
  CHECK(f.roster.expected_media().empty());
}

TEST_CASE("roster: participant changes, only the differences in order", "[room]") {
  Fixture f = subscribed();
  SECTION("the same again says nothing") {
    f.update({participant("P", {audio("T")})});
    CHECK(f.take() == Events{});
  }
  SECTION("a new track, then one that is gone") {
    f.update({participant("P", {audio("U")})});
    CHECK(f.take() == Events{"trackPublished P U", "trackUnsubscribed P T", "trackUnpublished P T"});
  }
  SECTION("muted, and unmuted") {
    f.update({participant("P", {audio("T", false)})});
    CHECK(f.roster.expected_media().empty());
    f.update({participant("P", {audio("T", true)})});
    CHECK(f.take() == Events{"trackDisabled P T", "trackEnabled P T"});
    CHECK(f.roster.expected_media() == std::vector<SignaledId>{SignaledId("t")});
  }
  SECTION("priority") {
    RemoteTrack track = audio("T");
    track.priority = backend::Priority::kHigh;
    f.update({participant("P", {track})});
    CHECK(f.take() == Events{"trackPriorityChanged P T"});
  }
  SECTION("listed without tracks or state: unchanged") {
    f.update({{ParticipantSid("P"), "", {}, {}}});
    CHECK(f.take() == Events{});
  }
}

TEST_CASE("roster: leaving, participantDisconnected says it all", "[room]") {
  Fixture f = subscribed();
  SECTION("by state, even with an empty track list") {
    f.update({participant("P", {}, ParticipantState::kDisconnected)});
    CHECK(f.take() == Events{"participantDisconnected P"});
    SECTION("and can come again") {
      f.update({participant("P", {audio("T")})});
      CHECK(f.take() == Events{"participantConnected P[T]", "trackSubscribed P T at 1/0"});
    }
  }
  SECTION("by absence from a complete list") {
    RoomUpdate update;
    update.participants = {participant("Q", {})};
    update.participants_complete = true;
    f.roster.apply(update, f.effects);
    CHECK(f.take() == Events{"participantConnected Q[]", "participantDisconnected P"});
  }
  SECTION("who is listed without news stays") {
    RoomUpdate update;
    update.participants = {{ParticipantSid("P"), "", {}, {}}};
    update.participants_complete = true;
    f.roster.apply(update, f.effects);
    CHECK(f.take() == Events{});
  }
}

TEST_CASE("roster: a subscription that disappears, unsubscribed", "[room]") {
  Fixture f = subscribed();
  f.subscribe({});
  CHECK(f.take() == Events{"trackUnsubscribed P T"});
}

TEST_CASE("roster: unpublished with a new snapshot, unsubscribed first", "[room]") {
  Fixture f = subscribed();
  RoomUpdate update;
  update.subscriptions.emplace();
  update.participants = {participant("P", {})};
  f.roster.apply(update, f.effects);
  CHECK(f.take() == Events{"trackUnsubscribed P T", "trackUnpublished P T"});
}

TEST_CASE("roster: a failed subscription, told once per error", "[room]") {
  Fixture f = subscribed();
  f.subscribe({refusal("T", 53404)}).subscribe({refusal("T", 53404)});
  CHECK(f.take() == Events{"trackUnsubscribed P T", "trackSubscriptionFailed P T 53404"});
  f.subscribe({refusal("T", 53300)});
  CHECK(f.take() == Events{"trackSubscriptionFailed P T 53300"});
  f.subscribe({subscription("T", "t")});
  CHECK(f.take() == Events{"trackSubscribed P T at 1/0"});
}

TEST_CASE("roster: a subscription that failed before joining, told by the first apply", "[room]") {
  Fixture f;
  RoomUpdate update;
  update.participants = {participant("P", {audio("T")})};
  update.subscriptions = {refusal("T", 53404)};
  f.roster.begin(update);
  f.update({});
  CHECK(f.take() == Events{"trackSubscriptionFailed P T 53404"});
}

TEST_CASE("roster: the same media announced again, nothing", "[room]") {
  Fixture f = subscribed();
  f.arrive("t");
  CHECK(f.take() == Events{});
}

TEST_CASE("roster: media moves to another link, the subscription stands and is told where", "[room]") {
  Fixture f = subscribed();
  SECTION("old one gone first") {
    f.roster.media_gone(kPeer, SignaledId("t"), f.effects);
    CHECK(f.take() == Events{});
    f.arrive("t", kOtherPeer);
    CHECK(f.take() == Events{"trackSubscribed P T at 2/0"});
  }
  SECTION("new one first") {
    f.arrive("t", kOtherPeer);
    CHECK(f.take() == Events{"trackSubscribed P T at 2/0"});
    f.roster.media_gone(kPeer, SignaledId("t"), f.effects);
    CHECK(f.take() == Events{});
  }
}

TEST_CASE("roster: reconnecting, the first cause is told and the last one ends it", "[room]") {
  Fixture f;
  f.update({participant("P", {})}).take();
  SECTION("the server first") {
    f.update({participant("P", {}, ParticipantState::kReconnecting)}).trouble("P", true);
    CHECK(f.take() == Events{"participantReconnecting P 53001"});
    CHECK(f.roster.connected().empty());
    f.update({participant("P", {})});
    CHECK(f.take() == Events{});
    f.trouble("P", false);
    CHECK(f.take() == Events{"~participantReconnected P"});
  }
  SECTION("the link first") {
    f.trouble("P", true).update({participant("P", {}, ParticipantState::kReconnecting)}).trouble("P", false);
    CHECK(f.take() == Events{"participantReconnecting P 53405"});
    f.update({participant("P", {})});
    CHECK(f.take() == Events{"~participantReconnected P"});
  }
  SECTION("of someone who is not here: nothing") {
    f.trouble("Q", true);
    CHECK(f.take() == Events{});
  }
}

TEST_CASE("roster: more participants than the limit, the rest is ignored", "[room][limits]") {
  Fixture f;
  std::vector<RemoteParticipant> crowd;
  for (std::size_t i = 0; i < Roster::kMaxParticipants + 2; ++i) crowd.push_back(participant(std::to_string(i).c_str(), {}));
  f.update(crowd);
  CHECK(f.take().size() == Roster::kMaxParticipants);
}

TEST_CASE("roster: a track that is switched off is not expected, and told of once", "[room][wishes]") {
  Fixture f;
  RemoteParticipant heeding = participant("P", {audio("T"), audio("U")});
  heeding.heeds_wishes = true;
  f.update({heeding}).subscribe({subscription("T", "t"), subscription("U", "u")}).arrive("t").arrive("u", kPeer, "1").take();
  const auto wish = [&f](const char* track, std::int64_t size) { f.roster.wish({{}, track, size, size}, f.effects); };
  wish("T", 0);
  wish("T", 0);
  CHECK(f.take() == Events{"~trackSwitchedOff P T"});
  CHECK(f.roster.expected_media() == std::vector<SignaledId>{SignaledId("u")});
  wish("U", 320);
  wish("none", 0);
  CHECK(f.take() == Events{});
  CHECK(f.roster.wishes() == std::vector<backend::Wish>{{{}, "T", 0, 0}, {{}, "U", 320, 320}});
  SECTION("switched on") {
    wish("T", 320);
    CHECK(f.take() == Events{"~trackSwitchedOn P T"});
    CHECK(f.roster.expected_media().size() == 2);
    wish("T", -1);
    wish("U", -1);
    CHECK(f.roster.wishes().empty());
  }
  SECTION("an update changes nothing of it, also from a server that does not say who heeds wishes") {
    f.update({participant("P", {audio("T"), audio("U")})});
    CHECK(f.roster.wishes().size() == 2);
  }
  SECTION("what is gone takes its wish along") {
    f.update({participant("P", {audio("U")})});
    CHECK(f.roster.wishes().size() == 1);
    f.update({participant("P", {}, ParticipantState::kDisconnected)});
    CHECK(f.roster.wishes().empty());
  }
}

TEST_CASE("roster: who heeds no wishes is asked for nothing", "[room][wishes]") {
  Fixture f = subscribed();
  f.roster.wish({{}, "T", 0, 0}, f.effects);
  CHECK(f.take() == Events{});
  CHECK(f.roster.wishes().empty());
  CHECK(f.roster.expected_media().size() == 1);
}

TEST_CASE("roster: more media than the limit, idle ones give way and subscribed ones stay", "[room][limits]") {
  Fixture f = subscribed();
  for (std::size_t i = 0; i < Roster::kMaxMedia + 10; ++i) f.arrive(("x" + std::to_string(i)).c_str());
  CHECK(f.take() == Events{});
  CHECK(f.roster.expected_media().size() == 1);
}

TEST_CASE("roster: the end, everything unsubscribed and then silence", "[room]") {
  Fixture f = subscribed();
  f.roster.end(f.effects);
  CHECK(f.take() == Events{"trackUnsubscribed P T"});
  f.update({participant("P", {}, ParticipantState::kDisconnected)}).arrive("t", kOtherPeer).trouble("P", true);
  CHECK(f.take() == Events{});
}

}  // namespace
}  // namespace holdfast::room
