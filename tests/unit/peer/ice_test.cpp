#include "peer/ice.hpp"

#include <catch2/catch.hpp>

using namespace holdfast;
using peer::LocalCandidates;
using peer::RemoteCandidates;

namespace {

backend::IceCandidate candidate(const std::string& text, const std::string& ufrag = "") { return {text, std::string("0"), 0, ufrag}; }

backend::Ice list(const std::string& ufrag, std::vector<std::string> texts, std::int64_t revision = 1) {
  backend::Ice ice{ufrag, revision, {}, false};
  for (const std::string& text : texts) ice.candidates.push_back(candidate(text, ufrag));
  return ice;
}

std::vector<std::string> texts(const std::vector<backend::IceCandidate>& candidates) {
  std::vector<std::string> result;
  for (const backend::IceCandidate& one : candidates) result.push_back(one.candidate);
  return result;
}

std::vector<std::string> given(RemoteCandidates& remote) {
  Effects effects;
  remote.give(PeerId{1}, effects);
  std::vector<std::string> result;
  for (const Effect& effect : effects) result.push_back(std::get<effect::AddIceCandidate>(effect).candidate.candidate);
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("local ice: every list repeats what came before, under a growing revision", "[peer][ice]") {
  LocalCandidates local;
  local.set_ufrag("u");
  local.add(candidate("1", "u"));
  auto ice = local.take();
  REQUIRE(ice);
  CHECK((ice->ufrag == "u" && ice->revision == 1 && !ice->complete));
  CHECK(texts(ice->candidates) == Texts{"1"});
  CHECK_FALSE(local.take());
  local.add(candidate("2", "u"));
  ice = local.take();
  REQUIRE(ice);
  CHECK(ice->revision == 2);
  CHECK(texts(ice->candidates) == Texts{"1", "2"});
}

TEST_CASE("local ice: the end of gathering is told once, with the list", "[peer][ice]") {
  LocalCandidates local;
  local.set_ufrag("u");
  local.add(candidate("1", "u"));
  local.complete();
  const auto ice = local.take();
  REQUIRE(ice);
  CHECK(ice->complete);
  CHECK(texts(ice->candidates) == Texts{"1"});
  local.complete();
  CHECK_FALSE(local.take());
}

TEST_CASE("local ice: a description with the same ufrag resets nothing, one with another begins a list", "[peer][ice]") {
  LocalCandidates local;
  local.set_ufrag("u");
  local.add(candidate("1", "u"));
  local.take();
  local.set_ufrag("u");
  local.add(candidate("2", "u"));
  CHECK(texts(local.take()->candidates) == Texts{"1", "2"});
  local.set_ufrag("w");
  CHECK_FALSE(local.take());
  local.add(candidate("3", "w"));
  const auto ice = local.take();
  REQUIRE(ice);
  CHECK((ice->ufrag == "w" && ice->revision == 3));
  CHECK(texts(ice->candidates) == Texts{"3"});
}

TEST_CASE("local ice: a candidate is filed under its own ufrag, and told when that is in force", "[peer][ice]") {
  LocalCandidates local;
  local.set_ufrag("u");
  local.add(candidate("early", "w"));
  CHECK_FALSE(local.take());
  local.set_ufrag("w");
  CHECK(texts(local.take()->candidates) == Texts{"early"});
  local.add(candidate("late", "u"));
  CHECK_FALSE(local.take());
  local.set_ufrag("u");  // a rolled-back restart
  CHECK(texts(local.take()->candidates) == Texts{"late"});
}

TEST_CASE("local ice: a candidate without a ufrag belongs to the description in force, or to the first one", "[peer][ice]") {
  LocalCandidates local;
  local.add(candidate("1"));
  local.complete();
  CHECK_FALSE(local.take());
  local.set_ufrag("u");
  const auto ice = local.take();
  REQUIRE(ice);
  CHECK((ice->ufrag == "u" && ice->complete));
  local.add(candidate("2"));
  CHECK(texts(local.take()->candidates) == Texts{"1", "2"});
}

TEST_CASE("remote ice: candidates wait for their description", "[peer][ice]") {
  RemoteCandidates remote;
  remote.add(list("u", {"1", "2"}));
  CHECK(given(remote).empty());
  remote.set_ufrag("u");
  CHECK(given(remote) == Texts{"1", "2"});
  CHECK(given(remote).empty());
}

TEST_CASE("remote ice: only what is new in a list is applied", "[peer][ice]") {
  RemoteCandidates remote;
  remote.set_ufrag("u");
  remote.add(list("u", {"1"}));
  CHECK(given(remote) == Texts{"1"});
  remote.add(list("u", {"1", "2"}, 2));
  CHECK(given(remote) == Texts{"2"});
  remote.add(list("u", {"1", "2"}, 2));
  CHECK(given(remote).empty());
}

TEST_CASE("remote ice: a list that starts over loses nothing", "[peer][ice]") {
  RemoteCandidates remote;
  remote.set_ufrag("u");
  remote.add(list("u", {"1", "2"}));
  given(remote);
  remote.add(list("u", {"3"}, 2));
  CHECK(given(remote) == Texts{"3"});
}

TEST_CASE("remote ice: the same text for another section is another candidate", "[peer][ice]") {
  RemoteCandidates remote;
  remote.set_ufrag("u");
  backend::Ice ice = list("u", {"1", "1"});
  ice.candidates[1].sdp_mid = "1";
  remote.add(ice);
  CHECK(given(remote).size() == 2);
}

TEST_CASE("remote ice: after a rollback the candidates of the description are applied again", "[peer][ice]") {
  RemoteCandidates remote;
  remote.set_ufrag("u");
  remote.add(list("w", {"1"}));
  remote.set_ufrag("w");
  CHECK(given(remote).size() == 1);
  remote.set_ufrag("u");
  CHECK(given(remote).empty());
  remote.set_ufrag("w");
  CHECK(given(remote) == Texts{"1"});
}

TEST_CASE("ice: lists and their number are bounded, the one in force is kept", "[peer][ice]") {
  RemoteCandidates remote;
  remote.set_ufrag("u");
  for (int i = 0; i < 1000; ++i) remote.add(list("u", {std::to_string(i)}));
  for (int i = 0; i < 100; ++i) remote.add(list("other" + std::to_string(i), {"1"}));
  CHECK(given(remote).size() == peer::kMaxCandidates);
  remote.set_ufrag("other99");
  CHECK(given(remote).size() == 1);
  remote.set_ufrag("other5");
  CHECK(given(remote).empty());
}
