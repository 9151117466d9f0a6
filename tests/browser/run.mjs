import { runBundled } from '../run-bundled.mjs';

await runBundled({
  folder: import.meta.dirname,
  testTimeout: 900_000,
  patient: [
    'banner',
    'kept-session',
    'lazy',
    'media-care',
    'page-life',
    'preflight',
    'processors',
    'react',
    'testing-kit',
    'trace',
    'turn',
  ],
});
