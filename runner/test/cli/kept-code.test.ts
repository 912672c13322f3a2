import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const RUNNER = fileURLToPath(new URL('../../', import.meta.url));
const isBuilt = existsSync(path.join(RUNNER, 'dist', 'program', 'program.cjs'));

/** The package as it is installed, without the code that the build kept. */
let installed: string;

beforeAll(() => {
  installed = mkdtempSync(path.join(tmpdir(), 'tsdbt-installed-'));
  for (const part of ['package.json', 'bin', 'macros', 'explanations', path.join('dist', 'program')])
    cpSync(path.join(RUNNER, part), path.join(installed, part), { recursive: true });
  symlinkSync(modulesFolder(), path.join(installed, 'node_modules'));
});
afterAll(() => rmSync(installed, { recursive: true, force: true }));
beforeEach(() => {
  for (const file of codeFiles()) rmSync(file);
});

/** The folder in which the package's dependencies lie. */
const modulesFolder = () =>
  createRequire(path.join(RUNNER, 'package.json')).resolve('jiti').split(`${path.sep}jiti${path.sep}`)[0]!;
const program = () => path.join(installed, 'dist', 'program');
const codeFiles = () =>
  readdirSync(program())
    .filter((file) => file.endsWith('.code'))
    .map((file) => path.join(program(), file));
const tsdbt = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(installed, 'bin', 'tsdbt.js'), ...args], {
    encoding: 'utf8',
    cwd: installed,
  });
  return { status, stdout, stderr };
};
const servedBy = (file: string) => readFileSync(file, 'latin1').split('\n')[0]!;

describe.runIf(isBuilt)('the code of the program', () => {
  it('is kept when a command has run, and taken by the next', () => {
    const first = tsdbt('explain', 'TSD2003');
    expect(first.status, first.stderr).toBe(0);
    const [file, ...others] = codeFiles();
    expect(others).toEqual([]);
    expect(servedBy(file!)).toBe('["explain"]');
    const before = readFileSync(file!);

    expect(tsdbt('explain', 'TSD2003')).toEqual(first);
    expect(readFileSync(file!).equals(before)).toBe(true);

    expect(tsdbt('completion', 'bash').status).toBe(0);
    expect(servedBy(file!)).toBe('["explain","completion"]');
  });

  it('is not kept of what went wrong, nor where no command is named', () => {
    expect(tsdbt('explain', 'TSD0').status).toBe(2);
    expect(tsdbt('--version').status).toBe(0);
    expect(codeFiles()).toEqual([]);
  });

  it('is made anew where V8 does not take it', () => {
    const said = tsdbt('explain', 'TSD2003');
    const [file] = codeFiles();
    const whole = readFileSync(file!);
    for (const damaged of [whole.subarray(0, 5000), Buffer.from('["explain"]\nno code'), Buffer.from('')]) {
      writeFileSync(file!, damaged);
      expect(tsdbt('explain', 'TSD2003')).toEqual(said);
      expect(servedBy(file!)).toBe('["explain"]');
      expect(readFileSync(file!).length).toBeGreaterThan(100_000);
    }
  });

  it('belongs to one text of the program', () => {
    tsdbt('explain', 'TSD2003');
    const [file] = codeFiles();
    const hash = /'([0-9a-f]{16})'/.exec(readFileSync(path.join(program(), 'main.js'), 'utf8'))![1]!;
    expect(path.basename(file!)).toMatch(new RegExp(`^${hash}-[0-9a-f]+\\.code$`));
  });

  it('leaves no more than four of its kind beside each other', () => {
    for (let i = 0; i < 6; i++) writeFileSync(path.join(program(), `old-${i}.code`), '');
    tsdbt('explain', 'TSD2003');
    expect(codeFiles()).toHaveLength(4);
    expect(codeFiles().map(servedBy)).toContain('["explain"]');
  });
});

describe.runIf(isBuilt)('DuckDB in the program', () => {
  /** Whether Node has loaded DuckDB's own files, and what `script` prints, in a process that runs it within the package. */
  const run = (script: string): { files: boolean; said: unknown } => {
    const whole = `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      let said;
      ${script}
      // an import looks through files without loading them
      const files = Object.entries(require.cache).some(
        ([file, { loaded }]) => loaded && /node-api.lib.DuckDBConnection\\.js$/.test(file),
      );
      console.log(JSON.stringify({ files, said }));`;
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', whole], {
      encoding: 'utf8',
      cwd: installed,
    });
    expect(child.stderr).toBe('');
    return JSON.parse(child.stdout) as { files: boolean; said: unknown };
  };
  const first = `
      const { main } = await import('./dist/program/main.js');
      const none = { write: () => true };
      const code = await main(['compile', '--inline', 'select 1', '--project-dir', 'project'], { stdout: none, stderr: none });
      if (code !== 0) throw new Error('compile ended with ' + code);`;
  const then = `
      const { DuckDBInstance, DuckDBTimestampValue } = await import('@duckdb/node-api');
      const connection = await (await DuckDBInstance.create()).connect();
      const row = (await connection.runAndReadAll("select timestamp '2026-01-02' as t")).getRows()[0];
      said = [row[0] instanceof DuckDBTimestampValue, require('@duckdb/node-api').DuckDBInstance === DuckDBInstance];`;

  beforeAll(() => {
    mkdirSync(path.join(installed, 'project'));
    writeFileSync(path.join(installed, 'project', 'project.yml'), 'name: p\n');
  });

  it('is what others get who ask for the package', () => {
    expect(run(first + then)).toEqual({ files: false, said: [true, true] });
  });

  it('is the copy of those who asked first', () => {
    expect(run(then + first)).toEqual({ files: true, said: [true, true] });
  });

  it('is left aside where another version is installed', () => {
    const other = path.join(installed, 'node_modules', '@duckdb', 'node-api');
    const from = realpathSync(other);
    rmSync(path.join(installed, 'node_modules'));
    try {
      cpSync(from, other, { recursive: true });
      symlinkSync(
        path.join(from, '..', 'node-bindings'),
        path.join(installed, 'node_modules', '@duckdb', 'node-bindings'),
      );
      const about = JSON.parse(readFileSync(path.join(other, 'package.json'), 'utf8'));
      writeFileSync(path.join(other, 'package.json'), JSON.stringify({ ...about, version: '0.0.1' }));
      expect(run(first + then)).toEqual({ files: true, said: [true, true] });
    } finally {
      rmSync(path.join(installed, 'node_modules'), { recursive: true, force: true });
      symlinkSync(modulesFolder(), path.join(installed, 'node_modules'));
    }
  });
});
