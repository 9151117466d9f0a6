#include "official_client.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app_model.hpp"
#include "client/client.hpp"
#include "roomserver/server.hpp"
#include "virtual_media.hpp"
#include "virtual_network.hpp"
#include "virtual_time.hpp"

using namespace holdfast;
using namespace holdfast::sim;
using backend::TrackKind;
using State = OfficialClient::State;

namespace {

backend::LocalTrack track(const std::string& id, TrackKind kind) { return {SignaledId(id), kind, id + "-name"}; }

// A room server and tabs with either client, on virtual time.
class Bench {
 public:
  explicit Bench(Millis session_timeout = 30_s, std::uint64_t seed = 1)
      : random_(seed),
        session_timeout_(session_timeout),
        network(
            time, random_.next(), [this](std::size_t tab, const Input& input) { give(tab, input); },
            [this](const roomserver::Input& input) { give_server(input); }),
        media(
            time, random_.next(), [this](std::size_t tab, const Input& input) { give(tab, input); },
            [this](std::size_t from, std::size_t to) { return !silent.count(from) && !silent.count(to); }) {
    start_server();
  }

  std::size_t join(bool is_official, std::vector<backend::LocalTrack> tracks, bool is_firefox = false) {
    const std::size_t index = network.add_client(is_firefox ? Browser::kFirefox : Browser::kChromium);
    media.add_client({is_official && !is_firefox, is_official, is_firefox});
    tabs_.push_back(std::make_unique<Tab>());
    Tab& tab = *tabs_.back();
    if (is_official)
      tab.official = std::make_unique<OfficialClient>(random_.next(), OfficialClient::Options{!is_firefox});
    else
      tab.client = std::make_unique<Client>(random_.next());
    input::Connect connect;
    connect.url = "wss://room";
    connect.token = "person" + std::to_string(index);
    connect.room_name = "room";
    connect.tracks = std::move(tracks);
    give(index, connect);
    return index;
  }

  void give(std::size_t index, const Input& input) {
    Tab& tab = *tabs_[index];
    const Batch batch = tab.official ? tab.official->handle(input, time.now()) : tab.client->handle(input, time.now());
    const std::uint64_t timer = ++tab.timer;
    if (batch.next_deadline)
      time.at(*batch.next_deadline, [this, index, timer] {
        if (tabs_[index]->timer == timer) give(index, input::Tick{});
      });
    for (const Effect& effect : batch.effects) {
      if (const auto* emit = std::get_if<effect::Emit>(&effect))
        tab.app.take(*emit);
      else if (!std::holds_alternative<effect::Log>(effect) && !network.perform(index, effect))
        REQUIRE(media.perform(index, effect));
    }
    if (tab.official) {
      INFO("at " << time.now().ms << " ms");
      REQUIRE(tab.official->complaint() == "");
    }
    REQUIRE(media.error_count() == 0);
  }

  void run(Millis length) {
    const Instant end = time.now() + length;
    while (time.step(end)) {
    }
  }

  void start_server() {
    roomserver::Config config;
    config.secret = "test";
    config.wall_clock_at_start_ms = 1'700'000'000'000 + time.now().ms;
    config.session_timeout = session_timeout_;
    server = std::make_unique<roomserver::RoomServer>(config);
  }

  OfficialClient& official(std::size_t index) { return *tabs_[index]->official; }
  AppModel& app(std::size_t index) { return tabs_[index]->app; }

  // Names of the tracks whose media an official client's tab receives now.
  std::set<std::string> received(std::size_t index) {
    std::set<std::string> names;
    for (const auto& [sid, remote] : official(index).participants())
      for (const auto& [track_sid, track] : remote.tracks)
        if (track.subscribed && media.is_connected(index, track.peer) &&
            (track.kind == TrackKind::kData || media.received_track(index, track.peer, track.mid).value == track.media_id))
          names.insert(track.name);
    return names;
  }
  std::set<std::string> received_by_holdfast(std::size_t index) {
    std::set<std::string> names;
    for (const auto& [sid, remote] : app(index).participants)
      for (const auto& [track_sid, track] : remote.tracks)
        if (track.subscribed && media.is_connected(index, track.peer)) names.insert(track.model.name);
    return names;
  }

