// One participant at the server: what its sockets and its page do, in every order, and what the others see of it (docs/protocol.md
// 9, 19.4).
#include "roomserver/limits.hpp"
#include "roomserver/participant.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using namespace roomserver;
using Shown = rsp::ParticipantState;

constexpr Millis kSessionTimeout = 20_s;

struct ParticipantSubject {
  static constexpr std::string_view kName = "participant";
  static constexpr int kLength = 8;
  using Table = ParticipantTable;
  static const std::vector<Letter<ParticipantSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Participant participant{SocketId{1}, kSessionTimeout};
  Promises promises;
  Instant now{1000};
  std::uint32_t socket = 1;  // the latest
  bool has_socket = true;
  bool silent = false;            // the socket is
  Instant heard_again{-1000000};  // after a silence
  bool keeps = false;             // the session, for the page that follows
  bool page_gone = false;         // and it has gone
  bool may_leave = false;         // the page's last word
  bool hidden = false;            // likewise …
  Instant hidden_at;              // … said then
  Shown shown = Shown::kConnected;
  Instant trouble_since;           // while it is shown reconnecting
  std::optional<Instant> woken;    // lately
  std::optional<Instant> back_by;  // heard again: shown connected by then
  std::optional<Instant> departed;
  std::optional<Shown> expected;  // after this letter
  bool may_give_up = false;       // by this letter: time has passed

  void keep() {
    keeps = true;
    participant.keep_session(true);
  }
  void say_frame() {
    participant.note_frame();
    may_leave = hidden = false;
  }
  void hint(bool leaving) {
    say_frame();
    rsp::Extension extension;
    (leaving ? extension.leaving : extension.hidden) = true;
    participant.note_hints(extension, now);
    (leaving ? may_leave : hidden) = true;
    hidden_at = now;
  }
  void fall_silent() {
    silent = true;
    if (shown == Shown::kConnected) trouble_since = now;
    participant.handle_silent(now);
    expected = Shown::kReconnecting;
  }
  void be_heard() {
    silent = false;
    participant.handle_heard(now);
    heard_again = now;
    expected = Shown::kReconnecting;  // until it is proven
    back_by = now + kReturnProof;
  }
  void lose_socket(std::int64_t code) {
    const bool heard = !silent;  // else it is no word of now
    has_socket = silent = false;
    back_by.reset();
    const bool page_closed = code == kCloseGoingAway || may_leave;
    const bool tab_closed = heard && code == kCloseGoingAway && hidden && now - hidden_at <= kHiddenThenClosed;
    if (shown == Shown::kConnected) trouble_since = now;
    participant.handle_socket_closed(code, now);
    page_gone = page_closed && keeps;
    if (code == kCloseNormal || (tab_closed && !keeps)) {
      expected = Shown::kDisconnected;
    } else if (page_closed && !keeps) {
      departed = now;
      expected = shown;
    } else {
      expected = Shown::kReconnecting;
    }
  }
  void sync() {
    participant.handle_synced(SocketId{++socket}, now);
    has_socket = true;
    silent = may_leave = hidden = page_gone = false;
    back_by.reset();
    departed.reset();
    expected = Shown::kConnected;
  }
  void end() {
    participant.end(53205, now);
    has_socket = false;
    expected = Shown::kDisconnected;
  }
  void wake() {
    participant.wake(now);
    woken = now;
    if (back_by) back_by = later(*back_by, now + kWakeGrace);
  }
  void pass_to(Instant then) {
    now = then;
    may_give_up = true;
    participant.fire_due(now);
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const Shown before = std::exchange(shown, participant.shown());
    const bool is_gone = participant.is_gone();
    const auto deadline = participant.next_deadline();
    require(participant.is_consistent(), "the machine is consistent");
    require(before != Shown::kDisconnected || shown == Shown::kDisconnected, "whoever has left never comes back");
    require(is_gone == (shown == Shown::kDisconnected), "gone is what the others see");
    if (before == Shown::kDisconnected) has_socket = false;
    require(!is_gone || (!deadline && !participant.socket()), "whoever is gone has neither deadline nor socket");
    require(!deadline || *deadline > now, "no deadline stays behind");
    if (!is_gone) {
      require(participant.socket().has_value() == has_socket, "the socket is known");
      require(!has_socket || participant.socket() == SocketId{socket}, "the latest socket is the one");
      require(has_socket || deadline, "nobody is waited for without a limit");
      require(shown != Shown::kReconnecting || deadline, "nobody reconnects without a limit");
      require(shown != Shown::kConnected || !silent, "nobody silent is shown connected");
    }
    if (before != Shown::kDisconnected && expected && !(is_gone && may_give_up))
      require(shown == *expected, "each letter is shown as the protocol says");
    if (may_give_up && before != Shown::kDisconnected) check_time(before);
    if (shown == Shown::kConnected && !back_by) woken.reset();
    expected.reset();
    may_give_up = false;
  }

