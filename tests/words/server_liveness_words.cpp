// Signs of life on one socket of the server: pongs, frames and time in every order.
#include "roomserver/limits.hpp"
#include "roomserver/liveness.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using namespace roomserver;

struct LivenessSubject {
  static constexpr std::string_view kName = "server liveness";
  static constexpr int kLength = 9;
  using Table = LivenessTable;
  static const std::vector<Letter<LivenessSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Liveness liveness;
  Promises promises;
  Instant now{1000};
  bool watched = false;
  bool silent = false;
  bool hung = false;
  Millis negotiated{0};
  Instant pinged;
  Instant heard;        // or nobody could have been: the machine slept
  Instant frame_heard;  // likewise
  bool hears = false;   // by this letter

  void watch(Millis timeout) {
    liveness.watch(timeout, now);
    negotiated = timeout;
    watched = true;
    silent = hung = false;
    pinged = heard = frame_heard = now;
  }
  void hear(bool frame) {
    frame ? liveness.handle_frame(now) : liveness.handle_pong(now);
    hears = watched;
    heard = now;
    if (frame || silent) frame_heard = now;
    if (frame) hung = false;
  }
  void wake() {
    liveness.wake(now);
    heard = frame_heard = now;
  }
  void stop() {
    liveness.stop(now);
    watched = silent = hung = false;
  }
  void pass_to(Instant then) {
    now = then;
    liveness.fire_due(now);
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const LivenessReport report = liveness.take_report();
    require(liveness.is_consistent(), "the machine is consistent");
    require(watched == liveness.next_deadline().has_value(), "there is a deadline exactly while somebody is watched");
    require(!liveness.next_deadline() || *liveness.next_deadline() > now, "no deadline stays behind");
    require(watched || !(report.ping || report.silent || report.recovered || report.hung), "nothing is reported while nobody is watched");
    if (report.ping) pinged = now;
    require(!watched || now - pinged < kPingInterval, "a ping goes out twice a second");

    require(report.recovered == (silent && hears), "whoever is heard again has recovered, and nobody else");
    if (report.recovered) silent = hung = false;
    require(!report.silent || !silent, "silence is reported once");
    require(!report.silent || now - heard >= kSilenceLimit, "nobody is called silent before the limit");
    silent = silent || report.silent;
    require(!watched || silent || now - heard < kSilenceLimit, "silence is noticed in time");

    require(!report.hung || !hung, "a hung page is reported once");
    require(!report.hung || now - frame_heard >= 3 * negotiated, "a page is not called hung before three of its heartbeats are missing");
    hung = hung || report.hung;
    require(!watched || silent || hung || now - frame_heard < 3 * negotiated, "a hung page is noticed in time");
    hears = false;
  }
};

bool is_watched(const LivenessSubject& s) { return s.watched; }
bool is_unwatched(const LivenessSubject& s) { return !s.watched; }

const std::vector<Letter<LivenessSubject>>& LivenessSubject::letters() {
  using S = LivenessSubject;
  static const std::vector<Letter<S>> kLetters = {
      {"hello (1 s)", is_unwatched, [](S& s) { s.watch(1_s); }},
      {"hello (5 s)", is_unwatched, [](S& s) { s.watch(5_s); }},
      {"pong", nullptr, [](S& s) { s.hear(false); }},
      {"frame", nullptr, [](S& s) { s.hear(true); }},
      {"wake", nullptr, [](S& s) { s.wake(); }},
      {"stop", nullptr, [](S& s) { s.stop(); }},
      {"deadline", is_watched, [](S& s) { s.pass_to(*s.liveness.next_deadline()); }},
      {"second", nullptr, [](S& s) { s.pass_to(s.now + 1_s); }},
  };
  return kLetters;
}

const std::vector<Beginning>& LivenessSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {{}};
  return kBeginnings;
}

}  // namespace

Report server_liveness_words() { return enumerate<LivenessSubject>(); }

}  // namespace holdfast::words
