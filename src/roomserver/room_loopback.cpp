// Who is lent a loopback (loopback.hpp): an official client that is alone in its room and may be in the grip of its own timer.
#include <utility>

#include "base/error.hpp"
#include "roomserver/room.hpp"

namespace holdfast::roomserver {

// Media from someone who fell silent has failed, and so has what made a client restart ICE.
bool Room::may_have_troubled(const Member& gone, const Member& other) const {
  return gone.participant.end_reason() == code::kSignalingDisconnected || links_.has_restarted(other.sid, gone.sid);
}

void Room::lend_loopback(Member& member, Instant now) {
  const bool is_alone = members_.size() == 1 && !absences_.is_waiting(member.sid);
  if (!member.may_be_stuck || member.loopback || member.speaks_holdfast || !is_alone) return;
  rsp::RoomState* draft = draft_for(member);
  if (draft == nullptr) return;
  member.may_be_stuck = false;
  member.loopback.emplace(next_loopback_end(member, now), next_loopback_end(member, now), now);
  append_links(*draft, member.loopback->begin());
}

void Room::update_loopback(Member& member, const std::vector<rsp::PeerConnectionState>& said, Instant now) {
  for (const auto& state : said) {
    if (!member.loopback || !member.loopback->has(state.id)) continue;
    auto entries = member.loopback->handle(state, now);
    rsp::RoomState* draft = entries.empty() ? nullptr : draft_for(member);
    if (draft != nullptr) append_links(*draft, std::move(entries));
  }
  end_loopback(member, now);
}

void Room::end_loopback(Member& member, Instant now) {
  if (!member.loopback || member.loopback->until() > now) return;
  if (rsp::RoomState* draft = draft_for(member)) append_links(*draft, member.loopback->end());
  member.loopback.reset();
}

// Whoever finds it in a later sync knows it by its two ends being one.
LinkId Room::next_loopback_end(const Member& member, Instant now) {
  return identifiers_->next_link({member.sid, member.sid}, config_->wall_clock_at_start_ms + now.ms);
}

}  // namespace holdfast::roomserver
