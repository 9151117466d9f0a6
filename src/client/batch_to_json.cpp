// The effects of a batch as text: the members of each as js-glue/boundary.ts names them.
#include <variant>

#include "backend_json.hpp"
#include "base/json_writer.hpp"
#include "base/words.hpp"
#include "client/boundary.hpp"

namespace holdfast {

namespace effect {

namespace {

constexpr Words<LocalDescriptionType, 3> kLocalDescriptionTypeWords{{"offer", "answer", "rollback"}};
constexpr Words<When, 2> kWhenWords{{"now", "task"}};
constexpr Words<LinkState, 4> kLinkStateWords{{"new", "healthy", "suspect", "failed"}};
constexpr Words<LogLevel, 4> kLogLevelWords{{"debug", "info", "warn", "error"}};

JsonWriter& kind(JsonWriter& out, const char* word) { return out.text("kind", word); }
JsonWriter& peer(JsonWriter& out, const char* word, PeerId id) { return kind(out, word).number("peer", id.value); }
JsonWriter& event(JsonWriter& out, const char* word) { return out.text("event", word); }
JsonWriter& participant(JsonWriter& out, const char* word, const ParticipantSid& sid) {
  return event(out, word).text("participant", sid.value);
}
JsonWriter& track(JsonWriter& out, const char* word, const ParticipantSid& sid, const TrackSid& track_sid) {
  return participant(out, word, sid).text("track", track_sid.value);
}
void error(JsonWriter& out, const Error& value) { backend::write(out.key("error"), value); }

void write(JsonWriter& out, const TrackModel& model) {
  backend::write(out, backend::RemoteTrack{model.sid, model.kind, model.name, model.enabled, model.priority});
}

void write(JsonWriter& out, const ParticipantModel& model) {
  out.begin_object().text("sid", model.sid.value).text("identity", model.identity);
  out.text("state", backend::kParticipantStateWords.of(model.state)).key("tracks").begin_array();
  for (const TrackModel& one : model.tracks) write(out, one);
  out.end_array().end_object();
}

void write(JsonWriter& out, const backend::Publication& publication) {
  out.begin_object().text("id", publication.id.value);
  if (!publication.sid.empty()) out.text("sid", publication.sid.value);
  if (publication.error) error(out, *publication.error);
  out.end_object();
}

// ---- what the app sees ------------------------------------------------------------------------------------------------------------

void members(JsonWriter& out, const RoomConnected& e) {
  event(out, "roomConnected").text("sid", e.sid.value).text("name", e.name).text("participantSid", e.participant_sid.value);
  out.text("identity", e.identity).text("signalingRegion", e.signaling_region).key("participants").begin_array();
  for (const ParticipantModel& one : e.participants) write(out, one);
  out.end_array().key("publications").begin_array();
  for (const backend::Publication& one : e.publications) write(out, one);
  out.end_array();
}
void members(JsonWriter& out, const ConnectFailed& e) { error(event(out, "connectFailed"), e.error); }
void members(JsonWriter& out, const RoomReconnecting& e) { error(event(out, "roomReconnecting"), e.error); }
void members(JsonWriter& out, const RoomReconnected&) { event(out, "roomReconnected"); }
void members(JsonWriter& out, const RoomDisconnected& e) {
  event(out, "roomDisconnected");
  if (e.error) error(out, *e.error);
}
void members(JsonWriter& out, const RoomRejoined& e) {
  event(out, "roomRejoined").text("sid", e.sid.value).text("participantSid", e.participant_sid.value);
}
void members(JsonWriter& out, const ReconnectProgress& e) {
  event(out, "reconnectProgress").number("attempt", e.attempt).number("nextAttemptIn", e.next_attempt.count);
  out.number("timeLeft", e.time_left.count);
}
void members(JsonWriter& out, const MeshOverloaded& e) {
  event(out, "meshOverloaded")
      .number("participants", static_cast<std::int64_t>(e.participants))
      .number("limit", static_cast<std::int64_t>(e.limit));
}
void members(JsonWriter& out, const TokenWillExpire&) { event(out, "tokenWillExpire"); }
void members(JsonWriter& out, const LocalParticipantReconnecting&) { event(out, "localParticipantReconnecting"); }
void members(JsonWriter& out, const LocalParticipantReconnected&) { event(out, "localParticipantReconnected"); }
void members(JsonWriter& out, const LocalParticipantDisconnected&) { event(out, "localParticipantDisconnected"); }
void members(JsonWriter& out, const ParticipantConnected& e) {
  write(event(out, "participantConnected").key("participant"), e.participant);
}
void members(JsonWriter& out, const ParticipantDisconnected& e) { participant(out, "participantDisconnected", e.participant); }
void members(JsonWriter& out, const ParticipantReconnecting& e) {
  error(participant(out, "participantReconnecting", e.participant), e.error);
}
void members(JsonWriter& out, const ParticipantReconnected& e) { participant(out, "participantReconnected", e.participant); }
void members(JsonWriter& out, const DominantSpeakerChanged& e) {
  event(out, "dominantSpeakerChanged");
  if (!e.speaker.empty()) out.text("speaker", e.speaker.value);
}
void members(JsonWriter& out, const TrackPublished& e) { write(participant(out, "trackPublished", e.participant).key("track"), e.track); }
void members(JsonWriter& out, const TrackUnpublished& e) { track(out, "trackUnpublished", e.participant, e.track); }
void members(JsonWriter& out, const TrackSubscribed& e) {
  track(out, "trackSubscribed", e.participant, e.track).number("peer", e.peer.value);
  if (!e.mid.empty()) out.text("mid", e.mid);
  out.text("mediaId", e.media_id.value);
}
void members(JsonWriter& out, const TrackUnsubscribed& e) { track(out, "trackUnsubscribed", e.participant, e.track); }
void members(JsonWriter& out, const TrackSubscriptionFailed& e) {
  error(track(out, "trackSubscriptionFailed", e.participant, e.track), e.error);
}
void members(JsonWriter& out, const TrackEnabled& e) { track(out, "trackEnabled", e.participant, e.track); }
void members(JsonWriter& out, const TrackDisabled& e) { track(out, "trackDisabled", e.participant, e.track); }
void members(JsonWriter& out, const TrackSwitched& e) {
  track(out, e.off ? "trackSwitchedOff" : "trackSwitchedOn", e.participant, e.track);
}
void members(JsonWriter& out, const TrackPriorityChanged& e) {
  track(out, "trackPriorityChanged", e.participant, e.track).text("priority", backend::kPriorityWords.of(e.priority));
}
void members(JsonWriter& out, const LocalTrackPublished& e) {
  event(out, "localTrackPublished").text("id", e.id.value).text("sid", e.sid.value);
}
void members(JsonWriter& out, const LocalTrackPublicationFailed& e) {
  error(event(out, "localTrackPublicationFailed").text("id", e.id.value), e.error);
}

// ---- everything else ---------------------------------------------------------------------------------------------------------------

void members(JsonWriter& out, const OpenSocket& e) { kind(out, "openSocket").number("socket", e.socket.value).text("url", e.url); }
void members(JsonWriter& out, const SendText& e) { kind(out, "sendText").number("socket", e.socket.value).text("text", e.text); }
void members(JsonWriter& out, const CloseSocket& e) {
  kind(out, "closeSocket").number("socket", e.socket.value).number("code", e.code).text("reason", e.reason);
}
void members(JsonWriter& out, const Probe& e) { kind(out, "probe").number("op", e.op.value).text("url", e.url); }
void members(JsonWriter& out, const RequestToken& e) { kind(out, "requestToken").number("op", e.op.value); }
void members(JsonWriter& out, const KeepSession& e) { kind(out, "keepSession").text("session", e.session); }
void members(JsonWriter& out, const Beacon& e) { kind(out, "beacon").text("url", e.url).text("text", e.text); }
void members(JsonWriter& out, const SetIceServers& e) {
  backend::write_list(peer(out, "setIceServers", e.peer), "iceServers", e.ice_servers);
}
void members(JsonWriter& out, const CreatePeer& e) { backend::write_list(peer(out, "createPeer", e.peer), "iceServers", e.ice_servers); }
void members(JsonWriter& out, const ClosePeer& e) { peer(out, "closePeer", e.peer); }
void members(JsonWriter& out, const AddTrack& e) {
  peer(out, "addTrack", e.peer).text("id", e.id.value);
  if (!e.mid.empty()) out.text("mid", e.mid);
}
void members(JsonWriter& out, const RemoveTrack& e) { peer(out, "removeTrack", e.peer).text("id", e.id.value); }
void members(JsonWriter& out, const FitTrack& e) {
  peer(out, "fitTrack", e.peer).text("id", e.id.value).number("width", e.width).number("height", e.height);
  if (e.max_bitrate > 0) out.number("maxBitrate", e.max_bitrate);
}
void members(JsonWriter& out, const AddDataChannel& e) {
  peer(out, "addDataChannel", e.peer).text("id", e.id.value).text("label", e.label);
}
void members(JsonWriter& out, const RemoveDataChannel& e) { peer(out, "removeDataChannel", e.peer).text("id", e.id.value); }
void members(JsonWriter& out, const SetLocalDescription& e) {
  peer(out, "setLocalDescription", e.peer).number("op", e.op.value).text("type", kLocalDescriptionTypeWords.of(e.type));
  out.boolean("iceRestart", e.ice_restart).boolean("receiveMedia", e.receive_media);
}
void members(JsonWriter& out, const SetRemoteDescription& e) {
  peer(out, "setRemoteDescription", e.peer).number("op", e.op.value).text("type", backend::kDescriptionTypeWords.of(e.type));
  out.text("sdp", e.sdp);
}
void members(JsonWriter& out, const AddIceCandidate& e) {
  backend::write(peer(out, "addIceCandidate", e.peer).key("candidate"), e.candidate);
}
void members(JsonWriter& out, const GetStats& e) { peer(out, "getStats", e.peer).number("op", e.op.value); }
void members(JsonWriter& out, const RefreshVideo& e) { peer(out, "refreshVideo", e.peer); }
void members(JsonWriter& out, const Description& e) {
  kind(out, "description").boolean("signaling", e.signaling).number("attempt", e.attempt);
  if (e.next_attempt) out.number("nextAttemptIn", e.next_attempt->count);
  if (e.time_left) out.number("timeLeft", e.time_left->count);
  out.key("links").begin_array();
  for (const Description::Link& link : e.links) {
    out.begin_object().text("participantSid", link.participant.value).number("peer", link.peer.value);
    out.text("state", kLinkStateWords.of(link.state));
    if (link.path.relayed) out.boolean("relayed", *link.path.relayed);
    if (link.path.round_trip_time) out.number("roundTripTime", link.path.round_trip_time->count);
    if (link.quality != backend::kNoQuality) out.number("quality", link.quality);
    out.end_object();
  }
  out.end_array();
}
void members(JsonWriter& out, const Emit& e) {
  kind(out, "emit").text("when", kWhenWords.of(e.when));
  std::visit([&out](const auto& one) { members(out, one); }, e.event);
}
void members(JsonWriter& out, const Log& e) { kind(out, "log").text("level", kLogLevelWords.of(e.level)).text("message", e.message); }

}  // namespace

}  // namespace effect

std::string batch_to_json(const Batch& batch) {
  JsonWriter out;
  out.begin_object().key("effects").begin_array();
  for (const Effect& one : batch.effects) {
    out.begin_object();
    std::visit([&out](const auto& e) { effect::members(out, e); }, one);
    out.end_object();
  }
  out.end_array();
  if (batch.next_deadline) out.number("deadline", batch.next_deadline->ms);
  out.end_object();
  return out.take();
}

}  // namespace holdfast
