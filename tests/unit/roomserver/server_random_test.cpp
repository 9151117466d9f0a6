// Whatever clients, networks and hosts do, in any order: the server stays consistent, and what it sends can be read.
#include <algorithm>
#include <set>

#include "base/prng.hpp"
#include "bench.hpp"
#include "roomserver/channel_table.hpp"
#include "roomserver/link_table.hpp"
#include "roomserver/liveness_table.hpp"
#include "roomserver/participant_table.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Says anything on any socket. Most of it is drawn from what the socket has heard, so that it hits something.
class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : prng_(seed), bench_(config()) {}

  void step() {
    if (sockets_.empty() || (sockets_.size() < 10 && prng_.chance(1, 8))) {
      sockets_.push_back({bench_.open(), prng_.chance(1, 12), {}, false});
      return;
    }
    const std::size_t at = prng_.below(static_cast<std::uint32_t>(sockets_.size()));
    Talker& talker = sockets_[at];
    switch (prng_.below(40)) {
      case 0:
        static constexpr std::int64_t kCodes[] = {1000, 1001, 1001, 1005, 1006, 1006, 1006, 1012, 3001};
        if (prng_.chance(1, 4)) {  // after a silence, which may be over
          bench_.mute(talker.socket);
          bench_.advance(3_s);
          if (prng_.chance(1, 2)) bench_.give(Pong{talker.socket});
        }
        if (prng_.chance(1, 6)) {  // the way a tab closes
          bench_.message(talker.socket, rsp::ClientUpdate{session(), std::nullopt, {}, rsp::Extension{std::nullopt, true, {}, {}}});
          bench_.drop(talker.socket, 1001);
        } else {
          bench_.drop(talker.socket, kCodes[prng_.below(9)]);
        }
        sockets_.erase(sockets_.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        host();
        break;
      case 2:
      case 3:
        bench_.mute(talker.socket, prng_.chance(2, 3));
        break;
      case 4:
        bench_.text(talker.socket, damaged(rsp::encode(frame(talker))));
        break;
      case 5:
        bench_.give(Pong{talker.socket});
        break;
      case 6:
      case 7:
      case 8:
        bench_.advance(Millis{prng_.below(prng_.chance(1, 4) ? 9000 : 900)});
        break;
      case 9:
        if (!bench_.tokens.empty()) bench_.give(Bench::verdict(one_of(bench_.tokens)));
        break;
      case 10:
        if (!links_.empty()) glare(one_of(links_));
        break;
      default:
        if (talker.rude) {
          bench_.text(talker.socket, prng_.chance(1, 30) ? rsp::encode(frame(talker)) : R"({"type":"msg","body":{"type":"update"}})");
          if (prng_.chance(1, 2)) bench_.text(talker.socket, "nonsense");
        } else {
          bench_.send(talker.socket, frame(talker));
        }
    }
    for (Talker& listener : sockets_) learn(listener);
  }

  void shut_down() { bench_.give(Shutdown{}); }

 private:
  struct KnownLink {
    std::string id;
    std::int64_t revision = 0;  // of what was last heard of it
  };
  struct Talker {
    SocketId socket;
    bool rude = false;             // says nothing that makes sense
    std::vector<KnownLink> links;  // the last few it has heard of
    bool greeted = false;
  };

  static Config config() {
    Config config = bench_config();
    config.max_participants = 4;
    config.max_rooms = 3;
    config.session_timeout = Millis{12000};
    return config;
  }

  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[prng_.below(static_cast<std::uint32_t>(list.size()))];
  }

  std::string room() {
    static constexpr const char* kRooms[] = {"r", "r", "r", "r", "r", "r", "s", "t", "u", ""};
    return kRooms[prng_.below(10)];
  }
  std::string identity() { return std::string(1, static_cast<char>('a' + prng_.below(6))); }
  std::string token() { return prng_.chance(1, 20) ? "!20104" : identity() + (prng_.chance(1, 8) ? "@r" : ""); }
  std::string session() { return sessions_.empty() || prng_.chance(1, 8) ? "SEnobody" : one_of(sessions_); }

  void host() {
    switch (prng_.below(6)) {
      case 0:
        bench_.give(CompleteRoom{room()});
        break;
      case 1:
        bench_.give(RemoveParticipant{room(), identity()});
        break;
      case 2:
        bench_.give(Beacon{session()});
        break;
      case 3:
        bench_.oversleep(Millis{prng_.below(40000)});
        break;
      default:
        bench_.answer_tokens = prng_.chance(3, 4);
    }
  }

  // All who know the link offer at once.
  void glare(const KnownLink link) {
    const std::int64_t revision = link.revision + prng_.below(2);
    for (const Talker& talker : sockets_)
      if (std::any_of(talker.links.begin(), talker.links.end(), [&link](const KnownLink& own) { return own.id == link.id; }))
        bench_.message(talker.socket, rsp::ClientUpdate{session(), std::nullopt, {offer(link.id, revision)}, std::nullopt});
  }

  rsp::LocalState state() {
    rsp::LocalState state{static_cast<std::int64_t>(prng_.below(40)), {}};
    for (std::uint32_t n = prng_.below(4); n > 0; --n) {
      auto one = track("t" + std::to_string(prng_.below(5)), prng_.chance(1, 6) ? "same" : "");
      one.enabled = prng_.chance(3, 4);
      state.tracks.push_back(one);
    }
    return state;
  }

  std::vector<rsp::PeerConnectionState> link_states(const Talker& talker) {
    std::vector<rsp::PeerConnectionState> list;
    for (std::uint32_t n = prng_.below(4); n > 0; --n) {
      const bool own = !talker.links.empty() && prng_.chance(3, 4);
      const auto [id, heard] = own ? one_of(talker.links) : links_.empty() || prng_.chance(1, 10) ? KnownLink{"nothing"} : one_of(links_);
      const auto revision = prng_.chance(1, 8) ? std::int64_t{prng_.below(7)} : heard + prng_.below(3);
      const std::string ufrag(1, static_cast<char>('u' + prng_.below(3)));
      switch (prng_.below(24)) {
        case 0:
          list.push_back(close(id, revision));
          break;
        case 1:
          list.push_back({LinkId(id), std::nullopt, std::nullopt});
          break;
        case 2:
        case 3:
        case 4:
          list.push_back(ice(id, ufrag, revision, {"c" + std::to_string(prng_.below(9))}, prng_.chance(1, 5)));
          break;
        case 5:
        case 6:
        case 7:
        case 8:
        case 9:
        case 10:
        case 11:
        case 12:
          list.push_back(answer(id, prng_.chance(3, 4) ? heard : revision, ufrag));
          break;
        default:
          list.push_back(offer(id, revision, ufrag));
      }
    }
    return list;
  }

  rsp::ClientMessage entry(const Talker& talker) {
    if (!sessions_.empty() && prng_.chance(1, 2)) {
      // Mostly the right token for the session.
      const std::size_t n = prng_.below(static_cast<std::uint32_t>(sessions_.size()));
      return rsp::Sync{sessions_[n], prng_.chance(1, 6) ? token() : identities_[n], "r", state(), link_states(talker), hints()};
    }
    auto connect = connect_message(token(), room());
    connect.participant = state();
    connect.peer_connections = link_states(talker);
    connect.holdfast = hints();
    return connect;
  }

  rsp::ClientMessage message(const Talker& talker) {
    switch (prng_.below(40)) {
      case 0:
        return rsp::Disconnect{session()};
      case 1:
        return rsp::IceRequest{token()};
      case 2:
        return entry(talker);
      default:
        return rsp::ClientUpdate{session(), prng_.chance(1, 3) ? std::optional(state()) : std::nullopt, link_states(talker), hints()};
    }
  }

  std::optional<rsp::Extension> hints() {
    if (!prng_.chance(1, 6)) return std::nullopt;
    return rsp::Extension{prng_.chance(1, 2), prng_.chance(1, 2), media_lost(), wishes(), static_cast<std::int64_t>(prng_.below(8)) - 1};
  }

  std::vector<rsp::Wish> wishes() {
    std::vector<rsp::Wish> wishes;
    for (const RoomSnapshot& room : bench_.server().rooms())
      for (const ParticipantSnapshot& participant : room.participants)
        for (const rsp::RemoteTrack& track : participant.tracks)
          if (prng_.chance(1, 3)) wishes.push_back({{}, track.sid.value, 0, prng_.below(2)});
    return wishes;
  }

  std::vector<ParticipantSid> media_lost() {
    std::vector<ParticipantSid> lost;
    for (const RoomSnapshot& room : bench_.server().rooms())
      for (const ParticipantSnapshot& participant : room.participants)
        if (prng_.chance(1, 3)) lost.push_back(participant.sid);
    return lost;
  }

  rsp::ClientFrame frame(Talker& talker) {
    if (!talker.greeted && prng_.chance(7, 8)) {
      talker.greeted = true;
      return rsp::Hello{"h", static_cast<std::int64_t>(prng_.below(9000)), "", entry(talker)};
    }
    switch (prng_.below(40)) {
      case 0:
        return rsp::Bye{};
      case 1:
        return rsp::Hello{"h", 1000, "", std::nullopt};
      case 2:
      case 3:
        return rsp::Heartbeat{};
      default:
        return rsp::ClientMsg{message(talker)};
    }
  }

  std::string damaged(std::string text) {
    for (std::uint32_t n = prng_.below(4); n > 0; --n)
      text[prng_.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(prng_.below(128));
    if (prng_.chance(1, 4)) text.resize(prng_.below(static_cast<std::uint32_t>(text.size())));
    return text;
  }

  void learn(Talker& listener) {
    for (const auto& heard : bench_.messages(listener.socket)) {
      const rsp::RoomState* state = nullptr;
      if (const auto* connected = std::get_if<rsp::Connected>(&heard)) {
        sessions_.push_back(connected->session);
        identities_.push_back(connected->state.participant->identity);
        if (sessions_.size() > 8) {
          sessions_.erase(sessions_.begin());
          identities_.erase(identities_.begin());
        }
        state = &connected->state;
      }
      if (const auto* synced = std::get_if<rsp::Synced>(&heard)) state = &synced->state;
      if (const auto* update = std::get_if<rsp::ServerUpdate>(&heard)) state = &update->state;
      if (state == nullptr || !state->peer_connections) continue;
      for (const auto& told : *state->peer_connections) {
        for (auto* known : {&listener.links, &links_}) {
          known->push_back({told.id.value, told.description ? told.description->revision : 0});
          if (known->size() > 4) known->erase(known->begin());
        }
      }
    }
  }

  Prng prng_;
  Bench bench_;
  std::vector<Talker> sockets_;
  std::vector<std::string> sessions_;
  std::vector<std::string> identities_;  // of the sessions
  std::vector<KnownLink> links_;         // the last few that anybody has heard of
};

