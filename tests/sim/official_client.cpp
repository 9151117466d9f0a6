#include "official_client.hpp"

#include <utility>
#include <variant>
#include <vector>

#include "official_peers.hpp"
#include "official_room.hpp"
#include "official_runtime.hpp"
#include "official_session.hpp"

namespace holdfast::sim {

using official::json;
using official::Peers;
using official::Receiver;
using official::RoomState;
using official::Session;
using official::Timeout;

namespace {

constexpr int kSignalingDisconnected = 53001;
constexpr int kMessageInvalid = 53003;
constexpr int kLocalDescription = 53400;
constexpr int kMediaConnection = 53405;
constexpr Millis kDefaultSessionTimeout = 30_s;

}  // namespace

// connect() and the Room together: what the parts say to one another.
struct OfficialClient::Impl final : Session::Owner, Peers::Owner {
  Impl(std::uint64_t seed, Options options)
      : runtime(seed),
        local(runtime),
        peers(runtime, *this, options.applies_offers_late),
        roster(runtime, peers),
        publish_timer(runtime, 0_ms, [this] { publish({}); }),
        renegotiate_timer(runtime, 0_ms, [this] { peers.set_tracks(local.tracks()); }),
        room_timer(runtime, 0_ms, [this] { update_room(); }) {}

  official::Runtime runtime;
  official::LocalParticipant local;
  Peers peers;
  official::Roster roster;
  std::optional<Session> session;
  std::optional<RoomState> room;       // from `connected` on
  bool has_failed = false;             // connect() has
  std::optional<int> failure;          // with this error
  bool has_offered = false;            // the first offer is there
  std::vector<json> early_candidates;  // before there was a Room
  std::vector<Input> early_commands;   // the app has nothing to give them to before connect() resolves
  std::string own_sid;
  std::string own_identity;
  Timeout publish_timer, renegotiate_timer, room_timer;  // several calls of the app in one task give one update

  bool is_over() const { return has_failed || (room && room->state() == RoomState::State::kDisconnected); }

  // ---- the app --------------------------------------------------------------------------------------------------------------------

  void on(const input::Connect& connect) {
    if (session) return;
    for (const backend::LocalTrack& track : connect.tracks) local.add(track);
    peers.set_tracks(local.tracks());
    session.emplace(runtime, *this, connect);
    session->start();
  }
  void on(const input::Disconnect&) {
    if (room)
      room->disconnect(std::nullopt);
    else if (session)
      fail(std::nullopt);  // connect() is canceled
  }
  void on(const input::Publish& input) {
    if (!wait_for_room(input)) tracks_changed(local.add(input.track));
  }
  void on(const input::Unpublish& input) {
    if (!wait_for_room(input)) tracks_changed(local.remove(input.id));
  }
  void on(const input::SetTrackEnabled& input) {
    if (!wait_for_room(input) && local.set_enabled(input.id, input.enabled)) publish_timer.reset();
  }
  void on(const input::SetTrackPriority& input) {
    if (!wait_for_room(input) && local.set_priority(input.id, input.priority)) publish_timer.reset();
  }
  bool wait_for_room(const Input& command) {
    if (!room) early_commands.push_back(command);
    return !room;
  }
  void tracks_changed(bool changed) {
    if (!changed) return;
    renegotiate_timer.reset();
    publish_timer.reset();
  }

  // ---- the outside ----------------------------------------------------------------------------------------------------------------

  void on(const input::SocketOpened& input) { to_session(input); }
  void on(const input::SocketText& input) { to_session(input); }
  void on(const input::SocketClosed& input) { to_session(input); }
  void on(const input::Network& input) { to_session(input); }
  template <class SessionInput>
  void to_session(const SessionInput& input) {
    if (session) session->handle(input);
  }
  void on(const input::ProbeAnswered&) {}
  void on(const input::Describe&) {}  // what only apps of ours can say
  void on(const input::WishTrack&) {}
  void on(const input::ReconnectNow&) {}
  void on(const input::TokenGiven&) {}
  void on(const input::TokenFailed&) {}
  void on(const input::Page&) {}  // it does nothing of itself (docs/protocol.md 15)
  void on(const input::Tick&) { runtime.run_timeouts(); }
  void on(const input::PeerOperationFailed& input) {
    if (!has_offered) return fail(input.op.value == 0 ? kMediaConnection : kLocalDescription);
    peers.handle(input);
  }
  template <class PeerInput>
  void on(const PeerInput& input) {
    peers.handle(input);
  }

  // connect() rejects.
  void fail(std::optional<int> error) {
    if (has_failed || room) return;
    has_failed = true;
    failure = error;
    session->disconnect(error);
    peers.close();
  }

  // ---- signaling ------------------------------------------------------------------------------------------------------------------

  json participant_state() override { return local.state(); }
  json peer_states() override { return peers.states(); }

  void on_ice_servers(const json& ice_servers) override {
    peers.set_ice_servers(ice_servers);
    peers.create_and_offer([this] {
      has_offered = true;
      session->send_connect();
    });
  }

