#include "tcp_path.hpp"

#include <utility>

namespace holdfast::sim {

namespace {

constexpr std::size_t kMostWaiting = 5'000;  // messages in one direction of a connection
constexpr Millis kFirstRetransmission = 200_ms;
constexpr int kMostLosses = 6;  // of one message
constexpr Millis kLongestBackOff = 18_s;

constexpr Millis smaller(Millis a, Millis b) { return a < b ? a : b; }

}  // namespace

TcpPath::TcpPath(VirtualTime& time, std::uint64_t seed) : time_(time), random_(seed) {
  quality_ = {Millis{1 + random_.below(80)}, 20_ms, 0};
}

TcpPath::~TcpPath() {
  for (const auto& each : connections_)
    if (const ConnectionPtr connection = each.lock())
      for (Connection::Lane& lane : connection->lanes) lane.waiting.clear();
}

TcpPath::ConnectionPtr TcpPath::connect() {
  auto connection = std::make_shared<Connection>();
  connection->address = address_;
  connections_.push_back(connection);
  return connection;
}

bool TcpPath::carry(const ConnectionPtr& connection, Direction direction, VirtualTime::Task task) {
  if (connection->address != address_) return true;
  Connection::Lane& lane = connection->lanes[index(direction)];
  if (!is_held(direction) && !lane.is_backing_off) {
    send(connection, direction, std::move(task));
    return true;
  }
  if (lane.waiting.size() >= kMostWaiting) return false;
  if (lane.waiting.empty()) {
    lane.waiting_since = time_.now();
    waiting_[index(direction)].push_back(connection);
  }
  lane.waiting.push_back(std::move(task));
  return true;
}

void TcpPath::send(const ConnectionPtr& connection, Direction direction, VirtualTime::Task task) {
  Millis delay = quality_.latency + Millis{random_.below(static_cast<std::uint32_t>(quality_.jitter.count))};
  Millis retransmission = kFirstRetransmission;
  for (int losses = 0; quality_.loss_percent > 0 && losses < kMostLosses && random_.chance(quality_.loss_percent, 100); ++losses) {
    delay = delay + retransmission;
    retransmission = 2 * retransmission;
  }
  Instant& last = connection->lanes[index(direction)].last;
  last = later(last, time_.now() + delay);
  if (direction == Direction::kUp) return time_.at(last, std::move(task));
  // What is on its way to an address when the host leaves it has nobody to take it.
  time_.at(last, [this, connection, arrive = std::move(task)] {
    if (connection->address == address_) arrive();
  });
}

Millis TcpPath::back_off(Instant since) {
  const Millis longest = smaller({(time_.now() - since).count / 2}, kLongestBackOff);
  return Millis{random_.below(static_cast<std::uint32_t>(longest.count + 1))};
}

void TcpPath::hold(Direction direction, bool held) {
  if (std::exchange(held_[index(direction)], held) == held || held) return;
  for (const ConnectionPtr& connection : std::exchange(waiting_[index(direction)], {})) {
    Connection::Lane& lane = connection->lanes[index(direction)];
    lane.is_backing_off = true;
    time_.after(back_off(lane.waiting_since), [this, connection, direction] { try_again(connection, direction); });
  }
}

void TcpPath::try_again(const ConnectionPtr& connection, Direction direction) {
  Connection::Lane& lane = connection->lanes[index(direction)];
  lane.is_backing_off = false;
  if (is_held(direction)) return waiting_[index(direction)].push_back(connection);
  if (connection->address == address_)
    for (VirtualTime::Task& task : lane.waiting) send(connection, direction, std::move(task));
  lane.waiting.clear();
}

}  // namespace holdfast::sim
