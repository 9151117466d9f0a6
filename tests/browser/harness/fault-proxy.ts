// A TCP proxy in front of the signaling server that fails in the ways networks do.

import { type Server, type Socket, connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export class FaultProxy {
  private readonly pairs = new Set<[Socket, Socket]>();
  private silent = false;

  private constructor(
    private readonly server: Server,
    private readonly path: string,
  ) {}

  /** `target`: the ws:// URL to stand in for. */
  static async start(target: string): Promise<FaultProxy> {
    const { hostname, port, pathname } = new URL(target);
    const server = createServer({ pauseOnConnect: true });
    const proxy = new FaultProxy(server, pathname);
    server.on('connection', (client) => proxy.join(client, connect(Number(port), hostname)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.path}`;
  }

  /** Resets every connection (RST); new ones pass. */
  reset(): void {
    for (const [client, server] of this.pairs) {
      abort(client);
      abort(server);
    }
  }

  /** Puts a close frame with this code before every client, as a server would. The real server sees its client close with it. */
  closeWith(code: number): void {
    const frame = Buffer.from([0x88, 2, code >> 8, code & 0xff]);
    for (const [client] of this.pairs) client.write(frame);
  }

  /** From now on nothing comes through, in either direction, on old connections and on new ones; none is closed. */
  blackHole(): void {
    this.silent = true;
    for (const pair of this.pairs) pair.forEach((socket) => socket.pause());
  }

  /** Ends a black hole. As after a real one, what was sent meanwhile arrives late. */
  heal(): void {
    this.silent = false;
    for (const pair of this.pairs) pair.forEach((socket) => socket.resume());
  }

  close(): Promise<void> {
    this.reset();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private join(client: Socket, server: Socket): void {
    const pair: [Socket, Socket] = [client, server];
    this.pairs.add(pair);
    for (const [from, to] of [pair, [server, client] as const]) {
      from.setNoDelay(true);
      from.on('data', (data) => void to.write(data));
      from.on('end', () => to.end());
      from.on('error', () => abort(to));
      from.on('close', () => {
        this.pairs.delete(pair);
        to.destroySoon();
      });
      if (this.silent) from.pause();
      else from.resume();
    }
  }
}

/**
 * Ends a connection with RST; with FIN one that is about to say that: asked for both, Node 20 keeps the handle (EINVAL), and the process
 * spins for ever instead of exiting.
 */
function abort(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
