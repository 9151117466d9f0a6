// The Room's own state (connecting, connected, reconnecting, disconnected) from signaling, the links' health and the session timeout:
// design "Room state". Emits the Room's and the LocalParticipant's events, and says when the Room is over.
// A link that looks bad is only a suspicion: if the whole network were gone, signaling would be lost as well. A frame from the server
// after the suspicion began proves that media alone is in trouble; without one the session reports lost signaling by itself.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "backend.hpp"
#include "base/instant.hpp"
#include "effect.hpp"
#include "fsm/table.hpp"
#include "room/room_table.hpp"

namespace holdfast::room {

// One link, as far as the Room's state depends on it.
struct LinkView {
  enum class Health { kNew, kHealthy, kSuspect, kFailed };
  LinkId link;
  ParticipantSid remote;  // empty: the protocol cannot tell
  Health health = Health::kNew;
  bool dtls_failed = false;
  Instant since;  // when this health began
};

class RoomState {
 public:
  // A peer that has just come back has this long for its media to follow before the Room itself is in trouble.
  static constexpr Millis kReturnGrace{3000};
  // Waking up proves nothing: limits end no earlier than this after it.
  static constexpr Millis kWakeGrace{10000};

  // Whatever is lost may be away for as long as `limit`.
  void joined(Millis limit, Instant now, Effects& effects);
  void signaling_lost(Instant now, Effects& effects);
  // After the full state was handed to links_changed.
  void signaling_restored(Instant now, Effects& effects);
  // The server was heard, and it has all been taken in.
  void signaling_alive(Instant now, Effects& effects);
  // All links there are, the participants in the room, and those of them that the server calls connected.
  void links_changed(const std::vector<LinkView>& links, const std::vector<ParticipantSid>& present,
                     const std::vector<ParticipantSid>& connected, Instant now, Effects& effects);
  // With so many others, and with video to send or without.
  void weigh_load(std::size_t peers, bool sends_video, Effects& effects);
  void wake(Instant now);
  void handle_timers(Instant now, Effects& effects);
  std::optional<Instant> next_deadline() const;

  // A link is in trouble, and the server has not been heard since.
  bool has_suspicion() const;
  // Participants that cannot be reached over their link, a suspicion that signaling has confirmed.
  std::vector<ParticipantSid> in_trouble() const { return those(&Trouble::confirmed); }
  // Participants because of whom the Room is `reconnecting` (53405), or would be if signaling were not lost.
  std::vector<ParticipantSid> media_lost() const { return those(&Trouble::counts); }
  // Set once a limit was reached: the client ends the Room with this error (53000, 53405, 53407).
  const std::optional<Error>& verdict() const { return context_.verdict; }
  // The last word. Emits LocalParticipantDisconnected if there was a Room; the client emits the rest around it.
  void end(Instant now, Effects& effects);
  bool is_joined() const;                              // and not over
  std::optional<Millis> time_left(Instant now) const;  // until a limit that runs
  bool is_calm() const;                                // connected, and no link is in trouble
  bool is_over() const;
  bool is_consistent() const;

 private:
  using Table = RoomTable;
  using State = Table::State;

  // What is wrong between us and one participant, over however many links in turn; it ends when a link to it is healthy.
  struct Trouble {
    LinkId link;            // the latest link
    ParticipantSid remote;  // empty: this trouble is the link's own
    Instant since;          // a frame from the server counts as confirmation from here on …
    Instant counts_from;    // … and from here on it counts for the Room
    std::optional<Instant> failed_since;
    bool dtls_failed = false;
    bool remote_connected = false;  // says the server
    bool confirmed = false;
    bool counts = false;
  };

  std::vector<ParticipantSid> those(bool Trouble::*which) const;
  void take_link(const LinkView& link, const std::vector<ParticipantSid>& connected);
  bool outlives(Trouble& trouble, const std::vector<LinkView>& links, const std::vector<ParticipantSid>& present,
                const std::vector<ParticipantSid>& connected, Instant now);
  void confirm(Instant now);
  void weigh();
  void derive(Instant now, Effects& effects);
  void run_media_limit();
  void dispatch(Table::Event event, Instant now, Effects& effects);

  fsm::Machine<Table> machine_;
  Table::Context context_;
  std::vector<Trouble> troubles_;
  bool is_overloaded_ = false;
  bool a_link_may_work_ = false;  // a link to a connected participant that is not in trouble
  Instant a_link_worked_until_;
  Instant no_limit_before_;
};

}  // namespace holdfast::room
