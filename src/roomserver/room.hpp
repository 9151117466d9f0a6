// One room: who is in it and what each of them has to be told. Every change leaves a draft for each participant it concerns; drafts
// become one message a participant when the change is complete (docs/protocol.md 4.5, chapter 8). Sockets, tokens and the other rooms
// are server.cpp's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/instant.hpp"
#include "roomserver/absences.hpp"
#include "roomserver/adoption.hpp"
#include "roomserver/identifiers.hpp"
#include "roomserver/links.hpp"
#include "roomserver/loopback.hpp"
#include "roomserver/participant.hpp"
#include "roomserver/publications.hpp"
#include "roomserver/server.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

// What a room wants done, in order.
struct Deliver {
  SocketId socket;
  rsp::ServerMessage message;
};
struct Release {  // the socket is no longer this room's …
  SocketId socket;
  bool superseded = false;  // … since the session goes on with another one; else it was told its last word
};
using RoomOutput = std::variant<Deliver, Release, ParticipantJoined, ParticipantLeft>;

class Room {
 public:
  // All but the names must outlive the room.
  Room(RoomSid sid, std::string name, const Config& config, Identifiers& identifiers, const Adoption& adoption);

  // Precondition: the identity is not in the room, and there is a place for it.
  ParticipantSid join(SocketId socket, const std::string& identity, const rsp::Connect& connect, const std::vector<IceServer>& ice_servers,
                      Instant now);
  // A page that was loaded anew is the same participant, with other tracks and other links. Precondition: it is in the room.
  void come_back(const ParticipantSid& sid, SocketId socket, const rsp::Connect& connect, const std::vector<IceServer>& ice_servers,
                 Instant now);
  // The same session on a new socket (docs/protocol.md 8.6).
  void sync(const ParticipantSid& sid, SocketId socket, const rsp::Sync& sync, const std::vector<IceServer>& ice_servers, Instant now);
  void update(const ParticipantSid& sid, const rsp::ClientUpdate& update, Instant now);

  // Someone who was in this room in an earlier process (docs/protocol.md chapter 20). Precondition: neither sid nor identity is in the
  // room, and there is a place for it.
  void adopt(const SessionClaims& claims, SocketId socket, const rsp::Sync& sync, const std::vector<IceServer>& ice_servers, Instant now);
  // Someone of whom that was true will not come back.
  void give_up(const ParticipantSid& absent, Instant now);

  void note_frame(const ParticipantSid& sid);
  void handle_silent(const ParticipantSid& sid, Instant now);
  void handle_heard(const ParticipantSid& sid, Instant now);
  void handle_socket_closed(const ParticipantSid& sid, std::int64_t code, Instant now);
  // It says that it leaves.
  void leave(const ParticipantSid& sid, Instant now);
  // It is told to leave: with an error, or, without a code, plainly.
  void expel(const ParticipantSid& sid, int code, Instant now);
  // Everybody is told that the room is completed (53118).
  void complete(Instant now);

  void fire_due(Instant now);
  void wake(Instant now);

  std::vector<RoomOutput> take_outputs();
  std::optional<Instant> next_deadline() const;

  const RoomSid& sid() const { return sid_; }
  const std::string& name() const { return name_; }
  bool is_empty() const { return members_.empty(); }
  // With those who are expected back.
  std::size_t size() const { return members_.size() + absences_.absent_count(); }
  // How many of its participants have one.
  std::size_t socket_count() const;
  bool has(const ParticipantSid& sid) const { return find(sid) != nullptr; }
  // Not in the room, but expected back.
  bool expects(const ParticipantSid& sid) const { return absences_.is_awaited(sid); }
  // Whoever is expected has one.
  bool has_place_for(const ParticipantSid& returning) const;
  std::optional<ParticipantSid> find_identity(const std::string& identity) const;
  // Unix time of the participant's session. Precondition: it is in the room.
  std::int64_t issued_at_ms(const ParticipantSid& sid) const { return find(sid)->issued_at_ms; }
  // A later page has gone on with the participant: this session is a copy. Precondition: it is in the room.
  bool is_outdated(const SessionClaims& claims) const { return claims.issued_at_ms < issued_at_ms(claims.participant); }
  // The socket that speaks for the participant; none while it is away.
  std::optional<SocketId> socket_of(const ParticipantSid& sid) const;
  RoomSnapshot snapshot() const;
  bool is_consistent() const;

