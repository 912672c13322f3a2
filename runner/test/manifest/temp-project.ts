import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { formatPlace } from '../../src/errors/source-text.js';
import { type TsdbtError, tsdbtErrorsOf } from '../../src/errors/tsdbt-error.js';
import { type OpenProjectOptions, openProject } from '../../src/manifest/open-project.js';
import type { Project } from '../../src/project/project.js';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A project folder with the given files (path → text); project.yml names it `p` where none is given. */
export function tempProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tsdbt-spec-'));
  made.push(folder);
  const all = 'project.yml' in files || 'dbt_project.yml' in files ? files : { 'project.yml': 'name: p\n', ...files };
  for (const [name, text] of Object.entries(all)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** A copy of the shop fixture that a spec may write to. */
export function shopCopy(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tsdbt-shop-'));
  made.push(folder);
  cpSync(fileURLToPath(new URL('../fixtures/shop', import.meta.url)), folder, { recursive: true });
  return folder;
}

export function open(projectDir: string, options: Partial<OpenProjectOptions> = {}): Promise<Project> {
  return openProject({ projectDir, env: {}, ...options });
}

/** An error as one line: `TSD1004 project.yml:2:1 unknown key "nmae" (did you mean "name"?)` */
export function line(error: TsdbtError): string {
  const place = error.place === undefined ? '-' : formatPlace(error.place);
  return `${error.code} ${place} ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`;
}

/** The errors that a promise (or a function) fails with, one line each; an empty list when it succeeds. */
export async function errorsOf(work: Promise<unknown> | (() => unknown)): Promise<string[]> {
  return (await failuresOf(work)).map(line);
}

export async function failuresOf(work: Promise<unknown> | (() => unknown)): Promise<readonly TsdbtError[]> {
  try {
    await (typeof work === 'function' ? work() : work);
    return [];
  } catch (thrown) {
    const errors = tsdbtErrorsOf(thrown);
    if (errors.length === 0) throw thrown;
    return errors;
  }
}
