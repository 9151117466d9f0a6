// Bundles the suite once per package, as apps bundle it, and runs each bundle in pages. Arguments pick rows by the beginning of their id.
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { build } from 'esbuild';

import { runBundled } from '../run-bundled.mjs';

const root = resolve(import.meta.dirname, '../..');
const outdir = join(root, 'tests/.out/contract-page');
const packages = { official: 'twilio-video', holdfast: join(root, 'dist/index.js') };

await mkdir(outdir, { recursive: true });
for (const [subject, path] of Object.entries(packages)) {
  for (const [peer, peerPath] of Object.entries(packages)) {
    await build({
      stdin: {
        contents: `import './sockets.ts';
          import * as sdk from ${JSON.stringify(path)};
          import * as peer from ${JSON.stringify(peerPath)};
          import { start } from './start.ts';
          start({ sdk, peer, subject: ${JSON.stringify(subject)} });`,
        resolveDir: join(import.meta.dirname, 'page'),
        loader: 'ts',
      },
      bundle: true,
      // package.json says that nothing has side effects, which is true of the package and not of its tests.
      ignoreAnnotations: true,
      format: 'esm',
      target: 'es2022',
      sourcemap: 'inline',
      logLevel: 'warning',
      outfile: join(outdir, `${subject}-${peer}.js`),
    });
  }
}
await copyFile(join(root, 'dist/holdfast.wasm'), join(outdir, 'holdfast.wasm'));

process.env['HOLDFAST_CONTRACT_ROWS'] = process.argv.slice(2).join(',');
await runBundled({ folder: import.meta.dirname, testTimeout: 300_000, wanted: [] });
