// One session: its sockets, the server's messages, the client's wishes, probes and time, in every order (docs/protocol.md 4, 5, 11).
#include <optional>
#include <string>
#include <utility>

#include "rsp/session.hpp"
#include "socket_watch.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using namespace rsp;

const std::string kUrl = "ws://h/s";
const LinkId kLink("L");

input::Connect options(bool own_ice_servers) {
  input::Connect connect;
  connect.url = kUrl;
  connect.token = "token";
  connect.ice_servers_given = own_ice_servers;
  return connect;
}

RoomState room_state() {
  RoomState state;
  state.participant = OwnParticipant{ParticipantSid("PA_A"), "alice"};
  state.participants = {{ParticipantSid("PA_B"), "bob", ParticipantState::kConnected, 1, {}}};
  state.holdfast = Extension{};
  return state;
}
ServerMessage connected() {
  Connected message;
  message.session = "SE";
  message.sid = RoomSid("RM");
  message.state = room_state();
  return message;
}
ServerMessage update_that_closes_the_link() {
  ServerUpdate update;
  update.state.peer_connections = {{kLink, Description{DescriptionType::kClose, 9, ""}, {}}};
  return update;
}
ServerMessage synced_without_links() {
  Synced message{room_state()};
  message.state.peer_connections.emplace();
  return message;
}
std::string text(ServerMessage message) { return encode(ServerFrame{ServerMsg{std::move(message)}}); }

const std::string kWelcome = encode(ServerFrame{Welcome{1000}});
const std::string kBusyElsewhere = encode(ServerFrame{Busy{300, false, "c"}});
const std::string kBusyForGood = encode(ServerFrame{Busy{-1, false, ""}});
const std::string kHeartbeat = encode(ServerFrame{Heartbeat{}});
const std::string kIced = text(Iced{});
const std::string kConnected = text(connected());
const std::string kUselessConnected = text(Connected{});
const std::string kUpdate = text(ServerUpdate{room_state()});
const std::string kLinkCloses = text(update_that_closes_the_link());
const std::string kSynced = text(Synced{room_state()});
const std::string kSyncedWithoutLinks = text(synced_without_links());
const std::string kError = text(ErrorMessage{{53204, ""}});
const std::string kDisconnected = text(Disconnected{true});

// What the client wants the server to know, and what it knows: revisions, 0 for nothing.
struct LinkSide {
  std::int64_t description = 0;
  std::int64_t ice = 0;
  bool closed = false;
};

struct SessionSubject {
  static constexpr std::string_view kName = "session";
  static constexpr int kLength = 4;
  using Table = SessionTable;
  static const std::vector<Letter<SessionSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Session session{options(false), 42};
  Promises promises;
  Instant now{1000};
  SocketWatch socket;
  Instant welcomed_at;
  bool started = false;
  bool ice_ready = false;
  bool offered = false;
  bool joined = false;
  bool away = false;
  bool over = false;
  bool going = false;  // with the page, by this letter
  bool said_disconnect = false;
  OperationId probe;  // the latest
  Instant probed_at;
  int queued = 0;  // news that had to wait
  int owed = 0;    // news that are to be told by this letter

  bool track_enabled = true;
  bool has_track = false;
  bool told_track = false;
  bool told_enabled = false;
  std::int64_t told_revision = 0;
  LinkSide wanted;
  LinkSide told;
  bool link_is_gone = false;  // closed by the server

  void start() {
    started = true;
    act([&](Effects& effects) { session.start(now, effects); });
  }
  void offer(bool with_offer) {
    offered = true;
    std::optional<backend::LinkUpdate> first;
    if (with_offer) first = backend::LinkUpdate{LinkId("A0"), {}, Description{DescriptionType::kOffer, 1, "sdp"}, {}};
    act([&](Effects& effects) { session.connect(first, now, effects); });
  }
  void change_tracks() {
    track_enabled = !track_enabled;
    has_track = true;
    LocalTrack track;
    track.id = SignaledId("a");
    track.enabled = track_enabled;
    act([&](Effects& effects) { session.set_local_tracks({track}, now, effects); });
  }
  void describe(DescriptionType type) {
    wanted.closed = type == DescriptionType::kClose;
    backend::LinkUpdate update{kLink, {}, Description{type, ++wanted.description, "sdp"}, {}};
    act([&](Effects& effects) { session.send_link(update, now, effects); });
  }
  void trickle() {
    backend::LinkUpdate update{kLink, {}, {}, Ice{"u", ++wanted.ice, {}, false}};
    act([&](Effects& effects) { session.send_link(update, now, effects); });
  }
  void hint() {
    act([&](Effects& effects) { session.hint(Session::Hint::kHidden, now, effects); });
  }
  void leave(bool with_page) {
    going = with_page;
    act([&](Effects& effects) { session.leave(with_page, now, effects); });
    promises.require(over, "leaving ends it");
  }

