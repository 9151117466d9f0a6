#include "peer/peer_set.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace holdfast;
using backend::Description;
using backend::DescriptionType;
using backend::LinkUpdate;
using backend::TrackKind;
using Connection = input::ConnectionState;
using Words = std::vector<std::string>;

namespace {

const LinkId kLink("L1");
const ParticipantSid kThem("PAthem");

// Remote sections with the mids 0, 1 …: {kind, direction, msid token}.
struct Line {
  std::string media, direction, track;
};
std::string sdp_of(const std::vector<Line>& lines, const std::string& ufrag) {
  std::string text = "v=0\r\n";
  int mid = 0;
  for (const Line& line : lines) {
    text +=
        "m=" + line.media + " 9 X 0\r\na=ice-ufrag:" + ufrag + "\r\na=mid:" + std::to_string(mid++) + "\r\na=" + line.direction + "\r\n";
    if (!line.track.empty()) text += "a=msid:- " + line.track + "\r\n";
  }
  return text;
}

LinkUpdate description(DescriptionType type, std::int64_t revision, const std::string& sdp = sdp_of({{"audio", "sendrecv", "t-a"}}, "them"),
                       const LinkId& link = kLink) {
  return {link, kThem, Description{type, revision, sdp}, std::nullopt};
}
LinkUpdate candidates(const std::string& ufrag, const std::vector<std::string>& texts) {
  backend::Ice ice{ufrag, 1, {}, false};
  for (const std::string& text : texts) ice.candidates.push_back({text, std::string("0"), 0, ufrag});
  return {kLink, kThem, std::nullopt, ice};
}

std::string word(const Effect& effect) {
  if (const auto* e = std::get_if<effect::CreatePeer>(&effect)) return "create " + std::to_string(e->peer.value);
  if (const auto* e = std::get_if<effect::ClosePeer>(&effect)) return "close " + std::to_string(e->peer.value);
  if (const auto* e = std::get_if<effect::AddTrack>(&effect)) return "add " + e->id.value;
  if (const auto* e = std::get_if<effect::AddDataChannel>(&effect)) return "add " + e->id.value;
  if (std::holds_alternative<effect::RefreshVideo>(effect)) return "refresh video";
  if (const auto* e = std::get_if<effect::AddIceCandidate>(&effect)) return "candidate " + e->candidate.candidate;
  // GetStats is left out: pass() answers it.
  if (const auto* e = std::get_if<effect::SetLocalDescription>(&effect)) {
    constexpr const char* kTypes[] = {"set offer", "set answer", "roll back"};
    return std::string(kTypes[static_cast<int>(e->type)]) + (e->ice_restart ? ", restart" : "");
  }
  if (const auto* e = std::get_if<effect::SetRemoteDescription>(&effect))
    return e->type == DescriptionType::kOffer ? "take offer" : "take answer";
  return {};
}

std::string word(const peer::PeerEvent& event) {
  if (const auto* e = std::get_if<peer::Send>(&event)) {
    constexpr const char* kTypes[] = {"offer", "answer", "pranswer", "create-offer", "close"};
    const LinkUpdate& update = e->update;
    if (update.description)
      return "send " + std::string(kTypes[static_cast<int>(update.description->type)]) + " " + std::to_string(update.description->revision);
    return "send ice " + update.ice->ufrag + " x" + std::to_string(update.ice->candidates.size()) +
           (update.ice->complete ? " complete" : "");
  }
  if (const auto* e = std::get_if<peer::Closed>(&event)) return std::string("closed ") + (e->by_remote ? "by them" : "by us");
  if (const auto* e = std::get_if<peer::MediaArrived>(&event))
    return "arrived " + e->media_id.value + (e->mid.empty() ? "" : " at " + e->mid);
  if (const auto* e = std::get_if<peer::MediaGone>(&event)) return "gone " + e->media_id.value;
  return {};  // HealthChanged: see healths()
}

template <class List>
Words words_of(const List& list) {
  Words words;
  for (const auto& item : list)
    if (std::string text = word(item); !text.empty()) words.push_back(text);
  return words;
}

struct Bench {
  Instant now{5000};
  Effects effects;
  std::unique_ptr<peer::PeerSet> owned = std::make_unique<peer::PeerSet>(42);
  peer::PeerSet& set = *owned;
  OperationId last_operation;
  std::vector<peer::PeerEvent> events;
  std::int64_t bytes = 0;

