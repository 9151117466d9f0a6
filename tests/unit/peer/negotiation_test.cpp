#include "peer/negotiation.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace holdfast;
using backend::Description;
using backend::DescriptionType;
using backend::TrackKind;
using peer::Negotiation;
using State = Negotiation::State;

namespace {

using Words = std::vector<std::string>;

const backend::LocalTrack kAudio{SignaledId("audio"), TrackKind::kAudio, "a"};
const backend::LocalTrack kVideo{SignaledId("video"), TrackKind::kVideo, "v"};
const backend::LocalTrack kSecond{SignaledId("second"), TrackKind::kVideo, "w"};
const backend::LocalTrack kData{SignaledId("data"), TrackKind::kData, "d"};

struct Line {
  std::string media;  // audio, video, application
  std::string direction;
  std::string sends;  // id of the local track on the transceiver
};

// A description of sections with the mids 0, 1, 2 …
std::string sdp_of(const std::vector<Line>& lines, const std::string& ufrag) {
  std::string text = "v=0\r\n";
  int mid = 0;
  for (const Line& line : lines) {
    text +=
        "m=" + line.media + " 9 X 0\r\na=ice-ufrag:" + ufrag + "\r\na=mid:" + std::to_string(mid++) + "\r\na=" + line.direction + "\r\n";
    if (!line.sends.empty()) text += "a=msid:- browser-" + line.sends + "\r\n";
  }
  return text;
}

// One negotiation and a browser that does nothing until told how an operation ended.
struct Bench {
  std::shared_ptr<std::uint32_t> operations = std::make_shared<std::uint32_t>(0);  // shared by copies of this bench
  Effects effects;
  Negotiation negotiation{PeerId{7}, *operations};
  OperationId last_operation;

  // What was asked of the browser since the last call; logs left out.
  Words asked() {
    Words words;
    for (const Effect& effect : std::exchange(effects, {})) {
      if (const auto* add = std::get_if<effect::AddTrack>(&effect))
        words.push_back("add " + add->id.value + (add->mid.empty() ? "" : " at " + add->mid));
      if (const auto* remove = std::get_if<effect::RemoveTrack>(&effect)) words.push_back("remove " + remove->id.value);
      if (const auto* add = std::get_if<effect::AddDataChannel>(&effect)) words.push_back("add " + add->id.value);
      if (const auto* remove = std::get_if<effect::RemoveDataChannel>(&effect)) words.push_back("remove " + remove->id.value);
      if (std::holds_alternative<effect::ClosePeer>(effect)) words.push_back("close");
      if (const auto* set = std::get_if<effect::SetLocalDescription>(&effect)) {
        constexpr const char* kTypes[] = {"set offer", "set answer", "roll back"};
        words.push_back(std::string(kTypes[static_cast<int>(set->type)]) + (set->ice_restart ? ", restart" : "") +
                        (set->receive_media ? ", receive" : ""));
        last_operation = set->op;
      }
      if (const auto* set = std::get_if<effect::SetRemoteDescription>(&effect)) {
        words.push_back(set->type == DescriptionType::kOffer ? "take offer" : "take answer");
        last_operation = set->op;
      }
    }
    REQUIRE(negotiation.is_consistent());
    return words;
  }

