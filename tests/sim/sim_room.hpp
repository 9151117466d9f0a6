// One simulated room: a server and the tabs of a few people on virtual time. The plan decides what they do and what breaks. First that
// happens, then everything heals and all that is left must agree, then they leave, and nothing may be left.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.hpp"
#include "coverage.hpp"
#include "mute_book.hpp"
#include "plan.hpp"
#include "roomserver/server.hpp"
#include "server_watch.hpp"
#include "story.hpp"
#include "tab.hpp"
#include "virtual_media.hpp"
#include "virtual_network.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

struct Figures {
  std::int64_t virtual_ms = 0;
  std::map<std::string, std::int64_t> counts;  // what happened, in words
  void add(const std::string& what, std::int64_t count = 1) { counts[what] += count; }
  void add(const Figures& others) {
    virtual_ms += others.virtual_ms;
    for (const auto& [what, count] : others.counts) add(what, count);
  }
};

class SimRoom {
 public:
  // Without a story nothing is told.
  SimRoom(const Plan& plan, Coverage& coverage, Story* story = nullptr);
  ~SimRoom();
  SimRoom(const SimRoom&) = delete;
  SimRoom& operator=(const SimRoom&) = delete;

  // Runs all phases; the complaint, "[checker] at N ms: …", or nothing.
  std::string run();
  const Figures& figures() const { return figures_; }
  // Whose machines the complaint is about; empty: all.
  const std::vector<std::string>& concerned() const { return concerned_; }

 private:
  using Present = std::vector<roomserver::ParticipantSnapshot>;

  // ---- the room (sim_room.cpp)
  void say(const std::string& text);
  void complain(const char* checker, const std::string& text);
  void complain(const char* checker, std::size_t tab, const std::string& text);
  bool has_ended() const { return !complaint_.empty(); }
  void run_until(Instant end);
  void start_server();
  void give_server(const roomserver::Input& input);
  void take(const roomserver::Batch& batch);
  void perform(const roomserver::Effect& effect);
  void verify(const roomserver::VerifyToken& question);
  void take(std::size_t tab, const Input& input, Instant page_time);
  void take_event(std::size_t tab, const effect::Emit& emit);
  void observe(const fsm::Transition& transition);
  std::uint64_t seed_of(std::uint64_t part) const { return Prng(plan_.seed * 1000003 + part).next(); }

  // ---- steps: what people do (sim_people.cpp)
  void carry_out(Step step);
  void carry_out_for_people(const Step& step, std::size_t tab);
  void join(const Person& person, Prng& dice, bool is_second_tab = false);
  void leave(std::size_t tab);
  void close_tab(std::size_t tab, Prng& dice);
  void close_page(std::size_t tab, bool handlers_run, bool sockets_first);
  void publish(std::size_t tab, Prng& dice);
  void publish_again(std::size_t tab, Prng& dice);
  void unpublish(std::size_t tab, const std::string& id);
  void mute(std::size_t tab, Prng& dice);
  void set_priority(std::size_t tab, Prng& dice);
  void wish(std::size_t tab, Prng& dice);
  void rate(std::size_t tab, Prng& dice);
  void publish(std::size_t tab, const backend::LocalTrack& track);
  backend::LocalTrack new_track(Prng& dice);
  SignaledId new_id(backend::TrackKind kind);
  std::string pick(const Tab& tab, Prng& dice) const;

  // ---- a page after the other (sim_reload.cpp)
  struct Kept {
    std::string session;
    std::size_t tab;
  };
  void reload(std::size_t tab, Prng& dice);
  void keep_session(std::size_t tab, const std::string& session);
  std::string take_session(std::size_t tab, bool is_second_tab);
  std::string copy_of_session(std::size_t tab) const;
  bool is_expected_back(const Tab& before) const;
  void check_place(std::size_t tab);
  const Tab* publisher_of(const ParticipantSid& participant, const TrackSid& track) const;
  bool was_page_closed(const ParticipantSid& participant) const;

  // ---- their tokens (sim_tokens.cpp)
  std::string make_token(std::size_t tab);
  std::optional<Millis> lifetime_of(const Tab& tab, const std::string& token) const;
  bool is_expired(const std::string& token) const;
  bool explains_expiry(const Tab& tab) const;
  bool has_good_token(const Tab& tab) const;
  void ask_for_token(std::size_t tab, OperationId op);
  void take_token_warning(std::size_t tab);
  void check_token_warning(std::size_t tab);
  bool is_checked_slowly(const Tab& tab) const;
  void wait_for_host(std::size_t tab);
  void reconnect_now(std::size_t tab);
  void take_rejoining(std::size_t tab);

