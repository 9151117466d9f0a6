// Arbitration on one link, row by row (docs/protocol.md 8.3), and what an end is told after it was away.
#include "roomserver/link.hpp"

#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

constexpr const char* kId = "L";

struct LinkBench {
  Link link{LinkId(kId)};

  // What reaches the other end, as text.
  std::string say(LinkEnd from, const rsp::PeerConnectionState& what) { return text(link.handle(from, what)); }
  std::string catch_up(LinkEnd end) const { return text(link.catch_up(end)); }

  static std::string text(std::vector<rsp::PeerConnectionState> entries) {
    rsp::RoomState state;
    for (const auto& entry : entries) CHECK(entry.id.value == kId);
    state.peer_connections = std::move(entries);
    return links(state);
  }

  // After a first round: A offered 2, B answered.
  static LinkBench settled() {
    LinkBench bench;
    bench.say(LinkEnd::kA, offer(kId, 2));
    bench.say(LinkEnd::kB, answer(kId, 2));
    return bench;
  }
};

constexpr LinkEnd kA = LinkEnd::kA;
constexpr LinkEnd kB = LinkEnd::kB;

}  // namespace

TEST_CASE("link: a round is an offer passed on and its answer passed back", "[roomserver][link]") {
  const LinkEnd first = GENERATE(kA, kB);
  auto bench = LinkBench::settled();
  CHECK(bench.say(first, offer(kId, 3)) == "offer 3");
  CHECK(bench.say(other(first), answer(kId, 3)) == "answer 3");
  CHECK(bench.say(other(first), offer(kId, 4)) == "offer 4");
  CHECK(bench.say(first, answer(kId, 4)) == "answer 4");
}

TEST_CASE("link: descriptions are passed on unchanged", "[roomserver][link]") {
  LinkBench bench;
  const auto passed = bench.link.handle(kA, offer(kId, 2, "frag"));
  REQUIRE(passed.size() == 1);
  CHECK(passed[0].description->sdp == "v=0\r\na=ice-ufrag:frag\r\n");
}

TEST_CASE("link: an offer that was answered already is stale, in every state", "[roomserver][link]") {
  const LinkEnd end = GENERATE(kA, kB);
  auto bench = LinkBench::settled();
  CHECK(bench.say(end, offer(kId, 2)) == "");
  CHECK(bench.say(end, offer(kId, 1)) == "");
  bench.say(kA, offer(kId, 3));
  CHECK(bench.say(end, offer(kId, 2)) == "");
  bench.say(kB, answer(kId, 3));
  bench.say(kB, offer(kId, 4));
  CHECK(bench.say(end, offer(kId, 3)) == "");
  CHECK_FALSE(bench.link.is_closed());
}

TEST_CASE("link: an offer said again after a sync goes out once; a newer one of the same end replaces it", "[roomserver][link]") {
  const LinkEnd end = GENERATE(kA, kB);
  auto bench = LinkBench::settled();
  bench.say(end, offer(kId, 4));
  CHECK(bench.say(end, offer(kId, 4)) == "");
  CHECK(bench.say(end, offer(kId, 3)) == "");
  CHECK(bench.say(end, offer(kId, 5)) == "offer 5");
  CHECK(bench.say(other(end), answer(kId, 4)) == "");
  CHECK(bench.say(other(end), answer(kId, 5)) == "answer 5");
}

TEST_CASE("link: glare lets the first offer through; the loser answers and offers again", "[roomserver][link]") {
  const LinkEnd first = GENERATE(kA, kB);
  const LinkEnd second = other(first);
  auto bench = LinkBench::settled();
  CHECK(bench.say(first, offer(kId, 3)) == "offer 3");
  CHECK(bench.say(second, offer(kId, 3)) == "");
  CHECK(bench.say(second, answer(kId, 3)) == "answer 3");
  CHECK(bench.say(second, offer(kId, 4)) == "offer 4");
  CHECK(bench.say(first, answer(kId, 4)) == "answer 4");
}

