// How one link is doing: the browser's states, bytes, signaling and time, in every order.
#include <algorithm>
#include <optional>
#include <utility>

#include "peer/liveness.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using input::ConnectionState;
using input::IceConnectionState;
using peer::Liveness;

constexpr Millis kLimit = 30_s;

struct LivenessSubject {
  static constexpr std::string_view kName = "liveness";
  static constexpr int kLength = 5;
  using Table = peer::LivenessTable;
  static const std::vector<Letter<LivenessSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Liveness liveness{Instant{1000}, kLimit, 0, false};
  Promises promises;
  Instant now{1000};
  int letters_read = 0;
  Millis limit = kLimit;
  bool after_silence = false;  // the link before was replaced for that
  ConnectionState connection = ConnectionState::kNew;
  IceConnectionState ice = IceConnectionState::kNew;
  bool signaling = true;
  bool negotiating = false;
  bool expecting = false;
  bool broken = false;
  std::int64_t bytes = 0;
  bool polled = false;       // and not answered yet
  int flowed_until = 0;      // media did, in the letter of this number
  bool fell_silent = false;  // for three seconds, right after that

  Liveness::State state = Liveness::State::kNew;
  Instant since{1000};
  Instant trouble_since;                 // or woken in it
  std::optional<Instant> negotiated_at;  // and not yet connected; or woken since
  Instant down_since;                    // the connection, on a healthy link; or woken since
  Instant consent_since;                 // down, or restarted since; or woken
  Instant disconnected_since;            // likewise, in that state
  Instant flowed_at;                     // bytes did, as polls told; or woken
  Instant asked_since;                   // while an offer is open and can be answered; or woken, or in another state since
  Instant woken{-1000000};
  int restarts = 0;                  // asked for in this trouble
  Instant stirred;                   // the last thing that happened to the trouble
  Instant connection_since;          //
  Instant expecting_since;           //
  bool has_flowed = false;           // for a whole second, ever
  std::optional<Instant> agreed_at;  // a restart, in this trouble

  void follow(std::uint32_t replacements, bool silent) {
    liveness = Liveness(now, kLimit, replacements, silent);
    after_silence = silent;
  }
  void connect_state(ConnectionState next) {
    if (connection == ConnectionState::kConnected) down_since = consent_since = now;
    connection = next;
    disconnected_since = connection_since = stirred = now;
    liveness.handle(next, now);
  }
  void ice_state(IceConnectionState next) {
    ice = next;
    liveness.handle(next);
  }
  void set_signaling(bool up) {
    signaling = up;
    asked_since = now;
    liveness.set_signaling(up, now);
  }
  void set_negotiating(bool open) {
    if (open) asked_since = now;
    negotiating = open;
    if (!open && state == Liveness::State::kNew && !negotiated_at) negotiated_at = now;
    liveness.set_negotiating(open, now);
  }
  void expect(bool some) {
    expecting = some;
    expecting_since = stirred = now;
    liveness.set_expecting(some, now);
  }
  void break_off() {
    broken = true;
    liveness.break_off(now);
  }
  void agree_on_restart() {
    if (liveness.is_in_trouble()) agreed_at = stirred = now;
    consent_since = now;
    liveness.restarted(now);
  }
  void wake() {
    trouble_since = down_since = disconnected_since = flowed_at = asked_since = woken = stirred = consent_since = now;
    if (negotiated_at) negotiated_at = now;
    liveness.wake(now);
  }
  void answer_poll(std::int64_t new_bytes) {
    bytes += new_bytes;
    polled = false;
    if (new_bytes > 0) flowed_at = now;
    liveness.handle_bytes(bytes, now);
  }
  void pass_to(Instant then) {
    now = then;
    liveness.handle_timers(now);
    look();
  }
  // Every poll is answered at once: with new bytes or with none.
  void pass_with_media(Millis time, std::int64_t new_bytes) {
    const Instant end = now + time;
    while (liveness.next_deadline() && *liveness.next_deadline() <= end) {
      pass_to(*liveness.next_deadline());
      if (std::exchange(polled, false)) answer_poll(new_bytes);
      look();
    }
    pass_to(end);
  }

