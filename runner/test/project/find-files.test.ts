import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findFiles, findProjectFiles, forgetProjectFiles } from '../../src/project/find-files.js';

const projectDir = mkdtempSync(path.join(tmpdir(), 'tsdbt-files-'));
afterAll(() => rmSync(projectDir, { recursive: true, force: true }));
const write = (file: string) => {
  mkdirSync(path.dirname(path.join(projectDir, file)), { recursive: true });
  writeFileSync(path.join(projectDir, file), '');
};
const paths = (files: readonly { readonly path: string }[]) => files.map((file) => file.path);

for (const file of ['models/b.sql', 'models/a/c.SQL', 'models/.hidden/x.sql', 'seeds/s.csv', 'models/t.d.ts'])
  write(file);

describe('files of a project', () => {
  it('are found in one order, each once where folders lie in each other', () => {
    const roots = ['models', 'models/a/', 'seeds', 'nowhere'];
    expect(paths(findFiles(projectDir, roots))).toEqual(['models/a/c.SQL', 'models/b.sql', 'seeds/s.csv']);
    expect(findFiles(projectDir, roots)[0]).toMatchObject({
      root: 'models/a',
      folders: [],
      stem: 'c',
      extension: '.sql',
    });
    expect(findProjectFiles({ projectDir, flags: {} }, roots)).toEqual(findFiles(projectDir, roots));
  });

  it('are listed once while a project is read, and anew when it is read again', () => {
    const project = { projectDir, flags: {} };
    expect(paths(findProjectFiles(project, ['seeds']))).toEqual(['seeds/s.csv']);
    write('seeds/t.csv');
    expect(paths(findProjectFiles(project, ['seeds']))).toEqual(['seeds/s.csv']);
    expect(paths(findProjectFiles({ projectDir, flags: {} }, ['seeds']))).toEqual(['seeds/s.csv', 'seeds/t.csv']);
    forgetProjectFiles(project);
    expect(paths(findProjectFiles(project, ['seeds']))).toEqual(['seeds/s.csv', 'seeds/t.csv']);
  });
});