  Words asked() {
    for (const Effect& effect : effects) {
      if (const auto* e = std::get_if<effect::SetLocalDescription>(&effect)) last_operation = e->op;
      if (const auto* e = std::get_if<effect::SetRemoteDescription>(&effect)) last_operation = e->op;
    }
    return words_of(std::exchange(effects, {}));
  }
  Words said() {
    events = set.take_events();
    return words_of(events);
  }
  void apply(const LinkUpdate& update) { set.apply({update}, false, now, effects); }
  LinkId sent_link() const {
    for (const peer::PeerEvent& event : events)
      if (const auto* send = std::get_if<peer::Send>(&event)) return send->update.link;
    return {};
  }
  template <class Input>
  void report(const Input& input) {
    set.handle(input, now, effects);
  }
  void local_done(const std::string& ufrag = "us", PeerId peer = PeerId{1}) {
    asked();
    report(input::LocalDescriptionSet{
        peer, last_operation, sdp_of({{"audio", "sendrecv", "browser"}}, ufrag), {{"0", TrackKind::kAudio, SignaledId()}}});
  }
  void remote_done(PeerId peer = PeerId{1}) {
    asked();
    report(input::RemoteDescriptionSet{peer, last_operation});
  }
  void fail(PeerId peer = PeerId{1}) {
    asked();
    report(input::PeerOperationFailed{peer, last_operation, "OperationError", "no"});
  }
  void change(Connection state, PeerId peer = PeerId{1}) { report(input::ConnectionStateChanged{peer, state}); }
  // Time in small steps; polls are answered, with more bytes if they flow.
  void pass(Millis time, bool flows) {
    for (const Instant end = now + time; now < end;) {
      now = now + 100_ms;
      if (flows) bytes += 100;
      while (set.next_deadline() && *set.next_deadline() <= now) {
        const std::size_t known = effects.size();
        set.handle_timers(now, effects);
        for (std::size_t i = known; i < effects.size(); ++i) {
          const auto* get = std::get_if<effect::GetStats>(&effects[i]);
          if (get != nullptr) report(input::PeerStats{get->peer, get->op, bytes});
        }
      }
    }
  }
  peer::Health health() const {
    REQUIRE(set.health().size() == 1);
    return set.health()[0].health;
  }
};

// Answered an offer of theirs (revision 2) that carries audio "t-a".
Bench answered() {
  Bench bench;
  bench.apply(description(DescriptionType::kOffer, 2));
  bench.remote_done();
  bench.local_done();
  bench.report(input::TrackAdded{PeerId{1}, "0", TrackKind::kAudio});
  bench.asked();
  bench.said();
  return bench;
}

Bench connected() {
  Bench bench = answered();
  bench.change(Connection::kConnecting);
  bench.change(Connection::kConnected);
  bench.set.set_expected_media({SignaledId("t-a")}, bench.effects);
  bench.pass(3_s, true);
  REQUIRE(bench.health() == peer::Health::kHealthy);
  bench.asked();
  bench.said();
  return bench;
}

}  // namespace

// ---- links ----------------------------------------------------------------------------------------------------------------------------

TEST_CASE("peer set: other ICE servers are for links that are there and for those to come", "[peer][peer_set]") {
  Bench bench;
  bench.set.open_initial(bench.now, bench.effects);
  bench.effects.clear();
  bench.set.set_ice_servers({{{"turn:example.org"}, "later", "secret"}}, bench.effects);
  REQUIRE(bench.effects.size() == 1);
  CHECK(std::get<effect::SetIceServers>(bench.effects[0]).peer == PeerId{1});
  CHECK(std::get<effect::SetIceServers>(bench.effects[0]).ice_servers.at(0).username == "later");
}

TEST_CASE("peer set: the initial connection offers revision 1 under a fresh UUID, with all tracks on it", "[peer][peer_set]") {
  Bench bench;
  bench.set.set_ice_servers({{{"stun:example.org"}, "", ""}}, bench.effects);
  bench.set.set_local_tracks({{SignaledId("a"), TrackKind::kAudio, "a"}, {SignaledId("d"), TrackKind::kData, "d"}}, bench.now,
                             bench.effects);
  bench.set.open_initial(bench.now, bench.effects);
  CHECK(std::get<effect::CreatePeer>(bench.effects.at(0)).ice_servers.size() == 1);
  CHECK(bench.asked() == Words{"create 1", "add a", "add d", "set offer"});
  bench.local_done();
  CHECK(bench.said() == Words{"send offer 1"});
  const std::string id = bench.sent_link().value;
  REQUIRE(id.size() == 36);
  CHECK((id[8] == '-' && id[13] == '-' && id[14] == '4' && id[18] == '-' && id[23] == '-'));
}