 private:
  void check_time(Shown before) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const bool is_gone = participant.is_gone();
    require(before == shown || is_gone || back_by, "time alone brings nobody back but who was heard");
    if (back_by && !is_gone) require((shown == Shown::kConnected) == (now >= *back_by), "whoever was heard is back once it is proven");
    if (shown == Shown::kConnected) back_by.reset();
    if (is_gone) {
      require(departed || before == Shown::kReconnecting, "nobody connected is given up");
      if (departed)
        require(now - *departed >= kPageClosedGrace && participant.end_reason() == 0, "a page that may live on has its grace");
      else
        require(now - trouble_since >= (hidden || page_gone ? kPageHold : kSessionTimeout) &&
                    participant.end_reason() == code::kSignalingDisconnected,
                "a session has its timeout");
    } else if (departed) {
      require(now - later(*departed + kPageClosedGrace, woken.value_or(*departed) + kWakeGrace) < 0_ms, "a page that is gone is let go");
    } else if (shown == Shown::kReconnecting && !back_by) {
      require(now < later(trouble_since + kSessionTimeout, woken.value_or(trouble_since) + kWakeGrace), "a session is let go in time");
    }
  }
};

bool is_heard(const ParticipantSubject& s) { return s.has_socket && !s.silent; }
bool can_fall_silent(const ParticipantSubject& s) { return is_heard(s) && s.now - s.heard_again >= kSilenceLimit; }
bool is_silent(const ParticipantSubject& s) { return s.has_socket && s.silent; }
bool can_close(const ParticipantSubject& s) { return s.has_socket; }

const std::vector<Letter<ParticipantSubject>>& ParticipantSubject::letters() {
  using S = ParticipantSubject;
  static const std::vector<Letter<S>> kLetters = {
      {"keeps its session", nullptr, [](S& s) { s.keep(); }, true},
      {"frame", is_heard, [](S& s) { s.say_frame(); }},
      {"hint leaving", is_heard, [](S& s) { s.hint(true); }},
      {"hint hidden", is_heard, [](S& s) { s.hint(false); }},
      {"silent", can_fall_silent, [](S& s) { s.fall_silent(); }},
      {"heard", is_silent, [](S& s) { s.be_heard(); }},
      {"closed 1000", can_close, [](S& s) { s.lose_socket(1000); }},
      {"closed 1001", can_close, [](S& s) { s.lose_socket(1001); }},
      {"closed 1006", can_close, [](S& s) { s.lose_socket(1006); }},
      {"sync", nullptr, [](S& s) { s.sync(); }},
      {"end", nullptr, [](S& s) { s.end(); }},
      {"wake", nullptr, [](S& s) { s.wake(); }},
      {"deadline", [](const S& s) { return s.participant.next_deadline().has_value(); },
       [](S& s) { s.pass_to(*s.participant.next_deadline()); }},
      {"second", nullptr, [](S& s) { s.pass_to(s.now + 1_s); }},
      {"ten seconds", nullptr, [](S& s) { s.pass_to(s.now + 10_s); }},
  };
  return kLetters;
}

const std::vector<Beginning>& ParticipantSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {{}, {"keeps its session"}};
  return kBeginnings;
}

}  // namespace

Report participant_words() { return enumerate<ParticipantSubject>(); }

}  // namespace holdfast::words
