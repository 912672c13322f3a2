import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactorFor } from '../../src/project/redact.js';
import { type Outcome, temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

const SECRET = 'zvbq8Wmx3kLp9TtR';
const ESCAPED = 'q"w<e&r\'t\\y/u i';
const LINES = ['first-line-of-a-key', 'second-line-of-a-key'];

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'project.yml': `name: shop
vars:
  token: "{{ env_var('CLIENT_SECRET') }}"
commands:
  greet: { module: greet.ts }
`,
    '.env': `CLIENT_SECRET=${SECRET}\nAPI_TOKEN='${ESCAPED.replaceAll("'", '')}'\nSIGNING_KEY="${LINES.join('\\n')}"\nDATABASE_URL=postgres://me:hunter2hunter2@db/x\n`,
    'greet.ts': `export default (_: string[], { env, stdout, log }: any) => {
  stdout.write('the secret is ' + env.CLIENT_SECRET + '\\n');
  stdout.write('line by line:\\n' + env.SIGNING_KEY.split('\\n').map((line: string) => '> ' + line).join('\\n') + '\\n');
  log.info('sent ' + JSON.stringify({ token: env.API_TOKEN }));
  throw new Error('refused: ' + env.DATABASE_URL);
};
`,
    'models/_models.yml': `models:
  - name: printed
    description: "signed with {{ env_var('CLIENT_SECRET') }}"
    meta: { token: "{{ env_var('CLIENT_SECRET') }}" }
    columns:
      - name: x
        data_tests:
          - accepted_values: { arguments: { values: ["{{ env_var('CLIENT_SECRET') }}"] } }
`,
    'models/printed.sql': `-- {{ env_var('CLIENT_SECRET') }} {{ env_var('API_TOKEN') }} {{ env_var('SIGNING_KEY') }} {{ env_var('DATABASE_URL') }}
{{ config(materialized='view') }}
select '{{ env_var('CLIENT_SECRET') }}' as x, '{{ env_var('CLIENT_SECRET') }}' as "{{ env_var('CLIENT_SECRET') }}"`,
    'models/seen.ts': `import { defineModel } from 'tsdbt';
export default defineModel({
  columns: { n: 'integer' },
  async run(context) {
    context.log.warn('asking with ' + context.env('CLIENT_SECRET'));
    return [{ n: 1 }];
  },
});
`,
    'models/not_a_number.sql': "select cast('{{ env_var('CLIENT_SECRET') }}' as integer) as x",
    'models/not_sql.sql': `select ${Array.from({ length: 8 }, (_, i) => `'x{{ env_var('CLIENT_SECRET') }}' as y${i}`).join(', ')}, from from`,
    'models/not_a_table.sql': `select ${'1 + '.repeat(40)} '{{ env_var('CLIENT_SECRET') }}' , nothing."{{ env_var('CLIENT_SECRET') }}" from nowhere_{{ env_var('CLIENT_SECRET') }}`,
    'models/thrown.ts': `import { defineModel } from 'tsdbt';
export default defineModel({
  columns: { n: 'integer' },
  async run(context) {
    throw new Error('HTTP 401 for ' + context.env('CLIENT_SECRET'));
  },
});
`,
    'tests/never.sql': "select '{{ env_var('CLIENT_SECRET') }}' as secret, x from {{ ref('printed') }}",
  });
});
afterEach(() => temporary.remove());

/** Files below the folder that the program has written beside the data, by their paths. */
function written(): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const name of readdirSync(join(temporary.folder, folder))) {
      const path = join(folder, name);
      if (statSync(join(temporary.folder, path)).isDirectory()) walk(path);
      else found.set(path, readFileSync(join(temporary.folder, path), 'latin1'));
    }
  };
  for (const folder of ['target', 'logs']) if (existsSync(join(temporary.folder, folder))) walk(folder);
  return found;
}

/** No part of the secret of eight characters stands in it: a text that was cut off within it counts as well. */
function expectHidden(text: string, where: string): void {
  for (let at = 0; at + 8 <= SECRET.length; at++) expect(text, where).not.toContain(SECRET.slice(at, at + 8));
  for (const each of [...LINES, 'hunter2hunter2', 'q"w<e', 'q\\"w<e', 'q&quot;w'])
    expect(text, where).not.toContain(each);
}

