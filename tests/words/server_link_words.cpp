// The server's arbitration on one link: whatever the two ends say in whatever order, each is told only what it can use (docs/protocol.md
// 8.3, 8.6).
#include <optional>

#include "roomserver/link.hpp"
#include "words.hpp"

namespace holdfast::words {
namespace {

using namespace roomserver;
using backend::Description;
using backend::DescriptionType;
using Entries = std::vector<rsp::PeerConnectionState>;

// What one end has said that went on to the other.
struct PassedOn {
  std::optional<std::int64_t> offer;
  std::optional<std::int64_t> answer;
};

struct LinkSubject {
  static constexpr std::string_view kName = "server link";
  static constexpr int kLength = 6;
  using Table = LinkTable;
  static const std::vector<Letter<LinkSubject>>& letters();
  static const std::vector<Beginning>& beginnings();

  Link link{LinkId("l")};
  Promises promises;
  PassedOn passed[2];
  bool described[2] = {};  // something of that end's went on
  std::int64_t agreed = 0;
  std::optional<std::int64_t> open;  // offer
  LinkEnd offerer = LinkEnd::kA;     // of the open offer
  bool closed = false;
  std::int64_t ice_revision[2] = {};      // of what went on
  std::int64_t candidates_said[2] = {};   // by each end, under one ufrag
  std::size_t candidates_passed[2] = {};  //

  std::int64_t latest() const { return open ? *open : agreed; }

  void say(LinkEnd from, DescriptionType type, std::int64_t revision) {
    rsp::PeerConnectionState said{LinkId("l"), Description{type, revision, "a=ice-ufrag:u\r\n"}, {}};
    const bool is_new = !open || offerer == from || agreed > 0;
    const bool is_wanted = type == DescriptionType::kOffer && revision > latest() && is_new;
    const bool is_awaited = type == DescriptionType::kAnswer && open == revision && offerer != from;
    const bool was_closed = closed;
    judge(from, link.handle(from, said));
    if (was_closed) return;
    promises.require(!is_wanted || (open == revision && offerer == from), "an offer above all others goes on, but against the first");
    promises.require(!is_awaited || agreed == revision, "the answer to the open offer goes on");
    promises.require(type != DescriptionType::kClose || closed, "whoever closes its end closes the link");
  }
  void trickle(LinkEnd from) {
    const auto end = static_cast<std::size_t>(from);
    rsp::Ice ice{"u", ++candidates_said[end], {}, false};
    // The latest only: clients empty their lists.
    ice.candidates.push_back({"candidate " + std::to_string(candidates_said[end]), "0", 0, ""});
    judge(from, link.handle(from, {LinkId("l"), {}, ice}));
  }

  void check() {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    require(link.is_consistent(), "the machine is consistent");
    require(closed == link.is_closed(), "closed is final");
    require(!link.is_unrecoverable() || link.is_closed(), "a link that cannot recover is closed");
    require(link.closing().description->revision > std::max(passed[0].offer.value_or(0), passed[1].offer.value_or(0)),
            "a close is newer than all that went on");
    if (closed) return;
    require(link.has_spoken(LinkEnd::kA) == described[0] && link.has_heard(LinkEnd::kB) == described[0],
            "who has described itself is known");
    require(link.has_spoken(LinkEnd::kB) == described[1] && link.has_heard(LinkEnd::kA) == described[1],
            "who has described itself is known");
    check_catch_up(LinkEnd::kA);
    check_catch_up(LinkEnd::kB);
  }

 private:
  void judge(LinkEnd from, const Entries& news) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const auto end = static_cast<std::size_t>(from);
    const auto peer = static_cast<std::size_t>(other(from));
    require(!closed || news.empty(), "nothing goes on through a closed link");
    for (const auto& entry : news) {
      if (entry.ice) {
        require(described[end] || (entry.description && entry.description->type != DescriptionType::kClose),
                "candidates follow the description of their end");
        require(entry.ice->revision > ice_revision[end], "candidate lists have growing revisions");
        require(entry.ice->candidates.size() >= candidates_passed[end], "candidate lists lose nothing");
        ice_revision[end] = entry.ice->revision;
        candidates_passed[end] = entry.ice->candidates.size();
      }
      if (!entry.description) continue;
      const std::int64_t revision = entry.description->revision;
      switch (entry.description->type) {
        case DescriptionType::kOffer:
          require(revision > agreed && (!passed[end].offer || revision > *passed[end].offer), "the offers of one end grow");
          require(revision != passed[peer].offer || agreed >= revision, "of two offers of one revision only one goes on");
          require(!open || offerer == from || revision > *open, "in glare only a newer offer goes on");
          require(!open || offerer == from || agreed > 0, "a first offer is never countermanded");
          passed[end].offer = revision;
          described[end] = true;
          open = revision;
          offerer = from;
          break;
        case DescriptionType::kAnswer:
          require(open && offerer != from && revision == *open, "an answer is to the open offer of the other end");
          passed[end].answer = revision;
          described[end] = true;
          agreed = revision;
          open.reset();
          break;
        case DescriptionType::kClose:
          closed = true;
          break;
        case DescriptionType::kPranswer:
        case DescriptionType::kCreateOffer:
          require(false, "nothing else goes on");
      }
    }
    if (link.is_unrecoverable()) {
      require(!closed || news.empty(), "a link that cannot recover says nothing more");
      require(closed || agreed == 0, "only a first round can be beyond recovery");
      closed = true;
    }
    if (!closed && described[end])
      require(candidates_passed[end] == static_cast<std::size_t>(candidates_said[end]), "no candidate is lost");
  }

