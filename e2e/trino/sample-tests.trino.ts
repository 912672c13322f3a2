import { afterAll, beforeAll, expect, it } from 'vitest';
import { TempProject } from '../temp-project.js';
import { Lake } from './lake.js';
import { succeed } from './small-project.js';

const project = new TempProject();
let lake: Lake;
beforeAll(async () => {
  await succeed(project, 'build');
  lake = await Lake.over(project);
  const { port } = new URL(lake.server.url);
  const target = `  here: { type: trino, host: 127.0.0.1, port: ${port}, user: specs, catalog: delta }\n`;
  project.write('project.yml', project.read('project.yml').replace(/^target:/m, `${target}target:`));
});
afterAll(async () => {
  await lake?.stop();
  project.remove();
});

it("the project's tests pass in Trino as they pass in DuckDB: all singular ones, and the generic ones of two layers", async () => {
  const selected = ['test_type:singular', 'silver', 'gold.descriptive'];
  const { code, stderr } = await project.tsdbt(['test', '--target', 'here', '--threads', '4', '--select', ...selected]);
  const last = stderr.trim().split('\n').at(-1);
  expect([code, last]).toEqual([0, expect.stringMatching(/^Finished test in .*: \d+ passed$/)]);
  expect(Number(/(\d+) passed/.exec(last!)![1])).toBeGreaterThan(250);
}, 900_000);

it('every test of the project binds there', async () => {
  const { code, stderr } = await project.tsdbt([
    'compile',
    '--check',
    '--target',
    'here',
    '--select',
    'test_type:generic',
  ]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/Checked [\d,]+ nodes with trino \d+/)]);
}, 900_000);
