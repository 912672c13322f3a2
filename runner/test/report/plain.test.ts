import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/errors/tsdbt-error.js';
import type { LogLevel, NodeOutcome, NodeSummary } from '../../src/events/events.js';
import { PlainReporter } from '../../src/report/plain.js';
import { QuietReporter } from '../../src/report/quiet.js';
import { duplicateDays, emit, finished, runFinished, runStarted, started, table, test } from './events.js';
import { Recording } from './recording.js';

function plain(level: LogLevel = 'info'): { stream: Recording; reporter: PlainReporter } {
  const stream = new Recording();
  return { stream, reporter: new PlainReporter(stream, { color: false, level }) };
}

/** The line that a node's outcome prints. */
function lineOf(outcome: NodeOutcome, node = table): string {
  const { stream, reporter } = plain();
  emit(reporter, finished(node, outcome));
  return stream.text;
}

describe('the line of a node', () => {
  it('says what it was, how long it took, and what readers see now', () => {
    expect(lineOf({ status: 'success', elapsed: 0.12, rows: 11, version: 4 })).toBe(
      ' Succeeded [  0.12s] table gold.revenue (11 rows, version 4)\n',
    );
    expect(
      lineOf({ status: 'success', elapsed: 123.456, rows: 26856, rowsInserted: 1, rowsUpdated: 1200, version: 0 }),
    ).toBe(' Succeeded [123.46s] table gold.revenue (26,856 rows, 1 inserted, 1,200 updated, version 0)\n');
    expect(lineOf({ status: 'success', elapsed: 0.1, rows: 1, unchanged: true, rowsInserted: 0, version: 4 })).toBe(
      ' Succeeded [  0.10s] table gold.revenue (1 row, unchanged, version 4)\n',
    );
    expect(lineOf({ status: 'reused', elapsed: 0, rows: 3, version: 2 })).toBe(
      '    Reused [  0.00s] table gold.revenue (3 rows, version 2)\n',
    );
  });

  it('says what a test found', () => {
    expect(lineOf({ status: 'pass', elapsed: 0.01, failures: 0 }, test)).toBe(
      '    Passed [  0.01s] test unique_revenue_day\n',
    );
    expect(lineOf({ status: 'warn', elapsed: 0.01, failures: 1 }, test)).toBe(
      '    Warned [  0.01s] test unique_revenue_day (1 failing row)\n',
    );
    expect(lineOf({ status: 'fail', elapsed: 0.01, failures: 2, message: 'got 2, wanted 0' }, test)).toBe(
      '    Failed [  0.01s] test unique_revenue_day (2 failing rows): got 2, wanted 0\n',
    );
  });

  it('says why a table was blocked or skipped, and what its readers keep', () => {
    const blocked: NodeOutcome = {
      status: 'blocked',
      elapsed: 0.3,
      rows: 9,
      version: 3,
      message: '1 test failed: unique_day',
    };
    expect(lineOf(blocked)).toBe(
      '   Blocked [  0.30s] table gold.revenue: 1 test failed: unique_day; readers keep version 3\n',
    );
    expect(lineOf({ ...blocked, message: 'readers keep version 3' })).toContain(': readers keep version 3\n');
    expect(lineOf({ status: 'skipped', elapsed: 0, message: 'silver.orders failed' })).toBe(
      '   Skipped [  0.00s] table gold.revenue: silver.orders failed\n',
    );
    expect(lineOf({ status: 'cancelled', elapsed: 1 })).toBe(' Cancelled [  1.00s] table gold.revenue\n');
  });

  it('takes the cause from the first error where there is no message', () => {
    const errors = [new EngineError('TSD5001', 'column "x" not found\nand more')];
    expect(lineOf({ status: 'error', elapsed: 0.02, errors })).toBe(
      '    Failed [  0.02s] table gold.revenue: column "x" not found\n',
    );
  });
});