  Words hear(DescriptionType type, std::int64_t revision, const std::vector<Line>& lines = {{"audio", "sendrecv", ""}},
             const std::string& ufrag = "them") {
    negotiation.apply({type, revision, sdp_of(lines, ufrag)}, effects);
    return asked();
  }
  Words local_done(const std::vector<Line>& lines = {{"audio", "recvonly", ""}, {"video", "recvonly", ""}},
                   const std::string& ufrag = "us") {
    input::LocalDescriptionSet report{PeerId{7}, last_operation, lines.empty() ? "" : sdp_of(lines, ufrag), {}};
    for (std::size_t mid = 0; mid < lines.size(); ++mid) {
      if (lines[mid].media == "application") continue;
      report.transceivers.push_back(
          {std::to_string(mid), lines[mid].media == "audio" ? TrackKind::kAudio : TrackKind::kVideo, SignaledId(lines[mid].sends)});
    }
    REQUIRE(negotiation.handle(report, effects));
    return asked();
  }
  Words remote_done() {
    REQUIRE(negotiation.handle(input::RemoteDescriptionSet{PeerId{7}, last_operation}, effects));
    return asked();
  }
  Words rolled_back() { return local_done({}); }
  Words fail() {
    REQUIRE(negotiation.handle(input::PeerOperationFailed{PeerId{7}, last_operation, "OperationError", "no"}, effects));
    return asked();
  }
  Words want(const std::vector<backend::LocalTrack>& tracks) {
    negotiation.set_tracks(tracks, effects);
    return asked();
  }
  Words request_offer() {
    negotiation.request_offer(effects);
    return asked();
  }
  Words restart() {
    negotiation.request_restart(effects);
    return asked();
  }
  Words signaling(bool up) {
    negotiation.set_signaling(up, effects);
    return asked();
  }
  // Type and revision of what is to be sent, "nothing" if nothing is.
  std::string said() {
    const auto description = negotiation.take_description();
    if (!description) return "nothing";
    return (description->type == DescriptionType::kOffer ? "offer " : "answer ") + std::to_string(description->revision);
  }
  State state() const { return negotiation.state(); }
};

const std::vector<Line> kNoTracks{{"audio", "recvonly", ""}, {"video", "recvonly", ""}};

// An offer of ours is out: revision 1.
Bench with_first_offer() {
  Bench bench;
  bench.request_offer();
  bench.local_done();
  REQUIRE(bench.said() == "offer 1");
  return bench;
}

// Agreed on revision 1, an offer of ours without tracks.
Bench agreed() {
  Bench bench = with_first_offer();
  bench.hear(DescriptionType::kAnswer, 1);
  bench.remote_done();
  REQUIRE(bench.state() == State::kStable);
  return bench;
}

// Agreed on 1, and offer 2 of ours is out.
Bench with_later_offer() {
  Bench bench = agreed();
  bench.request_offer();
  bench.local_done();
  REQUIRE(bench.said() == "offer 2");
  return bench;
}

}  // namespace

// ---- the first exchange ---------------------------------------------------------------------------------------------------------------

TEST_CASE("negotiation: the first offer asks to receive audio and video, and has revision 1", "[peer][negotiation]") {
  Bench bench;
  CHECK(bench.request_offer() == Words{"set offer, receive"});
  CHECK(bench.state() == State::kSettingLocalOffer);
  CHECK(bench.said() == "nothing");
  CHECK(bench.local_done() == Words{});
  CHECK(bench.said() == "offer 1");
  CHECK(bench.hear(DescriptionType::kAnswer, 1) == Words{"take answer"});
  CHECK(bench.remote_done() == Words{});
  CHECK(bench.state() == State::kStable);
  CHECK(bench.negotiation.is_settled());
  CHECK(bench.said() == "nothing");
}

TEST_CASE("negotiation: create-offer r makes an offer with revision r + 1", "[peer][negotiation]") {
  Bench bench;
  CHECK(bench.hear(DescriptionType::kCreateOffer, 1) == Words{"set offer, receive"});
  bench.local_done();
  CHECK(bench.said() == "offer 2");
}

TEST_CASE("negotiation: an offer is answered with its own revision", "[peer][negotiation]") {
  Bench bench;
  CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{"take offer"});
  CHECK(bench.remote_done() == Words{"set answer"});
  CHECK(bench.local_done() == Words{});
  CHECK(bench.said() == "answer 2");
  CHECK(bench.state() == State::kStable);
}

TEST_CASE("negotiation: a pranswer ends the negotiation like an answer", "[peer][negotiation]") {
  Bench bench = with_first_offer();
  CHECK(bench.hear(DescriptionType::kPranswer, 1) == Words{"take answer"});
  bench.remote_done();
  CHECK(bench.state() == State::kStable);
  CHECK(bench.hear(DescriptionType::kAnswer, 1) == Words{});
}

TEST_CASE("negotiation: the text sent names our track in each sending section", "[peer][negotiation]") {
  Bench bench;
  bench.want({kAudio});
  bench.request_offer();
  bench.local_done({{"audio", "sendrecv", "audio"}, {"video", "recvonly", ""}});
  const auto description = bench.negotiation.take_description();
  REQUIRE(description);
  CHECK(description->sdp.find("a=msid:- audio\r\n") != std::string::npos);
  CHECK(description->sdp.find("browser-") == std::string::npos);
}

