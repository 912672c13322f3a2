import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, hasRealData, type LakeState, TempProject } from './temp-project.js';

const CSV = 'data/kaggle/dataset.csv';
const JSON_FILE = 'data/spotify-export/2020/StreamingHistory0.json';
const PLAYS = 26_856;
const TRACKS = 17_949;

describe.runIf(hasRealData)('real input', () => {
  const project = new TempProject();
  let sample: CommandResult;
  let samplePlays: number;
  let build: CommandResult;
  let good: LakeState;
  let csv: string;
  let json: string;

  beforeAll(async () => {
    sample = await project.tsdbt(['build', '--select', '+silver', '+ingested_files']);
    samplePlays = await project.number('select count(*) from silver.listening_with_features where is_sample');
    project.addRealData();
    csv = project.read(CSV);
    json = project.read(JSON_FILE);
    build = await project.tsdbt(['build']);
    good = await project.state();
  }, 300_000);
  afterAll(() => project.remove());

  describe('after a build on the sample', () => {
    it('takes the place of all that was invented', async () => {
      expect(sample.code, sample.stderr.slice(-2000)).toBe(0);
      expect(samplePlays).toBe(1_449);
      expect(build.code, build.stderr.slice(-4000)).toBe(0);
      for (const table of [
        'bronze.listening_history_bronze',
        'bronze.episodes_history_bronze',
        'bronze.kaggle_tracks_bronze',
      ])
        expect(await project.number(`select count(*) from ${table} where source = 'sample'`), table).toBe(0);
      for (const table of ['silver.listening_with_features', 'silver.tracks_with_features', 'gold.trained_models'])
        expect(await project.number(`select count(*) from ${table} where is_sample`), table).toBe(0);
      expect(await project.number("select count(*) from bronze.ingested_files where kind = 'sample'")).toBe(0);
      expect(build.stderr).not.toContain('invented');
    });

    it('removes the sample plays and brings the real ones in one commit', () => {
      expect(good.versions['bronze.listening_history_bronze']).toBe(1);
      const commit = project.read('warehouse/bronze/listening_history_bronze/_delta_log/00000000000000000001.json');
      expect(commit).toContain('"remove"');
      expect(commit).toContain('"add"');
    });
  });

  it('plays in are plays out', () => {
    expect(good.counts['bronze.listening_history_bronze']).toBe(PLAYS);
    expect(good.counts['silver.listening_with_features']).toBe(PLAYS);
  });

  it('accepted and rejected rows are the rows of the catalogue', async () => {
    const accepted = good.counts['bronze.kaggle_tracks_bronze']!;
    const rejected = good.counts['bronze.kaggle_tracks_rejected']!;
    expect(accepted + rejected).toBe(TRACKS);
    expect(await project.number(`select rows_read from bronze.ingested_files where path = '${CSV}'`)).toBe(TRACKS);
    expect(rejected).toBe(0);
  });

  it('coverage adds up to one and to the plays', async () => {
    const rows = await project.query(
      `select period_type, period, sum(plays) as plays, sum(plays_share) as share, sum(tracks_share) as tracks
       from gold.feature_source_coverage group by period_type, period`,
    );
    for (const row of rows) {
      expect(Number(row.share), String(row.period)).toBeCloseTo(1, 9);
      expect(Number(row.tracks), String(row.period)).toBeCloseTo(1, 9);
    }
    const plays = (type: string) =>
      rows.filter((row) => row.period_type === type).reduce((sum, row) => sum + Number(row.plays), 0);
    expect([plays('overall'), plays('month')]).toEqual([PLAYS, PLAYS]);
  });

  it('measured and synthetic features stay apart', async () => {
    const rows = await project.query(
      `select feature_source, bool_and(is_evidence) as all_evidence, bool_or(is_evidence) as some_evidence, count(*) as n
       from silver.listening_with_features group by 1 order by 1`,
    );
    expect(rows.map((row) => [row.feature_source, row.all_evidence, row.some_evidence])).toEqual([
      ['kaggle', true, true],
      ['synthetic', false, false],
    ]);
    expect(Number(rows[0]!.n)).toBeGreaterThan(2_000);
  });

  describe('a file that is broken', () => {
    afterEach(() => {
      project.write(CSV, csv);
      project.write(JSON_FILE, json);
    });

    const lines = (text: string, count: number) => text.split('\n').slice(0, count).join('\n');
    const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
    const cases: [what: string, file: string, content: () => string | Uint8Array | undefined, says: string[]][] = [
      [
        'JSON cut off',
        JSON_FILE,
        () => lines(json, 4_198).slice(0, -3),
        [
          `spotify_export_plays: the file ends in the middle of the list`,
          `${JSON_FILE}:4198:1`,
          'unpack or download it again',
        ],
      ],
      [
        'JSON that is empty',
        JSON_FILE,
        () => '',
        ['the file is empty', `${JSON_FILE}:1`, 'unpack it again from the .zip'],
      ],
      ['JSON in UTF-16', JSON_FILE, () => utf16(json), [`${JSON_FILE}:1: is UTF-16, not UTF-8`, 'save it as UTF-8']],
      [
        'JSON without a key',
        JSON_FILE,
        () => json.replaceAll('"msPlayed"', '"played"'),
        [
          'is named like a play history and is none',
          `${JSON_FILE}:1:1`,
          'its entries have the keys endTime, artistName, trackName, played; a history has endTime, artistName, trackName, msPlayed or',
        ],
      ],
      [
        'CSV cut off',
        CSV,
        () => lines(csv, 501).slice(0, -12),
        ['the file ends in the middle of this row', `${CSV}:501:1`, 'it is incomplete: download or unpack it again'],
      ],
      [
        'CSV that is empty',
        CSV,
        () => '',
        ['the file is empty', `${CSV}:1`, 'or remove the file to use the sample catalogue'],
      ],
      ['CSV in UTF-16', CSV, () => utf16(csv), [`${CSV}:1: is UTF-16, not UTF-8`, 'save it as UTF-8']],
      [
        'CSV without a column',
        CSV,
        () => csv.replace(',danceability,', ',dancability,'),
        ['the header has no column "danceability"', `${CSV}:1:1`],
      ],
      [
        'CSV that is gone',
        CSV,
        () => undefined,
        [`${CSV}: is gone, and the table holds its rows`, 'put it back; or go on with the sample catalogue'],
      ],
    ];

    it.each(cases)('%s: an error at its place, and the tables from before stay', async (_, file, content, says) => {
      const broken = content();
      if (broken === undefined) rmSync(project.path(file));
      else writeFileSync(project.path(file), broken);
      const first = file === CSV ? 'kaggle_tracks_rejected' : 'spotify_export_plays';
      const run = await project.tsdbt(['build', '--select', `${first}+`]);
      expect(run.code, run.stderr.slice(-3000)).toBe(1);
      for (const text of says) expect(run.stderr).toContain(text);
      expect(run.stderr).toMatch(/Skipped .*silver\.listening_with_features/);
      expect(run.stderr).toMatch(
        /When mended: tsdbt build --select (kaggle_tracks_rejected|kaggle_tracks_bronze|spotify_export_plays)\+/,
      );
      expect(await project.state()).toEqual(good);
    });
  });

  describe('rows of the catalogue that break its contract', () => {
    const spoil = (rows: number) =>
      csv
        .split('\n')
        .map((line, i) => (i >= 1 && i <= rows ? line.replace(/(?<=,(?:True|False),)[\d.e-]+/, '7') : line))
        .join('\n');

    it('one of them lands in kaggle_tracks_rejected with its reason', async () => {
      project.write(CSV, spoil(1));
      const run = await project.tsdbt([
        'build',
        '--select',
        'kaggle_tracks_rejected',
        'kaggle_tracks_bronze',
        'ingested_files',
        'tracks_with_features',
        'track_genres',
      ]);
      expect(run.code, run.stderr.slice(-3000)).toBe(0);
      expect(run.stderr).toContain(`${CSV}: 1 of 17,949 rows rejected, reasons in kaggle_tracks_rejected`);
      const [row] = await project.query('select row_number, reason, raw_line from bronze.kaggle_tracks_rejected');
      expect(Number(row!.row_number)).toBe(1);
      expect(row!.reason).toBe('danceability is out of range: 7 (0 to 1)');
      expect(row!.raw_line).toBe(spoil(1).split('\n')[1]);
      expect(await project.number('select count(*) from bronze.kaggle_tracks_bronze')).toBe(TRACKS - 1);
      expect(await project.number(`select rows_rejected from bronze.ingested_files where path = '${CSV}'`)).toBe(1);
    });

    it('too many of them block the catalogue and all below it: readers keep the version before', async () => {
      const before = await project.state();
      project.write(CSV, spoil(400));
      const run = await project.tsdbt(['build']);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/Failed .*test kaggle_rejected_share \(1 failing row\)/);
      expect(run.stderr).toContain('accepted=17549, rejected=400, rejected_share=0.02');
      const version = before.versions['bronze.kaggle_tracks_bronze'];
      expect(run.stderr).toMatch(
        new RegExp(`Blocked .*bronze\\.kaggle_tracks_bronze: .*kaggle_rejected_share; readers keep version ${version}`),
      );
      const after = await project.state();
      // the reasons can be read; nothing else has moved
      expect(after.counts['bronze.kaggle_tracks_rejected']).toBe(400);
      const { 'bronze.kaggle_tracks_rejected': _v, ...versions } = after.versions;
      const { 'bronze.kaggle_tracks_rejected': _w, ...versionsBefore } = before.versions;
      expect(versions).toEqual(versionsBefore);
      expect(after.counts['bronze.kaggle_tracks_bronze']).toBe(TRACKS - 1);
    });
  });
});
