import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEPLOY } from '../compose-file.js';
import { type MadeImage, makeImage } from './make-image.js';

let image: MadeImage;
beforeAll(() => {
  image = makeImage(join(DEPLOY, 'Dockerfile'));
});
afterAll(() => image?.remove());

const at = (path: string) => join(image.folder, 'srv', 'tsdbt', path);

describe('the Dockerfile of the project, followed without a container engine', () => {
  it('holds what runs, and nothing of what builds', () => {
    for (const path of [
      'node_modules/tsdbt/bin/tsdbt.js',
      'runner/dist/program/main.js',
      'models',
      'node_modules/ml-kmeans',
    ])
      expect(existsSync(at(path)), path).toBe(true);
    for (const path of ['node_modules/typescript', 'node_modules/vitest', 'runner/test', 'e2e', 'docs', 'deploy'])
      expect(existsSync(at(path)), path).toBe(false);
  });

  it('answers as a command', async () => {
    const help = await image.run(['--help']);
    expect(help.code, help.stderr).toBe(0);
    expect(help.stdout).toContain('schedule');
    const login = await image.run(['spotify-login', '--help']);
    expect(login.stdout).toContain('--no-browser');
  });

  it('builds the project as its own user, who may write where the volumes are and nowhere else', async () => {
    const build = await image.run(['--no-color', 'build', '--select', '+gold.descriptive']);
    expect(build.code, build.stderr).toBe(0);
    expect(existsSync(at('warehouse/lake.duckdb'))).toBe(true);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      for (const folder of ['data', 'logs', 'target', 'warehouse']) expect(statSync(at(folder)).uid, folder).toBe(1000);
      expect(statSync(at('warehouse/lake.duckdb')).uid).toBe(1000);
      expect(statSync(at('models')).uid).toBe(0);
    }
  });
});
