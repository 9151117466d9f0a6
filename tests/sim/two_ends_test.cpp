// Two PeerSets with modelled browsers, joined by the arbitration rule of docs/protocol.md 8.3, under random schedules: publishing on both
// sides at once, lost and resumed signaling, failing operations. Whatever happened, once it is calm everything published has arrived.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.hpp"
#include "media_path.hpp"
#include "peer/peer_set.hpp"
#include "peer_connection_model.hpp"

using namespace holdfast;

namespace {

using backend::Description;
using backend::DescriptionType;
using backend::LinkUpdate;
using Ids = std::vector<std::string>;

struct Message {
  std::vector<LinkUpdate> links;
  bool is_synced = false;
};

struct Connection {
  Connection(PeerId peer, const std::string& end, Instant now)
      : model(peer, end + std::to_string(peer.value), {}, peer.value), path(model, now) {}
  sim::PeerConnectionModel model;
  sim::MediaPath path;
};

// One client without a room: PeerSet, its browser, and what a session does with descriptions while signaling is down.
struct End {
  explicit End(std::uint64_t seed, std::string own_name) : peers(seed), name(std::move(own_name)) {}

  peer::PeerSet peers;
  std::string name;
  Effects effects;
  std::vector<std::unique_ptr<Connection>> browser;
  std::vector<backend::LocalTrack> tracks;
  std::vector<LinkUpdate> latest;  // per link, what was said last
  std::vector<LinkUpdate> unsent;
  std::vector<Message> outbox;
  std::vector<Message> inbox;
  std::vector<peer::MediaArrived> media;
  bool is_up = true;      // the session is in step
  bool is_online = true;  // the socket is open
  Instant now{1000};

  sim::PeerConnectionModel* find(PeerId peer) {
    for (auto& connection : browser)
      if (connection->model.peer() == peer) return &connection->model;
    return nullptr;
  }

  const sim::PeerConnectionModel* named(const std::string& connection_name) const {
    for (const auto& connection : browser)
      if (connection->model.name() == connection_name) return &connection->model;
    return nullptr;
  }

  // Effects to the browser, events to the session; until there is nothing left.
  void carry_out() {
    for (const Effect& effect : std::exchange(effects, {})) {
      if (const auto* create = std::get_if<effect::CreatePeer>(&effect))
        browser.push_back(std::make_unique<Connection>(create->peer, name, now));
      std::visit(
          [&](const auto& what) {
            if constexpr (requires { what.peer; }) find(what.peer)->perform(what);
          },
          effect);
    }
    for (const peer::PeerEvent& event : peers.take_events()) {
      if (const auto* send = std::get_if<peer::Send>(&event)) say(send->update);
      if (const auto* closed = std::get_if<peer::Closed>(&event)) forget(closed->link);
      if (const auto* arrived = std::get_if<peer::MediaArrived>(&event)) media.push_back(*arrived);
      if (const auto* gone = std::get_if<peer::MediaGone>(&event)) {
        const auto known = std::find_if(media.begin(), media.end(),
                                        [&](const peer::MediaArrived& m) { return m.peer == gone->peer && m.media_id == gone->media_id; });
        REQUIRE(known != media.end());
        media.erase(known);
      }
    }
  }
  void say(const LinkUpdate& update) {
    if (is_up)
      outbox.push_back({{update}, false});
    else
      unsent.push_back(update);
    if (!update.description) return;
    const auto known = std::find_if(latest.begin(), latest.end(), [&](const LinkUpdate& u) { return u.link == update.link; });
    if (known == latest.end())
      latest.push_back(update);
    else
      *known = update;
  }
  void forget(const LinkId& link) {
    latest.erase(std::remove_if(latest.begin(), latest.end(), [&](const LinkUpdate& u) { return u.link == link; }), latest.end());
  }

  Ids wanted() const {
    Ids ids;
    for (const backend::LocalTrack& track : tracks) ids.push_back(track.id.value);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
  Ids arrived() const {
    Ids ids;
    for (const peer::MediaArrived& m : media) ids.push_back(m.media_id.value);
    std::sort(ids.begin(), ids.end());
    return ids;
  }
};

struct ServerLink {
  LinkId id;
  std::int64_t stable = 0;
  std::optional<std::size_t> pending_from;
  std::int64_t pending = 0;
  std::optional<Description> last[2];
  std::vector<backend::Ice> ice[2];
};

struct World {
  explicit World(std::uint64_t seed)
      : random(seed), a(std::make_unique<End>(seed + 1, "A")), b(std::make_unique<End>(seed + 2, "B")), ends{a.get(), b.get()} {}