  void socket_opens() {
    socket.open();
    act([&](Effects& effects) { session.handle(input::SocketOpened{socket.latest}, now, effects); });
  }
  void socket_closes(std::int64_t code) {
    socket.drop();
    act([&](Effects& effects) { session.handle(input::SocketClosed{socket.latest, code, ""}, now, effects); });
    promises.require(over || code != 1000, "1000 from the server is the end");
    promises.require(over || joined, "the first connect has one attempt");
    promises.require(over || away, "a lost socket is lost signaling");
  }
  void say(const std::string& frame) {
    act([&](Effects& effects) { session.handle(input::SocketText{socket.latest, frame}, now, effects); });
  }
  void say_the_end(const std::string& frame) {
    say(frame);
    promises.require(over || !socket.welcomed, "the server has the last word");
  }
  void say_news(const std::string& frame) {
    if (socket.welcomed && offered) ++(session.is_connected() ? owed : queued);
    say(frame);
  }
  void say_connected(const std::string& frame, bool is_usable) {
    const bool is_answer = socket.welcomed && offered && !joined;
    if (!is_answer) return say_news(frame);
    say(frame);
    promises.require(!is_answer || (is_usable ? joined : over), "`connected` decides whether it has joined");
  }
  void say_synced(const std::string& frame) {
    if (!away) return say_news(frame);
    say(frame);
    promises.require(!socket.welcomed || !away, "`synced` brings it in step again");
  }
  void say_iced() {
    say(kIced);
    promises.require(!socket.welcomed || ice_ready, "with `iced` the first offer can be made");
  }
  void say_welcome() {
    if (!socket.welcomed) welcomed_at = now;
    socket.welcomed = true;
    say(kWelcome);
  }
  void say_link_is_gone(const std::string& frame) {
    link_is_gone = true;
    away ? say(frame) : say_news(frame);
    promises.require(session.is_connected(), "news come in step");
  }
  void answer_probe(bool reachable) {
    const bool awaited = now - probed_at < kProbeLimit && !socket.is_live && !over;
    const OperationId answered = std::exchange(probe, {});
    act([&](Effects& effects) { session.handle(input::ProbeAnswered{answered, reachable}, now, effects); });
    promises.require(!awaited || !reachable || socket.is_live, "a host that is there is dialed");
    promises.require(!awaited || reachable || !socket.is_live, "a host that is not there is left alone");
  }
  void network(input::NetworkEvent event) {
    act([&](Effects& effects) { session.handle(input::Network{event}, now, effects); });
  }
  void wake() {
    welcomed_at = now;
    act([&](Effects& effects) { session.wake(now, effects); });
  }
  void pass_to(Instant then) {
    now = then;
    act([&](Effects& effects) { session.handle_timers(now, effects); });
  }
  void hear_only_heartbeats() {
    for (int i = 0; i < 16 && !over; ++i) {
      pass_to(now + 1_s);
      if (socket.is_open) say(kHeartbeat);
    }
  }
  void be_flooded() {
    for (std::size_t i = 0; i < kQueueLimit && !over; ++i) say_news(kUpdate);
  }
  void stay_unreachable() {
    for (std::uint32_t i = 0; i < kProbesBeforeDial && !over; ++i) {
      pass_to(*session.next_deadline());
      answer_probe(false);
    }
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const auto deadline = session.next_deadline();
    require(session.is_consistent(), "the machine is consistent");
    require(session.is_over() == over, "over is when it said so");
    require(session.is_connected() == (joined && !away && !over), "connected is what the client was told");
    require(!deadline || *deadline > now, "no deadline stays behind");
    require(!over || (!deadline && !socket.is_live), "nothing is left after the end");
    require(over || deadline || !offered, "whoever has offered waits for something");
    require(over || deadline || !joined, "whoever is in the room has a deadline");
    require(over || deadline || !socket.is_live, "whoever has a socket has a deadline");
    require(!session.is_connected() || socket.welcomed, "connected needs a welcomed socket");
    require(over || !away || !socket.welcomed || now - welcomed_at < kSyncAnswerLimit, "a server that does not answer `sync` is left");
    require(over || owed == 0, "all news are told, and once");
    if (session.is_connected()) check_told();
    going = false;
  }

