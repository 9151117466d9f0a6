// docs/compatibility.md tells the truth: its rows against what dist/ exports, the objects, the declarations, and those of twilio-video.js.
//
// A table whose first column is called export, type, property, method, event or option is about names: those of the package, or those of the
// classes in the heading above it. Tables called matter are for people.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { oneOfEach } from './one-of-each.mjs';
import { root } from './packed.mjs';
import { publicNames } from './public-names.mjs';

const text = await readFile(join(root, 'docs/compatibility.md'), 'utf8');
const is = ['yes', 'differs', 'added'];
const kinds = ['export', 'type', 'property', 'method', 'event', 'option'];

/** Each name of each row: { kind, classes, name, args, code, status, line }. */
const rows = parse(text);

function parse(markdown) {
  const found = [];
  let classes = [];
  let kind;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, first, status] = line.startsWith('|') ? line.split('|').map((cell) => cell.trim()) : [];
    if (line.startsWith('#')) classes = [...line.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    if (first === undefined) kind = undefined;
    else if (kind === undefined) kind = first;
    else if (kinds.includes(kind) && !/^-+$/.test(first))
      for (const [, name, args, code] of first.matchAll(/`(\w+)(?:\((.*?)\))?`(?: (\d+))?/g))
        found.push({ kind, classes, name, args: args?.split(', ').filter(Boolean), code: Number(code), status, line: index + 1 });
  }
  return found;
}

const where = ({ name, classes, line }) => `docs/compatibility.md:${line} ${[...classes, name].join(' ')}`;
const named = (...of) => rows.filter(({ kind }) => of.includes(kind));
const namesOf = (list) => list.map(({ name }) => name).sort();
const rowsOf = (className, ...of) => named(...of).filter(({ classes }) => classes.includes(className));
const members = ['property', 'method', 'option'];

const { ours, official } = publicNames();
const require = createRequire(import.meta.url);
const sdk = require(join(root, 'dist/index.cjs'));
const exported = Object.keys(sdk).filter((name) => name !== '__esModule');
const officialExports = Object.keys(require('twilio-video')).filter((name) => name !== 'default');
/** Unions of classes, and names that other names stand for: what they have is told of their parts. */
const parts = ['Track', 'AudioTrack', 'VideoTrack', 'DataTrack', 'LocalTrack', 'RemoteTrack'];
parts.push('TrackPublication', 'AudioTrackPublication', 'VideoTrackPublication', 'DataTrackPublication');

test('the tables can be read', () => {
  assert(rows.length > 500, `${rows.length} names`);
  for (const row of rows) assert([...is, 'absent'].includes(row.status), where(row));
  for (const row of named('property', 'method', 'event', 'option')) assert(row.classes.length > 0, where(row));
  const keys = rows.flatMap(({ kind, classes, name }) => (classes.length ? classes : ['']).map((one) => `${kind} ${one} ${name}`));
  assert.deepEqual(
    keys.filter((key, index) => keys.indexOf(key) !== index),
    [],
    'told twice',
  );
});

describe('exports', () => {
  test('every export is told, and what is told is there', () => {
    assert.deepEqual(namesOf(named('export').filter(({ status }) => is.includes(status))), [...exported].sort());
    assert.deepEqual(Object.keys(sdk.default).sort(), exported.filter((name) => name !== 'default').sort());
  });

  test('every export of twilio-video.js is told; added is what it does not have', () => {
    assert.deepEqual(namesOf(named('export').filter(({ status }) => status !== 'added')), officialExports.sort());
  });

  test('errors have the codes that are told', () => {
    const errors = named('export').filter(({ code }) => code);
    assert.equal(errors.length, 55);
    for (const row of errors) assert.equal(new sdk[row.name]().code, row.code, where(row));
  });

  test('what the declarations call a value is one, and the rest are types that are told', () => {
    const names = [...ours.keys()];
    assert.deepEqual(names.filter((name) => ours.get(name).isValue).sort(), [...exported].sort());
    const types = names.filter((name) => !ours.get(name).isValue);
    assert.deepEqual(namesOf(named('type').filter(({ status }) => is.includes(status))), types.sort());
  });

  test('every name of the typings of twilio-video.js is told, and those that are absent are', () => {
    const told = namesOf(named('export', 'type'));
    assert.deepEqual(
      [...official.keys()].filter((name) => !told.includes(name)),
      [],
    );
    for (const row of named('type')) {
      assert.equal(ours.has(row.name), is.includes(row.status), where(row));
      assert.equal(official.has(row.name), row.status !== 'added', where(row));
    }
  });
});

describe('members, options and events', () => {
  test('every class has its tables, and whatever else has members in both packages', () => {
    const told = rows.flatMap(({ classes }) => classes);
    const hasTables = (name) => told.includes(name) || parts.includes(name) || name.endsWith('Error');
    const inBoth = [...official].filter(([name, { isType, members }]) => isType && members.length && ours.has(name));
    assert.deepEqual(
      [...[...ours].filter(([, { isClass }]) => isClass), ...inBoth].map(([name]) => name).filter((name) => !hasTables(name)),
      [],
    );
  });

  for (const className of new Set(rows.flatMap(({ classes }) => classes))) {
    test(className, () => {
      const our = ours.get(className) ?? { all: [], members: [], events: new Map() };
      const their = official.get(className) ?? { all: [], members: [], events: new Map() };
      const rowsOfMembers = rowsOf(className, ...members);
      const rowsOfEvents = rowsOf(className, 'event');

      const untold = [...our.members, ...their.members].filter((name) => !namesOf(rowsOfMembers).includes(name));
      assert.deepEqual(untold, [], `members of ${className} that are not told`);
      for (const row of rowsOfMembers) {
        assert.equal(our.all.includes(row.name), is.includes(row.status), where(row));
        if (row.status === 'added') assert(!their.members.includes(row.name), where(row));
      }

      const silent = [...our.events.keys(), ...their.events.keys()].filter((name) => !namesOf(rowsOfEvents).includes(name));
      assert.deepEqual(silent, [], `events of ${className} that are not told`);
      for (const row of rowsOfEvents) {
        assert.equal(our.events.has(row.name), is.includes(row.status), where(row));
        if (is.includes(row.status)) assert.deepEqual(our.events.get(row.name), row.args, where(row));
        if (row.status === 'added') assert(!their.events.has(row.name), where(row));
      }
    });
  }
});

describe('at run time', () => {
  let objects;
  before(async () => {
    const connecting = sdk.connect('token').catch(() => {});
    const preflight = Object.create(sdk.PreflightTest.prototype);
    objects = {
      ...(await oneOfEach(sdk)),
      CancelablePromise: connecting,
      EventEmitter: preflight,
      LoglevelRoot: sdk.Logger,
      PreflightTest: preflight,
      TwilioError: new sdk.TwilioError(20101, 'text', 'cause'),
    };
    await connecting;
  });

  test('every property and method of the tables is there, and no other property', () => {
    assert.equal(Object.keys(objects).length, 20);
    for (const [className, object] of Object.entries(objects)) {
      const told = rowsOf(className, 'property', 'method');
      assert(told.length > 0, className);
      for (const row of told) {
        assert.equal(row.name in object, is.includes(row.status), where(row));
        if (row.kind === 'method' && is.includes(row.status)) assert.equal(typeof object[row.name], 'function', where(row));
      }
      if (className !== 'LoglevelRoot')
        assert.deepEqual(
          Object.keys(object).filter((name) => !namesOf(told).includes(name)),
          [],
          className,
        );
    }
  });
});
