#include "official_peer.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::sim::official {

namespace {

using LocalType = effect::LocalDescriptionType;

bool contains(const std::vector<std::int64_t>& revisions, std::int64_t revision) {
  return std::find(revisions.begin(), revisions.end(), revision) != revisions.end();
}

}  // namespace

Peer::Peer(Runtime& runtime, Owner& owner, Options options, const std::vector<backend::IceServer>& ice_servers)
    : runtime_(runtime),
      owner_(owner),
      options_(std::move(options)),
      poll_(runtime, 1_s, [this] { poll_activity(); }),
      gathering_timeout_(runtime, 15_s, [this] { on_gathering_timeout(); }),
      reconnect_timeout_(runtime, options_.session_timeout, [this] { close(); }),
      restart_backoff_(runtime, 1, 1.1, 30000) {
  runtime_.perform(effect::CreatePeer{peer(), ice_servers});
}

// ---- tracks -----------------------------------------------------------------------------------------------------------------------------

// addTransceiver, which never matches an offered section, or one that a negotiation has left idle.
void Peer::add(const backend::LocalTrack& track) {
  if (track.kind == backend::TrackKind::kData) {
    ++channel_count_;
    return runtime_.perform(effect::AddDataChannel{peer(), track.id, track.id.value});
  }
  const auto idle = std::find_if(recycled_.begin(), recycled_.end(), [&](const auto& candidate) { return candidate.kind == track.kind; });
  Sender sender{track.id, track.kind, {}};
  if (idle != recycled_.end()) {
    sender.recycled_mid = idle->mid;
    recycled_.erase(idle);
  }
  runtime_.perform(effect::AddTrack{peer(), track.id, sender.recycled_mid});
  senders_.push_back(std::move(sender));
}

void Peer::remove(const SignaledId& id) {
  const auto sender = std::find_if(senders_.begin(), senders_.end(), [&](const Sender& each) { return each.id == id; });
  if (sender == senders_.end()) {
    --channel_count_;
    return runtime_.perform(effect::RemoveDataChannel{peer(), id});
  }
  senders_.erase(sender);
  runtime_.perform(effect::RemoveTrack{peer(), id});
}

bool Peer::has_application_section() const {
  const auto& view = pending_local_ ? pending_local_ : current_local_;
  return view && view->has_application;
}

// ---- the lock ---------------------------------------------------------------------------------------------------------------------------

void Peer::take_lock(Then locked) {
  if (is_locked_) return waiting_for_lock_.push_back(std::move(locked));
  is_locked_ = true;
  locked();
}

void Peer::release_lock() {
  is_locked_ = false;
  if (waiting_for_lock_.empty()) return;
  const Then next = std::move(waiting_for_lock_.front());
  waiting_for_lock_.pop_front();
  take_lock(next);
}

// ---- offers and answers -----------------------------------------------------------------------------------------------------------------

void Peer::offer(Then done) {
  if (needs_answer_ || is_restarting_ice_) {
    should_offer_ = true;
    return;
  }
  take_lock([this, done = std::move(done)] {
    if (is_closed_ || needs_answer_ || is_restarting_ice_) return release_lock();
    make_offer([this, done] {
      release_lock();
      done();
    });
  });
}

void Peer::make_offer(Then then) {
  needs_answer_ = true;
  should_offer_ = false;
  const bool restarts = std::exchange(should_restart_ice_, false);
  if (restarts) is_restarting_ice_ = true;
  set_local(LocalType::kOffer, restarts, std::move(then));
}

void Peer::answer(const Description& offer, std::function<void(bool)> then) {
  set_remote(offer, [this, offer, then = std::move(then)] {
    set_local(LocalType::kAnswer, false, [this, offer, then] {
      check_ice_box(offer.sdp);
      process_queued([this, then] { maybe_offer_again(then); });
    });
  });
}

// Symmetric: without an arbiter two of these loop for ever (docs/protocol.md 7.8).
void Peer::resolve_glare(const Description& offer, Then then) {
  if (std::exchange(is_restarting_ice_, false)) should_restart_ice_ = true;
  set_local(LocalType::kRollback, false, [this, offer, then = std::move(then)] {
    needs_answer_ = false;
    answer(offer, [this, then](bool offered_again) {
      if (offered_again)
        then();
      else
        make_offer(then);
    });
  });
}

void Peer::update(const json& entry) {
  const json* description = member(entry, "description");
  const json* ice = member(entry, "ice");
  take_lock([this, description = description ? *description : json(), ice = ice ? *ice : json()] {
    if (is_closed_) return release_lock();
    if (!ice.is_null()) update_ice(ice);
    if (description.is_null()) return release_lock();
    const Description read{text(description, "type"), number(description, "revision").value_or(0), text(description, "sdp")};
    update_description(read, [this] { release_lock(); });
  });
}

