// The server's few plain HTTP answers: health, the word of a leaving page, and the probe by which clients learn that the host is back.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

// A session string has some 300 characters (docs/protocol.md), a fault fewer.
const MAX_BODY_CHARACTERS = 4096;

export interface Endpoints {
  /** Of the WebSocket. */
  path: string;
  /** What `GET /healthz` says; absent: it is not ours to answer. */
  health?: () => object;
  /** A page left; `session` is what it sent, unchecked. */
  leave: (session: string) => void;
  /** Calls back at once, unless a fault makes this server hang. */
  whenReachable: (proceed: () => void) => void;
}

/** Answers what is the room server's and hands everything else to `otherwise`. */
export function createRequestListener({ path, health, leave, whenReachable }: Endpoints, otherwise: RequestListener): RequestListener {
  return (request, response) => {
    const pathname = pathOf(request);
    if (pathname === path) return whenReachable(() => answerProbe(request, response));
    if (pathname === `${path}/leave`) return whenReachable(() => takeBeacon(request, response, leave));
    if (pathname === '/healthz' && health !== undefined) return answerHealth(request, response, health);
    return otherwise(request, response);
  };
}

/** Of a request, whatever its client wrote there. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]!;
}

export const answerNotFound: RequestListener = (_request, response) => answer(response, 404, 'Not found\n');

export function answer(response: ServerResponse, status: number, body = '', headers: Record<string, string> = {}): void {
  const type = body === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' };
  response.writeHead(status, { 'cache-control': 'no-store', ...type, ...headers }).end(body);
}

function answerProbe(request: IncomingMessage, response: ServerResponse): void {
  if (answeredMethod(request, response, 'GET')) return;
  answer(response, 426, 'This is a WebSocket\n', { upgrade: 'websocket', connection: 'upgrade' });
}

function answerHealth(request: IncomingMessage, response: ServerResponse, health: () => object): void {
  if (answeredMethod(request, response, 'GET')) return;
  answer(response, 200, `${JSON.stringify(health())}\n`, { 'content-type': 'application/json' });
}

function takeBeacon(request: IncomingMessage, response: ServerResponse, leave: (session: string) => void): void {
  if (answeredMethod(request, response, 'POST')) return;
  readBody(request, (body) => {
    leave(body);
    answer(response, 204, '', { 'access-control-allow-origin': '*' });
  });
}

export function readBody(request: IncomingMessage, done: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text: string) => {
    body += text;
    if (body.length > MAX_BODY_CHARACTERS) request.destroy();
  });
  request.on('error', () => {}); // a client that is gone before its last word is through
  request.on('end', () => done(body));
}

// Pages of any origin may call: what they send is authenticated by itself, and nothing here depends on cookies.
function answeredMethod(request: IncomingMessage, response: ServerResponse, method: 'GET' | 'POST'): boolean {
  if (request.method === method || (request.method === 'HEAD' && method === 'GET')) return false;
  const allow = `${method}, OPTIONS`;
  if (request.method === 'OPTIONS') {
    answer(response, 204, '', {
      allow,
      'access-control-allow-origin': '*',
      'access-control-allow-methods': method,
      'access-control-allow-headers': 'content-type',
    });
  } else {
    answer(response, 405, 'Method not allowed\n', { allow });
  }
  return true;
}
