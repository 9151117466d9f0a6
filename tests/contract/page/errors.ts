// Section 12: the errors of rooms. Every code is put into a server's mouth.

import { alike, equal, next, ok, rejection, row, show } from './check.js';
import { differs, joinScripted, scripted, sdk, token } from './lab.js';
import { ScriptedServer } from './sockets.js';

const CODES: [code: number, name: string, message: string][] = [
  [20101, 'AccessTokenInvalidError', 'Invalid Access Token'],
  [20102, 'AccessTokenHeaderInvalidError', 'Invalid Access Token header'],
  [20103, 'AccessTokenIssuerInvalidError', 'Invalid Access Token issuer/subject'],
  [20104, 'AccessTokenExpiredError', 'Access Token expired or expiration date invalid'],
  [20105, 'AccessTokenNotYetValidError', 'Access Token not yet valid'],
  [20106, 'AccessTokenGrantsInvalidError', 'Invalid Access Token grants'],
  [20107, 'AccessTokenSignatureInvalidError', 'Invalid Access Token signature'],
  [53000, 'SignalingConnectionError', 'Signaling connection error'],
  [53001, 'SignalingConnectionDisconnectedError', 'Signaling connection disconnected'],
  [53002, 'SignalingConnectionTimeoutError', 'Signaling connection timed out'],
  [53003, 'SignalingIncomingMessageInvalidError', 'Client received an invalid signaling message'],
  [53004, 'SignalingOutgoingMessageInvalidError', 'Client sent an invalid signaling message'],
  [53006, 'SignalingServerBusyError', 'Video server is busy'],
  [53100, 'RoomNameInvalidError', 'Room name is invalid'],
  [53101, 'RoomNameTooLongError', 'Room name is too long'],
  [53102, 'RoomNameCharsInvalidError', 'Room name contains invalid characters'],
  [53103, 'RoomCreateFailedError', 'Unable to create Room'],
  [53104, 'RoomConnectFailedError', 'Unable to connect to Room'],
  [53105, 'RoomMaxParticipantsExceededError', 'Room contains too many Participants'],
  [53106, 'RoomNotFoundError', 'Room not found'],
  [53107, 'RoomMaxParticipantsOutOfRangeError', 'MaxParticipants is out of range'],
  [53108, 'RoomTypeInvalidError', 'RoomType is not valid'],
  [53109, 'RoomTimeoutOutOfRangeError', 'Timeout is out of range'],
  [53110, 'RoomStatusCallbackMethodInvalidError', 'StatusCallbackMethod is invalid'],
  [53111, 'RoomStatusCallbackInvalidError', 'StatusCallback is invalid'],
  [53112, 'RoomStatusInvalidError', 'Status is invalid'],
  [53113, 'RoomRoomExistsError', 'Room exists'],
  [53114, 'RoomInvalidParametersError', 'Room creation parameter(s) incompatible with the Room type'],
  [53115, 'RoomMediaRegionInvalidError', 'MediaRegion is invalid'],
  [53116, 'RoomMediaRegionUnavailableError', 'There are no media servers available in the MediaRegion'],
  [53117, 'RoomSubscriptionOperationNotSupportedError', 'The subscription operation requested is not supported for the Room type'],
  [53118, 'RoomCompletedError', 'Room completed'],
  [53124, 'RoomAudioOnlyFlagNotSupportedError', 'The AudioOnly flag is not supported for the Room type'],
  [53125, 'RoomTrackKindNotSupportedError', 'The track kind is not supported by the Room'],
  [53200, 'ParticipantIdentityInvalidError', 'Participant identity is invalid'],
  [53201, 'ParticipantIdentityTooLongError', 'Participant identity is too long'],
  [53202, 'ParticipantIdentityCharsInvalidError', 'Participant identity contains invalid characters'],
  [
    53203,
    'ParticipantMaxTracksExceededError',
    'The maximum number of published tracks allowed in the Room at the same time has been reached',
  ],
  [53204, 'ParticipantNotFoundError', 'Participant not found'],
  [53205, 'ParticipantDuplicateIdentityError', 'Participant disconnected because of duplicate identity'],
  [53300, 'TrackInvalidError', 'Track is invalid'],
  [53301, 'TrackNameInvalidError', 'Track name is invalid'],
  [53302, 'TrackNameTooLongError', 'Track name is too long'],
  [53303, 'TrackNameCharsInvalidError', 'Track name contains invalid characters'],
  [53304, 'TrackNameIsDuplicatedError', 'Track name is duplicated'],
  [53305, 'TrackServerTrackCapacityReachedError', 'The server has reached capacity and cannot fulfill this request'],
  [53400, 'MediaClientLocalDescFailedError', 'Client is unable to create or apply a local media description'],
  [53401, 'MediaServerLocalDescFailedError', 'Server is unable to create or apply a local media description'],
  [53402, 'MediaClientRemoteDescFailedError', 'Client is unable to apply a remote media description'],
  [53403, 'MediaServerRemoteDescFailedError', 'Server is unable to apply a remote media description'],
  [53404, 'MediaNoSupportedCodecError', 'No supported codec'],
  [53405, 'MediaConnectionError', 'Media connection failed or Media activity ceased'],
  [53407, 'MediaDTLSTransportFailedError', 'Media connection failed due to DTLS handshake failure'],
  [53500, 'ConfigurationAcquireFailedError', 'Unable to acquire configuration'],
  [53501, 'ConfigurationAcquireTurnFailedError', 'Unable to acquire TURN credentials'],
];

