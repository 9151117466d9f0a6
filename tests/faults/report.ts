// docs/faults.md from the results of all runs that are kept: what was promised, what was heard, how long it took, and how long it takes the
// official client in the same seat.

import type { BrowserKind } from '../browser/harness/browser.js';
import type { Sdk } from '../browser/harness/caller.js';
import type { End, EndResult, Result } from './measure.js';
import { ROWS, type Row } from './rows.js';

const BROWSERS: BrowserKind[] = ['chromium', 'firefox'];
const ENDS: End[] = ['alice', 'bob'];
const TITLE = { chromium: 'Chromium', firefox: 'Firefox' };
const NAME = { alice: 'Alice', bob: 'Bob' };

const NOTICE_LIMIT_MS = 3000;
/** Shorter faults may go unnoticed. */
const NOTICED_FROM_S = 5;
const FRAME_GOAL_MS = 1000;
const TIE_MS = 250;

/** The repeated runs of one row with one SDK, in one browser. */
type Runs = Result[];
type Measure = 'noticed' | 'reconnected' | 'frame' | 'gap' | 'whole';

class Cell {
  constructor(
    readonly row: Row,
    readonly browser: BrowserKind,
    private readonly runs: Record<Sdk, Runs>,
  ) {}

  get isPlayed(): boolean {
    return this.runs.holdfast.length > 0;
  }

  get count(): number {
    return this.runs.holdfast.length;
  }

  get asPromised(): number {
    return this.runs.holdfast.filter(({ rested, differs }) => rested && Object.keys(differs).length === 0).length;
  }

  last(sdk: Sdk): Result | undefined {
    return this.runs[sdk].at(-1);
  }

  /** Over the runs in which it happened; null if it did in fewer than half of them. */
  median(sdk: Sdk, end: End, measure: Measure): number | null {
    const runs = this.runs[sdk];
    const values = runs.map(({ ends }) => measured(ends[end], measure)).filter((value) => value != null);
    if (values.length === 0 || values.length < runs.length / 2) return null;
    return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  }

  timesHeard(sdk: Sdk, end: End, names: string[]): string {
    const counts = this.runs[sdk].map(({ ends }) => (ends[end]?.events ?? []).filter(({ event }) => isOfRoom(event, names)).length);
    return counts.length === 0 ? '–' : counts.join(', ');
  }
}

function measured(result: EndResult | undefined, measure: Measure): number | null | undefined {
  if (measure !== 'whole' || !result) return result?.[measure as Exclude<Measure, 'whole'>];
  // Told that all is well, and seeing it.
  if (result.events.some(({ event }) => isOfRoom(event, ['disconnected']))) return null;
  return result.frame === null ? null : Math.max(result.reconnected ?? result.frame, result.frame);
}

const isOfRoom = (event: string[], names: string[]): boolean => event[0] === 'room' && names.includes(event[1]!);

export function report(results: Result[]): string {
  const runsOf = (row: Row, browser: BrowserKind, sdk: Sdk): Runs =>
    results.filter((result) => result.row === row.name && result.browser === browser && result.sdk === sdk);
  const cells = ROWS.flatMap((row) =>
    BROWSERS.map(
      (browser) => new Cell(row, browser, { holdfast: runsOf(row, browser, 'holdfast'), official: runsOf(row, browser, 'official') }),
    ),
  );
  const played = cells.filter((cell) => cell.isPlayed);
  return [
    introduction(results),
    summary(played),
    ...BROWSERS.map((browser) => tables(cells.filter((cell) => cell.browser === browser))),
    unplayed(cells),
    sequences(played),
  ].join('\n');
}

function introduction(results: Result[]): string {
  const loads = results.map(({ load }) => load);
  const dates = results.map(({ date }) => date.slice(0, 10)).sort();
  return `# Faults, measured

Written by \`npm run faults\`; do not edit. ${results.length} runs, ${dates[0] ?? ''} to ${dates.at(-1) ?? ''}.

Every row is a call of two in three network namespaces: Alice's browser, Bob's browser, and between them the room server, which also
routes (\`tests/faults\`). The fault happens to Alice, or to the server. Each row is played with Holdfast at both ends and, as the reference,
with twilio-video.js at both ends: same server, same browser, same fault. Video is 320×180 at 15 frames a second, beside audio and a data
track. \`sessionTimeout\` is 60 s unless the row is one of a page that never comes back.

All times are in seconds, Alice / Bob, medians of the runs made; in brackets the official client's. *Notice*: from the fault to the first
event that tells of it. *Reconnected*: from the end of the fault to the last \`reconnected\` or \`participantReconnected\`. *Frame*: from the end
of the fault to the next frame shown. *Ratio*: Holdfast's time to the official client's, the slower of the two ends each. –: it did not
happen (the official client hears nothing of short faults). A negative time is before the end of the fault.

The machine had two cores and other work to do: its load was ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} when the faults began. The times are upper bounds.
`;
}

