#include "tab.hpp"

#include <utility>

namespace holdfast::sim {

Tab::Tab(const Person& owner, std::size_t number, std::uint64_t seed)
    : person(owner), identity(1, owner.name), name(identity + std::to_string(number)) {
  if (owner.is_official)
    official = std::make_unique<OfficialClient>(seed, OfficialClient::Options{owner.browser == Browser::kChromium});
  else
    holdfast = std::make_unique<Client>(seed);
}

AppModel::State Tab::state() const {
  if (!official) return app.state;
  switch (official->state()) {
    case OfficialClient::State::kConnecting:
      return AppModel::State::kConnecting;
    case OfficialClient::State::kConnected:
      return AppModel::State::kConnected;
    case OfficialClient::State::kReconnecting:
      return AppModel::State::kReconnecting;
    case OfficialClient::State::kDisconnected:
      break;
  }
  return AppModel::State::kDisconnected;
}

std::optional<int> Tab::reason() const {
  if (official) return official->reason();
  return app.reason ? std::optional(app.reason->code) : std::nullopt;
}

std::map<std::string, AppModel::Participant> Tab::participants() const {
  if (!official) return app.participants;
  std::map<std::string, AppModel::Participant> all;
  for (const auto& [sid, remote] : official->participants()) {
    AppModel::Participant participant{remote.identity, remote.reconnecting, {}};
    for (const auto& [track_sid, track] : remote.tracks)
      participant.tracks[track_sid] = {{TrackSid(track_sid), track.kind, track.name, track.enabled, track.priority},
                                       track.subscribed,
                                       track.peer,
                                       track.mid,
                                       kWhole,
                                       false};
    all[sid] = participant;
  }
  return all;
}

bool Tab::keeps_session() const {
  return person.keeps_session && person.leaves_with_page &&
         (state() == AppModel::State::kConnected || state() == AppModel::State::kReconnecting);
}

bool Tab::publishes(const TrackSid& sid) const {
  for (const auto& [id, track] : tracks) {
    if (official && official->publications().count(id) > 0 && official->publications().at(id).sid == sid.value) return true;
    if (!official && app.sids.count(id) > 0 && app.sids.at(id) == sid.value) return true;
  }
  return false;
}

bool Tab::awaits_answer_for(const std::string& id) const {
  if (official) {
    const auto found = official->publications().find(id);
    return found != official->publications().end() && found->second.sid.empty();
  }
  const auto found = app.publishing.find(id);
  return found != app.publishing.end() && found->second == AppModel::Publishing::kPending;
}

bool Tab::was_refused(const std::string& id) const {
  if (official) return official->publications().count(id) == 0;
  const auto found = app.publishing.find(id);
  return found != app.publishing.end() && found->second == AppModel::Publishing::kFailed;
}

}  // namespace holdfast::sim