// ---- what is dropped and what waits ---------------------------------------------------------------------------------------------------

TEST_CASE("negotiation: what was agreed on is never taken again", "[peer][negotiation]") {
  for (Bench bench : {agreed(), with_later_offer()}) {
    const State before = bench.state();
    for (const DescriptionType type : {DescriptionType::kOffer, DescriptionType::kCreateOffer, DescriptionType::kAnswer})
      CHECK(bench.hear(type, 1) == Words{});
    CHECK(bench.state() == before);
    CHECK(bench.said() == "nothing");
  }
}

TEST_CASE("negotiation: an answer counts for the open offer only", "[peer][negotiation]") {
  Bench bench = with_later_offer();
  CHECK(bench.hear(DescriptionType::kAnswer, 3) == Words{});
  CHECK(bench.state() == State::kHaveLocalOffer);
  CHECK(bench.hear(DescriptionType::kAnswer, 2) == Words{"take answer"});
}

TEST_CASE("negotiation: in the first negotiation their offer waits for the answer to ours", "[peer][negotiation]") {
  Bench bench = with_first_offer();
  CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{});
  CHECK(bench.state() == State::kHaveLocalOffer);
  CHECK(bench.hear(DescriptionType::kAnswer, 1) == Words{"take answer"});
  CHECK(bench.remote_done() == Words{"take offer"});
  CHECK(bench.remote_done() == Words{"set answer"});
  bench.local_done();
  CHECK(bench.said() == "answer 2");
}

TEST_CASE("negotiation: create-offer waits while an offer is out", "[peer][negotiation]") {
  Bench bench = with_first_offer();
  CHECK(bench.hear(DescriptionType::kCreateOffer, 4) == Words{});
  bench.hear(DescriptionType::kAnswer, 1);
  CHECK(bench.remote_done() == Words{"set offer, receive"});
  bench.local_done();
  CHECK(bench.said() == "offer 5");
}

TEST_CASE("negotiation: while the browser is busy the newest description waits", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.hear(DescriptionType::kOffer, 4) == Words{});
  CHECK(bench.hear(DescriptionType::kOffer, 3) == Words{});
  CHECK(bench.hear(DescriptionType::kCreateOffer, 2) == Words{});
  CHECK(bench.remote_done() == Words{"set answer"});
  CHECK(bench.hear(DescriptionType::kOffer, 3) == Words{});
  CHECK(bench.local_done() == Words{"take offer"});
  CHECK(bench.said() == "answer 2");
  bench.remote_done();
  bench.local_done();
  CHECK(bench.said() == "answer 4");
}

TEST_CASE("negotiation: answers to operations that nobody waits for are refused", "[peer][negotiation]") {
  Bench bench = with_first_offer();
  const OperationId old = bench.last_operation;
  CHECK_FALSE(bench.negotiation.handle(input::LocalDescriptionSet{PeerId{7}, old, "v=0\r\n", {}}, bench.effects));
  CHECK_FALSE(bench.negotiation.handle(input::LocalDescriptionSet{PeerId{7}, OperationId{}, "v=0\r\n", {}}, bench.effects));
  bench.hear(DescriptionType::kAnswer, 1);
  CHECK_FALSE(bench.negotiation.handle(input::RemoteDescriptionSet{PeerId{7}, old}, bench.effects));
  CHECK_FALSE(bench.negotiation.handle(input::PeerOperationFailed{PeerId{7}, old, "", ""}, bench.effects));
  // The right number, but of the other kind.
  CHECK_FALSE(bench.negotiation.handle(input::LocalDescriptionSet{PeerId{7}, bench.last_operation, "v=0\r\n", {}}, bench.effects));
  CHECK(bench.state() == State::kSettingRemoteAnswer);
  CHECK(bench.asked() == Words{});
}

