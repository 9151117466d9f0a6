// Who comes in: the host is asked about every token, and its verdict lets a socket into a room, back into its session, or not at all
// (docs/protocol.md chapter 14, 19.4).
#include <utility>

#include "roomserver/names.hpp"
#include "roomserver/server_impl.hpp"

namespace holdfast::roomserver {

void RoomServer::Impl::ask(SocketId id, rsp::ClientMessage message, std::string token, std::string room, VerifyToken::Purpose purpose) {
  const OperationId op{++last_op.value};
  find(id)->question = Question{op, std::move(message)};
  questions.emplace(op, id);
  effects.push_back(VerifyToken{op, std::move(token), std::move(room), purpose});
}

void RoomServer::Impl::apply(const TokenVerdict& verdict) {
  const auto asked = questions.find(verdict.op);
  if (asked == questions.end()) return;
  const SocketId id = asked->second;
  Socket& socket = *find(id);
  const rsp::ClientMessage message = std::move(socket.question->message);
  socket.question.reset();
  questions.erase(asked);
  if (!socket.channel.is_open()) return socket.held.clear();

  if (verdict.error_code != 0) {
    refuse(id, verdict.error_code);
  } else if (const auto* connect = std::get_if<rsp::Connect>(&message)) {
    answer(id, *connect, verdict);
  } else if (const auto* sync = std::get_if<rsp::Sync>(&message)) {
    answer(id, *sync, verdict);
  } else {
    socket.channel.send(rsp::Iced{verdict.ice_servers.empty() ? config.ice_servers : verdict.ice_servers}, now);
    collect(id);
  }
  while (!socket.question && !socket.held.empty() && socket.channel.is_open()) handle(id, socket.held.pop());
  if (!socket.question) socket.held.clear();
}

void RoomServer::Impl::answer(SocketId id, const rsp::Connect& connect, const TokenVerdict& verdict) {
  const std::string name = connect.name.value_or("");
  if (const int code = check_identity(verdict.identity)) return refuse(id, code);
  if (const int code = check_room_name(name)) return refuse(id, code);
  RoomNumber number = rooms.find(name);
  const Room* known = rooms.find(number);
  const std::string& grant = verdict.room_grant;
  const bool granted = grant.empty() || grant == name || (known != nullptr && (grant == known->name() || grant == known->sid().value));
  if (!granted) return refuse(id, code::kAccessTokenGrantsInvalid);
  // A SID is never chosen by a client: this room existed once.
  if (known == nullptr && looks_like_room_sid(name)) return refuse(id, code::kRoomNotFound);
  if (known == nullptr && rooms.is_full()) return refuse(id, kRoomCreateFailed);
  const auto earlier_self = known == nullptr ? std::nullopt : known->find_identity(verdict.identity);
  const std::size_t others = known == nullptr ? 0 : known->size() - (earlier_self ? 1 : 0);
  if (others >= config.max_participants) return refuse(id, code::kRoomMaxParticipantsExceeded);

  if (known == nullptr) number = rooms.create(name);
  Room& room = *rooms.find(number);
  if (earlier_self) {
    const auto kept = identifiers.read_session(connect.kept_session);
    if (kept && kept->participant == *earlier_self && !room.is_outdated(*kept)) {
      room.come_back(*earlier_self, id, connect, verdict.ice_servers, now);
      return take_seat(id, {number, *earlier_self});
    }
  }
  // Nobody's place is taken by a socket that its client may have given up while the host was asked.
  if (earlier_self && find(id)->channel.is_silent()) return supersede(id);
  if (earlier_self) room.expel(*earlier_self, code::kDuplicateIdentity, now);
  take_seat(id, {number, room.join(id, verdict.identity, connect, verdict.ice_servers, now)});
}

void RoomServer::Impl::answer(SocketId id, const rsp::Sync& sync, const TokenVerdict& verdict) {
  const auto claims = identifiers.read_session(sync.session);
  if (!claims || claims->identity != verdict.identity) return refuse(id, code::kParticipantNotFound);
  const std::string& grant = verdict.room_grant;
  if (!grant.empty() && grant != claims->room_name && grant != claims->room.value) return refuse(id, code::kAccessTokenGrantsInvalid);
  const RoomNumber number = rooms.find(*claims);
  Room* room = rooms.find(number);
  if (room == nullptr || !room->has(claims->participant)) return adopt(id, sync, *claims, verdict.ice_servers);
  if (room->is_outdated(*claims)) return refuse(id, Ending::kSuperseded);
  // The host took its time, and the client did not wait.
  const auto socket = room->socket_of(claims->participant);
  if (find(id)->channel.is_silent() || (socket && id < *socket)) return supersede(id);
  room->sync(claims->participant, id, sync, verdict.ice_servers, now);
  take_seat(id, {number, claims->participant});
}

// A participant that this process does not know, but perhaps an earlier one did.
void RoomServer::Impl::adopt(SocketId id, const rsp::Sync& sync, const SessionClaims& claims, const std::vector<IceServer>& ice_servers) {
  if (!adoption.accepts(claims, now)) return refuse(id, adoption.ending_of(claims));
  RoomNumber number = rooms.find(claims);
  Room* room = rooms.find(number);
  const auto other_self = room == nullptr ? std::nullopt : room->find_identity(claims.identity);
  if (other_self && room->issued_at_ms(*other_self) > claims.issued_at_ms) {
    end_inherited(claims, Ending::kSuperseded);
    return refuse(id, Ending::kSuperseded);
  }
  if (room == nullptr) {
    if (rooms.is_full()) return refuse(id, kRoomCreateFailed);
    number = rooms.create(claims.room, claims.room_name);
    room = rooms.find(number);
  }
  if (other_self) room->expel(*other_self, code::kDuplicateIdentity, now);
  if (!room->has_place_for(claims.participant)) {
    refuse(id, code::kRoomMaxParticipantsExceeded);
    return collect(number);
  }
  room->adopt(claims, id, sync, ice_servers, now);
  take_seat(id, {number, claims.participant});
}

// It will not be back, whether or not anybody waits for it.
void RoomServer::Impl::end_inherited(const SessionClaims& claims, Ending ending) {
  adoption.note_ended(claims.participant.value, ending);
  const RoomNumber number = rooms.find(claims);
  if (Room* room = rooms.find(number)) {
    room->give_up(claims.participant, now);
    collect(number);
  }
}

// Whoever has fallen silent while the host was asked is away from the start.
void RoomServer::Impl::take_seat(SocketId id, const Seat& seat) {
  Socket& socket = *find(id);
  socket.seat = seat;
  if (socket.channel.is_silent()) rooms.find(seat.room)->handle_silent(seat.participant, now);
  collect(seat.room);
}

void RoomServer::Impl::supersede(SocketId id) {
  find(id)->channel.close(kCloseSuperseded, "the session goes on with another socket", now);
  collect(id);
}

void RoomServer::Impl::refuse(SocketId id, int code) { finish(id, rsp::ErrorMessage{Error{code, {}}}); }

// With what its holder would have been told, had it been there.
void RoomServer::Impl::refuse(SocketId id, Ending ending) {
  if (ending == Ending::kRemoved || ending == Ending::kCompleted) return finish(id, rsp::Disconnected{ending == Ending::kCompleted});
  refuse(id, ending == Ending::kSuperseded ? code::kDuplicateIdentity : code::kParticipantNotFound);
}

void RoomServer::Impl::finish(SocketId id, const rsp::ServerMessage& last_word) {
  Socket& socket = *find(id);
  socket.channel.send(last_word, now);
  socket.channel.finish(now);
  collect(id);
}

}  // namespace holdfast::roomserver
