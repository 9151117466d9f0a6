// A process that knows nobody and takes over from another (docs/protocol.md chapter 20): who is taken back, what each learns, and when.
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// The process that follows, with the same secret, some seconds later.
Config next_config(Config config = bench_config()) {
  config.wall_clock_at_start_ms += 100'000;
  return config;
}

struct Restarted {
  explicit Restarted(Config own_config = bench_config()) : config(std::move(own_config)) {}

  Config config;
  Bench before{config};
  Guest alice = join(before, "alice", "r", {"a1"});
  Guest bob = join(before, "bob", "r", {"b1"});
  std::string id = bob.link();
  Bench bench{next_config(config)};

  // The first message since the last look. Whoever is alone is lent a loopback in another, which is not the matter here.
  rsp::RoomState synced(const Guest& guest) {
    const auto all = bench.messages(guest.socket);
    REQUIRE(!all.empty());
    return std::get<rsp::Synced>(all[0]).state;
  }
  rsp::RoomState sync(Guest& guest, const rsp::LocalState& state, const std::vector<rsp::PeerConnectionState>& links) {
    guest.socket = bench.open();
    bench.hello(guest.socket, guest.sync(state, links));
    return synced(guest);
  }
  rsp::RoomState sync_alice(const std::vector<rsp::PeerConnectionState>& links) { return sync(alice, local(2, {"a1"}), links); }
  rsp::RoomState sync_bob(const std::vector<rsp::PeerConnectionState>& links) { return sync(bob, local(2, {"b1"}), links); }
  int refused(const rsp::Sync& sync) {
    const SocketId socket = bench.open();
    bench.hello(socket, sync);
    return bench.error(socket);
  }
};

}  // namespace

TEST_CASE("restart: the first to return is told of the others only that they are there; then both are as before", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  const auto first = room.sync_alice({answer(room.id, 2)});
  CHECK(first.participant->sid == room.alice.sid);
  REQUIRE(first.participants.size() == 1);
  CHECK(first.participants[0].sid == room.bob.sid);
  CHECK(first.participants[0].identity == "");
  CHECK(first.participants[0].revision == 0);
  CHECK(participants(first) == " connected[]");
  CHECK(subscribed(first) == "-");
  CHECK(first.published->tracks[0].sid == room.alice.welcome.state.published->tracks[0].sid);
  CHECK(first.published->revision > room.alice.welcome.state.published->revision);
  CHECK(links(first) == "-");
  CHECK(first.peer_connections->at(0).id.value == room.id);

  const auto second = room.sync_bob({offer(room.id, 2)});
  CHECK(participants(second) == "alice connected[name of a1]");
  CHECK(second.participants[0].tracks[0].sid == room.alice.welcome.state.published->tracks[0].sid);
  CHECK(subscribed(second) == "a1");
  CHECK(links(second) == "answer 2");

  const auto told = bench.update(room.alice.socket);
  CHECK(participants(told) == "bob connected[name of b1]");
  CHECK(told.participants[0].revision > room.bob.welcome.state.subscribed->revision);
  CHECK(subscribed(told) == "b1");
  CHECK(links(told) == "none");

  // The room is the same, and life goes on.
  CHECK(bench.server().rooms().at(0).sid == room.alice.welcome.sid);
  CHECK(bench.server().rooms().at(0).name == "r");
  CHECK(bench.notices == std::vector<std::string>{"joined alice", "joined bob"});
  bench.message(room.bob.socket, room.bob.update({offer(room.id, 3)}));
  CHECK(links(bench.update(room.alice.socket)) == "offer 3");
  bench.advance(60_s);
  CHECK(bench.messages(room.alice.socket).empty());
  CHECK(bench.messages(room.bob.socket).empty());
}