TEST_CASE("negotiation: close ends it in every state, and nothing follows", "[peer][negotiation]") {
  Bench busy = agreed();
  busy.hear(DescriptionType::kOffer, 2);
  Bench answering = agreed();
  answering.hear(DescriptionType::kOffer, 2);
  answering.remote_done();
  Bench rolling = with_later_offer();
  rolling.hear(DescriptionType::kOffer, 2);
  Bench offering;
  offering.request_offer();
  Bench finishing = with_first_offer();
  finishing.hear(DescriptionType::kAnswer, 1);
  for (Bench bench : {Bench(), with_first_offer(), agreed(), busy, answering, rolling, offering, finishing}) {
    const OperationId in_flight = bench.last_operation;
    CHECK(bench.hear(DescriptionType::kClose, 9) == Words{"close"});
    CHECK(bench.negotiation.is_closed());
    CHECK_FALSE(bench.negotiation.is_broken());
    CHECK_FALSE(bench.negotiation.handle(input::LocalDescriptionSet{PeerId{7}, in_flight, "v=0\r\n", {}}, bench.effects));
    CHECK_FALSE(bench.negotiation.handle(input::RemoteDescriptionSet{PeerId{7}, in_flight}, bench.effects));
    CHECK_FALSE(bench.negotiation.handle(input::PeerOperationFailed{PeerId{7}, in_flight, "", ""}, bench.effects));
    for (const DescriptionType type :
         {DescriptionType::kOffer, DescriptionType::kCreateOffer, DescriptionType::kAnswer, DescriptionType::kClose})
      CHECK(bench.hear(type, 20) == Words{});
    CHECK(bench.want({kAudio, kData}) == Words{});
    CHECK(bench.request_offer() == Words{});
    CHECK(bench.said() == "nothing");
  }
}

// ---- glare ----------------------------------------------------------------------------------------------------------------------------

TEST_CASE("negotiation: glare: roll back, answer theirs; ours again only if something is still missing", "[peer][negotiation]") {
  Bench bench = with_later_offer();
  CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{"roll back"});
  CHECK(bench.rolled_back() == Words{"take offer"});
  CHECK(bench.remote_done() == Words{"set answer"});
  CHECK(bench.local_done() == Words{});
  CHECK(bench.said() == "answer 2");
}

TEST_CASE("negotiation: glare: a track that their offer has no room for is offered again", "[peer][negotiation]") {
  Bench bench = agreed();
  CHECK(bench.want({kVideo}) == Words{"add video at 1", "set offer"});
  bench.local_done({{"audio", "recvonly", ""}, {"video", "sendrecv", "video"}});
  REQUIRE(bench.said() == "offer 2");
  bench.hear(DescriptionType::kOffer, 2);
  bench.rolled_back();
  bench.remote_done();
  CHECK(bench.local_done({{"audio", "recvonly", ""}, {"video", "recvonly", "video"}}) == Words{"set offer"});
  CHECK(bench.said() == "answer 2");
  bench.local_done({{"audio", "recvonly", ""}, {"video", "sendrecv", "video"}});
  CHECK(bench.said() == "offer 3");
}

TEST_CASE("negotiation: glare: an offer of ours that was still being made is never sent", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.request_offer();
  CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{});
  CHECK(bench.local_done() == Words{"roll back"});
  CHECK(bench.said() == "nothing");
  CHECK(bench.rolled_back() == Words{"take offer"});
}

TEST_CASE("negotiation: glare at an end that has only answered costs the link, not the picture", "[peer][negotiation]") {
  Bench bench;
  bench.hear(DescriptionType::kOffer, 1);
  bench.remote_done();
  bench.local_done();
  bench.request_offer();
  SECTION("our offer is out") {
    bench.local_done();
    CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{"close"});
  }
  SECTION("our offer is being made") {
    bench.hear(DescriptionType::kOffer, 2);
    CHECK(bench.local_done() == Words{"close"});
  }
  CHECK(bench.state() == State::kClosed);
}

TEST_CASE("negotiation: a first offer that was being made goes out, theirs waits", "[peer][negotiation]") {
  Bench bench;
  bench.request_offer();
  CHECK(bench.hear(DescriptionType::kOffer, 1) == Words{});
  CHECK(bench.local_done() == Words{});
  CHECK(bench.said() == "offer 1");
  CHECK(bench.state() == State::kHaveLocalOffer);
}

TEST_CASE("negotiation: more comes in during the rollback: the newest is taken", "[peer][negotiation]") {
  Bench bench = with_later_offer();
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.hear(DescriptionType::kCreateOffer, 2) == Words{});
  CHECK(bench.hear(DescriptionType::kOffer, 3) == Words{});
  CHECK(bench.hear(DescriptionType::kAnswer, 2) == Words{});
  CHECK(bench.rolled_back() == Words{"take offer"});
  bench.remote_done();
  bench.local_done();
  CHECK(bench.said() == "answer 3");
}

