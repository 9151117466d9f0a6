// The deadlines of many owners, the earliest first, so that one input costs no look at everybody.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/instant.hpp"

namespace holdfast::roomserver {

struct AgendaOwner {
  enum class Kind { kSocket, kRoom } kind = Kind::kSocket;
  std::uint32_t number = 0;
  friend bool operator<(const AgendaOwner& a, const AgendaOwner& b) { return a.kind != b.kind ? a.kind < b.kind : a.number < b.number; }
};

class Agenda {
 public:
  // Replaces the owner's deadline; nothing: it has none.
  void set(const AgendaOwner& owner, std::optional<Instant> deadline) {
    const auto known = deadlines_.find(owner);
    if (known != deadlines_.end()) {
      if (deadline && known->second == *deadline) return;
      order_.erase({known->second, owner});
      deadlines_.erase(known);
    }
    if (!deadline) return;
    deadlines_.emplace(owner, *deadline);
    order_.emplace(*deadline, owner);
  }

  std::optional<Instant> next() const {
    if (order_.empty()) return std::nullopt;
    return order_.begin()->first;
  }

  // The owner of the earliest deadline that is due (sockets before rooms, the older first, on a tie), taken off.
  std::optional<AgendaOwner> pop_due(Instant now) {
    if (order_.empty() || order_.begin()->first > now) return std::nullopt;
    const AgendaOwner owner = order_.begin()->second;
    set(owner, std::nullopt);
    return owner;
  }

  std::optional<Instant> deadline_of(const AgendaOwner& owner) const {
    const auto known = deadlines_.find(owner);
    return known == deadlines_.end() ? std::nullopt : std::optional(known->second);
  }

 private:
  std::map<AgendaOwner, Instant> deadlines_;
  std::set<std::pair<Instant, AgendaOwner>> order_;
};

}  // namespace holdfast::roomserver
