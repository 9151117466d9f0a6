#include "roomserver/links.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "fsm/timers.hpp"
#include "roomserver/limits.hpp"

namespace holdfast::roomserver {

void Links::open(const ParticipantSid& offerer, const ParticipantSid& answerer, Instant now) {
  pairs_.push_back({offerer, answerer, now, Millis{0}, std::nullopt, std::nullopt, std::nullopt});
  make_link(pairs_.back(), now);
}

LinkNews Links::adopt(const ParticipantSid& returning, std::optional<HalfLink> reported, const ParticipantSid& member,
                      std::optional<HalfLink> known, Instant now) {
  LinkNews news;
  if (reported && known && reported->id == known->id) {
    const LinkEnds ends = reported->ends;
    const HalfLink& a = ends.offerer == returning ? *reported : *known;
    const HalfLink& b = ends.offerer == returning ? *known : *reported;
    if (const auto agreement = agree(a, b)) {
      pairs_.push_back({ends.offerer, ends.answerer, now, Millis{0}, Link(a, b, *agreement), std::nullopt, std::nullopt});
      Pair& pair = pairs_.back();
      if (pair.link->is_undecided()) pair.decide_at = now + kUndecidedTime;
      for (auto& entry : pair.link->catch_up(pair.end_of(member)))
        if (entry.description || entry.ice) news.entries.push_back({member, std::move(entry)});
      return news;
    }
  }
  if (known) news.entries.push_back({member, closing_entry(known->id, latest_description(known->voice)->revision + 1)});
  open(returning, member, now);
  if (reported || known) news.resubscriptions = {{returning, member}, {member, returning}};
  return news;
}

LinkNews Links::handle(const ParticipantSid& from, const std::vector<rsp::PeerConnectionState>& said, Instant now) {
  LinkNews news;
  for (const auto& state : said) {
    Pair* pair = find(state.id, from);
    if (pair == nullptr) continue;
    const LinkEnd end = pair->end_of(from);
    for (auto& entry : pair->link->handle(end, state)) news.entries.push_back({pair->at(other(end)), std::move(entry)});
    if (!pair->link->is_closed()) continue;
    if (pair->link->is_unrecoverable())
      for (const LinkEnd both : {end, other(end)}) news.entries.push_back({pair->at(both), pair->link->closing()});
    lose(*pair, now, news);
  }
  return news;
}

LinkNews Links::handle_listed(const ParticipantSid& from, const std::vector<rsp::PeerConnectionState>& listed, Instant now) {
  LinkNews news;
  for (Pair& pair : pairs_) {
    if (!pair.has(from) || !pair.link) continue;
    const LinkEnd end = pair.end_of(from);
    const bool is_listed = std::any_of(listed.begin(), listed.end(), [&](const auto& state) { return state.id == pair.link->id(); });
    if (is_listed || !pair.link->has_spoken(end)) continue;
    news.entries.push_back({pair.at(other(end)), pair.link->closing()});
    lose(pair, now, news);
  }
  return news;
}

LinkNews Links::remove(const ParticipantSid& participant) {
  LinkNews news;
  for (const Pair& pair : pairs_)
    if (pair.has(participant) && pair.link) news.entries.push_back({pair.at(other(pair.end_of(participant))), pair.link->closing()});
  pairs_.erase(std::remove_if(pairs_.begin(), pairs_.end(), [&](const Pair& pair) { return pair.has(participant); }), pairs_.end());
  return news;
}

LinkNews Links::fire_due(Instant now) {
  LinkNews news;
  for (Pair& pair : pairs_) {
    if (pair.decide_at && *pair.decide_at <= now) decide(pair, now, news);
    if (pair.replace_at && *pair.replace_at <= now) replace(pair, now, news);
  }
  return news;
}

std::vector<rsp::PeerConnectionState> Links::catch_up(const ParticipantSid& participant) const {
  std::vector<rsp::PeerConnectionState> entries;
  for (const Pair& pair : pairs_) {
    if (!pair.has(participant) || !pair.link) continue;
    for (auto& entry : pair.link->catch_up(pair.end_of(participant))) entries.push_back(std::move(entry));
  }
  return entries;
}

bool Links::has_restarted(const ParticipantSid& end, const ParticipantSid& other) const {
  return std::any_of(pairs_.begin(), pairs_.end(), [&](const Pair& pair) {
    return pair.has(end) && pair.has(other) && pair.link && pair.link->has_restarted(pair.end_of(end));
  });
}

std::optional<Instant> Links::next_deadline() const {
  std::optional<Instant> next;
  for (const Pair& pair : pairs_) next = fsm::earliest(next, fsm::earliest(pair.replace_at, pair.decide_at));
  return next;
}

bool Links::is_consistent() const {
  for (const Pair& pair : pairs_) {
    if (pair.offerer == pair.answerer || pair.link.has_value() == pair.replace_at.has_value()) return false;
    if (pair.decide_at && !pair.link) return false;
    if (pair.link && (pair.link->is_closed() || !pair.link->is_consistent())) return false;
  }
  return true;
}

Links::Pair* Links::find(const LinkId& id, const ParticipantSid& end) {
  const auto at =
      std::find_if(pairs_.begin(), pairs_.end(), [&](const Pair& pair) { return pair.has(end) && pair.link && pair.link->id() == id; });
  return at == pairs_.end() ? nullptr : &*at;
}

void Links::make_link(Pair& pair, Instant now) {
  pair.link.emplace(identifiers_->next_link({pair.offerer, pair.answerer}, wall_clock_at_start_ms_ + now.ms));
  pair.since = now;
  pair.replace_at.reset();
}

void Links::lose(Pair& pair, Instant now, LinkNews& news) {
  for (const LinkEnd end : {LinkEnd::kA, LinkEnd::kB})
    if (pair.link->has_heard(end)) news.resubscriptions.push_back({pair.at(end), pair.at(other(end))});
  pair.link.reset();
  pair.decide_at.reset();
  if (now - pair.since >= kReplacementForgiven) pair.next_delay = Millis{0};
  pair.replace_at = later(now, pair.since + pair.next_delay);
  pair.next_delay = std::clamp(2 * pair.next_delay, kFirstReplacementDelay, kMaxReplacementDelay);
  if (*pair.replace_at <= now) replace(pair, now, news);
}

void Links::decide(Pair& pair, Instant now, LinkNews& news) {
  pair.decide_at.reset();
  if (!pair.link->is_undecided()) return;
  for (const LinkEnd end : {LinkEnd::kA, LinkEnd::kB}) news.entries.push_back({pair.at(end), pair.link->closing()});
  lose(pair, now, news);
}

void Links::replace(Pair& pair, Instant now, LinkNews& news) {
  make_link(pair, now);
  for (auto& entry : pair.link->catch_up(LinkEnd::kA)) news.entries.push_back({pair.offerer, std::move(entry)});
}

}  // namespace holdfast::roomserver
