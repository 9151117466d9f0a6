// The command holdfast-server as a process.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type TestContext, test } from 'node:test';
import { KEYS, makeToken } from './keys.js';
import { RawClient, iceBody } from './raw-client.js';

const BIN = fileURLToPath(new URL('./bin.js', import.meta.url));
const KEY_ENVIRONMENT = { HOLDFAST_ACCOUNT_SID: KEYS.accountSid, HOLDFAST_API_KEY: KEYS.apiKey, HOLDFAST_API_SECRET: KEYS.apiSecret };

function run(args: string[], environment: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finish(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (text) => (stdout += text));
  child.stderr!.on('data', (text) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stdout, stderr };
}

/** Starts it and returns the URL it prints. */
async function serve(
  context: TestContext,
  args: string[],
  environment?: Record<string, string>,
): Promise<{ child: ChildProcess; url: string }> {
  const child = run(args, environment);
  context.after(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, url: /\S+:\/\/\S+/.exec(String(line))![0] };
}

test('bin: without --dev and without a secret it refuses to start', async () => {
  const { code, stdout, stderr } = await finish(run(['--port', '0']));
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /HOLDFAST_API_SECRET/);
});

test('bin: --help tells every option, a wrong one is answered with it', async () => {
  const help = await finish(run(['--help']));
  assert.equal(help.code, 0);
  for (const word of ['--port', '--host', '--dev', '--faults', 'HOLDFAST_ACCOUNT_SID', 'HOLDFAST_TURN_SECRET', '/healthz'])
    assert.ok(help.stdout.includes(word), word);
  const wrong = await finish(run(['--prot', '1']));
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--prot/);
  assert.equal((await finish(run(['--port', 'http'], KEY_ENVIRONMENT))).code, 2);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`bin: serves with the key of its environment, and ends gracefully on ${signal}`, async (context) => {
    const { child, url } = await serve(context, [], { ...KEY_ENVIRONMENT, PORT: '0' });
    const { client, answer } = await RawClient.join(url, makeToken('alice'));
    assert.equal(answer.type, 'connected');
    for (const path of ['/token?identity=a', '/signaling/faults']) {
      assert.equal((await fetch(new URL(path, url.replace('ws', 'http')))).status, 404, path);
    }

    const ended = once(child, 'exit');
    child.kill(signal);
    assert.equal(await client.closed, 1012);
    assert.deepEqual(await ended, [0, null]);
  });
}

test('bin: --dev hands out tokens that its rooms take', async (context) => {
  const { url } = await serve(context, ['--dev', '--port', '0']);
  const response = await fetch(new URL('/token?identity=alice&room=kitchen', url));
  const { token } = (await response.json()) as { token: string };
  const wsServer = `${url.replace('http', 'ws')}/signaling`;
  assert.equal((await RawClient.join(wsServer, token, 'kitchen')).answer.type, 'connected');
  assert.equal((await RawClient.join(wsServer, token, 'cellar')).answer.code, 20106);

  assert.equal((await fetch(new URL('/signaling/faults', url))).status, 200);
  assert.equal((await fetch(new URL('/token', url))).status, 400);
  assert.equal((await fetch(new URL('/no-such-file', url))).status, 404);
  assert.equal((await fetch(new URL('/..%2f..%2fpackage.json', url))).status, 404);
  assert.equal((await fetch(new URL('/%', url))).status, 404);
});

test('bin: --faults opens them over HTTP, and TURN comes from the environment', async (context) => {
  const { url } = await serve(context, ['--faults', '--port', '0'], {
    ...KEY_ENVIRONMENT,
    HOLDFAST_TURN_URLS: 'turn:a.example.org, turns:b.example.org',
    HOLDFAST_TURN_SECRET: 'north',
  });
  assert.equal((await fetch(`${url.replace('ws', 'http')}/faults`)).status, 200);
  const client = await RawClient.dial(url, iceBody(makeToken('alice')));
  const [turn] = (await client.next('iced'))['ice_servers'] as { urls: string[]; username: string }[];
  assert.deepEqual(turn!.urls, ['turn:a.example.org', 'turns:b.example.org']);
  assert.match(turn!.username, /^\d+:alice$/);
});
