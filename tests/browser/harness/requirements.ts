// What a machine must have for a test to run. Missing: the test is skipped with the reason, or fails if HOLDFAST_REQUIRE names it.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export type Requirement = 'chromium' | 'firefox' | 'netns' | 'coturn';

export const CHROMIUM = '/usr/bin/chromium';
export const FIREFOX = '/usr/bin/firefox-esr';
export const COTURN = '/usr/bin/turnserver';

const reasons: Record<Requirement, () => string | undefined> = {
  chromium: () => (existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not there`),
  firefox: () => (existsSync(FIREFOX) ? undefined : `${FIREFOX} is not there`),
  netns: whyNoNamespaces,
  coturn: () => (existsSync(COTURN) ? undefined : `${COTURN} is not there`),
};

/** Ms for one test: a bound for one that hangs, several times what the longest takes. */
const TEST_LIMIT = 180_000;

/** The options of a node:test that needs all of these. Throws if one is missing that must not be. */
export function needs(...requirements: Requirement[]): { timeout: number; skip?: string } {
  const required = (process.env['HOLDFAST_REQUIRE'] ?? '').split(',');
  for (const requirement of requirements) {
    const reason = reasons[requirement]();
    if (reason === undefined) continue;
    if (required.includes(requirement)) throw new Error(`${requirement} is required: ${reason}`);
    return { timeout: TEST_LIMIT, skip: reason };
  }
  return { timeout: TEST_LIMIT };
}

function whyNoNamespaces(): string | undefined {
  const name = `hf-probe-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' });
    execFileSync('ip', ['netns', 'exec', name, 'nft', 'list', 'ruleset'], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return `no network namespaces: ${(error as Error).message.split('\n', 1)[0]}`;
  } finally {
    try {
      execFileSync('ip', ['netns', 'delete', name], { stdio: 'pipe' });
    } catch {
      // It was never there.
    }
  }
}