TEST_CASE("peers: from a rejoin on tracks go by other ids, on the links that are opened then", "[peer]") {
  Bench bench;
  bench.set.set_local_tracks({{SignaledId("a"), TrackKind::kAudio, "a"}, {SignaledId("d"), TrackKind::kData, "d"}}, bench.now,
                             bench.effects);
  bench.set.set_id_suffix(".1");
  bench.apply(description(DescriptionType::kCreateOffer, 1));
  std::string label;
  for (const Effect& effect : bench.effects)
    if (const auto* add = std::get_if<effect::AddDataChannel>(&effect)) label = add->id.value + " as " + add->label;
  CHECK(label == "d as d.1");
  bench.asked();
  bench.report(input::LocalDescriptionSet{
      PeerId{1}, bench.last_operation, sdp_of({{"audio", "sendrecv", "browser"}}, "us"), {{"0", TrackKind::kAudio, SignaledId("a")}}});
  bench.said();
  const auto sent = std::find_if(bench.events.begin(), bench.events.end(),
                                 [](const peer::PeerEvent& event) { return std::holds_alternative<peer::Send>(event); });
  REQUIRE(sent != bench.events.end());
  const std::string& sdp = std::get<peer::Send>(*sent).update.description->sdp;
  CHECK(sdp.find(" a.1\r\n") != std::string::npos);
}

TEST_CASE("peer set: the initial connection may stay unanswered, another one may not", "[peer][peer_set]") {
  Bench bench;
  bench.set.open_initial(bench.now, bench.effects);
  bench.local_done();
  bench.pass(60_s, false);
  CHECK(bench.said() == Words{"send offer 1"});

  Bench asked;
  asked.apply(description(DescriptionType::kCreateOffer, 1));
  asked.local_done();
  asked.said();
  asked.pass(8_s, false);
  CHECK(asked.said() == Words{"send close 3", "closed by us"});
}

TEST_CASE("peer set: an offer that follows an answer at once has its whole time (sim seed 75779)", "[peer][peer_set]") {
  Bench bench;
  bench.apply(description(DescriptionType::kCreateOffer, 1));
  bench.local_done();
  bench.pass(7_s, false);
  bench.set.set_local_tracks({{SignaledId("a"), TrackKind::kAudio, "a"}}, bench.now, bench.effects);
  CHECK(bench.said() == Words{"send offer 2"});
  bench.apply(description(DescriptionType::kAnswer, 2));
  bench.remote_done();
  bench.local_done();
  CHECK(bench.said() == Words{"send offer 3"});
  bench.pass(7900_ms, false);
  CHECK(bench.said() == Words{});
  bench.pass(100_ms, false);
  CHECK(bench.said() == Words{"send close 4", "closed by us"});
}

TEST_CASE("peer set: only an offer or create-offer opens a connection, with our tracks on it before the offer", "[peer][peer_set]") {
  Bench bench;
  bench.set.set_local_tracks({{SignaledId("a"), TrackKind::kAudio, "a"}}, bench.now, bench.effects);
  bench.apply({kLink, kThem, std::nullopt, std::nullopt});
  bench.apply(description(DescriptionType::kAnswer, 1));
  bench.apply(candidates("them", {"1"}));
  CHECK(bench.asked() == Words{});
  CHECK(bench.set.health().empty());
  bench.apply(description(DescriptionType::kOffer, 2));
  CHECK(bench.asked() == Words{"create 1", "add a", "take offer"});
  bench.apply(description(DescriptionType::kCreateOffer, 1, "", LinkId("L2")));
  CHECK(bench.asked() == Words{"create 2", "add a", "set offer"});
}

TEST_CASE("peer set: their close ends a link at once, says nothing back, and its id is never opened again", "[peer][peer_set]") {
  Bench bench = answered();
  bench.apply(description(DescriptionType::kClose, 3));
  CHECK(bench.asked() == Words{"close 1"});
  CHECK(bench.said() == Words{"gone t-a", "closed by them"});
  bench.apply(description(DescriptionType::kOffer, 4));
  CHECK(bench.asked() == Words{});
  bench.apply(description(DescriptionType::kClose, 1, "", LinkId("never seen")));
  bench.apply(description(DescriptionType::kOffer, 2, "", LinkId("never seen")));
  CHECK(bench.asked() == Words{});
  CHECK(bench.said() == Words{});
}