// ---- when an offer is needed ----------------------------------------------------------------------------------------------------------

TEST_CASE("negotiation: an answer that carries our tracks needs no second round", "[peer][negotiation]") {
  Bench bench;
  CHECK(bench.want({kAudio, kVideo}) == Words{"add audio", "add video"});
  bench.hear(DescriptionType::kOffer, 2);
  bench.remote_done();
  CHECK(bench.local_done({{"audio", "sendrecv", "audio"}, {"video", "sendrecv", "video"}}) == Words{});
  CHECK(bench.said() == "answer 2");
  CHECK(bench.negotiation.is_settled());
}

TEST_CASE("negotiation: an answer that lacks one of our tracks is followed by an offer", "[peer][negotiation]") {
  Bench bench;
  bench.want({kAudio, kVideo});
  bench.hear(DescriptionType::kOffer, 2);
  bench.remote_done();
  CHECK(bench.local_done({{"audio", "sendrecv", "audio"}}) == Words{"set offer"});
  CHECK(bench.said() == "answer 2");
}

TEST_CASE("negotiation: publishing reuses an idle transceiver of the kind, else asks for a new one", "[peer][negotiation]") {
  Bench bench = agreed();
  CHECK(bench.want({kVideo, kSecond}) == Words{"add video at 1", "add second", "set offer"});
}

TEST_CASE("negotiation: two tracks never share a transceiver (simulated ends, seeds 6, 13, 68, 97)", "[peer][negotiation]") {
  Bench bench;
  bench.signaling(false);
  CHECK(bench.want({kVideo}) == Words{"add video"});  // where it sits only the next description tells …
  bench.hear(DescriptionType::kOffer, 2);
  bench.remote_done();
  bench.local_done(kNoTracks);  // … and this one was made without it
  CHECK(bench.want({kVideo, kSecond}) == Words{"add second"});
}

TEST_CASE("negotiation: unpublishing is offered, and once that is agreed on its transceiver serves the next track", "[peer][negotiation]") {
  Bench bench;
  bench.want({kVideo});
  bench.request_offer();
  bench.local_done({{"video", "sendrecv", "video"}});
  bench.hear(DescriptionType::kAnswer, 1);
  bench.remote_done();
  CHECK(bench.want({}) == Words{"remove video", "set offer, receive"});
  bench.local_done({{"video", "recvonly", ""}});
  bench.hear(DescriptionType::kAnswer, 2);
  CHECK(bench.remote_done() == Words{});
  CHECK(bench.want({kSecond}) == Words{"add second at 0", "set offer"});
}

TEST_CASE("negotiation: a section never goes on sending with another track (simulated official peers, seeds 239, 809, 1449; sim seed 1346)",
          "[peer][negotiation]") {
  Bench bench;
  bench.want({kVideo});
  bench.request_offer();
  bench.local_done({{"video", "sendrecv", "video"}});
  SECTION("removed and not agreed on yet: the next one waits until the section has stopped") {
    bench.hear(DescriptionType::kAnswer, 1);
    bench.remote_done();
    bench.want({});
    CHECK(bench.want({kSecond}) == Words{});
    bench.local_done({{"video", "recvonly", ""}});
    bench.hear(DescriptionType::kAnswer, 2);
    CHECK(bench.remote_done() == Words{"add second at 0", "set offer"});
  }
  SECTION("offered, removed, and not answered yet: the next one waits for the answer, and has a section of its own") {
    CHECK(bench.want({kSecond}) == Words{"remove video"});
    bench.hear(DescriptionType::kAnswer, 1);
    CHECK(bench.remote_done() == Words{"add second", "set offer"});
  }
}

TEST_CASE("negotiation: a section that stops with an answer of ours serves nothing else before the next round (sim seed 54082)",
          "[peer][negotiation]") {
  Bench bench;
  bench.want({kVideo});
  bench.request_offer();
  bench.local_done({{"video", "sendrecv", "video"}});
  bench.hear(DescriptionType::kAnswer, 1);
  bench.remote_done();
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.want({}) == Words{"remove video"});
  bench.remote_done();
  bench.local_done({{"video", "recvonly", ""}});  // the answer may never arrive
  CHECK(bench.want({kSecond}) == Words{"add second", "set offer"});
  bench.local_done({{"video", "recvonly", ""}, {"video", "sendrecv", "second"}});
  bench.hear(DescriptionType::kAnswer, 3);
  bench.remote_done();
  CHECK(bench.want({kSecond, kVideo}) == Words{"add video at 0", "set offer"});
}

