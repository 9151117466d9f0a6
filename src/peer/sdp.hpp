// The little that the core reads and changes in session descriptions (RFC 8866, 8829): sections and their tracks, the ICE ufrag. Total:
// any text has an answer, and what is not understood is left as it is. Decides nothing about negotiation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend.hpp"
#include "base/strong_id.hpp"

namespace holdfast::peer::sdp {

enum class SectionKind { kAudio, kVideo, kApplication, kOther };

// One m= section. `sends` and `receives` are from the side of the description's author.
struct Section {
  SectionKind kind = SectionKind::kOther;
  std::string mid;
  SignaledId track;  // last token of the first a=msid line; empty if there is none
  bool sends = true;
  bool receives = true;
  bool rejected = false;  // port 0, and not merely bundle-only
};

// One of our transceivers as it stands in a local description.
struct Slot {
  std::string mid;
  backend::TrackKind kind = backend::TrackKind::kAudio;
  SignaledId track;  // on its sender; empty: none
  bool sends = false;
  bool names_track() const { return sends && !track.empty(); }
};

// More sections than any browser makes; those past it are ignored.
constexpr std::size_t kMaxSections = 512;

std::vector<Section> sections(std::string_view text);
// The section with this mid, nullptr if there is none.
const Section* find(const std::vector<Section>& sections, std::string_view mid);
bool is_sending(const Section& section);
bool has_application(const std::vector<Section>& sections);

// Of the first a=ice-ufrag line; empty if there is none.
std::string_view ice_ufrag(std::string_view text);

// The same text in which every section that sends a track of ours names it as the last token of a=msid and of a=ssrc:… msid:, because
// browsers do not reliably put the wanted id there (docs/protocol.md 6.2). A section without a=msid gets one.
std::string with_tracks(std::string_view text, const std::vector<Slot>& slots);

}  // namespace holdfast::peer::sdp
