import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, type LakeState, TempProject } from './temp-project.js';

/** Every table of the project: what each stage promises, with its companions. */
const TABLES = [
  'bronze.audio_feature_lookups',
  'bronze.episodes_history_bronze',
  'bronze.ingested_files',
  'bronze.kaggle_tracks_bronze',
  'bronze.kaggle_tracks_rejected',
  'bronze.listening_history_bronze',
  'bronze.my_tracks_features_bronze',
  'bronze.my_tracks_features_bronze_synthetic',
  'bronze.repeated_plays',
  'bronze.spotify_export_episodes',
  'bronze.spotify_export_plays',
  'bronze.spotify_recent_plays',
  'silver.listening_with_features',
  'silver.track_genres',
  'silver.tracks_with_features',
  // descriptive
  'gold.audio_feature_distributions',
  'gold.feature_source_coverage',
  'gold.listening_patterns_by_time',
  'gold.temporal_trends',
  'gold.top_tracks_by_mood',
  // diagnostic
  'gold.feature_correlations',
  'gold.mood_shift_patterns',
  'gold.mood_time_correlations',
  'gold.mood_track_traits',
  'gold.part_of_day_drivers',
  'gold.part_of_day_moods',
  'gold.weekend_vs_weekday',
  // predictive
  'gold.energy_forecasts',
  'gold.model_calibration',
  'gold.model_confusion_matrix',
  'gold.model_feature_importances',
  'gold.model_performance_metrics',
  'gold.model_registry',
  'gold.mood_classifications',
  'gold.mood_predictions',
  'gold.trained_models',
  // prescriptive
  'gold.mood_improvement_recommendations',
  'gold.mood_intervention_triggers',
  'gold.optimal_listening_times',
  'gold.personalized_playlist_suggestions',
  // cognitive
  'gold.behavioral_segments',
  'gold.cluster_diagnostics',
  'gold.listening_anomalies',
  'gold.mood_state_cluster_members',
  'gold.mood_state_clusters',
  'gold.sequential_patterns',
  // what macros, tests and pages share
  'seeds.audio_features',
  'seeds.moods',
  'seeds.parts_of_day',
];

const project = new TempProject();
let first: CommandResult;
let second: CommandResult;
let afterFirst: LakeState;
let afterSecond: LakeState;
/** rows of the history as readers saw them while the second build ran */
const seenDuringSecond = new Set<number>();

beforeAll(async () => {
  first = await project.tsdbt(['build']);
  if (first.code !== 0) throw new Error(`the build failed:\n${first.stderr.slice(-4000)}`);
  afterFirst = await project.state();
  let running = true;
  const build = project.tsdbt(['build']).finally(() => {
    running = false;
  });
  while (running) {
    seenDuringSecond.add(await project.number('select count(*) from silver.listening_with_features'));
    await new Promise((wake) => setTimeout(wake, 1000));
  }
  second = await build;
  afterSecond = await project.state();
}, 240_000);
afterAll(() => project.remove());

describe('a fresh copy without data', () => {
  it('builds every table as a Delta table', () => {
    expect(Object.keys(afterFirst.versions).sort()).toEqual([...TABLES].sort());
    expect(new Set(Object.values(afterFirst.versions))).toEqual(new Set([0]));
  });

  it('fills them: only what nothing was delivered for is empty', () => {
    const empty = TABLES.filter((table) => afterFirst.counts[table] === 0);
    expect(empty).toEqual([
      'bronze.audio_feature_lookups',
      'bronze.kaggle_tracks_rejected',
      'bronze.my_tracks_features_bronze',
      'bronze.repeated_plays',
      'bronze.spotify_export_episodes',
      'bronze.spotify_export_plays',
      'bronze.spotify_recent_plays',
    ]);
  });

  it('says in one line that its input is invented', () => {
    const lines = first.stderr.split('\n').filter((line) => line.includes('invented sample'));
    expect(lines).toEqual([
      'bronze.ingested_files: no data of your own in data/ for these, so the invented sample stands in, labelled "sample" ' +
        'everywhere: a catalogue of 4,186 rows and 1,449 plays (docs/your-own-data.md tells how to add yours)',
    ]);
  });

  it('passes all tests', () => {
    const end =
      /Finished build in .*: (\d+) succeeded, ([\d,]+) passed; (\d+) relations changed.*, 0 unchanged\s*$/.exec(
        first.stderr,
      );
    expect(end, first.stderr.slice(-500)).not.toBeNull();
    expect([Number(end![1]), Number(end![3])]).toEqual([TABLES.length, TABLES.length]);
    expect(Number(end![2]!.replaceAll(',', ''))).toBeGreaterThan(1_000);
    const results = JSON.parse(project.read('target/run_results.json')) as { results: { status: string }[] };
    expect(new Set(results.results.map((result) => result.status))).toEqual(new Set(['success', 'pass']));
  });

  it('prints data nowhere but on stdout, and there is none', () => {
    expect(first.stdout).toBe('');
  });
});

