// What one session does, as the outside sees it: its events, its effects, and what it tells the server of tracks and links.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "rsp/session.hpp"
#include "socket_watch.hpp"
#include "token_watch.hpp"
#include "words.hpp"

namespace holdfast::words {

using namespace rsp;

inline const std::string kSessionUrl = "ws://h/s";
inline const LinkId kWatchedLink("L");

// What the client wants the server to know, and what it knows: revisions, 0 for nothing.
struct LinkSide {
  std::int64_t description = 0;
  std::int64_t ice = 0;
  bool closed = false;
};

struct SessionWatch {
  Promises promises;
  TokenWatch token;
  Instant now{1000};
  SocketWatch socket;
  bool started = false;
  bool ice_ready = false;
  bool offered = false;
  bool joined = false;
  bool away = false;
  bool over = false;
  bool dropped = false;              // and comes back as another participant
  std::string_view session_id = "";  // from `connected` on
  bool going = false;                // with the page, by this letter
  bool said_disconnect = false;
  OperationId probe;  // the latest
  Instant probed_at;
  int queued = 0;  // news that had to wait
  int owed = 0;    // news that are to be told by this letter

  bool track_enabled = true;
  bool has_track = false;
  bool told_track = false;
  bool told_enabled = false;
  std::int64_t told_revision = 0;
  LinkSide wanted;
  LinkSide told;
  bool link_is_gone = false;  // closed by the server

  bool is_offering() const { return ice_ready && !offered && !over; }

  // In step, the server knows all that it should.
  void check_told() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(told_track == has_track && (!has_track || told_enabled == track_enabled), "the server knows the tracks");
    if (link_is_gone) return;
    require(wanted.closed == told.closed, "the server knows which link is closed");
    if (wanted.closed) return;
    require(told.description == wanted.description, "the server knows the latest description");
    require(told.ice == wanted.ice, "the server knows the latest candidates");
  }

