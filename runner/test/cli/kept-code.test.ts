import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
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
  const modules = createRequire(path.join(RUNNER, 'package.json'))
    .resolve('jiti')
    .split(`${path.sep}jiti${path.sep}`)[0]!;
  symlinkSync(modules, path.join(installed, 'node_modules'));
});
afterAll(() => rmSync(installed, { recursive: true, force: true }));
beforeEach(() => {
  for (const file of codeFiles()) rmSync(file);
});

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