  VirtualTime time;
  std::set<std::size_t> silent;  // tabs that no media gets to or from
  std::unique_ptr<roomserver::RoomServer> server;

 private:
  struct Tab {
    std::unique_ptr<OfficialClient> official;
    std::unique_ptr<Client> client;
    AppModel app;
    std::uint64_t timer = 0;
  };

  void give_server(const roomserver::Input& input) {
    const roomserver::Batch batch = server->handle(input, time.now());
    for (const roomserver::Effect& effect : batch.effects) {
      if (network.perform(effect)) continue;
      if (const auto* verify = std::get_if<roomserver::VerifyToken>(&effect))
        time.after(1_ms, [this, op = verify->op, identity = verify->token] { give_server(roomserver::TokenVerdict{op, 0, identity, ""}); });
    }
    const std::uint64_t timer = ++server_timer_;
    if (batch.next_deadline)
      time.at(*batch.next_deadline, [this, timer] {
        if (timer == server_timer_) give_server(roomserver::Tick{});
      });
  }

  Prng random_;
  Millis session_timeout_;
  std::vector<std::unique_ptr<Tab>> tabs_;
  std::uint64_t server_timer_ = 0;

 public:
  VirtualNetwork network;
  VirtualMedia media;
};

std::set<std::string> names_of(const std::string& who) { return {"a" + who + "-name", "v" + who + "-name"}; }

std::vector<backend::LocalTrack> audio_video(const std::string& who) {
  return {track("a" + who, TrackKind::kAudio), track("v" + who, TrackKind::kVideo)};
}

}  // namespace

TEST_CASE("official client: two of them reach media both ways", "[sim][official]") {
  const bool is_firefox = GENERATE(false, true);
  const std::uint64_t seed = GENERATE(range(1u, 6u));
  Bench bench(30_s, seed);
  const std::size_t a = bench.join(true, audio_video("1"), is_firefox);
  const std::size_t b = bench.join(true, audio_video("2"));
  bench.run(5_s);
  REQUIRE(bench.official(a).state() == State::kConnected);
  REQUIRE(bench.official(b).state() == State::kConnected);
  REQUIRE(bench.received(a) == names_of("2"));
  REQUIRE(bench.received(b) == names_of("1"));
  REQUIRE(bench.media.open_peers(a) == 1);
  for (const auto& [id, publication] : bench.official(a).publications()) REQUIRE(publication.sid != "");
}

TEST_CASE("official client: it and a Holdfast client reach media both ways, whoever comes first", "[sim][official]") {
  const bool is_official_first = GENERATE(true, false);
  const std::uint64_t seed = GENERATE(range(1u, 6u));
  Bench bench(30_s, seed);
  const std::size_t first = bench.join(is_official_first, audio_video("1"));
  bench.run(2_s);
  const std::size_t second = bench.join(!is_official_first, audio_video("2"));
  bench.run(5_s);
  const std::size_t official = is_official_first ? first : second;
  const std::size_t ours = is_official_first ? second : first;
  REQUIRE(bench.received(official) == names_of(is_official_first ? "2" : "1"));
  REQUIRE(bench.received_by_holdfast(ours) == names_of(is_official_first ? "1" : "2"));
}

