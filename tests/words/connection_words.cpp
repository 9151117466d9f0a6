// One signaling connection: sockets, frames, the session's wishes and time, in every order (docs/protocol.md 2).
#include <optional>
#include <string>

#include "rsp/connection.hpp"
#include "socket_watch.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using namespace rsp;

constexpr Millis kNegotiated = 1_s;
constexpr Millis kBusyTime = 300_ms;
// From the dial, or whatever gives it its time anew, to the welcome or the end.
constexpr Millis kHandshakeLimit = kPatient.open_limit + kHellosPerSocket * kPatient.welcome_limit;

std::string text(const ServerFrame& frame) { return encode(frame); }
const std::string kWelcome = text(Welcome{kNegotiated.count});
const std::string kUselessWelcome = text(Welcome{kHeartbeatLead.count});
const std::string kBusy = text(Busy{kBusyTime.count, true, "cookie"});
const std::string kBusyElsewhere = text(Busy{kBusyTime.count, false, "biscuit"});
const std::string kBusyForGood = text(Busy{-1, false, ""});
const std::string kBad = text(Bad{"x"});
const std::string kHeartbeatText = text(Heartbeat{});
const std::string kMessage = text(ServerMsg{Iced{}});
const std::string kByeText = text(Bye{});

struct ConnectionSubject {
  static constexpr std::string_view kName = "connection";
  static constexpr int kLength = 5;
  using Table = ConnectionTable;
  static const std::vector<Letter<ConnectionSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Connection connection{42};
  Promises promises;
  Instant now{1000};
  SocketWatch socket;
  bool dialed = false;                 // and not closed since
  bool open = false;                   // it was welcomed
  std::string cookie;                  // of the last busy
  std::optional<Instant> quiet_until;  // a busy server asked for it
  Instant handshake_by;
  Millis open_limit{0};
  Instant granted_until;  // to a socket that opens, when the machine woke
  Instant sent;
  Instant silent_by;  // when nothing is heard

  // Of this letter.
  bool welcomes = false;
  bool brings_message = false;
  bool ends = false;   // the connection was told to close
  bool stale = false;  // of a socket that is gone

