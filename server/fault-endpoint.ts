// server.faults over HTTP, for demos and for tests that run elsewhere. Only there if asked for.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { FAULTS, type Faults, type FaultTarget } from './faults.js';
import { answer, pathOf, readBody } from './http.js';

/**
 * `GET` names the faults; `POST {"fault": "delay", "target": {"participant": "alice"}, "ms": 400}` is `faults.delay(…)` and answers
 * `{"hit": […]}`. Without CORS headers and for JSON only, so that pages of other origins have no access.
 */
export function createFaultListener(path: string, faults: Faults, otherwise: RequestListener): RequestListener {
  return (request, response) => {
    if (pathOf(request) !== path) return otherwise(request, response);
    if (request.method === 'GET') return answerJson(response, 200, { faults: FAULTS });
    if (request.method !== 'POST') return answer(response, 405, 'Method not allowed\n', { allow: 'GET, POST' });
    if (!isJson(request)) return answerJson(response, 415, { error: 'content-type must be application/json' });
    readBody(request, (body) => {
      try {
        answerJson(response, 200, { hit: perform(faults, body) });
      } catch (error) {
        answerJson(response, 400, { error: (error as Error).message });
      }
    });
  };
}

function perform(faults: Faults, body: string): unknown {
  const { fault, target, ...options } = JSON.parse(body) as { fault: unknown; target: FaultTarget };
  const name = FAULTS.find((known) => known === fault);
  if (name === undefined) throw new TypeError(`fault must be one of ${FAULTS.join(', ')}`);
  // What is wrong with target and options, the fault says.
  return (faults[name] as (target: FaultTarget, options: object) => unknown).call(faults, target, options);
}

function isJson(request: IncomingMessage): boolean {
  return /^application\/json\b/.test(request.headers['content-type'] ?? '');
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  answer(response, status, `${JSON.stringify(value)}\n`, { 'content-type': 'application/json' });
}
