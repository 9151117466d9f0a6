// Offers and answers of one link between the other end, the browser and our own wishes, in every order (docs/protocol.md 7.3).
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "peer/negotiation.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using backend::Description;
using backend::DescriptionType;
using peer::Negotiation;

// Numbers of operations need only differ.
std::uint32_t operations = 0;

// One section of audio; the session name tells the revision.
std::string sdp(std::int64_t revision, const std::string& ufrag, const char* direction) {
  return "v=0\r\ns=" + std::to_string(revision) + "\r\nm=audio 9 RTP 0\r\na=mid:0\r\na=ice-ufrag:" + ufrag + "\r\na=" + direction + "\r\n";
}
std::int64_t revision_in(const std::string& text) { return std::strtoll(text.c_str() + text.find("s=") + 2, nullptr, 10); }

// RTCPeerConnection as far as it can be in the wrong state (webrtc-pc 1.0, 4.3.1).
struct Browser {
  enum class Signaling { kStable, kHaveLocalOffer, kHaveRemoteOffer } signaling = Signaling::kStable;
  enum class Task { kNone, kLocalOffer, kLocalAnswer, kRollback, kRemoteOffer, kRemoteAnswer } task = Task::kNone;
  OperationId operation;
  bool sends = false;  // the track
  int generation = 0;  // of its ICE credentials
  bool is_idle() const { return task == Task::kNone; }
};
using Task = Browser::Task;
using Signaling = Browser::Signaling;

struct NegotiationSubject {
  static constexpr std::string_view kName = "negotiation";
  static constexpr int kLength = 5;
  using Table = peer::NegotiationTable;
  static const std::vector<Letter<NegotiationSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Negotiation negotiation{PeerId{1}, operations};
  Promises promises;
  Browser browser;
  bool signaling_up = true;
  bool closed = false;
  bool told_to_close = false;

  std::int64_t known = 0;      // the highest revision said by either end
  std::int64_t our_offer = 0;  // the latest that was sent
  std::int64_t their_offer = 0;
  std::int64_t applied = 0;  // of theirs, by the browser; the highest
  std::int64_t applying = 0;
  std::int64_t agreed = 0;
  std::int64_t said_answer = 0;
  int their_generation = 0;
  bool their_restart_applying = false;
  int applied_generation = 0;  // of the description agreed on

  bool wants_track = false;
  bool offer_wanted = false;
  bool restart_wanted = false;
  bool restart_offered = false;
  bool carries_track = false;  // the description agreed on does
  bool proposes_track = false;
  std::optional<std::int64_t> due_answer;  // of this letter

