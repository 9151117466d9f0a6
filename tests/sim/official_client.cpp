#include "official_client.hpp"

namespace holdfast::sim {

struct OfficialClient::Impl {
  Options options;
  State state = State::kConnecting;
  std::string complaint;
  std::map<std::string, Remote> participants;
  std::map<std::string, Publication> publications;
};

OfficialClient::OfficialClient(std::uint64_t, Options options) : impl_(std::make_unique<Impl>()) { impl_->options = options; }
OfficialClient::~OfficialClient() = default;

Batch OfficialClient::handle(const Input&, Instant) { return {}; }
bool OfficialClient::is_over() const { return impl_->state == State::kDisconnected; }
const std::string& OfficialClient::complaint() const { return impl_->complaint; }
OfficialClient::State OfficialClient::state() const { return impl_->state; }
std::optional<int> OfficialClient::reason() const { return {}; }
int OfficialClient::reconnecting_count() const { return 0; }
std::string OfficialClient::participant_sid() const { return {}; }
const std::map<std::string, OfficialClient::Remote>& OfficialClient::participants() const { return impl_->participants; }
const std::map<std::string, OfficialClient::Publication>& OfficialClient::publications() const { return impl_->publications; }

}  // namespace holdfast::sim
