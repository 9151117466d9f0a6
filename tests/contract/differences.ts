// Where the packages' reports differ on purpose. A difference that is no longer there fails the run.

export interface Difference {
  /** Of the row. */
  id: string;
  /** Of its report. */
  key: RegExp;
  /** What Holdfast's report has there. */
  holdfast: string;
  reason: string;
}

const functions = '21/arguments-functions';
const inRoom = '21/arguments-room';
const transcript = '21/transcript';

export const differences: Difference[] = [
  {
    id: functions,
    key: /^connect\.token\(function\)$/,
    holdfast: 'rejects error 20104',
    reason: 'docs/compatibility.md, Tokens: a function makes tokens; this one makes none',
  },
  {
    id: functions,
    key: /\.logLevel\(\[null\]\)$/,
    holdfast: 'resolves',
    reason: 'what is no text is a level for each component, and there is none; the original stumbles over it',
  },
  {
    id: functions,
    key: /^connect\.iceTransportPolicy\(null\)$/,
    holdfast: 'resolves',
    reason: 'null is none; the original hands it to the browser',
  },
  {
    id: inRoom,
    key: /^publishTrack\.priority\(undefined\)$/,
    holdfast: 'resolves',
    reason: 'an option that is undefined is one that is not given, as with connect()',
  },
  {
    id: inRoom,
    key: /^remote video\.attach\((\{\}|\[\]|\[null\]|function)\)$/,
    holdfast: 'returns',
    reason: 'the original watches the size of the element, which has none',
  },
  {
    id: transcript,
    key: /^joined$/,
    holdfast: '',
    reason: 'a defect of the original (rsp 17.3): the LocalParticipant is reconnected right after connecting',
  },
  {
    id: transcript,
    key: /^signaling is back$/,
    holdfast: 'local reconnected\nroom reconnected',
    reason: 'the original emits the raw state name on participants besides, which is not documented',
  },
  {
    id: transcript,
    key: /^another loses signaling$/,
    holdfast: 'bob reconnecting bob error 53001\nroom participantReconnecting bob error 53001',
    reason: 'docs/compatibility.md, Room: the second argument tells what is away; the original passes the participant twice',
  },
  {
    id: transcript,
    key: /^another has it back$/,
    holdfast: 'bob reconnected\nroom participantReconnected bob',
    reason: 'the original emits the raw state name on participants besides, which is not documented',
  },
];
