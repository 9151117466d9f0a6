// Who gets in: tokens, grants, names, identities, limits, the order of messages around a verdict, and removal by the host.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// The code that a connect is refused with.
int refusal(Bench& bench, const std::string& token, const std::string& room) {
  const SocketId id = bench.open();
  bench.hello(id, connect_message(token, room));
  return bench.error(id);
}

}  // namespace

TEST_CASE("token: its defect is told at ice, connect and sync", "[roomserver][entry]") {
  const int code = GENERATE(20101, 20102, 20103, 20104, 20105, 20106, 20107, 53104);
  const std::string token = "!" + std::to_string(code);
  Bench bench;
  Guest alice = join(bench, "alice");
  alice.token = token;
  for (const rsp::ClientMessage& message :
       {rsp::ClientMessage(rsp::IceRequest{token}), rsp::ClientMessage(connect_message(token, "r")), rsp::ClientMessage(alice.sync())}) {
    const SocketId id = bench.open();
    bench.hello(id, message);
    CHECK(bench.error(id) == code);
  }
  CHECK(bench.server().rooms()[0].participants.size() == 1);
}

TEST_CASE("refusal: the client may close by itself; after a second the server closes with 1000", "[roomserver][entry]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"!20101"});
  bench.advance(Millis{999});
  CHECK_FALSE(bench.close_code(id));
  bench.advance(Millis{1});
  CHECK(bench.close_code(id) == 1000);
}

TEST_CASE("refusal: nothing more is asked or answered on that socket", "[roomserver][entry]") {
  Bench bench;
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"!20101"});
  bench.forget_all();
  bench.message(id, connect_message("alice", "r"));
  CHECK(bench.messages(id).empty());
  CHECK(bench.tokens.size() == 1);
  CHECK(bench.server().rooms().empty());
}

TEST_CASE("grant: a room by name or SID, and no other", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice", "r");
  const std::string sid = alice.welcome.sid.value;
  CHECK(join(bench, "bob@r", "r").welcome.sid.value == sid);
  CHECK(join(bench, "carol@" + sid, "r").welcome.sid.value == sid);
  CHECK(join(bench, "dave@r", sid).welcome.sid.value == sid);
  CHECK(refusal(bench, "eve@other", "r") == 20106);
  CHECK(refusal(bench, "eve@other", sid) == 20106);
  CHECK(refusal(bench, "eve@r", "") == 20106);
  Guest bob = alice;
  bob.token = "alice@other";
  const SocketId id = bench.open();
  bench.hello(id, bob.sync());
  CHECK(bench.error(id) == 20106);
}

TEST_CASE("room: without a name it is called by its SID, and every such room is another", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice", "");
  const Guest bob = join(bench, "bob", "");
  CHECK(alice.welcome.name == alice.welcome.sid.value);
  CHECK(alice.welcome.sid != bob.welcome.sid);
  CHECK(join(bench, "carol", alice.welcome.name).welcome.sid == alice.welcome.sid);
}

TEST_CASE("room: an empty name is none; names too long or with control characters are refused", "[roomserver][entry]") {
  Bench bench;
  auto nameless = connect_message("alice", "");
  nameless.name = "";
  CHECK(join(bench, nameless).welcome.name.substr(0, 2) == "RM");
  CHECK(join(bench, "alice", std::string(128, 'n')).welcome.name.size() == 128);
  CHECK(refusal(bench, "alice", std::string(129, 'n')) == 53101);
  CHECK(refusal(bench, "alice", "a\nb") == 53102);
  CHECK(refusal(bench, "alice", "a\x7f") == 53102);
}

TEST_CASE("room: a SID that no room has is not found", "[roomserver][entry]") {
  Bench bench;
  CHECK(refusal(bench, "alice", "RM0123456789abcdef0123456789abcdef") == 53106);
  CHECK(join(bench, "alice", "RM-like name").welcome.name == "RM-like name");
}

TEST_CASE("room: gone with its last participant; its name then stands for a new one, of the same SID", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice");
  bench.drop(alice.socket, 1000);
  CHECK(bench.server().rooms().empty());
  CHECK(join(bench, "alice").welcome.sid == alice.welcome.sid);
}