TEST_CASE("negotiation: a section of an offer that was taken back serves nothing else before the next round (sim seed 748321)",
          "[peer][negotiation]") {
  Bench bench = agreed();
  bench.want({kVideo});
  bench.local_done({{"audio", "recvonly", ""}, {"video", "sendrecv", "video"}});
  REQUIRE(bench.said() == "offer 2");
  CHECK(bench.want({kSecond}) == Words{"remove video"});
  CHECK(bench.hear(DescriptionType::kOffer, 3) == Words{"roll back"});  // they have answered, and the answer was lost
  CHECK(bench.rolled_back() == Words{"take offer"});
  CHECK(bench.remote_done() == Words{"set answer"});
  CHECK(bench.local_done() == Words{"add second at 1", "set offer"});
  CHECK(bench.said() == "answer 3");
}

TEST_CASE("negotiation: data needs an offer only while there is no section for it", "[peer][negotiation]") {
  Bench bench = agreed();
  CHECK(bench.want({kData}) == Words{"add data", "set offer, receive"});
  bench.local_done({{"audio", "recvonly", ""}, {"video", "recvonly", ""}, {"application", "sendrecv", ""}});
  bench.hear(DescriptionType::kAnswer, 2);
  CHECK(bench.remote_done() == Words{});
  backend::LocalTrack more = kData;
  more.id = SignaledId("more");
  CHECK(bench.want({kData, more}) == Words{"add more"});
  CHECK(bench.want({more}) == Words{"remove data"});
}

TEST_CASE("negotiation: mute and priority are no reason to negotiate", "[peer][negotiation]") {
  Bench bench;
  bench.want({kAudio});
  bench.request_offer();
  bench.local_done({{"audio", "sendrecv", "audio"}});
  bench.hear(DescriptionType::kAnswer, 1);
  bench.remote_done();
  backend::LocalTrack muted = kAudio;
  muted.enabled = false;
  muted.priority = backend::Priority::kHigh;
  CHECK(bench.want({muted}) == Words{});
}

TEST_CASE("negotiation: a track that the browser cannot send is not offered for ever", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.want({kVideo});
  int offers = 0;
  for (; bench.state() == State::kSettingLocalOffer; ++offers) {
    REQUIRE(offers < 10);
    bench.local_done(kNoTracks);
    bench.hear(DescriptionType::kAnswer, offers + 2);
    bench.remote_done();
  }
  CHECK(offers == 2);
  CHECK(bench.want({kVideo, kSecond}) == Words{"add second", "set offer"});
}

TEST_CASE("negotiation: their offers that leave our track out do not use up our own", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.signaling(false);
  bench.want({kVideo, kSecond});
  for (std::int64_t revision = 2; revision < 6; ++revision) {
    bench.hear(DescriptionType::kOffer, revision);
    bench.remote_done();
    bench.local_done(kNoTracks);
  }
  CHECK(bench.signaling(true) == Words{"set offer"});
}

TEST_CASE("negotiation: while signaling is down what runs is finished, and no offer begins", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.signaling(false) == Words{});
  CHECK(bench.want({kVideo}) == Words{});
  CHECK(bench.remote_done() == Words{"set answer"});
  CHECK(bench.local_done({{"audio", "recvonly", ""}, {"video", "recvonly", ""}}) == Words{"add video at 1"});
  CHECK(bench.said() == "answer 2");
  CHECK(bench.signaling(true) == Words{"set offer"});
}

// ---- ICE restart ----------------------------------------------------------------------------------------------------------------------

TEST_CASE("negotiation: a restart is an offer, and done once when it is agreed on", "[peer][negotiation]") {
  Bench bench = agreed();
  CHECK(bench.restart() == Words{"set offer, restart, receive"});
  CHECK(bench.restart() == Words{});
  bench.local_done(kNoTracks, "us2");
  CHECK(bench.negotiation.local_ufrag() == "us2");
  CHECK(bench.restart() == Words{});
  CHECK(bench.negotiation.restart_count() == 0);
  bench.hear(DescriptionType::kAnswer, 2, {{"audio", "sendrecv", ""}}, "them2");
  CHECK(bench.remote_done() == Words{});
  CHECK(bench.negotiation.restart_count() == 1);
  CHECK(bench.negotiation.remote_ufrag() == "them2");
}