TEST_CASE("official client: what it publishes, unpublishes and disables later arrives", "[sim][official]") {
  const bool is_other_official = GENERATE(true, false);
  Bench bench;
  const std::size_t a = bench.join(true, audio_video("1"));
  const std::size_t b = bench.join(is_other_official, {});
  bench.run(5_s);
  const auto received = [&] { return is_other_official ? bench.received(b) : bench.received_by_holdfast(b); };
  REQUIRE(received() == names_of("1"));

  bench.give(a, input::Publish{track("v3", TrackKind::kVideo)});
  bench.give(a, input::Publish{track("d4", TrackKind::kData)});
  bench.give(a, input::SetTrackEnabled{SignaledId("v1"), false});
  bench.run(3_s);
  REQUIRE(received() == std::set<std::string>{"a1-name", "v1-name", "v3-name", "d4-name"});
  if (is_other_official)
    for (const auto& [sid, remote] : bench.official(b).participants())
      for (const auto& [track_sid, seen] : remote.tracks) REQUIRE(seen.enabled == (seen.name != "v1-name"));

  bench.give(a, input::Unpublish{SignaledId("v3")});
  bench.run(2_s);
  bench.give(a, input::Publish{track("v5", TrackKind::kVideo)});
  bench.run(2_s);
  REQUIRE(received() == std::set<std::string>{"a1-name", "v1-name", "v5-name", "d4-name"});
}

TEST_CASE("official client: after a reset it syncs and knows what happened meanwhile", "[sim][official]") {
  Bench bench;
  const std::size_t a = bench.join(true, audio_video("1"));
  const std::size_t b = bench.join(true, audio_video("2"));
  bench.run(5_s);
  bench.network.set_up(a, false);
  bench.network.reset(a);
  bench.run(500_ms);
  REQUIRE(bench.official(a).state() == State::kReconnecting);
  REQUIRE(bench.official(a).reason() == 53001);
  REQUIRE(bench.official(b).participants().begin()->second.reconnecting);

  bench.give(b, input::Publish{track("v3", TrackKind::kVideo)});
  bench.give(a, input::Publish{track("v4", TrackKind::kVideo)});
  bench.run(3_s);
  bench.network.set_up(a, true);
  bench.run(15_s);
  REQUIRE(bench.official(a).state() == State::kConnected);
  REQUIRE(bench.official(a).reconnecting_count() == 1);
  REQUIRE(!bench.official(b).participants().begin()->second.reconnecting);
  REQUIRE(bench.received(a) == std::set<std::string>{"a2-name", "v2-name", "v3-name"});
  REQUIRE(bench.received(b) == std::set<std::string>{"a1-name", "v1-name", "v4-name"});
  REQUIRE(bench.network.open_sockets(a) == 1);
}

TEST_CASE("official client: leaving is told with everything in one message, and nothing stays open", "[sim][official]") {
  Bench bench;
  const std::size_t a = bench.join(true, audio_video("1"));
  const std::size_t b = bench.join(true, audio_video("2"));
  bench.run(5_s);
  bench.give(a, input::Disconnect{});
  REQUIRE(bench.official(a).is_over());
  REQUIRE(!bench.official(a).reason());
  bench.run(1_s);
  REQUIRE(bench.official(b).participants().empty());
  REQUIRE(bench.media.open_peers(a) + bench.media.open_peers(b) == 0);
  REQUIRE(bench.network.open_sockets(a) == 0);
  REQUIRE(bench.official(b).state() == State::kConnected);
}

TEST_CASE("official client: media that fails is restarted and comes back", "[sim][official]") {
  Bench bench;
  const std::size_t a = bench.join(true, audio_video("1"));
  const std::size_t b = bench.join(true, audio_video("2"));
  bench.run(5_s);
  bench.silent.insert(a);
  bench.run(10_s);
  REQUIRE(bench.official(a).state() == State::kReconnecting);
  REQUIRE(bench.official(a).reason() == 53405);
  bench.silent.clear();
  bench.run(10_s);
  REQUIRE(bench.official(a).state() == State::kConnected);
  REQUIRE(bench.official(b).state() == State::kConnected);
  REQUIRE(bench.received(a) == names_of("2"));
  REQUIRE(bench.received(b) == names_of("1"));
}

TEST_CASE("official client: a loopback keeps D1 from its Room: alone, a drop that it has survived is the end of it", "[sim][official]") {
  Bench bench(6_s);
  const std::size_t a = bench.join(true, audio_video("1"));
  bench.run(2_s);
  bench.network.reset(a);
  bench.run(3_s);
  REQUIRE(bench.official(a).state() == State::kConnected);
  REQUIRE(bench.official(a).reconnecting_count() == 1);
  bench.run(20_s);
  REQUIRE(bench.official(a).state() == State::kConnected);
  REQUIRE(bench.official(a).reconnecting_count() == 1);
}