TEST_CASE("restart: links go on where the two ends' last descriptions meet", "[roomserver][restart]") {
  struct Case {
    rsp::PeerConnectionState (*a)(const std::string&);  // bob, who offered first
    rsp::PeerConnectionState (*b)(const std::string&);  // alice
    const char* to_a;
    const char* to_b;
  };
  const Case each = GENERATE(values<Case>({
      {[](const auto& l) { return offer(l, 2); }, [](const auto& l) { return answer(l, 2); }, "answer 2", "-"},
      {[](const auto& l) { return answer(l, 7); }, [](const auto& l) { return offer(l, 7); }, "-", "answer 7"},
      {[](const auto& l) { return offer(l, 5); }, [](const auto& l) { return answer(l, 4); }, "answer 4", "offer 5"},
      {[](const auto& l) { return answer(l, 4); }, [](const auto& l) { return offer(l, 5); }, "offer 5", "answer 4"},
      {[](const auto& l) { return offer(l, 5); }, [](const auto& l) { return offer(l, 5); }, "-", "offer 5"},
      {[](const auto& l) { return offer(l, 4); }, [](const auto& l) { return offer(l, 5); }, "offer 5", "-"},
      {[](const auto& l) { return offer(l, 6); }, [](const auto& l) { return offer(l, 5); }, "-", "offer 6"},
      {[](const auto& l) { return answer(l, 4); }, [](const auto& l) { return answer(l, 6); }, "answer 6", "-"},
  }));
  Restarted room;
  const bool a_first = GENERATE(true, false);
  Guest& early = a_first ? room.bob : room.alice;
  Guest& late = a_first ? room.alice : room.bob;
  room.sync(early, local(1, {}), {(a_first ? each.a : each.b)(room.id)});
  const auto synced = room.sync(late, local(1, {}), {(a_first ? each.b : each.a)(room.id)});
  const std::string told = links(room.bench.update(early.socket));
  const std::string to_early = a_first ? each.to_a : each.to_b;
  CHECK(links(synced) == (a_first ? each.to_b : each.to_a));
  CHECK(told == (to_early == "-" ? "none" : to_early));
}

TEST_CASE("restart: reports that cannot meet, and links that only one end knows, give way to a new link", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  room.sync_alice({answer(room.id, 9)});
  const bool is_known = GENERATE(true, false);
  const auto listed = is_known ? std::vector{offer(room.id, 2)} : std::vector<rsp::PeerConnectionState>{};
  CHECK(links(resync(bench, room.bob, local(2, {"b1"}), listed).state) == "create-offer 1");
  // The old one is closed, the tracks that came through it are taken anew.
  const auto told = bench.messages(room.alice.socket);
  REQUIRE(told.size() == 2);
  const auto& news = std::get<rsp::ServerUpdate>(told[0]).state;
  CHECK(links(news) == "close 10");
  CHECK(news.peer_connections->at(0).id.value == room.id);
  CHECK(subscribed(news) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(told[1]).state) == "b1");
}

TEST_CASE("restart: two who know of no link get one", "[roomserver][restart]") {
  Restarted room;
  room.sync_alice({});
  const auto synced = room.sync_bob({});
  CHECK(links(synced) == "create-offer 1");
  CHECK(participants(synced) == "alice connected[name of a1]");
  CHECK(subscribed(synced) == "a1");
  CHECK(subscribed(room.bench.update(room.alice.socket)) == "b1");
}

TEST_CASE("restart: whoever returns without a link that the other still reports is subscribed anew", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  room.sync_alice({});
  room.bob.socket = bench.open();
  bench.hello(room.bob.socket, room.bob.sync(local(2, {"b1"}), {offer(room.id, 2)}));
  const auto all = bench.messages(room.bob.socket);
  REQUIRE(all.size() == 2);
  const auto& synced = std::get<rsp::Synced>(all[0]).state;
  CHECK(links(synced) == "create-offer 1");
  CHECK(synced.peer_connections->at(0).id.value != room.id);
  CHECK(subscribed(synced) == "");
  CHECK(subscribed(std::get<rsp::ServerUpdate>(all[1]).state) == "a1");
}

