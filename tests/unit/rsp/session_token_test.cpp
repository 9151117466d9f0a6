// How a session comes by a token that the server accepts.
#include <catch2/catch.hpp>

#include "session_bench.hpp"

using namespace holdfast;
using namespace holdfast::rsp;
using namespace holdfast::rsp::test;

namespace {

const Error kExpired{code::kAccessTokenExpired, {}};

input::Connect with_function(bool ice_servers_given = false) {
  input::Connect options = connect_options();
  options.token.clear();
  options.renews_token = true;
  options.ice_servers_given = ice_servers_given;
  return options;
}

input::Connect with_string(Millis lifetime) {
  input::Connect options = connect_options();
  options.token_lifetime = lifetime;
  return options;
}

void give_token(SessionBench& bench, const std::string& token, Millis lifetime = 3600_s) {
  for (const Effect& effect : Effects(bench.effects))
    if (const auto* request = std::get_if<effect::RequestToken>(&effect))
      return bench.handle(input::TokenGiven{request->op, token, lifetime});
  FAIL("no token was asked for");
}

void fail_token(SessionBench& bench) {
  for (const Effect& effect : Effects(bench.effects))
    if (const auto* request = std::get_if<effect::RequestToken>(&effect)) return bench.handle(input::TokenFailed{request->op, "no wifi"});
  FAIL("no token was asked for");
}

// In the room, with a token made by the app's function.
void join(SessionBench& bench, Millis lifetime = 3600_s) {
  bench.start();
  give_token(bench, "first", lifetime);
  bench.greet();
  bench.say(Iced{});
  bench.connect(description("A0", DescriptionType::kOffer, 1));
  bench.say(connected_message());
}

void lose_and_dial(SessionBench& bench) {
  bench.close_socket(1006);
  bench.pass_to_deadline();
}

}  // namespace

TEST_CASE("session: a token function is asked before anything else", "[rsp][session][token]") {
  SessionBench a(with_function());
  a.start();
  CHECK(a.words() == Words{"ask for token 1"});
  give_token(a, "first");
  CHECK(a.words() == Words{"open 1"});
  a.open_socket();
  CHECK(a.sent<IceRequest>().token == "first");

  SessionBench own_ice_servers(with_function(true));
  own_ice_servers.start();
  give_token(own_ice_servers, "first");
  CHECK(own_ice_servers.news() == Words{"ice servers"});
}

TEST_CASE("session: no first token ends in 20104, with the app's reason or after the limit", "[rsp][session][token]") {
  SessionBench failing(with_function());
  failing.start();
  fail_token(failing);
  CHECK(failing.news() == Words{"ended 20104"});
  CHECK(failing.event<backend::Ended>().error->message == "no wifi");

  SessionBench silent(with_function());
  silent.start();
  silent.pass(kTokenLimit - 1_ms);
  CHECK(silent.news().empty());
  silent.pass(1_ms);
  CHECK(silent.news() == Words{"ended 20104"});

  SessionBench left(with_function());
  left.start();
  left.leave();
  CHECK(left.news() == Words{"ended"});
}

TEST_CASE("session: a page that sleeps while its app makes a token has the whole limit again", "[rsp][session][token]") {
  SessionBench a(with_function());
  a.start();
  a.now = a.now + 3600_s;
  a.wake();
  a.pass(kTokenLimit - 1_ms);
  CHECK(a.news().empty());
}

TEST_CASE("session: a token that the server calls expired is replaced at every stage of connecting", "[rsp][session][token]") {
  SessionBench a(with_function());
  a.start();
  give_token(a, "first");
  a.greet();
  a.say(ErrorMessage{kExpired});
  CHECK(a.words() == Words{"close 1 3002", "ask for token 2"});
  CHECK(a.news().empty());
  give_token(a, "second");
  a.open_socket();
  CHECK(a.sent<IceRequest>().token == "second");
  a.say_frame(Welcome{1000});
  a.say(Iced{});
  a.connect(description("A0", DescriptionType::kOffer, 1));
  a.say(connected_message());
  CHECK(a.session.is_connected());
}

TEST_CASE("session: `connect` is repeated with another token, and with the offer that is made", "[rsp][session][token]") {
  SessionBench a(with_function(true));
  a.start();
  give_token(a, "first");
  a.connect(description("A0", DescriptionType::kOffer, 1));
  a.greet();
  a.say(ErrorMessage{kExpired});
  CHECK(a.words() == Words{"close 1 3002", "ask for token 2"});
  give_token(a, "second");
  a.open_socket();
  CHECK(a.sent<Connect>().token == "second");
  CHECK(a.sent<Connect>().peer_connections.size() == 1);
  a.say_frame(Welcome{1000});
  // A function that gives expired tokens fails too.
  a.say(ErrorMessage{kExpired});
  CHECK(a.news() == Words{"ended 20104"});
}

TEST_CASE("session: a token as a string ends with 20104 once the server says so", "[rsp][session][token]") {
  SessionBench a;
  a.to_resuming();
  a.greet();
  a.say(ErrorMessage{kExpired});
  CHECK(a.news() == Words{"ended 20104"});
}

TEST_CASE("session: a sync that is refused for its token comes again with another", "[rsp][session][token][resume]") {
  SessionBench a(with_function());
  join(a);
  lose_and_dial(a);
  a.open_socket();
  CHECK(a.sent<Sync>().token == "first");
  a.say_frame(Welcome{1000});
  a.say(ErrorMessage{kExpired});
  CHECK(a.words() == Words{"close 2 3002", "ask for token 2"});
  give_token(a, "second");
  a.open_socket();
  CHECK(a.sent<Sync>().token == "second");
  a.say_frame(Welcome{1000});
  a.say(Synced{});
  CHECK(a.session.is_connected());

  // Accepted: the next refusal is a new one, and ends it only because the app has no more.
  lose_and_dial(a);
  a.greet();
  a.say(ErrorMessage{kExpired});
  fail_token(a);
  CHECK(a.news() == Words{"ended 20104"});
}

