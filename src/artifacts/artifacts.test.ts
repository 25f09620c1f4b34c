import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { memoryShelf } from './memory';
import { folderShelf } from './node/folder';
import { createArtifacts } from './store';
import type { Artifacts, Shelf } from './types';

const home = mkdtempSync(join(tmpdir(), 'artifacts-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
let folders = 0;
const emptyFolder = (): string => join(home, String(folders++));
const over = (shelf: Shelf | null | Promise<Shelf | null>, budget?: number): Artifacts => createArtifacts(Promise.resolve(shelf), budget);
const bytes = (length: number, value: number): Uint8Array<ArrayBuffer> => new Uint8Array(length).fill(value);

const flipped = (at: number) => (file: Uint8Array<ArrayBuffer>) => file.map((value, i) => (i === at ? value ^ 1 : value));
const refuse = (): Promise<never> => Promise.reject(new Error('QuotaExceededError'));

/** Each file was used ten seconds earlier than it was. */
function makeOlder(folder: string): void {
  for (const name of readdirSync(folder)) {
    const at = statSync(join(folder, name)).mtimeMs / 1000 - 10;
    utimesSync(join(folder, name), at, at);
  }
}

let clock = 0;
describe.each([
  ['memory', async () => ({ shelf: memoryShelf(() => ++clock), age: () => {} })],
  [
    'a folder',
    async () => {
      const folder = emptyFolder();
      return { shelf: await folderShelf(folder), age: () => makeOlder(folder) };
    },
  ],
])('in %s', (_name, make) => {
  test('what was kept is found by its key, and only by that', async () => {
    const artifacts = over((await make()).shelf);
    expect(await artifacts.get('a')).toBeNull();
    await artifacts.put('a', bytes(5, 1));
    await artifacts.put('b', bytes(0, 2));
    expect([await artifacts.get('a'), await artifacts.get('b'), await artifacts.get('c')]).toEqual([bytes(5, 1), bytes(0, 2), null]);
    await artifacts.put('a', bytes(3, 3));
    expect(await artifacts.get('a')).toEqual(bytes(3, 3));
    expect(await artifacts.usage()).toMatchObject({ entries: 2, bytes: 3 + 2 * 32 });
    await artifacts.remove('a');
    expect([await artifacts.get('a'), await artifacts.get('b')]).toEqual([null, bytes(0, 2)]);
    await artifacts.clear();
    expect([await artifacts.get('b'), (await artifacts.usage()).entries]).toEqual([null, 0]);
  });

  test('a damaged, cut or misplaced file is dropped, and made again', async () => {
    const { shelf } = await make();
    const artifacts = over(shelf);
    const damage = async (change: (file: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Promise<void> => {
      await artifacts.put('a', bytes(100, 1));
      const [file] = (await shelf?.list()) ?? [];
      const read = await shelf?.read(file?.name ?? '');
      await shelf?.write(file?.name ?? '', [change(read ?? bytes(0, 0))]);
    };
    for (const change of [flipped(0), flipped(40), (file: Uint8Array<ArrayBuffer>) => file.slice(0, 60), () => bytes(0, 0)]) {
      await damage(change);
      expect(await artifacts.get('a')).toBeNull();
      expect((await artifacts.usage()).entries).toBe(0);
    }
    await artifacts.put('a', bytes(1, 1));
    const [a] = (await shelf?.list()) ?? [];
    await artifacts.put('b', bytes(1, 2));
    const b = (await shelf?.list())?.find(({ name }) => name !== a?.name);
    await shelf?.write(b?.name ?? '', [(await shelf.read(a?.name ?? '')) ?? bytes(0, 0)]);
    expect([await artifacts.get('a'), await artifacts.get('b')]).toEqual([bytes(1, 1), null]);
  });

  test('the budget is kept to, at the cost of what was used least recently', async () => {
    const { shelf, age } = await make();
    const artifacts = over(shelf, 1000);
    for (const [at, key] of ['a', 'b', 'c'].entries()) {
      await artifacts.put(key, bytes(268, at));
      age();
    }
    await artifacts.get('a');
    age();
    await artifacts.put('d', bytes(268, 4));
    expect((await artifacts.usage()).bytes).toBe(900);
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(async (key) => (await artifacts.get(key)) !== null))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    // Larger than half of it: it would push out too much else.
    await artifacts.put('e', bytes(500, 5));
    expect([await artifacts.get('e'), (await artifacts.usage()).bytes]).toEqual([null, 900]);
  });
});

describe('where storage is refused or full', () => {
  test.each([
    ['no shelf', null],
    ['no room', { ...memoryShelf(), write: refuse }],
    ['nothing works', { list: refuse, read: refuse, write: refuse, touch: refuse, remove: refuse }],
  ] as const)('%s: nothing is kept, and nothing fails', async (_name, shelf) => {
    const artifacts = over(shelf);
    await artifacts.put('a', bytes(3, 1));
    expect([await artifacts.get('a'), await artifacts.usage()]).toMatchObject([null, { entries: 0, bytes: 0 }]);
    await artifacts.clear();
  });

  test('a shelf that cannot be opened, a file in the place of its folder', async () => {
    const rejected = createArtifacts(refuse());
    await rejected.put('a', bytes(1, 1));
    expect(await rejected.get('a')).toBeNull();
    const place = emptyFolder();
    writeFileSync(place, '');
    expect(await folderShelf(place)).toBeNull();
  });

  test('an entry that can be read and not touched is used', async () => {
    const artifacts = over({ ...memoryShelf(), touch: refuse });
    await artifacts.put('a', bytes(3, 1));
    expect(await artifacts.get('a')).toEqual(bytes(3, 1));
  });
});

describe('a folder of several processes', () => {
  const writer = fileURLToPath(new URL('testing/writer.ts', import.meta.url));
  const start = (folder: string, key: string) =>
    spawn(process.execPath, ['--import', 'tsx', writer, folder, key], { stdio: ['ignore', 'pipe', 'inherit'] });

  test('killed while it writes: no half entry is read, and its leavings go', async () => {
    const folder = emptyFolder();
    const child = start(folder, 'a');
    await new Promise((done) => child.stdout.once('data', done));
    child.kill('SIGKILL');
    await new Promise((done) => child.once('exit', done));
    const artifacts = over(await folderShelf(folder));
    const found = await artifacts.get('a');
    expect(found).not.toBeNull();
    expect(new Set(found).size).toBe(1);
    const part = join(folder, 'part-left');
    writeFileSync(part, 'half');
    expect((await artifacts.usage()).entries).toBe(1);
    expect(readdirSync(folder)).toContain('part-left');
    utimesSync(part, new Date(0), new Date(0));
    await artifacts.usage();
    expect(readdirSync(folder)).not.toContain('part-left');
  });

  test('two write and evict at once, a third reads: it finds whole entries or none', async () => {
    const folder = emptyFolder();
    const children = [start(folder, 'a'), start(folder, 'b')];
    await Promise.all(children.map((child) => new Promise((done) => child.stdout.once('data', done))));
    const artifacts = over(await folderShelf(folder), 2 ** 22);
    let hits = 0;
    for (let turn = 0; turn < 20; turn++) {
      const found = await artifacts.get(turn % 2 === 0 ? 'a' : 'b');
      if (found === null) continue;
      hits += 1;
      expect([found.length, new Set(found).size]).toEqual([2 ** 20, 1]);
      await artifacts.put(`own ${turn}`, bytes(2 ** 18, turn));
    }
    for (const child of children) child.kill('SIGKILL');
    expect(hits).toBeGreaterThan(0);
  });
});
