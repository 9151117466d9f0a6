// A network namespace joined to the machine by one cable: a browser in it reaches the server outside, and its network can be broken.

import { execFileSync } from 'node:child_process';

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}

export class Namespace {
  private constructor(
    readonly name: string,
    /** Address of the outer end of the cable: where a server for this namespace listens. */
    readonly outerAddress: string,
    readonly innerAddress: string,
  ) {}

  /** Names and addresses are derived from the process id, so that runs do not meet. */
  static create(): Namespace {
    const id = process.pid % 10_000;
    const subnet = `10.${77 + Math.floor(id / 250)}.${id % 250}`;
    const namespace = new Namespace(`hf-${id}`, `${subnet}.1`, `${subnet}.2`);
    const { name, outerAddress, innerAddress } = namespace;
    namespace.delete();
    run('ip', 'netns', 'add', name);
    run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    run('ip', 'addr', 'add', `${outerAddress}/24`, 'dev', name);
    run('ip', 'link', 'set', name, 'up');
    run('ip', '-n', name, 'addr', 'add', `${innerAddress}/24`, 'dev', 'eth0');
    run('ip', '-n', name, 'link', 'set', 'eth0', 'up');
    run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    run('ip', '-n', name, 'route', 'add', 'default', 'via', outerAddress);
    return namespace;
  }

  /** Drops everything of a protocol, both ways, until heal(). */
  drop(protocol: 'udp' | 'tcp'): void {
    const chains = ['input', 'output'].map(
      (hook) => `chain ${hook} { type filter hook ${hook} priority 0; meta l4proto ${protocol} drop; };`,
    );
    this.inside('nft', `table inet faults { ${chains.join(' ')} }`);
  }

  /** Does nothing if nothing is dropped. */
  heal(): void {
    this.inside('nft', 'add table inet faults; delete table inet faults');
  }

  /** Does nothing if it is not there. The cable goes with it. */
  delete(): void {
    try {
      run('ip', 'netns', 'delete', this.name);
    } catch {
      // It is not there.
    }
  }

  private inside(...command: string[]): void {
    run('ip', 'netns', 'exec', this.name, ...command);
  }
}
