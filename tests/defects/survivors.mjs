// Mutations of table rows that neither rooms nor words can tell from the real thing, each with the reason.
export const survivors = {
  'server link:8:deleted': 'a stale offer is not newer than the open one either: the row after next drops it as well',
  'negotiation:20:deleted':
    'our server asks only for the first offer; when the queued wish would have its turn, that offer has been answered',
  'session:6:deleted':
    'an app that brings its ICE servers is given some more by an `ice` nobody needed; which of them count no room can tell',
  'session:46:deleted':
    'where no probe is due the pause is the first, of 160 ms at most, or one of at most 1 s between two probes: waiting is no loss',
  'session:48:deleted':
    'a token that ends soon is shown once more; if the server refuses it, 20104 makes the app give another, one dial later',
};