  void on_connected(const json& message) override {
    const json* options = official::member(message, "options");
    const json* participant = official::member(message, "participant");
    if (participant == nullptr) {
      runtime.complain("connected without participant: connect() rejects");
      return fail(kMessageInvalid);
    }
    own_sid = official::text(*participant, "sid");
    own_identity = official::text(*participant, "identity");
    if (own_sid.empty() || own_identity.empty()) runtime.complain("connected without participant.sid and identity");
    if (official::text(message, "sid").empty() || official::text(message, "name").empty())
      runtime.complain("connected without sid or name");
    const std::optional<std::int64_t> seconds = official::number(*options, "session_timeout");
    const Millis session_timeout = seconds ? 1000 * Millis{*seconds} : kDefaultSessionTimeout;
    peers.set_session_timeout(session_timeout);
    room.emplace(runtime, session_timeout, [this](std::optional<int> error) { on_room_disconnected(error); });
    for (json& candidates : std::exchange(early_candidates, {})) publish({std::move(candidates)});
    on_message(message);
    for (const Input& command : std::exchange(early_commands, {})) std::visit([this](const auto& input) { on(input); }, command);
    room_timer.start();
  }

  // In the order of docs/protocol.md 4.5.
  void on_message(const json& message) override {
    roster.update(message, own_sid);
    if (const json* entries = official::array(message, "peer_connections"))
      peers.update(*entries, official::text(message, "type") == "synced");
    if (const json* published = official::member(message, "published")) tracks_changed(local.update(*published));
    if (const json* participant = official::member(message, "participant"))
      if (official::text(*participant, "sid") != own_sid) runtime.complain("another sid of the participant itself is ignored");
  }

  void on_session_state(Session::State state, std::optional<int> error) override {
    if (state == Session::State::kDisconnected) {
      if (room)
        room->disconnect(error);
      else if (!has_failed)
        fail_disconnected(error);
    }
    update_room();
  }
  void fail_disconnected(std::optional<int> error) {
    has_failed = true;
    failure = error ? error : kSignalingDisconnected;
    peers.close();
  }

  // ---- the Room -------------------------------------------------------------------------------------------------------------------

  void update_room() {
    if (room) room->update(session->state() == Session::State::kSyncing, peers.ice_summary());
  }
  void on_room_disconnected(std::optional<int> error) {
    session->disconnect(error);
    peers.close();
  }

  // ---- peer connections -----------------------------------------------------------------------------------------------------------

  void publish(std::vector<json> peer_states) {
    json update = {{"participant", local.state()}};
    if (!peer_states.empty()) update["peer_connections"] = std::move(peer_states);
    session->publish(std::move(update));
  }
  void on_local_peer_state(const json& peer_state) override {
    if (room)
      publish({peer_state});
    else if (official::member(peer_state, "ice") != nullptr)  // the first offer travels in `connect`
      early_candidates.push_back(peer_state);
  }
  void on_peer_receiver(const Receiver& receiver) override { roster.on_receiver(receiver); }
  void on_summary_changed() override { update_room(); }
  void on_connection_summary_changed() override {
    if (room) room->check_dtls(peers.connection_summary(), peers.ice_summary());
  }
};

OfficialClient::OfficialClient(std::uint64_t seed, Options options) : impl_(std::make_unique<Impl>(seed, options)) {}
OfficialClient::~OfficialClient() = default;

Batch OfficialClient::handle(const Input& input, Instant now) {
  official::Runtime& runtime = impl_->runtime;
  runtime.now = later(runtime.now, now);
  if (is_over()) return {};
  std::visit([this](const auto& what) { impl_->on(what); }, input);
  runtime.run_reactions();
  impl_->peers.forget_closed();
  if (is_over()) runtime.clear_timeouts();
  return {std::exchange(runtime.effects, {}), runtime.next_deadline()};
}

bool OfficialClient::is_over() const { return impl_->is_over(); }
const std::string& OfficialClient::complaint() const { return impl_->runtime.complaint; }
const std::string& OfficialClient::defect() const { return impl_->runtime.defect; }

OfficialClient::State OfficialClient::state() const {
  if (is_over()) return State::kDisconnected;
  if (!impl_->room) return State::kConnecting;
  return impl_->room->state() == RoomState::State::kReconnecting ? State::kReconnecting : State::kConnected;
}

std::optional<int> OfficialClient::reason() const { return impl_->room ? impl_->room->error() : impl_->failure; }
int OfficialClient::reconnecting_count() const { return impl_->room ? impl_->room->reconnecting_count() : 0; }
std::string OfficialClient::participant_sid() const { return impl_->own_sid; }
const std::map<std::string, OfficialClient::Remote>& OfficialClient::participants() const { return impl_->roster.participants(); }
const std::map<std::string, OfficialClient::Publication>& OfficialClient::publications() const { return impl_->local.publications(); }

}  // namespace holdfast::sim
