// A room server on a bench: sockets that speak frames, a host that knows every token, time that moves when told. A token's text is the
// identity it stands for, "identity@room" one for a single room, and "!20104" one with that defect.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "roomserver/server.hpp"
#include "rsp/wire/codec.hpp"

namespace holdfast::roomserver {

inline Config bench_config() {
  Config config;
  config.secret = "a secret of the bench";
  config.wall_clock_at_start_ms = 1'700'000'000'000;
  return config;
}

class Bench {
 public:
  explicit Bench(Config config = bench_config()) : server_(std::move(config)) {}

  // ---- sockets
  SocketId open() {
    const SocketId id{++last_socket_};
    sockets_[id];
    give(SocketOpened{id});
    return id;
  }
  void text(SocketId id, std::string text) { give(SocketText{id, std::move(text)}); }
  void send(SocketId id, const rsp::ClientFrame& frame) { text(id, rsp::encode(frame)); }
  void message(SocketId id, rsp::ClientMessage body) { send(id, rsp::ClientMsg{std::move(body)}); }
  void hello(SocketId id, std::optional<rsp::ClientMessage> body = std::nullopt, std::int64_t timeout_ms = 1000) {
    send(id, rsp::Hello{"hello", timeout_ms, "", std::move(body)});
  }
  // The socket's end as the host reports it.
  void drop(SocketId id, std::int64_t code) {
    sockets_.at(id).open = false;
    give(SocketClosed{id, code});
  }
  // From now on neither pongs nor frames come through.
  void mute(SocketId id, bool muted = true) { sockets_.at(id).muted = muted; }

  // ---- what the server did on a socket, taken
  std::vector<rsp::ServerFrame> frames(SocketId id) { return std::exchange(sockets_.at(id).frames, {}); }
  // Without heartbeats.
  std::vector<rsp::ServerMessage> messages(SocketId id) {
    std::vector<rsp::ServerMessage> messages;
    for (auto& frame : frames(id))
      if (auto* msg = std::get_if<rsp::ServerMsg>(&frame)) messages.push_back(std::move(msg->body));
    return messages;
  }
  // The only message since the last look.
  template <class Message>
  Message only(SocketId id) {
    auto all = messages(id);
    REQUIRE(all.size() == 1);
    REQUIRE(std::holds_alternative<Message>(all[0]));
    return std::get<Message>(std::move(all[0]));
  }
  rsp::RoomState update(SocketId id) { return only<rsp::ServerUpdate>(id).state; }
  int error(SocketId id) { return only<rsp::ErrorMessage>(id).error.code; }
  std::optional<std::int64_t> close_code(SocketId id) const { return sockets_.at(id).close_code; }
  int pings(SocketId id) { return std::exchange(sockets_.at(id).pings, 0); }
  void forget_all() {
    for (auto& [id, socket] : sockets_) socket.frames.clear();
    notices.clear();
  }

  // ---- time: every deadline on the way is kept, pings are answered
  void advance(Millis by) {
    const Instant end = now_ + by;
    while (deadline_ && *deadline_ <= end) {
      now_ = later(now_, *deadline_);
      give(Tick{});
    }
    now_ = end;
  }
  // … and the host sleeps: nothing happens on the way.
  void oversleep(Millis by) {
    now_ = now_ + by;
    give(Tick{});
  }
  Instant now() const { return now_; }
  std::optional<Instant> deadline() const { return deadline_; }

  void give(const Input& input) {
    Batch batch = server_.handle(input, now_);
    deadline_ = batch.next_deadline;
    std::vector<Input> answers;
    for (Effect& effect : batch.effects) perform(effect, answers);
    CHECK(server_.is_consistent());
    for (const Input& answer : answers) give(answer);
  }

  RoomServer& server() { return server_; }
  bool answer_tokens = true;
  std::vector<VerifyToken> tokens;
  std::vector<std::string> notices;  // "joined alice", "left alice 53001"
  std::vector<bool> commands;
  std::vector<std::string> logs;

  static TokenVerdict verdict(const VerifyToken& asked) {
    const std::string& token = asked.token;
    if (!token.empty() && token[0] == '!') return {asked.op, std::atoi(token.c_str() + 1), "", ""};
    const std::size_t at = token.find('@');
    return {asked.op, 0, token.substr(0, at), at == std::string::npos ? "" : token.substr(at + 1)};
  }

 private:
  struct Socket {
    bool open = true;
    bool muted = false;
    int pings = 0;
    std::vector<rsp::ServerFrame> frames;
    std::optional<std::int64_t> close_code;
  };

