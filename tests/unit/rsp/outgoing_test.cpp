#include "rsp/outgoing.hpp"

#include <catch2/catch.hpp>

#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

TEST_CASE("outgoing: the participant revision counts tracks added, removed, switched and re-prioritised", "[rsp][outgoing]") {
  Outgoing outgoing;
  CHECK(outgoing.local_state().revision == 1);
  CHECK_FALSE(outgoing.has_news());
  std::vector<LocalTrack> tracks = {local_track("a"), local_track("b")};
  outgoing.set_tracks(tracks);
  CHECK(outgoing.local_state().revision == 3);
  CHECK(outgoing.has_news());
  outgoing.take_news();
  CHECK_FALSE(outgoing.has_news());

  tracks = {tracks[1], tracks[0]};
  outgoing.set_tracks(tracks);
  CHECK(outgoing.local_state().revision == 3);
  CHECK_FALSE(outgoing.has_news());

  tracks[0].enabled = false;
  tracks[1].priority = backend::Priority::kHigh;
  outgoing.set_tracks(tracks);
  CHECK(outgoing.local_state().revision == 5);

  tracks[0] = local_track("c");
  outgoing.set_tracks(tracks);
  CHECK(outgoing.local_state().revision == 7);
  outgoing.set_tracks({});
  CHECK(outgoing.local_state().revision == 9);
  CHECK(outgoing.local_state().tracks.empty());
}

TEST_CASE("outgoing: of each link only the latest description and candidates go out, once", "[rsp][outgoing]") {
  Outgoing outgoing;
  outgoing.put(description("L", DescriptionType::kAnswer, 2));
  outgoing.put(description("L", DescriptionType::kOffer, 3));
  outgoing.put(candidates("L", 1));
  outgoing.put(candidates("L", 2));
  outgoing.put(candidates("M", 1));
  const auto news = outgoing.take_news();
  REQUIRE(news.size() == 2);
  CHECK(news[0].description->revision == 3);
  CHECK(news[0].ice->revision == 2);
  CHECK_FALSE(news[1].description);
  CHECK(news[1].ice->revision == 1);
  CHECK(outgoing.take_news().empty());
}

TEST_CASE("outgoing: a close is the last word about a link", "[rsp][outgoing]") {
  Outgoing outgoing;
  outgoing.put(candidates("L", 1));
  outgoing.put(description("L", DescriptionType::kClose, 2));
  outgoing.put(candidates("L", 2));
  outgoing.put(description("L", DescriptionType::kOffer, 3));
  CHECK(outgoing.take_descriptions().empty());
  const auto news = outgoing.take_news();
  REQUIRE(news.size() == 1);
  CHECK(news[0].description->type == DescriptionType::kClose);
  CHECK_FALSE(news[0].ice);
  CHECK(outgoing.take_news().empty());
  CHECK(outgoing.take_descriptions().empty());
}

TEST_CASE("outgoing: a sync tells every live description again and leaves the candidates to the update after it", "[rsp][outgoing]") {
  Outgoing outgoing;
  outgoing.put(description("L", DescriptionType::kOffer, 2));
  outgoing.put(candidates("L", 1));
  outgoing.put(candidates("only ice", 1));
  outgoing.take_news();
  const auto descriptions = outgoing.take_descriptions();
  REQUIRE(descriptions.size() == 1);
  CHECK(descriptions[0].description->revision == 2);
  CHECK_FALSE(descriptions[0].ice);
  const auto news = outgoing.take_news();
  REQUIRE(news.size() == 2);
  CHECK_FALSE(news[0].description);
  CHECK(news[0].ice);
}

TEST_CASE("outgoing: links that the server closes or no longer lists are forgotten", "[rsp][outgoing]") {
  Outgoing outgoing;
  for (const auto* id : {"K", "L", "M"}) outgoing.put(description(id, DescriptionType::kOffer, 2));
  backend::RoomUpdate update;
  update.links = {description("K", DescriptionType::kClose, 3), {}};
  update.links[1].link = LinkId("L");
  SECTION("listed as closed") {
    outgoing.forget_closed(update);
    CHECK(outgoing.take_descriptions().size() == 2);
  }
  SECTION("not listed in a complete list") {
    update.links_complete = true;
    outgoing.forget_closed(update);
    const auto left = outgoing.take_descriptions();
    REQUIRE(left.size() == 1);
    CHECK(left[0].id.value == "L");
  }
  SECTION("forgotten by name") {
    outgoing.forget(LinkId("M"));
    CHECK(outgoing.take_news().size() == 2);
  }
}
