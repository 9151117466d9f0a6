#include "peer_connection_model.hpp"

#include <algorithm>
#include <variant>

namespace holdfast::sim {

namespace {

using backend::TrackKind;
using peer::sdp::Section;
using peer::sdp::SectionKind;

SectionKind section_kind(TrackKind kind) { return kind == TrackKind::kAudio ? SectionKind::kAudio : SectionKind::kVideo; }

}  // namespace

PeerConnectionModel::PeerConnectionModel(PeerId peer, std::string name, const BrowserOptions& options, std::uint64_t seed)
    : peer_(peer), name_(std::move(name)), options_(options), random_(seed), ice_(options.is_firefox, Prng(random_.next())) {}

// ---- the glue ----------------------------------------------------------------------------------------------------------------------

void PeerConnectionModel::perform(const Effect& effect) {
  if (is_closed()) return;
  if (!std::holds_alternative<effect::ClosePeer>(effect)) {
    if (!is_stuck_) chain_.push_back(effect);
    return;
  }
  state_ = SignalingState::kClosed;
  ice_.close();
  ++version_;
  chain_.clear();
  inputs_.clear();
}

void PeerConnectionModel::run_next() {
  const Effect effect = std::move(chain_.front());
  chain_.pop_front();
  if (!std::holds_alternative<effect::GetStats>(effect)) ++version_;
  std::visit([this](const auto& what) { run(what); }, effect);
  if (chain_.empty() && !forgotten_.empty()) look_for_forgotten();
}

bool PeerConnectionModel::next_answers_restart() const {
  const auto* set = std::get_if<effect::SetLocalDescription>(&chain_.front());
  return set != nullptr && set->type == effect::LocalDescriptionType::kAnswer && remote_ && open_remote_ &&
         remote_->ufrag != open_remote_->ufrag;
}

bool PeerConnectionModel::next_is_awaited() const {
  const Effect& next = chain_.front();
  if (const auto* add = std::get_if<effect::AddTrack>(&next)) return !add->mid.empty();  // replaceTrack; addTrack has none
  // Parameters of a sender are set beside the chain.
  return !std::holds_alternative<effect::RemoveTrack>(next) && !std::holds_alternative<effect::AddDataChannel>(next) &&
         !std::holds_alternative<effect::RemoveDataChannel>(next) && !std::holds_alternative<effect::FitTrack>(next) &&
         !std::holds_alternative<effect::RefreshVideo>(next);
}

void PeerConnectionModel::run_next_unanswered() {
  run_next();
  const bool is_answer = !inputs_.empty() && std::visit(
                                                 [](const auto& input) {
                                                   return requires { input.op; };
                                                 },
                                                 inputs_.back());
  if (is_answer) inputs_.pop_back();
  chain_.clear();
  is_stuck_ = true;
}

// ---- tracks ------------------------------------------------------------------------------------------------------------------------

void PeerConnectionModel::run(const effect::AddTrack& add) {
  const TrackKind kind = add.id.value.front() == 'v' ? TrackKind::kVideo : TrackKind::kAudio;
  Transceiver* transceiver = by_mid(add.mid);  // replaceTrack takes any that is known …
  if (transceiver != nullptr && (transceiver->kind != kind || !transceiver->track.empty())) {
    ++errors_;  // a TypeError, or a track that stops being sent
    return;
  }
  for (Transceiver& candidate : transceivers_) {  // … addTrack one that was never used to send
    if (transceiver != nullptr || options_.adds_by_transceiver) break;
    if (candidate.kind == kind && candidate.track.empty() && !candidate.was_used) transceiver = &candidate;
  }
  if (transceiver == nullptr) {
    transceiver = &new_transceiver(kind);
    transceiver->from_add_track = !options_.adds_by_transceiver;
  }
  transceiver->track = add.id;
  transceiver->size = kWhole;
  transceiver->max_bitrate = 0;
  transceiver->sends = true;
}

void PeerConnectionModel::run(const effect::RemoveTrack& remove) {
  for (Transceiver& transceiver : transceivers_) {
    if (transceiver.track != remove.id) continue;
    transceiver.track = {};
    transceiver.sends = false;
  }
}

void PeerConnectionModel::run(const effect::FitTrack& fit) {
  for (Transceiver& transceiver : transceivers_) {
    if (transceiver.track != fit.id) continue;
    transceiver.size = {fit.width, fit.height};
    transceiver.max_bitrate = fit.max_bitrate;
  }
}

std::vector<std::pair<SignaledId, std::int64_t>> PeerConnectionModel::video_limits() const {
  std::vector<std::pair<SignaledId, std::int64_t>> limits;
  for (const Transceiver& transceiver : transceivers_)
    if (transceiver.kind == backend::TrackKind::kVideo && !transceiver.track.empty() && transceiver.size != kNothing)
      limits.emplace_back(transceiver.track, transceiver.max_bitrate);
  return limits;
}

void PeerConnectionModel::run(const effect::AddDataChannel& add) { channels_.push_back({++last_channel_, add.id, add.label}); }

void PeerConnectionModel::run(const effect::RemoveDataChannel& remove) {
  channels_.erase(std::remove_if(channels_.begin(), channels_.end(), [&](const Channel& channel) { return channel.id == remove.id; }),
                  channels_.end());
}

PeerConnectionModel::Transceiver& PeerConnectionModel::new_transceiver(TrackKind kind) {
  transceivers_.emplace_back();
  transceivers_.back().key = ++last_key_;
  transceivers_.back().kind = kind;
  return transceivers_.back();
}

PeerConnectionModel::Transceiver* PeerConnectionModel::by_mid(const std::string& mid) {
  for (Transceiver& transceiver : transceivers_)
    if (!mid.empty() && transceiver.mid == mid) return &transceiver;
  return nullptr;
}

void PeerConnectionModel::want_to_receive() {
  for (const TrackKind kind : {TrackKind::kAudio, TrackKind::kVideo}) {
    const bool some = std::any_of(transceivers_.begin(), transceivers_.end(),
                                  [&](const Transceiver& transceiver) { return transceiver.kind == kind && transceiver.receives; });
    if (!some) new_transceiver(kind);
  }
}

// ---- descriptions ------------------------------------------------------------------------------------------------------------------

void PeerConnectionModel::run(const effect::SetLocalDescription& set) {
  using Type = effect::LocalDescriptionType;
  if (fails(set.op)) return;
  if (set.type == Type::kRollback) {
    if (state_ == SignalingState::kStable) return fail(set.op, "InvalidStateError");
    roll_back();
    inputs_.push_back(input::LocalDescriptionSet{peer_, set.op, {}, {}});
    return;
  }
  if (state_ != (set.type == Type::kOffer ? SignalingState::kStable : SignalingState::kHaveRemoteOffer))
    return fail(set.op, "InvalidStateError");
  if (set.type == Type::kOffer) {
    if (set.receive_media) want_to_receive();
    before_ = transceivers_;
    state_ = SignalingState::kHaveLocalOffer;
    open_local_ = make_offer(set.ice_restart);
    is_open_applied_ = !options_.offers_are_applied_late;
  } else {
    if (!std::exchange(is_open_applied_, true)) apply_remote(true);
    open_local_ = make_answer();
  }
  input::LocalDescriptionSet report{peer_, set.op, open_local_->text, {}};
  for (const Transceiver& transceiver : transceivers_)
    if (!transceiver.mid.empty()) report.transceivers.push_back({transceiver.mid, transceiver.kind, transceiver.track});
  if (set.type == Type::kAnswer) agree();
  inputs_.push_back(report);
}

void PeerConnectionModel::run(const effect::SetRemoteDescription& set) {
  if (fails(set.op)) return;
  const bool is_offer = set.type == backend::DescriptionType::kOffer;
  if (is_offer && state_ == SignalingState::kHaveRemoteOffer) roll_back();  // one that was never answered makes room for the next
  if (state_ != (is_offer ? SignalingState::kStable : SignalingState::kHaveLocalOffer)) return fail(set.op, "InvalidStateError");
  Description theirs{set.sdp, peer::sdp::sections(set.sdp), std::string(peer::sdp::ice_ufrag(set.sdp))};
  if (!fits(theirs, is_offer)) return fail(set.op, "InvalidAccessError");
  open_remote_ = std::move(theirs);
  if (is_offer) {
    before_ = transceivers_;
    state_ = SignalingState::kHaveRemoteOffer;
    is_open_applied_ = !options_.offers_are_applied_late;
    if (is_open_applied_) apply_remote(true);
  } else {
    is_open_applied_ = true;
    apply_remote(false);
    agree();
  }
  inputs_.push_back(input::RemoteDescriptionSet{peer_, set.op});
}

// How loud somebody is at any time tells nothing about the rest: the count of bytes is as good a source as any.
void PeerConnectionModel::run(const effect::GetStats& get) {
  inputs_.push_back(input::PeerStats{peer_, get.op, bytes_received_, bytes_received_ / 7 % 5 * 500});
}

bool PeerConnectionModel::fails(OperationId op) {
  if (failing_ == 0) return false;
  --failing_;
  fail(op, "OperationError");
  return true;
}

void PeerConnectionModel::fail(OperationId op, const char* name) {
  if (std::string(name) == "InvalidStateError") ++errors_;  // the others are the description's fault
  inputs_.push_back(input::PeerOperationFailed{peer_, op, name, "modelled"});
}

// JSEP 5.3.1, 5.10: an answer has the sections of its offer, an offer those there were, at the same places.
bool PeerConnectionModel::fits(const Description& theirs, bool is_offer) const {
  static const std::vector<Section> kNone;
  const std::vector<Section>& known = is_offer ? (local_ ? local_->sections : kNone) : open_local_->sections;
  if (theirs.sections.size() < known.size() || (!is_offer && theirs.sections.size() != known.size())) return false;
  for (std::size_t i = 0; i < known.size(); ++i)
    if (theirs.sections[i].mid != known[i].mid || theirs.sections[i].kind != known[i].kind) return false;
  return true;
}

void PeerConnectionModel::apply_remote(bool is_offer) {
  take_candidates(*open_remote_);
  for (const Section& section : open_remote_->sections)
    if (is_offer) associate(section);
  for (const Section& section : open_remote_->sections) announce(section);
}

// JSEP 5.10: by mid, else the first track of that kind that was added and has no section yet, else a new transceiver.
void PeerConnectionModel::associate(const Section& section) {
  const bool is_media = section.kind == SectionKind::kVideo || section.kind == SectionKind::kAudio;
  if (!is_media || by_mid(section.mid) != nullptr) return;
  for (Transceiver& transceiver : transceivers_) {
    if (!section.receives || !transceiver.mid.empty() || section_kind(transceiver.kind) != section.kind || !transceiver.from_add_track)
      continue;
    transceiver.mid = section.mid;
    return;
  }
  Transceiver& transceiver = new_transceiver(section.kind == SectionKind::kVideo ? TrackKind::kVideo : TrackKind::kAudio);
  transceiver.mid = section.mid;
  transceiver.from_remote = true;
}

void PeerConnectionModel::announce(const Section& section) {
  Transceiver* transceiver = by_mid(section.mid);
  if (transceiver == nullptr) return;
  const bool arrives = peer::sdp::is_sending(section);
  if (arrives && !std::exchange(transceiver->is_arriving, arrives))
    inputs_.push_back(input::TrackAdded{peer_, section.mid, transceiver->kind});
  transceiver->is_arriving = arrives;
}

void PeerConnectionModel::agree() {
  has_only_answered_ = ++agreements_ == 1 && state_ == SignalingState::kHaveRemoteOffer;
  local_ = std::exchange(open_local_, std::nullopt);
  remote_ = std::exchange(open_remote_, std::nullopt);
  state_ = SignalingState::kStable;
  for (Transceiver& transceiver : transceivers_) transceiver.was_used = transceiver.was_used || sends_at(transceiver.mid);
  ice_.begin(local_->ufrag, remote_->ufrag);
  const auto is_old = [&](const backend::IceCandidate& candidate) { return candidate.username_fragment != remote_->ufrag; };
  remote_candidates_.erase(std::remove_if(remote_candidates_.begin(), remote_candidates_.end(), is_old), remote_candidates_.end());
}

void PeerConnectionModel::roll_back() {
  is_frozen_ = is_frozen_ || (may_freeze() && !options_.is_firefox);
  std::vector<Transceiver> kept;
  for (Transceiver& transceiver : transceivers_) {
    const auto old = std::find_if(before_.begin(), before_.end(), [&](const Transceiver& t) { return t.key == transceiver.key; });
    const bool existed = old != before_.end();
    if (!existed && transceiver.from_remote && transceiver.track.empty()) continue;
    transceiver.mid = existed ? old->mid : std::string();
    transceiver.is_arriving = existed && old->is_arriving;
    kept.push_back(transceiver);
  }
  transceivers_ = kept;
  forget_candidates();
  open_local_.reset();
  open_remote_.reset();
  state_ = SignalingState::kStable;
}

PeerConnectionModel::Description PeerConnectionModel::make_offer(bool ice_restart) {
  const std::string ufrag = local_ && !ice_restart ? local_->ufrag : new_generation().ufrag;
  std::vector<Section> sections;
  if (local_) sections = local_->sections;
  for (Transceiver& transceiver : transceivers_) {
    if (!transceiver.mid.empty()) continue;
    transceiver.mid = new_mid(sections);
    sections.emplace_back();
    sections.back().kind = section_kind(transceiver.kind);
    sections.back().mid = transceiver.mid;
  }
  for (Section& section : sections) {
    const Transceiver* transceiver = by_mid(section.mid);
    if (transceiver == nullptr) continue;
    section.sends = transceiver->sends;
    section.receives = transceiver->receives;
  }
  if (!channels_.empty() && !peer::sdp::has_application(sections)) {
    sections.emplace_back();
    sections.back().mid = new_mid(sections);
    sections.back().kind = SectionKind::kApplication;
  }
  return write(std::move(sections), ufrag);
}

PeerConnectionModel::Description PeerConnectionModel::make_answer() {
  const bool restarts = remote_ && remote_->ufrag != open_remote_->ufrag;
  const std::string ufrag = local_ && !restarts ? local_->ufrag : new_generation().ufrag;
  std::vector<Section> sections = open_remote_->sections;
  for (Section& section : sections) {
    const Transceiver* transceiver = by_mid(section.mid);
    if (transceiver == nullptr) continue;
    const Section theirs = section;
    section.sends = transceiver->sends && theirs.receives;
    section.receives = transceiver->receives && theirs.sends;
  }
  return write(std::move(sections), ufrag);
}

PeerConnectionModel::Description PeerConnectionModel::write(std::vector<Section> sections, const std::string& ufrag) {
  std::string text = "v=0\r\no=- 1 " + std::to_string(++description_version_) + " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
  const Generation* gathered = find_generation(ufrag);
  for (Section& section : sections) {
    const char* const kinds[] = {"audio 9 UDP/TLS/RTP/SAVPF 111", "video 9 UDP/TLS/RTP/SAVPF 96",
                                 "application 9 UDP/DTLS/SCTP webrtc-datachannel", "text 0 RTP/AVP 0"};
    const char* const directions[] = {"inactive", "recvonly", "sendonly", "sendrecv"};
    text += "m=" + std::string(kinds[static_cast<std::size_t>(section.kind)]) + "\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:" + ufrag +
            "\r\na=ice-pwd:" + ufrag + "pwd\r\na=mid:" + section.mid + "\r\n";
    const std::size_t count = &section == &sections.front() ? std::min(gathered->gathered, gathered->candidates.size()) : 0;
    for (std::size_t i = 0; i < count; ++i) text += "a=" + gathered->candidates[i] + "\r\n";
    section.track = {};
    if (section.kind == SectionKind::kApplication) continue;
    text += "a=" + std::string(directions[(section.sends ? 2 : 0) + (section.receives ? 1 : 0)]) + "\r\n";
    if (section.sends) text += "a=msid:- " + name_ + "-browser-track-" + section.mid + "\r\n";
  }
  return {text, std::move(sections), ufrag};
}

std::string PeerConnectionModel::new_mid(const std::vector<Section>& sections) const {
  for (int number = 0;; ++number) {
    const std::string mid = std::to_string(number);
    if (peer::sdp::find(sections, mid) == nullptr && by_mid(mid) == nullptr) return mid;
  }
}

bool PeerConnectionModel::sends_at(const std::string& mid) const {
  const Section* ours = local_ ? peer::sdp::find(local_->sections, mid) : nullptr;
  const Section* theirs = remote_ ? peer::sdp::find(remote_->sections, mid) : nullptr;
  return ours != nullptr && theirs != nullptr && ours->sends && theirs->receives;
}

bool PeerConnectionModel::receives_at(const std::string& mid) const {
  const Section* ours = local_ ? peer::sdp::find(local_->sections, mid) : nullptr;
  const Section* theirs = remote_ ? peer::sdp::find(remote_->sections, mid) : nullptr;
  return ours != nullptr && theirs != nullptr && ours->receives && theirs->sends;
}

// ---- what goes wrong -----------------------------------------------------------------------------------------------------------------

void PeerConnectionModel::change_address() {
  ++address_;
  ++version_;
}

void PeerConnectionModel::wake(Instant now, Millis slept) {
  if (is_closed() || ice_.wake(now, slept, peer_, inputs_)) return;
  is_deaf_ = are_channels_dead_ = true;
}

void PeerConnectionModel::blip() { ice_.blip(peer_, inputs_); }

void PeerConnectionModel::fail_dtls() { ice_.fail_dtls(); }

}  // namespace holdfast::sim