TEST_CASE("session: a token that ends within a minute is replaced before the sync, as soon as the host answers",
          "[rsp][session][token][resume]") {
  SessionBench a(with_function());
  join(a, 100_s);
  a.pass(1_s);
  a.say_frame(Heartbeat{});
  lose_and_dial(a);
  CHECK(a.words() == Words{"open 2"});

  SessionBench b(with_function());
  join(b, 50_s);
  lose_and_dial(b);
  CHECK(b.words() == Words{"probe http://h/signaling"});
  b.answer_probe(true);
  CHECK(b.words() == Words{"ask for token 2"});
  give_token(b, "second");
  b.open_socket();
  CHECK(b.sent<Sync>().token == "second");
}

TEST_CASE("session: an app that fails to replace a token in time goes on with the old one", "[rsp][session][token][resume]") {
  SessionBench a(with_function());
  join(a, 50_s);
  lose_and_dial(a);
  a.answer_probe(true);
  fail_token(a);
  CHECK(a.words() == Words{"open 2"});
  a.open_socket();
  CHECK(a.sent<Sync>().token == "first");
  a.say_frame(Welcome{1000});
  a.say(ErrorMessage{kExpired});
  CHECK(a.words() == Words{"close 2 3002", "ask for token 3"});
  a.pass(kTokenLimit);
  CHECK(a.news() == Words{"ended 20104"});
}

TEST_CASE("session: an answer to an older question changes nothing", "[rsp][session][token][resume]") {
  SessionBench a(with_function());
  join(a);
  lose_and_dial(a);
  a.greet();
  a.say(ErrorMessage{kExpired});
  a.handle(input::TokenFailed{OperationId{1}, "late"});
  CHECK(a.news().empty());
  a.handle(input::TokenGiven{OperationId{1}, "late", {}});
  CHECK(a.words().empty());
  a.handle(input::TokenGiven{OperationId{2}, "second", {}});
  CHECK(a.words() == Words{"open 3"});
  a.handle(input::TokenFailed{OperationId{2}, "twice"});
  CHECK(a.news().empty());
}

TEST_CASE("session: updateToken is for whatever comes, also for a question that is open", "[rsp][session][token][resume]") {
  SessionBench a;
  a.to_connected();
  a.handle(input::TokenGiven{{}, "better", {}});
  CHECK(a.words().empty());
  lose_and_dial(a);
  a.open_socket();
  CHECK(a.sent<Sync>().token == "better");

  SessionBench b(with_function());
  b.start();
  b.handle(input::TokenGiven{{}, "better", {}});
  CHECK(b.words() == Words{"open 1"});
}

TEST_CASE("session: a refused token is no end where the app has given another meanwhile", "[rsp][session][token][resume]") {
  SessionBench acquiring;
  acquiring.to_acquiring_ice();
  acquiring.handle(input::TokenGiven{{}, "better", {}});
  acquiring.say(ErrorMessage{kExpired});
  CHECK(acquiring.words() == Words{"close 1 3002", "open 2"});
  acquiring.open_socket();
  CHECK(acquiring.sent<IceRequest>().token == "better");

  SessionBench connecting;
  connecting.to_connecting();
  connecting.handle(input::TokenGiven{{}, "better", {}});
  connecting.say(ErrorMessage{kExpired});
  connecting.open_socket();
  CHECK(connecting.sent<Connect>().token == "better");

  SessionBench resuming;
  resuming.to_resuming();
  resuming.greet();
  resuming.handle(input::TokenGiven{{}, "better", {}});
  resuming.say(ErrorMessage{kExpired});
  CHECK(resuming.words() == Words{"close 2 3002", "open 3"});
  resuming.open_socket();
  CHECK(resuming.sent<Sync>().token == "better");
  resuming.say_frame(Welcome{1000});
  // The same once more is not another.
  resuming.handle(input::TokenGiven{{}, "better", {}});
  resuming.say(ErrorMessage{kExpired});
  CHECK(resuming.news() == Words{"ended 20104"});

  SessionBench with_both(with_function());
  join(with_both);
  lose_and_dial(with_both);
  with_both.greet();
  with_both.handle(input::TokenGiven{{}, "better", {}});
  with_both.say(ErrorMessage{kExpired});
  CHECK(with_both.words() == Words{"close 2 3002", "open 3"});
}

TEST_CASE("session: an app that holds strings is warned a minute before each ends, once", "[rsp][session][token]") {
  const auto count = [](SessionBench& bench, Millis duration) {
    int warnings = 0;
    for (const Instant end = bench.now + duration; bench.now < end;) {
      bench.say_frame(Heartbeat{});
      bench.pass(1_s);
      for (const std::string& word : bench.news()) warnings += word == "token expiring";
    }
    return warnings;
  };
  SessionBench a(with_string(100_s));
  a.to_connected();
  CHECK(count(a, 39_s) == 0);
  CHECK(count(a, 2_s) == 1);
  CHECK(count(a, 100_s) == 0);
  a.handle(input::TokenGiven{{}, "better", 62_s});
  CHECK(count(a, 1_s) == 0);
  CHECK(count(a, 2_s) == 1);

  SessionBench short_lived(with_string(5_s));
  short_lived.to_connected();
  short_lived.pass(0_ms);
  CHECK(short_lived.news() == Words{"token expiring"});

  SessionBench with_both(with_function());
  join(with_both, 61_s);
  CHECK(count(with_both, 10_s) == 0);
}
