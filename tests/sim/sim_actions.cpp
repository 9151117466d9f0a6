// What people do in a simulated room, and what happens to them.
#include <iterator>
#include <utility>

#include "sim_room.hpp"

namespace holdfast::sim {

// ---- what people do ----------------------------------------------------------------------------------------------------------------

void SimRoom::join(std::size_t person) {
  const std::size_t index = network_.add_client();
  tab_of_[person] = index;
  tabs_.push_back(std::make_unique<Tab>());
  for (std::vector<bool>& row : cut_) row.resize(index + 1);
  cut_.emplace_back(index + 1);

  Tab& tab = *tabs_[index];
  tab.identity = std::string(1, static_cast<char>('A' + person));
  tab.client = std::make_unique<Client>(random_.next());
  say(name_of(index) + " joins");
  input::Connect connect;
  connect.url = "wss://rooms.example/signaling";
  connect.token = tab.identity;
  connect.room_name = "room";
  connect.ice_servers_given = random_.chance(1, 4);
  for (std::uint32_t count = random_.below(3); count > 0; --count) {
    const backend::LocalTrack track = new_track();
    tab.tracks[track.id.value] = track;
    tab.app.publish(track.id);
    connect.tracks.push_back(track);
  }
  give(index, connect);
}

// Every now and then, until things heal.
void SimRoom::act(std::size_t person) {
  time_.after(some(50, 3000), [this, person] {
    if (healed_) return;
    const std::size_t tab = tab_of_[person];
    if (!is_in_use(tab)) {
      if (random_.chance(1, 2)) join(person);
    } else if (!tabs_[tab]->frozen) {
      act_once(tab);
    }
    act(person);
  });
}

void SimRoom::act_once(std::size_t tab) {
  struct Choice {
    std::uint32_t percent;
    void (SimRoom::*act)(std::size_t tab);
  };
  static constexpr Choice kChoices[] = {
      {20, &SimRoom::publish},   {10, &SimRoom::unpublish},
      {10, &SimRoom::toggle},    {4, &SimRoom::set_priority},
      {10, &SimRoom::reset},     {10, &SimRoom::lose_host},
      {10, &SimRoom::cut_media}, {6, &SimRoom::disturb_peers},
      {5, &SimRoom::freeze},     {6, &SimRoom::hear_of_page_or_network},
      {2, &SimRoom::leave},      {2, &SimRoom::close_tab},
      {2, &SimRoom::crash},      {1, &SimRoom::open_second_tab},
      {1, &SimRoom::be_removed}, {1, &SimRoom::complete_room},
  };
  std::uint32_t draw = random_.below(100);
  for (const Choice& choice : kChoices) {
    if (draw < choice.percent) return (this->*choice.act)(tab);
    draw -= choice.percent;
  }
}

std::string SimRoom::pick(const std::map<std::string, backend::LocalTrack>& tracks) {
  if (tracks.empty()) return "";
  auto entry = tracks.begin();
  std::advance(entry, random_.below(static_cast<std::uint32_t>(tracks.size())));
  return entry->first;
}

// The fake browser knows the kind of a track by the first letter of its id.
backend::LocalTrack SimRoom::new_track() {
  const std::uint32_t kind = random_.below(3);
  const std::string name = std::string(1, "avd"[kind]) + std::to_string(next_track_++);
  return {SignaledId(name), backend::TrackKind(kind), name, kind == 2 || random_.chance(3, 4), {}};
}

void SimRoom::publish(std::size_t index) {
  Tab& tab = *tabs_[index];
  if (tab.tracks.size() >= 5) return;
  const backend::LocalTrack track = new_track();
  say(name_of(index) + " publishes " + track.id.value);
  tab.tracks[track.id.value] = track;
  tab.app.publish(track.id);
  figures_.add("published");
  give(index, input::Publish{track});
}

void SimRoom::unpublish(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab.tracks);
  if (id.empty()) return;
  say(name_of(index) + " unpublishes " + id);
  tab.tracks.erase(id);
  tab.app.unpublish(SignaledId(id));
  give(index, input::Unpublish{SignaledId(id)});
}

void SimRoom::toggle(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab.tracks);
  if (id.empty() || tab.tracks[id].kind == backend::TrackKind::kData) return;
  tab.tracks[id].enabled = !tab.tracks[id].enabled;
  say(name_of(index) + (tab.tracks[id].enabled ? " unmutes " : " mutes ") + id);
  give(index, input::SetTrackEnabled{SignaledId(id), tab.tracks[id].enabled});
}

void SimRoom::set_priority(std::size_t index) {
  Tab& tab = *tabs_[index];
  const std::string id = pick(tab.tracks);
  if (id.empty()) return;
  tab.tracks[id].priority = backend::Priority(random_.below(3));
  give(index, input::SetTrackPriority{SignaledId(id), tab.tracks[id].priority});
}

void SimRoom::leave(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(name_of(index) + " leaves");
  tab.app.leave();
  give(index, input::Disconnect{});
  if (!tab.client->is_over()) complain(name_of(index) + ": disconnect() did not end it at once");
  tab.gone = true;
}