  // ---- … and what breaks (sim_faults.cpp)
  void break_signaling(const Step& step, std::size_t tab);
  void reset(std::size_t tab);
  void lose_word(std::size_t tab, const std::string& text);
  void break_way(const Step& step, std::size_t tab);
  void break_media(const Step& step, std::size_t tab);
  void disturb_page(const Step& step, std::size_t tab);
  void hide(std::size_t tab, Millis length);
  void disturb_server(const Step& step, std::size_t tab);
  void lose_host(const Step& step, std::size_t tab);
  void cut_one_way(const Step& step, std::size_t tab);
  void fail_creations(std::size_t tab, Millis length);
  void cut_media(const Step& step, std::size_t tab);
  void freeze(const Step& step, std::size_t tab);
  void sleep(const Step& step, std::size_t tab);
  void cache(const Step& step, std::size_t tab);
  void crash(const Step& step, std::size_t tab);
  void slow_tokens(const Step& step, std::size_t tab);
  void pause_server(const Step& step);
  void begin_server_trouble();
  void share_server_trouble(std::size_t tab);
  void end_server_trouble();
  void hint(std::size_t tab, input::NetworkEvent event, Millis delay);
  // `end` is done after that time, or when everything heals.
  void lasting(Millis length, std::function<void()> end);
  void finish(std::uint64_t fault);
  bool occupy(std::size_t tab, Slot slot) { return tabs_[tab]->busy.insert(slot).second; }
  void begin_trouble(std::size_t tab, bool with_media);
  void end_trouble(std::size_t tab, bool with_media);
  void strike(std::size_t tab, bool with_media);
  bool can_reach(std::size_t from, std::size_t to) const;
  void heal();

  // ---- a restart of the server (sim_restart.cpp)
  void restart_server(const Step& step);
  void remember_steady();
  bool is_server_waiting() const;
  bool is_steady(std::size_t viewer, const ParticipantSid& participant) const;
  void check_restart(std::size_t tab, const effect::Event& event);

  // ---- who has no business here (sim_stranger.cpp)
  void await_stranger();
  void let_stranger_try(bool is_forger);
  bool take_for_stranger(const roomserver::Effect& effect);
  static bool is_of_stranger(const std::string& token);

  // ---- checks after every step (sim_checks.cpp)
  void check(std::size_t tab, const Batch& batch, Instant page_time);
  void check_server(const roomserver::Input& input, const roomserver::Batch& batch);
  bool is_told_less(const Tab& tab) const;
  void check_hung(const std::string& participant);
  void check_mute(const std::string& viewer, const ParticipantSid& participant, const TrackSid& sid, const std::string& name, bool enabled);
  void note_question(std::size_t index, const std::string& frame);
  void check_mutes(std::size_t viewer, const effect::Event& event);
  void check_names(std::size_t viewer, const effect::Event& event);

  // ---- what a client says of its links (sim_links.cpp)
  void check_said(std::size_t tab, const std::string& text, std::size_t open_before);
  void check_sync(std::size_t tab, const rsp::Sync& sync, std::size_t open_before);
  void check_links(std::size_t tab, std::size_t others);
  void check_heartbeats(std::size_t tab);
  void note_new_media(std::size_t tab, const effect::Event& event);

  // ---- media that was called lost (sim_doubts.cpp)
  struct Doubt {
    Instant since;
    std::map<std::string, std::pair<PeerId, std::int64_t>> tracks;  // by SID: where it is to come in, and how much the client knew of
    bool is_theirs = false;                                         // the other end missed ours: that tells nothing of what comes in
  };
  Doubt doubt_about(const Tab& viewer, const AppModel::Participant& participant) const;
  void check_doubts(std::size_t tab, const effect::Event& event);
  void check_is_back(std::size_t tab, const ParticipantSid& participant, const Doubt& doubt);
  void check_pictures(std::size_t tab, const Batch& batch);

  // ---- why something happened (sim_causes.cpp)
  void check_cause(std::size_t tab, const effect::Event& event);
  bool signaling_may_cost_media() const;
  bool sends_nothing(const ParticipantSid& participant) const;
  bool waits_for_word(std::size_t viewer, const ParticipantSid& participant) const;
  bool waits_for_word_of_anybody(std::size_t viewer) const;
  bool sees_a_ghost(const Tab& tab) const;
  void check_reason(std::size_t tab);
  bool explains_end(const Tab& tab, int code) const;
  bool explains_failure(const Tab& tab, int code) const;
  bool was_away_for_long(const Tab& tab, Millis length) const;
  bool media_was_lost_for_long() const;
  bool server_dropped(const Tab& tab) const;
  void check_server_drops(const roomserver::ParticipantLeft& left);

  // ---- two whose ways are free (sim_pairs.cpp)
  void look_at_pairs();
  void look_at_pairs_of(std::size_t tab);
  void look_at_connections_of(std::size_t tab);
  void look_at_sides_of(std::size_t tab);
  void check_replaced(std::size_t tab, PeerId peer);

