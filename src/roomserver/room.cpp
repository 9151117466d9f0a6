#include "roomserver/room.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "fsm/timers.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

bool contains(const std::vector<ParticipantSid>& list, const ParticipantSid& sid) {
  return std::find(list.begin(), list.end(), sid) != list.end();
}

}  // namespace

Room::Room(RoomSid sid, std::string name, const Config& config, Identifiers& identifiers, const Adoption& adoption)
    : sid_(std::move(sid)),
      name_(std::move(name)),
      config_(&config),
      identifiers_(&identifiers),
      adoption_(&adoption),
      links_(identifiers, config.wall_clock_at_start_ms),
      // Whoever loses all media to someone who has gone must not have given up by itself before.
      absences_(std::min(kAbsenceLimit, Millis{config.session_timeout.count / 2})) {}

// ---- coming ------------------------------------------------------------------------------------------------------------------------

ParticipantSid Room::join(SocketId socket, const std::string& identity, const rsp::Connect& connect,
                          const std::vector<IceServer>& ice_servers, Instant now) {
  ParticipantSid sid = identifiers_->next_participant();
  Member joining(sid, identity, Participant(socket, config_->session_timeout));
  for (const Member& member : members_) links_.open(sid, member.sid, now);
  joining.publications.apply(connect.participant, sid, *identifiers_);
  members_.push_back(std::move(joining));
  Member& member = members_.back();
  say_connected(member, connect, ice_servers, now);
  outputs_.push_back(ParticipantJoined{sid_, name_, sid, identity});
  show_to_others(member, !member.publications.tracks().empty(), now);
  flush(now);
  return sid;
}

// Should the page before it still be there, it is told like any other whose place is taken.
void Room::come_back(const ParticipantSid& sid, SocketId socket, const rsp::Connect& connect, const std::vector<IceServer>& ice_servers,
                     Instant now) {
  Member& member = *find(sid);
  say(member, rsp::ErrorMessage{Error{code::kDuplicateIdentity, {}}});
  if (const auto old = member.participant.socket()) outputs_.push_back(Release{*old});
  member.participant.handle_synced(socket, now);
  note_words(member, std::nullopt, now);
  member.publications = {};
  member.publications.apply(connect.participant, sid, *identifiers_);
  member.resubscribe.clear();
  member.loopback.reset();
  absences_.remove(sid);
  draft_news(links_.remove(sid));
  for (const Member& other : members_)
    if (other.sid != sid) links_.open(sid, other.sid, now);
  member.draft.reset();
  say_connected(member, connect, ice_servers, now);
  show_to_others(member, true, now);
  flush(now);
}

void Room::sync(const ParticipantSid& sid, SocketId socket, const rsp::Sync& sync, const std::vector<IceServer>& ice_servers, Instant now) {
  Member* member = find(sid);
  if (member == nullptr) return;
  const auto shown = member->participant.shown();
  if (const auto old = member->participant.socket(); old && *old != socket) outputs_.push_back(Release{*old, true});
  member->participant.handle_synced(socket, now);
  member->note_extension(sync);
  member->may_be_stuck = true;
  member->loopback.reset();  // `synced` closes it

  show_if_changed(*member, shown, now);
  apply_publications(*member, sync.participant, now);
  note_words(*member, sync.holdfast, now);
  draft_news(links_.handle(sid, sync.peer_connections, now));
  draft_news(links_.handle_listed(sid, sync.peer_connections, now));
  absences_.hear_listed(sid, sync.peer_connections);
  say_synced(*member, ice_servers, now);
  flush(now);
}

void Room::update(const ParticipantSid& sid, const rsp::ClientUpdate& update, Instant now) {
  Member* member = find(sid);
  if (member == nullptr) return;
  if (update.holdfast) member->participant.note_hints(*update.holdfast, now);
  note_words(*member, update.holdfast, now);
  if (update.participant) apply_publications(*member, *update.participant, now);
  draft_news(links_.handle(sid, update.peer_connections, now));
  absences_.hear(sid, update.peer_connections);
  update_loopback(*member, update.peer_connections, now);
  flush(now);
}

