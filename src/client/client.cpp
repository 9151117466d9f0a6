// Routes inputs to the machines and what the machines say to one another, until nobody has anything left to say; fires due timers;
// makes one batch of it all. Rules about protocols, links, rooms or pages belong to their machines, not here.
#include "client/client.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/prng.hpp"
#include "client/local_tracks.hpp"
#include "client/page_life.hpp"
#include "peer/peer_set.hpp"
#include "room/dominant_speaker.hpp"
#include "room/emit.hpp"
#include "room/room_state.hpp"
#include "room/roster.hpp"
#include "rsp/session.hpp"

namespace holdfast {

using client::PageAction;
using room::emit;

namespace {

// An input this late after its deadline means that the page was frozen, asleep or held back.
constexpr Millis kWakeLateness{1000};
// What was held back on the way arrives at once, oldest first: only when it is all here does it say how things are.
constexpr Millis kBurst{100};
// From lost media to the word of it; Chromium, whose network interface has come back, has its first candidate after 3 s. No timer: whoever
// is in trouble hears and polls more often than that.
constexpr Millis kLostForLong{4000};
// Machines that keep one another busy without an input are broken.
constexpr int kMaxRounds = 10000;

bool contains(const std::vector<ParticipantSid>& list, const ParticipantSid& sid) {
  return std::find(list.begin(), list.end(), sid) != list.end();
}

// Both call a link by the same names.
room::LinkView view_of(const peer::LinkHealth& health) {
  return {health.link, health.remote, room::LinkView::Health(health.health), health.dtls_failed, health.since};
}

}  // namespace

struct Client::Impl {
  explicit Impl(std::uint64_t seed) : random(seed), peers(random.next()) {}

  Prng random;
  Instant now;
  std::optional<Instant> deadline;  // of the last batch
  Effects effects;                  // of this batch
  bool over = false;

  bool leaves_with_page = true;
  bool keeps_session = false;  // for the next page
  bool rejoins = false;
  Millis reconnect_limit;
  std::optional<rsp::Session> session;  // from the first input on
  bool offered = false;                 // the session was given what it connects with
  peer::PeerSet peers;
  room::Roster roster;
  room::RoomState room;
  std::optional<room::DominantSpeaker> speaker;  // if the app wants to know
  client::LocalTracks tracks;
  client::PageLife page;
  bool heard_server = false;               // in this round
  std::optional<Instant> heard_all_at;     // … while a suspicion waits for that
  std::vector<ParticipantSid> in_trouble;  // as the roster was told
  struct Lost {
    ParticipantSid participant;
    Instant since;
  };
  std::vector<Lost> media_lost;                // because of whom the Room is reconnecting
  std::int64_t quality = backend::kNoQuality;  // of the own network

  // ---- commands ---------------------------------------------------------------------------------------------------------------------

  void on(const input::Connect& connect) {
    if (session) return log("a second connect is ignored");
    leaves_with_page = connect.page_lifecycle;
    keeps_session = connect.keeps_session;
    rejoins = connect.rejoins;
    reconnect_limit = connect.reconnect_limit;
    if (connect.dominant_speaker) speaker.emplace();
    for (const backend::LocalTrack& track : connect.tracks) tracks.add(track);
    session.emplace(connect, random.next());
    publish();
    session->start(now, effects);
  }
  void on(const input::Disconnect&) { session->leave(false, now, effects); }
  void on(const input::WishTrack& input) { peers.expect_anew(roster.wish(input.wish, effects)); }
  void on(const input::ReconnectNow&) {
    if (room.is_joined() && !room.is_calm()) session->handle(input::Network{}, now, effects);
  }
  void on(const input::Describe& input) {
    if (input.quality != backend::kNoQuality) quality = input.quality;
    effect::Description description{session->is_connected(), session->attempt(), {}, room.time_left(now), {}};
    if (const auto next = session->next_attempt()) description.next_attempt = *next - now;
    for (const peer::LinkHealth& link : peers.health())
      description.links.push_back({link.remote, effect::LinkState(link.health), link.path, link.peer, roster.quality_of(link.remote)});
    effects.push_back(std::move(description));
  }
  void on(const input::TokenGiven& input) { session->handle(input, now, effects); }
  void on(const input::TokenFailed& input) { session->handle(input, now, effects); }
  void on(const input::Publish& input) { publish_if(tracks.add(input.track)); }
  void on(const input::Unpublish& input) { publish_if(tracks.remove(input.id)); }
  void on(const input::SetTrackEnabled& input) { publish_if(tracks.set_enabled(input.id, input.enabled)); }
  void on(const input::SetTrackPriority& input) { publish_if(tracks.set_priority(input.id, input.priority)); }