 private:
  // In step, the server knows all that it should.
  void check_told() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(told_track == has_track && (!has_track || told_enabled == track_enabled), "the server knows the tracks");
    if (link_is_gone) return;
    require(wanted.closed == told.closed, "the server knows which link is closed");
    if (wanted.closed) return;
    require(told.description == wanted.description, "the server knows the latest description");
    require(told.ice == wanted.ice, "the server knows the latest candidates");
  }

  template <class Input>
  void act(Input&& input) {
    static Effects effects;
    effects.clear();
    input(effects);
    // Effects and events are two lists; what is sent belongs to the state before the news.
    const bool was_over = over;
    const bool was_joined = joined;
    const auto events = session.take_events();
    for (const SessionEvent& event : events) watch_event(event);
    for (const Effect& effect : effects) watch(effect, was_over, was_joined);
  }
  void watch(const Effect& effect, bool was_over, bool was_joined) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (std::holds_alternative<effect::Log>(effect)) return;
    require(!was_over, "nothing is done after the end");
    if (const auto* opens = std::get_if<effect::OpenSocket>(&effect)) {
      require(!over && opens->url == kUrl, "no socket is opened at the end");
      require(!joined || away, "no socket is opened while there is one in step");
      said_disconnect = false;
      queued = 0;
      socket.watch(*opens, promises);
    } else if (const auto* closes = std::get_if<effect::CloseSocket>(&effect)) {
      require(!over || closes->code != 1000 || !socket.welcomed || said_disconnect, "whoever leaves says so first");
      require(over || closes->code != 1000, "1000 means for good");
      socket.watch(*closes, promises);
    } else if (const auto* sends = std::get_if<effect::SendText>(&effect)) {
      const auto frame = socket.watch(*sends, promises);
      if (!frame) return;
      if (const auto* hello = std::get_if<Hello>(&*frame); hello != nullptr && hello->body) watch_message(*hello->body, was_joined);
      if (const auto* message = std::get_if<ClientMsg>(&*frame)) watch_message(message->body, was_joined);
    } else if (const auto* probes = std::get_if<effect::Probe>(&effect)) {
      require(away && !over && !socket.is_live, "only a session without a socket probes");
      require(probes->op.value > probe.value, "each probe has a number of its own");
      probe = probes->op;
      probed_at = now;
    } else if (const auto* beacon = std::get_if<effect::Beacon>(&effect)) {
      require(going && over && joined && beacon->text == "SE", "a beacon goes with the page");
    } else {
      require(false, "a session asks for nothing else");
    }
  }
  void watch_message(const ClientMessage& message, bool was_joined) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (std::holds_alternative<IceRequest>(message)) {
      require(!ice_ready, "ICE servers are asked for once");
    } else if (const auto* connect = std::get_if<Connect>(&message)) {
      require(offered && !was_joined, "one `connect`, with the first offer");
      tell_afresh(connect->participant, connect->peer_connections);
    } else if (const auto* sync = std::get_if<Sync>(&message)) {
      require(was_joined && sync->session == "SE", "`sync` names the session");
      tell_afresh(sync->participant, sync->peer_connections);
    } else if (const auto* update = std::get_if<ClientUpdate>(&message)) {
      require(joined && !away && update->session == "SE" && update->participant, "`update` is for a session in step, and always complete");
      if (update->participant) tell(*update->participant);
      for (const auto& link : update->peer_connections) tell(link);
    } else if (const auto* disconnect = std::get_if<Disconnect>(&message)) {
      require(over && !said_disconnect && disconnect->session == (joined ? "SE" : ""), "`disconnect` is the last word");
      said_disconnect = true;
    }
  }
  // A new socket: what went over the one before may have been lost, but for what this message says.
  void tell_afresh(const LocalState& state, const std::vector<PeerConnectionState>& links) {
    tell(state);
    told = {};
    told.closed = wanted.closed;  // by not being listed
    for (const auto& link : links) {
      if (link.id == kLink) told.closed = false;  // since it was written
      tell(link);
    }
  }
  void tell(const LocalState& state) {
    const bool enabled = !state.tracks.empty() && state.tracks[0].enabled;
    promises.require(state.revision >= told_revision, "the revision of the tracks never falls");
    promises.require(
        state.revision > told_revision || told_revision == 0 || (told_track == !state.tracks.empty() && told_enabled == enabled),
        "other tracks have another revision");
    told_track = !state.tracks.empty();
    told_enabled = enabled;
    told_revision = state.revision;
  }
  void tell(const PeerConnectionState& link) {
    if (link.id != kLink) return;
    promises.require(!told.closed || wanted.closed, "nothing is told of a closed link");
    if (link.description) {
      promises.require(link.description->revision > told.description, "a description is told once");
      told.description = link.description->revision;
      told.closed = link.description->type == DescriptionType::kClose;
    }
    if (link.ice) {
      promises.require(link.ice->revision > told.ice, "candidates are told once");
      told.ice = link.ice->revision;
    }
  }

  void watch_event(const SessionEvent& event) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(!over, "the end is the last event");
    if (std::holds_alternative<backend::IceServersReady>(event)) {
      require(!ice_ready && started, "the first offer is asked for once");
      ice_ready = true;
    } else if (std::holds_alternative<backend::Joined>(event)) {
      require(!joined && offered, "it joins once");
      joined = true;
      owed += std::exchange(queued, 0);
    } else if (std::holds_alternative<backend::Updated>(event)) {
      require(joined && !away, "news come in step");
      --owed;
    } else if (std::holds_alternative<backend::SignalingLost>(event)) {
      require(joined && !away, "lost and restored alternate");
      away = true;
    } else if (std::holds_alternative<backend::SignalingRestored>(event)) {
      require(joined && away && socket.welcomed, "lost and restored alternate");
      away = false;
      owed += std::exchange(queued, 0);
    } else if (std::holds_alternative<backend::SignalingAlive>(event)) {
      require(joined, "signs of life are for whoever is in the room");
    } else if (std::holds_alternative<backend::AttemptPlanned>(event)) {
      require(joined && away, "attempts are planned while signaling is away");
    } else {
      require(std::holds_alternative<backend::Ended>(event), "nothing else is told");
      over = true;
    }
  }
};