TEST_CASE("negotiation: a restart that loses glare is offered again, unless theirs restarts too", "[peer][negotiation]") {
  for (const bool theirs_restarts : {false, true}) {
    Bench bench = agreed();
    bench.restart();
    bench.local_done(kNoTracks, "us2");
    bench.hear(DescriptionType::kOffer, 2, {{"audio", "sendrecv", ""}}, theirs_restarts ? "them2" : "them");
    bench.rolled_back();
    CHECK(bench.negotiation.local_ufrag() == "us");
    bench.remote_done();
    CHECK(bench.local_done(kNoTracks, "us3") == (theirs_restarts ? Words{} : Words{"set offer, restart, receive"}));
    CHECK(bench.negotiation.restart_count() == (theirs_restarts ? 1 : 0));
  }
}

TEST_CASE("negotiation: a restart waits for signaling, and can be withdrawn meanwhile", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.signaling(false);
  CHECK(bench.restart() == Words{});
  bench.negotiation.withdraw_restart();
  CHECK(bench.signaling(true) == Words{});
  bench.signaling(false);
  bench.restart();
  CHECK(bench.signaling(true) == Words{"set offer, restart, receive"});
}

TEST_CASE("negotiation: before anything is agreed on there is nothing to restart", "[peer][negotiation]") {
  Bench bench;
  CHECK(bench.restart() == Words{});
  CHECK(bench.request_offer() == Words{"set offer, receive"});
}

// ---- failures -------------------------------------------------------------------------------------------------------------------------

TEST_CASE("negotiation: an offer that cannot be made is tried three times, then the connection is given up", "[peer][negotiation]") {
  Bench bench;
  bench.request_offer();
  CHECK(bench.fail() == Words{"set offer, receive"});
  CHECK(bench.fail() == Words{"set offer, receive"});
  CHECK(bench.fail() == Words{"close"});
  CHECK(bench.negotiation.is_broken());
}

TEST_CASE("negotiation: a restart whose offer fails is tried again as a restart", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.restart();
  CHECK(bench.fail() == Words{"set offer, restart, receive"});
}

TEST_CASE("negotiation: an answer that cannot be applied: roll back and make a newer offer", "[peer][negotiation]") {
  Bench bench = with_first_offer();
  bench.hear(DescriptionType::kAnswer, 1);
  CHECK(bench.fail() == Words{"roll back"});
  CHECK(bench.hear(DescriptionType::kOffer, 1) == Words{});  // they hold 1 for agreed on
  CHECK(bench.rolled_back() == Words{"set offer, receive"});
  bench.local_done();
  CHECK(bench.said() == "offer 2");
  bench.hear(DescriptionType::kAnswer, 2);
  CHECK(bench.fail() == Words{"roll back"});
  bench.rolled_back();
  bench.local_done();
  bench.hear(DescriptionType::kAnswer, 3);
  CHECK(bench.fail() == Words{"close"});
  CHECK(bench.negotiation.is_broken());
}

TEST_CASE("negotiation: an answer that cannot be applied costs an end that has only answered its link, not the picture (sim seed 21122)",
          "[peer][negotiation]") {
  Bench bench;
  bench.hear(DescriptionType::kOffer, 1);
  bench.remote_done();
  bench.local_done();
  bench.request_offer();
  bench.local_done();
  bench.hear(DescriptionType::kAnswer, 2);
  CHECK(bench.fail() == Words{"close"});
  CHECK(bench.negotiation.is_broken());
}

TEST_CASE("negotiation: an end whose only own offer was taken back has only answered (sim seed 571086)", "[peer][negotiation]") {
  Bench bench = with_first_offer();
  bench.hear(DescriptionType::kAnswer, 1);
  CHECK(bench.fail() == Words{"roll back"});
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.rolled_back() == Words{"take offer"});
  bench.remote_done();
  bench.local_done();
  bench.request_offer();
  bench.local_done();
  CHECK(bench.hear(DescriptionType::kOffer, 3) == Words{"close"});
}

