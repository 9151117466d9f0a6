// Three network namespaces: a browser in each of two, the server between them, which also routes. What can happen to a network happens
// to the first browser's, at its end of the cable or at the other one.

import { existsSync } from 'node:fs';
import { shell } from './processes.js';

export const PORT = 8090;

type Protocol = 'udp' | 'tcp' | 'all';

const NARROW_LATENCY = '400ms';
const NARROW_BURST = 4000; // bytes; more than one packet, less than what would hide the rate

export class Network {
  private static count = 0;
  private static swept: Promise<void> | undefined;
  private address = 2;

  private constructor(
    readonly alice: string,
    readonly hub: string,
    readonly bob: string,
  ) {}

  // The same addresses in each: runs side by side do not see each other.
  static async create(): Promise<Network> {
    await (Network.swept ??= sweep());
    const id = `${process.pid}-${++Network.count}`;
    const network = new Network(`hf-ca-${id}`, `hf-hub-${id}`, `hf-cb-${id}`);
    const { alice, hub, bob } = network;
    const cable = (browser: string, outer: string, subnet: string): string => `
      ip -n ${hub} link add ${outer} type veth peer name eth0 netns ${browser}
      ip -n ${hub} addr add ${subnet}.1/24 dev ${outer}
      ip -n ${hub} link set ${outer} up
      ip -n ${browser} addr add ${subnet}.2/24 dev eth0
      ip -n ${browser} link set eth0 up
      ip -n ${browser} route add default via ${subnet}.1`;
    try {
      await shell(`
        for name in ${alice} ${hub} ${bob}; do ip netns add $name; ip -n $name link set lo up; done
        ${cable(alice, 'vca', '10.77.1')}
        ${cable(bob, 'vcb', '10.77.2')}
        ip netns exec ${hub} sysctl -qw net.ipv4.ip_forward=1`);
    } catch (error) {
      await network.delete();
      throw error;
    }
    return network;
  }

  /** Where the server is, seen from the first browser … */
  get originForAlice(): string {
    return `http://10.77.1.1:${PORT}`;
  }

  /** … and from the second. */
  get originForBob(): string {
    return `http://10.77.2.1:${PORT}`;
  }

  /** Of the relay, for both. */
  get relayAddress(): string {
    return '10.77.1.1';
  }

  /** Nothing of a protocol passes, either way. */
  drop(protocol: Protocol): Promise<string> {
    return this.filter(protocol === 'all' ? 'drop' : `meta l4proto ${protocol} drop`);
  }

  /** Each packet of a protocol is lost with this probability in %, either way. */
  lose(protocol: Protocol, percent: number): Promise<string> {
    return this.filter(`meta l4proto ${protocol} numgen random mod 100 < ${percent} drop`);
  }

  /** Both ways, with what a shaping router does to what does not fit: it waits, then it is dropped. */
  narrow(kilobits: number): Promise<string> {
    const shape = `root tbf rate ${kilobits}kbit burst ${NARROW_BURST} latency ${NARROW_LATENCY}`;
    return shell(`ip netns exec ${this.hub} tc qdisc add dev vca ${shape}; ip netns exec ${this.alice} tc qdisc add dev eth0 ${shape}`);
  }

  widen(): Promise<string> {
    return shell(`ip netns exec ${this.hub} tc qdisc del dev vca root; ip netns exec ${this.alice} tc qdisc del dev eth0 root`);
  }

  /** Resets the connections between the first browser and the server, once. New ones pass. */
  resetConnections(): Promise<string> {
    return shell(`ip netns exec ${this.hub} ss -K dst 10.77.1.${this.address} sport = :${PORT}`);
  }

  /** Answers every TCP packet with a reset. */
  refuseConnections(): Promise<string> {
    return this.rules(`chain refuse { type filter hook input priority 0; iifname "vca" meta l4proto tcp reject with tcp reset; }`);
  }

  /** Ends drop(), lose() and refuseConnections(). */
  pass(): Promise<string> {
    return shell(`ip netns exec ${this.hub} nft delete table inet faults`);
  }

  /** The first browser's own interface goes down … */
  unplug(): Promise<string> {
    return shell(`ip -n ${this.alice} link set eth0 down`);
  }

  /** … and up again; routes have to be set anew. */
  plug(): Promise<string> {
    return shell(`ip -n ${this.alice} link set eth0 up; ip -n ${this.alice} route add default via 10.77.1.1`);
  }

  /** The first browser's machine gets another address, as after a change of the network; the old one is gone. */
  changeAddress(): Promise<string> {
    const [old, next] = [this.address, this.address + 1];
    this.address = next;
    return shell(`
      ip -n ${this.alice} addr add 10.77.1.${next}/24 dev eth0
      ip -n ${this.alice} addr del 10.77.1.${old}/24 dev eth0
      ip -n ${this.alice} addr show dev eth0 | grep -q 10.77.1.${next} || ip -n ${this.alice} addr add 10.77.1.${next}/24 dev eth0
      ip -n ${this.alice} route replace default via 10.77.1.1`);
  }

  /** The cables go with it. Does nothing for what is not there. */
  async delete(): Promise<void> {
    for (const name of [this.alice, this.hub, this.bob]) await shell(`ip netns delete ${name}`).catch(() => {});
  }

  // On both sides of the routing in the hub: what the server itself sends and receives included.
  private filter(verdict: string): Promise<string> {
    return this.rules(`
      chain from { type filter hook prerouting priority -300; iifname "vca" ${verdict}; }
      chain to { type filter hook postrouting priority 300; oifname "vca" ${verdict}; }`);
  }

  private rules(chains: string): Promise<string> {
    return shell(`ip netns exec ${this.hub} nft '
      table inet faults { ${chains}
      }'`);
  }
}

// A run that was killed could not clean up; whose process is gone nobody uses any more.
async function sweep(): Promise<void> {
  const names = (await shell('ip netns list')).split('\n').map((line) => line.split(' ', 1)[0]!);
  for (const name of names) {
    const [, owner] = /^hf-(?:ca|hub|cb)-(\d+)-\d+$/.exec(name) ?? [];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) await shell(`ip netns delete ${name}`).catch(() => {});
  }
}