  void set_signaling(bool up) {
    signaling_up = up;
    act([&](Effects& effects) { negotiation.set_signaling(up, effects); });
  }
  void want_track(bool wanted) {
    wants_track = wanted;
    std::vector<backend::LocalTrack> tracks;
    if (wanted) tracks.push_back({SignaledId("a"), backend::TrackKind::kAudio, "a", true, {}});
    act([&](Effects& effects) { negotiation.set_tracks(tracks, effects); });
  }
  void want_offer() {
    offer_wanted = !closed;
    act([&](Effects& effects) { negotiation.request_offer(effects); });
  }
  void want_restart() {
    restart_wanted = !closed && agreed > 0;
    act([&](Effects& effects) { negotiation.request_restart(effects); });
  }
  void hear(DescriptionType type, std::int64_t revision, bool restart = false) {
    if (type == DescriptionType::kOffer) their_offer = std::max(their_offer, revision);
    if (type == DescriptionType::kOffer || type == DescriptionType::kCreateOffer) known = std::max(known, revision);
    if (type == DescriptionType::kClose) told_to_close = true;
    if (restart) ++their_generation;
    const Description said{type, revision, sdp(revision, "r" + std::to_string(their_generation), "sendrecv")};
    act([&](Effects& effects) { negotiation.apply(said, effects); });
  }
  void close() {
    told_to_close = true;
    act([&](Effects& effects) { negotiation.close(effects); });
  }
  void never_made() {
    browser.task = Task::kNone;
    act([&](Effects& effects) { negotiation.handle(input::PeerOperationFailed{PeerId{1}, {}, "NotSupportedError", ""}, effects); });
  }
  void fail() {
    browser.task = Task::kNone;
    act([&](Effects& effects) {
      promises.require(negotiation.handle(input::PeerOperationFailed{PeerId{1}, browser.operation, "OperationError", ""}, effects),
                       "the failure of an operation is heard");
    });
  }
  void late_reports() {
    const OperationId old{browser.operation.value - (browser.is_idle() ? 0 : 1)};
    act([&](Effects& effects) {
      const bool heard = negotiation.handle(input::LocalDescriptionSet{PeerId{1}, old, "", {}}, effects) ||
                         negotiation.handle(input::RemoteDescriptionSet{PeerId{1}, old}, effects) ||
                         negotiation.handle(input::PeerOperationFailed{PeerId{1}, old, "", ""}, effects);
      promises.require(!heard && effects.empty(), "late answers of the browser change nothing");
    });
  }
  void finish_task() {
    const Task task = std::exchange(browser.task, Task::kNone);
    input::LocalDescriptionSet report{PeerId{1}, browser.operation, "", {}};
    switch (task) {
      case Task::kLocalOffer:
        browser.signaling = Signaling::kHaveLocalOffer;
        describe(report);
        break;
      case Task::kLocalAnswer:
        browser.signaling = Signaling::kStable;
        describe(report);
        due_answer = applying;
        agree(applying);
        break;
      case Task::kRemoteOffer:
        browser.signaling = Signaling::kHaveRemoteOffer;
        break;
      case Task::kRemoteAnswer:
        browser.signaling = Signaling::kStable;
        agree(our_offer);
        break;
      case Task::kRollback:
        browser.signaling = Signaling::kStable;
        break;
      case Task::kNone:
        break;
    }
    act([&](Effects& effects) {
      const bool is_remote = task == Task::kRemoteOffer || task == Task::kRemoteAnswer;
      const bool heard = is_remote ? negotiation.handle(input::RemoteDescriptionSet{PeerId{1}, browser.operation}, effects)
                                   : negotiation.handle(report, effects);
      promises.require(heard, "the end of an operation is heard");
    });
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(negotiation.is_consistent(), "the machine is consistent");
    require(negotiation.is_closed() == closed, "closed is when the browser's object is");
    require(negotiation.is_broken() ? closed : closed == told_to_close, "only who was told to closes, or who cannot go on");
    if (auto description = negotiation.take_description()) watch(*description);
    require(!due_answer, "each answer is sent");
    due_answer.reset();
    if (closed || !browser.is_idle()) return;
    using State = Negotiation::State;
    require(browser.signaling != Signaling::kHaveRemoteOffer, "an offer of theirs is answered at once");
    require(negotiation.state() == (browser.signaling == Signaling::kStable ? State::kStable : State::kHaveLocalOffer),
            "with an idle browser the state is its signaling state");
    if (browser.signaling != Signaling::kStable || !signaling_up) return;
    require(negotiation.is_settled(), "at rest it is settled");
    require(!offer_wanted, "whoever wants an offer gets one");
    require(agreed == 0 || !restart_wanted, "whoever wants a restart gets one");
    require(agreed == 0 || carries_track == wants_track, "what is agreed on carries the tracks that are wanted");
    require(their_offer <= std::max(agreed, our_offer), "no offer of theirs is forgotten");
  }

 private:
  void describe(input::LocalDescriptionSet& report) {
    proposes_track = browser.sends;
    report.sdp = sdp(0, "l" + std::to_string(browser.generation), browser.sends ? "sendrecv" : "recvonly");
    report.transceivers.push_back({"0", backend::TrackKind::kAudio, SignaledId(browser.sends ? "a" : "")});
  }
  void agree(std::int64_t revision) {
    promises.require(revision > agreed, "agreements have growing revisions");
    const bool they_restarted = agreed > 0 && applied_generation != applying_generation;
    if (they_restarted || restart_offered) restart_wanted = false;
    restart_offered = false;
    applied_generation = applying_generation;
    agreed = revision;
    carries_track = proposes_track;
    offer_wanted = false;
  }
  int applying_generation = 0;