TEST_CASE("link: an offer further than the open one proves a lost answer and takes over", "[roomserver][link]") {
  const LinkEnd first = GENERATE(kA, kB);
  const LinkEnd second = other(first);
  auto bench = LinkBench::settled();
  bench.say(first, offer(kId, 3));
  CHECK(bench.say(second, offer(kId, 4)) == "offer 4");
  CHECK(bench.say(second, answer(kId, 3)) == "");
  CHECK(bench.say(first, answer(kId, 4)) == "answer 4");
}

TEST_CASE("link: an offer behind the open one of the other end is dropped", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  bench.say(kA, offer(kId, 5));
  CHECK(bench.say(kB, offer(kId, 4)) == "");
  CHECK(bench.say(kB, answer(kId, 5)) == "answer 5");
}

TEST_CASE("link: two offers in the first round can never meet; the link is given up", "[roomserver][link]") {
  const std::int64_t revision = GENERATE(1, 2, 3);
  const LinkEnd first = GENERATE(kA, kB);
  LinkBench bench;
  bench.say(first, offer(kId, 2));
  CHECK(bench.say(other(first), offer(kId, revision)) == "");
  CHECK(bench.link.is_closed());
  CHECK(bench.link.is_unrecoverable());
}

TEST_CASE("link: only the answer to the open offer, from the other end, counts", "[roomserver][link]") {
  LinkBench bench;
  CHECK(bench.say(kB, answer(kId, 2)) == "");
  bench.say(kA, offer(kId, 2));
  CHECK(bench.say(kA, answer(kId, 2)) == "");
  CHECK(bench.say(kB, answer(kId, 1)) == "");
  CHECK(bench.say(kB, answer(kId, 3)) == "");
  CHECK(bench.say(kB, answer(kId, 2)) == "answer 2");
  CHECK(bench.say(kB, answer(kId, 2)) == "");
}

TEST_CASE("link: a close is passed on in every state, and nothing after it", "[roomserver][link]") {
  const LinkEnd end = GENERATE(kA, kB);
  const int open_offer_of = GENERATE(0, 1, 2);
  auto bench = LinkBench::settled();
  if (open_offer_of == 1) bench.say(kA, offer(kId, 3));
  if (open_offer_of == 2) bench.say(kB, offer(kId, 3));
  CHECK(bench.say(end, close(kId, 4)) == "close 4");
  CHECK(bench.link.is_closed());
  CHECK_FALSE(bench.link.is_unrecoverable());
  for (const auto& late : {offer(kId, 9), answer(kId, 3), close(kId, 9), ice(kId, "u", 1, {"c"})}) {
    CHECK(bench.say(end, late) == "");
    CHECK(bench.say(other(end), late) == "");
  }
}

TEST_CASE("link: what no client should say has no effect", "[roomserver][link]") {
  LinkBench bench;
  CHECK(bench.say(kA, describe(kId, rsp::DescriptionType::kCreateOffer, 5)) == "");
  CHECK(bench.say(kA, describe(kId, rsp::DescriptionType::kPranswer, 5)) == "");
  CHECK(bench.say(kA, offer(kId, -1)) == "");
  CHECK(bench.say(kA, offer(kId, std::int64_t{1} << 41)) == "");
  CHECK(bench.say(kA, ice(kId, "u", std::int64_t{1} << 41, {"c"})) == "");
  CHECK(bench.say(kA, offer(kId, 2)) == "offer 2");
}

TEST_CASE("ice: lists that a client emptied in between add up for the receiver", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  CHECK(bench.say(kA, ice(kId, "u", 1, {"c1", "c2"})) == "ice u(c1 c2)");
  CHECK(bench.say(kA, ice(kId, "u", 2, {"c3"})) == "ice u(c1 c2 c3)");
  CHECK(bench.say(kA, ice(kId, "u", 3, {"c3"}, true)) == "ice u(c1 c2 c3 end)");
  CHECK(bench.say(kA, ice(kId, "u", 3, {"c3"}, true)) == "");
}

