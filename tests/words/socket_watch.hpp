// One client's sockets as the outside sees them: what may be asked of a socket and when.
#pragma once

#include <variant>

#include "effect.hpp"
#include "rsp/wire/codec.hpp"
#include "words.hpp"

namespace holdfast::words {

struct SocketWatch {
  SocketId latest;
  bool is_live = false;          // opening or open
  bool is_open = false;          // and reported as such
  bool welcomed = false;         // told so by the letters
  bool greeted = false;          // it has said hello
  int hellos = 0;                // on this socket, or since it was told `busy`
  std::int64_t closed_with = 0;  // by this letter

  void open() { is_open = true; }
  void drop() { is_live = is_open = welcomed = greeted = false; }

  void watch(const effect::OpenSocket& effect, Promises& promises) {
    promises.require(!is_live, "there is at most one socket");
    promises.require(effect.socket.value > latest.value, "each socket has a number of its own");
    latest = effect.socket;
    is_live = true;
    is_open = welcomed = greeted = false;
    hellos = 0;
  }
  void watch(const effect::CloseSocket& effect, Promises& promises) {
    promises.require(is_live && effect.socket == latest, "only a socket that is there is closed, and once");
    closed_with = effect.code;
    drop();
  }
  // Gives the frame, for those who want to know more about it; nothing if it was broken.
  std::optional<rsp::ClientFrame> watch(const effect::SendText& effect, Promises& promises) {
    promises.require(is_open && effect.socket == latest, "nothing is sent but on an open socket");
    auto decoded = rsp::decode_client_frame(effect.text);
    auto* frame = std::get_if<rsp::ClientFrame>(&decoded);
    promises.require(frame != nullptr, "what is sent can be read");
    if (frame == nullptr) return std::nullopt;
    if (std::holds_alternative<rsp::Hello>(*frame)) {
      greeted = true;
      promises.require(!welcomed, "nobody says hello after the welcome");
      promises.require(++hellos <= 3, "hello is said three times at most");
    } else {
      promises.require(welcomed, "nothing but hello is said before the welcome");
    }
    return std::move(*frame);
  }
};

}  // namespace holdfast::words
