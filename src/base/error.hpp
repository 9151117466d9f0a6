// An error as apps see it: one of the numbers of docs/protocol.md chapter 13 and a sentence. Messages of known codes are added by the
// package (web/errors.ts); `message` is only filled when the text is worth keeping (unknown codes, causes). Only codes the core itself
// names.
#pragma once

#include <string>

namespace holdfast {

struct Error {
  int code = 0;
  std::string message;
  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code && a.message == b.message; }
};

namespace code {
constexpr int kAccessTokenExpired = 20104;
constexpr int kAccessTokenGrantsInvalid = 20106;
constexpr int kSignalingConnection = 53000;
constexpr int kSignalingDisconnected = 53001;
constexpr int kSignalingIncomingInvalid = 53003;
constexpr int kSignalingServerBusy = 53006;
constexpr int kRoomNameTooLong = 53101;
constexpr int kRoomNameCharsInvalid = 53102;
constexpr int kRoomMaxParticipantsExceeded = 53105;
constexpr int kRoomNotFound = 53106;
constexpr int kRoomCompleted = 53118;
constexpr int kIdentityInvalid = 53200;
constexpr int kIdentityTooLong = 53201;
constexpr int kIdentityCharsInvalid = 53202;
constexpr int kMaxTracksExceeded = 53203;
constexpr int kParticipantNotFound = 53204;
constexpr int kDuplicateIdentity = 53205;
constexpr int kTrackInvalid = 53300;
constexpr int kTrackNameTooLong = 53302;
constexpr int kTrackNameDuplicated = 53304;
constexpr int kClientLocalDescription = 53400;
constexpr int kMediaConnection = 53405;
constexpr int kMediaDtls = 53407;
}  // namespace code

}  // namespace holdfast