// ---- going -------------------------------------------------------------------------------------------------------------------------

void Room::note_frame(const ParticipantSid& sid) {
  if (Member* member = find(sid)) member->participant.note_frame();
}

void Room::handle_silent(const ParticipantSid& sid, Instant now) {
  Member* member = find(sid);
  if (member == nullptr) return;
  const auto shown = member->participant.shown();
  member->participant.handle_silent(now);
  show_if_changed(*member, shown, now);
  flush(now);
}

void Room::handle_heard(const ParticipantSid& sid, Instant now) {
  if (Member* member = find(sid)) member->participant.handle_heard(now);
}

void Room::handle_socket_closed(const ParticipantSid& sid, std::int64_t code, Instant now) {
  Member* member = find(sid);
  if (member == nullptr) return;
  const auto shown = member->participant.shown();
  member->participant.handle_socket_closed(code, now);
  show_if_changed(*member, shown, now);
  remove_gone(now);
}

void Room::leave(const ParticipantSid& sid, Instant now) {
  Member* member = find(sid);
  if (member == nullptr) return;
  if (const auto socket = member->participant.socket()) outputs_.push_back(Release{*socket});
  member->participant.end(0, now);
  remove_gone(now);
}

void Room::expel(const ParticipantSid& sid, int code, Instant now) {
  Member* member = find(sid);
  if (member == nullptr) return;
  if (code != 0) {
    say(*member, rsp::ErrorMessage{Error{code, {}}});
  } else {
    say(*member, rsp::Disconnected{});
  }
  if (const auto socket = member->participant.socket()) outputs_.push_back(Release{*socket});
  member->participant.end(code != 0 ? code : code::kSignalingDisconnected, now);
  remove_gone(now);
}

void Room::complete(Instant now) {
  for (Member& member : members_) {
    say(member, rsp::Disconnected{true});
    if (const auto socket = member.participant.socket()) outputs_.push_back(Release{*socket});
    member.participant.end(code::kRoomCompleted, now);
  }
  remove_gone(now);
}

void Room::fire_due(Instant now) {
  for (Member& member : members_) {
    const auto socket = member.participant.socket();
    const auto shown = member.participant.shown();
    member.participant.fire_due(now);
    show_if_changed(member, shown, now);
    end_loopback(member, now);
    if (!member.participant.is_gone() || !socket) continue;
    // Given up on a socket that still exists: it is told, in case it can hear again.
    outputs_.push_back(Deliver{*socket, rsp::ErrorMessage{Error{code::kParticipantNotFound, {}}}});
    outputs_.push_back(Release{*socket});
  }
  draft_news(links_.fire_due(now));
  stop_waiting(absences_.fire_due(now), now);
  remove_gone(now);
}

void Room::wake(Instant now) {
  for (Member& member : members_) member.participant.wake(now);
  absences_.wake(now);
}

// ---- drafting ----------------------------------------------------------------------------------------------------------------------

// Whoever is away needs no draft: `synced` will say it all.
rsp::RoomState* Room::draft_for(Member& member) {
  if (!member.participant.socket()) return nullptr;
  if (!member.draft) member.draft.emplace();
  return &*member.draft;
}

void Room::append_links(rsp::RoomState& draft, std::vector<rsp::PeerConnectionState> entries) {
  if (!draft.peer_connections) draft.peer_connections.emplace();
  for (auto& entry : entries) draft.peer_connections->push_back(std::move(entry));
}

void Room::show_to_others(Member& member, bool subscriptions_too, Instant now, bool to_official) {
  member.revision = next_revision(member.revision, now);
  for (Member& to : members_) {
    if (to.sid == member.sid || (!to_official && !to.speaks_holdfast)) continue;
    rsp::RoomState* draft = draft_for(to);
    if (draft == nullptr) continue;
    auto& entries = draft->participants;
    entries.erase(std::remove_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.sid == member.sid; }),
                  entries.end());
    entries.push_back(view_of(member, to));
    to.subscriptions_changed = to.subscriptions_changed || subscriptions_too;
  }
}

