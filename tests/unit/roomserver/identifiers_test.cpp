#include "roomserver/identifiers.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

constexpr std::int64_t kStart = 1'700'000'000'000;

SessionClaims claims_of(Identifiers& ids, std::string room_name = "the room", std::string identity = "alice") {
  return {ids.next_participant(), ids.next_room(), std::move(room_name), std::move(identity), Millis{30000}, kStart + 5};
}

}  // namespace

TEST_CASE("identifiers: SIDs have the shape that apps expect and are never the same", "[roomserver][identifiers]") {
  Identifiers ids("secret", kStart);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string room = ids.next_room().value;
    const std::string participant = ids.next_participant().value;
    CHECK(looks_like_room_sid(room));
    CHECK_FALSE(looks_like_room_sid(participant));
    CHECK(participant.size() == 34);
    CHECK(participant.substr(0, 2) == "PA");
    CHECK(seen.insert(room.substr(2)).second);
    CHECK(seen.insert(participant.substr(2)).second);
  }
}

TEST_CASE("identifiers: another start time or another secret gives other SIDs", "[roomserver][identifiers]") {
  const auto first = [](const char* secret, std::int64_t start) { return Identifiers(secret, start).next_participant(); };
  CHECK(first("secret", kStart) == first("secret", kStart));
  CHECK(first("secret", kStart) != first("secret", kStart + 1));
  CHECK(first("secret", kStart) != first("secret2", kStart));
}

TEST_CASE("identifiers: a track keeps its SID in every process with the secret", "[roomserver][identifiers]") {
  const ParticipantSid alice("PA1");
  const TrackSid sid = Identifiers("secret", kStart).track(alice, SignaledId("t"));
  CHECK(sid.value.size() == 34);
  CHECK(sid.value.substr(0, 2) == "MT");
  CHECK(Identifiers("secret", kStart + 9).track(alice, SignaledId("t")) == sid);
  CHECK(Identifiers("other", kStart).track(alice, SignaledId("t")) != sid);
  CHECK(Identifiers("secret", kStart).track(ParticipantSid("PA2"), SignaledId("t")) != sid);
  CHECK(Identifiers("secret", kStart).track(alice, SignaledId("u")) != sid);
}

TEST_CASE("session: a later process reads what an earlier one wrote", "[roomserver][identifiers]") {
  Identifiers ids("secret", kStart);
  const SessionClaims claims = claims_of(ids);
  const std::string session = ids.session(claims);
  CHECK(session.substr(0, 2) == "SE");

  const auto read = Identifiers("secret", kStart + 1000).read_session(session);
  REQUIRE(read);
  CHECK(read->participant == claims.participant);
  CHECK(read->room == claims.room);
  CHECK(read->room_name == "the room");
  CHECK(read->identity == "alice");
  CHECK(read->session_timeout == Millis{30000});
  CHECK(read->issued_at_ms == kStart + 5);
}

TEST_CASE("session: fits into 512 bytes with the longest names", "[roomserver][identifiers]") {
  Identifiers ids("secret", kStart);
  const auto claims = claims_of(ids, std::string(128, '"'), std::string(128, '\\'));
  CHECK(ids.session(claims).size() <= 512);
}

TEST_CASE("session: forged, damaged or foreign ones are refused", "[roomserver][identifiers]") {
  Identifiers ids("secret", kStart);
  const std::string session = ids.session(claims_of(ids));
  CHECK_FALSE(Identifiers("another secret", kStart).read_session(session));
  for (const char* text : {"", "S", "SE", "SE.", "SE..", "SE0123456789abcdef0123456789abcdef", "."}) CHECK_FALSE(ids.read_session(text));
  for (std::size_t i = 0; i < session.size(); ++i) {
    std::string damaged = session;
    damaged[i] = damaged[i] == 'x' ? 'y' : 'x';
    INFO(damaged);
    CHECK_FALSE(ids.read_session(damaged));
    CHECK_FALSE(ids.read_session(session.substr(0, i)));
  }
  CHECK_FALSE(ids.read_session(session + "A"));
}

TEST_CASE("link id: names both ends, is never the same, and cannot be made up", "[roomserver][identifiers]") {
  Identifiers ids("secret", kStart);
  const LinkEnds ends{ids.next_participant(), ids.next_participant()};
  const LinkId link = ids.next_link(ends, kStart + 7);
  CHECK(ids.next_link(ends, kStart + 7) != link);

  const auto read = Identifiers("secret", kStart + 99).read_link(link);
  REQUIRE(read);
  CHECK(read->offerer == ends.offerer);
  CHECK(read->answerer == ends.answerer);
  CHECK_FALSE(Identifiers("other", kStart).read_link(link));
  CHECK_FALSE(ids.read_link(LinkId(link.value + "0")));
  CHECK_FALSE(ids.read_link(LinkId("a.b.c.d")));
  CHECK_FALSE(ids.read_link(LinkId("a.b.c.d.e")));
  CHECK_FALSE(ids.read_link(LinkId("6e2ba3b0-6d63-4b9a-8f0c-1f0a3a6f0000")));
  std::string swapped = ends.answerer.value + "." + ends.offerer.value + link.value.substr(2 * 34 + 1);
  CHECK_FALSE(ids.read_link(LinkId(swapped)));
}