function summary(cells: Cell[]): string {
  const judged = cells.filter(({ row }) => !row.informational);
  const runs = judged.reduce((sum, cell) => sum + cell.count, 0);
  const good = judged.reduce((sum, cell) => sum + cell.asPromised, 0);

  const notices = judged
    .filter(({ row }) => row.kind !== 'heals' || row.hold >= NOTICED_FROM_S)
    .flatMap((cell) => cell.row.notices.map((end) => ({ cell, end, time: cell.median('holdfast', end, 'noticed') })));
  // What is over so soon need not be noticed.
  const lasted = (cell: Cell): boolean =>
    cell.row.kind !== 'instant' || (cell.median('holdfast', 'alice', 'reconnected') ?? Infinity) > NOTICE_LIMIT_MS;
  const late = notices.filter(({ cell, time }) => (time === null ? lasted(cell) : time > NOTICE_LIMIT_MS));

  const frames = judged
    .filter(({ row }) => row.end === 'call' && row.notices.length > 0)
    .map((cell) => slower(cell, 'holdfast', 'frame'))
    .filter((time) => time !== null)
    .sort((a, b) => a - b);
  const middle = frames[Math.floor(frames.length / 2)] ?? null;

  const calls = judged.filter(({ row }) => row.end === 'call');
  const behind = calls.flatMap((cell) => laterThanOfficial(cell, 'whole'));
  const partlyBehind = calls.flatMap((cell) => [...laterThanOfficial(cell, 'reconnected'), ...laterThanOfficial(cell, 'frame')]);
  const soItIs = (cells: string[]): string => `${cells.length === 0 ? 'so it is' : `not so in ${cells.length}`}${list(cells)}`;
  const list = (items: string[]): string => (items.length === 0 ? '' : `: ${items.join('; ')}`);
  return `## Verdict

| expected | found |
| --- | --- |
| the events of every row are those promised | ${good} of ${runs} runs |
| trouble is noticed within ${seconds(NOTICE_LIMIT_MS)} s at either end that runs, in faults of ${NOTICED_FROM_S} s or more | ${notices.length - late.length} of ${notices.length}${list(
    late.map(({ cell, end, time }) => `${cell.row.name} in ${TITLE[cell.browser]}, ${NAME[end]}: ${seconds(time)}`),
  )} |
| from the end of the fault to frames: at most ${seconds(FRAME_GOAL_MS)} s, median over the rows | ${seconds(middle)} over ${frames.length} |
| nowhere whole again (\`reconnected\`, and a frame) later than the official client, within ${TIE_MS / 1000} s | ${soItIs(behind)} |
| \`reconnected\` alone, and the frame alone: nowhere later, where the official client may say \`reconnected\` before media flow | ${soItIs(partlyBehind)} |
`;
}

function laterThanOfficial(cell: Cell, measure: Measure): string[] {
  return ENDS.flatMap((end) => {
    const [ours, theirs] = [cell.median('holdfast', end, measure), cell.median('official', end, measure)];
    if (theirs === null || (ours !== null && ours <= theirs + TIE_MS)) return [];
    // Who hears nothing of a fault has nothing to be late with.
    if (ours === null && measure === 'reconnected') return [];
    return [`${cell.row.name} in ${TITLE[cell.browser]}, ${NAME[end]}'s ${measure}: ${seconds(ours)} (${seconds(theirs)})`];
  });
}

function tables(cells: Cell[]): string {
  const [{ browser }] = cells as [Cell];
  const played = cells.filter((cell) => cell.isPlayed);
  const calls = played.filter(({ row }) => row.end === 'call' && !isDisturbance(row));
  const over = played.filter(({ row }) => row.end !== 'call');
  const disturbed = played.filter(({ row }) => isDisturbance(row));
  return `## ${TITLE[browser]}

| fault | as promised | notice | reconnected | frame | ratio: reconnected, frame |
| --- | --- | --- | --- | --- | --- |
${calls.map(callLine).join('\n')}

Whoever does not come back, and what it is for those who stay:

| fault | as promised | notice | last event |
| --- | --- | --- | --- |
${over.map(overLine).join('\n')}

Bad networks, which are no reason for alarm. *Alarms*: how many times an end heard \`reconnecting\` or \`participantReconnecting\`, by run.

| fault | as promised | alarms of Alice | alarms of Bob | longest time without a frame |
| --- | --- | --- | --- | --- |
${disturbed.map(disturbedLine).join('\n')}
`;
}

// Faults in which nothing should be heard.
function isDisturbance(row: Row): boolean {
  return row.end === 'call' && row.hold > NOTICED_FROM_S && row.notices.length === 0;
}

function verdictOf(cell: Cell): string {
  if (cell.row.informational) return 'not judged';
  return cell.asPromised === cell.count ? 'yes' : `**${cell.asPromised} of ${cell.count}**`;
}

