// The messages under tests/golden/messages: one of each kind, as they cross in the traces of docs/protocol.md chapter 8, formatted for
// reading. Both directions are told apart by the first word of the name.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace holdfast::test {

inline constexpr std::array kClientFrames{
    "client-bye",
    "client-connect",
    "client-disconnect",
    "client-disconnect-early",
    "client-heartbeat",
    "client-hello-connect",
    "client-hello-ice",
    "client-hello-sync",
    "client-update-answer",
    "client-update-close",
    "client-update-hidden",
    "client-update-ice",
    "client-update-leaving",
    "client-update-media-lost",
    "client-update-offer",
    "client-update-published",
    "client-update-restart",
    "client-update-wishes",
};

inline constexpr std::array kServerFrames{
    "server-bad",
    "server-busy",
    "server-bye",
    "server-connected",
    "server-connected-alone",
    "server-disconnected",
    "server-disconnected-completed",
    "server-error-participant-not-found",
    "server-error-unknown",
    "server-heartbeat",
    "server-iced",
    "server-synced",
    "server-update-answer",
    "server-update-ice",
    "server-update-joined",
    "server-update-left",
    "server-update-media-lost",
    "server-update-offer",
    "server-update-publish-failed",
    "server-update-published",
    "server-update-rated",
    "server-update-reconnecting",
    "server-update-tracks",
    "server-update-wishes",
    "server-welcome",
};

// The text of one of them, without the white space that is there for readers.
std::string golden_message(std::string_view name);

}  // namespace holdfast::test
