import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeAll(async () => {
  temporary = temporaryFolder();
  folder = join(temporary.folder, 'shop');
  writeFiles(folder, {
    'project.yml': `name: shop
targets: {dev: {type: duckdb}, prod: {type: duckdb}}
target: dev
commands: {fetch: {description: gets the data, module: fetch.ts}}
models: {shop: {gold: {+tags: [daily]}}}
`,
    'fetch.ts': 'export default () => 0;\n',
    'models/gold/revenue.sql': 'select 1 as x',
    'models/silver/orders.sql': 'select 1 as x',
    'macros/grant.sql': '{% macro grant_all() %}{% endmacro %}',
    'selectors.yml': 'selectors: [{name: nightly, definition: {method: tag, value: daily}}]\n',
  });
  expect((await tsdbt(folder, ['parse'])).code).toBe(0);
});
afterAll(() => temporary.remove());

/** What a line can become, without what it means. */
async function complete(line: string, shell = 'plain', cwd = folder): Promise<string[]> {
  const { code, stdout, stderr } = await tsdbt(cwd, ['__complete', shell, line]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => one.split('\t')[0]!);
}

describe('completion', () => {
  it.each([
    ['tsdbt bui', ['build']],
    ['tsdbt fe', ['fetch']],
    ['tsdbt --target prod com', ['compile', 'completion']],
    ['tsdbt build --full', ['--full-refresh']],
    ['tsdbt build --select rev', ['revenue']],
    ['tsdbt build -s revenue ord', ['orders']],
    ['tsdbt build -s +rev', ['+revenue']],
    ['tsdbt build -s 2+gold.r', ['2+gold.revenue']],
    ['tsdbt build -s tag:', ['tag:daily']],
    ['tsdbt build -s tag:daily,tag:d', ['tag:daily,tag:daily']],
    ['tsdbt build --exclude config.materialized:', ['config.materialized:view']],
    ['tsdbt build -s state:mod', ['state:modified', 'state:modified.body']],
    ['tsdbt build --select=rev', ['--select=revenue']],
    ['tsdbt ls --resource-type see', ['seed']],
    ['tsdbt ls --output ', ['selector', 'name', 'path', 'json', 'text']],
    ['tsdbt build --selector ', ['nightly']],
    ['tsdbt run -t ', ['dev', 'prod']],
    ['tsdbt docs ', ['generate', 'serve']],
    ['tsdbt completion z', ['zsh']],
    ['tsdbt run-operation gr', ['grant_all']],
    ['tsdbt help pars', ['parse']],
    ['tsdbt build --project-dir ', [':folders']],
    ['tsdbt build --threads ', []],
    ['tsdbt build "reven', []],
    ['tsdbt nonsense ', []],
  ])('of "%s"', async (line, expected) => {
    const found = await complete(line);
    expect(
      found.filter((one) => expected.length === 0 || !one.startsWith('state:modified.') || expected.includes(one)),
    ).toEqual(expected);
  });

  it('offers methods for which there is something, and what commands mean', async () => {
    expect(await complete('tsdbt build -s t')).toEqual(['tag:', 'test_type:']);
    const { stdout } = await tsdbt(folder, ['__complete', 'plain', 'tsdbt see']);
    expect(stdout).toBe('seed\tload the CSV files of the seed folders\n');
  });

  it('gives bash what follows the colon, at which its words end', async () => {
    expect(await complete('tsdbt build -s tag:da', 'bash')).toEqual(['daily']);
    expect(await complete('tsdbt build -s path:models/g', 'bash')).toEqual(['models/gold', 'models/gold/revenue.sql']);
  });

  it('knows files that have come since the project was read, and is silent outside of projects', async () => {
    writeFiles(folder, { 'models/silver/customers.sql': 'this is {{ no SQL' });
    expect(await complete('tsdbt run -s cus')).toEqual(['customers']);
    expect(await complete('tsdbt run -s cus', 'plain', temporary.folder)).toEqual([]);
  });

  it('works in bash', async () => {
    const { stdout: script } = await tsdbt(folder, ['completion', 'bash']);
    writeFiles(folder, {
      'completion.bash': script,
      'node_modules/.bin/tsdbt': `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, '../../bin/tsdbt.js')}" "$@"\n`,
      'ask.bash': `. ./completion.bash
COMP_LINE="tsdbt build --select tag:d"; COMP_POINT=\${#COMP_LINE}
COMP_WORDS=(tsdbt build --select tag : d); COMP_CWORD=5
_tsdbt
printf '%s\\n' "\${COMPREPLY[@]}"
`,
    });
    chmodSync(join(folder, 'node_modules/.bin/tsdbt'), 0o755);
    const output = execFileSync('bash', ['ask.bash'], { cwd: folder, encoding: 'utf8' });
    expect(output).toBe('daily\n');
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s that the shell can read', async (shell) => {
    const { code, stdout } = await tsdbt(folder, ['completion', shell]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('__complete')]);
    writeFiles(folder, { [`script.${shell}`]: stdout });
    try {
      execFileSync(shell, ['-n', `script.${shell}`], { cwd: folder });
    } catch (thrown) {
      // a shell that is not there says nothing about the script
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown;
    }
  });

  it('is not offered for what there is no script of', async () => {
    expect((await tsdbt(folder, ['completion', 'tcsh'])).stderr).toContain('completion does not take "tcsh"');
  });
});