 private:
  struct Member {
    Member(ParticipantSid own_sid, std::string own_identity, const Participant& own_participant)
        : sid(std::move(own_sid)), identity(std::move(own_identity)), participant(own_participant) {}

    template <class Greeting>  // rsp::Connect or rsp::Sync
    void note_extension(const Greeting& greeting) {
      speaks_holdfast = greeting.holdfast.has_value();
      participant.keep_session(greeting.keeps_session);
    }

    ParticipantSid sid;
    std::string identity;
    std::int64_t issued_at_ms = 0;  // its session, Unix time
    bool speaks_holdfast = false;
    std::vector<ParticipantSid> media_lost;  // whose media do not reach it, as it says; may name anybody
    std::vector<rsp::Wish> wishes;           // of the others' tracks; may name any
    std::int64_t quality = rsp::kNoQuality;  // of its network
    Participant participant;
    Publications publications;
    std::int64_t revision = 0;             // of what the others see of it
    std::int64_t published_revision = 0;   // of what it was told about its tracks
    std::int64_t subscribed_revision = 0;  // of what it was told about the others' tracks
    std::optional<rsp::RoomState> draft;   // what it will be told next
    bool subscriptions_changed = false;    // … together with a snapshot of them
    bool may_be_stuck = false;             // an official client, of which this is about; see room_loopback.cpp
    std::optional<Loopback> loopback;
    std::vector<ParticipantSid> resubscribe;  // whose tracks are left out of the next snapshot and put back in the one after it
  };

  const Member* find(const ParticipantSid& sid) const;
  Member* find(const ParticipantSid& sid);

  // ---- drafting: what a change means for whom
  rsp::RoomState* draft_for(Member& member);
  static void append_links(rsp::RoomState& draft, std::vector<rsp::PeerConnectionState> entries);
  // What only Holdfast clients are told of is no news to the others.
  void show_to_others(Member& member, bool subscriptions_too, Instant now, bool to_official = true);
  void rate_for_others(Member& member, Instant now);
  void show_if_changed(Member& member, rsp::ParticipantState before, Instant now);
  void apply_publications(Member& member, const rsp::LocalState& said, Instant now);
  void note_words(Member& member, const std::optional<rsp::Extension>& said, Instant at);
  static std::vector<rsp::Wish> wishes_of(const std::vector<rsp::Wish>& wishes, const Member& member);
  void draft_news(LinkNews news);
  void remove_gone(Instant now);

  // ---- after a restart (room_adoption.cpp)
  LinkNews adopt_links(const Member& returning, const std::vector<rsp::PeerConnectionState>& listed, Instant now);
  void stop_waiting(const std::vector<ParticipantSid>& waiting, Instant now);
  static rsp::RemoteParticipantState view_of_absent(const ParticipantSid& sid);

  // ---- for official clients that are alone (room_loopback.cpp)
  bool may_have_troubled(const Member& gone, const Member& other) const;
  void lend_loopback(Member& member, Instant now);
  void update_loopback(Member& member, const std::vector<rsp::PeerConnectionState>& said, Instant now);
  void end_loopback(Member& member, Instant now);
  LinkId next_loopback_end(const Member& member, Instant now);

  // ---- composing
  void say_connected(Member& member, const rsp::Connect& connect, const std::vector<IceServer>& ice_servers, Instant now);
  // `ice_servers`: empty if none are to be told.
  void say_synced(Member& member, const std::vector<IceServer>& ice_servers, Instant now);
  rsp::RoomState full_state(Member& member, const std::vector<IceServer>& ice_servers, Instant now);
  rsp::Subscribed subscriptions_of(Member& member, Instant now);
  rsp::Published published_of(Member& member, Instant now);
  static rsp::RemoteParticipantState view_of(const Member& member, const Member& viewer);
  // Who has lost the media of `member`, and what is wished of its tracks.
  rsp::Extension extension_for(const Member& member) const;
  std::int64_t next_revision(std::int64_t last, Instant now) const;
  void flush(Instant now);
  void say(const Member& member, rsp::ServerMessage message);

  RoomSid sid_;
  std::string name_;
  const Config* config_;
  Identifiers* identifiers_;
  const Adoption* adoption_;
  std::vector<Member> members_;  // in the order of joining
  Links links_;
  Absences absences_;
  std::vector<RoomOutput> outputs_;
};

}  // namespace holdfast::roomserver
