// Every transition table there is, for what looks at all of them: coverage, mutations, diagrams.
#pragma once

#include <cstddef>
#include <string>

#include "client/page_life_table.hpp"
#include "fsm/table.hpp"
#include "peer/liveness_table.hpp"
#include "peer/negotiation_table.hpp"
#include "room/room_table.hpp"
#include "roomserver/channel_table.hpp"
#include "roomserver/link_table.hpp"
#include "roomserver/liveness_table.hpp"
#include "roomserver/participant_table.hpp"
#include "rsp/connection_table.hpp"
#include "rsp/session_table.hpp"

namespace holdfast::sim {

// Calls f.operator()<Table>() for each.
template <class F>
void for_each_table(F&& f) {
  f.template operator()<rsp::ConnectionTable>();
  f.template operator()<rsp::SessionTable>();
  f.template operator()<peer::NegotiationTable>();
  f.template operator()<peer::LivenessTable>();
  f.template operator()<room::RoomTable>();
  f.template operator()<client::PageTable>();
  f.template operator()<roomserver::ChannelTable>();
  f.template operator()<roomserver::LivenessTable>();
  f.template operator()<roomserver::ParticipantTable>();
  f.template operator()<roomserver::LinkTable>();
}

// "session: Idle --Start[2]--> AcquiringIce": the second row for Start in Idle.
template <class Table>
std::string name_of_row(std::size_t index) {
  const auto& row = Table::kRows[index];
  std::size_t number = 1;
  for (std::size_t i = 0; i < index; ++i)
    if (Table::kRows[i].from == row.from && Table::kRows[i].event == row.event) ++number;
  std::string name{Table::kName};
  name.append(": ").append(Table::kStateNames[fsm::index_of(row.from)]);
  name.append(" --").append(Table::kEventNames[fsm::index_of(row.event)]).append("[" + std::to_string(number) + "]--> ");
  return name.append(Table::kStateNames[fsm::index_of(row.to)]);
}

}  // namespace holdfast::sim
