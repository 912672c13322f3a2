import type { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, vi } from 'vitest';
import { LocalStore, stageAppend } from '../../src/delta/index.js';
import { S3Store } from '../../src/delta/s3/index.js';
import { by, useTempTable } from './temp-table.js';

const disk = vi.hoisted(() => ({ fails: false }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const fsync: typeof fs.fsync = Object.assign((file: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    if (disk.fails && fs.fstatSync(file).isDirectory())
      done(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
    else fs.fsync(file, done);
  }, {}) as typeof fs.fsync;
  return { ...fs, default: { ...fs, fsync }, fsync };
});

const t = useTempTable();

describe('a local disk that does not confirm what it has', () => {
  it('is told, and the files of the commit stay, for it may be there after a crash', async () => {
    await (await stageAppend(t.target, { select: 'SELECT 1 AS n' })).commit(by);
    const staged = await stageAppend({ ...t.target, store: new LocalStore(t.location) }, { select: 'SELECT 2 AS n' });
    disk.fails = true;
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6021', message: expect.stringContaining('EIO') });
    await staged.discard();
    disk.fails = false;
    expect(await t.read()).toEqual([{ n: 1 }, { n: 2 }]);
  });
});

describe('a store of objects that does not answer', () => {
  const lost = () => new Error('socket hang up');
  const status = (code: number) => Object.assign(new Error(`status ${code}`), { $metadata: { httpStatusCode: code } });
  /** Puts an object to a store that answers so. */
  const put = (puts: (Error | undefined)[], found: string | Error | undefined) => {
    const sent: string[] = [];
    const send = async ({ constructor: { name } }: object) => {
      sent.push(name);
      const answer = name === 'PutObjectCommand' ? (puts.shift() ?? undefined) : (found ?? status(404));
      if (answer instanceof Error) throw answer;
      return { Body: { transformToByteArray: async () => new TextEncoder().encode(answer) } };
    };
    const store = new S3Store({ send } as unknown as S3Client, 'lake', 'plays', '/nowhere');
    return { sent, put: store.putIfAbsent('_delta_log/0.json', 'mine') };
  };

  it('is asked for the object, which may be there', async () => {
    expect(await put([lost()], 'mine').put).toBe(true);
    expect(await put([status(503)], 'mine').put).toBe(true);
    expect(await put([lost()], 'of another').put).toBe(false);
    for (const found of [undefined, lost()])
      await expect(put([lost()], found).put).rejects.toMatchObject({
        code: 'TSD6021',
        message: expect.stringContaining('s3://lake/plays/_delta_log/0.json'),
      });
  });

  it('is believed where it refuses', async () => {
    const { sent, put: refused } = put([status(403)], 'mine');
    await expect(refused).rejects.toMatchObject({ code: 'TSD6004' });
    expect(sent).toEqual(['PutObjectCommand']);
  });

  it('is asked again where another request is under way, and not for ever', async () => {
    expect(await put([status(409), status(409)], undefined).put).toBe(true);
    const { sent, put: never } = put(
      Array.from({ length: 100 }, () => status(409)),
      undefined,
    );
    await expect(never).rejects.toMatchObject({ code: 'TSD6004' });
    expect(sent.length).toBeLessThan(20);
  });

  it('is asked for a file of the log again where its answer broke off, and not where it refuses', async () => {
    const asked: string[] = [];
    const answers = [lost(), lost(), 'whole', status(403), lost(), lost(), lost()];
    const send = async ({ constructor: { name } }: object) => {
      asked.push(name);
      const answer = answers[asked.length - 1]!;
      return {
        Body: {
          transformToByteArray: async () => {
            if (answer instanceof Error) throw answer;
            return new TextEncoder().encode(answer);
          },
        },
      };
    };
    const store = new S3Store({ send } as unknown as S3Client, 'lake', 'plays', '/nowhere');
    expect(await store.read('_delta_log/0.json')).toBe('whole');
    await expect(store.read('_delta_log/0.json')).rejects.toMatchObject({ code: 'TSD6004' });
    expect(asked).toHaveLength(4);
    await expect(store.read('_delta_log/0.json')).rejects.toMatchObject({ code: 'TSD6004' });
    expect(asked).toHaveLength(7);
  });
});
