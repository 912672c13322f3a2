import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEPLOY, readCompose } from './compose-file.js';
import { CONTEXT, contextFiles, copied, dockerIgnore, type Instruction, readDockerfile } from './dockerfile.js';

const stages = readDockerfile(join(DEPLOY, 'Dockerfile'));
const last = stages.at(-1)!;
const files = contextFiles();
const all = stages.flatMap(({ instructions }) => instructions);
const named = (name: string, from: readonly Instruction[] = all) => from.filter((each) => each.name === name);

describe('the image of the project', () => {
  it('copies what is there: every source is in the context, every stage has been made before', () => {
    for (const [i, { instructions }] of stages.entries()) {
      for (const { words, flags } of named('COPY', instructions)) {
        if (flags.from !== undefined) expect(stages.slice(0, i).map(({ name }) => name)).toContain(flags.from);
        else for (const source of words.slice(0, -1)) expect(copied(files, source), source).not.toEqual([]);
      }
    }
  });

  it('leaves nothing of the project out', () => {
    const sources = named('COPY').flatMap(({ words, flags }) => (flags.from === undefined ? words.slice(0, -1) : []));
    const there = new Set(sources.flatMap((source) => copied(files, source).map(({ from }) => from)));
    expect(files.filter((file) => !there.has(file))).toEqual([]);
    // each folder that project.yml reads, and what its models import
    for (const part of ['project.yml', 'models/', 'macros/', 'seeds/', 'tests/', 'ingest/', 'ml/', 'dashboards/'])
      expect(sources, part).toContain(part);
  });

  it('takes in neither secrets nor data, nor what was built or installed outside', () => {
    const ignored = dockerIgnore(readFileSync(join(CONTEXT, '.dockerignore'), 'utf8'));
    const out = [
      '.env',
      'deploy/.env',
      'ingest/.env.local',
      'data/.spotify-token.json',
      'data/spotify-export/my_spotify_data.zip',
      'warehouse/gold/x/_delta_log/00000000000000000000.json',
      'node_modules/tsdbt/bin/tsdbt.js',
      'runner/node_modules/x/index.js',
      'runner/dist/index.js',
      'runner/test/run/run.test.ts',
      'ml/forest/forest.test.ts',
      'target/manifest.json',
      'logs/tsdbt.log',
      '.git/config',
    ];
    expect(out.filter((path) => !ignored(path))).toEqual([]);
    const kept = [
      'package.json',
      'runner/src/index.ts',
      'runner/bin/tsdbt.js',
      'models/sources.yml',
      'ingest/tables/x.ts',
    ];
    expect(kept.filter(ignored)).toEqual([]);
  });

  it('is made with the command of the README, from pinned images of a Node that the project takes', () => {
    const readme = readFileSync(join(CONTEXT, 'README.md'), 'utf8');
    const [install] = /^npm ci/m.exec(readme)!;
    expect(named('RUN')[0]!.words[0]).toMatch(new RegExp(`^${install}\\b`));
    for (const { image } of stages) expect(image).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
    expect(new Set(stages.map(({ image }) => image)).size).toBe(1);
  });

  it('runs as a user who is not root, and owns what is written', () => {
    expect(named('USER', last.instructions).at(-1)!.words).toEqual(['node']);
    const made = named('RUN', last.instructions)
      .map(({ words }) => words[0]!)
      .join('\n');
    const folders = ['data', 'logs', 'target', 'warehouse'];
    for (const folder of folders) expect(made, folder).toMatch(new RegExp(`mkdir -p[^&]* ${folder}\\b`));
    expect(made).toContain(`chown -R node:node ${folders.join(' ')}`);
    const { volumes } = readCompose().services.tsdbt!;
    const mounted = volumes!.flatMap((volume) => (typeof volume === 'string' ? [volume.split(':')[1]!] : []));
    expect(mounted.sort()).toEqual(folders.map((folder) => `/srv/tsdbt/${folder}`));
  });

  it('is a command: what one writes after its name are its arguments', () => {
    // a list: a shell between would keep signals from it
    expect(named('ENTRYPOINT', last.instructions)[0]!.words).toEqual([
      'node',
      '/srv/tsdbt/node_modules/tsdbt/bin/tsdbt.js',
    ]);
    expect(named('CMD', last.instructions)[0]!.words).toEqual(['--help']);
    const commands = new Set(readdirSync(join(CONTEXT, 'runner', 'src', 'cli', 'commands')));
    const project = readFileSync(join(CONTEXT, 'project.yml'), 'utf8');
    for (const [name, { image, command }] of Object.entries(readCompose().services)) {
      if (!image.startsWith('spotify-listening-analytics:')) continue;
      const [first] = command!;
      expect(commands.has(`${first}.ts`) || project.includes(`\n  ${first}:\n`), `${name}: ${first}`).toBe(true);
    }
  });
});