TEST_CASE("identity: empty, too long or with control characters is refused", "[roomserver][entry]") {
  Bench bench;
  CHECK(refusal(bench, "", "r") == 53200);
  CHECK(refusal(bench, std::string(129, 'i'), "r") == 53201);
  CHECK(refusal(bench, "a\tb", "r") == 53202);
  CHECK(join(bench, std::string(128, 'i'), "r").welcome.state.participant->identity.size() == 128);
  CHECK(bench.server().rooms().size() == 1);
}

TEST_CASE("limits: a full room is 53105, a place that is free again is not", "[roomserver][entry]") {
  Config config = bench_config();
  config.max_participants = 2;
  Bench bench(config);
  join(bench, "alice");
  const Guest bob = join(bench, "bob");
  CHECK(refusal(bench, "carol", "r") == 53105);
  bench.drop(bob.socket, 1000);
  join(bench, "carol");
}

TEST_CASE("limits: with all rooms in use no other is created, those that exist can be joined", "[roomserver][entry]") {
  Config config = bench_config();
  config.max_rooms = 1;
  Bench bench(config);
  join(bench, "alice", "r");
  CHECK(refusal(bench, "bob", "s") == 53103);
  CHECK(refusal(bench, "bob", "") == 53103);
  join(bench, "bob", "r");
}

TEST_CASE("duplicate: the earlier session gets 53205 and goes, the later one comes in, also into a full room", "[roomserver][entry]") {
  Config config = bench_config();
  config.max_participants = 2;
  Bench bench(config);
  const Guest first = join(bench, "alice", "r", {"a1"});
  const Guest bob = join(bench, "bob", "r", {"b1"});
  bench.forget_all();
  const Guest second = join(bench, "alice", "r", {"x1"});
  CHECK(bench.error(first.socket) == 53205);
  CHECK(second.sid != first.sid);
  CHECK(participants(second.welcome.state) == "bob connected[name of b1]");
  const auto told = bench.messages(bob.socket);
  REQUIRE(told.size() == 2);
  CHECK(participants(std::get<rsp::ServerUpdate>(told[0]).state) == "alice disconnected[name of a1]");
  CHECK(participants(std::get<rsp::ServerUpdate>(told[1]).state) == "alice connected[name of x1]");
  CHECK(bench.notices == std::vector<std::string>{"left alice 53205", "joined alice"});
  bench.advance(1_s);
  CHECK(bench.close_code(first.socket) == 1000);
  bench.drop(first.socket, 1000);
  CHECK(bench.server().rooms()[0].participants.size() == 2);
}

TEST_CASE("duplicate: alone in the room, the room stays", "[roomserver][entry]") {
  Bench bench;
  const Guest first = join(bench, "alice");
  const Guest second = join(bench, "alice");
  CHECK(first.welcome.sid == second.welcome.sid);
  CHECK(bench.error(first.socket) == 53205);
}

TEST_CASE("duplicate: the same identity in another room is somebody else", "[roomserver][entry]") {
  Bench bench;
  const Guest here = join(bench, "alice", "r");
  join(bench, "alice", "s");
  CHECK(bench.messages(here.socket).empty());
}

TEST_CASE("verdict: messages that come before it wait, in order", "[roomserver][entry]") {
  Bench bench;
  bench.answer_tokens = false;
  const SocketId id = bench.open();
  bench.hello(id, rsp::IceRequest{"alice"});
  bench.message(id, connect_message("alice", "r", {"a1"}));
  CHECK(bench.messages(id).empty());
  REQUIRE(bench.tokens.size() == 1);
  bench.give(Bench::verdict(bench.tokens[0]));
  bench.only<rsp::Iced>(id);
  REQUIRE(bench.tokens.size() == 2);
  rsp::ClientUpdate update;
  update.participant = local(5, {"a1", "a2"});
  bench.message(id, update);
  bench.give(Bench::verdict(bench.tokens[1]));
  CHECK(bench.messages(id).size() == 2);
  CHECK(bench.server().rooms()[0].participants[0].tracks.size() == 2);
}

TEST_CASE("verdict: given twice, for nobody, or after the socket is gone, it changes nothing", "[roomserver][entry]") {
  Bench bench;
  bench.answer_tokens = false;
  const SocketId id = bench.open();
  bench.hello(id, connect_message("alice", "r"));
  bench.give(TokenVerdict{OperationId{99}, 0, "alice", ""});
  CHECK(bench.server().rooms().empty());
  bench.drop(id, 1006);
  bench.give(Bench::verdict(bench.tokens[0]));
  CHECK(bench.server().rooms().empty());

  const SocketId again = bench.open();
  bench.hello(again, connect_message("alice", "r"));
  bench.give(Bench::verdict(bench.tokens[1]));
  bench.give(Bench::verdict(bench.tokens[1]));
  CHECK(bench.messages(again).size() == 1);
}

