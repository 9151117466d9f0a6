// Links between the documents: each leads to a file and a heading that are there.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

import { root } from './packed.mjs';

// As GitHub makes them.
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');

test('every link to a heading of a document leads to one', async () => {
  const names = (await readdir(join(root, 'docs'))).filter((name) => name.endsWith('.md')).map((name) => join(root, 'docs', name));
  const texts = new Map();
  for (const file of [join(root, 'README.md'), ...names]) texts.set(file, await readFile(file, 'utf8'));

  const broken = [];
  let links = 0;
  for (const [file, text] of texts) {
    for (const [link, target, anchor] of text.matchAll(/\]\(([\w./-]*\.md)?#([^)]+)\)/g)) {
      ++links;
      const headings = texts.get(target ? join(dirname(file), target) : file)?.matchAll(/^#+ (.*)$/gm) ?? [];
      if (![...headings].some(([, heading]) => anchorOf(heading) === anchor)) broken.push(`${relative(root, file)}: ${link.slice(2, -1)}`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(links > 20, `${links} links`);
});