TEST_CASE("negotiation: a first offer of theirs that cannot be applied or answered breaks the link", "[peer][negotiation]") {
  Bench bench;
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.fail() == Words{"close"});
  CHECK(bench.negotiation.is_broken());

  Bench answering;
  answering.hear(DescriptionType::kOffer, 2);
  answering.remote_done();
  CHECK(answering.fail() == Words{"close"});
  CHECK(answering.negotiation.is_broken());
}

TEST_CASE("negotiation: a later offer of theirs that cannot be applied is overtaken by one of ours", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.fail() == Words{"set offer, receive"});
  CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{});  // the same again, after a sync
  bench.local_done();
  CHECK(bench.said() == "offer 3");
  CHECK(bench.hear(DescriptionType::kOffer, 2) == Words{});
  CHECK(bench.state() == State::kHaveLocalOffer);
  bench.hear(DescriptionType::kAnswer, 3);
  bench.remote_done();
  CHECK(bench.state() == State::kStable);
}

TEST_CASE("negotiation: an answer that cannot be made: their offer is taken back and overtaken", "[peer][negotiation]") {
  Bench bench = agreed();
  bench.hear(DescriptionType::kOffer, 2, {{"audio", "sendrecv", ""}}, "them2");
  bench.remote_done();
  CHECK(bench.negotiation.remote_ufrag() == "them2");
  CHECK(bench.fail() == Words{"roll back"});
  CHECK(bench.negotiation.remote_ufrag() == "them");
  CHECK(bench.rolled_back() == Words{"set offer, receive"});
  bench.local_done();
  CHECK(bench.said() == "offer 3");
}

TEST_CASE("negotiation: a rollback that fails breaks the link", "[peer][negotiation]") {
  Bench bench = with_later_offer();
  bench.hear(DescriptionType::kOffer, 2);
  CHECK(bench.fail() == Words{"close"});
  CHECK(bench.negotiation.is_broken());
}

TEST_CASE("negotiation: failures count anew after an agreement", "[peer][negotiation]") {
  Bench bench = agreed();
  for (std::int64_t revision = 2; revision < 6; ++revision) {
    bench.request_offer();
    bench.fail();
    bench.fail();
    bench.local_done();
    bench.hear(DescriptionType::kAnswer, revision);
    bench.remote_done();
    CHECK(bench.state() == State::kStable);
  }
}

TEST_CASE("negotiation: a connection that was never made is broken", "[peer][negotiation]") {
  Bench bench;
  bench.request_offer();
  CHECK(bench.negotiation.handle(input::PeerOperationFailed{PeerId{7}, OperationId{}, "UnknownError", "too many"}, bench.effects));
  CHECK(bench.asked() == Words{"close"});
  CHECK(bench.negotiation.is_broken());
}

TEST_CASE("negotiation: whatever the browser is busy with, what comes in waits until the negotiation rests", "[peer][negotiation]") {
  const auto offering = [] {
    Bench bench = agreed();
    bench.request_offer();
    return bench;
  };
  const auto finishing = [] {
    Bench bench = with_later_offer();
    bench.hear(DescriptionType::kAnswer, 2);
    return bench;
  };
  const auto answering = [] {
    Bench bench = agreed();
    bench.hear(DescriptionType::kOffer, 2);
    bench.remote_done();
    return bench;
  };
  for (const DescriptionType type : {DescriptionType::kOffer, DescriptionType::kCreateOffer}) {
    for (Bench bench : {offering(), finishing(), answering()}) {
      const State before = bench.state();
      CHECK(bench.hear(type, 5) == Words{});
      CHECK(bench.hear(DescriptionType::kAnswer, 5) == Words{});
      CHECK(bench.state() == before);
      for (int i = 0; i < 6 && bench.said() != (type == DescriptionType::kOffer ? "answer 5" : "offer 6"); ++i) {
        switch (bench.state()) {
          case State::kSettingRemoteAnswer:
          case State::kSettingRemoteOffer:
            bench.remote_done();
            break;
          case State::kHaveLocalOffer:
            bench.hear(DescriptionType::kAnswer, 2);
            break;
          default:
            bench.local_done();
        }
      }
      CHECK(bench.state() == (type == DescriptionType::kOffer ? State::kStable : State::kHaveLocalOffer));
    }
  }
}