function both(cell: Cell, measure: Measure): string {
  const pair = (sdk: Sdk): string => ENDS.map((end) => seconds(cell.median(sdk, end, measure))).join(' / ');
  return cell.last('official') ? `${pair('holdfast')} (${pair('official')})` : pair('holdfast');
}

function callLine(cell: Cell): string {
  const ratios = (['reconnected', 'frame'] as const).map((measure) => ratio(cell, measure)).join(', ');
  const cellsOfLine = [cell.row.title, verdictOf(cell), both(cell, 'noticed'), both(cell, 'reconnected'), both(cell, 'frame'), ratios];
  return `| ${cellsOfLine.join(' | ')} |`;
}

function overLine(cell: Cell): string {
  const final = (sdk: Sdk): string =>
    ENDS.map((end) => {
      const result = cell.last(sdk);
      const last = result?.ends[end]?.events.filter(({ event }) => isOfRoom(event, WORTH_TELLING)).at(-1);
      return last === undefined ? '–' : `${last.event[1]} ${seconds(last.at - result!.faultAt)}`;
    }).join(' / ');
  const ends = cell.last('official') ? `${final('holdfast')} (${final('official')})` : final('holdfast');
  return `| ${[cell.row.title, verdictOf(cell), both(cell, 'noticed'), ends].join(' | ')} |`;
}

function disturbedLine(cell: Cell): string {
  const alarms = (end: End): string => {
    const names = ['reconnecting', 'participantReconnecting'];
    return `${cell.timesHeard('holdfast', end, names)} (${cell.timesHeard('official', end, names)})`;
  };
  return `| ${[cell.row.title, verdictOf(cell), alarms('alice'), alarms('bob'), both(cell, 'gap')].join(' | ')} |`;
}

function slower(cell: Cell, sdk: Sdk, measure: Measure): number | null {
  const times = ENDS.map((end) => cell.median(sdk, end, measure)).filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(...times);
}

function ratio(cell: Cell, measure: Measure): string {
  const [ours, theirs] = [slower(cell, 'holdfast', measure), slower(cell, 'official', measure)];
  if (ours === null || theirs === null || ours <= 0 || theirs <= 0) return '–';
  return (ours / theirs).toFixed(2);
}

function unplayed(cells: Cell[]): string {
  const reasons = cells.flatMap(({ row, browser }) => {
    const reason = row.unplayable?.[browser];
    return reason === undefined ? [] : [`- ${row.title}, ${TITLE[browser]}: ${reason}`];
  });
  const missing = cells.filter((cell) => !cell.isPlayed && cell.row.unplayable?.[cell.browser] === undefined);
  if (missing.length > 0)
    reasons.push(`- not run yet: ${missing.map(({ row, browser }) => `${row.name} in ${TITLE[browser]}`).join(', ')}`);
  return reasons.length === 0 ? '' : `## Not played\n\n${reasons.join('\n')}\n`;
}

const WORTH_TELLING = [
  'reconnecting',
  'reconnected',
  'participantReconnecting',
  'participantReconnected',
  'participantConnected',
  'participantDisconnected',
  'disconnected',
];

function sequences(cells: Cell[]): string {
  const lines = cells.flatMap((cell) => [
    `\n### ${cell.row.title}, ${TITLE[cell.browser]}\n`,
    ...(['holdfast', 'official'] satisfies Sdk[]).flatMap((sdk) => {
      const result = cell.last(sdk);
      if (result === undefined) return [];
      const ends = ENDS.filter((end) => result.ends[end]).map((end) => `${NAME[end]}: ${timeline(result, result.ends[end]!)}`);
      const state = result.rested ? '' : ' *(not whole again within the limit)*';
      return [`- ${sdk === 'holdfast' ? 'Holdfast' : 'official'}${state}`, ...ends.map((line) => `  - ${line}`)];
    }),
  ]);
  return `## What was heard

The Room's events of the last run of each row, in seconds after the fault began. What other objects emit is compared as well: the full list of
every run is in \`build/faults\`.
${lines.join('\n')}
`;
}

function timeline({ faultAt, healAt, row }: Result, { events }: EndResult): string {
  const told = events
    .filter(({ event }) => isOfRoom(event, WORTH_TELLING))
    .map(({ at, event: [, name, ...details] }) => {
      const codes = details.filter((detail) => /^error \d+$/.test(detail)).map((detail) => ` ${detail.slice('error '.length)}`);
      return { at, text: `${name}${codes.join('')} ${seconds(at - faultAt)}` };
    });
  if (ROWS.find(({ name }) => name === row)?.kind === 'heals')
    told.push({ at: healAt, text: `*(end of the fault ${seconds(healAt - faultAt)})*` });
  return told.length === 0
    ? 'nothing'
    : told
        .sort((a, b) => a.at - b.at)
        .map(({ text }) => text)
        .join(', ');
}

function seconds(milliseconds: number | null): string {
  return milliseconds === null ? '–' : (milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1);
}
