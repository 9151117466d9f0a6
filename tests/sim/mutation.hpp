// Mutations of table rows, for a room_sim and an all_words built with HOLDFAST_MUTATE: do they notice one row that is wrong?
#pragma once

namespace holdfast::sim {

// Handles, and takes out of the arguments:
//   --mutate MACHINE:ROW:deleted | MACHINE:ROW:action | MACHINE:ROW:target:STATE    breaks this row, for the whole run
//   --list-mutations       prints all there are, one a line: ID, row, change
//                          (of rows that a room can visit), and exits
void take_mutation(int& argc, char** argv);

}  // namespace holdfast::sim
