import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planColumns } from '../../src/delta/index.js';
import { openTestEngine } from './duckdb-parquet.js';

const run = promisify(execFile);
const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const page = await readFile(at('docs/delta.md'), 'utf8');
const blocks = [...page.matchAll(/```(ts|text)\n([\s\S]*?)```/g)].map(([, kind, text]) => ({ kind, text: text! }));

describe('the page on Delta tables', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsdbt-delta-page-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has an example that prints what it says', { timeout: 60_000 }, async () => {
    const program = blocks.find(({ kind }) => kind === 'ts')!.text;
    const source = program.replace("'tsdbt/delta'", JSON.stringify(at('runner/src/delta/index.ts')));
    await mkdir(join(folder, 'node_modules'));
    for (const name of ['jiti', '@duckdb'])
      await symlink(at(`node_modules/${name}`), join(folder, 'node_modules', name));
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    await writeFile(join(folder, 'example.ts'), source);
    const { stdout } = await run(process.execPath, ['--import', 'jiti/register', 'example.ts'], { cwd: folder });
    expect(stdout).toBe(blocks.find(({ kind }) => kind === 'text')!.text);
  });

  it('tells where each part of the specification is', async () => {
    const table = page.slice(page.indexOf('## Where the specification is'), page.indexOf('## Figures'));
    const rows = table.split('\n').filter((line) => /^\| [A-Z]/.test(line) && !line.includes('| file |'));
    const told = rows.flatMap((row) => {
      const [, headings, where] = row.split('|');
      const files = [...where!.matchAll(/`([a-z0-9/-]+\.ts)`/g)].map(([, file]) => file!);
      const names = headings!.replace('Actions: ', 'Actions, ').trim().split(', ');
      return names.map((heading) => ({ heading, files }));
    });
    const root = at('runner/src/delta');
    const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.ts'));
    expect(told.flatMap((row) => row.files).filter((file) => !files.includes(file))).toEqual([]);
    const cited = new Map<string, string[]>();
    for (const file of files) {
      const text = (await readFile(join(root, file), 'utf8')).replace(/\n \* /g, ' ');
      for (const [, list] of text.matchAll(/PROTOCOL\.md, ((?:"[^"]+"(?:, | and )?)+)/g))
        for (const [, heading] of list!.matchAll(/"([^"]+)"/g))
          cited.set(heading!, [...(cited.get(heading!) ?? []), file]);
    }
    expect([...cited.keys()].filter((heading) => !told.some((row) => row.heading === heading))).toEqual([]);
    // every heading is found by its name in one of the files that the table names
    const isCited = (row: (typeof told)[number]) => cited.get(row.heading)?.some((file) => row.files.includes(file));
    expect(told.filter((row) => !isCited(row)).map(({ heading }) => heading)).toEqual([]);
    expect(told.length).toBeGreaterThan(80);
  });

  it('tells the types that columns are stored as', () => {
    const rows = page.split('\n').filter((line) => /^\| [A-Z]/.test(line));
    const told = new Map<string, string>();
    for (const row of rows) {
      const [duckdb, delta] = row
        .split('|')
        .slice(1, 3)
        .map((cell) => cell.trim().split(/, (?![^(]*\))/));
      for (const [i, type] of duckdb!.entries()) told.set(type, delta![i] ?? delta!.at(-1)!);
    }
    // NULL is what DuckDB makes of it before it is asked for its type
    expect(told.get('NULL')).toBe('integer');
    const plain = [...told].filter(([type]) => /^[A-Z_ ]+$/.test(type) && !/^(STRUCT|MAP|NULL|TYPE)$/.test(type));
    expect(plain.length).toBeGreaterThan(30);
    for (const [type, delta] of plain) {
      const { schema } = planColumns([
        { name: 'c', type: type === 'ENUM' ? "ENUM('a')" : type === 'UNION' ? 'UNION(a INTEGER)' : type },
      ]);
      expect([type, schema.fields[0]!.type]).toEqual([type, delta]);
    }
  });

  it('has every type of the engine', async () => {
    const engine = await openTestEngine();
    try {
      const types = await engine.rows('SELECT DISTINCT logical_type AS name FROM duckdb_types()');
      expect(types.length).toBeGreaterThan(30);
      const table = page.slice(page.indexOf('## Types'), page.indexOf('What is cast is told once'));
      const told = new Set(
        table
          .split('\n')
          .filter((line) => line.startsWith('| '))
          .flatMap((line) =>
            line
              .split('|')[1]!
              .trim()
              .split(/, (?![^(]*\))/),
          )
          .map((name) => (name === '`T[]`' ? 'LIST' : name === '`T[n]`' ? 'ARRAY' : name.replace(/\(.*/, ''))),
      );
      expect(types.map(({ name }) => String(name)).filter((name) => !told.has(name))).toEqual([]);
      expect(await engine.describe('SELECT NULL AS c')).toEqual([{ name: 'c', type: 'INTEGER' }]);
    } finally {
      await engine.close();
    }
  });
});
