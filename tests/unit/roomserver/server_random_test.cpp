// Whatever clients, networks and hosts do, in any order: the server stays consistent, and what it sends can be read.
#include "base/prng.hpp"
#include "bench.hpp"

using namespace holdfast;
using namespace holdfast::roomserver;

namespace {

// Says anything on any socket. Ids, sessions and revisions are drawn from what was seen, so that much of it hits something.
class Chaos {
 public:
  explicit Chaos(std::uint64_t seed) : prng_(seed), bench_(config()) {}

  void step() {
    switch (prng_.below(16)) {
      case 0:
        if (sockets_.size() < 12) sockets_.push_back(bench_.open());
        break;
      case 1:
        if (const auto at = pick_socket()) {
          static constexpr std::int64_t kCodes[] = {1000, 1001, 1005, 1006, 1012, 3001, 4000};
          bench_.drop(sockets_[*at], kCodes[prng_.below(7)]);
          bench_.frames(sockets_[*at]);
          sockets_.erase(sockets_.begin() + static_cast<std::ptrdiff_t>(*at));
        }
        break;
      case 2:
        bench_.advance(Millis{prng_.below(prng_.chance(1, 4) ? 20000 : 700)});
        break;
      case 3:
        host();
        break;
      case 4:
        if (const auto at = pick_socket()) bench_.mute(sockets_[*at], prng_.chance(1, 2));
        break;
      case 5:
        if (const auto at = pick_socket()) bench_.text(sockets_[*at], damaged(rsp::encode(frame())));
        break;
      default:
        if (const auto at = pick_socket()) bench_.send(sockets_[*at], frame());
    }
    for (const SocketId id : sockets_) learn(id);
  }

 private:
  static Config config() {
    Config config = bench_config();
    config.max_participants = 4;
    config.max_rooms = 3;
    config.session_timeout = Millis{12000};
    return config;
  }

  std::optional<std::size_t> pick_socket() {
    if (sockets_.empty()) return std::nullopt;
    return prng_.below(static_cast<std::uint32_t>(sockets_.size()));
  }

  void host() {
    static constexpr const char* kRooms[] = {"r", "s", "t", ""};
    switch (prng_.below(6)) {
      case 0:
        bench_.give(CompleteRoom{kRooms[prng_.below(4)]});
        break;
      case 1:
        bench_.give(RemoveParticipant{kRooms[prng_.below(4)], identity()});
        break;
      case 2:
        bench_.give(Beacon{session()});
        break;
      case 3:
        bench_.oversleep(Millis{prng_.below(40000)});
        break;
      case 4:
        bench_.answer_tokens = !bench_.answer_tokens;
        break;
      default:
        if (!bench_.tokens.empty())
          bench_.give(Bench::verdict(bench_.tokens[prng_.below(static_cast<std::uint32_t>(bench_.tokens.size()))]));
    }
  }

  std::string identity() { return std::string(1, static_cast<char>('a' + prng_.below(6))); }
  std::string token() { return prng_.chance(1, 12) ? "!20104" : identity() + (prng_.chance(1, 8) ? "@r" : ""); }
  std::string session() {
    return sessions_.empty() || prng_.chance(1, 8) ? "SEnobody" : sessions_[prng_.below(static_cast<std::uint32_t>(sessions_.size()))];
  }

  rsp::LocalState state() {
    rsp::LocalState state{static_cast<std::int64_t>(prng_.below(12)), {}};
    for (std::uint32_t n = prng_.below(4); n > 0; --n) {
      auto one = track("t" + std::to_string(prng_.below(5)), prng_.chance(1, 6) ? "same" : "");
      one.enabled = prng_.chance(3, 4);
      state.tracks.push_back(one);
    }
    return state;
  }

