import { runBundled } from '../run-bundled.mjs';

await runBundled({ folder: import.meta.dirname, testTimeout: 900_000, entryPoints: ['server/bin.ts'] });
