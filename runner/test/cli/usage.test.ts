import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt } from './recording-effects.js';

let empty: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  empty = temporaryFolder();
});
afterAll(() => empty.remove());

const here = (...args: string[]) => tsdbt(empty.folder, args);

describe('help and version', () => {
  it('go to standard output', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await here('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
    expect((await here('--quiet', '--version')).stdout).toBe(`${version}\n`);
    const help = await here('--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: tsdbt/);
    for (const command of [
      'build',
      'run',
      'test',
      'seed',
      'compile',
      'show',
      'ls|list',
      'parse',
      'debug',
      'clean',
      'init',
    ])
      expect(help.stdout).toContain(`\n  ${command} `);
    expect((await here()).stdout).toBe(help.stdout);
    expect((await here('build', '--help')).stdout).toMatch(
      /^Usage: tsdbt build[\s\S]*--full-refresh[\s\S]*--project-dir/,
    );
    expect((await here('help', 'build')).stdout).toBe((await here('build', '--help')).stdout);
  });

  it('load neither an engine nor a validator: only what every command needs', () => {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const follow = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
        /^(?:import|export) (?!type)[^;]*?from '([^']+)'/gm,
      )) {
        if (specifier!.startsWith('.')) follow(resolve(dirname(file), specifier!.replace(/\.js$/, '.ts')));
        else if (!specifier!.startsWith('node:')) packages.add(specifier!);
      }
    };
    follow(fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)));
    expect([...packages]).toEqual([]);
    follow(fileURLToPath(new URL('../../src/cli/dispatch.ts', import.meta.url)));
    expect([...packages]).toEqual(['commander']);
  });
});

describe('a mistake on the command line ends with 2 and a suggestion', () => {
  it.each([
    [['bild'], 'TSD1902  no command "bild"\n  did you mean "build"?\n'],
    [['--quiet', 'bild'], 'TSD1902  no command "bild"\n  did you mean "build"?\n'],
    [['run', '--selct', 'x'], 'TSD1901  tsdbt run has no flag --selct\n  did you mean "--select"?\n'],
    [
      ['run', '--store-failures'],
      'TSD1901  tsdbt run has no flag --store-failures\n  "tsdbt run --help" lists what it takes\n',
    ],
    [['--qiet'], 'TSD1901  tsdbt has no flag --qiet\n  did you mean "--quiet"?\n'],
    [['build', '--threads', 'four'], 'TSD1904  --threads takes a whole number from 1 on, not "four"\n'],
    [['build', '--threads', '0'], 'TSD1904  --threads takes a whole number from 1 on, not "0"\n'],
    [
      ['ls', '--output', 'jsn'],
      'TSD1904  --output does not take "jsn"\n  did you mean "json"? one of: selector, name, path, json, text\n',
    ],
    [['--log-level', 'loud', 'ls'], 'TSD1904  --log-level does not take "loud"\n  one of: debug, info, warn, error\n'],
    [
      ['build', '--select'],
      'TSD1903  -s, --select <selector...> was given no value\n  "tsdbt build --help" lists what it takes\n',
    ],
    [['init'], 'TSD1903  tsdbt init needs a name\n  tsdbt init <name>\n'],
    [['run', 'gold'], 'TSD1905  tsdbt run does not take "gold"\n  to name nodes: tsdbt run --select gold\n'],
    [['parse', 'x'], 'TSD1905  tsdbt parse does not take "x"\n  "tsdbt parse --help" lists what it takes\n'],
    [
      ['parse', '--vars', 'a: [1'],
      /^TSD1904 {2}--vars is neither YAML nor JSON: .*\n {2}e\.g\. --vars '\{"name": "value"\}' or --vars 'name: value'\n$/,
    ],
    [['parse', '--vars', '3'], /^TSD1904 {2}--vars takes a mapping of names to values, not 3\n/],
  ])('tsdbt %j', async (args, stderr) => {
    const outcome = await here(...args);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: typeof stderr === 'string' ? stderr : expect.stringMatching(stderr),
    });
  });

  it('is one JSON object where JSON is asked for', async () => {
    const { stderr } = await here('--log-format', 'json', 'bild');
    expect(JSON.parse(stderr)).toMatchObject({ event: 'error', level: 'error', error: { code: 'TSD1902' } });
  });

  it('is coloured when FORCE_COLOR asks for it, never with NO_COLOR or --no-color', async () => {
    expect((await tsdbt(empty.folder, ['bild'], { FORCE_COLOR: '1' })).stderr).toContain('\u001b[31m');
    expect((await tsdbt(empty.folder, ['bild'], { FORCE_COLOR: '1', NO_COLOR: '1' })).stderr).not.toContain('\u001b');
    expect((await tsdbt(empty.folder, ['--no-color', 'bild'], { FORCE_COLOR: '1' })).stderr).not.toContain('\u001b');
  });
});