describe('a second build', () => {
  it('changes nothing and says so', () => {
    expect(second.code).toBe(0);
    expect(second.stderr).toMatch(new RegExp(`; 0 relations changed, ${TABLES.length} unchanged\\s*$`));
    expect(afterSecond).toEqual(afterFirst);
  });

  it('locks no reader out', () => {
    expect([...seenDuringSecond]).toEqual([afterFirst.counts['silver.listening_with_features']]);
  });
});

describe('lake.duckdb', () => {
  it('opens read-only, for several readers at once', async () => {
    const open = () => DuckDBInstance.create(project.path('warehouse', 'lake.duckdb'), { access_mode: 'READ_ONLY' });
    const [one, two] = [await open(), await open()];
    for (const instance of [one, two]) {
      const connection = await instance.connect();
      const rows = await connection.runAndReadAll('select count(*)::integer from gold.weekend_vs_weekday');
      expect(rows.getRows()).toEqual([[afterFirst.counts['gold.weekend_vs_weekday']]]);
      connection.closeSync();
    }
    one.closeSync();
    two.closeSync();
  });

  it('has a view of every table', async () => {
    const rows = await project.query(
      "select table_schema || '.' || table_name as name from information_schema.tables where table_type = 'VIEW' order by 1",
    );
    expect(rows.map((row) => row.name)).toEqual([...TABLES].sort());
  });
});

describe('what goes in comes out', () => {
  it('every play is one row of silver', async () => {
    const plays = await project.number('select count(*) from bronze.listening_history_bronze');
    expect(plays).toBe(1_449);
    expect(await project.number('select count(distinct play_id) from silver.listening_with_features')).toBe(plays);
    expect(await project.number('select count(*) from silver.listening_with_features')).toBe(plays);
  });

  it('coverage adds up, overall and month by month', async () => {
    const rows = await project.query(
      `select period_type, sum(plays) as plays, sum(plays_share) as share, count(distinct period) as periods
       from gold.feature_source_coverage group by period_type order by period_type desc`,
    );
    expect(rows.map((row) => [row.period_type, Number(row.plays)])).toEqual([
      ['overall', 1_449],
      ['month', 1_449],
    ]);
    for (const row of rows) expect(Number(row.share)).toBeCloseTo(Number(row.periods), 9);
  });

  it('every row of the catalogue is accepted or rejected', async () => {
    const [row] = await project.query(
      `select (select count(*) from bronze.kaggle_tracks_bronze) + (select count(*) from bronze.kaggle_tracks_rejected) as held,
              (select rows_read from bronze.ingested_files where path = 'sample:catalogue') as read`,
    );
    expect(row!.held).toBe(row!.read);
  });
});

describe('what is invented', () => {
  it('is labelled in every table that has a label', async () => {
    const labels = await project.query(
      `select table_schema || '.' || table_name as name, column_name as label from information_schema.columns
       where column_name in ('source', 'is_sample')`,
    );
    expect(labels.length).toBeGreaterThanOrEqual(12);
    for (const { name, label } of labels) {
      const wrong = label === 'source' ? "source <> 'sample'" : 'not is_sample';
      expect(await project.number(`select count(*) from ${name} where ${wrong}`), `${name}.${label}`).toBe(0);
    }
  });

  it('is nowhere taken for evidence', async () => {
    const labels = await project.query(
      `select table_schema || '.' || table_name as name, bool_or(column_name = 'n') as counted from information_schema.columns
       group by all having bool_or(column_name = 'is_evidence')`,
    );
    expect(labels.length).toBeGreaterThanOrEqual(20);
    for (const { name, counted } of labels) {
      // statistics on evidence stand there with n = 0
      const wrong = counted === true ? 'is_evidence and n > 0' : 'is_evidence';
      expect(await project.number(`select count(*) from ${name} where ${wrong}`), String(name)).toBe(0);
    }
    expect(await project.number('select sum(plays_with_evidence) from gold.feature_source_coverage')).toBe(0);
    expect(await project.number('select sum(plays - sample_plays) from gold.feature_source_coverage')).toBe(0);
  });
});

describe('with ALLOW_SYNTHETIC=false', () => {
  it('nothing synthetic is made: what no catalogue covers has no features', async () => {
    const before = await project.number(
      "select count(*) from silver.listening_with_features where feature_source = 'synthetic'",
    );
    expect(before).toBeGreaterThan(0);
    const nodes = ['my_tracks_features_bronze_synthetic', 'listening_with_features', 'feature_source_coverage'];
    const run = await project.tsdbt(['run', '--select', ...nodes], { ALLOW_SYNTHETIC: 'false' });
    expect(run.code, run.stderr).toBe(0);
    expect(await project.number('select count(*) from bronze.my_tracks_features_bronze_synthetic')).toBe(0);
    const sources = await project.query(
      'select feature_source, count(*) as n from silver.listening_with_features group by 1 order by 1',
    );
    expect(sources.map((row) => [row.feature_source, Number(row.n)])).toEqual([
      ['kaggle', 1_449 - before],
      ['none', before],
    ]);
    const none = "from gold.feature_source_coverage where period_type = 'overall' and feature_source = 'none'";
    expect(await project.number(`select plays ${none}`)).toBe(before);
  }, 60_000);
});
