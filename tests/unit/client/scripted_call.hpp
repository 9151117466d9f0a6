// One client on a script: the test is its server and its clock; its browser answers every promise at once. Says what the client sent
// and emitted since it was last asked.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "../room/event_text.hpp"
#include "client/client.hpp"
#include "rsp/wire/codec.hpp"

namespace holdfast::test {

inline backend::LocalTrack local_audio(const char* id) { return {SignaledId(id), backend::TrackKind::kAudio, id, true, {}}; }

class ScriptedCall {
 public:
  Client client{7};
  Instant now{1000};
  std::optional<Instant> deadline;
  Effects batch;                         // of the last input
  std::vector<rsp::ClientMessage> sent;  // by the client, heartbeats and bye left out
  std::vector<std::string> network;      // what else it did to sockets and peers, as words
  SocketId socket{};
  PeerId peer{};
  std::vector<std::pair<PeerId, SignaledId>> sending;
  bool fail_local_description = false;
  Events fits;  // what it asked of its senders
  bool media_flows = true;
  bool host_answers = true;  // probes
  backend::Path path;

  // ---- the app ------------------------------------------------------------------------------------------------------------------

  static input::Connect options(std::vector<backend::LocalTrack> tracks = {}) {
    input::Connect connect;
    connect.url = "wss://rooms.example/signaling";
    connect.token = "token";
    connect.room_name = "r";
    connect.tracks = std::move(tracks);
    return connect;
  }

  // Joins a room whose server speaks Holdfast, with this in its answer.
  void join(rsp::RoomState state = {}, std::vector<backend::LocalTrack> tracks = {}, bool holdfast = true) {
    connect(std::move(tracks));
    REQUIRE(!sent.empty());
    REQUIRE(std::holds_alternative<rsp::Connect>(sent.back()));
    serve_connected(std::move(state), holdfast);
  }
  // … up to the client's `connect` message.
  void connect(std::vector<backend::LocalTrack> tracks = {}) {
    give(options(std::move(tracks)));
    give(input::SocketOpened{socket});
    serve(rsp::Welcome{1000});
    serve_message(rsp::Iced{});
  }
  void serve_connected(rsp::RoomState state = {}, bool holdfast = true) {
    rsp::Connected connected;
    connected.session = "SE1";
    connected.sid = RoomSid("RM1");
    connected.name = "r";
    state.participant = rsp::OwnParticipant{ParticipantSid("PA-me"), "me"};
    if (holdfast) state.holdfast.emplace();
    // The first connection is of no use to a mesh: its server closes it (docs/protocol.md 8.2).
    if (!state.peer_connections) state.peer_connections.emplace();
    for (const rsp::PeerConnectionState& offered : std::get<rsp::Connect>(sent.back()).peer_connections)
      state.peer_connections->push_back({offered.id, backend::Description{backend::DescriptionType::kClose, 2, ""}, {}});
    connected.state = std::move(state);
    serve_message(std::move(connected));
  }

  // ---- the server ---------------------------------------------------------------------------------------------------------------

  void serve(const rsp::ServerFrame& frame) { give(input::SocketText{socket, rsp::encode(frame)}); }
  void serve_message(rsp::ServerMessage message) { serve(rsp::ServerMsg{std::move(message)}); }
  void serve_update(rsp::RoomState state) { serve_message(rsp::ServerUpdate{std::move(state)}); }
  // The socket breaks; the client's new one is opened and welcomed. `synced` is left to the test.
  void drop_and_return() {
    give(input::SocketClosed{socket, 1006, ""});
    const SocketId old = socket;
    while (socket == old) tick();
    give(input::SocketOpened{socket});
    serve(rsp::Welcome{1000});
  }

  // ---- time -----------------------------------------------------------------------------------------------------------------------

  // To the client's next deadline.
  void tick() {
    REQUIRE(deadline);
    now = later(now, *deadline);
    give(input::Tick{});
  }
  // That much later, on time for every deadline; the server is heard twice a second unless it is silent.
  void pass(Millis time, bool server_speaks = true) {
    const Instant end = now + time;
    Instant next_word = now + 500_ms;
    while (now < end && !client.is_over()) {
      Instant next = earlier(end, next_word);
      if (deadline) next = earlier(next, later(*deadline, now));
      now = next;
      if (server_speaks && now == next_word) serve(rsp::Heartbeat{});
      if (now >= next_word) next_word = now + 500_ms;
      if (deadline && *deadline <= now) give(input::Tick{});
    }
  }

