#include "official_session.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::sim::official {

namespace {

constexpr int kConnectionError = 53000;
constexpr int kServerBusy = 53006;
constexpr int kRoomCompleted = 53118;

std::int64_t revision_of(const json& part) { return number(part, "revision").value_or(0); }

// The highest revision of each part of each connection wins; an answer that a later offer supersedes is lost.
void merge_peer(json& peers, const json& update) {
  const auto known = std::find_if(peers.begin(), peers.end(), [&](const json& peer) { return peer.at("id") == update.at("id"); });
  if (known == peers.end()) return peers.push_back(update);
  for (const char* part : {"description", "ice"}) {
    const json* news = member(update, part);
    const json* old = member(*known, part);
    if (news != nullptr && (old == nullptr || revision_of(*news) > revision_of(*old))) (*known)[part] = *news;
  }
}

json merge(const std::vector<json>& updates) {
  json merged = json::object();
  for (const json& update : updates) {
    const json& participant = update.at("participant");
    if (!merged.contains("participant") || revision_of(participant) > revision_of(merged["participant"]))
      merged["participant"] = participant;
    const json* peers = array(update, "peer_connections");
    if (peers == nullptr) continue;
    if (!merged.contains("peer_connections")) merged["peer_connections"] = json::array();
    for (const json& peer : *peers) merge_peer(merged["peer_connections"], peer);
  }
  return merged;
}

}  // namespace

Session::Session(Runtime& runtime, Owner& owner, input::Connect options)
    : runtime_(runtime),
      owner_(owner),
      options_(std::move(options)),
      backoff_(runtime, 80, 1.5, 10000),
      session_timer_(runtime, 0_ms, [this] { session_timeout_ = 0_ms; }) {}

void Session::start() {
  if (options_.ice_servers_given)
    owner_.on_ice_servers(json::array());
  else
    open_connection();
}

void Session::send_connect() {
  if (state_ != State::kConnecting) return;
  if (connection_)
    connection_->send(current_message());
  else
    open_connection();
}

// ---- the connection ---------------------------------------------------------------------------------------------------------------------

void Session::open_connection() {
  if (state_ == State::kDisconnected) return;
  const bool asks_for_ice = state_ == State::kConnecting && !options_.ice_servers_given;
  const json body =
      asks_for_ice ? json{{"edge", "roaming"}, {"token", options_.token}, {"type", "ice"}, {"version", 1}} : current_message();
  connection_ = std::make_unique<Connection>(
      runtime_, last_socket_, Connection::Options{options_.url, body.dump(), options_.network_monitor},
      [this](const json& message) { on_frame(message); }, [this](Connection::CloseReason reason) { on_close(reason); });
}

// connect, sync or disconnect, by the state.
json Session::current_message() {
  if (state_ == State::kDisconnected)
    return {{"session", session_.empty() ? json() : json(session_)}, {"type", "disconnect"}, {"version", 2}};
  json message = {{"name", options_.room_name.empty() ? json() : json(options_.room_name)},
                  {"participant", owner_.participant_state()},
                  {"peer_connections", owner_.peer_states()},
                  {"token", options_.token},
                  {"version", 2}};
  if (state_ == State::kSyncing) {
    message["type"] = "sync";
    message["session"] = session_;
    return message;
  }
  message["type"] = "connect";
  message["ice_servers"] = options_.ice_servers_given ? "overrode" : "acquire";
  message["publisher"] = {{"name", "twilio-video.js"}, {"sdk_version", "2.36.0"}, {"user_agent", options_.user_agent}};
  message["format"] = "unified";
  message["media_signaling"] = json::object();
  const char* const rule = options_.automatic_subscription ? "include" : "exclude";
  message["subscribe"] = {{"revision", 1}, {"rules", json::array({{{"type", rule}, {"all", true}}})}};
  return message;
}

void Session::on_close(Connection::CloseReason reason) {
  if (state_ == State::kDisconnected) return;
  if (reason == Connection::CloseReason::kLocal) return disconnect(std::nullopt);
  if (session_timeout_ == 0_ms)  // no session yet, or no more attempts
    return disconnect(reason == Connection::CloseReason::kBusy ? kServerBusy : kConnectionError);
  if (!std::exchange(is_session_timer_started_, true)) {
    session_timer_.set_delay(session_timeout_);
    session_timer_.start();
  }
  backoff_.wait([this] { open_connection(); });
  if (state_ != State::kConnected) return;
  state_ = State::kSyncing;
  owner_.on_session_state(state_, std::nullopt);
}

