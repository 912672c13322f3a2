import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, TempProject } from './temp-project.js';

const project = new TempProject();
afterAll(() => project.remove());

const DIAGNOSTIC = [
  'feature_correlations',
  'mood_shift_patterns',
  'mood_time_correlations',
  'mood_track_traits',
  'part_of_day_drivers',
  'part_of_day_moods',
  'weekend_vs_weekday',
];
const COGNITIVE = [
  'behavioral_segments',
  'cluster_diagnostics',
  'listening_anomalies',
  'mood_state_cluster_members',
  'mood_state_clusters',
  'sequential_patterns',
];
const SILVER = ['listening_with_features', 'track_genres', 'tracks_with_features'];

const lines = (text: string) => text.split('\n').filter((line) => line !== '');
async function ls(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await project.tsdbt(['ls', '--resource-type', 'model', '--output', 'name', ...args]);
  expect(code, stderr).toBe(0);
  return lines(stdout).sort();
}

describe('run --select gold.diagnostic', () => {
  let empty: CommandResult;
  let suggested: CommandResult;
  beforeAll(async () => {
    empty = await project.tsdbt(['run', '--select', 'gold.diagnostic']);
    const hint = /tsdbt (\w+ --select \S+)$/m.exec(empty.stderr)?.[1] ?? '';
    suggested = await project.tsdbt(hint.split(' '));
  }, 120_000);

  it('on an empty warehouse names the missing parents and suggests +gold.diagnostic', () => {
    expect(empty.code).toBe(2);
    expect(empty.stderr).toContain('TSD3050');
    for (const parent of ['silver.listening_with_features', 'silver.tracks_with_features', 'seeds.moods'])
      expect(empty.stderr).toMatch(new RegExp(`^ +${parent.replace('.', '\\.')} \\(read by \\w+\\)$`, 'm'));
    expect(empty.stderr).toContain('build what is needed too: tsdbt build --select +gold.diagnostic\n');
  });

  it('works as suggested', () => {
    expect(suggested.code, suggested.stderr.slice(-3000)).toBe(0);
    const built = Object.keys(project.versions());
    for (const model of DIAGNOSTIC) expect(built).toContain(`gold.${model}`);
    expect(built).not.toContain('gold.top_tracks_by_mood');
  });

  it('then works by itself', async () => {
    const again = await project.tsdbt(['run', '--select', 'gold.diagnostic']);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/Finished run in .*: 7 succeeded; 0 relations changed, 7 unchanged\s*$/);
  });
});