  Prng random;
  Instant now{1000};
  std::unique_ptr<End> a, b;
  End* ends[2];
  std::vector<ServerLink> links;
  int made_links = 0;
  int made_tracks = 0;
  bool media_is_up = true;

  // ---- the server -----------------------------------------------------------------------------------------------------------------

  void tell(std::size_t end, const LinkUpdate& update) {
    if (ends[end]->is_online) ends[end]->inbox.push_back({{update}, false});
  }
  LinkUpdate update_for(std::size_t end, const LinkId& link, std::optional<Description> description) const {
    return {link, ParticipantSid(end == 0 ? "PAb" : "PAa"), std::move(description), std::nullopt};
  }
  void make_link() {
    links.push_back({});
    links.back().id = LinkId("L" + std::to_string(++made_links));
    const std::size_t offerer = random.below(2);
    tell(offerer, update_for(offerer, links.back().id, Description{DescriptionType::kCreateOffer, 1, {}}));
  }
  void close_link(const LinkId& id) {
    for (std::size_t i = 0; i < links.size(); ++i) {
      if (links[i].id != id) continue;
      for (std::size_t end = 0; end < 2; ++end) tell(end, update_for(end, id, Description{DescriptionType::kClose, 1000000, {}}));
      links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
      return make_link();
    }
  }
  void receive(std::size_t from, const LinkUpdate& update) {
    const std::size_t to = 1 - from;
    const auto link = std::find_if(links.begin(), links.end(), [&](const ServerLink& l) { return l.id == update.link; });
    if (link == links.end()) return;
    if (update.ice) {
      link->ice[from].push_back(*update.ice);
      LinkUpdate forward = update_for(to, link->id, std::nullopt);
      forward.ice = update.ice;
      tell(to, forward);
    }
    if (!update.description) return;
    const Description& description = *update.description;
    if (description.type == DescriptionType::kClose) return close_link(update.link);
    if (description.type == DescriptionType::kOffer) {
      if (description.revision <= link->stable) return;
      if (link->pending_from == to && link->pending == description.revision) return;
      if (link->pending_from == from && link->pending >= description.revision) return;
      if (link->pending_from == to && link->stable == 0) return close_link(update.link);
      link->pending_from = from;
      link->pending = description.revision;
    } else {
      if (link->pending_from != to || link->pending != description.revision) return;
      link->stable = description.revision;
      link->pending_from.reset();
    }
    link->last[from] = description;
    tell(to, update_for(to, link->id, description));
  }
  // The end is back: the full state for it, and what it says counts as an update.
  void sync(std::size_t end) {
    Message synced{{}, true};
    for (const ServerLink& link : links) {
      LinkUpdate update = update_for(end, link.id, link.last[1 - end]);
      if (!update.description) update.description = Description{DescriptionType::kCreateOffer, 1, {}};
      if (link.last[end] && !link.last[1 - end]) update.description.reset();
      if (!link.ice[1 - end].empty()) update.ice = link.ice[1 - end].back();
      synced.links.push_back(update);
    }
    ends[end]->inbox.push_back(synced);
    for (const LinkUpdate& update : std::vector<LinkUpdate>(ends[end]->latest)) receive(end, update);
  }

  // ---- what can happen ------------------------------------------------------------------------------------------------------------