  void publish_if(bool changed) {
    if (changed) publish();
  }
  void publish() {
    session->set_local_tracks(tracks.list(), now, effects);
    peers.set_local_tracks(tracks.list(), now, effects);
  }

  // ---- the outside ------------------------------------------------------------------------------------------------------------------

  void on(const input::SocketOpened& input) { session->handle(input, now, effects); }
  void on(const input::SocketText& input) { session->handle(input, now, effects); }
  void on(const input::SocketClosed& input) { session->handle(input, now, effects); }
  void on(const input::ProbeAnswered& input) { session->handle(input, now, effects); }
  void on(const input::Network& input) { session->handle(input, now, effects); }
  void on(const input::PeerOperationFailed& input) {
    // The only operations so far are those of the first connection: connect() cannot succeed without it.
    if (!offered) return end({{input.op.value == 0 ? code::kMediaConnection : code::kClientLocalDescription, input.message}});
    peers.handle(input, now, effects);
  }
  void on(const input::PeerStats& input) {
    const ParticipantSid* remote = peers.remote_of(input.peer);
    if (speaker && remote != nullptr) speaker->heard(*remote, input.audio_level, now);
    peers.handle(input, now, effects);
  }
  template <class PeerInput>
  void on(const PeerInput& input) {
    peers.handle(input, now, effects);
  }
  void on(const input::Tick&) {}

  void on(const input::Page& input) {
    const bool server_takes_hints = !room.is_joined() || session->peer_speaks_holdfast();
    // A page that goes to the back-forward cache is not reloaded, but may come back itself.
    const bool returns = room.is_joined() && server_takes_hints && (input.persisted ? rejoins : keeps_session);
    switch (page.handle(input.event, leaves_with_page, server_takes_hints, returns)) {
      case PageAction::kNone:
        break;
      case PageAction::kHintLeaving:
        hint(rsp::Session::Hint::kLeaving);
        break;
      case PageAction::kHintHidden:
        hint(rsp::Session::Hint::kHidden);
        break;
      case PageAction::kStepOut:
        if (!input.persisted) {
          effects.push_back(effect::KeepSession{session->word()});
          break;
        }
        session->step_out(now, effects);
        peers.apply({}, true, now, effects);  // no browser keeps a page with a connection
        break;
      case PageAction::kWake:
        wake();
        break;
      case PageAction::kLeave:
        session->leave(true, now, effects);
        // Nobody called disconnect(): should the page come back from the cache, its connect() must not wait for ever.
        if (!room.is_joined()) finish({{code::kSignalingDisconnected, {}}});
        break;
    }
  }
  void hint(rsp::Session::Hint hint) {
    if (room.is_joined()) session->hint(hint, now, effects);
  }
  void wake() {
    session->wake(now, effects);
    peers.wake(now, effects);
    room.wake(now);
  }

  // ---- what the session says --------------------------------------------------------------------------------------------------------

  void on(const backend::IceServersReady& ready) {
    peers.set_ice_servers(ready.servers, effects);
    peers.open_initial(now, effects);
  }
  void on(const backend::IceServersRenewed& renewed) { peers.set_ice_servers(renewed.servers, effects); }
  void on(const backend::Joined& joined) {
    room.joined(std::max(joined.session_timeout, reconnect_limit), now, effects);
    peers.set_limit(joined.session_timeout);
    emit(effects, effect::RoomConnected{joined.room_sid, joined.room_name, joined.participant_sid, joined.identity, joined.signaling_region,
                                        roster.begin(joined.update), tracks.accepted(joined.update.publications)});
    roster.apply({}, effects);
    apply_links(joined.update);
    peers.set_signaling(true, now, effects);
    publish_if(tracks.take(joined.update.publications, effects));
  }
  void on(const backend::Updated& updated) { apply(updated.update); }
  void on(const backend::SignalingLost&) {
    peers.set_signaling(false, now, effects);
    room.signaling_lost(now, effects);
    heard_all_at.reset();
  }
  void on(const backend::SignalingRestored& restored) {
    if (!restored.participant_sid.empty()) {
      emit(effects, effect::RoomRejoined{restored.room_sid, restored.participant_sid});
      tracks.start_over();
      peers.set_id_suffix(restored.id_suffix);
    }
    apply(restored.update);
    peers.set_expected_media(roster.expected_media(), effects);  // before silence is judged: it may have been unpublished meanwhile
    peers.set_signaling(true, now, effects);
    weigh();
    room.signaling_restored(now, effects);
  }
  void on(const backend::AttemptPlanned& planned) {
    emit(effects, effect::ReconnectProgress{planned.number, planned.pause, room.time_left(now).value_or(Millis{})}, effect::When::kTask);
  }
  void on(const backend::TokenExpiring&) { emit(effects, effect::TokenWillExpire{}, effect::When::kTask); }
  void on(const backend::SignalingAlive&) { heard_server = true; }
  void on(const backend::Ended& ended) { finish(ended.error); }

