// The connections of several tabs on virtual time: the faults that a simulated room asks for, and that a seed decides everything.
#include "virtual_media.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace holdfast;
using sim::VirtualMedia;

namespace {

constexpr PeerId kPeer{1};

// Two tabs that negotiate without a server: what one says the other hears at once.
struct World {
  explicit World(std::uint64_t seed, bool first_is_firefox = false)
      : media(
            time, seed, [this](std::size_t tab, const Input& input) { take(tab, input); },
            [this](std::size_t from, std::size_t) { return can_send[from]; }) {
    media.add_client({false, false, first_is_firefox});
    media.add_client({});
  }
  void connect() {
    for (const std::size_t tab : {0U, 1U}) {
      perform(tab, effect::CreatePeer{kPeer, {}});
      perform(tab, effect::AddTrack{kPeer, SignaledId("a" + std::to_string(tab)), {}});
    }
    offer(0);
  }
  void offer(std::size_t tab, bool restart = false) {
    perform(tab, effect::SetLocalDescription{kPeer, OperationId{1}, effect::LocalDescriptionType::kOffer, restart, true});
  }
  void stats(std::size_t tab, PeerId peer = kPeer) { perform(tab, effect::GetStats{peer, OperationId{++last_operation}}); }
  void perform(std::size_t tab, const Effect& effect) { REQUIRE(media.perform(tab, effect)); }
  void take(std::size_t tab, const Input& input) {
    seen[tab].emplace_back(time.now().ms, input);
    const std::size_t other = 1 - tab;
    if (const auto* set = std::get_if<input::LocalDescriptionSet>(&input)) {
      const bool is_offer = set->op == OperationId{1};
      sdp = set->sdp;
      perform(other, effect::SetRemoteDescription{kPeer, OperationId{is_offer ? 2U : 4U},
                                                  is_offer ? backend::DescriptionType::kOffer : backend::DescriptionType::kAnswer, sdp});
    } else if (const auto* remote = std::get_if<input::RemoteDescriptionSet>(&input)) {
      if (remote->op == OperationId{2})
        perform(tab, effect::SetLocalDescription{kPeer, OperationId{3}, effect::LocalDescriptionType::kAnswer, false, false});
      for (const backend::IceCandidate& candidate : std::exchange(unheard[tab], {}))
        perform(tab, effect::AddIceCandidate{kPeer, candidate});
      hears[tab] = true;
    } else if (const auto* gathered = std::get_if<input::IceCandidateGathered>(&input)) {
      if (hears[other])
        perform(other, effect::AddIceCandidate{kPeer, gathered->candidate});
      else
        unheard[other].push_back(gathered->candidate);
    }
  }
  void run(Millis duration) {
    for (const Instant end = time.now() + duration; time.step(end);) {
    }
  }
  bool are_connected() const { return media.is_connected(0, kPeer) && media.is_connected(1, kPeer); }
  template <class What>
  std::size_t count(std::size_t tab) const {
    return static_cast<std::size_t>(
        std::count_if(seen[tab].begin(), seen[tab].end(), [](const auto& s) { return std::holds_alternative<What>(s.second); }));
  }
  std::vector<std::pair<std::int64_t, std::size_t>> times(std::size_t tab) const {
    std::vector<std::pair<std::int64_t, std::size_t>> list;
    for (const auto& [ms, input] : seen[tab]) list.emplace_back(ms, input.index());
    return list;
  }

  sim::VirtualTime time;
  bool can_send[2] = {true, true};
  bool hears[2] = {false, false};
  std::vector<backend::IceCandidate> unheard[2];
  std::vector<std::pair<std::int64_t, Input>> seen[2];
  std::string sdp;
  std::uint32_t last_operation = 10;
  VirtualMedia media;
};

}  // namespace

TEST_CASE("virtual media: two tabs connect, and each receives the other's track", "[sim][media]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 51)));
  INFO("seed " << seed);
  World world(seed);
  world.connect();
  world.run(3_s);
  CHECK(world.are_connected());
  CHECK(world.media.received_track(0, kPeer, "0") == SignaledId("a1"));
  CHECK(world.media.received_track(1, kPeer, "0") == SignaledId("a0"));
  CHECK(world.media.bytes_received(0, kPeer) > 0);
  CHECK(world.media.error_count() == 0);
}

