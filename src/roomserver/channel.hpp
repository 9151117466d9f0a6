// One socket from the server's side: frames in and out, hello and welcome, heartbeats, liveness, closing. It delivers room messages and
// signs of life upwards; it does not know what they mean. One object per socket; gone when the socket is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "fsm/timers.hpp"
#include "roomserver/channel_table.hpp"
#include "roomserver/liveness.hpp"
#include "roomserver/server.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

enum class ChannelTimer { kHello, kHeartbeat, kFinish, kCount };

struct ChannelInput {
  Instant now;
  const rsp::ClientFrame* frame = nullptr;  // of kHello and kMsg
  std::string_view reason{};                // of kMalformed and kClose
  std::int64_t close_code = 0;              // of kClose
};

// What a channel did and heard while it handled one input.
struct ChannelReport {
  std::vector<Effect> effects;
  bool frame = false;                         // the page said something, whatever it was
  std::optional<rsp::ClientMessage> message;  // the room message it said
  bool bye = false;                           // the client is about to close with 1000
  bool silent = false;                        // nobody was heard for three seconds
  bool recovered = false;                     // heard again after that
};

struct ChannelContext {
  SocketId socket;
  Millis longest_timeout{0};  // granted to whoever asks for more
  Millis negotiated{0};       // 0 until the hello
  std::uint32_t malformed = 0;
  fsm::Timers<ChannelTimer> timers;
  ChannelReport report;
};

class Channel {
 public:
  Channel(SocketId socket, Millis heartbeat_interval, Instant now);

  void handle_text(std::string_view text, Instant now);
  void handle_pong(Instant now);
  void fire_due(Instant now);
  void wake(Instant now);

  // Nothing is sent before the welcome or after the end; then this does nothing.
  void send(const rsp::ServerMessage& message, Instant now);
  // The last word is said: the client may close by itself for a second, then it is closed with 1000.
  void finish(Instant now);
  void close(std::int64_t code, std::string_view reason, Instant now);
  // A message that made no sense where it came; counted like a frame that makes none.
  void note_misplaced(std::string_view reason, Instant now);

  ChannelReport take_report();
  std::optional<Instant> next_deadline() const;
  bool is_open() const { return machine_.is(ChannelTable::State::kOpen); }
  bool is_silent() const { return liveness_.is_silent(); }
  bool is_consistent() const;

 private:
  void dispatch(ChannelTable::Event event, const ChannelInput& input);
  void collect_liveness();

  fsm::Machine<ChannelTable> machine_;
  ChannelContext context_;
  Liveness liveness_;
};

}  // namespace holdfast::roomserver
