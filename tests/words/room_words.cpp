// The Room's state: signaling, links, the server's word about who is there, and time, in every order (docs/protocol.md 10).
#include <array>
#include <string>
#include <utility>

#include "room/room_state.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using Health = room::LinkView::Health;

constexpr Millis kSessionTimeout = 30_s;

// Somebody else, or a link that the protocol gives no name to.
struct Peer {
  int link = 0;  // number of the latest; 0: none yet
  bool has_link = false;
  Health health = Health::kNew;
  bool dtls_failed = false;
  Instant since;
  bool connected = true;  // says the server
  bool in_trouble = false;
  Instant trouble_since;
  Instant counts_from;
};
enum Who { kAlice, kBob, kUnnamed };
constexpr std::array<const char*, 3> kSids = {"PA_A", "PA_B", ""};

struct RoomSubject {
  static constexpr std::string_view kName = "room";
  static constexpr int kLength = 6;
  using Table = room::RoomTable;
  static const std::vector<Letter<RoomSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  room::RoomState state;
  Promises promises;
  Instant now{1000};
  std::array<Peer, 3> peers;
  bool joined = false;
  bool over = false;
  bool signaling_lost = false;
  Instant lost_since;
  Instant woken{-1000000};
  bool reconnecting = false;        // as the app was told
  bool local_reconnecting = false;  // likewise
  bool said_goodbye = false;
  bool heard = false;  // the server, by this letter
  bool ending = false;
  bool given_up = false;
  bool reachable = false;
  Instant reached;  // somebody, over a link without trouble