TEST_CASE("peer set: a complete list closes what it leaves out, silently", "[peer][peer_set]") {
  Bench bench = answered();
  bench.set.apply({{kLink, kThem, std::nullopt, std::nullopt}}, true, bench.now, bench.effects);
  CHECK(bench.asked() == Words{});
  bench.set.apply({}, true, bench.now, bench.effects);
  CHECK(bench.asked() == Words{"close 1"});
  CHECK(bench.said() == Words{"gone t-a", "closed by them"});
}

TEST_CASE("peer set: links are bounded in number", "[peer][peer_set]") {
  Bench bench;
  for (int i = 0; i < 200; ++i) bench.apply(description(DescriptionType::kOffer, 2, "", LinkId("L" + std::to_string(i))));
  CHECK(bench.set.health().size() == 64);
}

TEST_CASE("peer set: close_all closes every connection and sends nothing", "[peer][peer_set]") {
  Bench bench = answered();
  bench.set.close_all(bench.effects);
  CHECK(bench.asked() == Words{"close 1"});
  CHECK(bench.said() == Words{"gone t-a", "closed by them"});
  CHECK_FALSE(bench.set.next_deadline());
}

TEST_CASE("peer set: answers of operations and connections that are gone are dropped and counted", "[peer][peer_set]") {
  Bench bench = answered();
  bench.report(input::RemoteDescriptionSet{PeerId{1}, OperationId{1}});
  bench.report(input::LocalDescriptionSet{PeerId{9}, OperationId{3}, "", {}});
  bench.report(input::PeerStats{PeerId{1}, OperationId{77}, 5});
  bench.report(input::PeerOperationFailed{PeerId{1}, OperationId{1}, "", ""});
  CHECK(bench.set.stale_answer_count() == 4);
  CHECK(bench.asked() == Words{});
  CHECK(bench.said() == Words{});
}

TEST_CASE("peer set: who is at the other end is known as soon as one update tells", "[peer][peer_set]") {
  Bench bench;
  LinkUpdate offer = description(DescriptionType::kOffer, 2);
  offer.remote = {};
  bench.apply(offer);
  CHECK(bench.set.health()[0].remote.empty());
  bench.apply(candidates("them", {}));
  CHECK(bench.set.health()[0].remote == kThem);
}

// ---- candidates -------------------------------------------------------------------------------------------------------------------------

TEST_CASE("peer set: candidates gathered early follow their description", "[peer][peer_set]") {
  Bench bench;
  bench.apply(description(DescriptionType::kOffer, 2));
  bench.remote_done();
  bench.asked();
  bench.report(input::IceCandidateGathered{PeerId{1}, {"1", std::string("0"), 0, "us"}});
  CHECK(bench.said() == Words{});
  bench.local_done();
  CHECK(bench.said() == Words{"send answer 2", "send ice us x1"});
  bench.report(input::IceCandidateGathered{PeerId{1}, {"2", std::string("0"), 0, "us"}});
  CHECK(bench.said() == Words{"send ice us x2"});
  bench.report(input::IceGatheringComplete{PeerId{1}});
  CHECK(bench.said() == Words{"send ice us x2 complete"});
}

TEST_CASE("peer set: their candidates wait for their description to be set", "[peer][peer_set]") {
  Bench bench;
  bench.apply(description(DescriptionType::kOffer, 2));
  bench.asked();
  bench.apply(candidates("them", {"1"}));
  CHECK(bench.asked() == Words{});
  bench.remote_done();
  CHECK(bench.asked() == Words{"set answer", "candidate 1"});
  bench.apply(candidates("them", {"1", "2"}));
  CHECK(bench.asked() == Words{"candidate 2"});
}

// ---- media ------------------------------------------------------------------------------------------------------------------------------

