// The matrix: what happens to Alice (or to the server), what ends it, and what either end must then have heard. A row states what is
// promised, not what is built.

import {
  type Story,
  ended,
  found,
  joined,
  left,
  mediaLost,
  mediaRecovered,
  otherLost,
  otherRecovered,
  recovered,
  story,
  together,
} from '../browser/harness/stories.js';
import type { Lab } from './lab.js';

/** Every way in which a row may go for one end, after the call has begun; one of them must be what was heard. */
type Ways = Story[];

export interface Row {
  name: string;
  /** What happens, for people. */
  title: string;
  /** Part of `npm test`. */
  quick?: true;
  /** May return when it happened, if not when it was called. */
  inject: (lab: Lab) => Promise<number | undefined | void>;
  /** Seconds from the fault to what ends it. */
  hold: number;
  /** What ends the fault. Without it the fault is over at once (`instant`), or has no end. */
  heal?: (lab: Lab) => Promise<number | undefined | void>;
  kind: 'heals' | 'instant' | 'lasting';
  /** For Holdfast in Alice's seat. Undefined: nobody is left there to hear anything. */
  alice: Ways | undefined;
  bob: Ways;
  /** How it ends: as a call; with Alice thrown out; with Bob alone. */
  end: 'call' | 'alice is out' | 'bob is alone';
  /** Which ends run, so that their time to notice is judged. */
  notices: ('alice' | 'bob')[];
  sessionTimeout?: number;
  relay?: true;
  /** For Holdfast in Alice's seat. */
  options?: object;
  /** What is printed, not judged. */
  informational?: true;
  /** Browsers that cannot play it, and why. */
  unplayable?: Partial<Record<'chromium' | 'firefox', string>>;
}

// The link to another was being re-established while the Room was reconnecting for a reason of its own.
function trouble(identity: string): Story {
  return {
    room: [`participantReconnecting ${identity} error 53405`, `participantReconnected ${identity}`],
    [identity]: [`reconnecting ${identity} error 53405`, 'reconnected'],
  };
}

function troubleForGood(identity: string): Story {
  return { room: [`participantReconnecting ${identity} error 53405`], [identity]: [`reconnecting ${identity} error 53405`] };
}

// Nothing comes from Alice, which is seen before the server says why.
const silentFirst: Story = story(mediaLost('alice'), { room: ['reconnected'] });
const awayForGood: Story = { room: ['reconnecting error 53001'], local: ['reconnecting local'] };

const NOTHING: Story = {};
const SESSION_TIMEOUT_S = 60;
const BRIEF_SESSION_TIMEOUT_S = 10;

/** The last word on a row that says nothing of its own. */
export function sessionTimeoutOf(row: Row): number {
  return row.sessionTimeout ?? SESSION_TIMEOUT_S;
}

/** Everything that an end may have heard since it joined. */
export function waysOf(row: Row, end: 'alice' | 'bob'): Story[] | undefined {
  return row[end]?.map((way) => story(end === 'alice' ? joined('bob') : found('alice'), way));
}

// Alice has lost everything. Back at the server, she may find that the link to Bob needs help. Whether Bob sees first that nothing comes
// from her any more, or hears it from the server, is a matter of half a second.
const aliceAway = {
  alice: [recovered(), together(recovered(), trouble('bob'))],
  bob: [otherRecovered('alice'), mediaRecovered('alice')],
  end: 'call',
  notices: ['alice', 'bob'],
} as const;
// Faults of 3 s or less: nothing, or one pair of events.
const aliceBriefly = {
  alice: [NOTHING, ...aliceAway.alice, mediaRecovered('bob')],
  bob: [NOTHING, ...aliceAway.bob],
  end: 'call',
  notices: [],
} as const;
const undisturbed = { alice: [NOTHING], bob: [NOTHING], end: 'call', notices: [] } as const;
const bothAway = { alice: [recovered()], bob: [recovered()], end: 'call', notices: ['alice', 'bob'] } as const;
const mediaAway = { alice: [mediaRecovered('bob')], bob: [mediaRecovered('alice')], end: 'call', notices: ['alice', 'bob'] } as const;