TEST_CASE("official client: a loopback keeps D2 from its Room: alone after a media failure, it goes on", "[sim][official]") {
  Bench bench(12_s);
  const std::size_t a = bench.join(true, audio_video("1"));
  const std::size_t b = bench.join(true, audio_video("2"));
  bench.run(5_s);
  bench.silent.insert(b);
  bench.network.set_up(b, false);
  bench.run(10_s);
  REQUIRE(bench.official(a).state() == State::kReconnecting);
  bench.run(20_s);
  REQUIRE(bench.official(a).state() == State::kConnected);
  REQUIRE(bench.official(a).reconnecting_count() == 1);
}

// ---- what it complains of
// -----------------------------------------------------------------------------------------------------------------

namespace {

// One that is told by hand what a server says.
struct Script {
  OfficialClient client{1, {}};
  std::string sent;

  Script() {
    input::Connect connect;
    connect.token = "me";
    connect.room_name = "room";
    give(connect);
    give(input::SocketOpened{SocketId{1}});
  }
  void give(const Input& input) {
    for (const Effect& effect : client.handle(input, Instant{0}).effects) {
      if (const auto* send = std::get_if<effect::SendText>(&effect)) sent = send->text;
      if (const auto* set = std::get_if<effect::SetLocalDescription>(&effect))
        give(input::LocalDescriptionSet{set->peer, set->op, "v=0\r\n", {}});
      if (const auto* set = std::get_if<effect::SetRemoteDescription>(&effect)) give(input::RemoteDescriptionSet{set->peer, set->op});
    }
  }
  void frame(const std::string& text) { give(input::SocketText{SocketId{1}, text}); }
  void message(const std::string& body) { frame(R"({"type":"msg","body":)" + body + "}"); }
  void join() {
    frame(R"({"type":"welcome","negotiatedTimeout":5000})");
    message(R"({"type":"iced","ice_servers":[]})");
    message(R"({"type":"connected","session":"SE","sid":"RM","name":"room","participant":{"sid":"PA1","identity":"me"},)"
            R"("options":{"session_timeout":30},"subscribed":{"revision":5,"tracks":[]},"participants":[)"
            R"({"sid":"PA2","identity":"you","state":"connected","revision":5,"tracks":[)"
            R"({"sid":"MT1","kind":"audio","name":"a","enabled":true,"priority":"standard"}]}],"peer_connections":[)"
            R"({"id":"link","description":{"type":"create-offer","revision":1}}]})");
  }
};

std::string complaint_of(const std::string& update) {
  Script script;
  script.join();
  REQUIRE(script.client.state() == State::kConnected);
  REQUIRE(script.client.complaint() == "");
  script.message(R"({"type":"update",)" + update + "}");
  return script.client.complaint();
}

}  // namespace

TEST_CASE("official client: complains of what it cannot take in a handshake", "[sim][official]") {
  const std::string message = GENERATE(R"({"type":"msg","body":{"type":"iced","ice_servers":[]}})", R"({"type":"heartbeat"})",
                                       R"({"type":"welcome"})", R"({"type":"welcome","negotiatedTimeout":100})", R"({"type":"hi"})",
                                       "no JSON", R"({"type":"busy"})", R"({"type":"bad","reason":"x"})");
  Script script;
  script.frame(message);
  REQUIRE(script.client.complaint() != "");
}