// Which rows of which tables were taken, while it lives.
class RowsTaken {
 public:
  RowsTaken() {
    fsm::transition_observer = [](const fsm::Transition& taken, void* self) {
      static_cast<RowsTaken*>(self)->rows_.emplace(taken.machine, taken.row);
    };
    fsm::transition_observer_data = this;
  }
  ~RowsTaken() { fsm::transition_observer = nullptr; }
  RowsTaken(const RowsTaken&) = delete;
  RowsTaken& operator=(const RowsTaken&) = delete;

  // The sentences of those that were not.
  template <class Table>
  std::vector<std::string> missing() const {
    std::vector<std::string> sentences;
    for (std::size_t row = 0; row < Table::kRows.size(); ++row) {
      if (rows_.count({Table::kName, row}) > 0) continue;
      sentences.push_back(std::string(Table::kStateNames[fsm::index_of(Table::kRows[row].from)]) + " x " +
                          std::string(Table::kEventNames[fsm::index_of(Table::kRows[row].event)]) + ": " +
                          std::string(Table::kRows[row].sentence.view()));
    }
    return sentences;
  }

 private:
  std::set<std::pair<std::string_view, std::size_t>> rows_;
};

}  // namespace

TEST_CASE("server: random words of everything that can happen leave it consistent, and take every row of its tables",
          "[roomserver][random]") {
  const RowsTaken taken;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Chaos chaos(seed);
    for (int i = 0; i < 400; ++i) chaos.step();
    chaos.shut_down();
  }
  CHECK(taken.missing<ChannelTable>() == std::vector<std::string>{});
  CHECK(taken.missing<LivenessTable>() == std::vector<std::string>{});
  CHECK(taken.missing<ParticipantTable>() == std::vector<std::string>{});
  CHECK(taken.missing<LinkTable>() == std::vector<std::string>{});
}