// A literal of the kinds above, as arrays that are not read-only.
type Outcome = Readonly<Record<'alice' | 'bob', readonly Story[]>> & {
  readonly end: Row['end'];
  readonly notices: readonly ('alice' | 'bob')[];
};
const outcome = ({ alice, bob, end, notices }: Outcome): Pick<Row, 'alice' | 'bob' | 'end' | 'notices'> => ({
  alice: [...alice],
  bob: [...bob],
  end,
  notices: [...notices],
});

const unplugged = (seconds: number): Row => ({
  name: `link-${seconds}`,
  title: `network interface down for ${seconds} s`,
  inject: ({ network }) => network.unplug().then(() => {}),
  hold: seconds,
  heal: ({ network }) => network.plug().then(() => {}),
  kind: 'heals',
  ...outcome(seconds > 3 ? aliceAway : aliceBriefly),
});

const blackHole = (seconds: number): Row => ({
  name: `drop-${seconds}`,
  title: `every packet dropped for ${seconds} s`,
  inject: ({ network }) => network.drop('all').then(() => {}),
  hold: seconds,
  heal: ({ network }) => network.pass().then(() => {}),
  kind: 'heals',
  ...outcome(seconds > 3 ? aliceAway : aliceBriefly),
});

const stopped = (rejoin: boolean): Row => ({
  name: rejoin ? 'sleep-120-rejoin' : 'sleep-120',
  title: `browser stopped for 120 s, ${rejoin ? 'with' : 'without'} rejoin`,
  inject: (lab) => lab.signalBrowser('SIGSTOP'),
  hold: 120,
  heal: (lab) => lab.signalBrowser('SIGCONT'),
  kind: 'heals',
  ...(rejoin
    ? {
        alice: [recovered(), together(recovered(), trouble('bob'))],
        bob: [otherLost('alice'), silentFirst].map((sign) => story(sign, left('alice'), joined('alice'))),
        end: 'call',
        options: { rejoin: true },
      }
    : {
        alice: [53204, 53000].flatMap((code) => [
          story(awayForGood, ended(['bob'], code)),
          story(awayForGood, troubleForGood('bob'), ended(['bob'], code)),
        ]),
        bob: [otherLost('alice'), silentFirst].map((sign) => story(sign, left('alice'))),
        end: 'alice is out',
      }),
  notices: ['bob'],
});

