#include "peer/sdp.hpp"

#include <catch2/catch.hpp>

using namespace holdfast;
namespace sdp = peer::sdp;

namespace {

// The shape of a Chromium offer: audio and video both ways, data, and a section that was given up.
constexpr const char* kOffer =
    "v=0\r\n"
    "o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
    "s=-\r\n"
    "t=0 0\r\n"
    "a=group:BUNDLE 0 1 2\r\n"
    "a=msid-semantic: WMS stream\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "a=ice-ufrag:Ab+/\r\n"
    "a=mid:0\r\n"
    "a=sendrecv\r\n"
    "a=msid:stream browser-audio\r\n"
    "a=rtpmap:111 opus/48000/2\r\n"
    "a=ssrc:1001 cname:x\r\n"
    "a=ssrc:1001 msid:stream browser-audio\r\n"
    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"
    "a=ice-ufrag:Ab+/\r\n"
    "a=bundle-only\r\n"
    "a=mid:1\r\n"
    "a=sendonly\r\n"
    "a=msid:- browser-video\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
    "a=mid:2\r\n"
    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\n"
    "a=mid:3\r\n"
    "a=inactive\r\n";

sdp::Slot slot(const char* mid, const char* track) { return {mid, backend::TrackKind::kAudio, SignaledId(track), true}; }

std::string with(const std::string& text, const std::vector<sdp::Slot>& slots) { return sdp::with_tracks(text, slots); }

}  // namespace

TEST_CASE("sdp: sections are listed with kind, mid, direction and track", "[peer][sdp]") {
  const auto sections = sdp::sections(kOffer);
  REQUIRE(sections.size() == 4);
  CHECK(sections[0].kind == sdp::SectionKind::kAudio);
  CHECK(sections[0].mid == "0");
  CHECK(sections[0].track == SignaledId("browser-audio"));
  CHECK((sections[0].sends && sections[0].receives && !sections[0].rejected));
  CHECK(sections[1].kind == sdp::SectionKind::kVideo);
  CHECK((sections[1].sends && !sections[1].receives));
  CHECK(sections[2].kind == sdp::SectionKind::kApplication);
  CHECK((!sections[3].sends && !sections[3].receives));
}

TEST_CASE("sdp: port 0 means rejected, unless the section is bundle-only", "[peer][sdp]") {
  const auto sections = sdp::sections(kOffer);
  CHECK_FALSE(sections[1].rejected);
  CHECK(sections[3].rejected);
  CHECK(sdp::is_sending(sections[1]));
  CHECK_FALSE(sdp::is_sending(sections[3]));
}

TEST_CASE("sdp: a direction at session level holds for sections that give none", "[peer][sdp]") {
  const auto sections = sdp::sections("v=0\na=recvonly\nm=audio 9 X 0\na=mid:a\nm=video 9 X 0\na=mid:b\na=sendonly\n");
  REQUIRE(sections.size() == 2);
  CHECK((!sections[0].sends && sections[0].receives));
  CHECK((sections[1].sends && !sections[1].receives));
}

TEST_CASE("sdp: an application section counts unless it was rejected", "[peer][sdp]") {
  CHECK(sdp::has_application(sdp::sections(kOffer)));
  CHECK_FALSE(sdp::has_application(sdp::sections("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n")));
  CHECK_FALSE(sdp::has_application(sdp::sections("m=audio 9 X 0\r\n")));
}

TEST_CASE("sdp: sections are found by mid", "[peer][sdp]") {
  const auto sections = sdp::sections(kOffer);
  CHECK(sdp::find(sections, "2") == &sections[2]);
  CHECK(sdp::find(sections, "9") == nullptr);
}

TEST_CASE("sdp: the ufrag is that of the first line that has one", "[peer][sdp]") {
  CHECK(sdp::ice_ufrag(kOffer) == "Ab+/");
  CHECK(sdp::ice_ufrag("a=ice-ufrag:one\na=ice-ufrag:two\n") == "one");
  CHECK(sdp::ice_ufrag("v=0\r\n").empty());
}

TEST_CASE("sdp: the last token of msid becomes the signaled id, in a=msid and a=ssrc alike", "[peer][sdp]") {
  const std::string text = with(kOffer, {slot("0", "id-a"), slot("1", "id-v")});
  CHECK(text.find("a=msid:stream id-a\r\n") != std::string::npos);
  CHECK(text.find("a=ssrc:1001 msid:stream id-a\r\n") != std::string::npos);
  CHECK(text.find("a=ssrc:1001 cname:x\r\n") != std::string::npos);
  CHECK(text.find("a=msid:- id-v\r\n") != std::string::npos);
  CHECK(text.find("browser") == std::string::npos);
  CHECK(sdp::sections(text)[0].track == SignaledId("id-a"));
}

TEST_CASE("sdp: sections that are not listed stay as they are, to the byte", "[peer][sdp]") {
  CHECK(with(kOffer, {}) == kOffer);
  CHECK(with(kOffer, {slot("7", "id")}) == kOffer);
  sdp::Slot receiving = slot("0", "id");
  receiving.sends = false;
  CHECK(with(kOffer, {receiving, slot("1", "")}) == kOffer);
  const std::string text = with(kOffer, {slot("1", "id-v")});
  CHECK(text.find("a=msid:stream browser-audio\r\n") != std::string::npos);
}

TEST_CASE("sdp: a section without a=msid gets one, with no stream", "[peer][sdp]") {
  CHECK(with("m=audio 9 X 0\r\na=mid:0\r\na=sendrecv\r\n", {slot("0", "id")}) ==
        "m=audio 9 X 0\r\na=mid:0\r\na=msid:- id\r\na=sendrecv\r\n");
}

TEST_CASE("sdp: an msid that names only a stream gets the track behind it", "[peer][sdp]") {
  CHECK(with("m=audio 9 X 0\r\na=mid:0\r\na=msid:stream\r\n", {slot("0", "id")}) == "m=audio 9 X 0\r\na=mid:0\r\na=msid:stream id\r\n");
}

TEST_CASE("sdp: any text has an answer", "[peer][sdp]") {
  for (const char* text : {"", "\n", "\r\n\r\n", "m=", "m=audio", "m=audio 0", "a=mid:", "m=x\na=mid:0\na=msid:", "m=audio 9 X\na=mid:0",
                           "m=audio 9 X\na=mid:0\na=ssrc:1 msid:", "\nm=audio 9 X\n\nm="}) {
    INFO(text);
    const auto sections = sdp::sections(text);
    CHECK(sections.size() <= 2);
    CHECK(with(text, {}) == text);
    CHECK(with(text, {slot("0", "id")}).size() >= std::string(text).size());
  }
  std::string endless;
  for (std::size_t i = 0; i < 2 * sdp::kMaxSections; ++i) endless += "m=audio 9 X 0\n";
  CHECK(sdp::sections(endless).size() == sdp::kMaxSections);
}
