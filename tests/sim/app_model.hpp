// An app that believes every event it is told, and complains about any that cannot be true: what web/ would show, and the rules that
// hold for each list of events (docs/protocol.md 10.3, design: "The ten promises").
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "effect.hpp"
#include "size.hpp"

namespace holdfast::sim {

class AppModel {
 public:
  enum class State { kConnecting, kConnected, kReconnecting, kDisconnected };
  struct Track {
    effect::TrackModel model;
    bool subscribed = false;
    PeerId peer;
    std::string mid;
    Size wanted = kWhole;
    bool switched_off = false;

    // Something has to come in.
    bool is_expected() const {
      return subscribed && model.enabled && model.kind != backend::TrackKind::kData && (!switched_off || wanted != kNothing);
    }
  };
  struct Participant {
    std::string identity;
    bool reconnecting = false;
    std::map<std::string, Track> tracks;  // by SID
  };
  enum class Publishing { kPending, kPublished, kFailed };

  // What the app does.
  void publish(const SignaledId& id) { publishing[id.value] = Publishing::kPending; }
  void unpublish(const SignaledId& id) {
    publishing.erase(id.value);
    sids.erase(id.value);
  }
  // Of one that is there.
  void wish(const ParticipantSid& participant, const TrackSid& track, Size size) { known(participant, track).wanted = size; }
  void leave() { leaving_ = true; }
  // The page goes: the client leaves, unless it ends for a reason of its own first.
  void lose_page() { losing_page_ = true; }

  // What it is told.
  void take(const effect::Emit& emit);

  State state = State::kConnecting;
  std::optional<Error> reason;  // of the end
  std::string participant_sid;
  std::map<std::string, Participant> participants;  // by SID
  std::map<std::string, Publishing> publishing;     // by signaled id
  std::map<std::string, std::string> sids;          // of what is published, by signaled id
  std::set<std::string> all_sids;                   // … and ever was
  std::string complaint;                            // the first one; empty: none
  const char* complaint_checker = "events";

  // It has lost its signaling.
  bool is_away() const { return local_reconnecting_; }

  int reconnecting_count = 0;
  int reconnected_count = 0;

 private:
  void on(const effect::RoomConnected&);
  void on(const effect::ConnectFailed&);
  void on(const effect::RoomReconnecting&);
  void on(const effect::RoomReconnected&);
  void on(const effect::RoomDisconnected&);
  void on(const effect::RoomRejoined&);
  void on(const effect::ReconnectProgress&);
  void on(const effect::MeshOverloaded&);
  void on(const effect::TokenWillExpire&);
  void on(const effect::LocalParticipantReconnecting&);
  void on(const effect::LocalParticipantReconnected&);
  void on(const effect::LocalParticipantDisconnected&);
  void on(const effect::ParticipantConnected&);
  void on(const effect::ParticipantDisconnected&);
  void on(const effect::ParticipantReconnecting&);
  void on(const effect::ParticipantReconnected&);
  void on(const effect::DominantSpeakerChanged&);
  void on(const effect::TrackPublished&);
  void on(const effect::TrackUnpublished&);
  void on(const effect::TrackSubscribed&);
  void on(const effect::TrackUnsubscribed&);
  void on(const effect::TrackSubscriptionFailed&);
  void on(const effect::TrackEnabled&);
  void on(const effect::TrackDisabled&);
  void on(const effect::TrackSwitched&);
  void on(const effect::TrackPriorityChanged&);
  void on(const effect::LocalTrackPublished&);
  void on(const effect::LocalTrackPublicationFailed&);

  void expect(bool truth, const char* otherwise, const char* checker = "events");
  void add(const effect::ParticipantModel& model);
  void settle(const SignaledId& id, Publishing outcome);
  void set_enabled(const ParticipantSid& participant, const TrackSid& track, bool enabled);
  // The one told of, or a throw-away one after a complaint.
  Participant& known(const ParticipantSid& sid);
  Track& known(const ParticipantSid& sid, const TrackSid& track);

  std::string speaker_;  // SID of the dominant one
  std::uint32_t attempt_ = 0;
  bool leaving_ = false;
  bool losing_page_ = false;
  bool local_reconnecting_ = false;
  bool local_disconnected_ = false;
  Participant nobody_;
  Track nothing_;
};

}  // namespace holdfast::sim
