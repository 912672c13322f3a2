import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalStore } from '../../src/delta/index.js';

let folder: string;
let store: LocalStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tsdbt-store-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['a store on a local disk', {}],
  ['one that waits for no disk', { durable: false }],
])('%s', (_, options) => {
  beforeEach(() => {
    store = new LocalStore(join(folder, 'deep', 'table'), options);
  });

  it('creates a file once, however many try at once', async () => {
    const tries = Array.from({ length: 20 }, (_, i) => store.putIfAbsent('_delta_log/0.json', `writer ${i}`));
    const won = (await Promise.all(tries)).flatMap((created, i) => (created ? [i] : []));
    expect(won).toHaveLength(1);
    expect(await store.read('_delta_log/0.json')).toBe(`writer ${won[0]}`);
    expect(await readdir(join(store.location, '_delta_log'))).toEqual(['0.json']);
  });

  it('replaces a file whole', async () => {
    await store.put('_last', 'a long first text');
    await store.put('_last', 'short');
    expect(await readFile(join(store.location, '_last'), 'utf8')).toBe('short');
    expect(await store.list('')).toEqual(['_last']);
  });

  it('knows nothing of what is not there', async () => {
    expect(await store.read('no')).toBeUndefined();
    expect(await store.modified('no')).toBeUndefined();
    expect(await store.list('no')).toEqual([]);
    expect(await store.listAll('no')).toEqual([]);
    await store.remove(['no']);
  });

  it('lists files below, with size and time', async () => {
    await store.put('p=1/a.txt', '123');
    await store.put('b.txt', '1');
    const files = (await store.listAll('')).sort((a, b) => a.path.localeCompare(b.path));
    expect(files.map(({ path, size }) => [path, size])).toEqual([
      ['b.txt', 1],
      ['p=1/a.txt', 3],
    ]);
    expect(files[0]!.modified).toBe((await stat(join(store.location, 'b.txt'))).mtimeMs);
  });

  it('says what it could not read', async () => {
    const loop = join(folder, 'loop');
    await symlink(loop, loop);
    const unreadable = new LocalStore(loop, options);
    for (const read of [
      () => unreadable.read('file'),
      () => unreadable.readBytes('file'),
      () => unreadable.modified('file'),
      () => unreadable.list(''),
      () => unreadable.listAll(''),
    ])
      await expect(read()).rejects.toMatchObject({ code: 'TSD6006', message: expect.stringContaining(loop) });
  });

  it('says what it could not write', async () => {
    await store.put('file', 'x');
    await expect(store.putIfAbsent('file/x', 'x')).rejects.toMatchObject({ code: 'TSD6002' });
  });
});