  void deliver_up(std::size_t end) {
    if (ends[end]->outbox.empty()) return;
    const Message message = ends[end]->outbox.front();
    ends[end]->outbox.erase(ends[end]->outbox.begin());
    for (const LinkUpdate& update : message.links) receive(end, update);
  }
  void deliver_down(std::size_t index) {
    End& end = *ends[index];
    if (end.inbox.empty()) return;
    const Message message = end.inbox.front();
    end.inbox.erase(end.inbox.begin());
    if (!end.is_up && !message.is_synced) return;
    end.peers.apply(message.links, message.is_synced, now, end.effects);
    if (message.is_synced) {
      end.is_up = true;
      end.carry_out();
      for (const LinkUpdate& update : std::exchange(end.unsent, {})) end.outbox.push_back({{update}, false});
      end.peers.set_signaling(true, now, end.effects);
    }
    end.carry_out();
  }
  void run_browser(End& end) {
    if (end.browser.empty()) return;
    sim::PeerConnectionModel& connection = end.browser[random.below(static_cast<std::uint32_t>(end.browser.size()))]->model;
    if (connection.has_operations() && (!connection.is_gathering() || random.chance(1, 2))) {
      connection.run_next();
    } else if (connection.is_gathering()) {
      connection.gather_next();
    }
    report(end, connection);
  }
  void report(End& end, sim::PeerConnectionModel& connection) {
    for (const Input& input : connection.take_inputs()) {
      std::visit(
          [&](const auto& what) {
            if constexpr (requires { end.peers.handle(what, now, end.effects); }) end.peers.handle(what, now, end.effects);
          },
          input);
      end.carry_out();
    }
  }
  void publish(End& end) {
    const std::uint32_t kind = random.below(3);
    const std::string prefix[] = {"a", "v", "d"};
    const SignaledId id(prefix[kind] + end.name + std::to_string(++made_tracks));
    end.tracks.push_back({id, static_cast<backend::TrackKind>(kind), id.value});
    set_tracks(end);
  }
  void unpublish(End& end) {
    // Data channels stay at the receiver, as they do in the core; only media is taken back here.
    for (std::size_t i = 0; i < end.tracks.size(); ++i) {
      if (end.tracks[i].kind == backend::TrackKind::kData || random.chance(1, 2)) continue;
      end.tracks.erase(end.tracks.begin() + static_cast<std::ptrdiff_t>(i));
      return set_tracks(end);
    }
  }
  void set_tracks(End& end) {
    end.peers.set_local_tracks(end.tracks, now, end.effects);
    end.carry_out();
    for (End* other : ends) {
      std::vector<SignaledId> expected;
      for (const backend::LocalTrack& track : ends[other == ends[0] ? 1 : 0]->tracks) expected.push_back(track.id);
      other->peers.set_expected_media(expected, other->effects);
    }
  }
  void lose_signaling(End& end) {
    if (!end.is_online) return;
    end.is_online = end.is_up = false;
    end.outbox.clear();
    end.inbox.clear();
    end.peers.set_signaling(false, now, end.effects);
    end.carry_out();
  }
  void resume_signaling(std::size_t index) {
    if (ends[index]->is_online) return;
    ends[index]->is_online = true;
    // What sync says needs no repeating; descriptions made from here on follow synced.
    auto& unsent = ends[index]->unsent;
    unsent.erase(
        std::remove_if(unsent.begin(), unsent.end(),
                       [](const LinkUpdate& u) { return u.description.has_value() && u.description->type != DescriptionType::kClose; }),
        unsent.end());
    sync(index);
  }
  void pass(Millis time) {
    now = now + time;
    for (End* end : ends) {
      end->now = now;
      const End& other = *ends[end == ends[0] ? 1 : 0];
      for (std::size_t i = 0; i < end->browser.size(); ++i) {
        Connection& connection = *end->browser[i];
        const sim::PeerConnectionModel* met = other.named(connection.path.other_name());
        connection.path.pass(met, {media_is_up, media_is_up}, now);
        report(*end, connection.model);
      }
      while (end->peers.next_deadline() && *end->peers.next_deadline() <= now) {
        end->peers.handle_timers(now, end->effects);
        end->carry_out();
      }
    }
  }