void SimRoom::close_tab(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(name_of(index) + " closes the tab");
  const bool handlers_run = random_.chance(1, 2);
  if (handlers_run) {
    if (tab.app.state != AppModel::State::kConnecting) tab.app.leave();
    give(index, input::Page{input::PageEvent::kPageHide, false});
    if (!tab.client->is_over()) complain(name_of(index) + ": the page has gone and the client has not");
  }
  tab.gone = true;
  network_.close_page(index);
  media_.close_page(index);
}

void SimRoom::open_second_tab(std::size_t index) { join(static_cast<std::size_t>(tabs_[index]->identity[0] - 'A')); }

void SimRoom::be_removed(std::size_t index) {
  somebody_was_removed_ = true;
  say("the host removes " + name_of(index));
  give_server(roomserver::RemoveParticipant{"room", tabs_[index]->identity});
}

void SimRoom::complete_room(std::size_t) {
  somebody_was_removed_ = true;
  say("the host completes the room");
  give_server(roomserver::CompleteRoom{"room"});
}

void SimRoom::crash(std::size_t index) {
  if (!weather_.crashes) return;
  say(name_of(index) + " crashes");
  tabs_[index]->gone = true;
  network_.set_up(index, false);
  media_.close_page(index);
  figures_.add("crashes");
}

void SimRoom::freeze(std::size_t index) {
  Tab& tab = *tabs_[index];
  say(name_of(index) + " freezes");
  figures_.add("freezes");
  give(index, input::Page{input::PageEvent::kFreeze, false});
  tab.frozen = true;
  tab.disturbed = time_.now();
  time_.after(some(100, weather_.longest_freeze_ms), [this, index] { thaw(index); });
}

// Chromium kills the socket of a frozen page when it thaws.
void SimRoom::thaw(std::size_t index) {
  Tab& tab = *tabs_[index];
  if (!std::exchange(tab.frozen, false)) return;
  tab.disturbed = time_.now();
  say(name_of(index) + " thaws");
  if (random_.chance(1, 2)) give(index, input::Page{input::PageEvent::kResume, false});
  if (random_.chance(1, 2)) network_.reset(index);
  for (const Input& input : std::exchange(tab.waiting, {})) give(index, input);
}

// ---- what happens to them ----------------------------------------------------------------------------------------------------------

void SimRoom::hear_of_page_or_network(std::size_t index) {
  using input::PageEvent;
  switch (random_.below(4)) {
    case 0:
      return give(index, input::Page{PageEvent::kBeforeUnload, false});
    case 1:
      return give(index, input::Page{PageEvent::kHidden, false});
    case 2:
      tabs_[index]->disturbed = time_.now();  // believed to have slept: silence counts from here
      return give(index, input::Page{PageEvent::kVisible, false});
    default:
      return give(index, input::Network{input::NetworkEvent::kChanged});
  }
}

void SimRoom::reset(std::size_t index) {
  say("reset of " + name_of(index));
  figures_.add("resets");
  network_.reset(index);
}

void SimRoom::lose_host(std::size_t index) {
  if (!weather_.breaks_media || !network_.is_up(index)) return;
  say(name_of(index) + " loses its host");
  figures_.add("lost hosts");
  network_.set_up(index, false);
  tabs_[index]->disturbed = time_.now();
  expect_signs_of_loss(index, time_.now());
  time_.after(some(100, weather_.longest_loss_ms), [this, index] {
    if (tabs_[index]->gone || network_.is_up(index)) return;
    say(name_of(index) + " has its host again");
    tabs_[index]->disturbed = time_.now();
    network_.set_up(index, true);
  });
}

void SimRoom::cut_media(std::size_t index) {
  const std::size_t other = random_.below(static_cast<std::uint32_t>(tabs_.size()));
  if (other == index || !weather_.breaks_media) return;
  say("no media between " + name_of(index) + " and " + name_of(other));
  figures_.add("media cuts");
  cut_[index][other] = cut_[other][index] = true;
  time_.after(some(500, weather_.longest_cut_ms), [this, index, other] {
    if (cut_[index][other]) say("media between " + name_of(index) + " and " + name_of(other));
    cut_[index][other] = cut_[other][index] = false;
  });
}

// A description that cannot be set, or a connection that says connected and receives nothing.
void SimRoom::disturb_peers(std::size_t index) {
  if (!weather_.breaks_media) return;
  const bool deaf = random_.chance(1, 2);
  say(name_of(index) + (deaf ? " has a deaf connection" : " will fail to set a description"));
  figures_.add(deaf ? "deaf connections" : "failed descriptions");
  if (deaf)
    media_.go_deaf(index);
  else
    media_.fail_description(index);
}

bool SimRoom::can_reach(std::size_t a, std::size_t b) const {
  return network_.is_up(a) && network_.is_up(b) && !tabs_[a]->gone && !tabs_[b]->gone && !cut_[a][b];
}

void SimRoom::heal() {
  say("everything heals");
  healed_ = true;
  for (std::vector<bool>& row : cut_) std::fill(row.begin(), row.end(), false);
  for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
    if (tabs_[tab]->gone) continue;
    tabs_[tab]->disturbed = time_.now();
    network_.set_up(tab, true);
    thaw(tab);
  }
}

}  // namespace holdfast::sim
