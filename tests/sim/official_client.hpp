// A model of the official client, twilio-video.js 2.x: its algorithm as docs/protocol.md 2, 4 to 7, 10 and 15 describe it, with its
// defects. It has the form of holdfast::Client and takes its place in a tab: the same inputs (Connect first), the same network and peer
// effects; it emits no events. Its JSON is its own, so that nothing of ours is checked against itself.
//
// It has no page lifecycle, as the official client has none: beforeunload and pagehide do nothing, the app says Disconnect if it cares.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/instant.hpp"
#include "client/client.hpp"
#include "input.hpp"
#include "official_local.hpp"
#include "official_roster.hpp"

namespace holdfast::sim {

class OfficialClient {
 public:
  struct Options {
    bool applies_offers_late = true;  // Chromium and Safari (docs/protocol.md 7.4); false: Firefox
  };

  OfficialClient(std::uint64_t seed, Options options);
  ~OfficialClient();

  // Peers are counted up from 1, as those of a Client.
  Batch handle(const Input& input, Instant now);

  // connect() has failed, or the Room is disconnected: nothing follows.
  bool is_over() const;

  // The first thing the server did that would throw, hang or be ignored at the official client although a server can know better;
  // empty: nothing.
  const std::string& complaint() const;

  // The first defect of its own (docs/protocol.md 10.2, 17.3) that may have left it in a state it never gets out of: what it shows from
  // then on is no server's fault. Empty: none.
  const std::string& defect() const;

  enum class State { kConnecting, kConnected, kReconnecting, kDisconnected };
  State state() const;
  // Code of the error that the Room reports with its state, or that connect() failed with; nothing: no error.
  std::optional<int> reason() const;
  int reconnecting_count() const;

  std::string participant_sid() const;  // empty before `connected`

  using Remote = official::Remote;
  using RemoteTrack = official::RemoteTrack;
  const std::map<std::string, Remote>& participants() const;  // by SID

  // What it publishes, by signaled id.
  using Publication = official::Publication;
  const std::map<std::string, Publication>& publications() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace holdfast::sim
