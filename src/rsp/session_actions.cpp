// What the rows of session_table.hpp do.
#include <utility>

#include "rsp/backoff.hpp"
#include "rsp/session_context.hpp"
#include "rsp/session_table.hpp"
#include "rsp/url.hpp"

namespace holdfast::rsp {

namespace {

using Timer = SessionTimer;

std::uint32_t random_bits(SessionContext& c) { return static_cast<std::uint32_t>(c.prng.next() >> 32); }

std::optional<std::string> room_name(const SessionContext& c) {
  if (c.options.room_name.empty()) return std::nullopt;
  return c.options.room_name;
}

// Everything the session was waiting for is settled or void.
void stop_waiting(SessionContext& c) {
  c.timers.stop_all();
  c.queue.clear();
}

// A connection that is still there has been refused.
void dial(SessionContext& c, const SessionInput& in, ClientMessage greeting, Pace pace) {
  stop_waiting(c);
  c.connection.close(close_code::kBadHandshake, in.now, in.effects);
  c.connection.dial(c.options.url, std::move(greeting), pace, in.now, in.effects);
}

Connect make_connect(SessionContext& c, const SessionInput& in) {
  if (c.was_dropped) {
    c.outgoing.forget_links();
    c.outgoing.rename_tracks();
  }
  if (in.offer != nullptr) c.outgoing.put(*in.offer);
  c.has_offered = true;
  Connect message;
  message.name = room_name(c);
  message.token = c.token.show();
  message.peer_connections = c.outgoing.take_descriptions();
  message.participant = c.outgoing.local_state();
  message.ice_servers_overridden = c.options.ice_servers_given;
  message.automatic_subscription = c.options.automatic_subscription;
  message.sdk_version = c.options.sdk_version;
  message.user_agent = c.options.user_agent;
  message.holdfast = Extension{};
  message.keeps_session = c.options.keeps_session;
  if (c.session.empty()) message.kept_session = c.options.session;
  return message;
}

Sync make_sync(SessionContext& c) {
  Sync message;
  message.session = c.session;
  message.token = c.token.show();
  message.name = room_name(c);
  message.peer_connections = c.outgoing.take_descriptions();
  message.participant = c.outgoing.local_state();
  message.holdfast.emplace(c.outgoing.extension());
  message.keeps_session = c.options.keeps_session;
  return message;
}

// Links that the news make or repair use the new servers.
backend::RoomUpdate take_in(SessionContext& c, RoomState room, bool is_complete) {
  if (!room.ice_servers.empty() && !c.options.ice_servers_given)
    c.events.push_back(backend::IceServersRenewed{std::move(room.ice_servers)});
  backend::RoomUpdate update = c.incoming.filter(std::move(room), is_complete);
  c.outgoing.forget_closed(update);
  const auto as_the_app_knows_it = [&](std::string& id) {
    const std::string& suffix = c.outgoing.id_suffix();
    if (id.ends_with(suffix)) id.resize(id.size() - suffix.size());
  };
  for (backend::Publication& publication : update.publications) as_the_app_knows_it(publication.id.value);
  for (Wish& wish : c.incoming.heard().wishes) as_the_app_knows_it(wish.track);
  return update;
}

void replay_queue(SessionContext& c) {
  for (SessionContext::News& news : std::exchange(c.queue, {}))
    c.events.push_back(backend::Updated{take_in(c, std::move(news.room), news.is_complete)});
}

void pause(SessionContext& c, Millis delay, Instant now) {
  stop_waiting(c);
  c.timers.start(Timer::kPause, now + delay);
  c.events.push_back(backend::AttemptPlanned{++c.attempt, delay});
}

void finish(SessionContext& c, const SessionInput& in, std::optional<Error> error) {
  stop_waiting(c);
  c.connection.leave(Disconnect{c.session}, in.now, in.effects);
  c.events.push_back(backend::Ended{std::move(error)});
}

// A session begins.
void enter(SessionContext& c, const SessionInput& in) {
  c.timers.stop_all();
  c.token.was_refused = false;
  c.session = in.connected->session;
  c.speaks_holdfast = in.room->holdfast.has_value();
  c.incoming.set_own_sid(in.room->participant->sid);
}

void be_in_step(SessionContext& c) {
  c.attempt = 0;
  c.failed_dials = 0;
}

}  // namespace

// ---- guards -----------------------------------------------------------------------------------------------------------------------

bool SessionTable::has_no_token(const Context& c, const Input&) { return c.token.renewable && c.token.text.empty(); }
// A function that is asked for another, and gives one that the server calls expired as well, has failed.
bool SessionTable::can_renew_token(const Context& c, const Input& in) {
  return in.error.code == code::kAccessTokenExpired && c.token.renewable && !c.token.was_refused;
}
bool SessionTable::has_another_token(const Context& c, const Input& in) {
  return in.error.code == code::kAccessTokenExpired && !c.token.is_shown;
}
bool SessionTable::should_renew_token(const Context& c, const Input& in) { return c.token.should_be_renewed(in.now); }
bool SessionTable::is_joined(const Context& c, const Input&) { return !c.session.empty(); }
bool SessionTable::has_offered(const Context& c, const Input&) { return c.has_offered; }
bool SessionTable::has_ice_servers(const Context& c, const Input&) { return c.options.ice_servers_given; }
bool SessionTable::has_connection(const Context& c, const Input&) { return c.connection.is_open(); }
bool SessionTable::is_usable(const Context&, const Input& in) {
  return !in.connected->session.empty() && !in.connected->sid.empty() && in.room->participant && !in.room->participant->sid.empty();
}
bool SessionTable::is_queue_full(const Context& c, const Input&) { return c.queue.size() >= kQueueLimit; }
// Also where a token is to be made first: an app that cannot be online yet would fail.
bool SessionTable::should_probe(const Context& c, const Input& in) {
  return (c.failed_dials > 0 || should_renew_token(c, in)) && c.unanswered_probes < kProbesBeforeDial;
}

// Only where the server does not know us: whoever was thrown out stays out.
bool SessionTable::should_rejoin(const Context& c, const Input& in) {
  return c.options.rejoins && in.error.code == code::kParticipantNotFound && !c.was_dropped;
}
bool SessionTable::was_asked_to_sync(const Context& c, const Input&) { return !c.was_dropped; }
bool SessionTable::is_let_in_again(const Context& c, const Input& in) { return c.was_dropped && is_usable(c, in); }

// ---- the first connection ---------------------------------------------------------------------------------------------------------

void SessionTable::request_token(Context& c, const Input& in) {
  stop_waiting(c);
  c.timers.start(Timer::kToken, in.now + kTokenLimit);
  ++c.token.request.value;
  in.effects.push_back(effect::RequestToken{c.token.request});
}

// Not with 1000 and no `disconnect`: the session lives on.
void SessionTable::replace_token(Context& c, const Input& in) {
  c.connection.close(close_code::kBadHandshake, in.now, in.effects);
  c.token.text.clear();
  c.token.was_refused = true;
  request_token(c, in);
}

// A promise of the browser that never settles must not keep connect() waiting for ever.
void SessionTable::ask_for_offer(Context& c, const Input& in) {
  stop_waiting(c);
  await_answer(c, in);
  c.events.push_back(backend::IceServersReady{});
}

void SessionTable::request_ice(Context& c, const Input& in) { dial(c, in, IceRequest{c.token.show()}, kPatient); }

void SessionTable::await_answer(Context& c, const Input& in) { c.timers.start(Timer::kAnswer, in.now + c.answer_limit()); }

void SessionTable::pass_ice_servers(Context& c, const Input& in) {
  c.token.was_refused = false;
  await_answer(c, in);
  c.events.push_back(backend::IceServersReady{std::move(*in.ice_servers)});
}

void SessionTable::send_connect(Context& c, const Input& in) {
  c.connection.send(make_connect(c, in), in.now, in.effects);
  await_answer(c, in);
}

void SessionTable::dial_connect(Context& c, const Input& in) { dial(c, in, make_connect(c, in), kPatient); }

void SessionTable::join(Context& c, const Input& in) {
  enter(c, in);
  const Connected& connected = *in.connected;
  backend::Joined joined;
  joined.room_sid = connected.sid;
  joined.room_name = connected.name.empty() ? connected.sid.value : connected.name;
  joined.participant_sid = in.room->participant->sid;
  joined.identity = in.room->participant->identity;
  joined.signaling_region = connected.signaling_region;
  joined.session_timeout = connected.session_timeout_s > 0 ? connected.session_timeout_s * 1_s : kDefaultSessionTimeout;
  joined.update = take_in(c, std::move(*in.room), false);
  if (c.options.rejoins) c.options.room_name = joined.room_name;  // a room without a name is joined again by its SID
  c.events.push_back(std::move(joined));
  replay_queue(c);
}

// ---- news -------------------------------------------------------------------------------------------------------------------------

void SessionTable::queue(Context& c, const Input& in) { c.queue.push_back({std::move(*in.room), in.is_complete}); }

void SessionTable::apply(Context& c, const Input& in) {
  c.events.push_back(backend::Updated{take_in(c, std::move(*in.room), in.is_complete)});
}

// ---- coming back ------------------------------------------------------------------------------------------------------------------

void SessionTable::lose(Context& c, const Input& in) {
  c.events.push_back(backend::SignalingLost{});
  pause(c, backoff_delay(c.failed_dials, random_bits(c)), in.now);
}

void SessionTable::probe(Context& c, const Input& in) {
  stop_waiting(c);
  c.timers.start(Timer::kProbe, in.now + kProbeLimit);
  ++c.probe.value;
  in.effects.push_back(effect::Probe{c.probe, http_url(c.options.url)});
}

void SessionTable::pause_probing(Context& c, const Input& in) {
  ++c.unanswered_probes;
  pause(c, full_jitter(kProbePause, random_bits(c)), in.now);
}

void SessionTable::dial_again(Context& c, const Input& in) {
  c.unanswered_probes = 0;
  dial(c, in, c.was_dropped ? ClientMessage(make_connect(c, in)) : make_sync(c), kBrisk);
}

void SessionTable::restore(Context& c, const Input& in) {
  c.timers.stop_all();
  c.token.was_refused = false;
  be_in_step(c);
  c.speaks_holdfast = in.room->holdfast.has_value();
  c.events.push_back(backend::SignalingRestored{take_in(c, std::move(*in.room), true), {}, {}, {}});
  replay_queue(c);
}

// Another session: nothing of the old links and revisions counts in it. What is published is wanted as before.
void SessionTable::rejoin(Context& c, const Input& in) {
  c.was_dropped = true;
  dial_again(c, in);
}

// Dropped while this page slept or was cut off: the news of it came late.
void SessionTable::lose_place(Context& c, const Input& in) {
  c.connection.close(close_code::kBadHandshake, in.now, in.effects);
  c.was_dropped = true;
  lose(c, in);
}

void SessionTable::join_again(Context& c, const Input& in) {
  c.incoming = Incoming{};
  c.outgoing.forget_links();
  c.was_dropped = false;
  enter(c, in);
  be_in_step(c);
  backend::SignalingRestored restored{{}, in.connected->sid, in.room->participant->sid, c.outgoing.id_suffix()};
  restored.update = take_in(c, std::move(*in.room), true);
  restored.update.links_complete = true;  // though the server may list none
  c.events.push_back(std::move(restored));
  replay_queue(c);
}

void SessionTable::retry(Context& c, const Input& in) {
  c.token.was_refused = false;
  ++c.failed_dials;
  pause(c, backoff_delay(c.failed_dials, random_bits(c)), in.now);
}

void SessionTable::drop_unanswered(Context& c, const Input& in) {
  c.connection.close(close_code::kUnanswered, in.now, in.effects);
  retry(c, in);
}

void SessionTable::drop_flooding(Context& c, const Input& in) {
  c.connection.close(close_code::kBadHandshake, in.now, in.effects);
  retry(c, in);
}

// ---- the end ----------------------------------------------------------------------------------------------------------------------

void SessionTable::end(Context& c, const Input& in) { finish(c, in, in.error); }
void SessionTable::end_unanswered(Context& c, const Input& in) {
  finish(c, in, Error{code::kSignalingConnection, "The server did not answer in time"});
}
void SessionTable::end_without_offer(Context& c, const Input& in) {
  finish(c, in, Error{code::kClientLocalDescription, "The browser did not make an offer in time"});
}
void SessionTable::end_expired(Context& c, const Input& in) { finish(c, in, Error{code::kAccessTokenExpired, in.error.message}); }
void SessionTable::end_invalid(Context& c, const Input& in) { finish(c, in, Error{code::kSignalingIncomingInvalid, {}}); }

void SessionTable::leave(Context& c, const Input& in) {
  finish(c, in, std::nullopt);
  if (in.page_is_going) say_by_beacon(c, in.effects);
}

void say_by_beacon(const SessionContext& c, Effects& effects) {
  if (c.speaks_holdfast) effects.push_back(effect::Beacon{leave_url(c.options.url), c.session});
}

}  // namespace holdfast::rsp
