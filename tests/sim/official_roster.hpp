// Who is in the room as the official client sees it: participants, their tracks, and which media each track is joined with
// (docs/protocol.md 4.7, 4.9, 6.2). A track keeps media of a connection that has gone until the next message of the server.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "backend.hpp"
#include "official_json.hpp"
#include "official_peers.hpp"
#include "official_runtime.hpp"

namespace holdfast::sim::official {

struct RemoteTrack {
  std::string name;
  backend::TrackKind kind = backend::TrackKind::kAudio;
  bool enabled = true;
  backend::Priority priority = backend::Priority::kStandard;
  bool subscribed = false;  // SID, subscription and media have met
  PeerId peer;              // where its media arrives; of a data track the connection of the channel …
  std::string mid;          // … which has no mid
  std::string media_id;     // the signaled id
};
struct Remote {
  std::string identity;
  bool reconnecting = false;
  std::map<std::string, RemoteTrack> tracks;  // by SID
};

class Roster {
 public:
  Roster(Runtime& runtime, const Peers& peers) : runtime_(runtime), peers_(peers) {}

  // The parts `subscribed` and `participants` of a message.
  void update(const json& message, const std::string& own_sid);
  void on_receiver(const Receiver& receiver);
  const std::map<std::string, Remote>& participants() const { return participants_; }

 private:
  void update_subscriptions(const json& subscribed);
  void update_participant(const json& entry);
  void update_tracks(Remote& remote, const json& tracks);
  bool is_entry_sound(const json& entry);
  bool is_news(const Remote& remote, const json& entry) const;
  void join();
  void join(RemoteTrack& track, const Receiver& receiver);
  RemoteTrack* find_track(const std::string& sid);

  Runtime& runtime_;
  const Peers& peers_;
  std::map<std::string, Remote> participants_;
  std::map<std::string, std::int64_t> revisions_;       // of participants, by SID
  std::map<std::string, std::int64_t> left_revisions_;  // at which they left
  std::int64_t subscribed_revision_ = 0;
  std::map<std::string, std::string> subscribed_;         // SID to signaled id
  std::map<std::string, std::set<std::string>> waiting_;  // SIDs of tracks for the media of a signaled id
};

}  // namespace holdfast::sim::official