TEST_CASE("virtual media: the seed decides, and what one connection does leaves the draws of another alone", "[sim][media]") {
  World first(7), again(7), disturbed(7), other(8);
  for (World* world : {&first, &again, &disturbed, &other}) {
    world->connect();
    world->run(2_s);
    if (world == &disturbed) {
      world->media.perform(1, effect::CreatePeer{PeerId{2}, {}});
      for (int i = 0; i < 5; ++i) world->stats(1, PeerId{2});
    }
    world->stats(0);
    world->run(2_s);
  }
  CHECK(first.times(0) == again.times(0));
  CHECK(first.times(0) == disturbed.times(0));
  CHECK(first.times(0) != other.times(0));
}

TEST_CASE("virtual media: late answers overtake one another between connections, not within one", "[sim][media]") {
  World world(1);
  world.media.perform(0, effect::CreatePeer{PeerId{2}, {}});
  world.media.perform(0, effect::CreatePeer{PeerId{3}, {}});
  world.media.delay_answers(0, 3_s, 60_s);
  for (int i = 0; i < 5; ++i) {
    world.stats(0, PeerId{2});
    world.stats(0, PeerId{3});
  }
  world.run(30_s);
  std::vector<std::uint32_t> all;
  std::vector<std::uint32_t> of_one;
  for (const auto& [ms, input] : world.seen[0]) {
    all.push_back(std::get<input::PeerStats>(input).op.value);
    if (std::get<input::PeerStats>(input).peer == PeerId{2}) of_one.push_back(all.back());
  }
  CHECK(all.size() == 10);
  CHECK(std::is_sorted(of_one.begin(), of_one.end()));
  CHECK_FALSE(std::is_sorted(all.begin(), all.end()));
}

TEST_CASE("virtual media: a lost answer, and nothing after it", "[sim][media]") {
  World world(1);
  world.connect();
  world.run(2_s);
  world.media.lose_answer(0);
  world.stats(0);
  world.stats(0);
  world.run(60_s);
  CHECK(world.count<input::PeerStats>(0) == 0);
  CHECK(world.are_connected());
}

TEST_CASE("virtual media: a connection that cannot be made says so and does nothing", "[sim][media]") {
  World world(1);
  world.media.fail_creation(0);
  world.perform(0, effect::CreatePeer{kPeer, {}});
  world.stats(0);
  world.run(1_s);
  REQUIRE(world.seen[0].size() == 1);
  CHECK(std::get<input::PeerOperationFailed>(world.seen[0][0].second).op == OperationId{});
  CHECK(world.media.open_peers(0) == 0);
  CHECK_FALSE(world.media.perform(0, effect::ClosePeer{PeerId{2}}));  // one that was never asked for
}

TEST_CASE("virtual media: a closed page hears nothing more, and its peer finds out", "[sim][media]") {
  World world(1);
  world.connect();
  world.run(2_s);
  world.media.close_page(0);
  CHECK(world.media.open_peers(0) == 0);
  const std::size_t heard = world.seen[0].size();
  world.run(20_s);
  CHECK(world.seen[0].size() == heard);
  CHECK_FALSE(world.media.is_connected(1, kPeer));
}

TEST_CASE("virtual media: a machine that sleeps does nothing, and finds itself as its browser leaves it", "[sim][media]") {
  const bool is_firefox = GENERATE(false, true);
  World world(1, is_firefox);
  world.connect();
  world.run(3_s);
  world.media.sleep(0);
  world.stats(0);
  const std::size_t heard = world.seen[0].size();
  world.run(40_s);
  CHECK(world.seen[0].size() == heard);
  CHECK_FALSE(world.media.is_connected(1, kPeer));
  world.media.wake(0);
  world.run(2_s);
  CHECK(world.count<input::PeerStats>(0) == 1);
  CHECK(world.are_connected() == !is_firefox);
  CHECK(world.media.is_deaf(0, kPeer) == is_firefox);
}

TEST_CASE("virtual media: a change of address, healed by a restart", "[sim][media]") {
  World world(1);
  world.connect();
  world.run(3_s);
  world.media.change_address(0);
  world.run(9_s);
  CHECK_FALSE(world.are_connected());
  world.offer(1, true);
  world.run(2_s);
  CHECK(world.are_connected());
}

TEST_CASE("virtual media: a blip is over at once", "[sim][media]") {
  World world(1);
  world.connect();
  world.run(3_s);
  world.media.blip(0);
  CHECK_FALSE(world.media.is_connected(0, kPeer));
  world.run(400_ms);
  CHECK(world.are_connected());
}
