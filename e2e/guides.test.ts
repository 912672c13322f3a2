import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Block, blocksOf, commandsInText, commandsOf, GUIDES, isShell, RUNNERS, readGuide } from './guides.js';
import { run, TempProject } from './temp-project.js';

const ROOT = resolve(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const shell = GUIDES.flatMap((guide) => blocksOf(guide, readGuide(guide))).filter(isShell);
const where = ({ guide, line }: Block) => `docs/${guide}:${line}`;

describe('every command of the guides', () => {
  it('is executed by a test, or named as not tested, with the reason', () => {
    // a block that calls a test suite needs no other to call it
    const silent = shell.filter(
      ({ runner, untested, text }) => runner === undefined && untested === undefined && !isSuite(text),
    );
    expect(silent.map(where)).toEqual([]);
    // a block cannot be both
    expect(shell.filter(({ runner, untested }) => runner !== undefined && untested !== undefined).map(where)).toEqual(
      [],
    );
    for (const block of shell) expect(commandsOf(block), where(block)).not.toEqual([]);
  });

  it('names a test that there is', () => {
    for (const block of shell)
      if (block.runner !== undefined) {
        expect(RUNNERS, where(block)).toContain(block.runner);
        expect(scripts[block.runner], `${where(block)}: npm run ${block.runner}`).toBeDefined();
      }
  });

  it('that stands in the text stands in a block as well, or is one of package.json', () => {
    const known = new Set(shell.flatMap(commandsOf));
    const unknown = GUIDES.flatMap((guide) =>
      commandsInText(readGuide(guide))
        .filter((command) => {
          const script = /^npm (?:run )?([\w:]+)$/.exec(command)?.[1];
          return script === undefined ? !isKnown(command, known) : scripts[script] === undefined;
        })
        .map((command) => `docs/${guide}: ${command}`),
    );
    expect(unknown).toEqual([]);
  });

  it('is found by the same rules in any guide', () => {
    const text = [
      '# Guide',
      '```sh test',
      'npx tsdbt build \\',
      '  --select x # a remark',
      '```',
      '## Next',
      '*Not tested here: it needs a reason.*',
      '```sh',
      'docker ps',
      '```',
      '## Last',
      '```',
      'rm x',
      '```',
      '```yaml',
      'a: 1',
      '```',
    ].join('\n');
    const found = blocksOf('guide.md', text);
    expect(found.map(({ line, runner, untested }) => [line, runner, untested])).toEqual([
      [2, 'test', undefined],
      [8, undefined, 'it needs a reason'],
      [12, undefined, undefined],
      [15, undefined, undefined],
    ]);
    expect(found.filter(isShell).map(commandsOf)).toEqual([['npx tsdbt build --select x'], ['docker ps'], ['rm x']]);
    expect(found[1]!.headings).toEqual(['Guide', 'Next']);
  });
});

/** `npm run test:trino`, and nothing else. */
function isSuite(text: string): boolean {
  const script = /^npm run ([\w:]+)$/.exec(text.trim())?.[1];
  return script?.startsWith('test') === true && scripts[script] !== undefined;
}

/** With a service and a folder of the stack, a command without containers is one with them. */
function isKnown(command: string, known: ReadonlySet<string>): boolean {
  const bare = command.replace(/^docker compose run --rm tsdbt /, 'npx tsdbt ');
  return [...known].some((each) => each === command || each === bare || each.startsWith(`${command} `));
}

describe('the commands that need no more than the project', () => {
  const blocks = shell.filter(({ runner }) => runner === 'test');
  const project = new TempProject();
  beforeAll(async () => {
    const build = await project.tsdbt(['build', '--select', '+top_tracks_by_mood', '+listening_with_features']);
    expect(build.code, build.stderr).toBe(0);
  }, 300_000);
  afterAll(() => project.remove());

  for (const block of blocks)
    it(`${where(block)} (${block.headings.at(-1)})`, { timeout: 300_000 }, async () => {
      for (const command of commandsOf(block)) {
        const { code, stdout, stderr } = await run('sh', ['-euc', command], project.dir);
        expect(code, `${command}: ${stderr}`).toBe(0);
        expect(stdout + stderr, command).not.toBe('');
      }
    });
});
