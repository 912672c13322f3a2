import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let project: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  project = temporaryFolder();
  writeFiles(project.folder, {
    'shop/project.yml': 'name: shop\n',
    'shop/models/orders.sql': "{{ config(materialized='table') }}\nselect 1 as id union all select 1\n",
    'shop/models/schema.yml':
      'models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests: [unique]\n',
  });
});
afterEach(() => project.remove());

const read = (path: string) => readFileSync(join(project.folder, path), 'utf8');
const run = (args: string[], env: Record<string, string> = {}) =>
  tsdbt(project.folder, [...args, '--project-dir', 'shop'], env);

describe('--reporter', () => {
  it('writes files beside what is printed; several may be named', async () => {
    const { code, stderr } = await run(['build', '--reporter', 'junit=ci/junit.xml', '--reporter=json=ci/log.jsonl']);
    expect(code).toBe(1);
    expect(stderr).toContain('Failed build in ');
    expect(read('ci/junit.xml')).toMatch(/<testcase name="unique_orders_id".*<failure .*type="TSD4101">/);
    const events = read('ci/log.jsonl').trim().split('\n');
    expect(events.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(
      expect.arrayContaining(['run_started', 'node_started', 'node_finished', 'run_finished']),
    );
  });

  it('writes JUnit below target/ where no file is named, also when the project cannot be read', async () => {
    writeFiles(project.folder, { 'shop/models/more.sql': "select * from {{ ref('order') }}\n" });
    expect((await run(['build', '--reporter', 'junit'])).code).toBe(2);
    expect(read('shop/target/junit.xml')).toContain('type="TSD3001"');
  });

  it('annotates by itself in GitHub Actions, by paths of the repository, and writes the summary of the step', async () => {
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: project.folder,
      GITHUB_STEP_SUMMARY: join(project.folder, 'summary.md'),
    };
    const failed = await run(['build'], env);
    expect(failed.stderr).toMatch(/^::error file=shop\/models\/schema\.yml,line=5,.*TSD4101 unique_orders_id::/m);
    expect(read('summary.md')).toMatch(/^### ❌ tsdbt build of shop \(target dev\) failed$/m);
    writeFiles(project.folder, { 'shop/models/more.sql': "select * from {{ ref('order') }}\n" });
    const unread = await run(['parse'], env);
    expect(unread.stderr.match(/^::error file=shop\/models\/more\.sql,line=1,.*title=TSD3001::/gm)).toHaveLength(1);
    expect(read('summary.md')).toContain('| TSD3001 |');
    expect((await run(['parse'])).stderr).not.toContain('::error');
  });

  it('is refused where it does not exist, or cannot be written, before anything runs', async () => {
    expect((await run(['build', '--reporter', 'junti'])).stderr).toBe(
      'TSD1904  there is no reporter "junti"\n  did you mean "junit"? one of: github, json, junit\n',
    );
    const refused = await run(['build', '--reporter', 'junit=shop/project.yml/junit.xml']);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('TSD1904  the file of --reporter junit cannot be written'),
    });
    expect(existsSync(join(project.folder, 'shop/warehouse'))).toBe(false);
  });
});