// In as few bytes as can be: whoever's network is bad hears most of this, and has least room for it.
void Room::rate_for_others(Member& member, Instant now) {
  if (member.quality == rsp::kNoQuality) return show_to_others(member, false, now, false);
  for (Member& to : members_) {
    rsp::RoomState* draft = to.sid != member.sid && to.speaks_holdfast ? draft_for(to) : nullptr;
    if (draft == nullptr) continue;
    auto& entries = draft->participants;
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const auto& one) { return one.sid == member.sid; });
    if (entry != entries.end())
      entry->quality = member.quality;
    else
      entries.push_back({member.sid, {}, {}, 0, {}, true, member.quality});
  }
}

// Of a change of state; that it is gone is remove_gone's news.
void Room::show_if_changed(Member& member, rsp::ParticipantState before, Instant now) {
  if (!member.participant.is_gone() && member.participant.shown() != before) show_to_others(member, false, now);
}

void Room::apply_publications(Member& member, const rsp::LocalState& said, Instant now) {
  const PublicationChange change = member.publications.apply(said, member.sid, *identifiers_);
  if (change.tracks) show_to_others(member, change.added_or_removed, now);
  if (!change.verdicts) return;
  if (rsp::RoomState* draft = draft_for(member)) draft->published = published_of(member, now);
}

// Said anew in every message: nothing that was missed can outlast the next one.
void Room::note_words(Member& member, const std::optional<rsp::Extension>& said, Instant at) {
  const rsp::Extension now = said.value_or(rsp::Extension{});
  const auto before = std::exchange(member.media_lost, now.media_lost);
  const auto wished = std::exchange(member.wishes, now.wishes);
  if (std::exchange(member.quality, now.quality) != now.quality) rate_for_others(member, at);
  for (Member& other : members_)
    if (other.speaks_holdfast && (contains(before, other.sid) != contains(member.media_lost, other.sid) ||
                                  wishes_of(wished, other) != wishes_of(member.wishes, other)))
      draft_for(other);
}

// Those of its tracks, by the ids that it gave them.
std::vector<rsp::Wish> Room::wishes_of(const std::vector<rsp::Wish>& wishes, const Member& member) {
  std::vector<rsp::Wish> its;
  for (const rsp::Wish& wish : wishes)
    if (const SignaledId* id = member.publications.id_of(TrackSid(wish.track))) its.push_back({{}, id->value, wish.width, wish.height});
  return its;
}

void Room::draft_news(LinkNews news) {
  for (auto& entry : news.entries) {
    Member* to = find(entry.to);
    rsp::RoomState* draft = to != nullptr ? draft_for(*to) : nullptr;
    if (draft != nullptr) append_links(*draft, {std::move(entry.state)});
  }
  for (auto& resubscription : news.resubscriptions) {
    Member* to = find(resubscription.to);
    const Member* of = find(resubscription.of);
    if (to == nullptr || of == nullptr || of->publications.tracks().empty()) continue;
    if (to->speaks_holdfast) continue;  // moves its subscriptions to the new link by itself, without a word to the app
    to->resubscribe.push_back(resubscription.of);
    to->subscriptions_changed = draft_for(*to) != nullptr;
  }
}

void Room::remove_gone(Instant now) {
  for (Member& member : members_) {
    if (!member.participant.is_gone()) continue;
    show_to_others(member, true, now);
    for (Member& other : members_) other.may_be_stuck = other.may_be_stuck || may_have_troubled(member, other);
    draft_news(links_.remove(member.sid));
    absences_.remove(member.sid);
    outputs_.push_back(ParticipantLeft{sid_, name_, member.sid, member.identity, member.participant.end_reason()});
  }
  members_.erase(std::remove_if(members_.begin(), members_.end(), [](const Member& member) { return member.participant.is_gone(); }),
                 members_.end());
  flush(now);
}

