// The transport of the official client: its RSP states, what it does with each message in each, what it holds back and how it merges it,
// its reconnect loop (docs/protocol.md 5). Defects included: answers are lost in the merge, and once its session timer has fired, a late
// `synced` leaves it unable to reconnect ever again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "input.hpp"
#include "official_connection.hpp"
#include "official_json.hpp"
#include "official_runtime.hpp"

namespace holdfast::sim::official {

class Session {
 public:
  enum class State { kConnecting, kConnected, kSyncing, kDisconnected };

  // Who it works for.
  class Owner {
   public:
    virtual json participant_state() = 0;
    virtual json peer_states() = 0;
    virtual void on_ice_servers(const json& ice_servers) = 0;  // then an offer, then send_connect()
    virtual void on_connected(const json& message) = 0;
    virtual void on_message(const json& message) = 0;
    // `error` only with kDisconnected.
    virtual void on_session_state(State state, std::optional<int> error) = 0;

   protected:
    ~Owner() = default;
  };

  Session(Runtime& runtime, Owner& owner, input::Connect options);

  // With ICE servers of its own the app's offer comes first: send_connect() opens the socket then.
  void start();
  void send_connect();
  template <class SocketInput>
  void handle(const SocketInput& input) {
    if (connection_) connection_->handle(input);
  }

  // `update`: {participant, peer_connections?}
  void publish(json update);
  void disconnect(std::optional<int> error);
  State state() const { return state_; }

 private:
  void open_connection();
  json current_message();
  void on_close(Connection::CloseReason reason);
  void on_frame(const json& message);
  void on_frame_connecting(const std::string& type, const json& message);
  void on_frame_connected(const std::string& type, const json& message);
  void on_frame_syncing(const std::string& type, const json& message);
  void on_disconnected_frame(const json& message);
  void enter_connected();

  Runtime& runtime_;
  Owner& owner_;
  input::Connect options_;
  State state_ = State::kConnecting;
  std::string session_;
  Millis session_timeout_;  // 0: no attempt to reconnect is allowed
  bool has_ice_servers_ = false;
  std::unique_ptr<Connection> connection_;
  SocketId last_socket_;
  std::vector<json> to_send_;
  std::vector<json> received_;
  Backoff backoff_;
  Timeout session_timer_;
  bool is_session_timer_started_ = false;  // started, perhaps fired, not cleared
};

}  // namespace holdfast::sim::official
