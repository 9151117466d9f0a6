// Who and what is in the room as the app sees it: remote participants, their publications, and which of them are subscribed. Compares
// what the backend says with what the app knows and emits exactly the differences, in the order of docs/protocol.md 10.3.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend.hpp"
#include "effect.hpp"

namespace holdfast::room {

class Roster {
 public:
  Roster();
  ~Roster();

  // The state at joining: emits nothing, gives the models for RoomConnected.
  std::vector<effect::ParticipantModel> begin(const backend::RoomUpdate& update);
  // Participants and subscriptions of an update, in that message's order (subscription map, participants, absent ones, matching).
  void apply(const backend::RoomUpdate& update, Effects& effects);

  void media_arrived(PeerId peer, const SignaledId& media_id, backend::TrackKind kind, const std::string& mid, Effects& effects);
  void media_gone(PeerId peer, const SignaledId& media_id, Effects& effects);

  // Our link to this participant is in trouble (53405), or well again. A participant is `reconnecting` while the server says so or its
  // link is in trouble; the first cause is the one reported, one reconnecting has one reconnected.
  void set_link_trouble(const ParticipantSid& participant, bool in_trouble, Effects& effects);

  // Whether the server calls this participant connected. False for one that is not in the room.
  bool is_connected(const ParticipantSid& participant) const;
  // Media ids of subscribed, enabled audio and video tracks of participants that the server calls connected.
  std::vector<SignaledId> expected_media() const;

  // The Room ends: trackUnsubscribed for every subscribed track; participants keep their state (docs/protocol.md 10.3).
  void end(Effects& effects);
  bool is_consistent() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::room