void Session::publish(json update) {
  if (state_ == State::kDisconnected) return;
  if (state_ != State::kConnected) return to_send_.push_back(std::move(update));
  update["session"] = session_;
  update["type"] = "update";
  update["version"] = 2;
  connection_->send(update);
}

void Session::disconnect(std::optional<int> error) {
  if (state_ == State::kDisconnected) return;
  state_ = State::kDisconnected;
  backoff_.reset();
  session_timer_.clear();
  owner_.on_session_state(state_, error);
  if (!connection_) return;
  connection_->send(current_message());
  connection_->close();
}

// ---- what the server says ---------------------------------------------------------------------------------------------------------------

void Session::on_frame(const json& message) {
  if (state_ == State::kDisconnected) return;
  const std::string type = text(message, "type");
  constexpr const char* kKnown[] = {"connected", "disconnected", "error", "iced", "synced", "update", "warning"};
  if (std::find(std::begin(kKnown), std::end(kKnown), type) == std::end(kKnown))
    return runtime_.complain("a message of unknown type " + message.dump().substr(0, 80));
  if (type == "error") {
    const std::optional<std::int64_t> code = number(message, "code");
    if (!code) runtime_.complain("an error without a code");
    return disconnect(static_cast<int>(code.value_or(0)));
  }
  if (type == "disconnected") return on_disconnected_frame(message);
  if (state_ == State::kConnecting)
    on_frame_connecting(type, message);
  else if (state_ == State::kConnected)
    on_frame_connected(type, message);
  else
    on_frame_syncing(type, message);
}

void Session::on_disconnected_frame(const json& message) {
  disconnect(text(message, "status") == "completed" ? std::optional<int>(kRoomCompleted) : std::nullopt);
}

void Session::on_frame_connecting(const std::string& type, const json& message) {
  if (type == "iced") {
    if (std::exchange(has_ice_servers_, true) || options_.ice_servers_given) runtime_.complain("iced that nobody asked for");
    const json* servers = array(message, "ice_servers");
    if (servers == nullptr) runtime_.complain("iced without ice_servers makes the RTCPeerConnection throw");
    return owner_.on_ice_servers(servers == nullptr ? json::array() : *servers);
  }
  if (type == "connected") {
    const json* options = member(message, "options");
    if (options == nullptr) return runtime_.complain("connected without options: connect() hangs");
    const std::optional<std::int64_t> timeout = number(*options, "session_timeout");
    if (!timeout) runtime_.complain("connected without options.session_timeout: one attempt to reconnect is all there is");
    session_ = text(message, "session");
    if (session_.empty()) runtime_.complain("connected without a session");
    session_timeout_ = 1000 * Millis{timeout.value_or(0)};
    owner_.on_connected(message);
    if (state_ == State::kConnecting) enter_connected();
    return;
  }
  if (type == "warning") return runtime_.complain("a warning while connecting is ignored");
  if (type == "synced") runtime_.complain("synced without a session to sync");
  received_.push_back(message);
}

void Session::on_frame_connected(const std::string& type, const json& message) {
  if (type == "iced") return runtime_.complain("iced in a session is ignored");
  if (type == "connected") runtime_.complain("a second connected");  // `synced` says what is to be forgotten (docs/protocol.md 20.2)
  owner_.on_message(message);
}

void Session::on_frame_syncing(const std::string& type, const json& message) {
  if (type == "iced" || type == "warning") return runtime_.complain(type + " while syncing is ignored");
  if (type == "connected") runtime_.complain("connected in answer to sync");
  if (type != "synced") return received_.push_back(message);
  if (session_timeout_ == 0_ms) runtime_.admit("synced after the session timer: the next drop is the end");
  backoff_.reset();
  session_timer_.clear();
  is_session_timer_started_ = false;
  owner_.on_message(message);
  if (state_ == State::kSyncing) enter_connected();
}

void Session::enter_connected() {
  state_ = State::kConnected;
  if (!to_send_.empty()) publish(merge(std::exchange(to_send_, {})));
  for (const json& message : std::exchange(received_, {})) owner_.on_message(message);
  if (state_ == State::kConnected) owner_.on_session_state(state_, std::nullopt);
}

}  // namespace holdfast::sim::official
