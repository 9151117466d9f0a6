// Prints every machine's state diagram: "=== FILE" and then its text. `npm run check` compares them with docs/states.
#include <cstdio>
#include <string>

#include "client/page_life_table.hpp"
#include "fsm/diagram.hpp"
#include "peer/liveness_table.hpp"
#include "peer/negotiation_table.hpp"
#include "room/room_table.hpp"
#include "roomserver/channel_table.hpp"
#include "roomserver/link_table.hpp"
#include "roomserver/liveness_table.hpp"
#include "roomserver/participant_table.hpp"
#include "rsp/connection_table.hpp"
#include "rsp/session_table.hpp"

namespace {

template <class Table>
void print() {
  std::string file{Table::kName};
  for (char& c : file)
    if (c == ' ') c = '-';
  std::printf("=== %s.mmd\n%s", file.c_str(), holdfast::fsm::diagram<Table>().c_str());
}

}  // namespace

int main() {
  print<holdfast::rsp::ConnectionTable>();
  print<holdfast::rsp::SessionTable>();
  print<holdfast::peer::NegotiationTable>();
  print<holdfast::peer::LivenessTable>();
  print<holdfast::room::RoomTable>();
  print<holdfast::client::PageTable>();
  print<holdfast::roomserver::ChannelTable>();
  print<holdfast::roomserver::LivenessTable>();
  print<holdfast::roomserver::ParticipantTable>();
  print<holdfast::roomserver::LinkTable>();
}