  // ---- both -----------------------------------------------------------------------------------------------------------------------

  void give(const Input& input) {
    Batch made = client.handle(input, now);
    batch = made.effects;
    deadline = made.next_deadline;
    for (const Effect& effect : made.effects) std::visit([this](const auto& e) { perform(e); }, effect);
    for (const std::string& text : events_of(made.effects))
      if (text.rfind("~reconnectProgress", 0) != 0) events_.push_back(text);  // it has a test of its own
    while (!answers_.empty()) {
      const Input answer = answers_.front();
      answers_.pop_front();
      give(answer);
    }
  }

  Events take_events() { return std::exchange(events_, {}); }

  // A description as a browser would make it: one section for each track it sends, or one that only receives.
  std::string sdp(const std::vector<std::string>& track_ids) const {
    std::string text = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    std::size_t mid = 0;
    const auto section = [&](const char* direction) {
      text += "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:u1\r\na=ice-pwd:p\r\na=mid:" + std::to_string(mid++) +
              "\r\na=" + direction + "\r\n";
    };
    for (const std::string& id : track_ids) {
      section("sendonly");
      text += "a=msid:- " + id + "\r\n";
    }
    if (track_ids.empty()) section("recvonly");
    return text;
  }

 private:
  void perform(const effect::OpenSocket& e) { socket = e.socket; }
  void perform(const effect::SendText& e) {
    auto frame = rsp::decode_client_frame(e.text);
    REQUIRE(std::holds_alternative<rsp::ClientFrame>(frame));
    auto& good = std::get<rsp::ClientFrame>(frame);
    if (auto* hello = std::get_if<rsp::Hello>(&good); hello && hello->body) sent.push_back(*hello->body);
    if (auto* message = std::get_if<rsp::ClientMsg>(&good)) sent.push_back(message->body);
    if (std::holds_alternative<rsp::Bye>(good)) network.push_back("bye");
  }
  void perform(const effect::CloseSocket& e) { network.push_back("close " + std::to_string(e.code)); }
  void perform(const effect::Probe& e) {
    if (host_answers) return answers_.push_back(input::ProbeAnswered{e.op, true});
    network.push_back("probe");
  }
  void perform(const effect::KeepSession& e) { network.push_back("keep " + e.session); }
  void perform(const effect::Beacon& e) { network.push_back("beacon " + e.text); }
  void perform(const effect::CreatePeer& e) { peer = e.peer; }
  void perform(const effect::ClosePeer&) { network.push_back("closePeer"); }
  void perform(const effect::AddTrack& e) { sending.push_back({e.peer, e.id}); }
  void perform(const effect::SetLocalDescription& e) {
    if (fail_local_description) return answers_.push_back(input::PeerOperationFailed{e.peer, e.op, "OperationError", "no"});
    input::LocalDescriptionSet set{e.peer, e.op, "", {}};
    std::vector<std::string> ids;
    for (const auto& [owner, id] : sending) {
      if (owner != e.peer) continue;
      set.transceivers.push_back({std::to_string(ids.size()), backend::TrackKind::kAudio, id});
      ids.push_back(id.value);
    }
    set.sdp = sdp(ids);
    answers_.push_back(set);
  }
  void perform(const effect::FitTrack& e) {
    const std::string limit = e.max_bitrate > 0 ? ", " + std::to_string(e.max_bitrate) : "";
    fits.push_back(e.id.value + " " + std::to_string(e.width) + " x " + std::to_string(e.height) + limit);
  }
  void perform(const effect::SetRemoteDescription& e) { answers_.push_back(input::RemoteDescriptionSet{e.peer, e.op}); }
  void perform(const effect::GetStats& e) {
    if (media_flows) bytes_ += 1000;
    answers_.push_back(input::PeerStats{e.peer, e.op, bytes_, 0, path});
  }
  template <class Other>
  void perform(const Other&) {}

  std::int64_t bytes_ = 0;
  std::deque<Input> answers_;
  Events events_;
};

}  // namespace holdfast::test
