// What the server has heard and from whom, seen from outside: whether it is right to call somebody away or gone, does so in time, closes
// what is over, and makes no more links than it may. Knows the promises of the server (docs/protocol.md, design: "Leaving"), not its
// machines.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.hpp"
#include "roomserver/server.hpp"

namespace holdfast::sim {

class ServerWatch {
 public:
  struct Complaint {
    const char* checker;
    std::string text;
    std::string participant;  // SID; empty: nobody's
  };

  explicit ServerWatch(Millis session_timeout) : session_timeout_(session_timeout) {}

  // The process stands still until then; afterwards all that has waited comes at once.
  void pause(Instant until, Millis length);
  // Another process, which has heard nobody yet.
  void start_anew();
  // After every input. The first thing that is wrong, if anything is.
  std::optional<Complaint> look(const roomserver::Input& input, const roomserver::Batch& batch,
                                const std::vector<roomserver::RoomSnapshot>& rooms, Instant now);
  // Whose pages the server has called hung in that batch.
  std::vector<std::string> take_hung() { return std::exchange(hung_, {}); }

 private:
  struct Socket {
    Instant heard;          // anything at all
    std::string last_text;  // of the page
    bool keeps = false;     // its session, for the page that is loaded next
    std::optional<Instant> told_the_end;
  };
  struct Member {
    std::optional<std::uint32_t> socket;
    std::optional<Instant> away_since;
    std::optional<Instant> lost_at;  // its socket
    std::int64_t close_code = 0;
    std::string last_text;  // on the socket that was lost
    bool keeps = false;
  };

  struct Links {  // of one pair, one after the other
    std::string latest;
    Instant born;
    Millis pause{0};  // before the next, at least
  };

  void hear(const roomserver::Input& input, Instant now);
  void note(const roomserver::Effect& effect, const roomserver::Input& input, Instant now);
  void check_left(const roomserver::ParticipantLeft& left, const roomserver::Input& input, Instant now);
  void check_silent(const roomserver::ParticipantLeft& left, const Member& member, Instant now);
  void check_words(const roomserver::ParticipantLeft& left, const Member& member, const roomserver::Input& input, Instant now);
  void check_member(const roomserver::ParticipantSnapshot& seen, Instant now);
  static bool has_lost_its_page(const Member& member);
  static bool has_gone(const Member& member) { return has_lost_its_page(member) && !member.keeps; }
  static bool is_held_shortly(const Member& member);
  void check_kept(const Member& member, Instant now);
  void check_sockets(Instant now);
  void note_links(const std::string& text);
  void note_link(const std::string& id);
  void complain(const char* checker, std::string text);

  Millis session_timeout_;
  std::map<std::uint32_t, Socket> sockets_;  // whose server end is open
  std::map<std::string, Member> members_;    // by SID
  std::map<std::string, Links> links_;       // by pair
  Instant ran_again_;                        // after the latest pause …
  Instant woke_;                             // … that was so long that the server must have noticed it …
  Instant fell_asleep_;                      // … and its beginning
  std::vector<std::string> hung_;
  std::string concerned_;
  std::optional<Complaint> complaint_;
};

}  // namespace holdfast::sim
