import type { Result } from './measure.js';
export function report(results: Result[]): string {
  return JSON.stringify(results.length);
}
