#include "server_watch.hpp"

#include <algorithm>
#include <cstdlib>
#include <variant>

#include "base/error.hpp"
#include "rsp/wire/codec.hpp"

namespace holdfast::sim {

namespace {

constexpr Millis kSilence{2500};        // after which whoever is not heard is called reconnecting
constexpr Millis kPageHold = 10_s;      // the longest absence of a page whose last word was that it is hidden, or that keeps its session
constexpr Millis kPageGrace = 1500_ms;  // from the going of a page to that of its participant
constexpr Millis kReturn{700};          // what a return that turns out to be none may add to an absence
constexpr Millis kClosingTime{1200};    // for a socket that was told the end
constexpr Millis kSlack{200};           // timers of the server
constexpr Millis kWakeTime{1700};       // after a pause nobody is judged before what has waited was read
constexpr Millis kNoticedPause{2100};   // a pause so long is noticed whatever timers run
constexpr Millis kFirstPause = 1_s;     // between two links of a pair, after the first replacement; doubles each time …
constexpr Millis kLongestPause = 30_s;  // … up to this …
constexpr Millis kForgiven = 60_s;      // … and starts anew when a link has lasted so long
constexpr std::int64_t kNormal = 1000;
constexpr std::int64_t kGoingAway = 1001;

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

bool says_goodbye(const std::string& text) { return has(text, R"("type":"disconnect")") || has(text, R"("type":"bye")"); }
bool tells_the_end(const std::string& text) { return has(text, R"("type":"disconnected")") || has(text, R"("type":"error")"); }
bool says_hidden(const std::string& text) { return has(text, R"("hidden":true)"); }
bool says_it_keeps(const std::string& text) { return has(text, R"("keeps":true)"); }
bool says_leaving(const std::string& text) { return has(text, R"("leaving":true)"); }

bool is_order(const roomserver::Input& input) {
  return std::holds_alternative<roomserver::RemoveParticipant>(input) || std::holds_alternative<roomserver::CompleteRoom>(input);
}

}  // namespace

void ServerWatch::pause(Instant until, Millis length) {
  ran_again_ = until;
  if (length < kNoticedPause) return;
  woke_ = until;
  fell_asleep_ = until - length;
}

void ServerWatch::start_anew() {
  sockets_.clear();
  members_.clear();
  links_.clear();
}

std::optional<ServerWatch::Complaint> ServerWatch::look(const roomserver::Input& input, const roomserver::Batch& batch,
                                                        const std::vector<roomserver::RoomSnapshot>& rooms, Instant now) {
  hear(input, now);
  for (const roomserver::Effect& effect : batch.effects) note(effect, input, now);
  for (const roomserver::RoomSnapshot& room : rooms)
    for (const roomserver::ParticipantSnapshot& participant : room.participants) check_member(participant, now);
  check_sockets(now);
  return std::exchange(complaint_, std::nullopt);
}

void ServerWatch::complain(const char* checker, std::string text) {
  if (!complaint_) complaint_ = Complaint{checker, std::move(text), concerned_};
}

// ---- what comes in and goes out
// ----------------------------------------------------------------------------------------------------------

void ServerWatch::hear(const roomserver::Input& input, Instant now) {
  if (const auto* opened = std::get_if<roomserver::SocketOpened>(&input)) {
    sockets_[opened->socket.value] = {now, {}, false, {}};
  } else if (const auto* text = std::get_if<roomserver::SocketText>(&input)) {
    Socket& socket = sockets_[text->socket.value];
    socket.heard = now;
    socket.last_text = text->text;
    socket.keeps = socket.keeps || says_it_keeps(text->text);
  } else if (const auto* pong = std::get_if<roomserver::Pong>(&input)) {
    sockets_[pong->socket.value].heard = now;
  } else if (const auto* closed = std::get_if<roomserver::SocketClosed>(&input)) {
    for (auto& [sid, member] : members_) {
      if (member.socket != closed->socket.value) continue;
      member.lost_at = now;
      member.close_code = closed->code;
      member.last_text = sockets_[closed->socket.value].last_text;
    }
    sockets_.erase(closed->socket.value);
  }
}

void ServerWatch::note(const roomserver::Effect& effect, const roomserver::Input& input, Instant now) {
  if (const auto* left = std::get_if<roomserver::ParticipantLeft>(&effect)) {
    check_left(*left, input, now);
    members_.erase(left->participant.value);
  } else if (const auto* text = std::get_if<roomserver::SendText>(&effect)) {
    if (tells_the_end(text->text)) {
      Socket& socket = sockets_[text->socket.value];
      socket.told_the_end = socket.told_the_end.value_or(now);
    }
    if (has(text->text, "create-offer")) note_links(text->text);
  } else if (const auto* close = std::get_if<roomserver::CloseSocket>(&effect)) {
    sockets_[close->socket.value].told_the_end.reset();
  } else if (const auto* log = std::get_if<roomserver::Log>(&effect)) {
    if (!has(log->message, "the page is hung")) return;
    for (const auto& [sid, member] : members_)
      if (member.socket && has(log->message, ("socket " + std::to_string(*member.socket) + ":").c_str())) hung_.push_back(sid);
  }
}

// ---- who goes
// ------------------------------------------------------------------------------------------------------------------------------

void ServerWatch::check_left(const roomserver::ParticipantLeft& left, const roomserver::Input& input, Instant now) {
  const auto known = members_.find(left.participant.value);
  if (known == members_.end() || is_order(input)) return;
  concerned_ = known->first;
  if (left.reason == code::kSignalingDisconnected) check_silent(left, known->second, now);
  if (left.reason == 0) check_words(left, known->second, input, now);
}

void ServerWatch::check_silent(const roomserver::ParticipantLeft& left, const Member& member, Instant now) {
  const bool was_gone = is_held_shortly(member) && now - *member.lost_at >= kPageHold;
  if (!member.away_since)
    complain("drop", left.identity + " is dropped, and was never away");
  else if (now - *member.away_since < session_timeout_ && !was_gone)
    complain("drop", left.identity + " is dropped before the session timeout is over");
}

// The page, as far as its last words tell.
bool ServerWatch::has_lost_its_page(const Member& member) {
  return member.lost_at && (member.close_code == kGoingAway || says_leaving(member.last_text));
}

// It may never come back, or its next page does soon.
bool ServerWatch::is_held_shortly(const Member& member) {
  return member.lost_at && (says_hidden(member.last_text) || (member.keeps && has_lost_its_page(member)));
}

void ServerWatch::check_words(const roomserver::ParticipantLeft& left, const Member& member, const roomserver::Input& input, Instant now) {
  const auto* text = std::get_if<roomserver::SocketText>(&input);
  if (std::holds_alternative<roomserver::Beacon>(input) || (text != nullptr && says_goodbye(text->text))) return;
  const bool has_closed = member.lost_at && member.close_code == kNormal;
  const bool page_went = has_gone(member);
  if (!has_closed && !page_went) return complain("drop", left.identity + " has left, as the server believes, and never said so");
  if (page_went && now - *member.lost_at < kPageGrace && !says_hidden(member.last_text))
    complain("drop", left.identity + " is not waited for after its page may have gone");
}

// ---- who is away
// ---------------------------------------------------------------------------------------------------------------------------

void ServerWatch::check_member(const roomserver::ParticipantSnapshot& seen, Instant now) {
  Member& member = members_[seen.sid.value];
  concerned_ = seen.sid.value;
  if (seen.socket && member.socket != seen.socket->value) {
    member.socket = seen.socket->value;
    member.keeps = sockets_[*member.socket].keeps;
    member.lost_at.reset();
  }
  if (!seen.socket) member.socket.reset();
  const bool is_away = seen.state == backend::ParticipantState::kReconnecting;
  const Instant heard = member.socket ? sockets_[*member.socket].heard : now;
  if (is_away && !member.away_since) {
    member.away_since = now;
    // Waking up takes nothing back: whoever is let in with a socket that was silent before is away at once.
    const bool had_gone_silent = fell_asleep_ - heard >= kSilence;
    if (member.socket && !had_gone_silent && now - later(heard, woke_) < kSilence)
      complain("notice", seen.identity + " is called away, and was heard");
  } else if (!is_away) {
    member.away_since.reset();
    if (member.lost_at && !has_gone(member)) complain("notice", seen.identity + " has lost its socket, and is not called away");
    if (now - later(heard, ran_again_) > kSilence + kSlack) complain("notice", seen.identity + " is not heard, and not called away");
  }
  check_kept(member, now);
}

void ServerWatch::check_kept(const Member& member, Instant now) {
  if (now - ran_again_ < kWakeTime) return;
  const auto is_over = [&](const std::optional<Instant>& since, Millis limit) { return since && now - *since > limit + kReturn; };
  const bool is_late = is_over(member.away_since, session_timeout_) || (is_held_shortly(member) && is_over(member.lost_at, kPageHold));
  if (has_gone(member) ? is_over(member.lost_at, kPageGrace) : is_late)
    complain("drop", "someone is still kept who should have gone by now");
}

// ---- sockets and links
// ---------------------------------------------------------------------------------------------------------------------

void ServerWatch::check_sockets(Instant now) {
  concerned_.clear();
  for (const auto& [id, socket] : sockets_)
    if (socket.told_the_end && now - later(*socket.told_the_end, ran_again_) > kClosingTime)
      complain("left over", "the server keeps a socket that was told the end");
}

void ServerWatch::note_links(const std::string& text) {
  const auto decoded = rsp::decode_server_frame(text);
  const auto* frame = std::get_if<rsp::ServerFrame>(&decoded);
  const auto* message = frame == nullptr ? nullptr : std::get_if<rsp::ServerMsg>(frame);
  if (message == nullptr) return;
  const auto note_all = [&](const rsp::RoomState& room) {
    if (!room.peer_connections) return;
    for (const auto& state : *room.peer_connections) {
      if (!state.description || state.description->type != rsp::DescriptionType::kCreateOffer) continue;
      note_link(state.id.value);
    }
  };
  if (const auto* connected = std::get_if<rsp::Connected>(&message->body)) {
    // A page begins without links, also if its participant was there before.
    if (connected->state.participant)
      std::erase_if(links_, [&](const auto& pair) { return has(pair.first, connected->state.participant->sid.value.c_str()); });
    note_all(connected->state);
  }
  if (const auto* synced = std::get_if<rsp::Synced>(&message->body)) note_all(synced->state);
  if (const auto* update = std::get_if<rsp::ServerUpdate>(&message->body)) note_all(update->state);
}

// An id names both ends, and when it was made: OFFERER.ANSWERER.MILLISECONDS-NUMBER.SIGNATURE.
void ServerWatch::note_link(const std::string& id) {
  const std::size_t offerer = id.find('.');
  const std::size_t ends = id.find('.', offerer + 1);
  if (id.substr(0, offerer) == id.substr(offerer + 1, ends - offerer - 1)) return;  // lent, not between two
  Links& links = links_[id.substr(0, ends)];
  if (links.latest == id) return;
  const Instant born{std::strtoll(id.c_str() + ends + 1, nullptr, 10)};
  if (!links.latest.empty()) {
    if (born - links.born >= kForgiven) links.pause = 0_ms;
    if (born - links.born < links.pause) complain("bound", "one pair gets link after link");
    links.pause = std::clamp(2 * links.pause, kFirstPause, kLongestPause);
  }
  links.latest = id;
  links.born = born;
}

}  // namespace holdfast::sim