  // ---- some time after a fault (sim_notices.cpp)
  void expect_signs_of_loss(std::size_t tab);
  void check_quality(std::size_t tab, const Tab& owner);
  void expect_signs_of_lost_media(std::size_t tab, std::size_t other);
  void expect_signs_of_silence(std::size_t tab, PeerId peer);
  void expect_return(std::size_t tab, Millis limit);

  // ---- at rest and at the end (sim_rest.cpp)
  void remember_bytes();
  void check_agreement();
  void check_agreement(std::size_t tab, const Present& present);
  void check_own_tracks(std::size_t tab, const roomserver::ParticipantSnapshot& real);
  void check_tracks(std::size_t tab, const AppModel::Participant& seen, const roomserver::ParticipantSnapshot& real);
  static bool is_lost_cause(const Tab& a, const Tab& b);
  bool has_lost_cause(const Tab& tab) const;
  void check_shares(std::size_t tab);
  void check_media(std::size_t tab, const Tab& owner, const AppModel::Track& track);
  bool comes_unseen(std::size_t tab, const Tab& owner, const AppModel::Track& track) const;
  void check_all_over();

  // ---- one thing breaks after a long rest (sim_once_more.cpp)
  struct Reception {
    std::size_t viewer;
    std::size_t owner;
    PeerId peer;
  };
  void break_once_more();
  std::vector<Reception> receptions() const;
  void replace_once_more(Prng& dice);
  void slow_down_once_more(Prng& dice);
  void miss_answers_once_more(Prng& dice);
  void cut_off_once_more(Prng& dice);
  void reset_once_more(Prng& dice);
  void check_once_more();

  Present present() const;
  bool is_in_room(const ParticipantSid& participant) const;
  // The server does not call it reconnecting. On a bad line what its client says may wait behind what is sent again: it hears, and is not
  // heard.
  bool is_heard(const Tab& tab) const;
  // A page that another one has taken the place of is none.
  Tab* owner_of(const ParticipantSid& participant) const;
  std::size_t index_of(const Tab& tab) const;
  // The tab in which this person is in the room, or its latest.
  std::optional<std::size_t> tab_of(char person) const;

  const Plan& plan_;
  Coverage& coverage_;
  Story* story_;
  VirtualTime time_;
  Prng tokens_;  // how long the host of the server takes to check one
  VirtualNetwork network_;
  VirtualMedia media_;
  std::vector<std::unique_ptr<Tab>> tabs_;

  std::unique_ptr<roomserver::RoomServer> server_;
  Instant server_start_;
  std::uint64_t server_timer_ = 0;              // which of its timers counts
  bool server_is_busy_ = false;                 // pausing or restarting
  std::vector<std::size_t> in_server_trouble_;  // tabs that notice
  bool server_has_restarted_ = false;
  ServerWatch watch_;
  std::set<std::pair<std::size_t, std::string>> steady_;  // tabs, and the participants they saw, when the server was killed
  struct Left {
    int reason = 0;
  };
  std::map<std::string, Left> left_;                 // participants that the server dropped, by SID
  std::map<std::string, Instant> joined_at_;         // by SID, the last time
  std::multimap<std::string, std::string> sids_of_;  // by identity
  std::set<std::string> expired_;                    // tokens, by a step
  std::set<std::string> slow_tokens_;
  std::multiset<std::string> slow_questions_;  // that the server has asked about them, and is not answered yet
  std::map<std::string, Instant> token_ends_;
  std::string session_seen_;  // the latest that the server has given to anybody

  std::map<char, Kept> kept_;  // in the storage of a person's tab, between two pages
  std::vector<Kept> copies_;   // of every session that was ever kept

  std::map<std::uint64_t, std::function<void()>> endings_;  // of the faults in force
  std::uint64_t last_fault_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, int> cuts_;  // media from one tab to another
  Trouble media_trouble_{20_s};                              // anybody's

  bool breaks_signaling_;
  bool breaks_media_;
  bool is_at_rest_ = false;
  std::uint32_t next_track_ = 1;
  std::uint64_t steps_ = 0;
  std::map<std::pair<std::size_t, std::string>, int> looks_;  // that found it wrong, by viewer and track SID; none: connections
  MuteBook mutes_;
  std::map<std::string, ParticipantSid> names_;                          // whose media went by each signaled id
  std::map<std::pair<std::size_t, std::string>, Doubt> doubts_;          // by tab and participant
  std::map<std::pair<std::size_t, std::string>, Instant> backs_;         // when it was last called back
  std::map<std::pair<std::size_t, std::uint32_t>, std::int64_t> bytes_;  // received by (tab, peer) shortly before the end
  std::string speaker_;                                                  // whose machines move
  std::ptrdiff_t links_back_ = 0;                                        // that have recovered in its batch
  std::string complaint_;
  std::vector<std::string> concerned_;
  Figures figures_;
};

}  // namespace holdfast::sim
