// Someone who has a token of his own and the session string of somebody else, as it is or with his own name in it: no server lets him in.
#include <variant>

#include "roomserver/hmac.hpp"
#include "rsp/wire/codec.hpp"
#include "sim_room.hpp"

namespace holdfast::sim {

namespace {

constexpr SocketId kSocket{1u << 30};  // none that the network gives
constexpr const char* kName = "stranger";
constexpr std::size_t kPrefix = 2;  // of session strings, before what is signed

// The identity is the fourth of the fields, each on a line of its own.
std::string with_his_name(const std::string& session) {
  const std::size_t end = session.find('.');
  std::string fields = roomserver::from_base64url(session.substr(kPrefix, end - kPrefix)).value_or("");
  std::size_t at = 0;
  for (int field = 0; field < 3; ++field) at = fields.find('\n', at) + 1;
  fields.replace(at, fields.find('\n', at) - at, kName);
  return session.substr(0, kPrefix) + roomserver::to_base64url(fields) + session.substr(end);
}

}  // namespace

bool SimRoom::is_of_stranger(const std::string& token) { return token == std::string(kName) + "#"; }

void SimRoom::await_stranger() {
  Prng dice(seed_of(4));
  const bool is_forger = dice.chance(1, 2);
  time_.at(Instant{} + Millis{dice.below(static_cast<std::uint32_t>(plan_.trouble.count))},
           [this, is_forger] { network_.run_in_server([this, is_forger] { let_stranger_try(is_forger); }); });
}

void SimRoom::let_stranger_try(bool is_forger) {
  if (session_seen_.empty()) return;
  say(is_forger ? "a stranger forges a session" : "a stranger shows a session that is not his");
  rsp::Sync sync;
  sync.session = is_forger ? with_his_name(session_seen_) : session_seen_;
  sync.token = std::string(kName) + "#";
  rsp::Hello hello;
  hello.id = kName;
  hello.body = sync;
  give_server(roomserver::SocketOpened{kSocket});
  give_server(roomserver::SocketText{kSocket, rsp::encode(rsp::ClientFrame(hello))});
}

// What the server sends him, and which session it has just given to another.
bool SimRoom::take_for_stranger(const roomserver::Effect& effect) {
  const auto* sent = std::get_if<roomserver::SendText>(&effect);
  if (sent == nullptr) return false;
  constexpr std::string_view kSession = R"("session":")";
  if (sent->text.find(R"("type":"connected")") != std::string::npos) {
    const std::size_t at = sent->text.find(kSession) + kSession.size();
    session_seen_ = sent->text.substr(at, sent->text.find('"', at) - at);
  }
  if (sent->socket != kSocket) return false;
  if (sent->text.find(R"("type":"synced")") != std::string::npos) complain("stranger", "somebody is let in with a session that is not his");
  if (sent->text.find(R"("type":"error")") == std::string::npos) return true;
  figures_.add("strangers sent away");
  time_.after(0_ms, [this] { network_.run_in_server([this] { give_server(roomserver::SocketClosed{kSocket, 1000}); }); });
  return true;
}

}  // namespace holdfast::sim
