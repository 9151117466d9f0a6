// What one RTCPeerConnection sends: the local tracks it was given, the transceivers they sit on, and whether the description agreed on
// carries them. Knows descriptions only as "proposed", "agreed" or "rolled back"; who offers and when is the negotiation's matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend.hpp"
#include "effect.hpp"
#include "input.hpp"
#include "peer/sdp.hpp"

namespace holdfast::peer {

class LocalMedia {
 public:
  explicit LocalMedia(PeerId peer) : peer_(peer) {}

  // What the other end knows our tracks by: their ids with this after them.
  void set_id_suffix(const std::string& suffix) { id_suffix_ = suffix; }
  // Adds and removes what differs from the last call. While a description is open (`may_add` is false) no media track is added: it could
  // take the transceiver of one that was removed, and the other end would never see that section stop. Nor is one after an offer that was
  // taken back and has since lost a track: the other end may have answered it, and hears that it has stopped with the next description.
  void set_wanted(const std::vector<backend::LocalTrack>& tracks, bool may_add, Effects& effects);

  // What everybody wishes, and how many they are; in which size a track is sent follows from the wishes of this one, its share of the
  // uplink from how many want it.
  void fit(const ParticipantSid& remote, const std::vector<backend::Wish>& wishes, std::size_t peers, Effects& effects);

  // A local description was set and is open. Gives the text to send, in which each sending section names its track.
  std::string propose(const input::LocalDescriptionSet& report);
  // The open description is in force. `ours`: it was our offer, which is as good as we can make it.
  void agree(bool ours);
  void roll_back();

  // An offer would change something: a wanted track is not sent, a removed one still is, or data has no section.
  bool needs_offer() const;
  bool has_agreement() const { return agreed_.has_value(); }
  bool has_media() const;
  // Of the latest local description, open or agreed on; empty before the first.
  std::string_view ufrag() const;

 private:
  struct View {  // a local description and what its transceivers sent when it was set
    std::vector<sdp::Slot> slots;
    std::string ufrag;
    bool has_data = false;
  };
  struct Sender {
    SignaledId id;
    backend::TrackKind kind = backend::TrackKind::kAudio;
    std::string mid;  // empty for data, and while the browser has not told
    std::int64_t width = -1;
    std::int64_t height = -1;
    std::int64_t max_bitrate = 0;
  };

  const std::optional<View>& latest() const { return open_ ? open_ : agreed_; }
  static bool sends(const std::optional<View>& view, const std::string& mid);
  // A transceiver of this kind that sends nothing, as both ends know; empty if none is known for sure. One that goes on sending, with
  // another track, would be no `track` event at the other end, by which other clients find what they receive (docs/protocol.md 6.2).
  std::string idle_transceiver(backend::TrackKind kind) const;
  bool is_carried() const;
  bool has_lost_track(const View& view) const;

  // Own offers that were agreed on and still did not carry every track: the browser cannot do it, so asking again is in vain.
  static constexpr int kMaxFutileOffers = 2;

  PeerId peer_;
  std::string id_suffix_;
  std::vector<Sender> senders_;  // media and data
  std::optional<View> open_;
  std::optional<View> agreed_;
  std::optional<View> answered_over_;  // in force before an answer of ours, which may never arrive
  std::optional<View> taken_back_;     // an offer, and nothing was agreed on since
  int futile_offers_ = 0;
};

}  // namespace holdfast::peer
