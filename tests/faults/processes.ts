// Processes in network namespaces: started, asked over Node's own IPC, stopped and ended one by one, each by its id.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a shell script; rejects with what it wrote if a line of it fails. */
export async function shell(script: string): Promise<string> {
  const { stdout } = await execute('sh', ['-ec', script]);
  return stdout;
}

export interface ProcessInfo {
  pid: number;
  args: string;
}

/** All that descend from a process, without it, parents first. */
export async function descendants(pid: number): Promise<ProcessInfo[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid=,ppid=,args=', '-ww'], { maxBuffer: 1 << 24 });
  const all = stdout.split('\n').flatMap((line) => {
    const [, id, parent, args] = /^\s*(\d+)\s+(\d+)\s(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : [{ pid: Number(id), parent: Number(parent), args: args! }];
  });
  const found: ProcessInfo[] = [];
  for (let parents = [pid]; parents.length > 0;) {
    const children = all.filter(({ parent }) => parents.includes(parent));
    found.push(...children);
    parents = children.map((child) => child.pid);
  }
  return found;
}

/** One that has ended already is none of our business. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

/** A program of ours that runs elsewhere and does what it is asked: see answer(). */
export class Remote {
  private readonly waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  private lastId = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, value, error }: Answer) => {
      const asked = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) asked?.resolve(value as never);
      else asked?.reject(new Error(error));
    });
    child.on('exit', (code, by) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the process ended: ${by ?? code}`));
      this.waiting.clear();
    });
  }

  /** `program`: a bundled file of this folder. `temporary`: where it, and what it starts, may leave files. */
  static start(namespace: string, program: string, temporary: string): Remote {
    const command = ['netns', 'exec', namespace, process.execPath, '--enable-source-maps', `${import.meta.dirname}/${program}`];
    return new Remote(spawn('ip', command, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...process.env, TMPDIR: temporary } }));
  }

  get pid(): number {
    return this.child.pid!;
  }

  ask<Result>(method: string, ...args: unknown[]): Promise<Result> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      if (!this.child.connected) return reject(new Error('the process has ended'));
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, method, args });
    });
  }

  /** SIGKILL, for it and for all that it started, frozen or not. */
  async kill(): Promise<void> {
    const started = await descendants(this.pid);
    const ended = this.child.exitCode === null && this.child.signalCode === null ? once(this.child, 'exit') : undefined;
    for (const { pid } of [{ pid: this.pid }, ...started]) signal(pid, 'SIGKILL');
    await ended;
  }
}

/** The other side of a Remote: does what is asked, and ends, with all that it started, when whoever asks has ended. */
export function answer(methods: Record<string, (...args: never[]) => unknown>): void {
  process.on('message', ({ id, method, args }: { id: number; method: string; args: never[] }) => {
    void Promise.resolve()
      .then(() => methods[method]!(...args))
      .then(
        (value) => process.send!({ id, value }),
        (error: unknown) => process.send!({ id, error: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.on('disconnect', () => void endWithAll());
}

async function endWithAll(): Promise<void> {
  for (const { pid } of await descendants(process.pid)) signal(pid, 'SIGKILL');
  process.exit();
}