  void apply(const backend::RoomUpdate& update) {
    roster.apply(update, effects);
    apply_links(update);
    publish_if(tracks.take(update.publications, effects));
  }
  void apply_links(const backend::RoomUpdate& update) {
    if (!update.links.empty() || update.links_complete) peers.apply(update.links, update.links_complete, now, effects);
  }

  // ---- what the peers say -----------------------------------------------------------------------------------------------------------

  void on(const peer::Send& send) {
    if (offered) return session->send_link(send.update, now, effects);
    offered = true;
    session->connect(send.update, now, effects);
  }
  void on(const peer::Closed& closed) {
    if (closed.by_remote) session->forget_link(closed.link);
  }
  void on(const peer::MediaArrived& media) { roster.media_arrived(media.peer, media.media_id, media.kind, media.mid, effects); }
  void on(const peer::MediaGone& media) { roster.media_gone(media.peer, media.media_id, effects); }
  void on(const peer::HealthChanged& changed) {  // weigh() looks at all of them
    if (changed.works_now) session->nudge(now, effects);
  }

  // ---- the rounds -------------------------------------------------------------------------------------------------------------------

  // Until session and peers have nothing left to say to the others.
  void settle() {
    for (int round = 0; !over; ++round) {
      HOLDFAST_CHECK(round < kMaxRounds);
      const std::vector<rsp::SessionEvent> from_session = session->take_events();
      const std::vector<peer::PeerEvent> from_peers = peers.take_events();
      if (from_session.empty() && from_peers.empty()) break;
      hand_on(from_session);
      hand_on(from_peers);
    }
    if (!over && room.is_joined()) weigh();
    if (!over && room.verdict()) end(room.verdict());
  }
  template <class Events>
  void hand_on(const Events& events) {
    for (const auto& event : events)
      if (!over) std::visit([this](const auto& happened) { this->on(happened); }, event);
  }

  // What should flow follows from what is published, the Room's state from the links and from who is there; from that, who can be reached.
  void weigh() {
    peers.set_expected_media(roster.expected_media(), effects);
    std::vector<room::LinkView> links;
    for (const peer::LinkHealth& health : peers.health()) links.push_back(view_of(health));
    const std::vector<ParticipantSid> present = roster.present();
    room.links_changed(links, present, roster.connected(), now, effects);
    room.weigh_load(present.size(), tracks.have_video(), effects);
    // Only after all it said was taken in: it may be that the peer is in trouble, and not we.
    if (std::exchange(heard_server, false) && room.has_suspicion() && !heard_all_at) heard_all_at = now + kBurst;
    if (heard_all_at && *heard_all_at <= now) {
      heard_all_at.reset();
      room.signaling_alive(now, effects);
    }

    // The word of the other end is trouble of the link too; it ends where ours would. A link that never worked may be gone before anybody
    // has called it bad; another one is to follow. Until that works the other end may have nothing to complain of, and is told.
    std::vector<ParticipantSid> still = room.in_trouble();
    const auto& unheard_by = session->heard().media_lost;
    still.insert(still.end(), unheard_by.begin(), unheard_by.end());
    std::vector<ParticipantSid> unheard = room.media_lost();
    for (const ParticipantSid& sid : in_trouble) {
      const auto link = std::find_if(links.begin(), links.end(), [&](const room::LinkView& one) { return one.remote == sid; });
      const bool is_there = contains(roster.connected(), sid);
      if (link == links.end() ? !is_there : link->health == room::LinkView::Health::kHealthy) continue;
      still.push_back(sid);
      if (is_there && !contains(unheard, sid)) unheard.push_back(sid);
    }
    for (const ParticipantSid& sid : in_trouble)
      if (!contains(still, sid)) roster.set_link_trouble(sid, false, effects);
    for (const ParticipantSid& sid : still) roster.set_link_trouble(sid, true, effects);
    in_trouble = std::move(still);
    say_what_is_lost(unheard);
    peers.fit(session->heard().wishes, present.size(), effects);
    if (speaker && speaker->update(present, now)) emit(effects, effect::DominantSpeakerChanged{speaker->participant()});
  }

