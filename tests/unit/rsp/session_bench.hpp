// A session with its clock and a server that says what the test wants it to say.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rsp/session.hpp"
#include "words.hpp"

namespace holdfast::rsp::test {

inline input::Connect connect_options() {
  input::Connect options;
  options.url = "ws://h/signaling";
  options.token = "token";
  options.room_name = "r";
  return options;
}

inline LocalTrack local_track(const std::string& id, bool enabled = true) {
  LocalTrack track;
  track.id = SignaledId(id);
  track.name = "name of " + id;
  track.enabled = enabled;
  return track;
}

inline backend::LinkUpdate description(const std::string& link, DescriptionType type, std::int64_t revision) {
  backend::LinkUpdate update;
  update.link = LinkId(link);
  update.description = Description{type, revision, type == DescriptionType::kClose ? "" : "sdp " + std::to_string(revision)};
  return update;
}

inline backend::LinkUpdate candidates(const std::string& link, std::int64_t revision) {
  backend::LinkUpdate update;
  update.link = LinkId(link);
  update.ice = Ice{"ufrag", revision, {}, false};
  return update;
}

inline RemoteParticipantState participant(const std::string& sid, std::int64_t revision, std::vector<std::string> track_sids = {},
                                          std::optional<ParticipantState> state = ParticipantState::kConnected) {
  RemoteParticipantState entry{ParticipantSid(sid), "identity of " + sid, state, revision, {}};
  for (const auto& track : track_sids) entry.tracks.push_back({TrackSid(track), backend::TrackKind::kAudio, "name", true, {}});
  return entry;
}

inline PeerConnectionState peer_connection(const std::string& id, DescriptionType type, std::int64_t revision) {
  return {LinkId(id), Description{type, revision, type == DescriptionType::kOffer || type == DescriptionType::kAnswer ? "sdp" : ""}, {}};
}

// The `connected` of docs/protocol.md 8.4, from a server that speaks holdfast.
inline Connected connected_message() {
  Connected connected;
  connected.session = "SE1";
  connected.sid = RoomSid("RM1");
  connected.name = "r";
  connected.session_timeout_s = 20;
  connected.signaling_region = "here";
  connected.state.participant = OwnParticipant{ParticipantSid("PA_A"), "alice"};
  connected.state.peer_connections = {peer_connection("A0", DescriptionType::kClose, 2)};
  connected.state.holdfast = Extension{};
  return connected;
}

struct SessionBench {
  Session session;
  Instant now{1000};
  Effects effects;
  std::vector<SessionEvent> events;
  SocketId socket;  // the latest that the session opened

  explicit SessionBench(input::Connect options = connect_options(), std::uint64_t seed = 42) : session(std::move(options), seed) {}

  // One input: what came of it replaces what came of the last one.
  template <class Act>
  void act(Act&& input) {
    effects.clear();
    input();
    events = session.take_events();
    for (const Effect& effect : effects)
      if (const auto* open = std::get_if<effect::OpenSocket>(&effect)) socket = open->socket;
  }
  void start() {
    act([&] { session.start(now, effects); });
  }
  void connect(std::optional<backend::LinkUpdate> offer = std::nullopt) {
    act([&] { session.connect(offer, now, effects); });
  }
  void set_tracks(const std::vector<LocalTrack>& tracks) {
    act([&] { session.set_local_tracks(tracks, now, effects); });
  }
  void send_link(const backend::LinkUpdate& link) {
    act([&] { session.send_link(link, now, effects); });
  }
  void leave(bool page_is_going = false) {
    act([&] { session.leave(page_is_going, now, effects); });
  }
  void wake() {
    act([&] { session.wake(now, effects); });
  }
  template <class In>
  void handle(const In& in) {
    act([&] { session.handle(in, now, effects); });
  }
  void open_socket() { handle(input::SocketOpened{socket}); }
  void close_socket(std::int64_t code) { handle(input::SocketClosed{socket, code, ""}); }
  void say_text(const std::string& text) { handle(input::SocketText{socket, text}); }
  void say_frame(const ServerFrame& frame) { say_text(encode(frame)); }
  void say(ServerMessage message) { say_frame(ServerMsg{std::move(message)}); }
  void network(input::NetworkEvent event) { handle(input::Network{event}); }
  void answer_probe(bool reachable) {
    for (const Effect& effect : Effects(effects))
      if (const auto* probe = std::get_if<effect::Probe>(&effect)) return handle(input::ProbeAnswered{probe->op, reachable});
    FAIL("no probe was sent");
  }
  // Lets time pass, firing what is due at its own time.
  void pass(Millis duration) {
    act([&] {
      const Instant end = now + duration;
      while (session.next_deadline() && *session.next_deadline() <= end) {
        now = *session.next_deadline();
        session.handle_timers(now, effects);
      }
      now = end;
    });
  }
  // Lets the time of the next deadline come.
  void pass_to_deadline() {
    REQUIRE(session.next_deadline());
    pass(*session.next_deadline() - now);
  }

  Words words() const { return describe_all(effects); }
  // Without the plans for the next attempt, which follow whatever fails.
  Words news() const {
    Words words;
    for (const SessionEvent& event : events)
      if (!std::holds_alternative<backend::AttemptPlanned>(event)) words.push_back(describe(event));
    return words;
  }

  // The one message of type M among what was sent.
  template <class M>
  M sent() const {
    for (const Effect& effect : effects) {
      const auto* send = std::get_if<effect::SendText>(&effect);
      if (send == nullptr) continue;
      const ClientFrame frame = sent_frame(*send);
      const auto* msg = std::get_if<ClientMsg>(&frame);
      const auto* hello = std::get_if<Hello>(&frame);
      const ClientMessage* body = msg != nullptr ? &msg->body : hello != nullptr && hello->body ? &*hello->body : nullptr;
      if (body != nullptr && std::holds_alternative<M>(*body)) return std::get<M>(*body);
    }
    FAIL("no such message was sent");
    return {};
  }
  // The one event of type E.
  template <class E>
  E event() const {
    for (const SessionEvent& event : events)
      if (const auto* found = std::get_if<E>(&event)) return *found;
    FAIL("no such event");
    return {};
  }

  // ---- ways to the states -----------------------------------------------------------------------------------------------------------

  void to_acquiring_ice() {
    start();
    open_socket();
    say_frame(Welcome{1000});
  }
  void to_offering() {
    to_acquiring_ice();
    say(Iced{});
  }
  void to_connecting(std::optional<backend::LinkUpdate> offer = description("A0", DescriptionType::kOffer, 1)) {
    to_offering();
    connect(std::move(offer));
  }
  void to_connected(Connected connected = connected_message()) {
    to_connecting();
    say(std::move(connected));
  }
  void to_backing_off() {
    to_connected();
    close_socket(1006);
  }
  void to_resuming() {  // dialing for the first time after the loss
    to_backing_off();
    pass_to_deadline();
  }
  void to_second_pause() {  // that dial has failed
    to_resuming();
    close_socket(1006);
  }
  void to_probing() {
    to_second_pause();
    pass_to_deadline();
  }
  void greet() {
    open_socket();
    say_frame(Welcome{1000});
  }
};

}  // namespace holdfast::rsp::test
