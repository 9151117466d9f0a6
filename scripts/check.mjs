// npm run check: everything that can be judged without running the product. Prints "ok NAME" or "FAILED NAME" with its seconds.
// `--fix` formats instead of complaining, and writes the diagrams.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = resolve(import.meta.dirname, '..');
const fix = process.argv.includes('--fix');

function files(folders, endings) {
  const found = [];
  const walk = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isFile()) {
      if (endings.some((ending) => path.endsWith(ending))) found.push(relative(root, path));
    } else {
      for (const entry of readdirSync(path)) if (entry !== 'node_modules' && !entry.startsWith('.')) walk(join(path, entry));
    }
  };
  for (const folder of folders) walk(join(root, folder));
  return found.sort();
}

async function tool(command, args) {
  try {
    await execute(command, args, { cwd: root, maxBuffer: 1 << 26 });
    return [];
  } catch (error) {
    return [`${error.stdout ?? ''}${error.stderr ?? ''}`.trim() || String(error)];
  }
}

const bin = (name) => join('node_modules', '.bin', name);
const cpp = () => files(['src', 'tests'], ['.cpp', '.hpp']);
const scripts = ['js-glue', 'web', 'server', 'demo', 'tests', 'scripts', 'eslint.config.js'];

// Who may include whom (design: "Layout"): data flows one way, and so do includes. The value is what may be named, besides itself.
const vocabulary = ['base', 'backend.hpp', 'effect.hpp', 'input.hpp'];
const json = ['base', 'backend.hpp', 'backend_json.hpp'];
const mayInclude = {
  'src/base': ['base'],
  'src/backend.hpp': ['base'],
  'src/effect.hpp': ['base', 'backend.hpp'],
  'src/input.hpp': ['base', 'backend.hpp'],
  'src/mesh.hpp': [],
  'src/fsm': ['base', 'fsm'],
  'src/backend_json.hpp': json,
  'src/backend_json.cpp': json,
  'src/rsp/wire': [...json, 'rsp/wire'],
  'src/rsp': [...vocabulary, 'fsm', 'rsp'],
  'src/peer': [...vocabulary, 'mesh.hpp', 'fsm', 'peer'],
  'src/room': [...vocabulary, 'mesh.hpp', 'fsm', 'room'],
  'src/client': [...vocabulary, 'backend_json.hpp', 'fsm', 'rsp', 'peer', 'room', 'client'],
  'src/roomserver': [...json, 'fsm', 'rsp/wire', 'roomserver'],
  'src/bindings': ['base', 'client', 'roomserver'],
};

function includeDirections() {
  const problems = [];
  for (const file of files(['src'], ['.cpp', '.hpp'])) {
    const owner = Object.keys(mayInclude)
      .filter((prefix) => file === prefix || file.startsWith(`${prefix}/`))
      .sort((a, b) => b.length - a.length)[0];
    if (!owner) {
      problems.push(`${file}: belongs to no known part`);
      continue;
    }
    for (const [, included] of readFileSync(join(root, file), 'utf8').matchAll(/^#include "([^"]+)"/gm))
      if (!mayInclude[owner].some((allowed) => included === allowed || included.startsWith(`${allowed}/`)))
        problems.push(`${file}: may not include ${included}`);
  }
  return problems;
}

// Names that would bring in a clock, chance or the platform, and orders that differ between native and wasm.
const banned = [
  [/_clock::now/, 'a clock'],
  [/\brandom_device\b|\bs?rand\(|uniform_\w+_distribution/, 'randomness other than base/prng.hpp'],
  [/\bunordered_(map|set)\b/, 'an order that differs between native and wasm'],
  [/\bemscripten\b/, 'the platform', 'src/bindings/'],
  [/nlohmann/, 'nlohmann/json outside base/json_reader.cpp', 'src/base/json_reader'],
  [/\bthrow\b|\btry\b\s*\{|\bdynamic_cast\b|\btypeid\b/, 'exceptions or RTTI'],
];

function bannedNames() {
  const problems = [];
  for (const file of files(['src'], ['.cpp', '.hpp'])) {
    const code = readFileSync(join(root, file), 'utf8')
      .replace(/\/\/.*$/gm, '')
      .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
    const includes =
      readFileSync(join(root, file), 'utf8')
        .match(/^#include <.*>/gm)
        ?.join('\n') ?? '';
    for (const [pattern, what, except] of banned)
      if ((pattern.test(code) || pattern.test(includes)) && !(except && file.startsWith(except))) problems.push(`${file}: ${what}`);
  }
  return problems;
}

async function diagrams() {
  await execute(join(root, 'scripts/build-native'), ['diagrams'], { maxBuffer: 1 << 24 });
  const { stdout } = await execute(join(root, 'build/native/diagrams'), [], { maxBuffer: 1 << 24 });
  const wanted = new Map(
    stdout
      .split(/^=== /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  );
  const problems = [];
  for (const [name, text] of wanted) {
    const path = join(root, 'docs/states', name);
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    if (fix) writeFileSync(path, text);
    else problems.push(`docs/states/${name} differs from its table; npm run check -- --fix writes it`);
  }
  for (const file of readdirSync(join(root, 'docs/states')))
    if (!wanted.has(file)) problems.push(`docs/states/${file} belongs to no table`);
  return problems;
}

// As it is compiled natively, but without precompiled headers: so it sees an include that is missing.
function writeCompileCommands() {
  const commands = readFileSync(join(root, 'build/native/compile_commands.json'), 'utf8');
  mkdirSync(join(root, 'build/tidy'), { recursive: true });
  writeFileSync(join(root, 'build/tidy/compile_commands.json'), commands.replaceAll(/(-Xclang -include(-pch)? -Xclang \S+ ?)+/g, ''));
}

async function clangTidy() {
  writeCompileCommands();
  const sources = files(['src'], ['.cpp']).filter((file) => !file.startsWith('src/bindings/'));
  const problems = [];
  const next = async () => {
    for (let file = sources.pop(); file; file = sources.pop())
      problems.push(...(await tool('clang-tidy', ['--quiet', '-p', 'build/tidy', file])));
  };
  await Promise.all([next(), next()]);
  return problems;
}

const checks = {
  'format (C++)': () => tool('clang-format', [...(fix ? ['-i'] : ['--dry-run', '--Werror']), ...cpp()]),
  'format (TypeScript)': () =>
    tool(bin('prettier'), [fix ? '--write' : '--check', '--log-level=warn', ...files(scripts, ['.ts', '.js', '.mjs', '.css', '.html'])]),
  'include directions': includeDirections,
  'banned names': bannedNames,
  diagrams,
  eslint: () =>
    tool(bin('eslint'), [...(fix ? ['--fix'] : []), '--max-warnings=0', ...scripts.filter((path) => existsSync(join(root, path)))]),
  types: () => tool('npm', ['run', '--silent', 'types']),
  'clang-tidy': clangTidy,
};

for (const [name, check] of Object.entries(checks)) {
  const started = performance.now();
  const problems = await check();
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  for (const problem of problems) console.log(problem);
  if (problems.length > 0) process.exitCode = 1;
}
