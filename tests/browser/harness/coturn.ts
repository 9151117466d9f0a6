// A TURN server on loopback that shares a secret with the room server.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COTURN } from './requirements.js';

export class Coturn {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(secret: string): Promise<Coturn> {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-coturn-'));
    const port = await freePort();
    const child = spawn(
      COTURN,
      [
        ['-n', '--no-cli', '--no-tls', '--no-dtls', '--log-file=stdout'],
        ['--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', '--allow-loopback-peers', `--listening-port=${port}`],
        ['--use-auth-secret', `--static-auth-secret=${secret}`, '--realm=holdfast'],
        [`--pidfile=${join(folder, 'pid')}`, `--userdb=${join(folder, 'db')}`],
      ].flat(),
      { stdio: 'ignore' },
    );
    await untilAnswers(port);
    return new Coturn(`turn:127.0.0.1:${port}?transport=udp`, child, folder);
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function untilAnswers(port: number): Promise<void> {
  const socket = createSocket('udp4');
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(10_000) });
  const bindingRequest = Buffer.from('000100002112a442' + '00'.repeat(12), 'hex');
  const asking = setInterval(() => socket.send(bindingRequest, port, '127.0.0.1'), 100);
  try {
    await answered;
  } finally {
    clearInterval(asking);
    socket.close();
  }
}
