// A room that goes on after a restart: whoever returns is taken back with all that it says of itself and its links, and those who know it
// are told as little as possible; whoever does not return is given up after a while (docs/protocol.md chapter 20).
#include <algorithm>
#include <utility>

#include "roomserver/room.hpp"

namespace holdfast::roomserver {

namespace {

const ParticipantSid& other_end(const LinkEnds& ends, const ParticipantSid& end) {
  return ends.offerer == end ? ends.answerer : ends.offerer;
}

}  // namespace

void Room::adopt(const SessionClaims& claims, SocketId socket, const rsp::Sync& sync, const std::vector<IceServer>& ice_servers,
                 Instant now) {
  Member returning(claims.participant, claims.identity, Participant(socket, claims.session_timeout));
  returning.issued_at_ms = claims.issued_at_ms;
  returning.note_extension(sync);
  returning.may_be_stuck = true;
  returning.publications.apply(sync.participant, claims.participant, *identifiers_);
  members_.push_back(std::move(returning));
  Member& member = members_.back();

  outputs_.push_back(ParticipantJoined{sid_, name_, member.sid, member.identity});
  note_words(member, sync.holdfast, now);
  LinkNews news = adopt_links(member, sync.peer_connections, now);
  show_to_others(member, true, now);
  draft_news(std::move(news));
  say_synced(member, ice_servers, now);
  flush(now);
}

// Ids that are not ours, or not of a link of its own, are not answered for: `synced` closes what it does not list.
LinkNews Room::adopt_links(const Member& returning, const std::vector<rsp::PeerConnectionState>& listed, Instant now) {
  std::vector<HalfLink> reported;
  for (const auto& state : listed) {
    const auto ends = identifiers_->read_link(state.id);
    if (!ends || ends->offerer == ends->answerer || (ends->offerer != returning.sid && ends->answerer != returning.sid)) continue;
    if (auto half = make_half_link(state, *ends)) reported.push_back(std::move(*half));
  }

  LinkNews all;
  for (const Member& member : members_) {
    if (member.sid == returning.sid) continue;
    auto known = absences_.end(member.sid, returning.sid);
    const auto theirs = std::find_if(reported.begin(), reported.end(), [&](const HalfLink& half) {
      return known && known->link ? half.id == known->link->id : other_end(half.ends, returning.sid) == member.sid;
    });
    LinkNews news = links_.adopt(returning.sid, theirs == reported.end() ? std::nullopt : std::optional(*theirs), member.sid,
                                 known ? std::move(known->link) : std::nullopt, now);
    for (auto& entry : news.entries) all.entries.push_back(std::move(entry));
    for (auto& resubscription : news.resubscriptions) all.resubscriptions.push_back(std::move(resubscription));
  }
  for (HalfLink& half : reported) {
    const ParticipantSid absent = other_end(half.ends, returning.sid);
    const auto awaited = absences_.awaited_by(returning.sid);
    if (has(absent) || adoption_->has_ended(absent.value) || awaited.size() >= config_->max_participants) continue;
    if (std::find(awaited.begin(), awaited.end(), absent) != awaited.end()) continue;
    absences_.add(returning.sid, absent, std::move(half), now);
  }
  return all;
}

bool Room::has_place_for(const ParticipantSid& sid) const {
  const std::size_t own = absences_.is_awaited(sid) ? 1 : 0;
  return members_.size() < config_->max_participants && size() - own < config_->max_participants;
}

void Room::give_up(const ParticipantSid& absent, Instant now) {
  stop_waiting(absences_.give_up(absent), now);
  flush(now);
}

// Their full state without the absent, as if they had asked for it: it is applied at any time, and nothing else can name someone whose
// tracks are not known as gone.
void Room::stop_waiting(const std::vector<ParticipantSid>& waiting, Instant now) {
  for (const ParticipantSid& sid : waiting)
    if (Member* member = find(sid); member != nullptr && member->participant.socket()) say_synced(*member, {}, now);
}

// Its revision is old to everybody who knows it: it stays as it is, but counts as listed.
rsp::RemoteParticipantState Room::view_of_absent(const ParticipantSid& sid) {
  return {sid, {}, rsp::ParticipantState::kConnected, 0, {}, false};
}

}  // namespace holdfast::roomserver