  template <class Input>
  void act(Input&& input) {
    static Effects effects;
    effects.clear();
    input(effects);
    for (const Effect& effect : effects) watch(effect);
  }
  void begin(Task task, OperationId operation, bool possible) {
    promises.require(browser.is_idle(), "the browser does one thing at a time");
    promises.require(possible, "the browser is asked for nothing that its signaling state forbids");
    promises.require(operation.value > browser.operation.value, "each operation has a number of its own");
    browser.task = task;
    browser.operation = operation;
  }
  void watch(const Effect& effect) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    if (std::holds_alternative<effect::Log>(effect)) return;
    require(!closed, "nothing is asked of a closed connection");
    if (const auto* local = std::get_if<effect::SetLocalDescription>(&effect)) {
      using Type = effect::LocalDescriptionType;
      if (local->type == Type::kOffer) {
        require(signaling_up, "no offer begins while signaling is away");
        require(!local->ice_restart || agreed > 0, "there is nothing to restart before an agreement");
        begin(Task::kLocalOffer, local->op, browser.signaling == Signaling::kStable);
        restart_offered = local->ice_restart;
        if (local->ice_restart) ++browser.generation;
      } else if (local->type == Type::kAnswer) {
        begin(Task::kLocalAnswer, local->op, browser.signaling == Signaling::kHaveRemoteOffer);
      } else {
        begin(Task::kRollback, local->op, browser.signaling != Signaling::kStable);
        restart_offered = false;
      }
    } else if (const auto* remote = std::get_if<effect::SetRemoteDescription>(&effect)) {
      const std::int64_t revision = revision_in(remote->sdp);
      applying_generation = std::atoi(remote->sdp.c_str() + remote->sdp.find("ufrag:r") + 7);
      if (remote->type == DescriptionType::kOffer) {
        require(revision > agreed, "no stale offer is taken");
        begin(Task::kRemoteOffer, remote->op, browser.signaling == Signaling::kStable);
        applying = revision;
        applied = std::max(applied, revision);
      } else {
        require(revision == our_offer, "an answer is to the latest offer");
        begin(Task::kRemoteAnswer, remote->op, browser.signaling == Signaling::kHaveLocalOffer);
      }
    } else if (std::holds_alternative<effect::AddTrack>(effect)) {
      require(!browser.sends, "a track is added once");
      browser.sends = true;
    } else if (std::holds_alternative<effect::RemoveTrack>(effect)) {
      require(browser.sends, "a track is removed once");
      browser.sends = false;
    } else if (std::holds_alternative<effect::ClosePeer>(effect)) {
      closed = true;
      browser.task = Task::kNone;
      due_answer.reset();
    } else {
      require(false, "a negotiation asks for nothing else");
    }
  }
  void watch(const Description& description) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(!closed, "nothing is sent after the close");
    if (description.type == DescriptionType::kAnswer) {
      require(description.revision == due_answer, "an answer is sent once, to the offer that was taken");
      due_answer.reset();
    } else {
      require(description.type == DescriptionType::kOffer, "only offers and answers are sent");
      require(browser.signaling == Signaling::kHaveLocalOffer && browser.is_idle(), "an offer is sent once the browser has it");
      require(description.revision > std::max({our_offer, applied, agreed}), "an offer is newer than all before");
      our_offer = description.revision;
      known = std::max(known, our_offer);
    }
  }
};

using S = NegotiationSubject;
bool is_busy(const S& s) { return !s.browser.is_idle() && !s.closed; }

// The revisions of one end never fall: the server sees to that (8.3).
template <DescriptionType type, int above>
void hears(S& s) {
  s.hear(type, s.known + above);
}

const std::vector<Letter<S>>& NegotiationSubject::letters() {
  using enum DescriptionType;
  static const std::vector<Letter<S>> kLetters = {
      {"signaling down", [](const S& s) { return s.signaling_up; }, [](S& s) { s.set_signaling(false); }},
      {"signaling up", [](const S& s) { return !s.signaling_up; }, [](S& s) { s.set_signaling(true); }},
      {"track on", [](const S& s) { return !s.wants_track; }, [](S& s) { s.want_track(true); }},
      {"track off", [](const S& s) { return s.wants_track; }, [](S& s) { s.want_track(false); }},
      {"offer wanted", nullptr, [](S& s) { s.want_offer(); }},
      {"restart wanted", nullptr, [](S& s) { s.want_restart(); }},
      {"their offer, new", nullptr, hears<kOffer, 1>},
      {"their offer, two above", nullptr, hears<kOffer, 2>},
      {"their offer, same revision", nullptr, hears<kOffer, 0>},
      {"their offer, one below", [](const S& s) { return s.known > s.their_offer; }, hears<kOffer, -1>},
      {"their offer, new, restarting", nullptr, [](S& s) { s.hear(kOffer, s.known + 1, true); }},
      {"their answer", [](const S& s) { return s.our_offer > 0; }, [](S& s) { s.hear(kAnswer, s.our_offer); }},
      {"their answer, one below", nullptr, [](S& s) { s.hear(kAnswer, s.our_offer - 1); }},
      {"their pranswer", [](const S& s) { return s.our_offer > 0; }, [](S& s) { s.hear(kPranswer, s.our_offer); }},
      {"create-offer, new", nullptr, hears<kCreateOffer, 1>},
      {"create-offer, same revision", nullptr, hears<kCreateOffer, 0>},
      {"create-offer, agreed revision", nullptr, [](S& s) { s.hear(kCreateOffer, s.agreed); }},
      {"their close", nullptr, hears<kClose, 1>},
      {"operation done", is_busy, [](S& s) { s.finish_task(); }},
      {"operation fails", is_busy, [](S& s) { s.fail(); }},
      {"late reports", [](const S& s) { return s.browser.operation.value > 1; }, [](S& s) { s.late_reports(); }},
      {"connection could not be made", nullptr, [](S& s) { s.never_made(); }},
      {"close", nullptr, [](S& s) { s.close(); }},
  };
  return kLetters;
}

const std::vector<Beginning>& NegotiationSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {
      {},
      {"track on", "their offer, new", "operation done", "operation done"},
      {"offer wanted", "operation done", "their answer", "operation done"},
      {"offer wanted", "operation done", "their answer", "operation done", "track on", "operation done"},
      {"offer wanted", "operation done", "their answer", "operation fails", "operation done",  // and so on …
       "operation done", "their answer", "operation fails", "operation done", "operation done", "their answer"},
  };
  return kBeginnings;
}

}  // namespace

Report negotiation_words() { return enumerate<NegotiationSubject>(); }

}  // namespace holdfast::words