  void join() {
    joined = true;
    act([&](Effects& effects) { state.joined(kSessionTimeout, now, effects); });
  }
  void lose_signaling() {
    signaling_lost = true;
    lost_since = now;
    act([&](Effects& effects) { state.signaling_lost(now, effects); });
  }
  void restore_signaling() {
    signaling_lost = false;
    tell_links();
    heard = true;
    act([&](Effects& effects) { state.signaling_restored(now, effects); });
  }
  void hear() {
    heard = true;
    act([&](Effects& effects) { state.signaling_alive(now, effects); });
  }
  void change(Who who, Health health, bool dtls_failed = false) {
    Peer& peer = peers[who];
    if (!peer.has_link) ++peer.link;
    peer.has_link = true;
    peer.health = health;
    peer.dtls_failed = dtls_failed;
    peer.since = now;
    tell_links();
  }
  void drop_link(Who who) {
    peers[who].has_link = false;
    tell_links();
  }
  void replace_link(Who who) {
    peers[who].has_link = false;
    change(who, Health::kNew);
  }
  void see(Who who, bool connected) {
    Peer& peer = peers[who];
    peer.connected = connected;
    if (connected) peer.counts_from = now + room::RoomState::kReturnGrace;
    tell_links();
  }
  void wake() {
    woken = now;
    state.wake(now);
  }
  void pass_to(Instant then) { now = then; }
  void end() {
    over = ending = true;
    act([&](Effects& effects) { state.end(now, effects); });
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    act([&](Effects& effects) { state.handle_timers(now, effects); });  // as the client does after every input
    note_reach();
    const auto& verdict = state.verdict();
    const auto deadline = state.next_deadline();
    require(state.is_consistent(), "the machine is consistent");
    require(state.is_over() == over && state.is_joined() == (joined && !over), "joined and over are known");
    require(!ending || said_goodbye == joined, "the local participant hears of the end if there was a Room");
    ending = false;
    require(!deadline || *deadline > now, "no deadline stays behind");
    require(!deadline || (joined && !over && !verdict && reconnecting), "deadlines belong to reconnecting");
    if (!joined || over) return;
    require(local_reconnecting == signaling_lost || verdict, "the local participant tells of signaling");
    if (verdict) return check_verdict(verdict->code);
    require(!signaling_lost || reconnecting, "without signaling the Room is reconnecting");
    require(!signaling_lost || now < later(lost_since + kSessionTimeout, woken + room::RoomState::kWakeGrace),
            "signaling is given up in time");
    if (signaling_lost) return;
    bool trouble = false;
    bool confirmed = false;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      if (!is_there(i) || !peers[i].in_trouble) continue;
      trouble = true;
      confirmed = confirmed || (heard && now >= peers[i].counts_from);
    }
    require(trouble || !reconnecting, "the Room does not reconnect if nobody is out of reach");
    require(!confirmed || reconnecting, "media that is lost while the server is heard shows");
    heard = false;
  }

 private:
  bool is_there(std::size_t who) const {
    if (who != kUnnamed) return peers[who].connected;
    return peers[kAlice].connected || peers[kBob].connected;
  }

  void tell_links() {
    std::vector<room::LinkView> links;
    std::vector<ParticipantSid> connected;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      Peer& peer = peers[i];
      note_trouble(i);
      if (i != kUnnamed && peer.connected) connected.push_back(ParticipantSid(kSids[i]));
      if (!peer.has_link) continue;
      links.push_back({LinkId("l" + std::to_string(i) + std::to_string(peer.link)), ParticipantSid(kSids[i]), peer.health, peer.dtls_failed,
                       peer.since});
    }
    act([&](Effects& effects) { state.links_changed(links, connected, connected, now, effects); });
  }
  // Trouble with somebody ends with a link that works, or with them; a link replaced meanwhile is no cure. A nameless link stands alone.
  void note_trouble(std::size_t who) {
    Peer& peer = peers[who];
    const bool bad = peer.has_link && (peer.health == Health::kSuspect || peer.health == Health::kFailed);
    if (bad && !peer.in_trouble) {
      peer.in_trouble = true;
      peer.trouble_since = now;
      peer.counts_from = later(peer.counts_from, now);
    }
    const bool healed = peer.has_link && peer.health == Health::kHealthy;
    const bool gone = !peer.has_link && (!is_there(who) || who == kUnnamed);
    if (healed || gone || (who == kUnnamed && !bad)) peer.in_trouble = false;
  }

  void note_reach() {
    const bool some = std::exchange(reachable, false);
    for (std::size_t i = 0; i < peers.size(); ++i) reachable = reachable || (is_there(i) && peers[i].has_link && !peers[i].in_trouble);
    if (some || reachable) reached = now;
  }
  void check_verdict(int code) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (std::exchange(given_up, true)) return;
    require(now - woken >= room::RoomState::kWakeGrace, "waking up proves nothing");
    if (code == code::kSignalingConnection) {
      require(now - lost_since >= kSessionTimeout, "signaling is given up after the session timeout");
      return;
    }
    require(code == code::kMediaConnection || code == code::kMediaDtls, "the verdict names signaling or media");
    require(!signaling_lost, "media is not judged while signaling is away");
    require(now - reached >= kSessionTimeout, "media is given up when nobody could be reached for the session timeout");
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const Peer& peer = peers[i];
      if (!is_there(i)) continue;
      require(!peer.has_link || peer.health != Health::kHealthy, "media is not given up while somebody can be reached");
      require(!peer.in_trouble || now - peer.trouble_since >= kSessionTimeout, "media is given up after the session timeout");
      require(code != code::kMediaDtls || !peer.in_trouble || !peer.has_link || peer.dtls_failed || peer.health != Health::kFailed,
              "DTLS is blamed only where it failed");
    }
  }
  template <class Act>
  void act(Act&& input) {
    static Effects effects;
    effects.clear();
    input(effects);
    for (const Effect& effect : effects) watch(effect);
  }
  void watch(const Effect& effect) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const auto* emitted = std::get_if<effect::Emit>(&effect);
    require(emitted != nullptr, "the Room's state only tells the app");
    if (emitted == nullptr) return;
    const auto& event = emitted->event;
    require(joined, "before there is a Room nothing is told");
    require(!said_goodbye, "nothing follows the end");
    if (std::holds_alternative<effect::RoomReconnecting>(event)) {
      require(!reconnecting, "reconnecting and reconnected alternate");
      reconnecting = true;
    } else if (std::holds_alternative<effect::RoomReconnected>(event)) {
      require(reconnecting && !state.verdict(), "reconnecting and reconnected alternate, until it is given up");
      reconnecting = false;
    } else if (std::holds_alternative<effect::LocalParticipantReconnecting>(event)) {
      require(!local_reconnecting && signaling_lost, "the local participant is told of each loss once");
      local_reconnecting = true;
    } else if (std::holds_alternative<effect::LocalParticipantReconnected>(event)) {
      require(local_reconnecting && !signaling_lost, "… and of each return");
      local_reconnecting = false;
    } else if (std::holds_alternative<effect::LocalParticipantDisconnected>(event)) {
      said_goodbye = true;
    } else {
      require(false, "the Room's state tells nothing else");
    }
  }
};

