import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { restore, stageDelete, stageMerge, stageOverwrite, stageUpdate, vacuum } from '../../src/delta/index.js';
import { deletionVectorPath, rowStaysSql } from '../../src/delta/protocol/deletion-vectors.js';
import { decodeRoaring, encodeRoaring } from '../../src/delta/protocol/roaring.js';
import { decodeZ85, encodeZ85 } from '../../src/delta/protocol/z85.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const commitFile = (version: number) => join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.json`);

describe('a deletion vector', () => {
  it('inside the log is read, and one in a file is found by its name', () => {
    const inline = decodeZ85('^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L')!;
    expect([...decodeRoaring(inline, 'example')]).toEqual([3, 4, 7, 11, 18, 29]);
    const vector = { storageType: 'u', pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^', sizeInBytes: 40, cardinality: 6 };
    expect(deletionVectorPath(vector)).toBe('ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin');
  });

  it('survives being written and read, sparse and dense, beyond 32 bits', () => {
    const dense = Array.from({ length: 70_000 }, (_, i) => 65_536 + i);
    for (const positions of [[], [0], [1, 2, 3], [5, ...dense], [7, 4_294_967_296 * 3 + 9]])
      expect([...decodeRoaring(encodeRoaring(Float64Array.from(positions)), 'x')]).toEqual(positions);
  });

  it('may have containers of runs', () => {
    // cookie with runs and one container; runs 10–12 and 20–20
    const words = [1681511377, 1, 0, 0];
    const bytes = Buffer.alloc(16 + 4 + 1 + 4 + 2 + 8);
    for (const [i, word] of words.entries()) bytes.writeUInt32LE(word, i * 4);
    bytes.writeUInt32LE(12_347, 16);
    bytes.writeUInt8(1, 20);
    bytes.writeUInt16LE(0, 21);
    bytes.writeUInt16LE(3, 23);
    for (const [i, value] of [2, 10, 2, 20, 0].entries()) bytes.writeUInt16LE(value, 25 + i * 2);
    expect([...decodeRoaring(bytes, 'x')]).toEqual([10, 11, 12, 20]);
  });

  it('that is no bitmap is refused', () => {
    expect(() => decodeRoaring(new Uint8Array(12), 'x')).toThrow(/the magic number differs/);
    expect(() => decodeRoaring(encodeRoaring(Float64Array.of(1, 2)).subarray(0, 25), 'x')).toThrow(/damaged/);
    expect(decodeZ85('abcd')).toBeUndefined();
    expect(decodeZ85('abc"d')).toBeUndefined();
    expect(encodeZ85(decodeZ85('HelloWorld')!)).toBe('HelloWorld');
  });

  it('becomes a condition on the position, as a list or as bits', async () => {
    for (const step of [1000, 3]) {
      const positions = Float64Array.from({ length: Math.floor(5000 / step) }, (_, i) => 17 + i * step);
      const kept = await t.engine.rows(
        `SELECT count(*)::INTEGER AS n, count(*) FILTER (WHERE (r - 17) % ${step} = 0 AND r >= 17 AND r <= ${positions.at(-1)})::INTEGER AS wrong FROM range(6000) s(r) WHERE ${rowStaysSql('r', positions)}`,
      );
      expect(kept).toEqual([{ n: 6000 - positions.length, wrong: 0 }]);
    }
  });
});

describe('a table with deletion vectors', () => {
  const properties = { 'delta.enableDeletionVectors': 'true' };
  beforeEach(async () => {
    const select = "SELECT range AS id, 'n' || range AS name FROM range(1000)";
    await (await stageOverwrite(t.target, { select, properties })).commit(by);
  });
  const parquetFiles = async () => (await readdir(t.location)).filter((name) => name.endsWith('.parquet')).length;

  it('marks deleted rows and writes no data file', async () => {
    const staged = await stageDelete(t.target, 'id % 2 = 0');
    expect(staged.metrics).toMatchObject({ numDeletedRows: 500, numCopiedRows: 0 });
    expect(await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM (${staged.toSql()})`)).toEqual([{ n: 500 }]);
    await staged.commit(by);
    expect(await parquetFiles()).toBe(1);
    const snapshot = await t.snapshot();
    expect(snapshot.protocol).toMatchObject({ minReaderVersion: 3, readerFeatures: ['deletionVectors'] });
    expect(snapshot.numRecords).toBe(500);
    expect(snapshot.files[0]!.deletionVector).toMatchObject({ storageType: 'u', offset: 1, cardinality: 500 });
    await (await stageDelete(t.target, 'id < 501')).commit(by);
    expect((await t.read()).map((row) => Number(row.id))).toEqual(Array.from({ length: 250 }, (_, i) => 501 + 2 * i));
    await (await stageDelete(t.target, 'true')).commit(by);
    expect((await t.snapshot()).files).toEqual([]);
  });

  it('updates and merges by marking, and adding what is new', async () => {
    await (await stageUpdate(t.target, { set: { name: 'upper(name)' }, where: 'id IN (1, 3)' })).commit(by);
    const source = "SELECT * FROM (VALUES (3, 'merged'), (5000, 'added')) s(id, name)";
    const staged = await stageMerge(t.target, { source, on: ['id'] });
    expect(staged.metrics).toMatchObject({ numTargetRowsUpdated: 1, numTargetRowsInserted: 1, numTargetRowsCopied: 0 });
    await staged.commit(by);
    const rows = await t.read();
    expect(rows).toHaveLength(1001);
    expect([rows[1], rows[3], rows[1000]]).toEqual([
      { id: '1', name: 'N1' },
      { id: '3', name: 'merged' },
      { id: '5000', name: 'added' },
    ]);
  });

  it('restores, discards and vacuums without losing a vector that counts', async () => {
    const discarded = await stageDelete(t.target, 'id = 1');
    await discarded.discard();
    expect((await readdir(t.location)).filter((name) => name.endsWith('.bin'))).toEqual([]);
    expect(await t.read()).toHaveLength(1000);
    for (let n = 0; n < 11; n++) await (await stageDelete(t.target, `id = ${n}`)).commit(by);
    await restore(await t.open(), 5, by);
    expect(await t.read()).toHaveLength(995);
    await vacuum(await t.open(), { retentionHours: 0, allowShortRetention: true });
    expect((await readdir(t.location)).filter((name) => name.endsWith('.bin'))).toHaveLength(1);
    expect(await t.read()).toHaveLength(995);
  });

  it('cannot be restored to a version whose vector vacuum has deleted', async () => {
    await (await stageDelete(t.target, 'id < 5')).commit(by);
    await (await stageDelete(t.target, 'id < 9')).commit(by);
    const table = await t.open();
    await vacuum(table, { retentionHours: 0, allowShortRetention: true });
    await expect(restore(table, 1, by)).rejects.toMatchObject({
      code: 'TSD6039',
      message: expect.stringContaining('version 1 cannot be restored'),
      hint: expect.stringMatching(/\.bin: this deletion vector is missing/),
    });
    expect(await t.read()).toHaveLength(991);
  });

  it('is refused when a vector is damaged or gone', async () => {
    await (await stageDelete(t.target, 'id < 5')).commit(by);
    const name = (await readdir(t.location)).find((file) => file.endsWith('.bin'))!;
    const bytes = await readFile(join(t.location, name));
    bytes[20]! ^= 1;
    await writeFile(join(t.location, name), bytes);
    await expect(t.open()).rejects.toMatchObject({ code: 'TSD6017', message: expect.stringContaining('checksum') });
    await writeFile(join(t.location, name), '');
    await expect(t.open()).rejects.toMatchObject({ code: 'TSD6017' });
    const log = await readFile(commitFile(1), 'utf8');
    expect(log).toContain('"tightBounds\\":false');
  });
});
