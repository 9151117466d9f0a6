// One simulated room: a server and the tabs of two or three people on virtual time. A seed decides everything. First a phase in which
// they use the room and things break, then everything heals and all that is left must agree, then they leave.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app_model.hpp"
#include "base/prng.hpp"
#include "client/client.hpp"
#include "roomserver/server.hpp"
#include "virtual_media.hpp"
#include "virtual_network.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

struct Figures {
  std::map<std::string, std::int64_t> counts;
  void add(const std::string& what, std::int64_t count = 1) { counts[what] += count; }
  void add(const Figures& others) {
    for (const auto& [what, count] : others.counts) add(what, count);
  }
};

class SimRoom {
 public:
  // `verbose` prints what happens.
  SimRoom(std::uint64_t seed, bool verbose);

  // Runs all phases; the complaint, or nothing.
  std::string run();
  // What the seed decided before the start.
  std::string options() const;
  const Figures& figures() const { return figures_; }

 private:
  // One page with one Client, of one person. A person who joins again does so in another tab.
  struct Tab {
    std::string identity;
    std::unique_ptr<Client> client;
    AppModel app;
    std::map<std::string, backend::LocalTrack> tracks;  // as the app wants them, by signaled id
    std::uint64_t timer = 0;                            // which of its timers counts
    bool frozen = false;
    std::deque<Input> waiting;  // while frozen
    bool gone = false;          // closed or crashed: the browser runs no more of it
    Instant disturbed;          // last change of its host or of its being frozen
  };
  // What can break, and for how long.
  struct Weather {
    const char* name;
    Millis trouble;
    bool breaks_media;
    bool crashes;
    std::uint32_t longest_freeze_ms;
    std::uint32_t longest_loss_ms;
    std::uint32_t longest_cut_ms;
  };
  static const Weather kWeathers[];

  void say(const std::string& text);
  void complain(const std::string& text);
  bool has_ended() const { return !complaint_.empty(); }

  void run_until(Instant end);
  void give_server(const roomserver::Input& input);
  void perform(const roomserver::Effect& effect);
  void give(std::size_t tab, const Input& input);
  void take_batch(std::size_t tab, const Batch& batch);
  void set_timer(std::size_t tab, std::optional<Instant> deadline);
  void check(std::size_t tab);
  void check_cause(std::size_t tab, const effect::Event& event);

  // What people do, and what happens to them.
  void join(std::size_t person);
  void act(std::size_t person);
  void act_once(std::size_t tab);
  backend::LocalTrack new_track();
  void publish(std::size_t tab);
  void unpublish(std::size_t tab);
  void toggle(std::size_t tab);
  void set_priority(std::size_t tab);
  void leave(std::size_t tab);
  void close_tab(std::size_t tab);
  void open_second_tab(std::size_t tab);
  void be_removed(std::size_t tab);
  void complete_room(std::size_t tab);
  void crash(std::size_t tab);
  void freeze(std::size_t tab);
  void thaw(std::size_t tab);
  void hear_of_page_or_network(std::size_t tab);
  void reset(std::size_t tab);
  void lose_host(std::size_t tab);
  void cut_media(std::size_t tab);
  void disturb_peers(std::size_t tab);
  void heal();

  std::string name_of(std::size_t tab) const { return tabs_[tab]->identity + std::to_string(tab); }
  bool is_in_use(std::size_t tab) const { return !tabs_[tab]->gone && tabs_[tab]->app.state != AppModel::State::kDisconnected; }
  bool can_reach(std::size_t a, std::size_t b) const;
  Millis some(std::uint32_t from_ms, std::uint32_t to_ms) { return Millis{from_ms + random_.below(to_ms - from_ms + 1)}; }
  std::string pick(const std::map<std::string, backend::LocalTrack>& tracks);
  const Tab* owner_of(const ParticipantSid& participant) const;
  bool is_in_room(const ParticipantSid& participant) const;

  void expect_signs_of_loss(std::size_t tab, Instant since);
  void remember_bytes();
  void check_agreement();
  void check_agreement(std::size_t tab, const std::vector<roomserver::ParticipantSnapshot>& present);
  void check_tracks(const std::string& where, const AppModel::Participant& seen, const roomserver::ParticipantSnapshot& real);
  void check_media(std::size_t tab, const AppModel::Track& track);
  void check_all_over();

  bool verbose_;
  Prng random_;
  VirtualTime time_;
  std::size_t people_;
  Millis session_timeout_;
  const Weather& weather_;
  roomserver::RoomServer server_;
  VirtualNetwork network_;
  VirtualMedia media_;
  std::vector<std::unique_ptr<Tab>> tabs_;
  std::vector<std::size_t> tab_of_;     // of each person, the latest
  std::vector<std::vector<bool>> cut_;  // media between two tabs
  std::uint64_t server_timer_ = 0;
  std::uint32_t next_track_ = 1;
  bool healed_ = false;
  bool somebody_was_removed_ = false;
  std::map<std::pair<std::size_t, std::uint32_t>, std::int64_t> bytes_;  // received by (tab, peer) shortly before the end
  std::string complaint_;
  Figures figures_;
};

}  // namespace holdfast::sim
