// Trickled ICE candidates of one link, both ways (docs/protocol.md 7.5): what this end has gathered, as cumulative lists per ufrag with a
// growing revision, and what the other end has told, held until the description it belongs to is applied.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend.hpp"
#include "effect.hpp"

namespace holdfast::peer {

// All candidates known under one ufrag, each once.
struct CandidateBox {
  std::string ufrag;
  std::vector<backend::IceCandidate> candidates;
  bool complete = false;
  bool changed = false;     // local: something the other end has not been told
  std::size_t applied = 0;  // remote: how many of them the browser has
};

// More than browsers gather or peers send in earnest; the rest is dropped. An ICE restart begins a new box.
constexpr std::size_t kMaxCandidates = 128;
constexpr std::size_t kMaxBoxes = 4;

class LocalCandidates {
 public:
  // The ufrag of the local description now in force. Unlike the official client's, a list survives a description with the same ufrag.
  void set_ufrag(std::string_view ufrag);
  // Filed under the candidate's own ufrag, else under the one in force.
  void add(const backend::IceCandidate& candidate);
  void complete();
  // The list in force, if it has changed since it was taken last. Lists of other ufrags wait until theirs is in force.
  std::optional<backend::Ice> take();

 private:
  std::vector<CandidateBox> boxes_;
  std::string ufrag_;
  std::int64_t revision_ = 0;
};

class RemoteCandidates {
 public:
  // Adds what is new in the list by its content, so a list that got shorter loses nothing and one that is repeated changes nothing.
  void add(const backend::Ice& ice);
  // The ufrag of the remote description that the browser now has.
  void set_ufrag(std::string_view ufrag);
  // Gives the browser what it can take now and does not have yet.
  void give(PeerId peer, Effects& effects);

 private:
  std::vector<CandidateBox> boxes_;
  std::string ufrag_;
};

}  // namespace holdfast::peer
