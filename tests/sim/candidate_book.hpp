// What a client of ours has told of its candidates, link by link. A list only grows; and what was told on a socket that is lost is told
// again once the client is back in step, since nobody knows whether it was heard.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "rsp/wire/messages.hpp"

namespace holdfast::sim {

class CandidateBook {
 public:
  using States = std::vector<rsp::PeerConnectionState>;

  // False: a list has shrunk.
  bool tells(const States& states) {
    bool has_grown = true;
    for (const rsp::PeerConnectionState& state : states) {
      if (!state.ice) continue;
      Told& told = told_[state.id.value];
      has_grown = has_grown && (told.ufrag != state.ice->ufrag || told.count <= state.ice->candidates.size());
      told = {state.ice->ufrag, state.ice->candidates.size()};
      owed_.erase(state.id.value);
    }
    return has_grown;
  }
  // Names its links in a `sync`. False: of one of them nothing was told again after the `sync` before.
  bool syncs(const States& states) {
    std::set<std::string> named;
    for (const rsp::PeerConnectionState& state : states) named.insert(state.id.value);
    const bool has_told = !was_in_step_ || std::none_of(owed_.begin(), owed_.end(), [&](const auto& id) { return named.count(id) > 0; });
    was_in_step_ = false;
    owed_.clear();
    for (const auto& [id, told] : told_)
      if (named.count(id) > 0) owed_.insert(id);
    return has_told;
  }
  void is_in_step() { was_in_step_ = true; }

 private:
  struct Told {
    std::string ufrag;
    std::size_t count = 0;
  };
  std::map<std::string, Told> told_;
  std::set<std::string> owed_;  // since the last `sync`
  bool was_in_step_ = false;    // … too
};

}  // namespace holdfast::sim