  // Most troubles of media are over before the other end has to hear of them, or it finds them itself.
  void say_what_is_lost(const std::vector<ParticipantSid>& all) {
    std::vector<Lost> lost;
    std::vector<ParticipantSid> told;
    for (const ParticipantSid& sid : all) {
      const auto known = std::find_if(media_lost.begin(), media_lost.end(), [&](const Lost& one) { return one.participant == sid; });
      Instant since = known == media_lost.end() ? now : known->since;
      const bool is_told = now - since >= kLostForLong;
      if (is_told) told.push_back(sid);
      if (!is_told && !session->is_connected()) since = now;  // what was cut with signaling mostly comes back with it
      lost.push_back({sid, since});
    }
    media_lost = std::move(lost);
    session->tell_others({{}, {}, std::move(told), roster.wishes(), quality}, now, effects);
  }

  // Fires everything due, earliest first; at the same time in this order.
  void fire_due() {
    settle();
    for (int round = 0; !over; ++round) {
      HOLDFAST_CHECK(round < kMaxRounds);
      const std::optional<Instant> next = next_deadline();
      if (!next || *next > now) break;
      if (session->next_deadline() == next)
        session->handle_timers(now, effects);
      else if (peers.next_deadline() == next)
        peers.handle_timers(now, effects);
      else if (room.next_deadline() == next)
        room.handle_timers(now, effects);
      settle();
    }
  }
  std::optional<Instant> next_deadline() const {
    return fsm::earliest(fsm::earliest(session->next_deadline(), heard_all_at), fsm::earliest(peers.next_deadline(), room.next_deadline()));
  }

  // ---- the end ----------------------------------------------------------------------------------------------------------------------

  // We end it: the server is told.
  void end(const std::optional<Error>& error) {
    session->leave(false, now, effects);
    finish(error);
  }
  // It has ended; the app is told, in the order of docs/protocol.md 10.3. A connect() that the app itself gave up has no error.
  void finish(const std::optional<Error>& error) {
    const bool joined = room.is_joined();
    over = true;
    room.end(now, effects);
    roster.end(effects);
    peers.close_all(effects);
    if (joined)
      emit(effects, effect::RoomDisconnected{error});
    else if (error)
      emit(effects, effect::ConnectFailed{*error});
  }

  void log(const char* message) { effects.push_back(effect::Log{effect::LogLevel::kWarn, message}); }

  void handle(const Input& input) {
    if (!session && !std::holds_alternative<input::Connect>(input)) return log("an input before connect is ignored");
    if (deadline && now > *deadline + kWakeLateness) wake();
    std::visit([this](const auto& happened) { this->on(happened); }, input);
    fire_due();
  }

  // Network effects first: when a listener runs, what its event reports has been done.
  Batch take_batch() {
    Batch batch;
    for (const bool emits : {false, true})
      for (Effect& effect : effects)
        if (std::holds_alternative<effect::Emit>(effect) == emits) batch.effects.push_back(std::move(effect));
    effects.clear();
    if (session && !over) batch.next_deadline = next_deadline();
    deadline = batch.next_deadline;
    return batch;
  }
};

Client::Client(std::uint64_t seed) : impl_(std::make_unique<Impl>(seed)) {}
Client::~Client() = default;

Batch Client::handle(const Input& input, Instant now) {
  impl_->now = later(impl_->now, now);
  if (impl_->over) return {};
  impl_->handle(input);
  HOLDFAST_CHECK(is_consistent());
  return impl_->take_batch();
}

bool Client::is_over() const { return impl_->over; }

bool Client::is_consistent() const {
  const Impl& c = *impl_;
  if (!c.tracks.is_consistent() || !c.roster.is_consistent() || !c.room.is_consistent() || !c.peers.is_consistent()) return false;
  if (!c.session) return !c.over && c.tracks.list().empty();
  return c.session->is_consistent() && c.over == c.room.is_over() && (c.over || !c.session->is_over());
}

}  // namespace holdfast
