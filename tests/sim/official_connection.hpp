// TCMP at the official client: one WebSocket (after a `busy` another one), its handshake and its heartbeats (docs/protocol.md 2).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "input.hpp"
#include "official_json.hpp"
#include "official_runtime.hpp"

namespace holdfast::sim::official {

class Connection {
 public:
  enum class CloseReason { kBusy, kFailed, kLocal, kRemote, kTimeout };
  struct Options {
    std::string url;
    std::string hello_body;  // JSON
    bool network_monitor = true;
  };
  using OnMessage = std::function<void(const json&)>;
  using OnClose = std::function<void(CloseReason)>;

  Connection(Runtime& runtime, SocketId& last_socket, Options options, OnMessage on_message, OnClose on_close);

  void handle(const input::SocketOpened& opened);
  void handle(const input::SocketText& frame);
  void handle(const input::SocketClosed& closed);
  void handle(const input::Network& change);

  void send(const json& body);
  void close();

 private:
  enum class State { kEarly, kConnecting, kWaiting, kOpen, kClosed };

  void connect();
  void start_handshake();
  void send_hello();
  void send_or_enqueue(std::string frame);
  void send_frame(const std::string& frame);
  void close(std::int64_t code);
  void on_bad(const json& frame);
  void on_busy(const json& frame);
  void on_msg(const json& frame);
  void on_heartbeat();
  void on_welcome(const json& frame);
  void on_welcome_timeout();

  Runtime& runtime_;
  SocketId& last_socket_;
  Options options_;
  OnMessage on_message_;
  OnClose on_close_;

  State state_ = State::kEarly;
  SocketId socket_;
  bool is_socket_open_ = false;
  bool is_socket_live_ = false;  // opening or open
  int hellos_left_ = 3;
  int hellos_unanswered_ = 0;
  std::string cookie_;
  std::vector<std::string> queue_;
  Timeout open_timeout_, welcome_timeout_, busy_wait_, retry_wait_, heartbeat_timeout_, send_heartbeat_;
};

}  // namespace holdfast::sim::official