  void step(bool troubled) {
    const std::size_t index = random.below(2);
    End& end = *ends[index];
    switch (random.below(troubled ? 64 : 40)) {
      case 40:
      case 41:
        return publish(end);
      case 42:
        return unpublish(end);
      case 43:
        return lose_signaling(end);
      case 44:
      case 45:
      case 46:
        return resume_signaling(index);
      case 47:
        if (!end.browser.empty() && !end.browser.back()->model.is_closed() && random.chance(1, 3))
          end.browser.back()->model.fail_descriptions(1);
        return;
      case 48:
        media_is_up = random.chance(1, 2);
        return;
      case 49:
        return pass(Millis{static_cast<std::int64_t>(random.below(5000))});
      default:
        break;
    }
    switch (random.below(4)) {
      case 0:
        return deliver_up(index);
      case 1:
        return deliver_down(index);
      case 2:
        return run_browser(end);
      default:
        return pass(Millis{static_cast<std::int64_t>(random.below(20))});
    }
  }
  bool is_calm() const {
    for (const End* end : ends) {
      if (!end->outbox.empty() || !end->inbox.empty() || !end->is_up) return false;
      for (const auto& connection : end->browser)
        if (connection->model.has_operations() || connection->model.is_gathering()) return false;
    }
    return true;
  }
  // Healing: signaling comes back, nothing fails any more, and time passes.
  void settle(int seconds) {
    media_is_up = true;
    for (std::size_t index = 0; index < 2; ++index) resume_signaling(index);
    for (End* end : ends)
      for (auto& connection : end->browser) connection->model.fail_descriptions(0);
    for (int tick = 0; tick < seconds * 10; ++tick) {
      for (int i = 0; i < 20000 && !is_calm(); ++i) step(false);
      pass(100_ms);
    }
  }
  std::vector<sim::PeerConnectionModel*> open_connections(End& end) {
    std::vector<sim::PeerConnectionModel*> list;
    for (auto& connection : end.browser)
      if (!connection->model.is_closed()) list.push_back(&connection->model);
    return list;
  }
  void check_settled() {
    for (End* end : ends) {
      const End& other = *ends[end == ends[0] ? 1 : 0];
      const auto open = open_connections(*end);
      REQUIRE(open.size() == 1);
      CHECK(open[0]->state() == sim::PeerConnectionModel::SignalingState::kStable);
      CHECK(open[0]->connection_state() == input::ConnectionState::kConnected);
      CHECK(open[0]->error_count() == 0);
      CHECK(end->arrived() == other.wanted());
      REQUIRE(end->peers.health().size() == 1);
      CHECK(end->peers.health()[0].health == peer::Health::kHealthy);
    }
  }
};

}  // namespace

TEST_CASE("two ends: a link made by create-offer settles after one round, with tracks on both sides", "[peer][two_ends]") {
  World world(1);
  for (End* end : world.ends) {
    end->tracks = {{SignaledId("a" + end->name), backend::TrackKind::kAudio, "a"},
                   {SignaledId("v" + end->name), backend::TrackKind::kVideo, "v"}};
    world.set_tracks(*end);
  }
  world.make_link();
  world.settle(2);
  world.check_settled();
  CHECK(world.links[0].stable == 2);
  CHECK(world.open_connections(*world.a)[0]->transceiver_count() == 2);
}

TEST_CASE("two ends: an answerer with more than was offered makes a second round", "[peer][two_ends]") {
  World world(2);
  world.make_link();
  for (End* end : world.ends)
    for (int i = 0; i < 3; ++i) world.publish(*end);
  world.settle(2);
  world.check_settled();
}

TEST_CASE("two ends: media that is cut comes back over the same link, however long it took", "[peer][two_ends]") {
  const int seconds = GENERATE(3, 8, 20, 60);
  INFO(seconds << " s");
  World world(3);
  for (End* end : world.ends) world.publish(*end);
  world.make_link();
  world.settle(5);
  world.check_settled();
  world.media_is_up = false;
  for (const Instant heal = world.now + Millis{seconds * 1000}; world.now < heal;) world.step(false);
  world.settle(20);
  world.check_settled();
  if (seconds <= 20) CHECK(world.made_links == 1);
}

TEST_CASE("two ends: a connection that says connected and delivers nothing is replaced", "[peer][two_ends]") {
  World world(4);
  for (End* end : world.ends)
    for (int i = 0; i < 4; ++i) world.publish(*end);
  world.make_link();
  world.settle(5);
  world.check_settled();
  world.a->browser.back()->model.go_deaf();
  world.settle(15);
  world.check_settled();
  CHECK(world.made_links == 2);
}

TEST_CASE("two ends: whatever the schedule, both settle and all media has arrived", "[peer][two_ends]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 501)));
  INFO("seed " << seed);
  World world(seed);
  if (world.random.chance(1, 2)) world.publish(*world.a);
  if (world.random.chance(1, 2)) world.publish(*world.b);
  world.make_link();
  for (int i = 0; i < 600; ++i) world.step(true);
  world.settle(40);
  world.check_settled();
}
