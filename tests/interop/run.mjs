import { runBundled } from '../run-bundled.mjs';

// None measures how long anything takes.
const patient = ['media', 'mixed', 'official', 'restart', 'traces'];
await runBundled({ folder: import.meta.dirname, testTimeout: 600_000, entryPoints: ['server/bin.ts'], patient });