  void check() {
    look();
    if (broken) {  // the link says so after every input
      liveness.break_off(now);
      look();
    }
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (fell_silent && !after_silence && connection == ConnectionState::kConnected && expecting)
      require(liveness.is_in_trouble(), "lost media shows within three seconds");
    require(!broken || liveness.wants_replacement(), "what is broken is replaced");
    if (flowed_until == letters_read + 1 && connection == ConnectionState::kConnected && expecting) {
      has_flowed = true;
      require(liveness.state() == Liveness::State::kHealthy || liveness.wants_replacement(), "media that flows is health");
    }
    fell_silent = false;
    ++letters_read;
  }

 private:
  void look() {
    using State = Liveness::State;
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const State before = std::exchange(state, liveness.state());
    const bool was_in_trouble = before == State::kSuspect || before == State::kFailed;
    const bool in_trouble = liveness.is_in_trouble();
    const bool up = connection == ConnectionState::kConnected;
    if (in_trouble && !was_in_trouble) trouble_since = stirred = now;
    if (!in_trouble) {
      restarts = 0;
      agreed_at.reset();
      stirred = now;
    }
    if (state != before) asked_since = now;
    if (state != State::kNew) negotiated_at.reset();

    require(liveness.is_consistent(), "the machine is consistent");
    require(liveness.since() == (state == before ? since : now), "a state is told with its time");
    since = liveness.since();
    if (liveness.take_restart()) {
      require(in_trouble || (!up && now - consent_since >= peer::kConsentTime), "only trouble, or old consent, asks for a restart");
      consent_since = now;
      ++restarts;
      stirred = now;
    }
    require(state != State::kHealthy || up || now - consent_since < peer::kConsentTime, "consent is renewed before it runs out");
    if (liveness.take_stats()) {
      require((up || state == State::kHealthy) && expecting, "bytes are counted where some are expected");
      polled = true;
    }
    polled = polled && (up || state == State::kHealthy) && expecting;
    require(!liveness.wants_replacement() || state == State::kFailed, "only a failed link is replaced");
    require(state != State::kHealthy || before == State::kHealthy || up, "a link heals by connecting");
    require(before != State::kFailed || state != State::kSuspect, "what has failed is no suspicion");
    require(before != State::kHealthy || state != State::kNew, "nothing is new again");

    if (connection == ConnectionState::kFailed || connection == ConnectionState::kClosed) {
      require(state == State::kFailed, "what the browser calls failed has failed");
      require(liveness.wants_replacement() || restarts > 0, "what has failed is restarted or replaced");
      require(liveness.wants_replacement() || !liveness.has_dtls_failed(), "no restart helps against DTLS");
    }
    const bool flows = now - flowed_at < peer::kFreshTime + peer::kBlipTime;
    if (connection == ConnectionState::kDisconnected)
      require(in_trouble || flows || now - disconnected_since < peer::kBlipTime, "a connection that stays down shows");
    if (up && !expecting)
      require(state == State::kHealthy || liveness.wants_replacement(), "connected is enough where no media is expected");
    if (state == State::kSuspect) require(now - later(since, woken) < peer::kHopeTime, "no suspicion lasts");
    if (in_trouble && !up && now - later(trouble_since, down_since) >= peer::kRestartInterval)
      require(restarts > 0 || agreed_at || liveness.wants_replacement(), "trouble is met with a restart");
    if (in_trouble && !liveness.wants_replacement()) {
      require(now - stirred <= peer::kMaxRestartInterval, "trouble is never left alone");
      if (agreed_at && up && expecting && has_flowed) {
        const Instant proof_since = later(later(*agreed_at, connection_since), later(expecting_since, woken));
        require(now - proof_since < peer::kVerdictTime, "a restart that brings no media is the last");
      }
    }
    if (negotiating && signaling)
      require(liveness.wants_replacement() || now - asked_since < 4 * peer::kAnswerTime, "an offer is answered, or the link replaced");

    const auto deadline = liveness.next_deadline();
    require(!in_trouble || deadline || liveness.wants_replacement(), "whoever is in trouble waits for something");
    require(state != State::kHealthy || up || deadline, "whoever is healthy and not connected waits for something");
    require(state != State::kHealthy || up || now - down_since < peer::kReconnectingTime ||
                now - flowed_at < peer::kFreshTime + peer::kReconnectingTime,
            "a lost connection shows");
    require(!in_trouble || liveness.wants_replacement() || now - trouble_since < std::max(limit, peer::kStuckTime),
            "trouble for the whole limit: replaced");
    require(!negotiated_at || now - *negotiated_at < peer::kStuckTime, "a link that does not connect shows");
  }
};