export const ROWS: Row[] = [
  unplugged(1),
  { ...unplugged(5), quick: true },
  unplugged(12),
  unplugged(35),
  { ...blackHole(3), quick: true },
  { ...blackHole(10), quick: true },
  blackHole(20),
  blackHole(35),
  {
    name: 'udp-20',
    title: 'UDP dropped for 20 s',
    inject: ({ network }) => network.drop('udp').then(() => {}),
    hold: 20,
    heal: ({ network }) => network.pass().then(() => {}),
    kind: 'heals',
    quick: true,
    ...outcome(mediaAway),
  },
  {
    name: 'tcp-20',
    title: 'TCP dropped for 20 s',
    inject: ({ network }) => network.drop('tcp').then(() => {}),
    hold: 20,
    heal: ({ network }) => network.pass().then(() => {}),
    kind: 'heals',
    quick: true,
    ...outcome(aliceAway),
  },
  {
    name: 'rst',
    title: 'the connection to the server is reset',
    inject: ({ network }) => network.resetConnections().then(() => {}),
    hold: 0,
    kind: 'instant',
    quick: true,
    ...outcome(aliceAway),
  },
  {
    name: 'rst-5',
    title: 'every TCP packet answered with a reset for 5 s',
    inject: ({ network }) => network.refuseConnections().then(() => {}),
    hold: 5,
    heal: ({ network }) => network.pass().then(() => {}),
    kind: 'heals',
    quick: true,
    ...outcome(aliceAway),
  },
  {
    name: 'address',
    title: 'address of the machine changed',
    inject: ({ network }) => network.changeAddress().then(() => {}),
    hold: 0,
    kind: 'instant',
    quick: true,
    ...outcome(aliceAway),
    // Nothing ends it but she: if she is quick enough, it is nothing to tell Bob.
    bob: [NOTHING, ...aliceAway.bob],
  },
  {
    name: 'server-restart',
    title: 'server killed, started again 2 s later',
    inject: (lab) => lab.killServer(),
    hold: 2,
    heal: (lab) => lab.startServer(),
    kind: 'heals',
    quick: true,
    ...outcome(bothAway),
  },
  {
    name: 'server-stop-20',
    title: 'server process stopped for 20 s',
    inject: async (lab) => lab.signalServer('SIGSTOP'),
    hold: 20,
    heal: async (lab) => lab.signalServer('SIGCONT'),
    kind: 'heals',
    quick: true,
    ...outcome(bothAway),
    // Whoever is back first finds the other still away.
    alice: [recovered(), together(recovered(), otherRecovered('bob'))],
    bob: [recovered(), together(recovered(), otherRecovered('alice'))],
  },
  {
    name: 'sleep-10',
    title: 'browser stopped for 10 s',
    inject: (lab) => lab.signalBrowser('SIGSTOP'),
    hold: 10,
    heal: (lab) => lab.signalBrowser('SIGCONT'),
    kind: 'heals',
    quick: true,
    // Who wakes may find everything as it was.
    alice: [NOTHING, recovered()],
    bob: [...aliceAway.bob],
    end: 'call',
    notices: ['bob'],
  },
  stopped(false),
  stopped(true),
  {
    name: 'crash',
    title: 'renderer killed',
    inject: (lab) => lab.killRenderers(),
    hold: 0,
    kind: 'lasting',
    quick: true,
    alice: undefined,
    // A close frame with 1001 means the page is gone; without one it might still come back.
    bob: [left('alice'), story(otherLost('alice'), left('alice'))],
    end: 'bob is alone',
    notices: ['bob'],
    sessionTimeout: BRIEF_SESSION_TIMEOUT_S,
  },
  {
    name: 'tab',
    title: 'tab closed',
    inject: (lab) => lab.seats.alice.closeTab(),
    hold: 0,
    kind: 'lasting',
    quick: true,
    alice: undefined,
    bob: [left('alice')],
    end: 'bob is alone',
    notices: ['bob'],
    sessionTimeout: BRIEF_SESSION_TIMEOUT_S,
  },
  {
    name: 'turn-restart',
    title: 'TURN server killed for 10 s, relay-only call',
    inject: async (lab) => lab.killTurn(),
    hold: 10,
    heal: (lab) => lab.startTurn(),
    kind: 'heals',
    relay: true,
    ...outcome(mediaAway),
  },
  {
    name: 'loss-30',
    title: '30 % of UDP lost for 30 s',
    inject: ({ network }) => network.lose('udp', 30).then(() => {}),
    hold: 30,
    heal: ({ network }) => network.pass().then(() => {}),
    kind: 'heals',
    ...outcome(undisturbed),
  },
  {
    name: 'narrow-80',
    title: '80 kbit/s for 30 s',
    inject: ({ network }) => network.narrow(80).then(() => {}),
    hold: 30,
    heal: ({ network }) => network.widen().then(() => {}),
    kind: 'heals',
    ...outcome(undisturbed),
  },
  {
    name: 'tcp-loss-20',
    title: '20 % of TCP lost for 30 s',
    inject: ({ network }) => network.lose('tcp', 20).then(() => {}),
    hold: 30,
    heal: ({ network }) => network.pass().then(() => {}),
    kind: 'heals',
    informational: true,
    ...outcome(undisturbed),
  },
];