describe('a run, in plain lines', () => {
  it('begins with what runs where, and ends with counts, changes and time', () => {
    const { stream, reporter } = plain();
    emit(
      reporter,
      runStarted,
      started(table),
      finished(table, { status: 'success', elapsed: 0.12, rows: 11, version: 4 }),
      finished(test, { status: 'pass', elapsed: 0.01, failures: 0 }),
      runFinished({ success: 1, pass: 1, total: 2 }, { changes: '1 table changed' }),
    );
    expect(stream.lines).toEqual([
      'tsdbt 0.1.0 · build shop · target dev (duckdb, 2 threads) · 3 models, 1 seed, 12 tests',
      ' Succeeded [  0.12s] table gold.revenue (11 rows, version 4)',
      '    Passed [  0.01s] test unique_revenue_day',
      'Finished build in 12s: 1 succeeded, 1 passed; 1 table changed',
    ]);
  });

  it('says failures once more, each with its place and the next step, then warnings, then one line', () => {
    const { stream, reporter } = plain();
    const outcome: NodeOutcome = {
      status: 'blocked',
      elapsed: 0.3,
      version: 3,
      message: '1 test failed: unique_revenue_day',
    };
    emit(
      reporter,
      finished(test, { status: 'fail', elapsed: 0.01, failures: 2, errors: [duplicateDays] }),
      finished(table, { ...outcome, hint: 'tsdbt show --inline "select …"' }),
      { event: 'log', level: 'warn', message: 'old key', place: 'project.yml:3:1' },
      { event: 'log', level: 'warn', message: 'old key', place: 'project.yml:3:1' },
      runFinished({ fail: 1, blocked: 1, skipped: 1, total: 3 }),
    );
    expect(stream.lines.slice(4)).toEqual([
      '',
      '2 failures:',
      '',
      '    Failed [  0.01s] test unique_revenue_day (2 failing rows): unique_revenue_day found 2 rows',
      'TSD4101  unique_revenue_day found 2 rows',
      '  models/gold/revenue.yml:4:9',
      '   3 |     tests:',
      ' > 4 |       - unique',
      '     |         ^^^^^^',
      '   5 |       - not_null',
      '  day         n_records',
      '  2026-01-01  2',
      '',
      '   Blocked [  0.30s] table gold.revenue: 1 test failed: unique_revenue_day; readers keep version 3',
      '  models/gold/revenue.sql',
      '  next: tsdbt show --inline "select …"',
      '',
      'More about it: tsdbt explain TSD4101',
      '',
      '1 warning:',
      '  old key (project.yml:3:1) (2 times)',
      '',
      'Failed build in 12s: 1 failed, 1 blocked, 1 skipped',
    ]);
  });

  it('names one command for all that failed, where no table has said its own', () => {
    const afterwards = (command: string, ...nodes: NodeSummary[]): string | undefined => {
      const { stream, reporter } = plain();
      for (const node of nodes) emit(reporter, finished(node, { status: 'error', elapsed: 0, message: 'no' }));
      const ended = { ...runFinished({ error: nodes.length }), command };
      emit(reporter, ended);
      return stream.lines.find((line) => line.startsWith('When mended: '));
    };
    const again = (...nodes: NodeSummary[]) => afterwards('build', ...nodes);
    expect(again(table, test)).toBe('When mended: tsdbt build --select revenue+');
    expect(again(test)).toBe('When mended: tsdbt build --select unique_revenue_day');
    const many = Array.from({ length: 7 }, (_, i) => ({ ...table, uniqueId: `model.shop.t${i}` }));
    expect(again(...many)).toBe('When mended: tsdbt build --select t0+ t1+ t2+ t3+ t4+ …');
    expect(afterwards('restore', table)).toBe('When mended: tsdbt restore --select revenue --to …');
  });

  it('leaves the tests of skipped tables to the count', () => {
    const { stream, reporter } = plain();
    const skipped: NodeOutcome = { status: 'skipped', elapsed: 0, message: 'raw_orders was not published' };
    emit(reporter, finished(table, skipped), finished(test, skipped));
    expect(stream.lines).toEqual(['   Skipped [  0.00s] table gold.revenue: raw_orders was not published']);
  });

  it('says that it was interrupted, and that there was nothing to do', () => {
    const { stream, reporter } = plain();
    emit(reporter, runFinished({ success: 1, cancelled: 2 }, { interrupted: true }), runFinished({}));
    expect(stream.lines).toEqual([
      'Interrupted build after 12s: 1 succeeded, 2 cancelled',
      'Finished build in 12s: nothing to do',
    ]);
  });

  it('prints Started lines and debug messages at level debug, and at level error only what is wrong', () => {
    const debug = plain('debug');
    emit(debug.reporter, started(table), { event: 'log', level: 'debug', message: 'opened a session', node: table });
    expect(debug.stream.lines).toEqual(['   Started           table gold.revenue', 'gold.revenue: opened a session']);

    const error = plain('error');
    emit(
      error.reporter,
      runStarted,
      finished(test, { status: 'pass', elapsed: 0 }),
      finished(table, { status: 'error', elapsed: 0, message: 'no' }),
      { event: 'log', level: 'warn', message: 'old key' },
    );
    expect(error.stream.lines).toEqual(['    Failed [  0.00s] table gold.revenue: no']);
  });

  it('--quiet prints errors only', () => {
    const stream = new Recording();
    const reporter = new QuietReporter(stream, false);
    emit(reporter, runStarted, finished(table, { status: 'success', elapsed: 0 }), runFinished({ success: 1 }));
    expect(stream.text).toBe('');
    emit(reporter, finished(test, { status: 'fail', elapsed: 0, errors: [duplicateDays] }), runFinished({ fail: 1 }));
    expect(stream.lines).toContain('TSD4101  unique_revenue_day found 2 rows');
    expect(stream.text).not.toContain('Failed build');
  });
});
