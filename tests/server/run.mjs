import { runBundled } from '../run-bundled.mjs';

await runBundled({ folder: import.meta.dirname, entryPoints: ['server/bin.ts'] });
