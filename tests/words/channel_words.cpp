// One socket of the server below the room messages: hello and welcome, frames, heartbeats, closing, in every order (docs/protocol.md 2).
#include <algorithm>
#include <string>

#include "roomserver/channel.hpp"
#include "roomserver/limits.hpp"
#include "rsp/wire/codec.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using namespace roomserver;

constexpr Millis kHeartbeatInterval = 5_s;

std::string hello(Millis timeout, bool with_body) {
  rsp::Hello frame{"id", timeout.count, {}, {}};
  if (with_body) frame.body = rsp::IceRequest{"token"};
  return rsp::encode(rsp::ClientFrame{frame});
}
const std::string kHelloWithBody = hello(1_s, true);
const std::string kHelloLong = hello(60_s, false);
const std::string kHelloShort = hello(0_ms, false);
const std::string kMsg = rsp::encode(rsp::ClientFrame{rsp::ClientMsg{rsp::IceRequest{"token"}}});
const std::string kHeartbeat = rsp::encode(rsp::ClientFrame{rsp::Heartbeat{}});
const std::string kBye = rsp::encode(rsp::ClientFrame{rsp::Bye{}});

struct ChannelSubject {
  static constexpr std::string_view kName = "channel";
  static constexpr int kLength = 5;
  using Table = ChannelTable;
  static const std::vector<Letter<ChannelSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Channel channel{SocketId{1}, kHeartbeatInterval, Instant{1000}};
  Promises promises;
  Instant now{1000};
  bool welcomed = false;
  bool finishing = false;
  bool closed = false;
  bool silent = false;
  Millis negotiated{0};
  Instant sent;
  Instant finished;
  Instant heard;
  int malformed = 0;

  // Of this letter.
  Millis asked{-1};  // by a hello
  bool message_said = false;
  bool spoke = false;
  bool ponged = false;
  bool bye_said = false;
  bool answer_due = false;  // welcome or bad
  bool answered = false;
  bool told_to_close = false;

  void say(const std::string& text) {
    spoke = true;
    channel.handle_text(text, now);
  }
  void say_hello(const std::string& text, Millis timeout, bool with_body) {
    answer_due = !finishing;
    if (!welcomed && !closed) {
      asked = timeout;
      message_said = with_body;
    }
    say(text);
  }
  void say_msg() {
    if (!welcomed) ++malformed;
    answer_due = !welcomed;
    message_said = welcomed && !closed;
    say(kMsg);
  }
  void say_bye() {
    bye_said = true;
    say(kBye);
  }
  void say_garbage() {
    if (!finishing) ++malformed;
    answer_due = !welcomed;
    say("{\"type\":");
  }
  void misplace(int times) {
    answer_due = !welcomed;
    for (int i = 0; i < times; ++i) {
      if (!finishing) ++malformed;
      channel.note_misplaced("misplaced", now);
    }
  }
  void pass_to(Instant then) {
    now = then;
    channel.fire_due(now);
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const bool was_welcomed = welcomed;
    const bool was_closed = closed;
    const ChannelReport report = channel.take_report();
    require(channel.is_consistent(), "the machine is consistent");
    for (const Effect& effect : report.effects) watch(effect);

    require(report.bye == (bye_said && was_welcomed && !was_closed && !finishing), "a bye to an open channel is reported");
    if (report.bye) finish();
    require(!bye_said || report.bye || closed, "a bye before the welcome, or after the last word, closes");
    require(answer_due == answered || closed, "a hello is answered with a welcome, nonsense before it with a `bad`");
    require(report.message.has_value() == (message_said && !was_closed), "each room message is delivered once, and only after the welcome");
    require(report.frame == spoke, "each frame is a sign of life");
    require(closed || malformed < static_cast<int>(kMaxMalformedFrames), "nobody may talk nonsense for ever");
    require(!told_to_close || closed, "told to close, it closes");

    if (report.frame) heard = now;
    const bool open = welcomed && !finishing && !closed;
    require(channel.is_open() == open, "open is between the welcome and the end");
    require(!report.silent || (open && !silent && now - heard >= kSilenceLimit), "silence is reported once, and not too early");
    silent = (silent || report.silent) && !report.recovered;
    require(!report.recovered || spoke || ponged, "only who is heard has recovered");

    const auto deadline = channel.next_deadline();
    require(closed == !deadline, "there is a deadline until it is closed, and none after");
    require(!deadline || *deadline > now, "no deadline stays behind");
    require(!open || now - sent < negotiated, "the client hears something in every negotiated time");
    require(closed || welcomed || now - Instant{1000} < kHelloTimeout, "whoever says no hello is closed");
    require(closed || !finishing || now - finished < kFinishTimeout, "whoever does not close is closed");

    asked = {-1};
    message_said = spoke = ponged = bye_said = answer_due = answered = told_to_close = false;
  }
  void finish() {
    if (!welcomed || finishing || closed) return;
    finishing = true;
    finished = now;
    silent = false;
  }