using S = SessionSubject;
bool is_fresh(const S& s) { return !s.started && !s.over; }
bool may_offer(const S& s) { return s.ice_ready && !s.offered; }
bool has_link(const S& s) { return !s.wanted.closed && !s.link_is_gone; }
bool is_opening(const S& s) { return s.socket.is_live && !s.socket.is_open; }
bool has_socket(const S& s) { return s.socket.is_live; }
bool can_hear(const S& s) { return s.socket.is_open; }
bool is_welcomed(const S& s) { return s.socket.welcomed; }
bool awaits_answer(const S& s) { return s.socket.welcomed && !s.session.is_connected(); }
bool is_probed(const S& s) { return s.probe.value != 0; }
bool has_deadline(const S& s) { return s.session.next_deadline().has_value(); }

const std::vector<Letter<S>>& SessionSubject::letters() {
  using input::NetworkEvent;
  static const std::vector<Letter<S>> kLetters = {
      {"own ICE servers", is_fresh, [](S& s) { s.session = Session(options(true), 42); }},
      {"start", is_fresh, [](S& s) { s.start(); }},
      {"offer", may_offer, [](S& s) { s.offer(true); }},
      {"no offer", may_offer, [](S& s) { s.offer(false); }},
      {"tracks", nullptr, [](S& s) { s.change_tracks(); }},
      {"describe", has_link, [](S& s) { s.describe(DescriptionType::kOffer); }},
      {"trickle", has_link, [](S& s) { s.trickle(); }},
      {"close link", has_link, [](S& s) { s.describe(DescriptionType::kClose); }},
      {"hint", [](const S& s) { return s.joined; }, [](S& s) { s.hint(); }},
      {"leave", nullptr, [](S& s) { s.leave(false); }},
      {"leave with the page", [](const S& s) { return s.joined; }, [](S& s) { s.leave(true); }},
      {"socket opens", is_opening, [](S& s) { s.socket_opens(); }},
      {"socket lost", has_socket, [](S& s) { s.socket_closes(1006); }},
      {"socket closed 1000", can_hear, [](S& s) { s.socket_closes(1000); }},
      {"welcome", [](const S& s) { return s.socket.is_open && !s.socket.welcomed; }, [](S& s) { s.say_welcome(); }},
      {"busy, come back", can_hear, [](S& s) { s.say(kBusyElsewhere); }},
      {"busy for good", can_hear, [](S& s) { s.say(kBusyForGood); }},
      {"heartbeat", can_hear, [](S& s) { s.say(kHeartbeat); }},
      {"garbage", can_hear, [](S& s) { s.say("{\"type\":"); }},
      {"iced", can_hear, [](S& s) { s.say_iced(); }},
      {"connected", can_hear, [](S& s) { s.say_connected(kConnected, true); }},
      {"useless connected", can_hear, [](S& s) { s.say_connected(kUselessConnected, false); }},
      {"update", can_hear, [](S& s) { s.say_news(kUpdate); }},
      {"update that closes the link", [](const S& s) { return s.session.is_connected() && has_link(s); },
       [](S& s) { s.say_link_is_gone(kLinkCloses); }},
      {"synced", can_hear, [](S& s) { s.say_synced(kSynced); }},
      {"synced without links", [](const S& s) { return s.socket.welcomed && s.joined && has_link(s); },
       [](S& s) { s.say_link_is_gone(kSyncedWithoutLinks); }},
      {"error", can_hear, [](S& s) { s.say_the_end(kError); }},
      {"disconnected", can_hear, [](S& s) { s.say_the_end(kDisconnected); }},
      {"reachable", is_probed, [](S& s) { s.answer_probe(true); }},
      {"unreachable", is_probed, [](S& s) { s.answer_probe(false); }},
      {"network changes", nullptr, [](S& s) { s.network(NetworkEvent::kChanged); }},
      {"offline", nullptr, [](S& s) { s.network(NetworkEvent::kOffline); }},
      {"wake", nullptr, [](S& s) { s.wake(); }},
      {"deadline", has_deadline, [](S& s) { s.pass_to(*s.session.next_deadline()); }},
      {"second", has_deadline, [](S& s) { s.pass_to(s.now + 1_s); }},
      {"nothing but heartbeats", awaits_answer, [](S& s) { s.hear_only_heartbeats(); }},
      {"a flood of updates", is_welcomed, [](S& s) { s.be_flooded(); }, true},
      {"no probe gets through", nullptr, [](S& s) { s.stay_unreachable(); }, true},
  };
  return kLetters;
}

const std::vector<Beginning>& SessionSubject::beginnings() {
  const auto after = [](Beginning beginning, const Beginning& more) {
    beginning.insert(beginning.end(), more.begin(), more.end());
    return beginning;
  };
  static const Beginning kAcquiring = {"start", "socket opens", "welcome"};
  static const Beginning kConnecting = after(kAcquiring, {"iced", "offer"});
  static const Beginning kInStep = after(kConnecting, {"connected"});
  static const Beginning kProbing = after(kInStep, {"socket lost", "deadline", "socket lost", "deadline"});
  static const Beginning kResuming = after(kInStep, {"describe", "trickle", "socket lost", "deadline", "socket opens", "welcome"});
  static const std::vector<Beginning> kBeginnings = {
      {},
      {"own ICE servers", "start", "offer"},
      kAcquiring,
      kConnecting,
      after(kConnecting, {"a flood of updates"}),
      kInStep,
      kProbing,
      after(kProbing, {"no probe gets through"}),
      kResuming,
      after(kResuming, {"a flood of updates"}),
  };
  return kBeginnings;
}

}  // namespace

Report session_words() { return enumerate<SessionSubject>(); }

}  // namespace holdfast::words
