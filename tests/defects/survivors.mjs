// Mutations of table rows that neither rooms nor words can tell from the real thing, by row and change, each with the reason.
export const survivors = {
  'server link: PendingA --OfferFromB[1]--> PendingA, row deleted':
    'a stale offer is not newer than the open one either: the row after next drops it as well',
  'negotiation: HaveLocalOffer --CreateOffer[2]--> HaveLocalOffer, row deleted':
    'our server asks only for the first offer; when the queued wish would have its turn, that offer has been answered',
  'session: AwaitingToken --TokenGiven[3]--> Offering, row deleted':
    'an app that brings its ICE servers is given some more by an `ice` nobody needed; which of them count no room can tell',
  'session: BackingOff --Nudge[2]--> Resuming, row deleted':
    'where no probe is due the pause is the first, of 160 ms at most, or one of at most 500 ms between two probes: waiting is no loss',
  'session: Probing --Reachable[1]--> AwaitingToken, row deleted':
    'a token that ends soon is shown once more; if the server refuses it, 20104 makes the app give another, one dial later',
  'session: Probing --Nudge[1]--> Probing, action dropped':
    'a question that was lost on the old network is given up at its own limit, and asked again, a little later',
  'connection: Opening --Check[1]--> Opening, row deleted':
    'a handshake that hangs on the old network ends at its own limit instead of a shorter one, which a slow network may take as well',
  'connection: Waiting --Busy[2]--> Waiting, action dropped':
    'a balancer that says busy to both hellos of one socket: the wait that runs already serves',
  'liveness: Failed --Unanswered[1]--> Failed, action dropped':
    'a failed link whose offer is not answered is replaced at its limit all the same: later, but no later than others may be',
};