// ---- composing ---------------------------------------------------------------------------------------------------------------------

void Room::say_synced(Member& member, const std::vector<IceServer>& ice_servers, Instant now) {
  rsp::Synced synced;
  synced.state = full_state(member, ice_servers, now);
  member.draft.reset();
  member.subscriptions_changed = !member.resubscribe.empty();
  if (synced.state.subscribed) member.resubscribe.clear();
  say(member, std::move(synced));
}

void Room::say_connected(Member& member, const rsp::Connect& connect, const std::vector<IceServer>& ice_servers, Instant now) {
  const std::int64_t wall_clock_ms = config_->wall_clock_at_start_ms + now.ms;
  member.issued_at_ms = wall_clock_ms;
  member.note_extension(connect);
  rsp::Connected connected;
  connected.session = identifiers_->session({member.sid, sid_, name_, member.identity, config_->session_timeout, wall_clock_ms});
  connected.sid = sid_;
  connected.name = name_;
  connected.session_timeout_s = config_->session_timeout.count / 1000;
  connected.signaling_region = config_->signaling_region;
  connected.state = full_state(member, ice_servers, now);
  // The connection that every client opens before it knows anybody is of no use to anyone (docs/protocol.md 8.2).
  for (const auto& initial : connect.peer_connections) {
    const std::int64_t revision = initial.description ? std::clamp(initial.description->revision, std::int64_t{0}, kMaxRevision) + 1 : 1;
    connected.state.peer_connections->push_back({initial.id, rsp::Description{rsp::DescriptionType::kClose, revision, ""}, std::nullopt});
  }
  say(member, std::move(connected));
}

rsp::RoomState Room::full_state(Member& member, const std::vector<IceServer>& ice_servers, Instant now) {
  rsp::RoomState state;
  state.participant = rsp::OwnParticipant{member.sid, member.identity};
  for (const Member& other : members_)
    if (other.sid != member.sid) state.participants.push_back(view_of(other, member));
  for (const ParticipantSid& absent : absences_.awaited_by(member.sid)) state.participants.push_back(view_of_absent(absent));
  state.published = published_of(member, now);
  // A snapshot cannot have the tracks of the absent: it would unsubscribe them.
  if (!absences_.is_waiting(member.sid)) state.subscribed = subscriptions_of(member, now);
  state.peer_connections = links_.catch_up(member.sid);
  absences_.append_links(member.sid, *state.peer_connections);
  if (member.speaks_holdfast) {
    state.holdfast = extension_for(member);
    state.ice_servers = ice_servers;
  }
  return state;
}

rsp::Subscribed Room::subscriptions_of(Member& member, Instant now) {
  member.subscribed_revision = next_revision(member.subscribed_revision, now);
  rsp::Subscribed subscribed;
  subscribed.revision = member.subscribed_revision;
  for (const Member& other : members_)
    if (other.sid != member.sid && !contains(member.resubscribe, other.sid)) other.publications.append_subscriptions(subscribed.tracks);
  return subscribed;
}

rsp::Published Room::published_of(Member& member, Instant now) {
  member.published_revision = next_revision(member.published_revision, now);
  return {member.published_revision, member.publications.verdicts()};
}

rsp::RemoteParticipantState Room::view_of(const Member& member, const Member& viewer) {
  return {member.sid,
          member.identity,
          member.participant.shown(),
          member.revision,
          member.publications.tracks(),
          member.speaks_holdfast && viewer.speaks_holdfast,
          member.quality};
}

rsp::Extension Room::extension_for(const Member& member) const {
  rsp::Extension extension;
  for (const Member& other : members_) {
    if (contains(other.media_lost, member.sid)) extension.media_lost.push_back(other.sid);
    for (rsp::Wish& wish : wishes_of(other.wishes, member)) {
      wish.participant = other.sid;
      extension.wishes.push_back(std::move(wish));
    }
  }
  return extension;
}