void Peer::update_description(const Description& description, Then then) {
  if (description.type == "answer" || description.type == "pranswer") return take_answer(description, std::move(then));
  if (description.type == "offer") return take_offer(description, std::move(then));
  if (description.type == "create-offer") return take_create_offer(description, std::move(then));
  if (description.type == "close")
    close_silently();
  else
    runtime_.complain("a description of unknown type '" + description.type + "'");
  then();
}

void Peer::take_answer(const Description& description, Then then) {
  if (!contains(offered_, description.revision)) {
    const std::string what = "an answer to revision " + std::to_string(description.revision) + ", which was never offered";
    // Asked by a restarted server while it answers an offer, it reports its own last one under that revision: both then seem to offer.
    if (contains(heard_offers_, description.revision))
      runtime_.admit(what);
    else
      runtime_.complain(what);
  }
  if (description.revision != revision_ || signaling_ != Signaling::kHaveLocalOffer) return then();
  set_remote(description, [this, description, then = std::move(then)] {
    stable_revision_ = description.revision;
    needs_answer_ = false;
    check_ice_box(description.sdp);
    process_queued([this, then] { maybe_offer_again([then](bool) { then(); }); });
  });
}

void Peer::take_create_offer(const Description& description, Then then) {
  const bool is_repeated = contains(heard_create_offers_, description.revision);
  heard_create_offers_.push_back(description.revision);
  if (description.revision <= stable_revision_) {
    if (!is_repeated)
      runtime_.complain("create-offer " + std::to_string(description.revision) + " is ignored, it is not above the stable one");
    return then();
  }
  if (needs_answer_) {
    queued_ = description;
    return then();
  }
  revision_ = description.revision;
  make_offer(std::move(then));
}

void Peer::take_offer(const Description& description, Then then) {
  const bool is_repeated = contains(heard_offers_, description.revision);
  heard_offers_.push_back(description.revision);
  if (description.revision <= stable_revision_) {
    if (!is_repeated) runtime_.complain("offer " + std::to_string(description.revision) + " is ignored, it is not above the stable one");
    return then();
  }
  if (signaling_ == Signaling::kHaveLocalOffer && needs_answer_ && stable_revision_ == 0) {
    // Only a restarted server cannot know better, and it does not leave it at that (docs/protocol.md 20.3).
    runtime_.admit("an offer while the first one of ours is open waits for its answer");
    queued_ = description;
    return then();
  }
  const bool is_glare = signaling_ == Signaling::kHaveLocalOffer;
  revision_ = description.revision;
  if (is_glare)
    resolve_glare(description, std::move(then));
  else
    answer(description, [then = std::move(then)](bool) { then(); });
}

// If the queued one has to be queued once more, it is lost.
void Peer::process_queued(Then then) {
  if (!queued_) return then();
  update_description(Description(*queued_), [this, then = std::move(then)] {
    queued_.reset();
    then();
  });
}

// If something asked for it, or if fewer sections send than there are tracks to send.
void Peer::maybe_offer_again(std::function<void(bool)> then) {
  if (is_closed_) return;
  const auto& view = pending_local_ ? pending_local_ : current_local_;
  bool should = should_offer_;
  if (view) {
    const auto count = [this](backend::TrackKind kind) {
      return std::count_if(senders_.begin(), senders_.end(), [kind](const Sender& sender) { return sender.kind == kind; });
    };
    should = should || view->sending_audio < count(backend::TrackKind::kAudio) || view->sending_video < count(backend::TrackKind::kVideo) ||
             (channel_count_ > 0 && !view->has_application);
  }
  if (!should) return then(false);
  make_offer([then = std::move(then)] { then(true); });
}

// ---- the browser ------------------------------------------------------------------------------------------------------------------------

void Peer::set_local(LocalType type, bool ice_restart, Then then) {
  if (type == LocalType::kOffer && signaling_ == Signaling::kHaveRemoteOffer) return release_lock();  // InvalidStateError
  operation_ = Operation{runtime_.next_operation(), type, std::move(then)};
  runtime_.perform(effect::SetLocalDescription{peer(), operation_->id, type, ice_restart, type == LocalType::kOffer});
}

void Peer::set_remote(const Description& description, Then then) {
  const bool is_offer = description.type == "offer";
  for (const peer::sdp::Section& section : peer::sdp::sections(description.sdp))
    if (!section.track.empty()) media_ids_[section.mid] = section.track.value;  // `track` events come before the promise
  operation_ = Operation{runtime_.next_operation(), {}, [this, is_offer, then = std::move(then)] {
                           if (is_offer) {
                             signaling_ = Signaling::kHaveRemoteOffer;
                           } else {
                             signaling_ = Signaling::kStable;
                             is_restarting_ice_ = false;
                             current_local_ = std::exchange(pending_local_, std::nullopt);
                             if (options_.applies_offers_late && current_local_) gather(current_local_->ufrag);
                             negotiation_completed();
                           }
                           then();
                         }};
  runtime_.perform(effect::SetRemoteDescription{
      peer(), operation_->id, is_offer ? backend::DescriptionType::kOffer : backend::DescriptionType::kAnswer, description.sdp});
}

