#include "peer/sdp.hpp"

#include <algorithm>

namespace holdfast::peer::sdp {
namespace {

// Takes the next line off `rest`, its line ending included.
std::string_view next_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end);
  return line;
}

std::string_view without_ending(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

std::string_view last_token(std::string_view text) { return text.substr(text.rfind(' ') + 1); }

SectionKind kind_of(std::string_view media) {
  if (starts_with(media, "m=audio ")) return SectionKind::kAudio;
  if (starts_with(media, "m=video ")) return SectionKind::kVideo;
  if (starts_with(media, "m=application ")) return SectionKind::kApplication;
  return SectionKind::kOther;
}

bool has_port_zero(std::string_view media) {
  const std::size_t space = media.find(' ');
  return space != std::string_view::npos && starts_with(media.substr(space + 1), "0 ");
}

void read_direction(std::string_view line, bool& sends, bool& receives) {
  if (line == "a=sendrecv") {
    sends = receives = true;
  } else if (line == "a=sendonly") {
    sends = true;
    receives = false;
  } else if (line == "a=recvonly") {
    sends = false;
    receives = true;
  } else if (line == "a=inactive") {
    sends = receives = false;
  }
}

constexpr std::string_view kMid = "a=mid:";
constexpr std::string_view kMsid = "a=msid:";

// `line` with its last token replaced; a value of one token (the stream) gets a second one.
void append_with_track(std::string& out, std::string_view line, std::size_t value_at, const SignaledId& track) {
  const std::string_view body = without_ending(line);
  const std::size_t space = body.find(' ', value_at);
  out.append(body.substr(0, space)).append(" ").append(track.value).append(line.substr(body.size()));
}

// Where the value of `a=ssrc:<number> msid:` begins; npos for any other line.
std::size_t ssrc_msid_value(std::string_view line) {
  constexpr std::string_view kAttribute = " msid:";
  if (!starts_with(line, "a=ssrc:")) return std::string_view::npos;
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !starts_with(line.substr(space), kAttribute)) return std::string_view::npos;
  return space + kAttribute.size();
}

// Copies one section, naming its track if a slot has one for its mid.
void append_section(std::string& out, std::string_view section, const std::vector<Slot>& slots) {
  const SignaledId* track = nullptr;
  bool has_msid = false;
  for (std::string_view rest = section; !rest.empty();) {
    const std::string_view line = without_ending(next_line(rest));
    if (starts_with(line, kMsid)) has_msid = true;
    if (!starts_with(line, kMid)) continue;
    for (const Slot& slot : slots)
      if (slot.names_track() && slot.mid == line.substr(kMid.size())) track = &slot.track;
  }
  if (track == nullptr) {
    out.append(section);
    return;
  }
  while (!section.empty()) {
    const std::string_view line = next_line(section);
    const std::size_t ssrc_value = ssrc_msid_value(line);
    if (starts_with(line, kMsid)) {
      append_with_track(out, line, kMsid.size(), *track);
    } else if (ssrc_value != std::string_view::npos) {
      append_with_track(out, line, ssrc_value, *track);
    } else {
      out.append(line);
    }
    if (!has_msid && starts_with(line, kMid)) out.append("a=msid:- ").append(track->value).append("\r\n");
  }
}

}  // namespace

std::vector<Section> sections(std::string_view text) {
  std::vector<Section> result;
  Section session;  // a direction at session level holds for sections that give none
  bool bundle_only = false;
  const auto finish = [&] {
    if (!result.empty() && bundle_only) result.back().rejected = false;
    bundle_only = false;
  };
  while (!text.empty()) {
    const std::string_view line = without_ending(next_line(text));
    if (starts_with(line, "m=")) {
      finish();
      if (result.size() == kMaxSections) return result;
      result.push_back(session);
      result.back().kind = kind_of(line);
      result.back().rejected = has_port_zero(line);
      continue;
    }
    Section& section = result.empty() ? session : result.back();
    read_direction(line, section.sends, section.receives);
    if (result.empty()) continue;
    if (starts_with(line, kMid)) section.mid = line.substr(kMid.size());
    if (line == "a=bundle-only") bundle_only = true;
    if (starts_with(line, kMsid) && section.track.empty()) section.track = SignaledId(std::string(last_token(line.substr(kMsid.size()))));
  }
  finish();
  return result;
}

const Section* find(const std::vector<Section>& sections, std::string_view mid) {
  for (const Section& section : sections)
    if (section.mid == mid) return &section;
  return nullptr;
}

bool is_sending(const Section& section) { return section.sends && !section.rejected; }

bool has_application(const std::vector<Section>& sections) {
  for (const Section& section : sections)
    if (section.kind == SectionKind::kApplication && !section.rejected) return true;
  return false;
}

std::string_view ice_ufrag(std::string_view text) {
  constexpr std::string_view kUfrag = "a=ice-ufrag:";
  while (!text.empty()) {
    const std::string_view line = without_ending(next_line(text));
    if (starts_with(line, kUfrag)) return line.substr(kUfrag.size());
  }
  return {};
}

std::string with_tracks(std::string_view text, const std::vector<Slot>& slots) {
  std::string out;
  out.reserve(text.size() + 64 * slots.size());
  const auto next_section = [](std::string_view rest) {
    const std::size_t at = rest.find("\nm=");
    return at == std::string_view::npos ? rest.size() : at + 1;
  };
  while (!text.empty()) {
    const std::size_t end = next_section(text);
    append_section(out, text.substr(0, end), slots);
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace holdfast::peer::sdp