interface TwilioErrorLike extends Error {
  code: number;
}

const refused = (code: number, message: string) =>
  rejection(
    sdk.connect(token(), scripted(new ScriptedServer({ connect: () => ({ type: 'error', code, message }) }))),
  ) as Promise<TwilioErrorLike>;

const isOfClass = (error: Error, name: string): boolean =>
  differs('Holdfast exports the classes and shortens their names', {
    official: () => error.constructor.name.replace(/^_/, '') === name,
    holdfast: () => error instanceof (sdk as unknown as Record<string, new () => Error>)[name]!,
  })();

row('12/codes', 'each of the 55 codes has its class and its own message, whatever the server says', async () => {
  const errors = await Promise.all(CODES.map(([code]) => refused(code, 'as the server says')));
  for (const [at, [code, name, message]] of CODES.entries()) {
    const error = errors[at]!;
    alike([error.code, error.message], [code, message], name);
    ok(error instanceof Error, 'it is an Error');
    ok(isOfClass(error, name), `${code} is a ${name}`);
  }
});

row('12/shape', 'a TwilioError shows name, code, message and stack', async () => {
  const error = await refused(53104, '');
  alike(
    ['name', 'code', 'message', 'stack'].map((name) => Object.getOwnPropertyDescriptor(error, name)?.enumerable),
    [true, true, true, true],
    'enumerable',
  );
  equal(error.name, 'TwilioError', 'name');
  equal(String(error), 'TwilioError 53104: Unable to connect to Room', 'toString()');
  ok(error.stack, 'it has a stack');
});

row('12/unknown', 'an unknown code is a plain TwilioError with the text of the server', async () => {
  const error = await refused(53999, 'something new');
  alike([error.code, error.message], [53999, 'something new']);
  ok(isOfClass(error, 'TwilioError'), 'it is a TwilioError');
});

row('12/no-message', 'an unknown code without a text says Unknown error', async () => {
  equal((await refused(53999, '')).message, 'Unknown error');
});

row('12/in-room', 'an error of the server ends a Room with it', async () => {
  const { room, server } = await joinScripted();
  const ended = next(room, 'disconnected');
  server.say({ type: 'error', code: 53205, message: 'x' });
  const [of, error] = await ended;
  ok(of === room, 'the first argument is the Room');
  equal(show(error), 'TwilioError: Participant disconnected because of duplicate identity');
});