TEST_CASE("verdict: too much talk before it closes the socket", "[roomserver][entry]") {
  Bench bench;
  bench.answer_tokens = false;
  const SocketId id = bench.open();
  bench.hello(id, connect_message("alice", "r"));
  for (int i = 0; i < 32; ++i) bench.message(id, rsp::ClientUpdate{});
  CHECK_FALSE(bench.close_code(id));
  bench.message(id, rsp::ClientUpdate{});
  CHECK(bench.close_code(id) == 1008);
  bench.give(Bench::verdict(bench.tokens[0]));
  CHECK(bench.server().rooms().empty());
}

TEST_CASE("verdict: a disconnect overtakes it", "[roomserver][entry]") {
  Bench bench;
  bench.answer_tokens = false;
  const SocketId id = bench.open();
  bench.hello(id, connect_message("alice", "r"));
  bench.message(id, rsp::Disconnect{});
  bench.give(Bench::verdict(bench.tokens[0]));
  CHECK(bench.server().rooms().empty());
  CHECK(bench.messages(id).empty());
}

TEST_CASE("seat: a second connect or sync on a socket is nonsense", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice");
  bench.message(alice.socket, connect_message("bob", "r"));
  bench.message(alice.socket, alice.sync());
  CHECK(bench.messages(alice.socket).empty());
  CHECK(bench.logs.size() == 2);
  CHECK(bench.tokens.size() == 1);
}

TEST_CASE("host: completing a room tells everybody and frees the name", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice", "r", {"a1"});
  const Guest bob = join(bench, "bob");
  bench.forget_all();
  bench.give(CompleteRoom{GENERATE_COPY(std::string("r"), alice.welcome.sid.value)});
  CHECK(bench.commands == std::vector<bool>{true});
  CHECK(bench.only<rsp::Disconnected>(alice.socket).completed);
  CHECK(bench.only<rsp::Disconnected>(bob.socket).completed);
  CHECK(bench.notices == std::vector<std::string>{"left alice 53118", "left bob 53118"});
  CHECK(bench.server().rooms().empty());
  bench.give(CompleteRoom{"r"});
  CHECK(bench.commands == std::vector<bool>{true, false});
}

TEST_CASE("host: removing a participant ends its session plainly", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice");
  const Guest bob = join(bench, "bob", "r", {"b1"});
  bench.forget_all();
  bench.give(RemoveParticipant{"r", GENERATE_COPY(std::string("bob"), bob.sid.value)});
  CHECK_FALSE(bench.only<rsp::Disconnected>(bob.socket).completed);
  CHECK(participants(bench.update(alice.socket)) == "bob disconnected[name of b1]");
  bench.give(RemoveParticipant{"r", "bob"});
  bench.give(RemoveParticipant{"nowhere", "alice"});
  CHECK(bench.commands == std::vector<bool>{true, false, false});
}

TEST_CASE("host: live state names rooms, participants, their state and tracks", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice", "r", {"a1"});
  const Guest bob = join(bench, "bob");
  bench.drop(bob.socket, 1006);
  const auto rooms = bench.server().rooms();
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].sid == alice.welcome.sid);
  CHECK(rooms[0].name == "r");
  REQUIRE(rooms[0].participants.size() == 2);
  CHECK(rooms[0].participants[0].tracks[0].name == "name of a1");
  CHECK(rooms[0].participants[1].identity == "bob");
  CHECK(rooms[0].participants[1].state == backend::ParticipantState::kReconnecting);
}

