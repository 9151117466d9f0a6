// The way between one host and the server, as TCP makes it look from above: in order or not at all, late after a black hole, silent for
// ever after a change of address.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/instant.hpp"
#include "base/prng.hpp"
#include "virtual_time.hpp"

namespace holdfast::sim {

enum class Direction { kUp, kDown };  // client to server, server to client

struct Quality {
  Millis latency;
  Millis jitter;  // up to this much more
  std::uint32_t loss_percent = 0;
};

class TcpPath {
 public:
  class Connection {
    friend class TcpPath;
    struct Lane {
      Instant last;  // arrival: nothing overtakes
      std::deque<VirtualTime::Task> waiting;
      Instant waiting_since;
      bool is_backing_off = false;  // the way is free again, the next try is still to come
    };
    std::uint32_t address = 0;
    Lane lanes[2];
  };
  using ConnectionPtr = std::shared_ptr<Connection>;

  TcpPath(VirtualTime& time, std::uint64_t seed);
  // What still waits is dropped: it keeps its connection alive, which keeps it.
  ~TcpPath();
  TcpPath(const TcpPath&) = delete;
  TcpPath& operator=(const TcpPath&) = delete;

  ConnectionPtr connect();
  // Does the task at the other end. False if more is waiting already than any host would keep.
  [[nodiscard]] bool carry(const ConnectionPtr& connection, Direction direction, VirtualTime::Task task);

  void set_quality(Quality quality) { quality_ = quality; }
  const Quality& quality() const { return quality_; }
  void hold(Direction direction, bool held);
  bool is_held(Direction direction) const { return held_[index(direction)]; }
  void change_address() { ++address_; }
  // How long after the end of a trouble TCP tries again, if it has tried since then.
  Millis back_off(Instant since);

 private:
  static std::size_t index(Direction direction) { return static_cast<std::size_t>(direction); }
  void send(const ConnectionPtr& connection, Direction direction, VirtualTime::Task task);
  void try_again(const ConnectionPtr& connection, Direction direction);

  VirtualTime& time_;
  Prng random_;
  Quality quality_;
  std::uint32_t address_ = 0;
  bool held_[2] = {false, false};
  std::vector<std::weak_ptr<Connection>> connections_;
  std::vector<ConnectionPtr> waiting_[2];  // connections whose next try is to come once nothing is held
};

}  // namespace holdfast::sim
