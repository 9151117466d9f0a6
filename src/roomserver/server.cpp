#include "roomserver/server.hpp"

#include <utility>

#include "base/check.hpp"
#include "roomserver/server_impl.hpp"

namespace holdfast::roomserver {

// ---- inputs ------------------------------------------------------------------------------------------------------------------------

void RoomServer::Impl::apply(const SocketOpened& input) {
  if (find(input.socket) != nullptr) return;
  if (shut_down || sockets.size() >= kMaxSockets) {
    effects.push_back(CloseSocket{input.socket, shut_down ? kCloseRestart : kCloseTryLater, ""});
    return;
  }
  sockets.emplace(input.socket, Socket(Channel(input.socket, config.heartbeat_interval, now)));
  collect(input.socket);
}

void RoomServer::Impl::apply(const SocketText& input) {
  Socket* socket = find(input.socket);
  if (socket == nullptr) return;
  socket->channel.handle_text(input.text, now);
  collect(input.socket);
}

void RoomServer::Impl::apply(const SocketClosed& input) {
  Socket* socket = find(input.socket);
  if (socket == nullptr) return;
  const std::optional<Seat> seat = socket->seat;
  if (socket->question) questions.erase(socket->question->op);
  sockets.erase(input.socket);
  touched.push_back({AgendaOwner::Kind::kSocket, input.socket.value});
  if (!seat) return;
  rooms.find(seat->room)->handle_socket_closed(seat->participant, input.code, now);
  collect(seat->room);
}

void RoomServer::Impl::apply(const Pong& input) {
  Socket* socket = find(input.socket);
  if (socket == nullptr) return;
  socket->channel.handle_pong(now);
  collect(input.socket);
}

void RoomServer::Impl::apply(const Beacon& input) { leave(input.session); }

void RoomServer::Impl::apply(const CompleteRoom& input) {
  const RoomNumber number = rooms.find(input.room);
  if (number != 0) {
    adoption.note_ended(rooms.find(number)->sid().value, Ending::kCompleted);
    rooms.find(number)->complete(now);
    collect(number);
  }
  effects.push_back(CommandDone{number != 0});
}

void RoomServer::Impl::apply(const RemoveParticipant& command) {
  const RoomNumber number = rooms.find(command.room);
  bool found = false;
  if (Room* room = rooms.find(number)) {
    const ParticipantSid sid = room->find_identity(command.participant).value_or(ParticipantSid(command.participant));
    found = room->has(sid) || room->expects(sid);
    if (found) adoption.note_ended(sid.value, command.as_lost ? Ending::kGone : Ending::kRemoved);
    if (room->expects(sid)) room->give_up(sid, now);
    room->expel(sid, 0, now);
    collect(number);
  }
  effects.push_back(CommandDone{found});
}

void RoomServer::Impl::apply(const Shutdown&) {
  shut_down = true;
  for (auto& [id, socket] : sockets) {
    socket.channel.close(kCloseRestart, "shutting down", now);
    collect(id);
  }
}

// ---- room messages -----------------------------------------------------------------------------------------------------------------

void RoomServer::Impl::take(SocketId id, rsp::ClientMessage message) {
  Socket& socket = *find(id);
  // Leaving overtakes whatever waits.
  if (const auto* disconnect = std::get_if<rsp::Disconnect>(&message)) return handle_disconnect(id, *disconnect);
  if (!socket.channel.is_open()) return;
  if (!socket.question) return handle(id, std::move(message));
  if (socket.held.push(std::move(message))) return;
  socket.channel.close(kClosePolicy, "too many messages before the first is answered", now);
  collect(id);
}

void RoomServer::Impl::handle(SocketId id, rsp::ClientMessage message) {
  Socket& socket = *find(id);
  if (auto* request = std::get_if<rsp::IceRequest>(&message)) {
    std::string token = std::move(request->token);
    return ask(id, std::move(message), std::move(token), "", VerifyToken::Purpose::kIce);
  }
  if (auto* update = std::get_if<rsp::ClientUpdate>(&message)) {
    // Without a seat it was sent before the client knew that its session is over.
    if (!socket.seat) return;
    const RoomNumber room = socket.seat->room;
    rooms.find(room)->update(socket.seat->participant, *update, now);
    return collect(room);
  }
  if (socket.seat) {
    socket.channel.note_misplaced("a second session on one socket", now);
    return collect(id);
  }
  if (auto* connect = std::get_if<rsp::Connect>(&message)) {
    std::string token = std::move(connect->token);
    std::string room = connect->name.value_or("");
    return ask(id, std::move(message), std::move(token), std::move(room), VerifyToken::Purpose::kConnect);
  }
  if (auto* sync = std::get_if<rsp::Sync>(&message)) {
    // The room that the session is for, whatever the client calls it: the app's authorize hook relies on it.
    const auto claims = identifiers.read_session(sync->session);
    std::string token = std::move(sync->token);
    std::string room = claims ? claims->room_name : sync->name.value_or("");
    return ask(id, std::move(message), std::move(token), std::move(room), VerifyToken::Purpose::kSync);
  }
}

void RoomServer::Impl::handle_disconnect(SocketId id, const rsp::Disconnect& disconnect) {
  Socket& socket = *find(id);
  if (socket.question) questions.erase(socket.question->op);
  socket.question.reset();
  socket.held.clear();
  if (const auto seat = socket.seat) {
    rooms.find(seat->room)->leave(seat->participant, now);
    collect(seat->room);
  } else {
    // On a socket whose sync was refused, or has not been answered.
    leave(disconnect.session);
    socket.channel.finish(now);
    collect(id);
  }
}

// Whoever holds the session string may end the session.
void RoomServer::Impl::leave(const std::string& session) {
  const auto claims = identifiers.read_session(session);
  if (!claims) return;
  const RoomNumber number = rooms.find(*claims);
  Room* room = rooms.find(number);
  if (room != nullptr && room->has(claims->participant)) {
    if (room->is_outdated(*claims)) return;
    room->leave(claims->participant, now);
    collect(number);
  } else if (adoption.is_inherited(*claims)) {
    end_inherited(*claims, Ending::kGone);
  }
}

// ---- carrying out what the machines want -------------------------------------------------------------------------------------------

void RoomServer::Impl::collect(SocketId id) {
  Socket& socket = *find(id);
  touched.push_back({AgendaOwner::Kind::kSocket, id.value});
  ChannelReport report = socket.channel.take_report();
  for (Effect& effect : report.effects) effects.push_back(std::move(effect));

  if (const auto seat = socket.seat) {
    Room& room = *rooms.find(seat->room);
    if (report.frame) room.note_frame(seat->participant);
    if (report.recovered) room.handle_heard(seat->participant, now);
    if (report.silent) room.handle_silent(seat->participant, now);
    if (report.bye) room.leave(seat->participant, now);
    if (report.recovered || report.silent || report.bye) collect(seat->room);
  }
  if (report.message) take(id, std::move(*report.message));
}

void RoomServer::Impl::collect(RoomNumber number) {
  touched.push_back({AgendaOwner::Kind::kRoom, number});
  for (RoomOutput& output : rooms.find(number)->take_outputs()) {
    if (auto* deliver = std::get_if<Deliver>(&output)) {
      find(deliver->socket)->channel.send(deliver->message, now);
      collect(deliver->socket);
    } else if (auto* release = std::get_if<Release>(&output)) {
      Socket& socket = *find(release->socket);
      socket.seat.reset();
      if (release->superseded) {
        supersede(release->socket);
      } else {
        socket.channel.finish(now);
        collect(release->socket);
      }
    } else if (auto* joined = std::get_if<ParticipantJoined>(&output)) {
      effects.push_back(std::move(*joined));
    } else if (auto* left = std::get_if<ParticipantLeft>(&output)) {
      adoption.note_ended(left->participant.value, ending_of(left->reason));
      effects.push_back(std::move(*left));
    }
  }
}

Ending RoomServer::Impl::ending_of(int reason) {
  if (reason == code::kDuplicateIdentity) return Ending::kSuperseded;
  return reason == code::kRoomCompleted ? Ending::kCompleted : Ending::kGone;
}

// Empty rooms go, and the agenda learns what has changed.
void RoomServer::Impl::settle() {
  for (const AgendaOwner& owner : std::exchange(touched, {})) {
    std::optional<Instant> deadline;
    if (owner.kind == AgendaOwner::Kind::kSocket) {
      if (const Socket* socket = find(SocketId{owner.number})) deadline = socket->channel.next_deadline();
    } else if (const Room* room = rooms.find(owner.number)) {
      deadline = room->next_deadline();
      if (room->is_empty()) rooms.erase(owner.number);
    }
    agenda.set(owner, deadline);
  }
}

void RoomServer::Impl::fire(const AgendaOwner& owner) {
  if (owner.kind == AgendaOwner::Kind::kSocket) {
    const SocketId id{owner.number};
    find(id)->channel.fire_due(now);
    collect(id);
  } else {
    rooms.find(owner.number)->fire_due(now);
    collect(owner.number);
  }
}

// The host called so late that this process cannot have been running: nobody is judged for what was not heard meanwhile.
void RoomServer::Impl::wake() {
  for (auto& [id, socket] : sockets) {
    socket.channel.wake(now);
    collect(id);
  }
  for (auto& [number, room] : rooms.all()) {
    room.wake(now);
    collect(number);
  }
  settle();
}

Socket* RoomServer::Impl::find(SocketId id) {
  const auto at = sockets.find(id);
  return at == sockets.end() ? nullptr : &at->second;
}

bool RoomServer::Impl::is_consistent() const {
  std::size_t seats = 0;
  for (const auto& [id, socket] : sockets) {
    if (!socket.channel.is_consistent() || (!socket.question && !socket.held.empty())) return false;
    if (agenda.deadline_of({AgendaOwner::Kind::kSocket, id.value}) != socket.channel.next_deadline()) return false;
    if (socket.question) {
      const auto asked = questions.find(socket.question->op);
      if (asked == questions.end() || asked->second != id) return false;
    }
    if (!socket.seat) continue;
    ++seats;
    const Room* room = rooms.find(socket.seat->room);
    if (room == nullptr || room->socket_of(socket.seat->participant) != id) return false;
  }
  for (const auto& [number, room] : rooms.all()) {
    if (agenda.deadline_of({AgendaOwner::Kind::kRoom, number}) != room.next_deadline()) return false;
    seats -= room.socket_count();
  }
  return seats == 0 && questions.size() <= sockets.size() && touched.empty() && effects.empty() && rooms.is_consistent();
}

// ---- the public face ---------------------------------------------------------------------------------------------------------------

RoomServer::RoomServer(Config config) : impl_(std::make_unique<Impl>(std::move(config))) {}

RoomServer::~RoomServer() = default;

Batch RoomServer::handle(const Input& input, Instant now) {
  Impl& server = *impl_;
  server.now = later(server.now, now);
  if (server.announced && server.now - *server.announced > kWakeLateness) server.wake();
  std::visit([&server](const auto& which) { server.apply(which); }, input);
  server.settle();
  while (const auto owner = server.agenda.pop_due(server.now)) {
    server.fire(*owner);
    server.settle();
  }
  server.announced = server.agenda.next();
  return {std::exchange(server.effects, {}), server.announced};
}

std::vector<RoomSnapshot> RoomServer::rooms() const {
  std::vector<RoomSnapshot> snapshots;
  for (const auto& [number, room] : impl_->rooms.all()) snapshots.push_back(room.snapshot());
  return snapshots;
}

bool RoomServer::is_consistent() const { return impl_->is_consistent(); }

}  // namespace holdfast::roomserver