  void dial(Pace pace) {
    dialed = true;
    cookie.clear();
    quiet_until.reset();
    handshake_by = now + kHandshakeLimit;
    open_limit = pace.open_limit;
    granted_until = {};
    act([&](Effects& effects) { connection.dial("ws://h/s", IceRequest{"token"}, pace, now, effects); });
  }
  void socket_opens() {
    socket.open();
    hear([&](Effects& effects) { return connection.handle(input::SocketOpened{socket.latest}, now, effects); });
  }
  void socket_closes(std::int64_t code) {
    socket.drop();
    hear([&](Effects& effects) { return connection.handle(input::SocketClosed{socket.latest, code, ""}, now, effects); });
  }
  void say(const std::string& frame) {
    hear([&](Effects& effects) { return connection.handle(input::SocketText{socket.latest, frame}, now, effects); });
  }
  void say_welcome() {
    welcomes = !open && socket.greeted;
    if (welcomes) {
      socket.welcomed = true;
      sent = now;  // heartbeats count from here
      silent_by = now + silence_limit(kNegotiated);
      quiet_until.reset();
    }
    say(kWelcome);
  }
  void say_busy(const std::string& frame, const char* new_cookie, bool keeps_socket) {
    if (!open && socket.greeted) {
      cookie = new_cookie;
      quiet_until = now + kBusyTime;
      handshake_by = now + kBusyTime + kHandshakeLimit;
      socket.hellos = 0;
      told_to_come_back = !keeps_socket;
    }
    say(frame);
    told_to_come_back = false;
  }
  bool told_to_come_back = false;  // that frame's own close is no word to the server
  void say_alive(const std::string& frame, bool is_message) {
    if (open) silent_by = now + silence_limit(kNegotiated);
    brings_message = is_message && open;
    say(frame);
  }
  void late_words_of_an_old_socket() {
    stale = true;
    const SocketId old{socket.latest.value - (socket.is_live ? 1 : 0)};
    hear([&](Effects& effects) { return connection.handle(input::SocketOpened{old}, now, effects); });
    hear([&](Effects& effects) { return connection.handle(input::SocketText{old, kWelcome}, now, effects); });
    hear([&](Effects& effects) { return connection.handle(input::SocketClosed{old, 1006, ""}, now, effects); });
    stale = false;
  }
  void send() {
    act([&](Effects& effects) { connection.send(IceRequest{"token"}, now, effects); });
  }
  void close() {
    ends = true;
    act([&](Effects& effects) { connection.close(close_code::kUnanswered, now, effects); });
  }
  void leave() {
    ends = true;
    act([&](Effects& effects) { connection.leave(Disconnect{"SE"}, now, effects); });
  }
  void wake() {
    silent_by = now + kNegotiated + kWakeSlack;
    if (dialed && !open) handshake_by = later(handshake_by, now + kHandshakeLimit);
    if (socket.is_live && !socket.is_open) granted_until = now + open_limit;
    act([&](Effects& effects) { connection.wake(now, effects); });
  }
  void check_network() {
    silent_by = earlier(silent_by, now + kCheckLimit);
    granted_until = earlier(granted_until, now + kCheckLimit);
    const bool is_greeting = socket.is_open && !open && (!quiet_until || now >= *quiet_until);
    if (is_greeting) handshake_by = earlier(handshake_by, now + kCheckLimit);
    act([&](Effects& effects) { connection.check(now, effects); });
  }
  void pass_to(Instant then) {
    now = then;
    for (int fired = 0; connection.next_deadline() && *connection.next_deadline() <= now; ++fired) {
      promises.require(fired < 10, "timers come to rest");
      if (fired >= 10) return;
      hear([&](Effects& effects) { return connection.fire_timer(now, effects); });
    }
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const auto deadline = connection.next_deadline();
    if (ends) dialed = open = false;
    require(connection.is_consistent(), "the machine is consistent");
    require(connection.is_closed() == !dialed, "whoever dialed it knows when it is closed");
    require(connection.is_open() == open, "whoever dialed it knows when it is open");
    require(dialed || !socket.is_live, "a closed connection has no socket");
    require(dialed == deadline.has_value(), "there is a deadline until it is closed, and none after");
    require(!deadline || *deadline > now, "no deadline stays behind");
    require(!open || (socket.is_open && socket.welcomed), "open means welcomed on an open socket");
    require(!open || now - sent < kNegotiated, "the server hears something in every negotiated time");
    require(!open || now < silent_by, "a silent connection is given up");
    require(!dialed || open || now < handshake_by, "a handshake comes to an end");
    require(socket.is_live || !dialed || quiet_until, "a connection without a socket waits for a busy server");
    socket.closed_with = 0;
    welcomes = brings_message = ends = false;
  }

 private:
  template <class Input>
  void act(Input&& input) {
    hear([&](Effects& effects) {
      input(effects);
      return ConnectionEvent{};
    });
  }
  template <class Input>
  void hear(Input&& input) {
    static Effects effects;
    effects.clear();
    const ConnectionEvent event = input(effects);
    for (const Effect& effect : effects) watch(effect);
    watch_event(event);
  }
  void watch(const Effect& effect) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (std::holds_alternative<effect::Log>(effect)) return;
    require(!stale, "what an old socket says changes nothing");
    require(dialed, "a closed connection does nothing");
    const bool leaves_alone = quiet_until && now < *quiet_until;
    if (const auto* opens = std::get_if<effect::OpenSocket>(&effect)) {
      require(!leaves_alone, "a busy server is left alone for the time it asked for");
      socket.watch(*opens, promises);
    } else if (const auto* closes = std::get_if<effect::CloseSocket>(&effect)) {
      require(closes->code != close_code::kBusyWait || told_to_come_back, "3005 answers a busy that does not keep the socket");
      require(closes->code != close_code::kOpenTimeout || now >= granted_until, "a socket that opens gets its full time after a sleep");
      require((closes->code != close_code::kSilence && closes->code != close_code::kNetworkChanged) || now >= silent_by,
              "nobody is given up for silence before the time is over");
      socket.watch(*closes, promises);
    } else if (const auto* sends = std::get_if<effect::SendText>(&effect)) {
      require(!leaves_alone, "a busy server is left alone for the time it asked for");
      const auto frame = socket.watch(*sends, promises);
      sent = now;
      if (!frame) return;
      if (const auto* hello = std::get_if<Hello>(&*frame))
        require(hello->body && hello->cookie == cookie && hello->timeout_ms == kRequestedHeartbeat.count,
                "hello carries the first message, and the cookie of a busy server");
    } else {
      require(false, "a connection asks for nothing but sockets");
    }
  }
  void watch_event(const ConnectionEvent& event) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(std::holds_alternative<ConnectionOpened>(event) == welcomes, "the first welcome to a hello opens it");
    require(std::holds_alternative<MessageReceived>(event) == brings_message, "every message to an open connection is handed on");
    if (std::holds_alternative<ConnectionOpened>(event)) open = true;
    if (const auto* closed = std::get_if<ConnectionClosed>(&event)) {
      require(dialed && !ends && !stale, "its end is reported once, and only to whom it is news");
      require(!socket.is_live, "a connection that is gone leaves no socket behind");
      require((closed->cause == ConnectionClosed::Cause::kBusy) == (socket.closed_with == close_code::kBusyFinal),
              "busy for good is told as such");
      dialed = open = false;
    }
    welcomes = brings_message = false;
  }
};

