// One tab of one person: a page with a client program in it, ours or a model of the official one, and what its app wants and knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "app_model.hpp"
#include "candidate_book.hpp"
#include "client/client.hpp"
#include "link_book.hpp"
#include "official_client.hpp"
#include "page.hpp"
#include "plan.hpp"
#include "trouble.hpp"

namespace holdfast::sim {

// What cannot happen to a tab twice at the same time.
enum class Slot { kWay, kLine, kRefusal, kTokens, kBrowser, kPage, kVisibility };

struct Tab {
  Tab(const Person& person, std::size_t number, std::uint64_t seed);

  Batch handle(const Input& input, Instant now) { return official ? official->handle(input, now) : holdfast->handle(input, now); }
  // What the app sees, whichever the client.
  bool is_over() const { return official ? official->is_over() : holdfast->is_over(); }
  AppModel::State state() const;
  std::optional<int> reason() const;
  std::string participant_sid() const { return official ? official->participant_sid() : app.participant_sid; }
  std::map<std::string, AppModel::Participant> participants() const;
  bool publishes(const TrackSid& sid) const;
  // Tracks of which the server has not said anything, or nothing good.
  bool awaits_answer_for(const std::string& id) const;
  bool was_refused(const std::string& id) const;

  // In the room, and its app wants to be back in the page that is loaded next.
  bool keeps_session() const;
  // The app has not left, and the Room or the connect() it asked for has not ended.
  bool is_in_use() const { return !page->is_gone() && !has_left && state() != AppModel::State::kDisconnected; }

  const Person& person;
  std::string identity;
  std::string name;   // identity and number
  std::string token;  // the latest
  std::uint32_t tokens_made = 0;
  std::set<std::string> warned_of;  // tokens, by the client
  bool token_function_failed = false;
  bool clock_stood_still = false;
  std::unique_ptr<Client> holdfast;  // one of these two
  std::unique_ptr<OfficialClient> official;
  std::unique_ptr<Page> page;
  AppModel app;                                       // of a holdfast client
  std::map<std::string, backend::LocalTrack> tracks;  // as the app wants them, by signaled id
  LinkBook links;                                     // of a holdfast client, too
  CandidateBook candidates;
  std::int64_t quality = backend::kNoQuality;  // of its network, as it has said
  effect::Description description;             // how things were when it last asked

  // What has happened to it.
  Trouble signaling{8_s};
  std::set<Slot> busy;
  Instant loses_words_until;  // the next offer or answer goes down with its socket
  bool sends = true;          // packets get out, and in
  bool hears = true;
  bool has_left = false;
  Instant joined_at;
  Instant left_at;
  Instant rejoined_at;
  Instant wished_at;           // the last time that it wanted another size of a track
  Instant back_at;             // from having lost signaling
  Instant saw_somebody_at;     // of whom nobody said that it was away, and had a connection to spare
  Instant spoke_at;            // sent anything
  bool page_went = false;      // its pagehide has run
  bool may_look_gone = false;  // the server was told what a page says that goes, or had its socket closed with 1001
  bool was_removed = false;
  bool was_superseded = false;
  bool room_was_completed = false;
  bool was_called_busy = false;
  bool browser_failed = false;  // to make a connection, to set a description, to answer
  bool dtls_failed = false;
  bool has_lost_its_links = false;   // given up by the others, or let in again
  std::set<std::string> asked_with;  // tracks that were enabled when it asked to be let in
  bool found_nothing = false;
  bool fails_with_socket = false;  // the next operation that its browser cannot do takes its sockets along
  bool over_was_checked = false;

  // Of a page that keeps its session, or was loaded after one.
  std::optional<std::size_t> page_before;  // the tab whose session it was given
  bool is_followed = false;                // … and of that one: there is a page that was given its session
  bool was_challenged = false;             // the same person has asked to be let in without its session
};

}  // namespace holdfast::sim
