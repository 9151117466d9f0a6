// What the server says about the room, freed of everything old: the revision rules of docs/protocol.md 4.13. Gives RoomUpdates whose
// every part is news. Decides nothing about what the news means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "backend.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::rsp {

class Incoming {
 public:
  // Participants that have left are remembered, so that a late message cannot bring them back; at most so many.
  static constexpr std::size_t kMaxLeft = 1024;

  // From `connected`: entries about ourselves are skipped.
  void set_own_sid(ParticipantSid sid) { own_sid_ = std::move(sid); }

  // `complete`: the message is a `synced`, so whoever and whatever it does not list is gone.
  backend::RoomUpdate filter(RoomState state, bool complete);
  // What the others say of our media, by the last message: always in full.
  const Extension& heard() const { return heard_; }
  Extension& heard() { return heard_; }

 private:
  struct Known {
    ParticipantSid sid;
    std::int64_t revision = 0;
    bool left = false;
    bool listed = false;  // by the message at hand
  };

  Known* find(const ParticipantSid& sid);
  std::size_t present_count() const;
  void filter_participant(RemoteParticipantState entry, backend::RoomUpdate& update);
  void leave_unlisted();
  void forget_oldest_left();
  ParticipantSid remote_end(const LinkId& link) const;

  ParticipantSid own_sid_;
  std::vector<Known> known_;  // in the order of first sight
  std::int64_t published_revision_ = 0;
  std::int64_t subscribed_revision_ = 0;
  Extension heard_;
};

}  // namespace holdfast::rsp
