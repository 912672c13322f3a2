import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { recordingEffects, temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'project.yml': `name: shop
vars:
  town: Ulm
commands:
  greet:
    description: says hello
    module: commands/greet.ts
  wait:
    module: commands/wait.ts
  broken:
    module: commands/broken.ts
  empty:
    module: commands/empty.ts
  refuse:
    module: commands/refuse.ts
`,
    '.env': 'GREETING=hello\n',
    'commands/greet.ts': `import type { CommandContext } from 'tsdbt';
export default async function (args: string[], context: CommandContext): Promise<number> {
  context.stdout.write([context.env.GREETING, context.var('town'), context.var('none', 7), ...args].join(' ') + '\\n');
  context.log.warn('said it');
  return args.length;
}
`,
    'commands/wait.ts': `export default (_: string[], { signal, log }: any) => new Promise((resolve) => {
  signal.addEventListener('abort', () => resolve(undefined));
  log.info('waiting');
});
`,
    'commands/broken.ts': 'throw new Error("no network here");\n',
    'commands/refuse.ts': `export default async ([hint]: string[]) => {
  throw Object.assign(new Error('the shop is closed'), hint === undefined ? {} : { hint });
};
`,
    'commands/empty.ts': 'export const x = 1;\n',
  });
});
afterEach(() => temporary.remove());

describe('a command that the project declares', () => {
  it('is given its arguments as they are, variables and .env; its number is the exit code', async () => {
    const outcome = await tsdbt(temporary.folder, ['greet', '--loud', 'all']);
    expect(outcome).toEqual({ code: 2, stdout: 'hello Ulm 7 --loud all\n', stderr: '   Warning said it\n' });
    expect(await tsdbt(temporary.folder, ['--quiet', '--vars', 'town: Bern', 'greet'])).toEqual({
      code: 0,
      stdout: 'hello Bern 7\n',
      stderr: '',
    });
  });

  it('is named by --help, there and only there', async () => {
    const { stdout } = await tsdbt(temporary.folder, ['--help']);
    expect(stdout).toContain('\nCommands of this project:\n  greet                    says hello\n  wait\n');
    expect((await tsdbt(join(temporary.folder, '..'), ['--help'])).stdout).not.toContain('Commands of this project');
  });

  it('may throw: its message is shown with its hint, or with the place where it was thrown', async () => {
    expect(await tsdbt(temporary.folder, ['refuse', 'come back tomorrow'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'TSD1919  refuse: the shop is closed\n  come back tomorrow\n',
    });
    const { stderr } = await tsdbt(temporary.folder, ['refuse']);
    expect(stderr).toContain('TSD1919  refuse: the shop is closed');
    expect(stderr).toContain('commands/refuse.ts:2');
    expect(stderr).not.toContain('internal error');
  });

  it('is written to the log file', async () => {
    await tsdbt(temporary.folder, ['greet']);
    expect(readFileSync(join(temporary.folder, 'logs/tsdbt.log'), 'utf8')).toContain('"message":"said it"');
  });

  it('is aborted by Ctrl-C, with exit code 130', async () => {
    const { effects, stderr, interrupt } = recordingEffects(temporary.folder);
    const running = main(['wait'], {
      ...effects,
      stderr: {
        write: (text) => {
          if (text.includes('waiting')) setImmediate(interrupt);
          return stderr.write(text);
        },
      },
    });
    expect(await running).toBe(130);
    expect(stderr.text).toContain('interrupted: ');
  });

  it('is among the suggestions for an unknown one', async () => {
    const { code, stderr } = await tsdbt(temporary.folder, ['gret']);
    expect([code, stderr]).toEqual([2, 'TSD1902  no command "gret"\n  did you mean "greet"?\n']);
  });

  it('names the place in project.yml when its module cannot be used', async () => {
    const broken = await tsdbt(temporary.folder, ['broken']);
    expect(broken.code).toBe(2);
    expect(broken.stderr.split('\n')).toEqual([
      'TSD1912  the module of the command "broken" cannot be loaded',
      '  project.yml:10:3',
      '    9 |     module: commands/wait.ts',
      ' > 10 |   broken:',
      '      |   ^^^^^^',
      '   11 |     module: commands/broken.ts',
      '  no network here',
      '',
    ]);
    const empty = await tsdbt(temporary.folder, ['empty']);
    expect(empty.stderr).toMatch(/^TSD1912 {2}the module of the command "empty" exports no function\n/);
  });
});
