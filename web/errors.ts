// Every error a room can end or fail with (docs/protocol.md 13).

import { coded } from './twilio-error.js';

export { TwilioError, type TwilioErrorClass } from './twilio-error.js';

export const AccessTokenInvalidError = coded(20101, 'Invalid Access Token');
export const AccessTokenHeaderInvalidError = coded(20102, 'Invalid Access Token header');
export const AccessTokenIssuerInvalidError = coded(20103, 'Invalid Access Token issuer/subject');
export const AccessTokenExpiredError = coded(20104, 'Access Token expired or expiration date invalid');
export const AccessTokenNotYetValidError = coded(20105, 'Access Token not yet valid');
export const AccessTokenGrantsInvalidError = coded(20106, 'Invalid Access Token grants');
export const AccessTokenSignatureInvalidError = coded(20107, 'Invalid Access Token signature');
export const SignalingConnectionError = coded(53000, 'Signaling connection error');
export const SignalingConnectionDisconnectedError = coded(53001, 'Signaling connection disconnected');
export const SignalingConnectionTimeoutError = coded(53002, 'Signaling connection timed out');
export const SignalingIncomingMessageInvalidError = coded(53003, 'Client received an invalid signaling message');
export const SignalingOutgoingMessageInvalidError = coded(53004, 'Client sent an invalid signaling message');
export const SignalingServerBusyError = coded(53006, 'Video server is busy');
export const RoomNameInvalidError = coded(53100, 'Room name is invalid');
export const RoomNameTooLongError = coded(53101, 'Room name is too long');
export const RoomNameCharsInvalidError = coded(53102, 'Room name contains invalid characters');
export const RoomCreateFailedError = coded(53103, 'Unable to create Room');
export const RoomConnectFailedError = coded(53104, 'Unable to connect to Room');
export const RoomMaxParticipantsExceededError = coded(53105, 'Room contains too many Participants');
export const RoomNotFoundError = coded(53106, 'Room not found');
export const RoomMaxParticipantsOutOfRangeError = coded(53107, 'MaxParticipants is out of range');
export const RoomTypeInvalidError = coded(53108, 'RoomType is not valid');
export const RoomTimeoutOutOfRangeError = coded(53109, 'Timeout is out of range');
export const RoomStatusCallbackMethodInvalidError = coded(53110, 'StatusCallbackMethod is invalid');
export const RoomStatusCallbackInvalidError = coded(53111, 'StatusCallback is invalid');
export const RoomStatusInvalidError = coded(53112, 'Status is invalid');
export const RoomRoomExistsError = coded(53113, 'Room exists');
export const RoomInvalidParametersError = coded(53114, 'Room creation parameter(s) incompatible with the Room type');
export const RoomMediaRegionInvalidError = coded(53115, 'MediaRegion is invalid');
export const RoomMediaRegionUnavailableError = coded(53116, 'There are no media servers available in the MediaRegion');
export const RoomSubscriptionOperationNotSupportedError = coded(
  53117,
  'The subscription operation requested is not supported for the Room type',
);
export const RoomCompletedError = coded(53118, 'Room completed');
export const RoomAudioOnlyFlagNotSupportedError = coded(53124, 'The AudioOnly flag is not supported for the Room type');
export const RoomTrackKindNotSupportedError = coded(53125, 'The track kind is not supported by the Room');
export const ParticipantIdentityInvalidError = coded(53200, 'Participant identity is invalid');
export const ParticipantIdentityTooLongError = coded(53201, 'Participant identity is too long');
export const ParticipantIdentityCharsInvalidError = coded(53202, 'Participant identity contains invalid characters');
export const ParticipantMaxTracksExceededError = coded(
  53203,
  'The maximum number of published tracks allowed in the Room at the same time has been reached',
);
export const ParticipantNotFoundError = coded(53204, 'Participant not found');
export const ParticipantDuplicateIdentityError = coded(53205, 'Participant disconnected because of duplicate identity');
export const TrackInvalidError = coded(53300, 'Track is invalid');
export const TrackNameInvalidError = coded(53301, 'Track name is invalid');
export const TrackNameTooLongError = coded(53302, 'Track name is too long');
export const TrackNameCharsInvalidError = coded(53303, 'Track name contains invalid characters');
export const TrackNameIsDuplicatedError = coded(53304, 'Track name is duplicated');
export const TrackServerTrackCapacityReachedError = coded(53305, 'The server has reached capacity and cannot fulfill this request');
export const MediaClientLocalDescFailedError = coded(53400, 'Client is unable to create or apply a local media description');
export const MediaServerLocalDescFailedError = coded(53401, 'Server is unable to create or apply a local media description');
export const MediaClientRemoteDescFailedError = coded(53402, 'Client is unable to apply a remote media description');
export const MediaServerRemoteDescFailedError = coded(53403, 'Server is unable to apply a remote media description');
export const MediaNoSupportedCodecError = coded(53404, 'No supported codec');
export const MediaConnectionError = coded(53405, 'Media connection failed or Media activity ceased');
export const MediaDTLSTransportFailedError = coded(53407, 'Media connection failed due to DTLS handshake failure');
export const ConfigurationAcquireFailedError = coded(53500, 'Unable to acquire configuration');
export const ConfigurationAcquireTurnFailedError = coded(53501, 'Unable to acquire TURN credentials');