TEST_CASE("restart: a first offer whose answer may have died with the server waits 2 s for a sign of life", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  room.sync_alice({offer(room.id, 3)});
  CHECK(links(room.sync_bob({offer(room.id, 2)})) == "offer 3");
  bench.forget_all();
  SECTION("answered: all is well") {
    bench.message(room.bob.socket, room.bob.update({answer(room.id, 3)}));
    CHECK(links(bench.update(room.alice.socket)) == "answer 3");
    bench.advance(10_s);
    CHECK(bench.messages(room.alice.socket).empty());
  }
  SECTION("unanswered: replaced") {
    bench.advance(1999_ms);
    CHECK(bench.messages(room.bob.socket).empty());
    bench.advance(1_ms);
    const auto told = bench.messages(room.bob.socket);
    REQUIRE(told.size() == 2);
    CHECK(links(std::get<rsp::ServerUpdate>(told[0]).state) == "close 4, create-offer 1");
    CHECK(subscribed(std::get<rsp::ServerUpdate>(told[0]).state) == "");
    CHECK(subscribed(std::get<rsp::ServerUpdate>(told[1]).state) == "a1");
    bench.advance(30_s);
    CHECK(bench.messages(room.bob.socket).empty());
  }
}

TEST_CASE("restart: what someone says of a link while its other end is away is not lost", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  room.sync_alice({answer(room.id, 2)});
  bench.message(room.alice.socket, room.alice.update({offer(room.id, 3, "new"), ice(room.id, "new", 1, {"c1"})}));
  bench.message(room.alice.socket, room.alice.update({answer(room.id, 2), offer(room.id, 3, "new"), ice(room.id, "new", 2, {"c2"})}));
  CHECK(links(room.sync_bob({offer(room.id, 2)})) == "offer 3 ice new(c1 c2)");

  Restarted closed;
  closed.sync_alice({answer(closed.id, 2)});
  closed.bench.message(closed.alice.socket, closed.alice.update({close(closed.id, 3)}));
  resync(closed.bench, closed.alice, local(2, {"a1"}));
  closed.bench.forget_all();
  closed.bob.socket = closed.bench.open();
  closed.bench.hello(closed.bob.socket, closed.bob.sync(local(2, {"b1"}), {offer(closed.id, 2)}));
  CHECK(links(std::get<rsp::Synced>(closed.bench.messages(closed.bob.socket).at(0)).state) == "create-offer 1");
}

