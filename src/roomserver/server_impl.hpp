// The inside of RoomServer: its sockets, rooms and open questions. server.cpp takes the inputs and carries out what the machines want;
// server_entry.cpp is about who comes in. Nobody else includes this.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bounded_queue.hpp"
#include "base/instant.hpp"
#include "base/strong_id.hpp"
#include "roomserver/adoption.hpp"
#include "roomserver/agenda.hpp"
#include "roomserver/channel.hpp"
#include "roomserver/identifiers.hpp"
#include "roomserver/limits.hpp"
#include "roomserver/rooms.hpp"
#include "roomserver/server.hpp"
#include "rsp/wire/messages.hpp"

namespace holdfast::roomserver {

// Who speaks on a socket, once its connect or sync was accepted.
struct Seat {
  RoomNumber room = 0;
  ParticipantSid participant;
};

// A message whose token the host is checking.
struct Question {
  OperationId op;
  rsp::ClientMessage message;
};

struct Socket {
  explicit Socket(Channel own_channel) : channel(std::move(own_channel)) {}

  Channel channel;
  std::optional<Seat> seat;
  std::optional<Question> question;
  BoundedQueue<rsp::ClientMessage> held{kMaxHeldMessages};  // behind the question
};

struct RoomServer::Impl {
  explicit Impl(Config own_config)
      : config(std::move(own_config)),
        identifiers(config.secret, config.wall_clock_at_start_ms),
        adoption(config.wall_clock_at_start_ms),
        rooms(config, identifiers, adoption) {}

  // ---- inputs
  void apply(const SocketOpened& input);
  void apply(const SocketText& input);
  void apply(const SocketClosed& input);
  void apply(const Pong& input);
  void apply(const TokenVerdict& input);
  void apply(const Beacon& input);
  void apply(const CompleteRoom& input);
  void apply(const RemoveParticipant& input);
  void apply(const Shutdown&);
  void apply(const Tick&) {}

  // ---- room messages; `id` names a socket that exists
  void take(SocketId id, rsp::ClientMessage message);
  void handle(SocketId id, rsp::ClientMessage message);
  void ask(SocketId id, rsp::ClientMessage message, std::string token, std::string room, VerifyToken::Purpose purpose);
  void answer(SocketId id, const rsp::Connect& connect, const TokenVerdict& verdict);
  void answer(SocketId id, const rsp::Sync& sync, const TokenVerdict& verdict);
  void adopt(SocketId id, const rsp::Sync& sync, const SessionClaims& claims, const std::vector<IceServer>& ice_servers);
  void end_inherited(const SessionClaims& claims, Ending ending);
  void take_seat(SocketId id, const Seat& seat);
  void supersede(SocketId id);
  void refuse(SocketId id, int code);
  void refuse(SocketId id, Ending ending);
  void finish(SocketId id, const rsp::ServerMessage& last_word);
  void handle_disconnect(SocketId id, const rsp::Disconnect& disconnect);
  void leave(const std::string& session);

  // ---- carrying out what the machines want
  static Ending ending_of(int reason);
  void collect(SocketId id);
  void collect(RoomNumber number);
  void settle();
  void fire(const AgendaOwner& owner);
  void wake();
  Socket* find(SocketId id);
  bool is_consistent() const;

  Config config;
  Identifiers identifiers;
  Adoption adoption;
  Rooms rooms;
  std::map<SocketId, Socket> sockets;
  std::map<OperationId, SocketId> questions;
  OperationId last_op;
  Agenda agenda;
  std::vector<AgendaOwner> touched;  // whose deadlines may have changed
  std::optional<Instant> announced;  // the deadline that the host was last told
  Instant now;
  bool shut_down = false;
  std::vector<Effect> effects;
};

}  // namespace holdfast::roomserver