TEST_CASE("ice: revisions grow with every list that is passed on, whatever the sender's do", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  std::int64_t last = 0;
  int n = 0;
  for (const std::int64_t revision : {5, 5, 2, 0, 9}) {
    const auto passed = bench.link.handle(kB, ice(kId, "u", revision, {"c" + std::to_string(n++)}));
    REQUIRE(passed.size() == 1);
    CHECK(passed[0].ice->revision > last);
    CHECK(passed[0].ice->revision >= revision);
    last = passed[0].ice->revision;
  }
}

TEST_CASE("ice: a candidate's own ufrag counts, not the label of the list", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  auto mixed = ice(kId, "new", 1, {"c1", "c2"});
  mixed.ice->candidates[0].username_fragment = "old";
  CHECK(bench.say(kA, mixed) == "ice old(c1), ice new(c2)");
}

TEST_CASE("ice: the ends and the generations are kept apart", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  bench.say(kA, ice(kId, "u", 1, {"a"}));
  CHECK(bench.say(kB, ice(kId, "u", 1, {"b"})) == "ice u(b)");
  CHECK(bench.say(kA, ice(kId, "v", 2, {"c"})) == "ice v(c)");
}

TEST_CASE("ice: candidates that come before their end's first description wait for it", "[roomserver][link]") {
  LinkBench bench;
  CHECK(bench.say(kA, ice(kId, "u", 1, {"c1"})) == "");
  CHECK(bench.say(kA, offer(kId, 2)) == "offer 2, ice u(c1)");
  CHECK(bench.say(kA, ice(kId, "u", 2, {"c2"})) == "ice u(c1 c2)");
}

TEST_CASE("ice: floods of candidates and of generations stay bounded", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  for (int i = 0; i < 400; ++i) bench.say(kA, ice(kId, "u", i, {"c" + std::to_string(i)}));
  CHECK(bench.say(kA, ice(kId, "u", 999, {"one more"})) == "");
  for (int i = 0; i < 100; ++i) CHECK(bench.say(kA, ice(kId, "u" + std::to_string(i), i, {"c"})) != "");
  CHECK(bench.link.is_consistent());
}

TEST_CASE("catch-up: before the first offer the offerer is asked for it, and the answerer has no part", "[roomserver][link]") {
  LinkBench bench;
  CHECK(bench.catch_up(kA) == "create-offer 1");
  CHECK(bench.catch_up(kB) == "");
}

TEST_CASE("catch-up: an open offer waits for its receiver with the candidates of its generation", "[roomserver][link]") {
  LinkBench bench;
  bench.say(kA, offer(kId, 2, "one"));
  bench.say(kA, ice(kId, "one", 1, {"c1"}));
  CHECK(bench.catch_up(kA) == "-");
  CHECK(bench.catch_up(kB) == "offer 2 ice one(c1)");
  bench.say(kB, answer(kId, 2));
  bench.say(kA, offer(kId, 3, "two"));
  bench.say(kA, ice(kId, "two", 2, {"c2"}));
  CHECK(bench.catch_up(kB) == "offer 3 ice two(c2)");
}

TEST_CASE("catch-up: the answer comes before the next offer, or its receiver would wait for ever", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  bench.say(kB, offer(kId, 3));
  CHECK(bench.catch_up(kA) == "answer 2, offer 3");
  CHECK(bench.catch_up(kB) == "-");
}

TEST_CASE("catch-up: at rest the end that offered last gets the answer, the other the id", "[roomserver][link]") {
  auto bench = LinkBench::settled();
  bench.say(kA, ice(kId, "u", 1, {"a"}));
  bench.say(kB, ice(kId, "u", 1, {"b"}));
  CHECK(bench.catch_up(kA) == "answer 2 ice u(b)");
  CHECK(bench.catch_up(kB) == "ice u(a)");
}
