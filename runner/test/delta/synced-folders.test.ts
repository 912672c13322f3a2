import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { LocalStore, stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const disk = vi.hoisted(() => ({ opened: new Map<number, string>(), synced: new Set<string>() }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const openSync = ((path: string, flags: string) => {
    const file = fs.openSync(path, flags);
    disk.opened.set(file, path);
    return file;
  }) as typeof fs.openSync;
  const fsync: typeof fs.fsync = Object.assign((file: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    disk.synced.add(disk.opened.get(file)!);
    fs.fsync(file, done);
  }, {}) as typeof fs.fsync;
  return { ...fs, default: { ...fs, fsync, openSync }, fsync, openSync };
});

const t = useTempTable();

it('a commit syncs the folders above its files, whoever has made them', async () => {
  // as by another process that was killed before it synced them
  mkdirSync(join(t.location, 'day=1', 'hour=2'), { recursive: true });
  const store = new LocalStore(t.location);
  const select = 'SELECT 1 AS day, 2 AS hour, 3 AS n';
  await (await stageOverwrite({ ...t.target, store }, { select, partitionBy: ['day', 'hour'] })).commit(by);
  for (const path of ['.', 'day=1', 'day=1/hour=2', '_delta_log'])
    expect(disk.synced).toContain(join(t.location, path));
});
