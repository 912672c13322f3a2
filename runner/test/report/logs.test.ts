import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactorFor } from '../../src/project/redact.js';
import { JsonReporter } from '../../src/report/json.js';
import { LogFileReporter } from '../../src/report/log-file.js';
import { at, duplicateDays, emit, finished, runStarted, test } from './events.js';
import { Recording } from './recording.js';

const unredacted = (text: string): string => text;

describe('JSON lines', () => {
  it('have stable names: event, at, level, then the fields in snake case', () => {
    const stream = new Recording();
    const reporter = new JsonReporter(stream, { level: 'info', redact: unredacted });
    emit(reporter, runStarted, finished(test, { status: 'fail', elapsed: 0.5, failures: 2, errors: [duplicateDays] }));
    const [start, end] = stream.lines.map((line) => JSON.parse(line) as unknown);
    expect(start).toEqual({
      event: 'run_started',
      at: at.toISOString(),
      level: 'info',
      command: 'build',
      invocation_id: 'b1a2',
      version: '0.1.0',
      project: 'shop',
      target: 'dev',
      engine: 'duckdb',
      threads: 2,
      counts: { models: 3, seeds: 1, tests: 12, sources: 0 },
      total: 16,
    });
    expect(end).toEqual({
      event: 'node_finished',
      at: at.toISOString(),
      level: 'error',
      node: {
        unique_id: 'test.shop.unique_revenue_day',
        resource_type: 'test',
        kind: 'test',
        label: 'unique_revenue_day',
        path: 'models/gold/revenue.yml',
      },
      outcome: {
        status: 'fail',
        elapsed: 0.5,
        failures: 2,
        errors: [
          {
            code: 'TSD4101',
            message: 'unique_revenue_day found 2 rows',
            place: { path: 'models/gold/revenue.yml', line: 4, column: 9 },
            detail: 'day         n_records\n2026-01-01  2',
          },
        ],
      },
      index: 1,
      total: 16,
    });
  });

  it('leave out messages below the level', () => {
    const stream = new Recording();
    const reporter = new JsonReporter(stream, { level: 'warn', redact: unredacted });
    emit(reporter, { event: 'log', level: 'info', message: 'a' }, { event: 'log', level: 'warn', message: 'b' });
    expect(stream.lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(['b']);
  });
});

describe('the redactor', () => {
  it('hides the values of variables with secret names, longest first', () => {
    const redact = redactorFor({
      CLIENT_SECRET: 'abcdef12',
      AWS_SECRET_ACCESS_KEY: 'abcdef1234',
      API_KEY: 'k-998877',
      DBT_ENV_SECRET_PIN: '42x',
      KEYBOARD: 'qwertyui',
      HOME: '/somewhere',
      SHORT_TOKEN: 'yes',
    });
    expect(redact('abcdef1234 abcdef12 k-998877 42x qwertyui /somewhere yes')).toBe(
      '***** ***** ***** ***** qwertyui /somewhere yes',
    );
  });
});

describe('the log file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsdbt-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const message = (text: string) => ({ event: 'log', level: 'debug', message: text }) as const;
  const messagesIn = (path: string): string[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);

  it('grows over runs, holds every level, and no secrets', async () => {
    for (const text of ['first', 'the token is s3cr3t-value']) {
      const reporter = new LogFileReporter(join(folder, 'logs'), { redact: redactorFor({ MY_TOKEN: 's3cr3t-value' }) });
      emit(reporter, message(text));
      await reporter.close();
    }
    expect(messagesIn(join(folder, 'logs', 'tsdbt.log'))).toEqual(['first', 'the token is *****']);
  });

  it('is put aside when it is full; the oldest goes', async () => {
    const reporter = new LogFileReporter(folder, { redact: unredacted, maxBytes: 200, keep: 2 });
    for (const text of ['1', '2', '3', '4', '5', '6', '7']) emit(reporter, message(text));
    await reporter.close();
    expect(messagesIn(join(folder, 'tsdbt.log'))).toEqual(['7']);
    expect(messagesIn(join(folder, 'tsdbt.log.1'))).toEqual(['5', '6']);
    expect(messagesIn(join(folder, 'tsdbt.log.2'))).toEqual(['3', '4']);
    expect(existsSync(join(folder, 'tsdbt.log.3'))).toBe(false);
  });

  it('is given up where it cannot be written, and the run goes on', () => {
    writeFileSync(join(folder, 'file'), '');
    const reporter = new LogFileReporter(join(folder, 'file'), { redact: unredacted });
    emit(reporter, message('lost'));
    expect(reporter.writable).toBe(false);
  });
});