  void perform(Effect& effect, std::vector<Input>& answers) {
    if (auto* send = std::get_if<SendText>(&effect)) {
      auto frame = rsp::decode_server_frame(send->text);
      INFO(send->text);
      REQUIRE(std::holds_alternative<rsp::ServerFrame>(frame));
      CHECK_FALSE(sockets_.at(send->socket).close_code);
      sockets_.at(send->socket).frames.push_back(std::get<rsp::ServerFrame>(std::move(frame)));
    } else if (auto* close = std::get_if<CloseSocket>(&effect)) {
      CHECK_FALSE(sockets_.at(close->socket).close_code);
      sockets_.at(close->socket).close_code = close->code;
    } else if (auto* ping = std::get_if<Ping>(&effect)) {
      Socket& socket = sockets_.at(ping->socket);
      ++socket.pings;
      if (socket.open && !socket.muted) answers.push_back(Pong{ping->socket});
    } else if (auto* verify = std::get_if<VerifyToken>(&effect)) {
      tokens.push_back(*verify);
      if (answer_tokens) answers.push_back(verdict(*verify));
    } else if (auto* joined = std::get_if<ParticipantJoined>(&effect)) {
      notices.push_back("joined " + joined->identity);
    } else if (auto* left = std::get_if<ParticipantLeft>(&effect)) {
      notices.push_back("left " + left->identity + " " + std::to_string(left->reason));
    } else if (auto* done = std::get_if<CommandDone>(&effect)) {
      commands.push_back(done->found);
    } else if (auto* log = std::get_if<Log>(&effect)) {
      logs.push_back(log->message);
    }
  }

  RoomServer server_;
  Instant now_{1000};
  std::optional<Instant> deadline_;
  std::uint32_t last_socket_ = 0;
  std::map<SocketId, Socket> sockets_;
};

// ---- what clients say ---------------------------------------------------------------------------------------------------------------

inline rsp::LocalTrack track(const std::string& id, const std::string& name = "", rsp::LocalTrack base = {}) {
  base.id = SignaledId(id);
  base.name = name.empty() ? "name of " + id : name;
  return base;
}

inline rsp::LocalState local(std::int64_t revision, const std::vector<std::string>& ids) {
  rsp::LocalState state{revision, {}};
  for (const auto& id : ids) state.tracks.push_back(track(id));
  return state;
}

inline rsp::PeerConnectionState describe(const std::string& id, rsp::DescriptionType type, std::int64_t revision,
                                         const std::string& sdp = "") {
  return {LinkId(id), rsp::Description{type, revision, sdp}, std::nullopt};
}
inline rsp::PeerConnectionState offer(const std::string& id, std::int64_t revision, const std::string& ufrag = "u") {
  return describe(id, rsp::DescriptionType::kOffer, revision, "v=0\r\na=ice-ufrag:" + ufrag + "\r\n");
}
inline rsp::PeerConnectionState answer(const std::string& id, std::int64_t revision, const std::string& ufrag = "u") {
  return describe(id, rsp::DescriptionType::kAnswer, revision, "v=0\r\na=ice-ufrag:" + ufrag + "\r\n");
}
inline rsp::PeerConnectionState close(const std::string& id, std::int64_t revision) {
  return describe(id, rsp::DescriptionType::kClose, revision);
}
inline rsp::PeerConnectionState ice(const std::string& id, const std::string& ufrag, std::int64_t revision,
                                    const std::vector<std::string>& candidates, bool complete = false) {
  rsp::Ice list{ufrag, revision, {}, complete};
  for (const auto& candidate : candidates) list.candidates.push_back({candidate, "0", 0, ""});
  return {LinkId(id), std::nullopt, list};
}

inline rsp::Connect connect_message(const std::string& token, const std::string& room, const std::vector<std::string>& tracks = {}) {
  rsp::Connect connect;
  if (!room.empty()) connect.name = room;
  connect.token = token;
  connect.participant = local(static_cast<std::int64_t>(tracks.size()) + 1, tracks);
  connect.peer_connections = {offer("initial of " + token, 1)};
  return connect;
}

// One client that has joined.
struct Guest {
  SocketId socket;
  std::string token;
  std::string room;
  std::string session;
  ParticipantSid sid;
  rsp::Connected welcome;  // what it was told on joining