TEST_CASE("official client: complains of an answer to connect that lacks something", "[sim][official]") {
  const std::string message =
      GENERATE(R"({"type":"connected","session":"SE","sid":"RM","name":"r","participant":{"sid":"PA1","identity":"me"}})",
               R"({"type":"connected","session":"SE","sid":"RM","name":"r","options":{"session_timeout":30}})",
               R"({"type":"connected","sid":"RM","name":"r","participant":{"sid":"PA1","identity":"me"},"options":{"session_timeout":30}})",
               R"({"type":"synced"})", R"({"type":"iced"})", R"({"type":"hello"})");
  Script script;
  script.frame(R"({"type":"welcome","negotiatedTimeout":5000})");
  REQUIRE(script.client.complaint() == "");
  script.message(message);
  REQUIRE(script.client.complaint() != "");
}

TEST_CASE("official client: complains of updates that it ignores or dies of", "[sim][official]") {
  const std::string you = R"("sid":"PA2","identity":"you","state":"connected")";
  const std::string track = R"("sid":"MT1","kind":"audio","name":"a","enabled":true,"priority":"standard")";
  REQUIRE(complaint_of(R"("participants":[{)" + you + R"(,"revision":6,"tracks":[{)" + track + "}]}]") == "");
  REQUIRE(complaint_of(R"("participants":[{)" + you + R"(,"revision":5,"tracks":[{)" + track + "}]}]") == "");
  REQUIRE(complaint_of(R"("participants":[{)" + you + R"(,"revision":6}])") != "");
  REQUIRE(complaint_of(R"("participants":[{)" + you + R"(,"revision":5,"tracks":[]}])") != "");
  REQUIRE(complaint_of(R"("participants":[{"sid":"PA2","identity":"you","state":"gone","revision":6,"tracks":[]}])") != "");
  REQUIRE(complaint_of(R"("participants":[{"sid":"PA2","identity":"you","state":"disconnected","revision":6,"tracks":[]}])") != "");
  REQUIRE(complaint_of(R"("subscribed":{"revision":5,"tracks":[]})") == "");
  REQUIRE(complaint_of(R"("subscribed":{"revision":6,"tracks":[{"sid":"MT1","id":"x"}]})") == "");
  REQUIRE(complaint_of(R"("subscribed":{"revision":5,"tracks":[{"sid":"MT1","id":"x"}]})") != "");
  REQUIRE(complaint_of(R"("published":{"revision":1,"tracks":[{"id":"x","sid":"MT9"}]})") != "");
  REQUIRE(complaint_of(R"("published":{"revision":1,"tracks":[{"id":"x","state":"failed"}]})") != "");
  REQUIRE(complaint_of(R"("participant":{"sid":"PA9","identity":"me"})") != "");
}

TEST_CASE("official client: complains of descriptions that a server should not send", "[sim][official]") {
  const auto link = [](const std::string& description) {
    return R"("peer_connections":[{"id":"link","description":)" + description + "}]";
  };
  REQUIRE(complaint_of(link(R"({"type":"answer","revision":2,"sdp":""})")) == "");
  REQUIRE(complaint_of(link(R"({"type":"answer","revision":7,"sdp":""})")) != "");
  REQUIRE(complaint_of(link(R"({"type":"hello","revision":2})")) != "");
  REQUIRE(complaint_of(link(R"({"type":"answer"})")) != "");
  REQUIRE(complaint_of(R"("peer_connections":[{"id":"new"}])") != "");

  Script script;
  script.join();
  script.message(R"({"type":"update",)" + link(R"({"type":"answer","revision":2,"sdp":""})") + "}");
  script.message(R"({"type":"update",)" + link(R"({"type":"offer","revision":3,"sdp":""})") + "}");
  REQUIRE(script.sent.find(R"("type":"answer")") != std::string::npos);
  script.message(R"({"type":"update",)" + link(R"({"type":"offer","revision":3,"sdp":""})") + "}");  // once more, as after a sync
  REQUIRE(script.client.complaint() == "");
  script.message(R"({"type":"update",)" + link(R"({"type":"close","revision":4})") + "}");
  script.message(R"({"type":"update",)" + link(R"({"type":"close","revision":4})") + "}");
  REQUIRE(script.client.complaint() == "");
  script.message(R"({"type":"update",)" + link(R"({"type":"create-offer","revision":5})") + "}");
  REQUIRE(script.client.complaint() != "");
}
