// holdfast-server: the room server as a command.

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createDevListener, type DevKey } from './dev.js';
import { answerNotFound } from './http.js';
import type { RoomServerOptions } from './options.js';
import { type RoomServer, startRoomServer } from './room-server.js';

const HELP = `holdfast-server: a room server for Holdfast and twilio-video.js clients

  holdfast-server [--port 8080] [--host 127.0.0.1] [--faults]
  holdfast-server --dev

Options
  --port, -p NUMBER   port to listen on; default: PORT, or 8080
  --host ADDRESS      address to listen on; default: 127.0.0.1, which only this machine reaches
  --dev               for a laptop: hands a token to everyone who asks (GET /token?identity=&room=) and serves the demo page.
                      A fresh API key is made at each start unless one is given. Takes faults, as with --faults.
  --faults            lets everyone who reaches the port break calls: POST /signaling/faults. For tests, never in production.
  --help, -h          this text

Environment
  HOLDFAST_ACCOUNT_SID, HOLDFAST_API_KEY, HOLDFAST_API_SECRET   tokens signed with this key are accepted; required without --dev
  HOLDFAST_SECRET     what sessions are derived from; default: derived from the API secret
  HOLDFAST_TURN_URLS, HOLDFAST_TURN_SECRET   TURN servers, separated by commas, and the secret shared with them (coturn: static-auth-secret)

GET /healthz answers with the numbers of rooms, participants and connections. SIGTERM and SIGINT stop it; clients are told to come back.
`;

const DEFAULT_PORT = 8080;
const USAGE_ERROR = 2;

await main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error), 1));

async function main(): Promise<void> {
  const args = readArguments();
  if (args.help) return void process.stdout.write(HELP);

  const key = keyFromEnvironment() ?? (args.dev ? newDevKey() : undefined);
  if (key === undefined) {
    fail(
      'Set HOLDFAST_ACCOUNT_SID, HOLDFAST_API_KEY and HOLDFAST_API_SECRET: without a secret anyone could join. To try it out: --dev',
      USAGE_ERROR,
    );
  }
  const options: RoomServerOptions = { ...key, port: readPort(args.port), log: (message) => console.error(message) };
  if (args.host !== undefined) options.host = args.host;
  options.faultsOverHttp = args.faults || args.dev;
  const { HOLDFAST_SECRET: secret, HOLDFAST_TURN_URLS: turnUrls, HOLDFAST_TURN_SECRET: turnSecret } = process.env;
  if (secret) options.secret = secret;
  if (turnUrls) options.turnUrls = turnUrls.split(',').map((url) => url.trim());
  if (turnSecret) options.turnSecret = turnSecret;

  const demoFolder = fileURLToPath(new URL('../demo/', import.meta.url));
  const server = await startRoomServer(options, args.dev ? createDevListener(key, demoFolder) : answerNotFound);
  stopOnSignal(server);
  console.log(args.dev ? `Holdfast demo: http://localhost:${server.port}` : `Holdfast room server: ${server.url}`);
}

function readArguments(): { port?: string | undefined; host?: string | undefined; dev: boolean; faults: boolean; help: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        dev: { type: 'boolean', default: false },
        faults: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${HELP}`, USAGE_ERROR);
  }
}

function readPort(argument: string | undefined): number {
  const text = argument ?? process.env.PORT ?? String(DEFAULT_PORT);
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65535) fail(`Not a port: ${text}`, USAGE_ERROR);
  return port;
}

function keyFromEnvironment(): DevKey | undefined {
  const { HOLDFAST_ACCOUNT_SID: accountSid, HOLDFAST_API_KEY: apiKey, HOLDFAST_API_SECRET: apiSecret } = process.env;
  return accountSid && apiKey && apiSecret ? { accountSid, apiKey, apiSecret } : undefined;
}

function newDevKey(): DevKey {
  const sid = (prefix: string): string => prefix + randomBytes(16).toString('hex');
  return { accountSid: sid('AC'), apiKey: sid('SK'), apiSecret: randomBytes(32).toString('hex') };
}

// A second signal ends the process at once, as signals do.
function stopOnSignal(server: RoomServer): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
}

function fail(message: string, exitCode: number): never {
  console.error(message);
  process.exit(exitCode);
}