TEST_CASE("peer set: media arrives under the msid token of its section, also before the offer is reported set", "[peer][peer_set]") {
  Bench bench;
  bench.apply(description(DescriptionType::kOffer, 2, sdp_of({{"audio", "sendonly", "t-a"}, {"video", "recvonly", ""}}, "them")));
  bench.said();
  bench.report(input::TrackAdded{PeerId{1}, "0", TrackKind::kAudio});
  CHECK(bench.said() == Words{"arrived t-a at 0"});
  bench.report(input::TrackAdded{PeerId{1}, "0", TrackKind::kAudio});
  bench.report(input::TrackAdded{PeerId{1}, "1", TrackKind::kVideo});
  bench.report(input::TrackAdded{PeerId{1}, "no such mid", TrackKind::kVideo});
  CHECK(bench.said() == Words{});
}

TEST_CASE("peer set: a section that changes its track, falls silent or speaks again is told", "[peer][peer_set]") {
  Bench bench = answered();
  const auto renegotiate = [&](std::int64_t revision, const Line& line) {
    bench.apply(description(DescriptionType::kOffer, revision, sdp_of({line}, "them")));
    bench.remote_done();
    bench.local_done();
    Words words = bench.said();
    words.pop_back();  // our answer
    return words;
  };
  CHECK(renegotiate(3, {"audio", "sendrecv", "t-b"}) == Words{"gone t-a", "arrived t-b at 0"});
  CHECK(renegotiate(4, {"audio", "recvonly", ""}) == Words{"gone t-b"});
  CHECK(renegotiate(5, {"audio", "sendonly", "t-b"}) == Words{"arrived t-b at 0"});
  CHECK(renegotiate(6, {"audio", "sendrecv", "t-b"}) == Words{});
}

TEST_CASE("peer set: data arrives under its label, once", "[peer][peer_set]") {
  Bench bench = answered();
  bench.report(input::DataChannelAdded{PeerId{1}, "t-d"});
  bench.report(input::DataChannelAdded{PeerId{1}, "t-d"});
  CHECK(bench.said() == Words{"arrived t-d"});
}

// ---- trouble ----------------------------------------------------------------------------------------------------------------------------

TEST_CASE("peer set: health changes are told, and only changes", "[peer][peer_set]") {
  Bench bench = answered();
  const auto count = [&] {
    bench.said();
    std::size_t changes = 0;
    for (const peer::PeerEvent& event : bench.events) changes += std::holds_alternative<peer::HealthChanged>(event);
    return changes;
  };
  bench.change(Connection::kConnecting);
  CHECK(count() == 0);
  bench.change(Connection::kConnected);
  CHECK(count() == 1);
  bench.change(Connection::kConnected);
  CHECK(count() == 0);
}

TEST_CASE("peer set: lost media restarts ICE, and flowing bytes heal the link", "[peer][peer_set]") {
  Bench bench = connected();
  bench.pass(700_ms, false);
  bench.change(Connection::kDisconnected);
  bench.pass(1_s, false);
  CHECK(bench.health() == peer::Health::kSuspect);
  CHECK(bench.asked().empty());  // having answered once, it lets them go first
  bench.pass(1_s, false);
  CHECK(bench.asked() == Words{"set offer, restart"});
  bench.local_done("us2");
  CHECK(bench.said() == Words{"send offer 3"});
  bench.apply(description(DescriptionType::kAnswer, 3, sdp_of({{"audio", "sendrecv", "t-a"}}, "them2")));
  bench.remote_done();
  bench.change(Connection::kConnecting);
  bench.change(Connection::kConnected);
  CHECK(bench.health() == peer::Health::kSuspect);
  bench.asked();
  bench.pass(500_ms, true);
  CHECK(bench.health() == peer::Health::kHealthy);
  CHECK(bench.asked() == Words{"refresh video"});  // what was sent meanwhile is lost
  CHECK(bench.said() == Words{});
  bench.pass(5_s, true);
  CHECK(bench.asked().empty());
}

TEST_CASE("peer set: a link that is back asks for whole pictures at once, also where nothing is to come (sim seed 9)", "[peer][peer_set]") {
  Bench bench = connected();
  const auto requests = [&] {
    return std::count_if(bench.effects.begin(), bench.effects.end(),
                         [](const Effect& effect) { return std::holds_alternative<effect::RefreshVideo>(effect); });
  };
  bench.pass(4_s, false);
  REQUIRE(bench.health() == peer::Health::kSuspect);
  CHECK(requests() == 0);
  SECTION("bytes come in") { bench.pass(1_s, true); }
  SECTION("nothing is expected any more") { bench.set.set_expected_media({}, bench.effects); }
  CHECK(bench.health() == peer::Health::kHealthy);
  CHECK(requests() == 1);
  bench.pass(5_s, true);
  CHECK(requests() == 1);
}

