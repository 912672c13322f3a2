import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProjectError } from '../../src/errors/tsdbt-error.js';
import type { RunEvent } from '../../src/events/events.js';
import { redactorFor } from '../../src/project/redact.js';
import { escapeXml, JUnitReporter } from '../../src/report/junit.js';
import { duplicateDays, emit, finished, runFinished, runStarted, table, test } from './events.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsdbt-junit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function report(events: RunEvent[], env: Record<string, string> = {}): Promise<string> {
  const file = join(folder, 'junit.xml');
  const junit = new JUnitReporter({ file, redact: redactorFor(env) });
  emit(junit, ...events);
  await junit.close();
  return readFileSync(file, 'utf8');
}

describe('JUnit XML', () => {
  it('has a suite for each kind of node, and a test case for each node', async () => {
    const xml = await report([
      runStarted,
      finished(table, { status: 'success', elapsed: 0.25, rows: 3 }),
      finished(test, { status: 'fail', elapsed: 0.5, failures: 2, message: 'found 2 rows', errors: [duplicateDays] }),
      finished({ ...test, label: 'later' }, { status: 'skipped', elapsed: 0, message: 'its table was not built' }),
      finished({ ...test, label: 'broken' }, { status: 'error', elapsed: 0.1, message: 'no column "x"' }),
      finished({ ...test, label: 'fresh' }, { status: 'warn', elapsed: 0.1, message: 'found 1 row' }),
      runFinished({ success: 1, fail: 1, total: 5 }),
    ]);
    expect(xml.split('\n')).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites>',
      '  <testsuite id="0" package="shop" name="model" tests="1" failures="0" errors="0" skipped="0" timestamp="2026-01-02T03:04:05" hostname="localhost" time="0.250">',
      '    <properties/>',
      '    <testcase name="gold.revenue" classname="models/gold/revenue.sql" time="0.250"/>',
      '    <system-out></system-out>',
      '    <system-err/>',
      '  </testsuite>',
      '  <testsuite id="1" package="shop" name="test" tests="4" failures="1" errors="1" skipped="1" timestamp="2026-01-02T03:04:05" hostname="localhost" time="0.700">',
      '    <properties/>',
      expect.stringMatching(
        /^ {4}<testcase name="unique_revenue_day" classname="models\/gold\/revenue.yml" time="0.500"><failure message="found 2 rows" type="TSD4101">TSD4101 {2}unique_revenue_day found 2 rows&#10; {2}models\/gold\/revenue.yml:4:9&#10;.*<\/failure><\/testcase>$/,
      ),
      '    <testcase name="later" classname="models/gold/revenue.yml" time="0.000"><skipped message="its table was not built"/></testcase>',
      '    <testcase name="broken" classname="models/gold/revenue.yml" time="0.100"><error message="no column &quot;x&quot;" type="error">no column &quot;x&quot;&#10;models/gold/revenue.yml</error></testcase>',
      '    <testcase name="fresh" classname="models/gold/revenue.yml" time="0.100"/>',
      '    <system-out>fresh: found 1 row&#10;models/gold/revenue.yml&#10;</system-out>',
      '    <system-err/>',
      '  </testsuite>',
      '</testsuites>',
      '',
    ]);
  });

  it('is there when nothing could be run, with what ended the command', async () => {
    const xml = await report([{ event: 'error', error: new ProjectError('TSD1001', 'no project here') }]);
    expect(xml).toContain('<testsuite id="0" package="tsdbt" name="project" tests="1" failures="0" errors="1"');
    expect(xml).toContain('<error message="no project here" type="TSD1001">TSD1001  no project here</error>');
    expect(await report([])).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n</testsuites>\n');
  });

  it('holds no character that XML forbids', () => {
    expect(escapeXml('a\u0000b\u001bc\ufffed')).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(escapeXml('\ud800 and \ud83c\udfb5')).toBe('\ufffd and \ud83c\udfb5');
    expect(escapeXml('\u001b[31mred\u001b[39m\t<&>"\r\n')).toBe('red&#9;&lt;&amp;&gt;&quot;&#13;&#10;');
  });

  it('hides secrets', async () => {
    const env = { SHOP_TOKEN: 'open-sesame' };
    const xml = await report([finished(table, { status: 'error', elapsed: 0, message: 'no open-sesame' })], env);
    expect(xml).toContain('message="no *****"');
    expect(xml).not.toContain('open-sesame');
  });
});
