import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { recordingEffects, temporaryFolder, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.folder, 'shop');
  writeFiles(folder, { 'project.yml': 'name: shop\nvars: {n: 3}\n', 'models/gold/a.sql': 'select 1 as x' });
});
afterEach(() => temporary.remove());

async function show(input: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { effects, stdout, stderr } = recordingEffects(folder);
  const code = await main(args, { ...effects, readInput: async () => input });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('tsdbt show', () => {
  it('writes CSV, in which null is not an empty text', async () => {
    const sql = `select 1 as id, 'a, b' as said, null as nothing, '' as empty, [1, 2] as list, timestamptz '2026-01-02 03:04:05Z' as at,
      2.50::decimal(5,2) as price, 9007199254740993 as big union all select 2, 'say "x"', null, '', [], null, 1, 1 order by id`;
    const { code, stdout } = await show('', 'show', '--inline', sql, '--output', 'csv');
    expect(code).toBe(0);
    expect(stdout).toBe(`id,said,nothing,empty,list,at,price,big
1,"a, b",,"","[1,2]",2026-01-02T03:04:05.000Z,2.50,9007199254740993
2,"say ""x""",,"",[],,1.00,1
`);
  });

  it('reads SQL from standard input, with templates', async () => {
    const plain = await show(
      "select range as n from range({{ var('n') }})",
      'show',
      '--inline',
      '-',
      '--limit',
      '2',
      '--output',
      'csv',
    );
    expect([plain.code, plain.stdout]).toEqual([0, 'n\n0\n1\n']);
    const compiled = await show("select {{ var('n') }}", 'compile', '--inline', '-');
    expect([compiled.code, compiled.stdout]).toEqual([0, 'select 3\n']);
    const nothing = await show(' \n', 'show', '--inline', '-');
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('standard input holds no SQL')]);
  });
});