TEST_CASE("peer set: bytes stop on a link that is still called connected: restart, then another link", "[peer][peer_set]") {
  Bench bench = connected();
  bench.pass(4_s, false);
  CHECK(bench.health() == peer::Health::kSuspect);
  const Words asked = bench.asked();
  CHECK(asked.back() == "set offer, restart");
  bench.local_done("us2");
  bench.apply(description(DescriptionType::kAnswer, 3, sdp_of({{"audio", "sendrecv", "t-a"}}, "them2")));
  bench.remote_done();
  bench.said();
  bench.pass(8100_ms, false);
  CHECK(bench.said() == Words{"send close 4", "gone t-a", "closed by us"});
  CHECK(bench.set.health().empty());
}

TEST_CASE("peer set: signaling down: no restart goes out, nothing is replaced; up: at once", "[peer][peer_set]") {
  Bench bench = connected();
  bench.set.set_signaling(false, bench.now, bench.effects);
  bench.change(Connection::kFailed);
  bench.pass(60_s, false);
  CHECK(bench.asked() == Words{});
  CHECK(bench.said() == Words{});
  CHECK(bench.health() == peer::Health::kFailed);
  bench.set.set_signaling(true, bench.now, bench.effects);
  CHECK(bench.said() == Words{"send close 3", "gone t-a", "closed by us"});
}

TEST_CASE("peer set: media that are new on a link are not missed before they have come", "[peer][peer_set]") {
  Bench bench = answered();
  bench.set.set_expected_media({SignaledId("t-a")}, bench.effects);
  bench.change(Connection::kConnected);
  bench.pass(3_s, true);
  bench.set.set_expected_media({}, bench.effects);
  bench.apply(description(DescriptionType::kOffer, 3, sdp_of({{"audio", "sendrecv", "t-b"}}, "them")));
  bench.remote_done();
  bench.local_done();
  REQUIRE(bench.said() == Words{"gone t-a", "arrived t-b at 0", "send answer 3"});
  bench.set.set_expected_media({SignaledId("t-b")}, bench.effects);
  bench.pass(10_s, false);
  CHECK(bench.health() == peer::Health::kHealthy);
}

TEST_CASE("peer set: media that were unpublished while signaling was away are not missed (sim seed 81626)", "[peer][peer_set]") {
  Bench bench;
  bench.apply(description(DescriptionType::kOffer, 2, sdp_of({{"audio", "sendrecv", "t-a"}, {"audio", "sendrecv", "t-b"}}, "them")));
  bench.remote_done();
  bench.local_done();
  for (const char* mid : {"0", "1"}) bench.report(input::TrackAdded{PeerId{1}, mid, TrackKind::kAudio});
  bench.set.set_expected_media({SignaledId("t-a"), SignaledId("t-b")}, bench.effects);
  bench.change(Connection::kConnected);
  bench.pass(3_s, true);
  bench.set.set_signaling(false, bench.now, bench.effects);
  bench.pass(GENERATE(1500_ms, 3_s), false);
  SECTION("one is left, and has not begun") {
    bench.set.set_expected_media({SignaledId("t-b")}, bench.effects);
    bench.set.set_signaling(true, bench.now, bench.effects);
    CHECK(bench.health() == peer::Health::kHealthy);
    bench.pass(1500_ms, false);
    CHECK(bench.health() == peer::Health::kHealthy);
    SECTION("it does") {
      bench.pass(3_s, true);
      CHECK(bench.health() == peer::Health::kHealthy);
    }
    SECTION("it does not") {
      bench.pass(1500_ms, false);
      CHECK(bench.health() == peer::Health::kSuspect);
    }
  }
  SECTION("both are there") {
    bench.set.set_signaling(true, bench.now, bench.effects);
    CHECK(bench.health() == peer::Health::kSuspect);
  }
}

TEST_CASE("peer set: a short loss of signaling with the media: the restart goes out when it is back", "[peer][peer_set]") {
  Bench bench = connected();
  bench.set.set_signaling(false, bench.now, bench.effects);
  bench.change(Connection::kFailed);
  bench.pass(5_s, false);
  bench.set.set_signaling(true, bench.now, bench.effects);
  CHECK(bench.asked() == Words{"set offer, restart"});
}

