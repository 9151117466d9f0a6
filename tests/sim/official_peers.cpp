#include "official_peers.hpp"

#include <algorithm>
#include <utility>

#include "base/uuid.hpp"

namespace holdfast::sim::official {

namespace {

using Summary = Peers::Summary;

Summary rank(input::IceConnectionState state) {
  constexpr Summary kRanks[] = {Summary::kNew,          Summary::kChecking, Summary::kConnected, Summary::kCompleted,
                                Summary::kDisconnected, Summary::kFailed,   Summary::kClosed};
  return kRanks[static_cast<std::size_t>(state)];
}

Summary rank(input::ConnectionState state) {
  constexpr Summary kRanks[] = {Summary::kNew,          Summary::kConnecting, Summary::kConnected,
                                Summary::kDisconnected, Summary::kFailed,     Summary::kClosed};
  return kRanks[static_cast<std::size_t>(state)];
}

template <class StateOf>
Summary summarize(const std::vector<std::unique_ptr<Peer>>& peers, StateOf state_of) {
  if (peers.empty()) return Summary::kNew;
  Summary best = Summary::kClosed;
  for (const auto& peer : peers) best = std::max(best, rank(state_of(*peer)));
  return best;
}

backend::IceServer ice_server_of(const json& server) {
  backend::IceServer result{{}, text(server, "username"), text(server, "credential")};
  if (const json* urls = array(server, "urls")) {
    for (const json& url : *urls)
      if (url.is_string()) result.urls.push_back(url);
  } else {
    result.urls.push_back(text(server, "urls"));
  }
  return result;
}

bool has(const std::vector<backend::LocalTrack>& tracks, const SignaledId& id) {
  return std::any_of(tracks.begin(), tracks.end(), [&](const backend::LocalTrack& track) { return track.id == id; });
}

}  // namespace

Peers::Peers(Runtime& runtime, Owner& owner, bool applies_offers_late)
    : runtime_(runtime), owner_(owner), applies_offers_late_(applies_offers_late) {}

void Peers::set_ice_servers(const json& ice_servers) {
  ice_servers_.clear();
  for (const json& server : ice_servers) ice_servers_.push_back(ice_server_of(server));
}

void Peers::set_session_timeout(Millis timeout) {
  session_timeout_ = timeout;
  for (const auto& peer : peers_) peer->set_session_timeout(timeout);
}

void Peers::create_and_offer(std::function<void()> done) { get_or_create(make_uuid(runtime_.random)).offer(std::move(done)); }

Peer& Peers::get_or_create(const std::string& id) {
  if (Peer* known = find(id)) return *known;
  Peer::Options options{id, PeerId{++last_peer_}, applies_offers_late_, session_timeout_};
  peers_.push_back(std::make_unique<Peer>(runtime_, *this, std::move(options), ice_servers_));
  Peer& peer = *peers_.back();
  for (const bool data : {true, false})
    for (const backend::LocalTrack& track : tracks_)
      if ((track.kind == backend::TrackKind::kData) == data) peer.add(track);
  on_ice_state();
  return peer;
}

void Peers::set_tracks(const std::vector<backend::LocalTrack>& tracks) {
  const std::vector<backend::LocalTrack> before = std::exchange(tracks_, tracks);
  bool media_changed = false;
  bool data_added = false;
  for (const backend::LocalTrack& track : before) media_changed |= track.kind != backend::TrackKind::kData && !has(tracks, track.id);
  for (const backend::LocalTrack& track : tracks) {
    if (has(before, track.id)) continue;
    (track.kind == backend::TrackKind::kData ? data_added : media_changed) = true;
  }
  for (std::size_t i = 0; i < peers_.size(); ++i) {
    Peer& peer = *peers_[i];
    for (const backend::LocalTrack& track : before)
      if (!has(tracks, track.id)) peer.remove(track.id);
    for (const backend::LocalTrack& track : tracks)
      if (!has(before, track.id)) peer.add(track);
    if (media_changed || (data_added && !peer.has_application_section())) peer.offer();
  }
}

// ---- what the server says ---------------------------------------------------------------------------------------------------------------

void Peers::update(const json& entries, bool is_synced) {
  if (is_synced) {
    std::vector<Peer*> absent;
    for (const auto& peer : peers_) {
      const bool is_listed =
          std::any_of(entries.begin(), entries.end(), [&](const json& entry) { return text(entry, "id") == peer->id(); });
      if (!is_listed) absent.push_back(peer.get());
    }
    for (Peer* peer : absent) {
      closed_by_server_.insert(peer->id());
      peer->close_silently();
    }
  }
  runtime_.soon([this, entries] {
    for (const json& entry : entries) update_entry(entry);
  });
}

void Peers::update_entry(const json& entry) {
  const std::string id = text(entry, "id");
  const json* description = member(entry, "description");
  const std::string type = description == nullptr ? "" : text(*description, "type");
  if (id.empty()) return runtime_.complain("a peer connection without an id");
  if (description != nullptr && !number(*description, "revision")) runtime_.complain("a description without a revision");
  if (type == "close")
    closed_by_server_.insert(id);
  else if (description != nullptr && closed_by_server_.count(id) > 0)
    runtime_.complain("the id of a closed peer connection is used again: ignored for ever");
  if (closed_ids_.count(id) > 0) return;
  if (find(id) == nullptr && description == nullptr && member(entry, "ice") == nullptr)
    runtime_.complain("a bare id makes a peer connection that stays new for ever");
  get_or_create(id).update(entry);
}

void Peers::close() {
  while (!peers_.empty()) peers_.back()->close();
}

json Peers::states() const {
  json states = json::array();
  for (const auto& peer : peers_) {
    json state = peer->state();
    if (!state.is_null()) states.push_back(std::move(state));
  }
  return states;
}

// ---- what the peer connections say ------------------------------------------------------------------------------------------------------

void Peers::on_closed(Peer& peer) {
  closed_ids_.insert(peer.id());
  drop(peer);
  on_connection_state();
  on_ice_state();
}

void Peers::drop(Peer& peer) {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) { return each.get() == &peer; });
  closed_.push_back(std::move(*found));
  peers_.erase(found);
}

// The constructor threw: there never was such a connection.
void Peers::handle(const input::PeerOperationFailed& failure) {
  Peer* peer = find(failure.peer);
  if (peer == nullptr) return;
  if (failure.op.value != 0) {
    peer->handle(failure);
    return;
  }
  drop(*peer);
  on_connection_state();
  on_ice_state();
}

void Peers::on_ice_state() {
  const Summary before = std::exchange(ice_summary_, summarize(peers_, [](const Peer& peer) { return peer.ice_state(); }));
  if (before != ice_summary_) owner_.on_summary_changed();
}

void Peers::on_connection_state() {
  const Summary before = std::exchange(connection_summary_, summarize(peers_, [](const Peer& peer) { return peer.connection_state(); }));
  if (before != connection_summary_) owner_.on_connection_summary_changed();
}

const Receiver* Peers::find_receiver(const std::string& id) const {
  for (const auto& peer : peers_)
    for (const Receiver& receiver : peer->receivers())
      if (receiver.id == id) return &receiver;
  return nullptr;
}

Peer* Peers::find(PeerId peer) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) { return each->peer() == peer; });
  return found == peers_.end() ? nullptr : found->get();
}

Peer* Peers::find(const std::string& id) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const auto& each) { return each->id() == id; });
  return found == peers_.end() ? nullptr : found->get();
}

}  // namespace holdfast::sim::official
