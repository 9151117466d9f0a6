// Effects and events of the signaling machines as short words, so that a test compares what happened with one line.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "effect.hpp"
#include "rsp/connection.hpp"
#include "rsp/session.hpp"
#include "rsp/wire/codec.hpp"

namespace holdfast::rsp::test {

using Words = std::vector<std::string>;

inline std::string describe(const ClientMessage& message) {
  if (std::holds_alternative<IceRequest>(message)) return "ice";
  if (std::holds_alternative<Connect>(message)) return "connect";
  if (std::holds_alternative<ClientUpdate>(message)) return "update";
  if (std::holds_alternative<Sync>(message)) return "sync";
  return "disconnect " + std::get<Disconnect>(message).session;
}

inline std::string describe(const ClientFrame& frame) {
  if (const auto* hello = std::get_if<Hello>(&frame)) {
    std::string words = hello->body ? "hello " + describe(*hello->body) : "hello";
    return hello->cookie.empty() ? words : words + " cookie " + hello->cookie;
  }
  if (std::holds_alternative<Heartbeat>(frame)) return "heartbeat";
  if (std::holds_alternative<Bye>(frame)) return "bye";
  return describe(std::get<ClientMsg>(frame).body);
}

inline ClientFrame sent_frame(const effect::SendText& sent) { return std::get<ClientFrame>(decode_client_frame(sent.text)); }

inline std::string describe(const Effect& effect) {
  if (const auto* open = std::get_if<effect::OpenSocket>(&effect)) return "open " + std::to_string(open->socket.value);
  if (const auto* send = std::get_if<effect::SendText>(&effect)) return describe(sent_frame(*send));
  if (const auto* close = std::get_if<effect::CloseSocket>(&effect))
    return "close " + std::to_string(close->socket.value) + " " + std::to_string(close->code);
  if (const auto* probe = std::get_if<effect::Probe>(&effect)) return "probe " + probe->url;
  if (const auto* request = std::get_if<effect::RequestToken>(&effect)) return "ask for token " + std::to_string(request->op.value);
  if (const auto* keep = std::get_if<effect::KeepSession>(&effect)) return "keep " + keep->session;
  if (const auto* beacon = std::get_if<effect::Beacon>(&effect)) return "beacon " + beacon->url + " " + beacon->text;
  return std::holds_alternative<effect::Log>(effect) ? "log" : "?";
}

inline std::string describe(const ConnectionEvent& event) {
  if (std::holds_alternative<std::monostate>(event)) return "";
  if (std::holds_alternative<ConnectionOpened>(event)) return "opened";
  if (std::holds_alternative<MessageReceived>(event)) return "message";
  using Cause = ConnectionClosed::Cause;
  switch (std::get<ConnectionClosed>(event).cause) {
    case Cause::kLost:
      return "lost";
    case Cause::kByServer:
      return "closed by server";
    case Cause::kBusy:
      return "busy";
  }
  return "?";
}

inline std::string describe(const SessionEvent& event) {
  if (std::holds_alternative<backend::IceServersReady>(event)) return "ice servers";
  if (std::holds_alternative<backend::IceServersRenewed>(event)) return "new ice servers";
  if (std::holds_alternative<backend::Joined>(event)) return "joined";
  if (std::holds_alternative<backend::Updated>(event)) return "updated";
  if (std::holds_alternative<backend::SignalingLost>(event)) return "lost";
  if (const auto* restored = std::get_if<backend::SignalingRestored>(&event))
    return restored->participant_sid.empty() ? "restored" : "rejoined";
  if (std::holds_alternative<backend::SignalingAlive>(event)) return "alive";
  if (std::holds_alternative<backend::TokenExpiring>(event)) return "token expiring";
  if (const auto* planned = std::get_if<backend::AttemptPlanned>(&event)) return "attempt " + std::to_string(planned->number);
  const auto& error = std::get<backend::Ended>(event).error;
  return error ? "ended " + std::to_string(error->code) : "ended";
}

template <class List>
Words describe_all(const List& list) {
  Words words;
  for (const auto& item : list) words.push_back(describe(item));
  return words;
}

// The rows of one machine's table that were taken while this lives.
class TakenRows {
 public:
  explicit TakenRows(std::string_view machine) : machine_(machine) {
    fsm::transition_observer = [](const fsm::Transition& taken, void* self) { static_cast<TakenRows*>(self)->note(taken); };
    fsm::transition_observer_data = this;
  }
  ~TakenRows() {
    fsm::transition_observer = nullptr;
    fsm::transition_observer_data = nullptr;
  }
  TakenRows(const TakenRows&) = delete;
  TakenRows& operator=(const TakenRows&) = delete;

  // The sentences of the rows that were not taken.
  template <class Table>
  Words missing() const {
    Words words;
    for (std::size_t i = 0; i < Table::kRows.size(); ++i) {
      if (i < taken_.size() && taken_[i]) continue;
      const auto& row = Table::kRows[i];
      words.push_back(std::string(Table::kStateNames[fsm::index_of(row.from)]) + " --" +
                      std::string(Table::kEventNames[fsm::index_of(row.event)]) + "--> " + std::string(row.sentence.view()));
    }
    return words;
  }

 private:
  void note(const fsm::Transition& transition) {
    if (transition.machine != machine_) return;
    if (taken_.size() <= transition.row) taken_.resize(transition.row + 1);
    taken_[transition.row] = true;
  }
  std::string_view machine_;
  std::vector<bool> taken_;
};

}  // namespace holdfast::rsp::test
