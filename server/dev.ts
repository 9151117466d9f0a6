// What `holdfast-server --dev` adds for a laptop: tokens for everyone who asks, and the demo page. Never part of a real server.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { AccessToken, VideoGrant } from './access-token.js';
import { answer, answerNotFound, pathOf } from './http.js';

export interface DevKey {
  accountSid: string;
  apiKey: string;
  apiSecret: string;
}

const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** `GET /token?identity=&room=` answers `{token}`; everything else is a file below `demoFolder`. */
export function createDevListener(key: DevKey, demoFolder: string): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return answerNotFound(request, response);
    if (pathOf(request) === '/token') return answerToken(key, new URLSearchParams((request.url ?? '').split('?')[1]), response);
    return void sendFile(demoFolder, pathOf(request), response).catch(() => answerNotFound(request, response));
  };
}

function answerToken({ accountSid, apiKey, apiSecret }: DevKey, query: URLSearchParams, response: ServerResponse): void {
  const identity = query.get('identity');
  if (!identity) return answer(response, 400, 'identity is required: /token?identity=alice&room=kitchen\n');
  const token = new AccessToken(accountSid, apiKey, apiSecret, { identity });
  token.addGrant(new VideoGrant({ room: query.get('room') ?? undefined }));
  answer(response, 200, `${JSON.stringify({ token: token.toJwt() })}\n`, { 'content-type': 'application/json' });
}

async function sendFile(folder: string, pathname: string, response: ServerResponse): Promise<void> {
  // Normalizing an absolute path leaves no `..` that could climb out of the folder.
  const relative = normalize(`/${decodeURIComponent(pathname)}`);
  const file = join(folder, relative.endsWith('/') ? `${relative}index.html` : relative);
  const { size, mtime } = await regularFile(file);
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[extname(file)] ?? 'application/octet-stream',
    'content-length': size,
    'last-modified': mtime.toUTCString(),
    'cache-control': 'no-cache',
  });
  createReadStream(file)
    .on('error', () => response.destroy())
    .pipe(response);
}

async function regularFile(file: string): Promise<{ size: number; mtime: Date }> {
  const found = await stat(file);
  if (!found.isFile()) throw new Error('not a file');
  return found;
}