  void watch(const Effect& effect, bool was_over, bool was_joined) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (std::holds_alternative<effect::Log>(effect)) return;
    require(!was_over, "nothing is done after the end");
    if (const auto* opens = std::get_if<effect::OpenSocket>(&effect)) {
      require(!over && opens->url == kSessionUrl, "no socket is opened at the end");
      require(!joined || away, "no socket is opened while there is one in step");
      said_disconnect = false;
      queued = 0;
      if (std::exchange(socket.closed_with, 0) != close_code::kBusyWait) token.watch_dial();
      socket.watch(*opens, promises);
    } else if (const auto* closes = std::get_if<effect::CloseSocket>(&effect)) {
      require(!over || closes->code != 1000 || !socket.welcomed || said_disconnect, "whoever leaves says so first");
      require(over || closes->code != 1000, "1000 means for good");
      socket.watch(*closes, promises);
    } else if (const auto* sends = std::get_if<effect::SendText>(&effect)) {
      const auto frame = socket.watch(*sends, promises);
      if (!frame) return;
      if (const auto* hello = std::get_if<Hello>(&*frame); hello != nullptr && hello->body) watch_message(*hello->body, was_joined);
      if (const auto* message = std::get_if<ClientMsg>(&*frame)) watch_message(message->body, was_joined);
    } else if (const auto* probes = std::get_if<effect::Probe>(&effect)) {
      require(away && !over && !socket.is_live, "only a session without a socket probes");
      require(probes->op.value > probe.value, "each probe has a number of its own");
      probe = probes->op;
      probed_at = now;
    } else if (const auto* asks = std::get_if<effect::RequestToken>(&effect)) {
      token.watch(*asks, now, promises);
    } else if (const auto* beacon = std::get_if<effect::Beacon>(&effect)) {
      require(going && over && joined && beacon->text == session_id, "a beacon goes with the page");
    } else {
      require(false, "a session asks for nothing else");
    }
  }
  void watch_event(const SessionEvent& event) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(!over, "the end is the last event");
    if (std::holds_alternative<backend::IceServersReady>(event)) {
      require(!ice_ready && started, "the first offer is asked for once");
      ice_ready = true;
      token.is_asked = token.was_refused = false;
    } else if (std::holds_alternative<backend::Joined>(event)) {
      require(!joined && offered, "it joins once");
      joined = true;
      session_id = "SE";
      token.was_refused = false;
      owed += std::exchange(queued, 0);
    } else if (std::holds_alternative<backend::Updated>(event)) {
      require(joined && !away, "news come in step");
      --owed;
    } else if (std::holds_alternative<backend::SignalingLost>(event)) {
      require(joined && !away, "lost and restored alternate");
      away = true;
    } else if (const auto* restored = std::get_if<backend::SignalingRestored>(&event)) {
      require(joined && away && socket.welcomed, "lost and restored alternate");
      watch_restored(*restored);
      away = false;
      token.was_refused = false;
      owed += std::exchange(queued, 0);
    } else if (std::holds_alternative<backend::SignalingAlive>(event)) {
      require(joined, "signs of life are for whoever is in the room");
    } else if (std::holds_alternative<backend::AttemptPlanned>(event)) {
      require(joined && away, "attempts are planned while signaling is away");
      token.was_refused = false;
    } else if (std::holds_alternative<backend::TokenExpiring>(event)) {
      require(joined, "warnings are for whoever is in the room");
      token.watch_warning(now, promises);
    } else {
      const auto* ended = std::get_if<backend::Ended>(&event);
      require(ended != nullptr, "nothing else is told");
      const bool expired = ended != nullptr && ended->error && ended->error->code == code::kAccessTokenExpired;
      require(expired == token.none_left, "20104 is for whoever has no token left");
      over = true;
      token.is_asked = false;
    }
  }

 private:
  void watch_message(const ClientMessage& message, bool was_joined) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (const auto* ice = std::get_if<IceRequest>(&message)) {
      require(!ice_ready, "ICE servers are asked for once");
      token.watch_shown(ice->token, promises);
    } else if (const auto* connect = std::get_if<Connect>(&message)) {
      require(offered && (!was_joined || dropped), "one `connect` for each session, the first with the first offer");
      require(!dropped || connect->peer_connections.empty(), "the links of the session before are not told");
      token.watch_shown(connect->token, promises);
      tell_afresh(connect->participant, connect->peer_connections);
    } else if (const auto* sync = std::get_if<Sync>(&message)) {
      require(was_joined && !dropped && sync->session == session_id, "`sync` names the session");
      token.watch_shown(sync->token, promises);
      tell_afresh(sync->participant, sync->peer_connections);
    } else if (const auto* update = std::get_if<ClientUpdate>(&message)) {
      require(joined && !away, "`update` is for a session in step");
      require(update->session == (update->participant ? session_id : ""), "`update` names the session whose tracks it tells");
      require(!update->participant || update->participant->revision > told_revision, "`update` tells the tracks that are news");
      if (update->participant) tell(*update->participant);
      for (const auto& link : update->peer_connections) tell(link);
    } else if (const auto* disconnect = std::get_if<Disconnect>(&message)) {
      require(over && !said_disconnect && disconnect->session == session_id, "`disconnect` is the last word");
      said_disconnect = true;
    }
  }
  // A new socket: what went over the one before may have been lost, but for what this message says.
  void tell_afresh(const LocalState& state, const std::vector<PeerConnectionState>& links) {
    tell(state);
    told = {};
    told.closed = wanted.closed;  // by not being listed
    for (const auto& link : links) {
      if (link.id == kWatchedLink) told.closed = false;  // since it was written
      tell(link);
    }
  }
  void tell(const LocalState& state) {
    const bool enabled = !state.tracks.empty() && state.tracks[0].enabled;
    promises.require(state.revision >= told_revision, "the revision of the tracks never falls");
    promises.require(
        state.revision > told_revision || told_revision == 0 || (told_track == !state.tracks.empty() && told_enabled == enabled),
        "other tracks have another revision");
    told_track = !state.tracks.empty();
    told_enabled = enabled;
    told_revision = state.revision;
  }
  void tell(const PeerConnectionState& link) {
    if (link.id != kWatchedLink) return;
    promises.require(!told.closed || wanted.closed, "nothing is told of a closed link");
    if (link.description) {
      promises.require(link.description->revision > told.description, "a description is told once");
      told.description = link.description->revision;
      told.closed = link.description->type == DescriptionType::kClose;
    }
    if (link.ice) {
      promises.require(link.ice->revision > told.ice, "candidates are told once");
      told.ice = link.ice->revision;
    }
  }

  void watch_restored(const backend::SignalingRestored& restored) {
    const bool is_another = !restored.participant_sid.empty();
    promises.require(is_another == std::exchange(dropped, false), "whoever was dropped, and nobody else, is another participant");
    if (!is_another) return;
    const auto& room = restored.update;
    promises.require(room.participants_complete && room.links_complete, "another session is told in full");
    promises.require(room.participants.size() == 1 && room.participants[0].tracks, "old revisions count for nothing in another session");
    session_id = "SE2";
    wanted = told = {};
    link_is_gone = false;
  }
};

}  // namespace holdfast::words
