// Who and what is in the room as the app sees it: remote participants, their publications, and which of them are subscribed. Compares
// what the backend says with what the app knows and emits exactly the differences, in the order of docs/protocol.md 10.3.
// Does not decide whether a link is in trouble, nor the Room's own state (room_state.hpp).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "backend.hpp"
#include "effect.hpp"

namespace holdfast::room {

class Roster {
 public:
  // Beyond these, what arrives is ignored: participants of one room, and media (a remote end can open data channels at will).
  static constexpr std::size_t kMaxParticipants = 512;
  static constexpr std::size_t kMaxMedia = 2048;

  // The state at joining: emits nothing, gives the models for RoomConnected. Failed subscriptions come with the next apply().
  std::vector<effect::ParticipantModel> begin(const backend::RoomUpdate& update);
  // Participants and subscriptions of an update, in that message's order (subscription map, participants, absent ones, matching).
  void apply(const backend::RoomUpdate& update, Effects& effects);

  // A media id that arrives anew elsewhere is subscribed anew: the app holds a track object of the old place.
  void media_arrived(PeerId peer, const SignaledId& media_id, backend::TrackKind kind, const std::string& mid, Effects& effects);
  void media_gone(PeerId peer, const SignaledId& media_id, Effects& effects);

  // The link between us and this participant is in trouble (53405), or well again. A participant is `reconnecting` while the server says so
  // or its link is in trouble; the first cause is the one reported, one reconnecting has one reconnected.
  void set_link_trouble(const ParticipantSid& participant, bool in_trouble, Effects& effects);

  // What the app wants to get of a track from now on; a negative size: as it is. Of whoever heeds no wishes it gets everything.
  // Says whose track it is.
  ParticipantSid wish(const backend::Wish& wish, Effects& effects);
  // Of those who heed them, the full list.
  std::vector<backend::Wish> wishes() const;

  std::vector<ParticipantSid> present() const;
  // The participants that the server calls connected.
  std::vector<ParticipantSid> connected() const;
  // How good its network is, as it says.
  std::int64_t quality_of(const ParticipantSid& participant) const;
  // Media ids of subscribed, enabled audio and video tracks of participants that the server calls connected; without those switched off.
  std::vector<SignaledId> expected_media() const;

  // The Room ends: trackUnsubscribed for every subscribed track; participants keep their state (docs/protocol.md 10.3). Whatever
  // comes afterwards changes nothing.
  void end(Effects& effects);
  bool is_consistent() const;

 private:
  struct Media {
    PeerId peer;
    SignaledId id;
    backend::TrackKind kind = backend::TrackKind::kAudio;
    std::string mid;
    friend bool operator==(const Media& a, const Media& b) {
      return a.peer == b.peer && a.id == b.id && a.kind == b.kind && a.mid == b.mid;
    }
  };
  struct Publication {
    effect::TrackModel model;
    std::optional<Media> media;    // set while subscribed
    std::optional<Error> failure;  // the last one told to the app
    std::int64_t width = -1;       // in which it is wanted
    std::int64_t height = -1;

    bool is_unwanted() const { return width == 0 && height == 0; }
  };
  struct Participant {
    ParticipantSid sid;
    std::string identity;
    bool away = false;             // the server calls it reconnecting
    bool in_link_trouble = false;  // we cannot reach it
    bool heeds_wishes = false;
    std::int64_t quality = backend::kNoQuality;
    std::vector<Publication> publications;

    bool is_reconnecting() const { return away || in_link_trouble; }
    effect::ParticipantModel model() const;
  };

  void take(const backend::RoomUpdate& update, Effects& effects);
  void take_participant(const backend::RemoteParticipant& update, Effects& effects);
  void take_tracks(Participant& participant, const std::vector<backend::RemoteTrack>& tracks, Effects& effects);
  void take_track(Participant& participant, const backend::RemoteTrack& track, Effects& effects);
  void set_cause(Participant& participant, bool Participant::*cause, bool value, int error_code, Effects& effects);
  void match(Effects& effects);
  void match(const Participant& participant, Publication& publication, Effects& effects);
  void unsubscribe(const Participant& participant, Publication& publication, Effects& effects);
  void remove(std::size_t index, Effects& effects);
  bool is_subscribed(const Media& media) const;
  const Media* find_media(const SignaledId& id, backend::TrackKind kind) const;
  Participant* find(const ParticipantSid& sid);

  std::vector<Participant> participants_;
  std::vector<backend::Subscription> subscriptions_;
  std::vector<Media> media_;  // oldest first
  bool over_ = false;
};

}  // namespace holdfast::room
