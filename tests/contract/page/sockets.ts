// Stands in for WebSocket, from before an SDK is loaded: connections to the room server can be cut, and a server of a few lines inside the
// page says whatever a check wants said.

export interface Message {
  type: string;
  [field: string]: unknown;
}

const Native = WebSocket;
const open = new Set<WebSocket>();
const servers = new Map<string, ScriptedServer>();
let away: string | undefined;

/** Cuts the connections to the room server whose URL contains `part`; new ones fail until `healNetwork()`. */
export function cutNetwork(part = ''): void {
  away = part;
  for (const socket of open) if (socket.url.includes(part)) socket.close(4000, 'cut');
}

export function healNetwork(): void {
  away = undefined;
}

class ScriptedSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = ScriptedSocket.CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;

  constructor(
    readonly url: string,
    private readonly server?: ScriptedServer,
  ) {
    super();
    setTimeout(() => (server ? this.opened(server) : this.closed(1006)));
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Message;
    setTimeout(() => this.server?.hear(frame));
  }

  close(code = 1005): void {
    setTimeout(() => this.closed(code));
  }

  deliver(frame: Message): void {
    if (this.readyState === ScriptedSocket.OPEN) this.fire(new MessageEvent('message', { data: JSON.stringify(frame) }));
  }

  closed(code: number): void {
    if (this.readyState === ScriptedSocket.CLOSED) return;
    this.readyState = ScriptedSocket.CLOSED;
    this.fire(new CloseEvent('close', { code }));
  }

  private opened(server: ScriptedServer): void {
    if (this.readyState !== ScriptedSocket.CONNECTING) return;
    if (server.refuses) return this.closed(1006);
    this.readyState = ScriptedSocket.OPEN;
    server.socket = this;
    this.fire(new Event('open'));
  }

  private fire(event: Event): void {
    this[`on${event.type}` as 'onopen']?.(event);
    this.dispatchEvent(event);
  }
}

globalThis.WebSocket = new Proxy(Native, {
  construct(target, [url]: [string]) {
    const server = servers.get(new URL(url).pathname);
    if (server || (away !== undefined && url.includes(away))) return new ScriptedSocket(url, server);
    const socket = new target(url);
    open.add(socket);
    socket.addEventListener('close', () => open.delete(socket));
    return socket;
  },
});

export const hex = (prefix: string, number: number): string => prefix + number.toString(16).padStart(32, '0');

/** What it says to a message; nothing for `undefined`. To `hello` it is a frame. */
export type Answers = Record<string, (message: Message) => Message | undefined>;

export class ScriptedServer {
  readonly path = `/scripted/${servers.size}`;
  readonly heard: Message[] = [];
  socket: ScriptedSocket | undefined;
  /** It does not take connections. */
  refuses = false;
  private readonly acknowledged = new Map<string, string>();
  private revision = 0;

  /** Without `answers` it is a good server of a room in which nobody else is. */
  constructor(private readonly answers: Answers = {}) {
    servers.set(this.path, this);
  }

  get url(): string {
    return `${location.origin.replace('http', 'ws')}${this.path}`;
  }

  frame(frame: Message): void {
    this.socket!.deliver(frame);
  }

  say(body: Message): void {
    this.frame({ type: 'msg', body });
  }

  /** Without a reason that a client would understand. */
  drop(code = 1006): void {
    this.socket!.closed(code);
  }

  hear(frame: Message): void {
    if (frame.type === 'hello') {
      const greeting = this.answers['hello'] ?? (() => ({ type: 'welcome', negotiatedTimeout: 5000 }));
      const answer = greeting(frame);
      if (answer) this.frame(answer);
      if (answer?.type !== 'welcome') return;
    }
    const body = (frame['body'] ?? frame) as Message;
    this.heard.push(body);
    const answer = { ...this.defaults(), ...this.answers }[body.type]?.(body);
    if (answer) this.say(answer);
  }

  /** The state of a room as this participant is told when it joins. */
  connected({ name, participant }: Message): Message {
    const { tracks } = participant as { tracks: { id: string }[] };
    return {
      type: 'connected',
      session: 'SE1',
      options: { session_timeout: 30, signaling_region: 'us1' },
      sid: hex('RM', 1),
      name: name ?? hex('RM', 1),
      participant: { sid: hex('PA', 1), identity: 'alice' },
      participants: [],
      published: this.publish(tracks),
      subscribed: { revision: 1, tracks: [] },
    };
  }

  private publish(tracks: { id: string }[]): object {
    for (const { id } of tracks) if (!this.acknowledged.has(id)) this.acknowledged.set(id, hex('MT', this.acknowledged.size + 1));
    return { revision: ++this.revision, tracks: tracks.map(({ id }) => ({ id, state: 'ready', sid: this.acknowledged.get(id) })) };
  }

  private defaults(): Answers {
    return {
      ice: () => ({ type: 'iced', ice_servers: [] }),
      connect: (body) => this.connected(body),
      sync: (body) => ({ ...this.connected(body), type: 'synced' }),
      update: (body) => ({ type: 'update', published: this.publish((body['participant'] as { tracks: { id: string }[] }).tracks) }),
    };
  }
}
