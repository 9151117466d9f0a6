#include "official_connection.hpp"

#include <utility>

#include "base/uuid.hpp"

namespace holdfast::sim::official {

namespace {

constexpr std::int64_t kNormal = 1000;
constexpr std::int64_t kNoWelcome = 3000;
constexpr std::int64_t kHeartbeatsMissed = 3001;
constexpr std::int64_t kHelloFailed = 3002;
constexpr std::int64_t kNetworkChanged = 3004;
constexpr std::int64_t kBusyWait = 3005;
constexpr std::int64_t kServerBusy = 3006;
constexpr std::int64_t kNotOpened = 3007;

constexpr int kHellos = 3;

Connection::CloseReason reason_of(std::int64_t code) {
  using Reason = Connection::CloseReason;
  switch (code) {
    case kNormal:
      return Reason::kLocal;
    case kNoWelcome:
    case kHeartbeatsMissed:
    case kNetworkChanged:
    case kNotOpened:
      return Reason::kTimeout;
    case kHelloFailed:
      return Reason::kFailed;
    case kServerBusy:
      return Reason::kBusy;
    default:
      return Reason::kRemote;
  }
}

}  // namespace

Connection::Connection(Runtime& runtime, SocketId& last_socket, Options options, OnMessage on_message, OnClose on_close)
    : runtime_(runtime),
      last_socket_(last_socket),
      options_(std::move(options)),
      on_message_(std::move(on_message)),
      on_close_(std::move(on_close)),
      open_timeout_(runtime, 15_s, [this] { close(kNotOpened); }),
      welcome_timeout_(runtime, 5_s, [this] { on_welcome_timeout(); }),
      busy_wait_(runtime, 0_ms, [this] { start_handshake(); }),
      retry_wait_(runtime, 0_ms, [this] { connect(); }),
      heartbeat_timeout_(runtime, 0_ms, [this] { close(kHeartbeatsMissed); }),
      send_heartbeat_(runtime, 0_ms, [this] { send_frame(R"({"type":"heartbeat"})"); }) {
  connect();
}

// ---- the socket -------------------------------------------------------------------------------------------------------------------------

void Connection::connect() {
  state_ = State::kEarly;
  socket_ = last_socket_ = SocketId{last_socket_.value + 1};
  is_socket_live_ = true;
  is_socket_open_ = false;
  runtime_.perform(effect::OpenSocket{socket_, options_.url});
  open_timeout_.reset();
}

void Connection::handle(const input::SocketOpened& opened) {
  if (opened.socket != socket_ || !is_socket_live_) return;
  is_socket_open_ = true;
  open_timeout_.clear();
  start_handshake();
}

void Connection::handle(const input::SocketClosed& closed) {
  if (closed.socket != socket_ || !is_socket_live_) return;
  is_socket_live_ = is_socket_open_ = false;
  if (closed.code == kNormal) runtime_.complain("the server closed with 1000, which ends the session without a word");
  close(closed.code);
}

void Connection::handle(const input::Network& change) {
  const bool counts = change.event == input::NetworkEvent::kOnline || change.event == input::NetworkEvent::kChanged;
  if (counts && options_.network_monitor && is_socket_open_) close(kNetworkChanged);
}

void Connection::close(std::int64_t code) {
  if (state_ == State::kClosed) return;
  for (Timeout* timeout : {&open_timeout_, &welcome_timeout_, &heartbeat_timeout_, &send_heartbeat_, &busy_wait_}) timeout->clear();
  if (code != kBusyWait) retry_wait_.clear();
  queue_.clear();
  if (code != kBusyWait) state_ = State::kClosed;
  is_socket_open_ = false;
  if (std::exchange(is_socket_live_, false)) runtime_.perform(effect::CloseSocket{socket_, code, ""});
  if (code != kBusyWait) on_close_(reason_of(code));
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  send_or_enqueue(R"({"type":"bye"})");
  close(kNormal);
}

// ---- what is sent -----------------------------------------------------------------------------------------------------------------------

void Connection::send(const json& body) { send_or_enqueue(R"({"body":)" + body.dump() + R"(,"type":"msg"})"); }

void Connection::send_or_enqueue(std::string frame) {
  if (state_ == State::kOpen)
    send_frame(frame);
  else if (state_ != State::kClosed)
    queue_.push_back(std::move(frame));
}

void Connection::send_frame(const std::string& frame) {
  if (!is_socket_open_) return;
  runtime_.perform(effect::SendText{socket_, frame});
  if (state_ == State::kOpen) send_heartbeat_.reset();
}

void Connection::start_handshake() {
  if (state_ == State::kEarly || state_ == State::kWaiting) state_ = State::kConnecting;
  if (state_ != State::kConnecting) return;
  --hellos_left_;
  send_hello();
  welcome_timeout_.reset();
}

void Connection::send_hello() {
  ++hellos_unanswered_;
  std::string hello = R"({"id":")" + make_uuid(runtime_.random) + R"(","timeout":5000,"type":"hello","version":2)";
  if (!cookie_.empty()) hello += R"(,"cookie":)" + json(cookie_).dump();
  send_frame(hello + R"(,"body":)" + options_.hello_body + "}");
}

void Connection::on_welcome_timeout() {
  if (state_ != State::kConnecting) return;
  if (hellos_left_ <= 0)
    close(kNoWelcome);
  else
    start_handshake();
}

// ---- what is received -------------------------------------------------------------------------------------------------------------------

void Connection::handle(const input::SocketText& incoming) {
  if (incoming.socket != socket_ || !is_socket_open_) return;
  const json frame = json::parse(incoming.text, nullptr, false);
  const std::string type = text(frame, "type");
  if (type == "msg")
    on_msg(frame);
  else if (type == "heartbeat")
    on_heartbeat();
  else if (type == "welcome")
    on_welcome(frame);
  else if (type == "busy")
    on_busy(frame);
  else if (type == "bad")
    on_bad(frame);
  else if (type != "bye")
    runtime_.complain("an uncaught exception: frame of unknown type " + incoming.text.substr(0, 80));
}

void Connection::on_bad(const json& frame) {
  runtime_.complain("the server calls a hello or a frame bad: " + text(frame, "reason"));
  if (state_ == State::kConnecting) close(kHelloFailed);
}

void Connection::on_busy(const json& frame) {
  if (state_ != State::kConnecting && state_ != State::kWaiting) return runtime_.complain("busy after welcome is ignored");
  const std::optional<std::int64_t> retry_after = number(frame, "retryAfter");
  if (!retry_after) return runtime_.complain("busy without retryAfter");
  busy_wait_.clear();
  welcome_timeout_.clear();
  if (*retry_after < 0) return close(kServerBusy);
  hellos_left_ = kHellos;
  --hellos_unanswered_;
  cookie_ = text(frame, "cookie");
  const bool keep_alive = flag(frame, "keepAlive");
  if (!keep_alive) close(kBusyWait);
  Timeout& wait = keep_alive ? busy_wait_ : retry_wait_;
  wait.set_delay(Millis{*retry_after});
  wait.reset();
  state_ = State::kWaiting;
}

void Connection::on_welcome(const json& frame) {
  if (--hellos_unanswered_ < 0 && state_ != State::kWaiting) runtime_.complain("a welcome that answers no hello");
  if (state_ != State::kConnecting && state_ != State::kWaiting) return;  // to a repeated hello
  const std::optional<std::int64_t> negotiated = number(frame, "negotiatedTimeout");
  if (!negotiated || *negotiated <= 200) {
    runtime_.complain("a welcome whose negotiatedTimeout makes no heartbeats");
    return close(kHeartbeatsMissed);
  }
  busy_wait_.clear();
  welcome_timeout_.clear();
  heartbeat_timeout_.set_delay(3 * Millis{*negotiated});
  send_heartbeat_.set_delay(Millis{*negotiated - 200});
  state_ = State::kOpen;
  heartbeat_timeout_.reset();
  send_heartbeat_.reset();
  for (const std::string& queued : std::exchange(queue_, {})) send_frame(queued);
}

void Connection::on_msg(const json& frame) {
  if (state_ != State::kOpen) return runtime_.complain("a message before welcome is dropped");
  const json* body = member(frame, "body");
  if (body == nullptr || !body->is_object()) return runtime_.complain("an uncaught exception: msg without a body");
  on_message_(*body);
  on_heartbeat();
}

void Connection::on_heartbeat() {
  if (state_ == State::kOpen)
    heartbeat_timeout_.reset();
  else if (state_ != State::kClosed)
    runtime_.complain("a heartbeat before welcome is ignored");
}

}  // namespace holdfast::sim::official
