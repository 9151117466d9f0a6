// One session: its sockets, the server's messages, the client's wishes, probes and time, in every order (docs/protocol.md 4, 5, 11).
#include <optional>
#include <string>
#include <utility>

#include "rsp/session.hpp"
#include "session_watch.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

RoomState room_state() {
  RoomState state;
  state.participant = OwnParticipant{ParticipantSid("PA_A"), "alice"};
  state.participants = {{ParticipantSid("PA_B"), "bob", ParticipantState::kConnected, 1, {}}};
  state.holdfast = Extension{};
  return state;
}
Connected connected() {
  Connected message;
  message.session = "SE";
  message.sid = RoomSid("RM");
  message.state = room_state();
  return message;
}
ServerMessage connected_again() {
  Connected message = connected();
  message.session = "SE2";
  message.state.participant = OwnParticipant{ParticipantSid("PA_A2"), "alice"};
  return message;
}
ServerMessage update_that_closes_the_link() {
  ServerUpdate update;
  update.state.peer_connections = {{kWatchedLink, Description{DescriptionType::kClose, 9, ""}, {}}};
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
const std::string kConnectedAgain = text(connected_again());
const std::string kUselessConnected = text(Connected{});
const std::string kUpdate = text(ServerUpdate{room_state()});
const std::string kLinkCloses = text(update_that_closes_the_link());
const std::string kSynced = text(Synced{room_state()});
const std::string kSyncedWithoutLinks = text(synced_without_links());
const std::string kThrownOut = text(ErrorMessage{{code::kDuplicateIdentity, ""}});
const std::string kNotFound = text(ErrorMessage{{code::kParticipantNotFound, ""}});
const std::string kExpired = text(ErrorMessage{{code::kAccessTokenExpired, ""}});
const std::string kDisconnected = text(Disconnected{true});

struct SessionSubject : SessionWatch {
  static constexpr std::string_view kName = "session";
  static constexpr int kLength = 4;
  using Table = SessionTable;
  static const std::vector<Letter<SessionSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  bool brings_ice_servers = false;
  bool rejoins = false;
  Session session{options(), 42};
  Instant welcomed_at;

  input::Connect options() const {
    input::Connect connect;
    connect.url = kSessionUrl;
    connect.token = token.text();
    connect.token_lifetime = token.lifetime;
    connect.renews_token = token.has_function;
    connect.ice_servers_given = brings_ice_servers;
    connect.rejoins = rejoins;
    return connect;
  }
  void set_option(bool SessionSubject::*option) {
    this->*option = true;
    session = Session(options(), 42);
  }
  void set_token_function() {
    token.has_function = true;
    token.is_there = false;
    session = Session(options(), 42);
  }
  // Soon enough for a warning, or to be replaced, but not at once.
  void set_short_lifetime() {
    token.lifetime = kTokenMargin + 500_ms;
    session = Session(options(), 42);
  }
  void start() {
    started = true;
    token.begin(now);
    act([&](Effects& effects) { session.start(now, effects); });
    promises.require(token.is_asked == token.has_function, "a function is asked before anything else");
  }
  void give_token() {
    const bool was_asked = token.is_asked;
    const auto given = token.give(now);
    act([&](Effects& effects) { session.handle(given, now, effects); });
    promises.require(!was_asked || socket.is_live || is_offering(), "a token that was waited for is used at once");
  }
  void fail_token() {
    token.none_left = !token.is_there;
    act([&](Effects& effects) { session.handle(input::TokenFailed{token.request, ""}, now, effects); });
    promises.require(token.is_there ? socket.is_live : over, "an app that fails goes on with the token it has, or ends");
  }
  void answer_older_question() {
    const OperationId older{token.request.value - 1};
    act([&](Effects& effects) {
      session.handle(input::TokenGiven{older, "T-1", {}}, now, effects);
      session.handle(input::TokenFailed{older, ""}, now, effects);
      promises.require(effects.empty(), "an answer to an older question changes nothing");
    });
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
    backend::LinkUpdate update{kWatchedLink, {}, Description{type, ++wanted.description, "sdp"}, {}};
    act([&](Effects& effects) { session.send_link(update, now, effects); });
  }
  void trickle() {
    backend::LinkUpdate update{kWatchedLink, {}, {}, Ice{"u", ++wanted.ice, {}, false}};
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
  void say_expired() {
    const bool is_heard = socket.welcomed;
    const bool is_refusal = is_heard && !session.is_connected() && !is_offering();
    const bool goes_on = is_refusal && token.has_more();
    if (is_refusal) token.refuse();
    token.none_left = !goes_on;
    say(kExpired);
    promises.require(!is_heard || over != goes_on, "a refused token is the end only where there is no other");
  }
  void say_not_found() {
    const bool is_heard = socket.welcomed;
    const bool comes_back = rejoins && joined && !dropped;
    dropped = dropped || (is_heard && comes_back);
    say(kNotFound);
    promises.require(!is_heard || over != comes_back, "whoever is not found joins again if the app wants it");
  }
  void say_news(const std::string& frame) {
    if (socket.welcomed && offered) ++(session.is_connected() ? owed : queued);
    say(frame);
  }
  void say_connected(const std::string& frame, bool is_usable) {
    const bool is_answer = socket.welcomed && offered && (!joined || (dropped && is_usable));
    if (!is_answer) return say_news(frame);
    say(dropped ? kConnectedAgain : frame);
    promises.require(is_usable ? session.is_connected() : over, "`connected` decides whether it has joined");
  }
  void say_synced(const std::string& frame) {
    if (!away || dropped) return say_news(frame);
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
    const bool asks = token.has_function && token.ends_soon(now);
    promises.require(!awaited || !reachable || (asks ? token.is_asked : socket.is_live),
                     "a host that is there is dialed with a good token");
    promises.require(!awaited || reachable || !socket.is_live, "a host that is not there is left alone");
  }
  void network(input::NetworkEvent event) {
    act([&](Effects& effects) { session.handle(input::Network{event}, now, effects); });
  }
  void wake() {
    welcomed_at = token.asked_at = now;
    act([&](Effects& effects) { session.wake(now, effects); });
  }
  void pass_to(Instant then) {
    now = then;
    token.none_left = token.is_asked && !token.is_there;
    act([&](Effects& effects) { session.handle_timers(now, effects); });
    promises.require(over || !joined || !token.is_warning_due(now), "an app that holds strings is warned before each ends");
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
    require(!deadline || *deadline > now || token.is_warning_due(now), "no deadline stays behind");
    require(!over || (!deadline && !socket.is_live), "nothing is left after the end");
    require(over || deadline || !offered, "whoever has offered waits for something");
    require(over || deadline || !joined, "whoever is in the room has a deadline");
    require(over || deadline || !socket.is_live, "whoever has a socket has a deadline");
    require(!session.is_connected() || socket.welcomed, "connected needs a welcomed socket");
    require(over || !away || !socket.welcomed || now - welcomed_at < kSyncAnswerLimit, "a server that does not answer `sync` is left");
    require(over || owed == 0, "all news are told, and once");
    require(!token.is_asked || now - token.asked_at < kTokenLimit, "an app has so long for a token");
    require(!token.is_asked || (!over && !socket.is_live), "only a session without a socket waits for a token");
    if (session.is_connected()) check_told();
    going = token.none_left = false;
  }

 private:
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
};

using S = SessionSubject;
bool is_fresh(const S& s) { return !s.started && !s.over; }
bool has_link(const S& s) { return !s.wanted.closed && !s.link_is_gone; }
bool should_offer(const S& s) { return s.is_offering(); }
bool is_opening(const S& s) { return s.socket.is_live && !s.socket.is_open; }
bool has_socket(const S& s) { return s.socket.is_live; }
bool can_hear(const S& s) { return s.socket.is_open; }
bool is_welcomed(const S& s) { return s.socket.welcomed; }
bool awaits_answer(const S& s) { return s.socket.welcomed && !s.session.is_connected(); }
bool is_probed(const S& s) { return s.probe.value != 0; }
bool is_asked(const S& s) { return s.token.is_asked; }
bool has_deadline(const S& s) { return s.session.next_deadline().has_value(); }

const std::vector<Letter<S>>& SessionSubject::letters() {
  using input::NetworkEvent;
  static const std::vector<Letter<S>> kLetters = {
      {"own ICE servers", is_fresh, [](S& s) { s.set_option(&S::brings_ice_servers); }},
      {"rejoin", is_fresh, [](S& s) { s.set_option(&S::rejoins); }, true},
      {"token function", is_fresh, [](S& s) { s.set_token_function(); }, true},
      {"short tokens", is_fresh, [](S& s) { s.set_short_lifetime(); }, true},
      {"start", is_fresh, [](S& s) { s.start(); }},
      {"token", [](const S& s) { return s.started && !s.over; }, [](S& s) { s.give_token(); }},
      {"no token", is_asked, [](S& s) { s.fail_token(); }},
      {"an older token", [](const S& s) { return s.token.request.value > 1; }, [](S& s) { s.answer_older_question(); }},
      {"offer", should_offer, [](S& s) { s.offer(true); }},
      {"no offer", should_offer, [](S& s) { s.offer(false); }},
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
      {"synced without links", [](const S& s) { return s.socket.welcomed && s.joined && !s.dropped && has_link(s); },
       [](S& s) { s.say_link_is_gone(kSyncedWithoutLinks); }},
      {"thrown out", can_hear, [](S& s) { s.say_the_end(kThrownOut); }},
      {"not found", can_hear, [](S& s) { s.say_not_found(); }},
      {"expired", can_hear, [](S& s) { s.say_expired(); }},
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
  const auto join = [](std::initializer_list<Beginning> parts) {
    Beginning whole;
    for (const Beginning& part : parts) whole.insert(whole.end(), part.begin(), part.end());
    return whole;
  };
  static const Beginning kGreet = {"socket opens", "welcome"};
  static const Beginning kOffer = {"iced", "offer"};
  static const Beginning kTellLink = {"describe", "trickle"};
  static const Beginning kRedial = {"socket lost", "deadline"};
  static const Beginning kFlood = {"a flood of updates"};

  static const Beginning kAcquiring = join({{"start"}, kGreet});
  static const Beginning kConnecting = join({kAcquiring, kOffer});
  static const Beginning kInStep = join({kConnecting, {"connected"}});
  static const Beginning kProbing = join({kInStep, kRedial, kRedial});
  static const Beginning kResuming = join({kInStep, kTellLink, kRedial, kGreet});

  static const Beginning kAsking = {"token function", "start"};
  static const Beginning kAskingToConnect = join({kAsking, {"token"}, kGreet, kOffer});
  static const Beginning kAskingToResume = join({kAskingToConnect, {"connected"}, kTellLink, kRedial, kGreet});
  static const Beginning kAnother = join({{"expired", "token"}, kGreet});
  static const Beginning kRejoining = join({{"rejoin"}, kResuming, {"not found"}, kGreet});
  static const std::vector<Beginning> kBeginnings = {
      {},
      {"own ICE servers", "start", "offer"},
      kAcquiring,
      kConnecting,
      join({kConnecting, kFlood}),
      kInStep,
      kProbing,
      join({kProbing, {"no probe gets through"}}),
      kResuming,
      join({kResuming, kFlood}),
      // Tokens,
      kAsking,
      join({{"own ICE servers"}, kAsking}),
      join({kAsking, {"token"}, kGreet, {"expired"}}),
      join({kAskingToConnect, {"expired"}}),
      join({kAskingToResume, {"expired"}}),
      join({{"short tokens"}, kAskingToConnect, {"connected", "socket lost", "second"}}),
      {"short tokens", "own ICE servers", "start", "offer"},
      join({kAsking, {"token"}, kGreet, kAnother, kOffer, kAnother, {"connected"}, kRedial, kGreet, kAnother, {"synced"}, kRedial}),
      // … and joining again.
      join({{"rejoin"}, kInStep, kTellLink, {"not found"}}),
      kRejoining,
      join({kRejoining, kFlood}),
      join({kRejoining, {"connected"}, kTellLink, {"socket lost"}}),
      join({{"rejoin"}, kAskingToResume, {"not found"}, kGreet, {"expired"}}),
  };
  return kBeginnings;
}

}  // namespace

Report session_words() { return enumerate<SessionSubject>(); }

}  // namespace holdfast::words
