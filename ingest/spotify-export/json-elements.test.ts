import { describe, expect, it } from 'vitest';
import { IngestError } from '../input/ingest-error.js';
import { jsonElements } from './json-elements.js';

async function read(content: string | Buffer, size = 1_000): Promise<{ values: unknown[]; lines: number[] }> {
  const bytes = Buffer.from(content);
  const values: unknown[] = [];
  const lines: number[] = [];
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  for await (const elements of jsonElements(pieces(), 'a.json')) {
    values.push(...elements.values);
    lines.push(...elements.lines);
  }
  return { values, lines };
}

async function failure(content: string | Buffer): Promise<IngestError> {
  const error = await read(content).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(IngestError);
  return error as IngestError;
}

describe('a JSON array in pieces', () => {
  const rows = [{ a: 'x "quoted\\" } ] , ü’ 🎵', b: [1, { c: null }] }, {}, { a: '\\' }, { a: '{[' }];

  it('gives the same elements however the bytes arrive', async () => {
    for (const text of [JSON.stringify(rows), JSON.stringify(rows, null, 2), `\ufeff ${JSON.stringify(rows)}\r\n`]) {
      for (const size of [1, 2, 3, 5, 17, 1_000]) expect((await read(text, size)).values).toEqual(rows);
    }
  });

  it('knows the line of each element', async () => {
    expect((await read('[\n{},\n{\n"a": 1},{}\n]')).lines).toEqual([2, 3, 4]);
  });

  it('an empty array has no elements', async () => {
    expect((await read('[ ]\n')).values).toEqual([]);
  });

  it.each([
    ['an empty file', '', 'a.json:1: the file is empty'],
    ['blanks only', '\n\n', 'a.json:1: the file is empty'],
    ['an object', '{"a": 1}', 'a.json:1: expected a list that begins with "[", found "{"'],
    ['a list of texts', '["a"]', 'a.json:1: expected an entry that begins with "{", found """'],
    ['a missing comma', '[{}\n{}]', 'a.json:2: expected "," or "]" after an entry, found "{"'],
    ['a comma too many', '[{},\n]', 'a.json:2: expected an entry that begins with "{", found "]"'],
    ['text after the end', '[{}]\n[{}]', 'a.json:2: expected nothing after the end of the list, found "["'],
    ['a file cut off in an entry', '[{"a": 1},\n{"a": ', 'a.json:2: the file ends in the middle of the list'],
    ['a file cut off between entries', '[{"a": 1},\n', 'a.json:2: the file ends in the middle of the list'],
    ['a file cut off in a text', '[{"a": "b', 'a.json:1: the file ends in the middle of the list'],
    ['broken JSON', '[{"a": 1},\n{"a": nul}]', 'a.json:2: broken JSON'],
    ['broken JSON in a later line of an entry', '[{"a": 1},\n{"a": 1,\n  b: 2}]', 'a.json:3:3: broken JSON'],
  ])('%s', async (_, text, message) => {
    expect((await failure(text)).message).toBe(message);
  });

  it('other encodings', async () => {
    expect((await failure(Buffer.from('\ufeff[{}]', 'utf16le'))).message).toBe('a.json:1: is UTF-16, not UTF-8');
    expect((await failure(Buffer.from('[{}]', 'utf16le'))).message).toContain('zero bytes');
    const latin1 = Buffer.from('[{"a": "b"},\n{"artist": "Bj\u00f6rk"}]', 'latin1');
    expect((await failure(latin1)).message).toBe('a.json:2: the text is not UTF-8');
  });
});
