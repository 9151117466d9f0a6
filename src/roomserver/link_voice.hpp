// What one end of a link has said, and how its candidates are collected. What it means for the other end is link.hpp's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

// Its latest offer and answer that count, and all its candidates by ufrag, the latest last.
struct LinkVoice {
  std::optional<rsp::Description> offer;
  std::optional<rsp::Description> answer;
  std::vector<rsp::Ice> ice;
};

// Could a client of ours have counted so far?
bool is_sane(std::int64_t revision);

// Nothing: the end has not described itself. Of one revision the answer is the later: it followed a rollback.
const rsp::Description* latest_description(const LinkVoice& voice);

// The ICE generation of a session description (RFC 8839 section 5.4); empty if it names none.
std::string_view ufrag_of(std::string_view sdp);

// Clients empty their list on every local description and may label candidates with a later description's ufrag (docs/protocol.md 7.5),
// so what goes on is the union for each ufrag, by the candidate's own word where it has one, under a revision that always grows. The
// lists that have changed.
std::vector<rsp::Ice> merge_ice(LinkVoice& voice, const rsp::Ice& said);

// The order to close a link.
inline rsp::PeerConnectionState closing_entry(const LinkId& id, std::int64_t revision) {
  return {id, rsp::Description{rsp::DescriptionType::kClose, revision, ""}, std::nullopt};
}

}  // namespace holdfast::roomserver
