// The rows that no simulated room can visit, each with the reason. One of them that is visited after all is reported, too.
#pragma once

#include <string_view>

namespace holdfast::sim {

struct Unvisited {
  std::string_view row;  // as name_of_row() has it
  std::string_view reason;
  bool is_rare = false;  // possible, but not within any number of seeds: no finding if it is visited
};

inline constexpr Unvisited kUnvisited[] = {
    // Defence against servers other than ours; tests/unit/rsp and the enumeration of words visit them.
    {"connection: Greeting --Welcome[2]--> Closed", "our server never negotiates less than a second"},
    {"connection: Waiting --Welcome[2]--> Closed", "our server never negotiates less than a second"},
    {"connection: Greeting --Bad[1]--> Closed", "our server understands every hello of ours"},
    {"connection: Waiting --Busy[1]--> Closed", "the balancer answers both hellos of one socket alike, and the first answer was to wait"},
    {"connection: Waiting --Busy[3]--> Resting", "the balancer answers both hellos of one socket alike, and the first answer was to wait"},
    {"session: Offering --Ended[1]--> Over", "our server has nothing to say between `iced` and `connect`"},
    {"session: Connecting --Connected[2]--> Over", "our server's `connected` is complete"},
    {"session: Connecting --Update[1]--> Over", "the first that our server says of a room is `connected`"},
    {"session: Connecting --Update[2]--> Connecting", "the first that our server says of a room is `connected`"},
    {"session: Connecting --Synced[1]--> Over", "the first that our server says of a room is `connected`"},
    {"session: Connecting --Synced[2]--> Connecting", "the first that our server says of a room is `connected`"},
    {"session: Connected --Connected[1]--> Connected", "our server says `connected` once"},
    {"session: Resuming --Synced[2]--> BackingOff", "our server answers `connect` with `connected`, and says nothing before"},
    {"session: Resuming --Synced[3]--> Resuming", "our server answers `connect` with `connected`, and says nothing before"},
    {"session: Resuming --Connected[2]--> BackingOff", "our server answers `sync` with `synced`, and says nothing before"},
    {"session: Resuming --Connected[3]--> Resuming", "our server answers `sync` with `synced`, and says nothing before"},
    {"session: Resuming --Update[1]--> BackingOff", "our server answers `sync` with `synced`, and says nothing before"},
    {"session: Resuming --Update[2]--> Resuming", "our server answers `sync` with `synced`, and says nothing before"},
    {"negotiation: HaveLocalOffer --CreateOffer[1]--> HaveLocalOffer", "our server asks only an end that has never said anything"},
    {"negotiation: SettingRemoteAnswer --CreateOffer[1]--> SettingRemoteAnswer",
     "our server asks only an end that has never said anything"},
    {"negotiation: SettingRemoteOffer --CreateOffer[1]--> SettingRemoteOffer",
     "our server asks the offerer, who gets no offer before its own"},
    {"negotiation: SettingLocalAnswer --CreateOffer[1]--> SettingLocalAnswer",
     "our server asks the offerer, who gets no offer before its own"},
    {"negotiation: RollingBack --CreateOffer[1]--> RollingBack", "our server asks the offerer, whose first offer is never rolled back"},
    {"negotiation: HaveLocalOffer --RemoteOffer[2]--> HaveLocalOffer",
     "our server gives up a link with glare in its first negotiation, unless a restart came between", true},
    {"page: Shown --BeforeUnload[3]--> Gone", "our server takes hints"},
    {"page: Hidden --BeforeUnload[3]--> Gone", "our server takes hints"},

    // What clients never say; tests/unit/roomserver has clients that do.
    {"server channel: AwaitingHello --Msg[1]--> Closed", "every client says hello first"},
    {"server channel: AwaitingHello --Msg[2]--> AwaitingHello", "every client says hello first"},
    {"server channel: AwaitingHello --Bye[1]--> Closed", "every client says hello first"},
    {"server channel: AwaitingHello --Malformed[1]--> Closed", "no client sends malformed frames"},
    {"server channel: AwaitingHello --Malformed[2]--> AwaitingHello", "no client sends malformed frames"},
    {"server channel: Open --Malformed[1]--> Closed", "no client sends malformed frames"},
    {"server channel: Open --Malformed[2]--> Open", "no client sends malformed frames"},
    {"server channel: Open --Bye[1]--> Finishing", "no client says bye before it has said disconnect"},
    {"server link: PendingA --OfferFromA[2]--> PendingA",
     "no client makes an offer while its last one is open, unless a restarted server took it for open", true},
    {"server link: PendingB --OfferFromB[2]--> PendingB",
     "no client makes an offer while its last one is open, unless a restarted server took it for open", true},
    {"server link: PendingB --OfferFromA[2]--> Closed",
     "in the first negotiation B hears of the link by A's offer, so B's is never the first"},

    {"negotiation: HaveLocalOffer --RemoteOffer[1]--> HaveLocalOffer",
     "our server repeats an offer in `synced` only, and no offer of ours begins before that", true},

    // What takes more than one stroke of bad luck; the enumeration of words visits them.
    {"negotiation: HaveLocalOffer --RemoteOffer[3]--> HaveLocalOffer",
     "takes glare, and an offer of ours that failed and was made again meanwhile", true},
    {"negotiation: SettingRemoteAnswer --OperationFailed[2]--> Closed", "takes three answers in a row that one browser refuses", true},
    {"negotiation: SettingLocalOffer --OperationFailed[2]--> Closed", "takes three offers in a row that one browser cannot make", true},
    {"liveness: New --ProofOver[1]--> Failed", "takes a new connection that the other end restarts before it connects, and that is deaf",
     true},
    {"liveness: Failed --Restarted[1]--> Failed", "takes a deaf connection, and no signaling for the ten seconds after that", true},
    {"liveness: Failed --ProofOver[2]--> Failed", "takes a connection that fails without signaling, comes back by itself, and is deaf",
     true},
    {"liveness: Failed --Broken[1]--> Failed", "takes a failed connection whose browser then refuses three descriptions", true},
    {"server participant: Returning --PageClosed[1]--> Gone",
     "takes a page that hides and closes while its line is held, and is not heard before", true},

    // What apps never do.
    {"session: AcquiringIce --Ended[1]--> AcquiringIce", "no app replaces a token before it is in the room"},
    {"session: Connecting --Ended[1]--> Connecting", "no app replaces a token before it is in the room"},

    // What browsers never do.
    {"session: Idle --Leave[1]--> Over", "the client starts its session by the same input that makes it"},
    {"page: Hidden --PageShow[1]--> Shown", "a page back from the cache is visible before it hears of pageshow"},
    {"page: Frozen --PageShow[1]--> Shown", "a page back from the cache is resumed first"},
    {"page: Frozen --Visible[1]--> Shown", "a page that was frozen is resumed first"},
};

}  // namespace holdfast::sim