TEST_CASE("peer set: a link that heals while signaling is down is not restarted any more", "[peer][peer_set]") {
  Bench bench = connected();
  bench.set.set_signaling(false, bench.now, bench.effects);
  bench.change(Connection::kFailed);
  bench.pass(1_s, false);
  bench.change(Connection::kConnected);
  bench.pass(1_s, true);
  REQUIRE(bench.health() == peer::Health::kHealthy);
  bench.set.set_signaling(true, bench.now, bench.effects);
  CHECK(bench.asked() == Words{"refresh video"});
}

TEST_CASE("peer set: a close that the server never heard is said again when it lists the link", "[peer][peer_set]") {
  Bench bench = connected();
  bench.set.set_limit(1_s);
  bench.change(Connection::kFailed);
  bench.pass(2_s, false);
  REQUIRE(bench.said() == Words{"send close 3", "gone t-a", "closed by us"});
  bench.asked();
  bench.apply(description(DescriptionType::kOffer, 3));
  CHECK(bench.said() == Words{});  // it may have crossed our close
  bench.set.apply({description(DescriptionType::kOffer, 3)}, true, bench.now, bench.effects);
  CHECK(bench.said() == Words{"send close 3"});
  CHECK(bench.asked() == Words{});
}

TEST_CASE("peer set: a connection the browser cannot make is replaced, ever more slowly", "[peer][peer_set]") {
  Bench bench;
  std::vector<std::int64_t> pauses;
  for (std::uint32_t n = 1; n <= 9; ++n) {
    bench.apply(description(DescriptionType::kCreateOffer, 1, "", LinkId("L" + std::to_string(n))));
    const Instant failed = bench.now;
    bench.report(input::PeerOperationFailed{PeerId{n}, OperationId{}, "UnknownError", "too many"});
    while (!bench.set.health().empty()) {
      REQUIRE(bench.health() == peer::Health::kFailed);
      REQUIRE(bench.set.next_deadline());
      bench.now = *bench.set.next_deadline();
      bench.set.handle_timers(bench.now, bench.effects);
    }
    pauses.push_back((bench.now - failed).count);
    CHECK(bench.said() == Words{"send close 2", "closed by us"});
  }
  CHECK(pauses == std::vector<std::int64_t>{0, 1000, 2000, 4000, 8000, 16000, 32000, 32000, 32000});
}

TEST_CASE("peer set: glare that costs one link after the other is no failure, and no reason to wait (sim seed 264946)",
          "[peer][peer_set]") {
  Bench bench;
  bench.set.set_local_tracks({{SignaledId("t-us"), TrackKind::kAudio, "us"}}, bench.now, bench.effects);
  for (std::uint32_t n = 1; n <= 3; ++n) {
    const LinkId link("L" + std::to_string(n));
    const std::string offer = sdp_of({{"audio", "sendrecv", "t-a"}}, "them");
    bench.apply(description(DescriptionType::kOffer, 2, offer, link));
    bench.remote_done(PeerId{n});
    bench.local_done("us", PeerId{n});
    bench.local_done("us", PeerId{n});
    REQUIRE(bench.said() == Words{"send answer 2", "send offer 3"});
    bench.apply(description(DescriptionType::kOffer, 3, offer, link));
    CHECK(bench.said() == Words{"send close 4", "closed by us"});
    CHECK(bench.set.health().empty());
  }
}

TEST_CASE("peer set: the time that a replacement took to fail counts as its pause", "[peer][peer_set]") {
  Bench bench;
  for (std::uint32_t n = 1; n <= 5; ++n) {
    bench.apply(description(DescriptionType::kCreateOffer, 1, "", LinkId("L" + std::to_string(n))));
    bench.local_done("us", PeerId{n});
    bench.apply(description(DescriptionType::kAnswer, 1, sdp_of({{"audio", "sendrecv", "t-a"}}, "them"), LinkId("L" + std::to_string(n))));
    bench.remote_done(PeerId{n});
    bench.change(Connection::kConnecting, PeerId{n});
    bench.said();
    bench.pass(11_s, false);
    bench.change(Connection::kFailed, PeerId{n});
    bench.set.handle_timers(bench.now, bench.effects);
    CHECK(bench.said() == Words{"send close 3", "closed by us"});
  }
}