 private:
  void watch(const Effect& effect) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (const auto* text = std::get_if<SendText>(&effect)) {
      require(!closed, "nothing is sent after the close");
      sent = now;
      const auto decoded = rsp::decode_server_frame(text->text);
      const auto* frame = std::get_if<rsp::ServerFrame>(&decoded);
      require(frame != nullptr, "what is sent can be read");
      if (frame == nullptr) return;
      if (const auto* welcome = std::get_if<rsp::Welcome>(frame)) {
        if (!welcomed) {
          require(asked >= 0_ms, "nobody is welcomed who has not said hello");
          negotiated = std::clamp(asked, kMinNegotiatedTimeout, kHeartbeatInterval);
          heard = now;
        }
        require(welcome->negotiated_timeout_ms == negotiated.count,
                "the welcome grants what was asked for, within limits, and stays with it");
        welcomed = answered = true;
      } else if (std::holds_alternative<rsp::Bad>(*frame)) {
        answered = true;
        require(!welcomed, "a `bad` after the welcome would be an uncaught error in the page");
      } else {
        require(welcomed, "the welcome comes first");
        require(!finishing, "nothing follows the last word");
      }
    }
    if (std::holds_alternative<CloseSocket>(effect)) {
      require(!closed, "it closes once");
      closed = true;
      silent = false;
    }
    if (std::holds_alternative<Ping>(effect)) require(welcomed && !finishing && !closed, "pings go to an open channel");
  }
};

const std::vector<Letter<ChannelSubject>>& ChannelSubject::letters() {
  using S = ChannelSubject;
  static const std::vector<Letter<S>> kLetters = {
      {"hello (1 s, ice)", nullptr, [](S& s) { s.say_hello(kHelloWithBody, 1_s, true); }},
      {"hello (60 s)", nullptr, [](S& s) { s.say_hello(kHelloLong, 60_s, false); }},
      {"hello (0 s)", nullptr, [](S& s) { s.say_hello(kHelloShort, 0_s, false); }},
      {"msg", nullptr, [](S& s) { s.say_msg(); }},
      {"heartbeat", nullptr, [](S& s) { s.say(kHeartbeat); }},
      {"bye", nullptr, [](S& s) { s.say_bye(); }},
      {"garbage", nullptr, [](S& s) { s.say_garbage(); }},
      {"a misplaced message", nullptr, [](S& s) { s.misplace(1); }},
      {"fifteen misplaced messages", [](const S& s) { return s.malformed == 0; }, [](S& s) { s.misplace(15); }},
      {"pong", nullptr,
       [](S& s) {
         s.channel.handle_pong(s.now);
         s.heard = s.now;
         s.ponged = true;
       }},
      {"send", nullptr, [](S& s) { s.channel.send(rsp::Iced{}, s.now); }},
      {"finish", nullptr,
       [](S& s) {
         s.channel.finish(s.now);
         s.finish();
       }},
      {"close 4000", nullptr,
       [](S& s) {
         s.channel.close(kCloseSuperseded, "", s.now);
         s.told_to_close = true;
       }},
      {"wake", nullptr,
       [](S& s) {
         s.channel.wake(s.now);
         s.heard = s.now;
       }},
      {"deadline", [](const S& s) { return s.channel.next_deadline().has_value(); }, [](S& s) { s.pass_to(*s.channel.next_deadline()); }},
      {"second", nullptr, [](S& s) { s.pass_to(s.now + 1_s); }},
  };
  return kLetters;
}

const std::vector<Beginning>& ChannelSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {{}, {"hello (1 s, ice)"}};
  return kBeginnings;
}

}  // namespace

Report channel_words() { return enumerate<ChannelSubject>(); }

}  // namespace holdfast::words