TEST_CASE("restart: whoever is waited for too long is dropped by a message that names everybody else", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  room.sync_alice({answer(room.id, 2)});
  bench.message(room.alice.socket, room.alice.publish(local(3, {"a1", "a2"})));
  CHECK(bench.update(room.alice.socket).published->tracks.size() == 2);
  bench.advance(12'999_ms);
  CHECK(bench.messages(room.alice.socket).empty());
  bench.advance(1_ms);
  const auto told = room.synced(room.alice);
  CHECK(participants(told) == "");
  CHECK(subscribed(told) == "");
  CHECK(links(told) == "");
  CHECK(told.published->tracks.size() == 2);

  // … and may come back all the same, as itself.
  const auto late = resync(bench, room.bob, local(2, {"b1"}), {offer(room.id, 2)}).state;
  CHECK(late.participant->sid == room.bob.sid);
  CHECK(participants(late) == "alice connected[name of a1 name of a2]");
  CHECK(links(late) == "create-offer 1");
  const auto back = bench.messages(room.alice.socket);
  REQUIRE(!back.empty());
  CHECK(participants(std::get<rsp::ServerUpdate>(back[0]).state) == "bob connected[name of b1]");
}

TEST_CASE("restart: no snapshot of subscriptions as long as somebody is missing", "[roomserver][restart]") {
  Bench before;
  Guest alice = join(before, "alice", "r", {"a1"});
  Guest bob = join(before, "bob", "r", {"b1"});
  Guest carol = join(before, "carol", "r", {"c1"});
  const std::string ab = bob.link();
  const std::string ac = carol.link(0);
  const std::string bc = carol.link(1);
  Bench bench{next_config()};

  CHECK(participants(resync(bench, alice, local(2, {"a1"}), {answer(ab, 2), answer(ac, 2)}).state) == " connected[],  connected[]");
  const auto second = resync(bench, bob, local(2, {"b1"}), {offer(ab, 2), answer(bc, 2)}).state;
  CHECK(participants(second) == "alice connected[name of a1],  connected[]");
  CHECK(subscribed(second) == "-");
  CHECK(links(second) == "answer 2, -");
  const auto told = bench.update(alice.socket);
  CHECK(participants(told) == "bob connected[name of b1]");
  CHECK(subscribed(told) == "-");
  bench.message(bob.socket, bob.publish(local(3, {"b1", "b2"})));
  CHECK(subscribed(bench.update(alice.socket)) == "-");
  bench.forget_all();

  CHECK(subscribed(resync(bench, carol, local(2, {"c1"}), {offer(ac, 2), offer(bc, 2)}).state) == "a1 b1 b2");
  CHECK(subscribed(bench.update(alice.socket)) == "b1 b2 c1");
  CHECK(subscribed(bench.update(bob.socket)) == "a1 c1");
}

TEST_CASE("restart: who went away meanwhile is not waited for", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  const auto gone = [&] { return participants(room.synced(room.alice)); };
  std::optional<rsp::Disconnected> ending;
  SECTION("it says so by a beacon") {
    room.sync_alice({answer(room.id, 2)});
    bench.give(Beacon{room.bob.session});
    CHECK(gone() == "");
  }
  SECTION("it says so on a socket") {
    room.sync_alice({answer(room.id, 2)});
    const SocketId socket = bench.open();
    bench.hello(socket);
    bench.message(socket, rsp::Disconnect{room.bob.session});
    CHECK(gone() == "");
  }
  SECTION("it said so before anybody was back") {
    bench.give(Beacon{room.bob.session});
    CHECK(participants(room.sync_alice({answer(room.id, 2)})) == "");
  }
  SECTION("the app removes it") {
    room.sync_alice({answer(room.id, 2)});
    bench.give(RemoveParticipant{"r", room.bob.sid.value});
    CHECK(bench.commands == std::vector<bool>{true});
    CHECK(gone() == "");
    ending = rsp::Disconnected{};
  }
  SECTION("the app completes the room") {
    room.sync_alice({answer(room.id, 2)});
    bench.give(CompleteRoom{"r"});
    ending = rsp::Disconnected{true};
  }
  const SocketId socket = bench.open();
  bench.hello(socket, room.bob.sync(local(2, {"b1"}), {offer(room.id, 2)}));
  const auto answers = bench.messages(socket);
  REQUIRE(answers.size() == 1);
  if (ending) {
    CHECK(std::get<rsp::Disconnected>(answers[0]).completed == ending->completed);
  } else {
    CHECK(std::get<rsp::ErrorMessage>(answers[0]).error.code == 53204);
  }
}

TEST_CASE("restart: forged, foreign, stolen, ended and outdated sessions are not taken over", "[roomserver][restart]") {
  Restarted room;
  auto& bench = room.bench;
  SECTION("forged") {
    rsp::Sync sync = room.bob.sync();
    sync.session[10] = sync.session[10] == 'A' ? 'B' : 'A';
    CHECK(room.refused(sync) == 53204);
  }
  SECTION("of another secret") {
    Config foreign = bench_config();
    foreign.secret = "another secret";
    Bench other(foreign);
    CHECK(room.refused(join(other, "bob", "r").sync()) == 53204);
  }
  SECTION("with someone else's token") {
    rsp::Sync sync = room.bob.sync();
    sync.token = "mallory";
    CHECK(room.refused(sync) == 53204);
    sync.token = "bob@another room";
    CHECK(room.refused(sync) == 20106);
    sync.token = "!20104";
    CHECK(room.refused(sync) == 20104);
  }
  SECTION("left in this process") {
    room.sync_bob({});
    bench.message(room.bob.socket, rsp::Disconnect{room.bob.session});
    CHECK(room.refused(room.bob.sync()) == 53204);
  }
  SECTION("issued by this process, and over") {
    Guest carol = join(bench, "carol", "r");
    bench.message(carol.socket, rsp::Disconnect{carol.session});
    CHECK(room.refused(carol.sync()) == 53204);
  }
  SECTION("too late") {
    bench.advance(30_s + 20_s);
    CHECK(room.refused(room.bob.sync()) == 53204);
  }
  SECTION("just in time") {
    bench.advance(30_s + 20_s - 1_s);
    room.sync_bob({});
  }
}

TEST_CASE("restart: of two sessions of one identity the later one counts", "[roomserver][restart]") {
  Bench before;
  Guest alice = join(before, "alice", "r", {"a1"});
  Guest first = join(before, "bob", "r", {"b1"});
  before.advance(5_s);
  Guest second = join(before, "bob", "r", {"b1"});  // the first is told 53205, which it does not hear
  Bench bench{next_config()};

  SECTION("the earlier one comes first") {
    resync(bench, first);
    resync(bench, second);
    CHECK(bench.error(first.socket) == 53205);
  }
  SECTION("… or later") {
    resync(bench, second);
    first.socket = bench.open();
    bench.hello(first.socket, first.sync());
    CHECK(bench.error(first.socket) == 53205);
    CHECK(bench.messages(second.socket).empty());
  }
  SECTION("… or after bob has joined anew") {
    resync(bench, alice, local(2, {"a1"}), {answer(second.link(), 2)});
    Guest third = join(bench, "bob", "r", {"b1"});
    bench.forget_all();
    second.socket = bench.open();
    bench.hello(second.socket, second.sync(local(2, {"b1"}), {offer(second.link(), 2)}));
    CHECK(bench.error(second.socket) == 53205);
    // Nobody waits for it any more.
    CHECK(participants(bench.only<rsp::Synced>(alice.socket).state) == "bob connected[name of b1]");
    CHECK(bench.messages(third.socket).empty());
  }
}

TEST_CASE("restart: a newcomer who is there first is in the same room", "[roomserver][restart]") {
  Restarted room;
  const Guest carol = join(room.bench, "carol", "r", {"c1"});
  CHECK(carol.welcome.sid == room.alice.welcome.sid);
  const auto synced = room.sync_alice({answer(room.id, 2)});
  CHECK(participants(synced) == "carol connected[name of c1],  connected[]");
  CHECK(links(synced) == "create-offer 1, -");
  CHECK(participants(room.bench.update(carol.socket)) == "alice connected[name of a1]");
  CHECK(room.bench.server().rooms().size() == 1);
}

TEST_CASE("restart: those who are expected back keep their places", "[roomserver][restart]") {
  Config config = bench_config();
  config.max_participants = 2;
  Restarted room(config);
  room.sync_alice({answer(room.id, 2)});
  const SocketId socket = room.bench.open();
  room.bench.hello(socket, connect_message("carol", "r"));
  CHECK(room.bench.error(socket) == 53105);
  room.sync_bob({offer(room.id, 2)});

  Restarted full(config);
  join(full.bench, "carol", "r");
  join(full.bench, "dave", "r");
  CHECK(full.refused(full.bob.sync()) == 53105);
}

TEST_CASE("restart: several in a row", "[roomserver][restart]") {
  Bench before;
  Guest alice = join(before, "alice", "r", {"a1"});
  Guest bob = join(before, "bob", "r", {"b1"});
  const std::string id = bob.link();
  Config config = bench_config();
  for (int i = 0; i < 3; ++i) {
    config = next_config(config);
    Bench bench(config);
    resync(bench, alice, local(2, {"a1"}), {answer(id, 2)});
    if (i == 1) continue;  // bob is not back before the next process
    CHECK(participants(resync(bench, bob, local(2, {"b1"}), {offer(id, 2)}).state) == "alice connected[name of a1]");
    CHECK(subscribed(bench.update(alice.socket)) == "b1");
  }
}

TEST_CASE("restart: made-up link ids name nobody", "[roomserver][restart]") {
  Restarted room;
  std::string forged = room.id;
  forged.back() = forged.back() == '0' ? '1' : '0';
  CHECK(participants(room.sync_alice({answer(forged, 2), answer("L", 2)})) == "");
  // Nor does one of other people's.
  const Guest carol = join(room.before, "carol", "r");
  Guest stranger = join(room.before, "dave", "s");
  const auto synced = room.sync(stranger, local(1, {}), {answer(carol.link(), 2)});
  CHECK(participants(synced) == "");
  CHECK(links(synced) == "");
}
