import { runBundled } from '../run-bundled.mjs';
await runBundled({ folder: import.meta.dirname, testTimeout: 300_000, wanted: [] });