  // What an end is told after a sync leads it to where the link is.
  void check_catch_up(LinkEnd to) {
    const auto require = [this](bool holds, const char* promise) { promises.require(holds, promise); };
    const auto from = static_cast<std::size_t>(other(to));
    bool offer_told = false;
    bool answer_told = false;
    for (const auto& entry : link.catch_up(to)) {
      if (entry.ice) require(described[from] && entry.ice->candidates.size() == candidates_passed[from], "all candidates are told again");
      if (!entry.description) continue;
      switch (entry.description->type) {
        case DescriptionType::kOffer:
          require(open && offerer != to && entry.description->revision == *open, "the open offer is told again, and no other");
          offer_told = true;
          break;
        case DescriptionType::kAnswer:
          require(!offer_told && passed[from].answer == agreed && entry.description->revision == agreed,
                  "the answer of the last round is told again, before the next offer");
          answer_told = true;
          break;
        case DescriptionType::kCreateOffer:
          require(to == LinkEnd::kA && !described[0] && !open, "only the offerer is asked for an offer, and only once it has none");
          break;
        case DescriptionType::kClose:
        case DescriptionType::kPranswer:
          require(false, "an open link is not closed by catching up");
      }
    }
    require(offer_told == (open && offerer != to), "whoever has to answer is told the offer");
    require(answer_told == (agreed > 0 && passed[from].answer == agreed), "whoever may wait for an answer is told it");
  }
};

constexpr LinkEnd kA = LinkEnd::kA;
constexpr LinkEnd kB = LinkEnd::kB;

template <LinkEnd end, int above>
void offer(LinkSubject& s) {
  s.say(end, DescriptionType::kOffer, s.latest() + above);
}
template <LinkEnd end, int above>
void answer(LinkSubject& s) {
  s.say(end, DescriptionType::kAnswer, s.latest() + above);
}
template <LinkEnd end>
void close(LinkSubject& s) {
  s.say(end, DescriptionType::kClose, s.latest() + 1);
}
template <LinkEnd end>
void ask(LinkSubject& s) {
  s.say(end, DescriptionType::kCreateOffer, s.latest() + 1);
}
template <LinkEnd end>
void gather(LinkSubject& s) {
  s.trickle(end);
}

const std::vector<Letter<LinkSubject>>& LinkSubject::letters() {
  static const std::vector<Letter<LinkSubject>> kLetters = {
      {"A offers anew", nullptr, offer<kA, 1>},
      {"B offers anew", nullptr, offer<kB, 1>},
      {"A offers two above", nullptr, offer<kA, 2>},
      {"B offers two above", nullptr, offer<kB, 2>},
      {"A offers the latest revision", nullptr, offer<kA, 0>},
      {"B offers the latest revision", nullptr, offer<kB, 0>},
      {"A offers one below", nullptr, offer<kA, -1>},
      {"B offers one below", nullptr, offer<kB, -1>},
      {"A answers", nullptr, answer<kA, 0>},
      {"B answers", nullptr, answer<kB, 0>},
      {"A answers one below", nullptr, answer<kA, -1>},
      {"B answers one below", nullptr, answer<kB, -1>},
      {"A asks for an offer", nullptr, ask<kA>},
      {"A trickles", nullptr, gather<kA>},
      {"B trickles", nullptr, gather<kB>},
      {"A closes", nullptr, close<kA>},
      {"B closes", nullptr, close<kB>},
  };
  return kLetters;
}

const std::vector<Beginning>& LinkSubject::beginnings() {
  static const std::vector<Beginning> kBeginnings = {{}, {"A offers anew", "B answers"}};
  return kBeginnings;
}

}  // namespace

Report server_link_words() { return enumerate<LinkSubject>(); }

}  // namespace holdfast::words
