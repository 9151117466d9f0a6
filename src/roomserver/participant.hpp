// Where one participant is: on which socket, whether the others see it connected or reconnecting, and when it is given up. What it
// publishes is publications.hpp's business; what the others are told is room.hpp's.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "base/strong_id.hpp"
#include "fsm/timers.hpp"
#include "roomserver/participant_table.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

struct ParticipantInput {
  Instant now;
  SocketId socket{};            // of kSynced
  int reason = 0;               // of kEnd
  std::int64_t close_code = 0;  // of kPageClosed and kSocketLost
};

// On a tie proof comes first: whoever was heard is not given up.
enum class ParticipantTimer { kProof, kHold, kCount };

struct ParticipantContext {
  Millis session_timeout{0};
  std::optional<SocketId> socket;
  rsp::ParticipantState shown = rsp::ParticipantState::kConnected;  // what the others see
  bool keeps_session = false;                                       // for the page that follows this one
  bool leaving = false;                                             // the page's last word: it may be about to go …
  std::optional<Instant> hidden_at;                                 // … or, said then, it is hidden
  int end_reason = 0;
  fsm::Timers<ParticipantTimer> timers;
};

class Participant {
 public:
  Participant(SocketId socket, Millis session_timeout);

  // When its page goes, the next one may come back with the session.
  void keep_session(bool keeps) { context_.keeps_session = keeps; }
  // Any frame: whatever the page said about going no longer holds.
  void note_frame();
  void note_hints(const rsp::Extension& hints, Instant now);
  void handle_silent(Instant now);
  void handle_heard(Instant now);
  void handle_socket_closed(std::int64_t code, Instant now);
  // The session goes on with this socket; whatever happens to the old one concerns it no more.
  void handle_synced(SocketId socket, Instant now);
  // `reason`: 0, or the error code that the participant was told.
  void end(int reason, Instant now);
  void fire_due(Instant now);
  // This process did not run for a while: a sync, or a close, may be waiting to be read.
  void wake(Instant now);

  std::optional<SocketId> socket() const { return context_.socket; }
  rsp::ParticipantState shown() const { return context_.shown; }
  bool is_gone() const { return machine_.is(ParticipantTable::State::kGone); }
  int end_reason() const { return context_.end_reason; }
  std::optional<Instant> next_deadline() const { return context_.timers.next(); }
  bool is_consistent() const;

 private:
  void dispatch(ParticipantTable::Event event, const ParticipantInput& input);

  fsm::Machine<ParticipantTable> machine_;
  ParticipantContext context_;
};

}  // namespace holdfast::roomserver
