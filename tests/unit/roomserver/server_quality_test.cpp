// What each participant says of its network, told to the others who speak Holdfast (docs/protocol.md 19.8).
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Alice and bob speak Holdfast, carol is an official client.
struct Rated {
  Bench bench;
  Guest alice = enter("alice", true);
  Guest bob = enter("bob", true);
  Guest carol = enter("carol", false);

  Rated() { bench.forget_all(); }

  Guest enter(const std::string& identity, bool speaks) {
    rsp::Connect connect = connect_message(identity, "r", {identity + " 1"});
    if (speaks) connect.holdfast.emplace();
    return join(bench, connect);
  }
  static rsp::Extension rating(std::int64_t quality) { return {{}, {}, {}, {}, quality}; }
  void say(const Guest& guest, std::int64_t quality) {
    bench.message(guest.socket, rsp::ClientUpdate{guest.session, std::nullopt, {}, rating(quality)});
  }
  // "alice 3": what each message says of whom, "(alice) 3" if nothing else is said of her; "-" if there is none.
  std::string told(const Guest& guest) {
    std::string text;
    for (const auto& message : bench.messages(guest.socket)) text += "[" + words(std::get<rsp::ServerUpdate>(message).state) + "]";
    return text.empty() ? "-" : text;
  }
  std::string words(const rsp::RoomState& state) {
    std::string text;
    for (const auto& entry : state.participants) {
      const std::string who = !entry.identity.empty() ? entry.identity : entry.sid == alice.sid ? "(alice)" : "(another)";
      text += (text.empty() ? "" : ", ") + who + (entry.quality == rsp::kNoQuality ? "" : " " + std::to_string(entry.quality));
    }
    return text;
  }
};

}  // namespace

TEST_CASE("quality: a change is told by itself, to those who speak Holdfast", "[roomserver][quality]") {
  Rated room;
  room.say(room.alice, 3);
  CHECK(room.told(room.bob) == "[(alice) 3]");
  CHECK(room.told(room.carol) == "-");
  CHECK(room.told(room.alice) == "-");
  room.say(room.alice, 3);
  CHECK(room.told(room.bob) == "-");
  room.say(room.alice, 0);
  CHECK(room.told(room.bob) == "[(alice) 0]");
  room.bench.message(room.alice.socket, room.alice.update({}));
  CHECK(room.told(room.bob) == "[alice]");
  CHECK(room.told(room.carol) == "-");
}

TEST_CASE("quality: an entry has it each time, and nobody else is told of one that has none", "[roomserver][quality]") {
  Rated room;
  room.say(room.alice, 4);
  room.bench.forget_all();
  rsp::ClientUpdate published = room.alice.publish(local(5, {"a2"}));
  published.holdfast = Rated::rating(4);
  room.bench.message(room.alice.socket, published);
  CHECK(room.told(room.bob) == "[alice 4]");
  CHECK(room.told(room.carol) == "[alice]");
  const Guest dave = room.enter("dave", true);
  CHECK(room.words(dave.welcome.state) == "alice 4, bob, carol");
  const Guest erin = room.enter("erin", false);
  CHECK(room.words(erin.welcome.state) == "alice, bob, carol, dave");
}

TEST_CASE("quality: a sync says it, and a synced", "[roomserver][quality]") {
  Rated room;
  room.say(room.alice, 4);
  room.bench.drop(room.bob.socket, 1006);
  room.bob.socket = room.bench.open();
  auto back = room.bob.sync(local(2, {"bob 1"}));
  back.holdfast.emplace();
  room.bench.hello(room.bob.socket, back);
  CHECK(room.words(room.bench.only<rsp::Synced>(room.bob.socket).state) == "alice 4, carol");

  room.bench.drop(room.alice.socket, 1006);
  room.bench.forget_all();
  const std::int64_t quality = GENERATE(1, rsp::kNoQuality);
  auto sync = room.alice.sync(local(2, {"alice 1"}));
  sync.holdfast = Rated::rating(quality);
  room.bench.hello(room.bench.open(), sync);
  CHECK(room.told(room.bob) == (quality == 1 ? "[alice 1]" : "[alice]"));
}

TEST_CASE("quality: a page that is loaded anew has said nothing yet", "[roomserver][quality]") {
  Rated room;
  room.say(room.alice, 4);
  room.bench.forget_all();
  rsp::Connect again = connect_message("alice", "r", {"alice 2"});
  again.holdfast.emplace();
  again.kept_session = room.alice.session;
  room.bench.hello(room.bench.open(), again);
  CHECK(room.told(room.bob) == "[alice]");
}

TEST_CASE("quality: after a restart of the server it is said by whoever is back", "[roomserver][quality]") {
  Rated room;
  Config later = bench_config();
  later.wall_clock_at_start_ms += 5000;
  Bench restarted(later);
  auto sync = room.alice.sync(local(2, {"alice 1"}));
  sync.holdfast = Rated::rating(2);
  restarted.hello(restarted.open(), sync);
  auto other = room.bob.sync(local(2, {"bob 1"}));
  other.holdfast.emplace();
  const SocketId socket = restarted.open();
  restarted.hello(socket, other);
  CHECK(room.words(restarted.only<rsp::Synced>(socket).state) == "alice 2");
}
