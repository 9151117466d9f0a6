// One origin with everything a test needs: the room server, the two test pages, both SDKs.

import { readFile } from 'node:fs/promises';
import { type RequestListener, createServer } from 'node:http';
import { extname, join } from 'node:path';
import { AccessToken, type RoomServer, type RoomServerOptions, VideoGrant, createRoomServer } from '../../../server/index.js';

// Set by the bundler: the repository.
declare const HOLDFAST_ROOT: string;

export const KEY = {
  accountSid: 'AC00000000000000000000000000000001',
  apiKey: 'SK00000000000000000000000000000001',
  apiSecret: 'browser tests only',
};

const CONTENT_TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

export class Site {
  private constructor(
    readonly rooms: RoomServer,
    readonly host: string,
    private readonly stop: () => Promise<void>,
  ) {}

  /** `host`: the address to listen on; pages are loaded from it. `port`: default any free one. */
  static async start(options: Partial<RoomServerOptions> = {}, host = '127.0.0.1', port = 0): Promise<Site> {
    const http = createServer(serveFiles);
    await new Promise<void>((resolve) => http.listen(port, host, resolve));
    const rooms = await createRoomServer({ ...KEY, ...options, server: http });
    return new Site(rooms, host, async () => {
      await rooms.close();
      http.close();
      http.closeAllConnections();
    });
  }

  get port(): number {
    return this.rooms.port;
  }

  get origin(): string {
    return `http://${this.host}:${this.port}`;
  }

  token(identity: string, ttl?: number): string {
    return tokenFor(identity, ttl);
  }

  close(): Promise<void> {
    return this.stop();
  }
}

/** For every site, in whichever process it runs. */
export function tokenFor(identity: string, ttl?: number): string {
  const token = new AccessToken(KEY.accountSid, KEY.apiKey, KEY.apiSecret, { identity, ttl });
  token.addGrant(new VideoGrant());
  return token.toJwt();
}

const serveFiles: RequestListener = (request, response) => {
  const path = (request.url ?? '').split('?', 1)[0]!;
  const bundle = /^\/contract\/(.*)\.html$/.exec(path)?.[1];
  if (bundle) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><script type="module" src="${bundle}.js"></script><body>`);
    return;
  }
  readFile(fileFor(path)).then(
    (content) => response.writeHead(200, { 'content-type': CONTENT_TYPES[extname(path)] ?? 'application/octet-stream' }).end(content),
    () => response.writeHead(404).end(),
  );
};

function fileFor(path: string): string {
  if (path === '/twilio-video.js') return join(HOLDFAST_ROOT, 'node_modules/twilio-video/dist/twilio-video.js');
  if (path.startsWith('/contract/')) return join(HOLDFAST_ROOT, 'tests/.out/contract-page', path.slice('/contract/'.length));
  if (path.startsWith('/dist/')) return join(HOLDFAST_ROOT, path);
  if (/^\/react\d+\.js$/.test(path)) return join(HOLDFAST_ROOT, 'tests/.out/browser', path);
  return join(HOLDFAST_ROOT, 'tests/browser/harness/page', path);
}