  rsp::ClientUpdate update(std::vector<rsp::PeerConnectionState> links) const {
    return {session, std::nullopt, std::move(links), std::nullopt};
  }
  rsp::ClientUpdate publish(rsp::LocalState state) const { return {session, std::move(state), {}, std::nullopt}; }
  rsp::ClientUpdate hint(std::optional<bool> leaving, std::optional<bool> hidden) const {
    return {session, std::nullopt, {}, rsp::Extension{leaving, hidden, {}, {}}};
  }
  rsp::Sync sync(rsp::LocalState state = {}, std::vector<rsp::PeerConnectionState> links = {}) const {
    return {session, token, room, std::move(state), std::move(links), std::nullopt};
  }
  // The ids of the links it was told about on joining, its initial one aside.
  std::string link(std::size_t index = 0) const { return welcome.state.peer_connections->at(index).id.value; }
};

inline Guest join(Bench& bench, const rsp::Connect& connect) {
  Guest guest;
  guest.socket = bench.open();
  guest.token = connect.token;
  guest.room = connect.name.value_or("");
  bench.hello(guest.socket, connect);
  guest.welcome = bench.only<rsp::Connected>(guest.socket);
  guest.session = guest.welcome.session;
  guest.sid = guest.welcome.state.participant->sid;
  return guest;
}
inline Guest join(Bench& bench, const std::string& token, const std::string& room = "r", const std::vector<std::string>& tracks = {}) {
  return join(bench, connect_message(token, room, tracks));
}
// The session goes on with a new socket.
inline rsp::Synced resync(Bench& bench, Guest& guest, rsp::LocalState state = {}, std::vector<rsp::PeerConnectionState> links = {}) {
  guest.socket = bench.open();
  bench.hello(guest.socket, guest.sync(std::move(state), std::move(links)));
  auto all = bench.messages(guest.socket);
  REQUIRE(!all.empty());
  REQUIRE(std::holds_alternative<rsp::Synced>(all[0]));
  return std::get<rsp::Synced>(all[0]);
}

// ---- what was heard, as text that comparisons can show --------------------------------------------------------------------------------

inline std::string word(rsp::ParticipantState state) {
  switch (state) {
    case rsp::ParticipantState::kConnected:
      return "connected";
    case rsp::ParticipantState::kReconnecting:
      return "reconnecting";
    case rsp::ParticipantState::kDisconnected:
      return "disconnected";
  }
  return "?";
}

// "alice connected[a1 a2]" for each entry; tracks by name.
inline std::string participants(const rsp::RoomState& state) {
  std::string text;
  for (const auto& entry : state.participants) {
    text += (text.empty() ? "" : ", ") + entry.identity + " " + (entry.state ? word(*entry.state) : "-") + "[";
    for (std::size_t i = 0; i < entry.tracks.size(); ++i) text += (i == 0 ? "" : " ") + entry.tracks[i].name;
    text += "]";
  }
  return text;
}

// "a1 a2", media ids; "-" if there is no snapshot.
inline std::string subscribed(const rsp::RoomState& state) {
  if (!state.subscribed) return "-";
  std::string text;
  for (const auto& entry : state.subscribed->tracks) text += (text.empty() ? "" : " ") + entry.media_id.value;
  return text;
}

// "offer 2", "create-offer 1", "ice u(c1 c2)", "-" for a bare id; ids left out.
inline std::string links(const rsp::RoomState& state) {
  if (!state.peer_connections) return "none";
  static const char* const kWords[] = {"offer", "answer", "pranswer", "create-offer", "close"};
  std::string text;
  for (const auto& entry : *state.peer_connections) {
    if (!text.empty()) text += ", ";
    if (entry.description)
      text += std::string(kWords[static_cast<int>(entry.description->type)]) + " " + std::to_string(entry.description->revision);
    if (entry.ice) {
      text += std::string(entry.description ? " " : "") + "ice " + entry.ice->ufrag + "(";
      for (std::size_t i = 0; i < entry.ice->candidates.size(); ++i) text += (i == 0 ? "" : " ") + entry.ice->candidates[i].candidate;
      text += entry.ice->complete ? " end)" : ")";
    }
    if (!entry.description && !entry.ice) text += "-";
  }
  return text;
}

// ---- two in a room, their link settled ------------------------------------------------------------------------------------------------

// Alice watches what becomes of bob.
struct Watched {
  Bench bench;
  Guest alice = join(bench, "alice", "r", {"a1"});
  Guest bob = join(bench, "bob", "r", {"b1"});
  std::string id = bob.link();

  Watched() {
    bench.message(bob.socket, bob.update({offer(id, 2)}));
    bench.message(alice.socket, alice.update({answer(id, 2)}));
    bench.forget_all();
  }
  // What alice was told about bob since the last look: the states, in order.
  std::string seen() {
    std::string text;
    for (const auto& message : bench.messages(alice.socket)) {
      const auto* update = std::get_if<rsp::ServerUpdate>(&message);
      if (update == nullptr) continue;
      for (const auto& entry : update->state.participants) text += (text.empty() ? "" : " ") + word(*entry.state);
    }
    return text;
  }
};

}  // namespace holdfast::roomserver