using S = LivenessSubject;
bool is_fresh(const S& s) { return s.letters_read == 0; }

template <ConnectionState state>
bool can_turn(const S& s) {
  return s.connection != state;
}
template <ConnectionState state>
void turn(S& s) {
  s.connect_state(state);
}

const std::vector<Letter<S>>& LivenessSubject::letters() {
  static const std::vector<Letter<S>> kLetters = {
      {"follows one that fell silent", is_fresh, [](S& s) { s.follow(1, true); }},
      {"follows two that failed", is_fresh, [](S& s) { s.follow(2, false); }},
      {"has only answered", is_fresh, [](S& s) { s.liveness.set_yielding(true); }},
      {"a limit of five seconds", is_fresh,
       [](S& s) {
         s.limit = 5_s;
         s.liveness.set_limit(5_s);
       }},
      {"connecting", can_turn<ConnectionState::kConnecting>, turn<ConnectionState::kConnecting>},
      {"connected", can_turn<ConnectionState::kConnected>, turn<ConnectionState::kConnected>},
      {"disconnected", can_turn<ConnectionState::kDisconnected>, turn<ConnectionState::kDisconnected>},
      {"failed", can_turn<ConnectionState::kFailed>, turn<ConnectionState::kFailed>},
      {"closed", can_turn<ConnectionState::kClosed>, turn<ConnectionState::kClosed>},
      {"ICE connected", [](const S& s) { return s.ice != IceConnectionState::kConnected; },
       [](S& s) { s.ice_state(IceConnectionState::kConnected); }},
      {"ICE failed", [](const S& s) { return s.ice == IceConnectionState::kConnected; },
       [](S& s) { s.ice_state(IceConnectionState::kFailed); }},
      {"signaling down", [](const S& s) { return s.signaling; }, [](S& s) { s.set_signaling(false); }},
      {"signaling up", [](const S& s) { return !s.signaling; }, [](S& s) { s.set_signaling(true); }},
      {"an offer is open", [](const S& s) { return !s.negotiating; }, [](S& s) { s.set_negotiating(true); }},
      {"nothing is open", nullptr, [](S& s) { s.set_negotiating(false); }},
      {"media expected", [](const S& s) { return !s.expecting; }, [](S& s) { s.expect(true); }},
      {"no media expected", [](const S& s) { return s.expecting; }, [](S& s) { s.expect(false); }},
      {"restart agreed on", nullptr, [](S& s) { s.agree_on_restart(); }},
      {"broken", nullptr, [](S& s) { s.break_off(); }},
      {"new bytes", [](const S& s) { return s.polled; }, [](S& s) { s.answer_poll(1000); }},
      {"no new bytes", [](const S& s) { return s.polled; }, [](S& s) { s.answer_poll(0); }},
      {"wake", nullptr, [](S& s) { s.wake(); }},
      {"deadline", [](const S& s) { return s.liveness.next_deadline().has_value(); }, [](S& s) { s.pass_to(*s.liveness.next_deadline()); }},
      {"a second with media", nullptr,
       [](S& s) {
         s.pass_with_media(1_s, 1000);
         s.flowed_until = s.letters_read + 1;
       }},
      {"ten seconds with media", [](const S& s) { return !s.negotiating; }, [](S& s) { s.pass_with_media(10_s, 1000); }},
      {"three seconds without media", nullptr,
       [](S& s) {
         s.pass_with_media(3_s, 0);
         s.fell_silent = s.flowed_until == s.letters_read;
       }},
      {"ten seconds without media", nullptr, [](S& s) { s.pass_with_media(10_s, 0); }},
  };
  return kLetters;
}

const std::vector<Beginning>& LivenessSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {
      {},
      {"connected", "media expected", "a second with media"},
      {"connected", "media expected", "a second with media", "three seconds without media"},
      {"connected", "disconnected", "deadline", "restart agreed on"},
      {"connected", "media expected", "a second with media", "disconnected", "ten seconds with media", "ten seconds with media"},
      {"a limit of five seconds", "connected", "media expected"},
      {"follows one that fell silent", "connected", "media expected", "a second with media"},
  };
  return kBeginnings;
}

}  // namespace

Report liveness_words() { return enumerate<LivenessSubject>(); }

}  // namespace holdfast::words
