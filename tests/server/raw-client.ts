// A client without any cleverness: speaks the frames of docs/protocol.md 2 and 4 over a socket and remembers what came.

import { WebSocket } from 'ws';

export interface Message {
  type: string;
  code?: number;
  session?: string;
  participants?: { sid: string; identity: string; state: string }[];
  [key: string]: unknown;
}

export interface Frame {
  type: string;
  body?: Message;
}

export class RawClient {
  private readonly messages: Message[] = [];
  private readonly others: Frame[] = [];
  private wake: () => void = () => {};
  /** Resolves with the code with which the server closed. */
  readonly closed: Promise<number>;
  readonly ponged: Promise<void>;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (frame.type === 'msg' && frame.body !== undefined) this.messages.push(frame.body);
      else this.others.push(frame);
      this.wake();
    });
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    this.ponged = new Promise((resolve) => socket.on('pong', () => resolve()));
  }

  /** Opens a socket and says hello with `body`. */
  static async dial(url: string, body: object): Promise<RawClient> {
    const socket = new WebSocket(url);
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    client.hello(body);
    return client;
  }

  /** Joins and returns the client with the server's answer, `connected` or `error`. */
  static async join(url: string, token: string, room: string | null = 'kitchen'): Promise<{ client: RawClient; answer: Message }> {
    const client = await RawClient.dial(url, connectBody(token, room));
    return { client, answer: await client.next('connected', 'error') };
  }

  /** The oldest message of one of these types that was not taken yet; others before it are dropped. */
  async next(...types: string[]): Promise<Message> {
    return this.take(this.messages, types.join(', '), ({ type }) => types.includes(type));
  }

  /** The oldest frame that carries no message and was not taken yet. */
  async frame(): Promise<Frame> {
    return this.take(this.others, 'a frame', () => true);
  }

  private async take<T>(from: T[], what: string, isWanted: (one: T) => boolean): Promise<T> {
    const deadline = AbortSignal.timeout(4000);
    for (;;) {
      for (let one = from.shift(); one !== undefined; one = from.shift()) if (isWanted(one)) return one;
      await new Promise<void>((resolve, reject) => {
        this.wake = resolve;
        deadline.onabort = () => reject(new Error(`nothing of ${what} came`));
      });
    }
  }

  /** Waits for an update that calls a participant `state`. */
  async nextState(identity: string, state: string): Promise<void> {
    for (;;) {
      const { participants = [] } = await this.next('update');
      if (participants.some((participant) => participant.identity === identity && participant.state === state)) return;
    }
  }

  send(body: object): void {
    this.sendFrame({ type: 'msg', body });
  }

  hello(body: object): void {
    this.sendFrame({ type: 'hello', id: crypto.randomUUID(), timeout: 5000, version: 2, body });
  }

  ping(): void {
    this.socket.ping();
  }

  drop(): void {
    this.socket.terminate();
  }

  private sendFrame(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }
}

export function iceBody(token: string): object {
  return { type: 'ice', edge: 'roaming', version: 1, token };
}

export function connectBody(token: string, name: string | null): object {
  return {
    type: 'connect',
    version: 2,
    name,
    token,
    participant: { revision: 1, tracks: [] },
    peer_connections: [],
    ice_servers: 'overrode',
    publisher: { name: 'raw', sdk_version: '0', user_agent: 'node' },
    format: 'unified',
    subscribe: { revision: 1, rules: [{ type: 'include', all: true }] },
    media_signaling: {},
  };
}

export function syncBody(token: string, session: string): object {
  return { type: 'sync', version: 2, session, token, name: 'kitchen', participant: { revision: 1, tracks: [] }, peer_connections: [] };
}
