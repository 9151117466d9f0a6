// Watches one socket after its hello: WebSocket pings twice a second, silence after two and a half. Reports; what silence means for a
// participant is decided in participant.hpp.
#pragma once

#include <optional>

#include "base/instant.hpp"
#include "fsm/timers.hpp"
#include "roomserver/liveness_table.hpp"

namespace holdfast::roomserver {

enum class LivenessTimer { kPing, kSilence, kPageQuiet, kCount };

struct LivenessInput {
  Instant now;
};

// What to do, or to tell, since the last report.
struct LivenessReport {
  bool ping = false;       // send a WebSocket protocol ping
  bool silent = false;     // nothing was heard for too long
  bool recovered = false;  // … and now something was
  bool hung = false;       // the page, not the browser, has stopped talking
};

struct LivenessContext {
  Millis page_quiet_limit{0};
  fsm::Timers<LivenessTimer> timers;
  LivenessReport report;
};

class Liveness {
 public:
  // The hello has arrived; from now on a page counts as hung when three of its heartbeats are missing.
  void watch(Millis negotiated_timeout, Instant now);
  void handle_pong(Instant now);
  void handle_frame(Instant now);
  void fire_due(Instant now);
  // This process did not run for a while: ask at once, and judge nobody before the answers can be here.
  void wake(Instant now);
  void stop(Instant now);

  LivenessReport take_report();
  bool is_silent() const { return machine_.is(LivenessTable::State::kSilent); }
  std::optional<Instant> next_deadline() const { return context_.timers.next(); }
  bool is_consistent() const;

 private:
  void dispatch(LivenessTable::Event event, Instant now);

  fsm::Machine<LivenessTable> machine_;
  LivenessContext context_;
};

}  // namespace holdfast::roomserver