function expectNothing({ stdout, stderr }: Outcome, where: string): void {
  expectHidden(stdout, `standard output of ${where}`);
  expectHidden(stderr, `standard error of ${where}`);
}

describe('secrets of the environment', () => {
  it.each([
    ['build', '--select', 'printed', 'seen', 'never'],
    ['build', '--select', 'printed', 'seen', 'never', '--log-format', 'json', '--log-level', 'debug'],
    ['run', '--select', 'not_a_number', '--debug'],
    ['run', '--select', 'not_sql'],
    ['run', '--select', 'not_a_table'],
    ['run', '--select', 'thrown', '--log-format', 'json'],
    ['run', '--select', 'thrown', '--quiet'],
    ['compile'],
    ['compile', '--select', 'printed'],
    ['compile', '--inline', "select '{{ env_var('CLIENT_SECRET') }}'"],
    ['show', '--inline', "select '{{ env_var('CLIENT_SECRET') }}' as x"],
    ['show', '--inline', "select '{{ env_var('CLIENT_SECRET') }}' as x", '--output', 'json'],
    ['show', '--inline', "select nothing('{{ env_var('CLIENT_SECRET') }}') as x"],
    ['ls', '--output', 'json', '--output-keys', 'name,description,meta,config'],
    ['test', '--vars', '{token: x}'],
    ['debug'],
    ['docs', 'generate'],
    ['greet'],
    ['greet', '--log-format', 'json'],
  ])('are in nothing that %s %s %s writes', async (...args) => {
    const outcome = await tsdbt(temporary.folder, args);
    expectNothing(outcome, args.join(' '));
    for (const [path, text] of written()) expectHidden(text, path);
  });

  it('are hidden, not cut out: what was said stays readable', async () => {
    const { stdout, stderr } = await tsdbt(temporary.folder, ['greet']);
    expect(stdout).toBe('the secret is *****\nline by line:\n> *****\n> *****\n');
    expect(stderr).toContain('sent {"token":"*****"}');
    expect(stderr).toContain('refused: postgres://me:*****@db/x');
    await tsdbt(temporary.folder, ['compile', '--select', 'printed']);
    expect(written().get('target/compiled/shop/models/printed.sql')).toContain("select '*****' as x");
    for (const name of ['manifest.json', 'run_results.json'])
      if (written().has(`target/${name}`)) expect(() => JSON.parse(written().get(`target/${name}`)!)).not.toThrow();
  });

  it('of the .env are hidden where project.yml itself is wrong', async () => {
    writeFiles(temporary.folder, {
      'project.yml': 'name: shop\nprofile: {}\ntargets: "{{ env_var(\'CLIENT_SECRET\') }}"\n',
    });
    const outcome = await tsdbt(temporary.folder, ['build']);
    expect(outcome.code).toBe(2);
    expectNothing(outcome, 'build');
  });
});

describe('the redactor', () => {
  it('knows a secret in what JSON, SQL, HTML and addresses make of it', () => {
    const redact = redactorFor({ APP_PASSWORD: ESCAPED });
    const html = ESCAPED.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
    for (const text of [
      ESCAPED,
      JSON.stringify(ESCAPED),
      ESCAPED.replaceAll("'", "''"),
      html,
      encodeURIComponent(ESCAPED),
    ])
      expect(redact(`a ${text} b`)).toMatch(/^a "?\*{5}"? b$/);
  });

  it('knows what is left of one where a text was cut off', () => {
    const redact = redactorFor({ APP_PASSWORD: 'correct-horse-battery' });
    expect(redact('x correct-h… y …attery z …correct-horse-battery… correc...')).toBe(
      'x *****… y …***** z …*****… *****...',
    );
    expect(redact('what is left … and … right')).toBe('what is left … and … right');
  });

  it('takes the password out of an address and leaves the rest', () => {
    const redact = redactorFor({ HTTPS_PROXY: 'http://me:hunter2hunter2@proxy:3128', HOME_PAGE: 'http://me@home/x' });
    expect(redact('via http://me:hunter2hunter2@proxy:3128')).toBe('via http://me:*****@proxy:3128');
    expect(redact('http://me@home/x')).toBe('http://me@home/x');
  });
});