  std::vector<rsp::PeerConnectionState> links() {
    std::vector<rsp::PeerConnectionState> list;
    for (std::uint32_t n = prng_.below(4); n > 0; --n) {
      const std::string id = ids_.empty() || prng_.chance(1, 10) ? "nothing" : ids_[prng_.below(static_cast<std::uint32_t>(ids_.size()))];
      const auto revision = static_cast<std::int64_t>(prng_.below(8));
      const std::string ufrag(1, static_cast<char>('u' + prng_.below(3)));
      switch (prng_.below(8)) {
        case 0:
          list.push_back(close(id, revision));
          break;
        case 1:
        case 2:
          list.push_back(ice(id, ufrag, revision, {"c" + std::to_string(prng_.below(9))}, prng_.chance(1, 5)));
          break;
        case 3:
        case 4:
          list.push_back(answer(id, revision, ufrag));
          break;
        case 5:
          list.push_back({LinkId(id), std::nullopt, std::nullopt});
          break;
        default:
          list.push_back(offer(id, revision, ufrag));
      }
    }
    return list;
  }

  rsp::ClientMessage message() {
    static constexpr const char* kRooms[] = {"r", "r", "r", "s", "t", "u", ""};
    std::optional<rsp::Extension> hints;
    if (prng_.chance(1, 4)) hints = rsp::Extension{prng_.chance(1, 2), prng_.chance(1, 2)};
    switch (prng_.below(10)) {
      case 0:
        return rsp::IceRequest{token()};
      case 1:
      case 2: {
        auto connect = connect_message(token(), kRooms[prng_.below(7)]);
        connect.participant = state();
        connect.peer_connections = links();
        connect.holdfast = hints;
        return connect;
      }
      case 3:
      case 4: {
        // Mostly the right token for the session.
        const std::size_t n = sessions_.empty() ? 0 : prng_.below(static_cast<std::uint32_t>(sessions_.size()));
        return rsp::Sync{sessions_.empty() ? "SE" : sessions_[n],
                         sessions_.empty() || prng_.chance(1, 6) ? token() : identities_[n],
                         "r",
                         state(),
                         links(),
                         hints};
      }
      case 5:
        return rsp::Disconnect{session()};
      default:
        return rsp::ClientUpdate{session(), prng_.chance(1, 2) ? std::optional(state()) : std::nullopt, links(), hints};
    }
  }

  rsp::ClientFrame frame() {
    switch (prng_.below(8)) {
      case 0:
        return rsp::Heartbeat{};
      case 1:
        return prng_.chance(1, 4) ? rsp::ClientFrame(rsp::Bye{}) : rsp::ClientFrame(rsp::Heartbeat{});
      case 2:
      case 3:
        return rsp::Hello{"h", static_cast<std::int64_t>(prng_.below(9000)), "",
                          prng_.chance(3, 4) ? std::optional(message()) : std::nullopt};
      default:
        return rsp::ClientMsg{message()};
    }
  }

  std::string damaged(std::string text) {
    for (std::uint32_t n = prng_.below(4); n > 0; --n)
      text[prng_.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(prng_.below(128));
    if (prng_.chance(1, 4)) text.resize(prng_.below(static_cast<std::uint32_t>(text.size())));
    return text;
  }

  void learn(SocketId id) {
    for (const auto& message : bench_.messages(id)) {
      const rsp::RoomState* state = nullptr;
      if (const auto* connected = std::get_if<rsp::Connected>(&message)) {
        sessions_.push_back(connected->session);
        identities_.push_back(connected->state.participant->identity);
        state = &connected->state;
      }
      if (const auto* synced = std::get_if<rsp::Synced>(&message)) state = &synced->state;
      if (const auto* update = std::get_if<rsp::ServerUpdate>(&message)) state = &update->state;
      if (state == nullptr || !state->peer_connections) continue;
      for (const auto& entry : *state->peer_connections) {
        ids_.push_back(entry.id.value);
        if (ids_.size() > 6) ids_.erase(ids_.begin());
      }
    }
  }

  Prng prng_;
  Bench bench_;
  std::vector<SocketId> sockets_;
  std::vector<std::string> sessions_;
  std::vector<std::string> identities_;  // of the sessions
  std::vector<std::string> ids_;         // of the last few links
};

}  // namespace

TEST_CASE("server: random words of everything that can happen leave it consistent", "[roomserver][random]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Chaos chaos(seed);
    for (int i = 0; i < 150; ++i) chaos.step();
  }
}
