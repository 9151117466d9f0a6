#include "rsp/incoming.hpp"

#include <catch2/catch.hpp>

#include "rsp/wire/codec.hpp"
#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

namespace {

Incoming own_incoming() {
  Incoming incoming;
  incoming.set_own_sid(ParticipantSid("PA_A"));
  return incoming;
}

backend::RoomUpdate hear(Incoming& incoming, std::vector<RemoteParticipantState> participants, bool complete = false) {
  RoomState state;
  state.participants = std::move(participants);
  return incoming.filter(std::move(state), complete);
}

// `PA_B`: news; `(PA_B)`: only listed.
Words names(const backend::RoomUpdate& update) {
  Words words;
  for (const auto& entry : update.participants) words.push_back(entry.tracks ? entry.sid.value : "(" + entry.sid.value + ")");
  return words;
}

constexpr auto kGone = ParticipantState::kDisconnected;

}  // namespace

TEST_CASE("incoming: a participant's entry is news only with a greater revision", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  CHECK(names(hear(incoming, {participant("PA_B", 3)})) == Words{"PA_B"});
  CHECK(names(hear(incoming, {participant("PA_B", 3)})) == Words{"(PA_B)"});
  CHECK(names(hear(incoming, {participant("PA_B", 2)})) == Words{"(PA_B)"});
  CHECK(names(hear(incoming, {participant("PA_B", 4)})) == Words{"PA_B"});
  CHECK(names(hear(incoming, {participant("PA_C", 0), participant("PA_C", 0)})) == Words{"PA_C", "(PA_C)"});
}

TEST_CASE("incoming: entries about ourselves are skipped", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  CHECK(names(hear(incoming, {participant("PA_A", 9)})).empty());
}

TEST_CASE("incoming: whoever left comes back only with a greater revision", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  hear(incoming, {participant("PA_B", 3)});
  SECTION("said so") { CHECK(names(hear(incoming, {participant("PA_B", 4, {}, kGone)})) == Words{"PA_B"}); }
  SECTION("not listed by synced") {
    CHECK(hear(incoming, {}, true).participants_complete);
    CHECK(names(hear(incoming, {participant("PA_B", 3)})).empty());
    hear(incoming, {participant("PA_B", 4, {}, kGone)});
  }
  CHECK(names(hear(incoming, {participant("PA_B", 4)})).empty());
  CHECK(names(hear(incoming, {participant("PA_B", 4)}, true)).empty());
  CHECK(names(hear(incoming, {participant("PA_B", 5, {}, kGone)})).empty());
  CHECK(names(hear(incoming, {participant("PA_B", 6)})) == Words{"PA_B"});
}

TEST_CASE("incoming: whom a synced lists with an old revision stays", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  hear(incoming, {participant("PA_B", 3)});
  CHECK(names(hear(incoming, {participant("PA_B", 0)}, true)) == Words{"(PA_B)"});
  CHECK(names(hear(incoming, {participant("PA_B", 3)}, true)) == Words{"(PA_B)"});
}

TEST_CASE("incoming: how good a network is may be all that is said of somebody", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  hear(incoming, {participant("PA_B", 3)});
  RemoteParticipantState rated;
  rated.sid = ParticipantSid("PA_B");
  rated.quality = 2;
  const auto update = hear(incoming, {rated});
  CHECK(names(update) == Words{"(PA_B)"});
  CHECK(update.participants[0].quality == 2);
  rated.sid = ParticipantSid("PA_C");
  CHECK(names(hear(incoming, {rated})).empty());
}

TEST_CASE("incoming: that a stranger has left is no news", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  CHECK(names(hear(incoming, {participant("PA_B", 4, {}, kGone)})).empty());
  CHECK(names(hear(incoming, {participant("PA_B", 4)})).empty());
  CHECK(names(hear(incoming, {participant("PA_B", 5)})) == Words{"PA_B"});
}

TEST_CASE("incoming: the number of participants present and of those remembered is bounded", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  std::size_t present = 0;
  for (std::size_t i = 0; i < kMaxParticipants + 10; ++i)
    present += hear(incoming, {participant("PA" + std::to_string(i), 1)}).participants.size();
  CHECK(present == kMaxParticipants);
  for (std::size_t i = 0; i < kMaxParticipants; ++i) hear(incoming, {participant("PA" + std::to_string(i), 2, {}, kGone)});
  for (std::size_t i = 0; i < Incoming::kMaxLeft; ++i) hear(incoming, {participant("PB" + std::to_string(i), 2, {}, kGone)});
  CHECK(names(hear(incoming, {participant("PB0", 1)})).empty());
  CHECK(names(hear(incoming, {participant("PA0", 1)})) == Words{"PA0"});
}

TEST_CASE("incoming: published and subscribed are news only with a greater revision", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  const auto subscribed = [&](std::int64_t revision) {
    RoomState state;
    state.subscribed = Subscribed{revision, {{TrackSid("MT1"), SignaledId("b1"), {}}}};
    return incoming.filter(std::move(state), false).subscriptions.has_value();
  };
  CHECK_FALSE(subscribed(0));
  CHECK(subscribed(2));
  CHECK_FALSE(subscribed(2));
  CHECK_FALSE(subscribed(1));
  CHECK(subscribed(3));

  const auto published = [&](std::int64_t revision) {
    RoomState state;
    using State = Published::Track::State;
    state.published = Published{revision,
                                {{SignaledId("a1"), State::kReady, TrackSid("MT1"), {}},
                                 {SignaledId("a2"), State::kFailed, {}, {53304, ""}},
                                 {SignaledId("a3"), State::kOther, TrackSid("MT3"), {}},
                                 {SignaledId("a4"), State::kReady, {}, {}}}};
    return incoming.filter(std::move(state), false).publications;
  };
  CHECK(published(0).empty());
  const auto verdicts = published(2);
  REQUIRE(verdicts.size() == 2);
  CHECK(verdicts[0].id.value == "a1");
  CHECK_FALSE(verdicts[0].error);
  CHECK(verdicts[1].id.value == "a2");
  CHECK(verdicts[1].error->code == 53304);
  CHECK(published(2).empty());
}

TEST_CASE("incoming: a link id of our server names the other end", "[rsp][incoming]") {
  const auto [id, remote] = GENERATE(table<std::string, std::string>({
      {"PA_A.PA_B.1-x.mac", "PA_B"},
      {"PA_B.PA_A.1-x.mac", "PA_B"},
      {"PA_B.PA_C.1-x.mac", ""},
      {"PA_A.PA_A.1-x.mac", "PA_A"},
      {"PA_A.PA_B", ""},
      {"PA_A..x", ""},
      {".PA_A.x", ""},
      {"0f0c-uuid", ""},
      {"", ""},
  }));
  Incoming incoming = own_incoming();
  RoomState state;
  state.peer_connections = {peer_connection(id, DescriptionType::kCreateOffer, 1)};
  const auto update = incoming.filter(std::move(state), false);
  REQUIRE(update.links.size() == 1);
  CHECK(update.links[0].remote.value == remote);
}

TEST_CASE("incoming: links are complete only in a synced that lists them", "[rsp][incoming]") {
  Incoming incoming = own_incoming();
  RoomState listed;
  listed.peer_connections.emplace();
  CHECK(incoming.filter(listed, true).links_complete);
  CHECK_FALSE(incoming.filter(listed, false).links_complete);
  CHECK_FALSE(incoming.filter(RoomState{}, true).links_complete);
}