// Above everything this process and those before it have sent (design: "A restarted server").
std::int64_t Room::next_revision(std::int64_t last, Instant now) const {
  return std::max(last + 1, config_->wall_clock_at_start_ms + now.ms);
}

void Room::flush(Instant now) {
  for (Member& member : members_) {
    lend_loopback(member, now);
    if (absences_.is_waiting(member.sid)) member.subscriptions_changed = false;  // until nobody is waited for
    if (!member.draft && !member.subscriptions_changed) continue;
    rsp::ServerUpdate update;
    if (member.draft) update.state = std::move(*member.draft);
    if (member.subscriptions_changed) update.state.subscribed = subscriptions_of(member, now);
    if (member.speaks_holdfast) update.state.holdfast = extension_for(member);
    const auto holdfast = update.state.holdfast;
    const bool is_partial = member.subscriptions_changed && !std::exchange(member.resubscribe, {}).empty();
    member.draft.reset();
    member.subscriptions_changed = false;
    say(member, std::move(update));
    if (!is_partial) continue;
    rsp::ServerUpdate restored;
    restored.state.subscribed = subscriptions_of(member, now);
    restored.state.holdfast = holdfast;
    say(member, std::move(restored));
  }
}

void Room::say(const Member& member, rsp::ServerMessage message) {
  if (const auto socket = member.participant.socket()) outputs_.push_back(Deliver{*socket, std::move(message)});
}

// ---- questions ---------------------------------------------------------------------------------------------------------------------

std::vector<RoomOutput> Room::take_outputs() { return std::exchange(outputs_, {}); }

std::optional<Instant> Room::next_deadline() const {
  std::optional<Instant> next = fsm::earliest(links_.next_deadline(), absences_.next_deadline());
  for (const Member& member : members_) {
    next = fsm::earliest(next, member.participant.next_deadline());
    if (member.loopback) next = fsm::earliest(next, member.loopback->until());
  }
  return next;
}

std::optional<ParticipantSid> Room::find_identity(const std::string& identity) const {
  for (const Member& member : members_)
    if (member.identity == identity) return member.sid;
  return std::nullopt;
}

std::optional<SocketId> Room::socket_of(const ParticipantSid& sid) const {
  const Member* member = find(sid);
  return member == nullptr ? std::nullopt : member->participant.socket();
}

std::size_t Room::socket_count() const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [](const Member& member) { return member.participant.socket().has_value(); }));
}

RoomSnapshot Room::snapshot() const {
  RoomSnapshot snapshot{sid_, name_, {}};
  for (const Member& member : members_)
    snapshot.participants.push_back(
        {member.sid, member.identity, member.participant.shown(), member.publications.tracks(), member.participant.socket()});
  return snapshot;
}

bool Room::is_consistent() const {
  const std::size_t n = members_.size();
  if (n > config_->max_participants || links_.pair_count() != n * (n - 1) / 2 || !links_.is_consistent() || !outputs_.empty()) return false;
  if (!absences_.is_consistent()) return false;
  for (const auto& entry : absences_.all())
    if (!has(entry.present) || has(entry.absent)) return false;
  for (const Member& member : members_) {
    if (member.participant.is_gone() || !member.participant.is_consistent() || !member.publications.is_consistent()) return false;
    if (member.draft || member.subscriptions_changed) return false;
    if (member.participant.socket() && !absences_.is_waiting(member.sid) && !member.resubscribe.empty()) return false;
    for (const Member& other : members_)
      if (&other != &member && (other.sid == member.sid || other.identity == member.identity)) return false;
  }
  return true;
}

const Room::Member* Room::find(const ParticipantSid& sid) const {
  const auto at = std::find_if(members_.begin(), members_.end(), [&](const Member& member) { return member.sid == sid; });
  return at == members_.end() ? nullptr : &*at;
}

Room::Member* Room::find(const ParticipantSid& sid) { return const_cast<Member*>(std::as_const(*this).find(sid)); }

}  // namespace holdfast::roomserver
