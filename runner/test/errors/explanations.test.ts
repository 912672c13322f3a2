import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { describe, expect, it } from 'vitest';
import { type Explanation, explanationOf } from '../../src/cli/explanations.js';
import { splitWords } from '../../src/cli/split-words.js';
import { codeTitles, type ErrorCode, isErrorCode } from '../../src/errors/codes.js';
import { tsdbtErrorsOf } from '../../src/errors/tsdbt-error.js';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const RUNNER = resolve(import.meta.dirname, '../..');
const codes = Object.keys(codeTitles) as ErrorCode[];
const pages = codes.map(explanationOf);

/** Texts of the files below a folder, by path. */
function texts(folder: string): [path: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'utf8')]);
}

describe('the list of error codes', () => {
  it('has a page for each, and no page without a code', () => {
    const files = readdirSync(join(RUNNER, 'explanations')).map((name) => name.replace(/\.md$/, ''));
    expect(files.sort()).toEqual([...codes].sort());
    for (const { code, meaning, causes, remedy } of pages) {
      expect([code, meaning]).toEqual([code, expect.stringMatching(/^[A-Z`].*\.$/s)]);
      expect([code, causes]).toEqual([code, expect.stringMatching(/^(- [^\n]+\n?)+$/)]);
      expect([code, remedy]).not.toEqual([code, '']);
    }
  });

  it('holds every code that the source or a guide names, and none that nothing raises', () => {
    const source = texts(join(RUNNER, 'src')).filter(([path]) => !path.endsWith('errors/codes.ts'));
    const used = new Set(source.flatMap(([, text]) => text.match(/TSD\d{4}/g) ?? []));
    expect([...used].filter((code) => !isErrorCode(code))).toEqual([]);
    expect(codes.filter((code) => !used.has(code))).toEqual([]);
    const named = source.flatMap(([, text]) => text.match(/(?<=^ {2}\w+: )'TSD\d{4}'(?=,$)/gm) ?? []);
    expect(named.filter((code, i) => named.indexOf(code) !== i)).toEqual([]);
    const guides = texts(resolve(RUNNER, '../docs')).flatMap(([, text]) => text.match(/TSD\d{4}/g) ?? []);
    expect(guides.filter((code) => !isErrorCode(code))).toEqual([]);
  });

  it('says everything in one line, and nothing twice', () => {
    const titles = Object.values(codeTitles);
    expect(titles.filter((title) => title.length > 80 || /[\n.]$/.test(title))).toEqual([]);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('the example of', () => {
  const tried = pages.filter(({ untried }) => untried === undefined);
  it.each(tried.map((page) => [page.code, page] as const))('%s ends with this code', async (code, page) => {
    const { folder, remove } = temporaryFolder();
    try {
      const printed = await follow(page, folder);
      expect(printed).toMatch(new RegExp(`\\b${code}\\b`));
    } finally {
      remove();
    }
  });
});

/** Does what an example says in an empty project, and returns what its last command printed. */
async function follow({ example }: Explanation, folder: string): Promise<string> {
  const paths = example.map((step) => (step.kind === 'file' ? step.path : ''));
  if (!paths.some((path) => /^(dbt_)?project\.yml$/.test(path))) writeFiles(folder, { 'project.yml': 'name: shop\n' });
  let printed = '';
  for (const step of example) {
    if (step.kind === 'file') writeFiles(folder, { [step.path]: step.text });
    else
      for (const command of step.commands) {
        const [program, ...args] = splitWords(command)!;
        printed = program === 'tsdbt' ? await run(folder, args) : await runScript(folder, args[0]!);
      }
  }
  return printed;
}

async function run(folder: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await tsdbt(folder, args);
  return `${stdout}\n${stderr}`;
}

/** The codes that a script throws; paths in it are relative to the folder. */
async function runScript(folder: string, file: string): Promise<string> {
  const alias = {
    'tsdbt/delta': join(RUNNER, 'src/delta/index.ts'),
    '@duckdb/node-api': fileURLToPath(import.meta.resolve('@duckdb/node-api')),
  };
  const before = process.cwd();
  process.chdir(folder);
  try {
    await createJiti(import.meta.url, { alias, fsCache: false }).import(join(folder, file));
    return '';
  } catch (thrown) {
    const errors = tsdbtErrorsOf(thrown);
    return errors.length > 0 ? errors.map(({ code, message }) => `${code} ${message}`).join('\n') : codeOf(thrown);
  } finally {
    process.chdir(before);
  }
}

/** An error that a second copy of the module made is of another class. */
function codeOf(thrown: unknown): string {
  return String((thrown as { code?: unknown }).code ?? (thrown as Error).stack);
}