TEST_CASE("peer set: a first connection that fails before it was sent is closed without a word", "[peer][peer_set]") {
  Bench bench;
  bench.set.open_initial(bench.now, bench.effects);
  for (int i = 0; i < 3; ++i) bench.fail();
  CHECK(bench.said() == Words{"closed by us"});
}

TEST_CASE("peer set: DTLS that failed is told as such, and the link replaced", "[peer][peer_set]") {
  Bench bench = answered();
  bench.set.set_signaling(false, bench.now, bench.effects);
  bench.report(input::IceConnectionStateChanged{PeerId{1}, input::IceConnectionState::kConnected});
  bench.change(Connection::kFailed);
  CHECK(bench.set.health()[0].dtls_failed);
  bench.set.set_signaling(true, bench.now, bench.effects);
  CHECK(bench.said() == Words{"send close 3", "gone t-a", "closed by us"});
}

TEST_CASE("peer set: reports of a connection that was given up change nothing", "[peer][peer_set]") {
  Bench bench;
  bench.apply(description(DescriptionType::kOffer, 2));
  bench.set.set_signaling(false, bench.now, bench.effects);
  bench.fail();
  bench.asked();
  REQUIRE(bench.health() == peer::Health::kFailed);
  bench.change(Connection::kConnected);
  bench.apply(candidates("them", {"1"}));
  bench.report(input::IceCandidateGathered{PeerId{1}, {"1", std::string("0"), 0, "us"}});
  bench.pass(60_s, true);
  CHECK(bench.health() == peer::Health::kFailed);
  CHECK(bench.asked() == Words{});
  CHECK(bench.said() == Words{});
  bench.apply(description(DescriptionType::kClose, 3));
  CHECK(bench.said() == Words{"closed by them"});
}

TEST_CASE("peer set: waking up concludes nothing from the time asleep", "[peer][peer_set]") {
  Bench bench = connected();
  bench.now = bench.now + 60_s;
  bench.set.wake(bench.now, bench.effects);
  bench.pass(2_s, false);
  CHECK(bench.health() == peer::Health::kHealthy);
}

// ---- stats that do not come --------------------------------------------------------------------------------------------------------

TEST_CASE("peer set: a browser slower than the polls is asked one at a time, and its answers count (sim seed 1169)", "[peer][peer_set]") {
  Bench bench = connected();
  std::vector<OperationId> asked;
  const auto wait = [&](Millis time) {
    for (const Instant end = bench.now + time; bench.now < end;) {
      bench.now = bench.now + 100_ms;
      bench.set.handle_timers(bench.now, bench.effects);
    }
    for (const Effect& effect : std::exchange(bench.effects, {}))
      if (const auto* get = std::get_if<effect::GetStats>(&effect)) asked.push_back(get->op);
  };
  wait(2_s);
  REQUIRE(asked.size() == 1);
  bench.report(input::PeerStats{PeerId{1}, asked[0], bench.bytes + 1});
  CHECK(bench.set.stale_answer_count() == 0);
  wait(600_ms);
  REQUIRE(asked.size() == 2);
  bench.report(input::PeerOperationFailed{PeerId{1}, asked[1], "InvalidStateError", "no"});
  CHECK(bench.set.stale_answer_count() == 0);
  wait(600_ms);
  CHECK(asked.size() == 3);
}

TEST_CASE("peer set: a promise that never settles does not stop a link for ever (sim seed 1169)", "[peer][peer_set]") {
  Bench bench = connected();
  for (int i = 0; i < 120; ++i) {
    bench.now = bench.now + 100_ms;
    bench.set.handle_timers(bench.now, bench.effects);  // GetStats is never answered
  }
  CHECK(bench.said() == Words{"send close 3", "gone t-a", "closed by us"});
}

TEST_CASE("peer set: … nor where nothing is expected any more by then (sim seed 6397)", "[peer][peer_set]") {
  Bench bench = connected();
  const auto wait = [&](Millis time) {
    for (const Instant end = bench.now + time; bench.now < end;) {
      bench.now = bench.now + 100_ms;
      bench.set.handle_timers(bench.now, bench.effects);
    }
  };
  wait(600_ms);  // GetStats is never answered
  bench.set.set_expected_media({}, bench.effects);
  wait(5_s);
  bench.set.wake(bench.now, bench.effects);
  wait(9_s);
  CHECK(bench.said() == Words{});
  wait(2_s);
  CHECK(bench.said() == Words{"send close 3", "gone t-a", "closed by us"});
}
