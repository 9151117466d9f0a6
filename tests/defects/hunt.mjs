// Runs room_sim until a seed fails, and all_words until a promise is broken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';

// Standard output of a tool that has to succeed.
export async function runTool(command, args) {
  const { code, output } = await run(command, args, () => false);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}`);
  return output;
}

// Ends it early when `enough` says so of a line, or after `limit` ms.
async function run(command, args, enough, limit) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: limit, killSignal: 'SIGKILL' });
  let output = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    if (lines.some(enough)) child.kill('SIGKILL');
  });
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  const [code, signal] = await once(child, 'close');
  return { code, signal, output };
}

const FAILED = /^FAILED seed (\d+): (\[[\w ]+\]) (?:at \d+ ms: )?(?:[A-Z]\d+: )?(.*)$/m;
const CHECK = /^(\S+):\d+: check failed: (.*)$/m;

// The first failure among `count` seeds from `first` on: {seed, checker}, or nothing. Of a run that died, `seed` is the end of the range.
async function tryRange(program, args, first, count) {
  const { code, signal, output } = await run(
    program,
    [...args, '--first', String(first), '--seeds', String(count), '--json'],
    (line) => FAILED.test(line),
    60_000 + 200 * count,
  );
  const failed = FAILED.exec(output);
  const check = CHECK.exec(output);
  const inCore = check && `[check] ${check[2]} in ${basename(check[1])}`;
  if (failed) return { seed: Number(failed[1]), checker: failed[2] === '[check]' ? inCore : `${failed[2]} ${failed[3]}` };
  if (code === 0) return undefined;
  return { seed: first + count - 1, checker: inCore ?? (signal === 'SIGKILL' ? '[hang]' : `[crash] ${signal ?? code}`), died: true };
}

// In ranges that grow, since most failures are near. A range in which it died is halved until one seed is left.
export async function findFirstFailure(program, args, seeds) {
  let count = 16;
  for (let first = 1; first <= seeds; first += count, count *= 2) {
    count = Math.min(count, seeds - first + 1, 1024);
    let found = await tryRange(program, args, first, count);
    for (let from = first, size = count; found?.died && size > 1;) {
      const half = Math.floor(size / 2);
      const earlier = await tryRange(program, args, from, half);
      if (!earlier) from += half;
      size = earlier ? half : size - half;
      found = earlier ?? found;
      if (!earlier && size === 1) found = { ...found, seed: from };
    }
    if (found) return found;
  }
  return undefined;
}

const BROKEN = /^FAILED [^:]+: (.*): word:(.*)$/m;
const WORDS_LIMIT = 600_000;

// The first promise of a machine that some word breaks: {checker}, or nothing. Rows that are never taken do not count: a row that is left
// out of a table is not missed there.
export async function findBrokenPromise(program, args) {
  const { signal, output } = await run(program, args, (line) => BROKEN.test(line), WORDS_LIMIT);
  const broken = BROKEN.exec(output);
  const check = CHECK.exec(output);
  if (broken) return { seed: 'words', checker: check ? `[check] ${check[2]} in ${basename(check[1])}` : `[words] ${broken[1]}` };
  return signal === 'SIGKILL' ? { seed: 'words', checker: '[hang]' } : undefined;
}