void Peer::handle(const input::LocalDescriptionSet& report) {
  if (!operation_ || operation_->id != report.op) return;
  const Operation done = *std::exchange(operation_, std::nullopt);
  local_set(report, done.local);
  if (!is_closed_) done.then();
}

void Peer::handle(const input::RemoteDescriptionSet& report) {
  if (!operation_ || operation_->id != report.op) return;
  const Operation done = *std::exchange(operation_, std::nullopt);
  done.then();
}

// The rest of the chain is not done; the connection stays where it is (docs/protocol.md 7.3).
bool Peer::handle(const input::PeerOperationFailed& report) {
  if (!operation_ || operation_->id != report.op) return false;
  operation_.reset();
  runtime_.admit("a description failed: its connection stays where it is");
  release_lock();
  return true;
}

void Peer::local_set(const input::LocalDescriptionSet& report, LocalType type) {
  if (type == LocalType::kRollback) {
    signaling_ = Signaling::kStable;
    pending_local_.reset();
    return;
  }
  const std::vector<peer::sdp::Section> sections = peer::sdp::sections(report.sdp);
  LocalView view{std::string(peer::sdp::ice_ufrag(report.sdp)), 0, 0, peer::sdp::has_application(sections)};
  for (const peer::sdp::Section& section : sections) {
    if (section.sends && section.kind == peer::sdp::SectionKind::kAudio) ++view.sending_audio;
    if (section.sends && section.kind == peer::sdp::SectionKind::kVideo) ++view.sending_video;
  }
  std::vector<peer::sdp::Slot> slots;
  for (const input::Transceiver& transceiver : report.transceivers) {
    const peer::sdp::Section* section = peer::sdp::find(sections, transceiver.mid);
    if (section != nullptr) slots.push_back({transceiver.mid, transceiver.kind, transceiver.id, section->sends});
  }
  transceivers_ = report.transceivers;
  local_candidates_ = json::array();
  local_ufrag_ = view.ufrag;
  if (type == LocalType::kOffer) {
    signaling_ = Signaling::kHaveLocalOffer;
    pending_local_ = view;
    offered_.push_back(++revision_);
    if (!options_.applies_offers_late) gather(view.ufrag);
  } else {
    signaling_ = Signaling::kStable;
    current_local_ = view;
    stable_revision_ = revision_;
    gather(view.ufrag);
    negotiation_completed();
  }
  const char* const name = type == LocalType::kOffer ? "offer" : "answer";
  local_ = Description{name, 0, peer::sdp::with_tracks(report.sdp, slots)};
  owner_.on_local_state(state());
}

// Whatever sends nothing of ours can carry the next track.
void Peer::negotiation_completed() {
  recycled_.clear();
  for (const input::Transceiver& transceiver : transceivers_) {
    const bool is_used = std::any_of(senders_.begin(), senders_.end(), [&](const Sender& sender) {
      return sender.id == transceiver.id || sender.recycled_mid == transceiver.mid;
    });
    if (!is_used) recycled_.push_back(transceiver);
  }
}

json Peer::state() const {
  if (!local_) return {};
  json description = {{"type", local_->type}, {"revision", local_->type == "answer" ? stable_revision_ : revision_}};
  if (!local_->sdp.empty()) description["sdp"] = local_->sdp;
  return {{"id", id()}, {"description", std::move(description)}};
}

void Peer::handle(const input::TrackAdded& added) {
  const auto id = media_ids_.find(added.mid);
  if (!is_closed_ && id != media_ids_.end()) receive({id->second, added.kind, peer(), added.mid});
}

void Peer::handle(const input::DataChannelAdded& added) {
  if (!is_closed_) receive({added.label, backend::TrackKind::kData, peer(), {}});
}

// A transceiver's MediaStreamTrack has one receiver, the latest.
void Peer::receive(Receiver receiver) {
  const auto is_same_track = [&](const Receiver& known) {
    return known.kind == receiver.kind && known.mid == receiver.mid && (!receiver.mid.empty() || known.id == receiver.id);
  };
  receivers_.erase(std::remove_if(receivers_.begin(), receivers_.end(), is_same_track), receivers_.end());
  receivers_.push_back(receiver);
  owner_.on_receiver(receiver);
}

void Peer::close_silently() {
  if (is_closed_) return;
  is_closed_ = true;
  operation_.reset();
  for (Timeout* timeout : {&poll_, &gathering_timeout_, &reconnect_timeout_}) timeout->clear();
  restart_backoff_.reset();
  runtime_.perform(effect::ClosePeer{peer()});
  owner_.on_closed(*this);
}

void Peer::close() {
  if (is_closed_) return;
  close_silently();
  ++revision_;
  local_ = Description{"close", 0, {}};
  owner_.on_local_state(state());
}

}  // namespace holdfast::sim::official