describe('ls', () => {
  it('prints selectors, one to a line, on stdout', async () => {
    const { code, stdout, stderr } = await project.tsdbt([
      'ls',
      '--select',
      'gold.diagnostic',
      '--resource-type',
      'model',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(lines(stdout).sort()).toEqual(DIAGNOSTIC.map((name) => `spotify.gold.diagnostic.${name}`));
  });

  it('+gold.predictive takes what the predictions need', async () => {
    const names = await ls('--select', '+gold.predictive');
    for (const name of [
      'kaggle_tracks_bronze',
      'listening_history_bronze',
      ...SILVER,
      'trained_models',
      'model_registry',
    ])
      expect(names).toContain(name);
    for (const name of ['top_tracks_by_mood', ...DIAGNOSTIC]) expect(names).not.toContain(name);
  });

  it('silver+ takes silver and all that is made of it', async () => {
    const names = await ls('--select', 'silver+');
    for (const name of [...SILVER, ...DIAGNOSTIC, 'mood_predictions', 'behavioral_segments'])
      expect(names).toContain(name);
    expect(names.filter((name) => name.includes('bronze'))).toEqual([]);
  });

  it('@name takes its children and all that these need', async () => {
    const names = await ls('--select', '@weekend_vs_weekday');
    expect(names).toContain('listening_history_bronze');
    expect(names).toContain('weekend_vs_weekday');
    expect(names).not.toContain('top_tracks_by_mood');
  });

  it('tag:, path: and --exclude', async () => {
    expect(await ls('--select', 'tag:diagnostic')).toEqual(DIAGNOSTIC);
    expect(await ls('--select', 'path:models/gold/cognitive')).toEqual(COGNITIVE);
    expect(await ls('--select', 'silver', 'gold.diagnostic', '--exclude', 'tag:diagnostic')).toEqual(SILVER);
  });

  it('a blank is a union, a comma an intersection', async () => {
    expect(await ls('--select', 'tag:diagnostic gold.cognitive')).toEqual([...DIAGNOSTIC, ...COGNITIVE].sort());
    expect(await ls('--select', '+weekend_vs_weekday,tag:silver')).toEqual(['listening_with_features']);
  });

  it('source:…+ takes what reads a source', async () => {
    project.write(
      'models/sources.yml',
      'sources:\n  - name: shared\n    schema: seeds\n    tables:\n      - name: moods\n',
    );
    project.write('models/gold/mood_names.sql', "select mood, label from {{ source('shared', 'moods') }}\n");
    expect(await ls('--select', 'source:shared+')).toEqual(['mood_names']);
    const wrong = await project.tsdbt(['ls', '--select', 'source:shard+']);
    expect(wrong.stderr).toContain('the selector "source:shard+" matches nothing');
  });
});

describe('a new model', () => {
  it('is a file: add it, run it, show it', async () => {
    project.write(
      'models/gold/descriptive/plays_per_artist.sql',
      "select artist_name, count(*) as plays\nfrom {{ ref('listening_with_features') }}\ngroup by artist_name\n",
    );
    const run = await project.tsdbt(['run', '--select', 'plays_per_artist']);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/Succeeded \[ .*\] table gold\.plays_per_artist \(\d+ rows, .*version 0\)/);
    expect(project.versions()['gold.plays_per_artist']).toBe(0);

    const show = await project.tsdbt(['show', '--select', 'plays_per_artist', '--limit', '-1', '--output', 'json']);
    expect(show.code, show.stderr).toBe(0);
    const { show: rows } = JSON.parse(show.stdout) as { show: { artist_name: string; plays: number }[] };
    expect(rows.reduce((sum, row) => sum + Number(row.plays), 0)).toBe(
      await project.number('select count(*) from silver.listening_with_features'),
    );
    expect(await project.number('select sum(plays) from gold.plays_per_artist')).toBe(1_449);
  });

  it('with a misspelt column is an error at its line, before anything is written', async () => {
    project.write(
      'models/gold/descriptive/plays_per_artist.sql',
      "select\n  artist_nam,\n  count(*) as plays\nfrom {{ ref('listening_with_features') }}\ngroup by all\n",
    );
    const before = project.versions();
    const run = await project.tsdbt(['run', '--select', 'plays_per_artist']);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain('column "artist_nam" not found');
    expect(run.stderr).toContain('models/gold/descriptive/plays_per_artist.sql:2:3');
    expect(run.stderr).toContain(' > 2 |   artist_nam,');
    expect(run.stderr).toContain('did you mean "artist_name"?');
    expect(project.versions()).toEqual(before);
  });
});

describe('show', () => {
  it('prints a table of rows, as many as asked for', async () => {
    const { code, stdout } = await project.tsdbt(['show', '--select', 'weekend_vs_weekday', '--limit', '3']);
    expect(code).toBe(0);
    const [header, rule, ...rows] = lines(stdout);
    expect(header).toMatch(/\bmetric +\|.*\bn_weekend\b/);
    expect(rule).toMatch(/^[-+]+$/);
    expect(rows).toHaveLength(3);
  });

  it('runs SQL with templates', async () => {
    const sql = "select count(*) as n from {{ ref('listening_with_features') }}";
    const { code, stdout } = await project.tsdbt(['show', '--inline', sql, '--output', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ show: [{ n: 1_449 }] });
  });
});

describe('compile', () => {
  it('prints the SQL of one model and writes it', async () => {
    const { code, stdout } = await project.tsdbt(['compile', '--select', 'listening_patterns_by_time']);
    expect(code).toBe(0);
    expect(stdout).toContain('"silver"."listening_with_features"');
    expect(stdout).not.toMatch(/\{\{|\{%/);
    expect(project.read('target/compiled/spotify/models/gold/descriptive/listening_patterns_by_time.sql').trim()).toBe(
      stdout.trim(),
    );
  });
});

describe('parse and debug', () => {
  it('parse says what is in the project', async () => {
    const { code, stderr } = await project.tsdbt(['parse']);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^Parsed spotify in [\d.]+s: 1 source, \d+ models, 3 seeds, 1,\d{3} tests$/m);
    const manifest = JSON.parse(project.read('target/manifest.json')) as { nodes: Record<string, unknown> };
    expect(manifest.nodes).toHaveProperty(['model.spotify.listening_with_features']);
  });

  it('debug checks what a run needs', async () => {
    const { code, stderr } = await project.tsdbt(['debug']);
    expect(code, stderr).toBe(0);
    for (const check of ['Node.js', 'DuckDB', 'project', 'warehouse', 'Delta commit'])
      expect(stderr).toMatch(new RegExp(`^ +ok +${check.replace('.', '\\.')}: `, 'm'));
    expect(stderr).toContain('All checks passed.');
  });
});

describe('clean', () => {
  it('removes what was compiled, and no table', async () => {
    const before = project.versions();
    expect(existsSync(project.path('target', 'compiled'))).toBe(true);
    const { code, stderr } = await project.tsdbt(['clean']);
    expect(code, stderr).toBe(0);
    expect(existsSync(project.path('target', 'compiled'))).toBe(false);
    expect(project.versions()).toEqual(before);
    expect(before).not.toEqual({});
  });
});

describe('a command that is misspelt', () => {
  it.each([
    [['bild'], 'no command "bild"', 'did you mean "build"?'],
    [['build', '--selct', 'gold'], 'tsdbt build has no flag --selct', 'did you mean "--select"?'],
    [
      ['run', '--select', 'gold.diagnostik'],
      'the selector "gold.diagnostik" matches nothing',
      'did you mean "gold.diagnostic"?',
    ],
    [['run', '--target', 'prod'], 'no target "prod"', 'dev'],
    [['ls', '--resource-type', 'modle'], 'modle', 'did you mean "model"?'],
    [['run', '--threads', 'many'], '--threads', 'many'],
    [['parse', '--project-dir', 'nowhere'], 'nowhere', 'tsdbt init'],
  ])('%j ends with 2 and says what was meant', async (args, problem, hint) => {
    const { code, stdout, stderr } = await project.tsdbt(args);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(hint);
    expect(stderr).toMatch(/^TSD\d{4} /);
    expect([code, stdout]).toEqual([2, '']);
  });
});