using S = ConnectionSubject;
bool is_dialed(const S& s) { return s.dialed; }
bool is_undialed(const S& s) { return !s.dialed; }
bool is_opening(const S& s) { return s.socket.is_live && !s.socket.is_open; }
bool has_socket(const S& s) { return s.socket.is_live; }
bool can_hear(const S& s) { return s.socket.is_open; }

const std::vector<Letter<S>>& ConnectionSubject::letters() {
  static const std::vector<Letter<S>> kLetters = {
      {"dial", is_undialed, [](S& s) { s.dial(kPatient); }},
      {"dial briskly", is_undialed, [](S& s) { s.dial(kBrisk); }},
      {"socket opens", is_opening, [](S& s) { s.socket_opens(); }},
      {"socket lost", has_socket, [](S& s) { s.socket_closes(1006); }},
      {"socket closed 1000", can_hear, [](S& s) { s.socket_closes(1000); }},
      {"welcome", can_hear, [](S& s) { s.say_welcome(); }},
      {"useless welcome", can_hear, [](S& s) { s.say(kUselessWelcome); }},
      {"busy", can_hear, [](S& s) { s.say_busy(kBusy, "cookie", true); }},
      {"busy, come back", can_hear, [](S& s) { s.say_busy(kBusyElsewhere, "biscuit", false); }},
      {"busy for good", can_hear, [](S& s) { s.say(kBusyForGood); }},
      {"bad", can_hear, [](S& s) { s.say(kBad); }},
      {"heartbeat", can_hear, [](S& s) { s.say_alive(kHeartbeatText, false); }},
      {"message", can_hear, [](S& s) { s.say_alive(kMessage, true); }},
      {"bye", can_hear, [](S& s) { s.say(kByeText); }},
      {"garbage", can_hear, [](S& s) { s.say("{\"type\":"); }},
      {"late words of an old socket", [](const S& s) { return s.socket.latest.value > (s.socket.is_live ? 1 : 0); },
       [](S& s) { s.late_words_of_an_old_socket(); }},
      {"wake", nullptr, [](S& s) { s.wake(); }},
      {"network changes", nullptr, [](S& s) { s.check_network(); }},
      {"send", [](const S& s) { return s.open; }, [](S& s) { s.send(); }},
      {"close", nullptr, [](S& s) { s.close(); }},
      {"leave", nullptr, [](S& s) { s.leave(); }},
      {"deadline", is_dialed, [](S& s) { s.pass_to(*s.connection.next_deadline()); }},
      {"second", is_dialed, [](S& s) { s.pass_to(s.now + 1_s); }},
  };
  return kLetters;
}

const std::vector<Beginning>& ConnectionSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {{}, {"dial", "socket opens"}, {"dial briskly", "socket opens", "welcome"}};
  return kBeginnings;
}

}  // namespace

Report connection_words() { return enumerate<ConnectionSubject>(); }

}  // namespace holdfast::words
