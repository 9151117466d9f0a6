#include "roomserver/absences.hpp"

#include <algorithm>
#include <utility>

#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

namespace {

void add_once(std::vector<ParticipantSid>& list, const ParticipantSid& sid) {
  if (std::find(list.begin(), list.end(), sid) == list.end()) list.push_back(sid);
}

}  // namespace

// Who comes late may not be alone in that.
void Absences::add(const ParticipantSid& present, const ParticipantSid& absent, HalfLink link, Instant now) {
  const Instant limit = later(Instant{} + patience_, now + std::min(patience_, kLateAbsence));
  until_ = until_ ? later(*until_, limit) : limit;
  entries_.push_back({present, absent, std::move(link)});
}

void Absences::hear(const ParticipantSid& present, const std::vector<rsp::PeerConnectionState>& said) {
  for (const auto& state : said)
    for (Entry& entry : entries_)
      if (entry.present == present && entry.link && entry.link->id == state.id && !entry.link->hear(state)) entry.link.reset();
}

void Absences::hear_listed(const ParticipantSid& present, const std::vector<rsp::PeerConnectionState>& listed) {
  hear(present, listed);
  for (Entry& entry : entries_) {
    if (entry.present != present || !entry.link) continue;
    if (std::none_of(listed.begin(), listed.end(), [&](const auto& state) { return state.id == entry.link->id; })) entry.link.reset();
  }
}

std::optional<Absences::Entry> Absences::end(const ParticipantSid& present, const ParticipantSid& absent) {
  const auto at = std::find_if(entries_.begin(), entries_.end(),
                               [&](const Entry& entry) { return entry.present == present && entry.absent == absent; });
  if (at == entries_.end()) return std::nullopt;
  Entry ended = std::move(*at);
  entries_.erase(at);
  if (entries_.empty()) until_.reset();
  return ended;
}

template <class Which>
std::vector<ParticipantSid> Absences::give_up_on(Which which) {
  std::vector<ParticipantSid> waiting;
  for (const Entry& entry : entries_)
    if (which(entry)) add_once(waiting, entry.present);
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), which), entries_.end());
  if (entries_.empty()) until_.reset();
  return waiting;
}

void Absences::remove(const ParticipantSid& present) {
  give_up_on([&](const Entry& entry) { return entry.present == present; });
}

std::vector<ParticipantSid> Absences::give_up(const ParticipantSid& absent) {
  return give_up_on([&](const Entry& entry) { return entry.absent == absent; });
}

std::vector<ParticipantSid> Absences::fire_due(Instant now) {
  if (!until_ || *until_ > now) return {};
  return give_up_on([](const Entry&) { return true; });
}

void Absences::wake(Instant now) {
  if (until_) until_ = later(*until_, now + kLateAbsence);
}

bool Absences::is_waiting(const ParticipantSid& present) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.present == present; });
}

bool Absences::is_awaited(const ParticipantSid& absent) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.absent == absent; });
}

std::vector<ParticipantSid> Absences::awaited_by(const ParticipantSid& present) const {
  std::vector<ParticipantSid> absent;
  for (const Entry& entry : entries_)
    if (entry.present == present) absent.push_back(entry.absent);
  return absent;
}

void Absences::append_links(const ParticipantSid& present, std::vector<rsp::PeerConnectionState>& entries) const {
  for (const Entry& entry : entries_)
    if (entry.present == present && entry.link) entries.push_back({entry.link->id, std::nullopt, std::nullopt});
}

std::size_t Absences::absent_count() const {
  std::vector<ParticipantSid> absent;
  for (const Entry& entry : entries_) add_once(absent, entry.absent);
  return absent.size();
}

std::optional<Instant> Absences::next_deadline() const { return until_; }

bool Absences::is_consistent() const {
  if (until_.has_value() == entries_.empty()) return false;
  for (const Entry& entry : entries_) {
    if (entry.present == entry.absent) return false;
    const auto same = [&](const Entry& e) { return e.present == entry.present && e.absent == entry.absent; };
    if (std::count_if(entries_.begin(), entries_.end(), same) != 1) return false;
  }
  return true;
}

}  // namespace holdfast::roomserver