template <Who who, Health health>
bool can_become(const RoomSubject& s) {
  return s.joined && (!s.peers[who].has_link || s.peers[who].health != health);
}
template <Who who, Health health>
void become(RoomSubject& s) {
  s.change(who, health);
}
template <Who who>
bool has_link(const RoomSubject& s) {
  return s.peers[who].has_link;
}
template <Who who>
void lose_link(RoomSubject& s) {
  s.drop_link(who);
}
bool is_joined(const RoomSubject& s) { return s.joined; }

const std::vector<Letter<RoomSubject>>& RoomSubject::letters() {
  using S = RoomSubject;
  static const std::vector<Letter<S>> kLetters = {
      {"joined", [](const S& s) { return !s.joined && !s.over; }, [](S& s) { s.join(); }},
      {"signaling lost", [](const S& s) { return s.joined && !s.signaling_lost; }, [](S& s) { s.lose_signaling(); }},
      {"signaling restored", [](const S& s) { return s.signaling_lost; }, [](S& s) { s.restore_signaling(); }},
      {"signaling alive", is_joined, [](S& s) { s.hear(); }},
      {"A healthy", can_become<kAlice, Health::kHealthy>, become<kAlice, Health::kHealthy>},
      {"A suspect", can_become<kAlice, Health::kSuspect>, become<kAlice, Health::kSuspect>},
      {"A failed", can_become<kAlice, Health::kFailed>, become<kAlice, Health::kFailed>},
      {"A failed (DTLS)", can_become<kAlice, Health::kFailed>, [](S& s) { s.change(kAlice, Health::kFailed, true); }},
      {"A replaced", has_link<kAlice>, [](S& s) { s.replace_link(kAlice); }},
      {"A dropped", has_link<kAlice>, lose_link<kAlice>},
      {"A away", [](const S& s) { return s.joined && s.peers[kAlice].connected; }, [](S& s) { s.see(kAlice, false); }},
      {"A back", [](const S& s) { return !s.peers[kAlice].connected; }, [](S& s) { s.see(kAlice, true); }},
      {"B healthy", can_become<kBob, Health::kHealthy>, become<kBob, Health::kHealthy>},
      {"B failed", can_become<kBob, Health::kFailed>, become<kBob, Health::kFailed>},
      {"B dropped", has_link<kBob>, lose_link<kBob>},
      {"nameless healthy", can_become<kUnnamed, Health::kHealthy>, become<kUnnamed, Health::kHealthy>},
      {"nameless failed", can_become<kUnnamed, Health::kFailed>, become<kUnnamed, Health::kFailed>},
      {"wake", is_joined, [](S& s) { s.wake(); }},
      {"deadline", [](const S& s) { return s.state.next_deadline().has_value(); }, [](S& s) { s.pass_to(*s.state.next_deadline()); }},
      {"second", nullptr, [](S& s) { s.pass_to(s.now + 1_s); }},
      {"ten seconds", nullptr, [](S& s) { s.pass_to(s.now + 10_s); }},
      {"end", nullptr, [](S& s) { s.end(); }},
  };
  return kLetters;
}

const std::vector<Beginning>& RoomSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {
      {},
      {"joined", "A healthy", "B healthy"},
      {"joined", "A failed", "signaling alive"},
      {"joined", "A healthy", "signaling lost"},
  };
  return kBeginnings;
}

}  // namespace

Report room_words() { return enumerate<RoomSubject>(); }

}  // namespace holdfast::words
