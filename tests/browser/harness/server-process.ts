// A room server in a process of its own, which can be killed: the same secret and the same port the next time, and nothing else.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KEY } from './site.js';

// Bundled beside the tests (run.mjs).
const BIN = fileURLToPath(new URL('./bin.js', import.meta.url));

export class ServerProcess {
  private constructor(
    private child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(): Promise<ServerProcess> {
    const child = run('0');
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    return new ServerProcess(child, /\S+:\/\/\S+/.exec(String(line))![0]);
  }

  /** Without a chance to say goodbye. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGKILL');
    await ended;
  }

  /** After kill(). */
  async startAgain(): Promise<void> {
    this.child = run(new URL(this.url).port);
    await once(this.child.stdout!, 'data');
  }
}

function run(port: string): ChildProcess {
  const environment = { HOLDFAST_ACCOUNT_SID: KEY.accountSid, HOLDFAST_API_KEY: KEY.apiKey, HOLDFAST_API_SECRET: KEY.apiSecret };
  return spawn(process.execPath, [BIN, '--port', port], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
