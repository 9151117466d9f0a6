#include "roomserver/link_voice.hpp"

#include <algorithm>

#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

bool same_candidate(const backend::IceCandidate& a, const backend::IceCandidate& b) {
  return a.candidate == b.candidate && a.sdp_mid == b.sdp_mid && a.sdp_m_line_index == b.sdp_m_line_index;
}

}  // namespace

bool is_sane(std::int64_t revision) { return revision >= 0 && revision <= kMaxRevision; }

const rsp::Description* latest_description(const LinkVoice& voice) {
  if (voice.offer && (!voice.answer || voice.offer->revision > voice.answer->revision)) return &*voice.offer;
  return voice.answer ? &*voice.answer : nullptr;
}

std::string_view ufrag_of(std::string_view sdp) {
  constexpr std::string_view kAttribute = "a=ice-ufrag:";
  const std::size_t at = sdp.find(kAttribute);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = sdp.substr(at + kAttribute.size());
  return rest.substr(0, rest.find_first_of("\r\n"));
}

std::vector<rsp::Ice> merge_ice(LinkVoice& voice, const rsp::Ice& said) {
  std::vector<std::string> changed;
  const auto box_of = [&voice, &said](const std::string& ufrag) -> rsp::Ice& {
    auto at = std::find_if(voice.ice.begin(), voice.ice.end(), [&](const rsp::Ice& box) { return box.ufrag == ufrag; });
    if (at == voice.ice.end()) {
      if (voice.ice.size() >= kMaxIceGenerations) voice.ice.erase(voice.ice.begin());
      voice.ice.push_back({ufrag, 0, {}, false});
      at = voice.ice.end() - 1;
    }
    at->revision = std::max(at->revision, said.revision - 1);
    return *at;
  };
  const auto note_change = [&changed](rsp::Ice& box) {
    if (std::find(changed.begin(), changed.end(), box.ufrag) == changed.end()) {
      changed.push_back(box.ufrag);
      ++box.revision;
    }
  };

  for (const auto& candidate : said.candidates) {
    auto& box = box_of(candidate.username_fragment.empty() ? said.ufrag : candidate.username_fragment);
    const bool known = std::any_of(box.candidates.begin(), box.candidates.end(),
                                   [&](const backend::IceCandidate& c) { return same_candidate(c, candidate); });
    if (known || box.candidates.size() >= kMaxIceCandidates) continue;
    box.candidates.push_back(candidate);
    note_change(box);
  }
  auto& labelled = box_of(said.ufrag);
  if (said.complete && !labelled.complete) {
    labelled.complete = true;
    note_change(labelled);
  }

  std::vector<rsp::Ice> news;
  for (const auto& box : voice.ice)
    if (std::find(changed.begin(), changed.end(), box.ufrag) != changed.end()) news.push_back(box);
  return news;
}

}  // namespace holdfast::roomserver