TEST_CASE("ICE servers: those of the verdict go into `iced`, and to Holdfast clients at every connect and sync", "[roomserver][entry]") {
  const bool speaks_holdfast = GENERATE(true, false);
  Config config = bench_config();
  config.ice_servers = {{{"stun:configured"}, "", ""}};
  Bench bench(config);
  bench.answer_tokens = false;
  const auto answer = [&bench](std::vector<backend::IceServer> servers) {
    bench.give(TokenVerdict{bench.tokens.back().op, 0, "alice", "", std::move(servers)});
  };

  const SocketId socket = bench.open();
  bench.hello(socket, rsp::IceRequest{"alice"});
  answer({{{"turn:a"}, "1:alice", "c"}});
  CHECK(bench.only<rsp::Iced>(socket).ice_servers[0].username == "1:alice");
  bench.message(socket, rsp::IceRequest{"alice"});
  answer({});
  CHECK(bench.only<rsp::Iced>(socket).ice_servers[0].urls[0] == "stun:configured");

  rsp::Connect connect = connect_message("alice", "r");
  if (speaks_holdfast) connect.holdfast.emplace();
  bench.message(socket, connect);
  answer({{{"turn:a"}, "2:alice", "c"}});
  const auto connected = bench.only<rsp::Connected>(socket);
  const auto credentials = [](const rsp::RoomState& state) { return state.ice_servers.empty() ? "none" : state.ice_servers[0].username; };
  CHECK(credentials(connected.state) == (speaks_holdfast ? "2:alice" : "none"));

  rsp::Sync sync{connected.session, "alice", "r", {}, {}, connect.holdfast};
  const SocketId next = bench.open();
  bench.hello(next, sync);
  answer({{{"turn:a"}, "3:alice", "c"}});
  // An official client that is alone is lent a loopback in a second message.
  CHECK(credentials(std::get<rsp::Synced>(bench.messages(next).at(0)).state) == (speaks_holdfast ? "3:alice" : "none"));
}

TEST_CASE("host: live state tells the socket of a participant while it has one", "[roomserver][entry]") {
  Bench bench;
  const Guest alice = join(bench, "alice");
  CHECK(bench.server().rooms()[0].participants[0].socket == alice.socket);
  bench.drop(alice.socket, 1006);
  CHECK_FALSE(bench.server().rooms()[0].participants[0].socket);
}

TEST_CASE("seed 108: whoever falls silent while the host checks its token is away from the start", "[roomserver][entry]") {
  Bench bench;
  Guest alice = join(bench, "alice");
  bench.answer_tokens = false;
  const SocketId socket = bench.open();
  bench.hello(socket, connect_message("bob", "r"));
  bench.mute(socket);
  bench.advance(4_s);
  bench.give(Bench::verdict(bench.tokens.back()));
  const auto seen = bench.server().rooms()[0].participants.back();
  CHECK(seen.socket == socket);
  CHECK(seen.state == backend::ParticipantState::kReconnecting);
  bench.advance(bench_config().session_timeout);
  CHECK(bench.notices.back() == "left bob 53001");
}

TEST_CASE("seeds 18839, 35801: a socket that falls silent while the host checks its token takes nobody's place", "[roomserver][entry]") {
  Bench bench;
  Guest alice = join(bench, "alice");
  bench.answer_tokens = false;
  const bool comes_back = GENERATE(true, false);
  const SocketId socket = bench.open();
  bench.hello(socket, comes_back ? rsp::ClientMessage(alice.sync()) : rsp::ClientMessage(connect_message("alice", "r")));
  bench.mute(socket);
  const bool is_away = GENERATE(true, false);
  if (is_away) bench.drop(alice.socket, 1006);
  bench.advance(4_s);
  bench.forget_all();
  bench.give(Bench::verdict(bench.tokens.back()));
  CHECK(bench.close_code(socket) == 4000);
  const auto seen = bench.server().rooms()[0].participants[0];
  CHECK(seen.sid == alice.sid);
  CHECK(seen.socket == (is_away ? std::nullopt : std::optional(alice.socket)));
  // Its absence goes on counting.
  bench.advance(bench_config().session_timeout - 4_s);
  CHECK(bench.notices == (is_away ? std::vector<std::string>{"left alice 53001"} : std::vector<std::string>{}));
}

TEST_CASE("seed 851: a verdict for a socket that the session has left ends that socket and not the session's", "[roomserver][entry]") {
  Bench bench;
  Guest alice = join(bench, "alice");
  bench.answer_tokens = false;
  const SocketId early = bench.open();
  bench.hello(early, alice.sync());
  const VerifyToken question = bench.tokens.back();
  bench.answer_tokens = true;
  resync(bench, alice);
  bench.give(Bench::verdict(question));
  CHECK(bench.close_code(early) == 4000);
  CHECK_FALSE(bench.close_code(alice.socket));
  CHECK(bench.server().rooms()[0].participants[0].socket == alice.socket);
}
