import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProjectError } from '../../src/errors/tsdbt-error.js';
import { redactorFor } from '../../src/project/redact.js';
import { GitHubReporter } from '../../src/report/github.js';
import { duplicateDays, emit, finished, runFinished, runStarted, table, test } from './events.js';
import { Recording } from './recording.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsdbt-github-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function reporter(env: Record<string, string> = {}) {
  const stream = new Recording();
  const summaryFile = join(folder, 'summary.md');
  const options = { redact: redactorFor(env), pathOf: (path: string) => `shop/${path}`, summaryFile };
  return { stream, github: new GitHubReporter(stream, options), summary: () => readFileSync(summaryFile, 'utf8') };
}

describe('annotations for GitHub Actions', () => {
  it('stand at the place in the repository, with what was found', () => {
    const { stream, github } = reporter();
    emit(github, finished(test, { status: 'fail', elapsed: 0.1, failures: 2, errors: [duplicateDays] }));
    expect(stream.text).toBe(
      '::error file=shop/models/gold/revenue.yml,line=4,endLine=4,col=9,endColumn=15,title=TSD4101 unique_revenue_day' +
        '::unique_revenue_day found 2 rows%0Aday         n_records%0A2026-01-01  2\n',
    );
  });

  it('escape what would end or change a command', () => {
    const { stream, github } = reporter();
    const node = { ...table, label: 'gold.a,b:c', path: 'models/100%.sql' };
    emit(github, finished(node, { status: 'error', elapsed: 0, message: '50% done\r\n::error::no' }));
    expect(stream.text).toBe('::error file=shop/models/100%25.sql,title=gold.a%2Cb%3Ac::50%25 done%0D\n');
    emit(github, { event: 'log', level: 'warn', message: 'a\n::b', place: 'project.yml:3:1' });
    expect(stream.lines[1]).toBe('::warning file=shop/project.yml,line=3,col=1::a%0A::b');
  });

  it('come once, for warnings as warnings, and not for what was blocked or skipped', () => {
    const { stream, github } = reporter();
    const found = { elapsed: 0.1, errors: [duplicateDays] } as const;
    emit(github, finished(test, { ...found, status: 'warn' }), finished(test, { ...found, status: 'warn' }));
    emit(
      github,
      finished(table, { status: 'blocked', elapsed: 0.1 }),
      finished(table, { status: 'skipped', elapsed: 0 }),
    );
    expect(stream.lines).toEqual([expect.stringMatching(/^::warning file=/)]);
  });

  it('hide secrets', () => {
    const { stream, github, summary } = reporter({ SHOP_TOKEN: 'open-sesame' });
    emit(github, finished(table, { status: 'error', elapsed: 0, message: 'no entry for open-sesame' }));
    emit(github, runFinished({ error: 1, total: 1 }));
    expect(stream.text + summary()).not.toContain('open-sesame');
    expect(stream.text).toContain('no entry for *****');
  });
});

describe('the summary of a step', () => {
  it('has the counts and a table of what failed and what warned', () => {
    const { github, summary } = reporter();
    emit(
      github,
      runStarted,
      finished(test, { status: 'fail', elapsed: 0.1, failures: 2, message: 'found a|b <i>', errors: [duplicateDays] }),
      finished(table, { status: 'blocked', elapsed: 0.3, message: '1 test failed' }),
      finished({ ...test, label: 'fresh' }, { status: 'warn', elapsed: 0.1, failures: 1 }),
      runFinished({ fail: 1, blocked: 1, warn: 1, total: 3 }, { changes: '1 table changed' }),
    );
    expect(summary().split('\n')).toEqual([
      '### ❌ tsdbt build of shop (target dev) failed',
      '',
      '1 warned, 1 failed, 1 blocked; 1 table changed; 12s',
      '',
      '| | failed | | |',
      '|---|---|---|---|',
      '| test | unique\\_revenue\\_day | found a\\|b \\<i\\> | `models/gold/revenue.yml:4:9` |',
      '| table | gold.revenue | 1 test failed | `models/gold/revenue.sql` |',
      '',
      '| | warned | | |',
      '|---|---|---|---|',
      '| test | fresh | 1 failing row | `models/gold/revenue.yml` |',
      '',
    ]);
  });

  it('is added to what other commands of the step have written', () => {
    const { github, summary } = reporter();
    emit(github, runStarted, runFinished({ success: 3, total: 3 }));
    emit(github, runStarted, runFinished({ pass: 2, total: 2 }));
    expect(summary().match(/^### ✅ tsdbt build of shop \(target dev\) succeeded$/gm)).toHaveLength(2);
  });

  it('tells what ended a command before anything ran', () => {
    const { github, stream, summary } = reporter();
    github.ended([duplicateDays, new ProjectError('TSD1001', 'no project here')]);
    expect(stream.lines[1]).toBe('::error title=TSD1001::no project here');
    expect(summary()).toContain('| TSD1001 | no project here |  |');
  });
});
