import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitWords } from '../../src/cli/split-words.js';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

/** by its address: the scheduler's working directory is the project, which has no packages */
const JITI = import.meta.resolve('jiti/register');
const ENTRY = fileURLToPath(new URL('./tsdbt.ts', import.meta.url));

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
let started: ChildProcess[];
beforeEach(() => {
  started = [];
  temporary = temporaryFolder();
  folder = temporary.folder;
  writeFiles(folder, {
    'project.yml': `name: shop
commands:
  tick: { module: tick.ts }
  fail: { module: fail.ts }
  wait: { module: wait.ts }
`,
    'tick.ts': `import { appendFileSync } from 'node:fs';
export default (args: string[], { stdout }: any) => {
  appendFileSync('ticks', args.join(' ') + '\\n');
  stdout.write('tick ' + args.join(' ') + '\\n');
};
`,
    'fail.ts': 'export default () => 3;\n',
    'wait.ts': `import { writeFileSync } from 'node:fs';
export default (_: string[], { signal }: any) => new Promise((resolve) => {
  writeFileSync('waiting', String(process.pid));
  const timer = setInterval(() => {}, 1000);
  signal.addEventListener('abort', () => {
    writeFileSync('cancelled', '');
    clearInterval(timer);
    resolve(undefined);
  });
});
`,
  });
});
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  temporary.remove();
});

/** A real scheduler in a process of its own. */
function schedule(...args: string[]) {
  const child = spawn(process.execPath, ['--import', JITI, ENTRY, '--project-dir', folder, 'schedule', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close').then(([code]) => code as number | null);
  return { child, closed, stdout: () => stdout, stderr: () => stderr };
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + 90_000; !condition(); await new Promise((resolve) => setTimeout(resolve, 50)))
    if (Date.now() > end) throw new Error(`waited in vain: ${what()}`);
}

describe('tsdbt schedule, for real', { timeout: 180_000 }, () => {
  it('runs a command every second in child processes, tells its health, and ends with 0 after SIGTERM', async () => {
    const run = schedule(
      '--cron',
      '* * * * * *',
      '--run',
      'tick "a b"',
      '--health-file',
      'health.json',
      '--health-port',
      '0',
    );
    const lines = () =>
      run
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('Run succeeded: '));
    await until(() => lines().length >= 2, run.stderr);
    const url = /health: (\S+)/.exec(run.stderr())![1]!;
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'healthy', last_failure: null }]);
    run.child.kill('SIGTERM');
    expect(await run.closed).toBe(0);
    expect(lines()[0]).toMatch(
      /^Run succeeded: tick a b, \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ to \S+Z, \d+\.\ds; (for \d+ due times in one; )?next: /,
    );
    expect(readFileSync(join(folder, 'ticks'), 'utf8')).toMatch(/^(a b\n){2,}$/);
    expect(run.stdout()).toMatch(/^(tick a b\n){2,}$/);
    expect(JSON.parse(readFileSync(join(folder, 'health.json'), 'utf8'))).toMatchObject({
      status: 'unhealthy',
      reason: 'the scheduler has stopped',
      last_success: { exit_code: 0 },
    });
    expect(existsSync(join(folder, 'warehouse/.schedule/lock'))).toBe(false);
    expect(existsSync(join(folder, 'warehouse/.schedule/state.json'))).toBe(true);
    expect(readFileSync(join(folder, 'logs/schedule/tsdbt.log'), 'utf8')).toContain('Run succeeded: tick a b');
  });

  it('cancels the child at SIGINT and ends with 130; a second scheduler is turned away meanwhile', async () => {
    const run = schedule('--cron', '* * * * * *', '--run', 'wait');
    await until(() => existsSync(join(folder, 'waiting')), run.stderr);
    const second = await tsdbt(folder, ['schedule']);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      new RegExp(`TSD1983 {2}another scheduler is at work on this project: process ${run.child.pid} on `),
    );
    run.child.kill('SIGINT');
    expect(await run.closed).toBe(130);
    expect(existsSync(join(folder, 'cancelled'))).toBe(true);
    expect(run.stderr()).toContain('Run cancelled: wait');
    const child = Number(readFileSync(join(folder, 'waiting'), 'utf8'));
    expect(() => process.kill(child, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });

  it('gives the lock to the next when it is killed, and its child is not left alone with it', async () => {
    const run = schedule('--cron', '* * * * * *', '--run', 'wait');
    await until(() => existsSync(join(folder, 'waiting')), run.stderr);
    const child = Number(readFileSync(join(folder, 'waiting'), 'utf8'));
    await until(
      () => readFileSync(join(folder, 'warehouse/.schedule/state.json'), 'utf8').includes(`"pid": ${child}`),
      run.stderr,
    );
    run.child.kill('SIGKILL');
    await once(run.child, 'exit');
    const next = schedule('--cron', '* * * * * *', '--run', 'tick next');
    await until(() => next.stderr().includes('waiting for its end'), next.stderr);
    expect(next.stderr()).toContain('removed a stale lock');
    expect(existsSync(join(folder, 'ticks'))).toBe(false);
    process.kill(child, 'SIGTERM');
    await until(() => existsSync(join(folder, 'ticks')), next.stderr);
    expect(next.stderr()).toContain('it is begun again');
    next.child.kill('SIGTERM');
    expect(await next.closed).toBe(0);
  });

  it('ends with 1 after so many failures in a row', async () => {
    const run = schedule('--cron', '* * * * * *', '--run', 'tick', '--run', 'fail', '--max-failures', '2');
    expect(await run.closed).toBe(1);
    expect(run.stderr()).toMatch(/Run failed: tick, then fail, .*; fail ended with exit code 3; next/);
    expect(run.stderr()).toContain('stopped after 2 failures in a row');
    expect(readFileSync(join(folder, 'ticks'), 'utf8')).toBe('\n\n');
  });

  it('--once runs now and ends as the run did', async () => {
    const well = schedule('--once', '--run', 'tick now');
    expect([await well.closed, well.stdout()]).toEqual([0, 'tick now\n']);
    const badly = schedule('--once', '--run', 'fail', '--run', 'tick');
    expect([await badly.closed, badly.stdout()]).toEqual([3, '']);
  });
});

describe('what cannot be scheduled is said at once, with exit code 2', () => {
  it.each([
    [['--cron', 'often'], 'TSD1981  "often" is no cron expression: '],
    [['--timezone', 'Mars/Phobos'], 'TSD1982  no time zone "Mars/Phobos"\n'],
    [['--jitter', '60'], 'TSD1904  --jitter takes a duration, not "60"\n  e.g. 90s, 10m, 2h30m, 7d\n'],
    [['--health-port', '70000'], 'TSD1904  --health-port takes a whole number from 0 to 65535, not "70000"\n'],
    [['--max-failures', '0'], 'TSD1904  --max-failures takes a whole number from 1 on, not "0"\n'],
    [['--run', 'bild'], 'TSD1902  no command "bild"\n  did you mean "build"?\n'],
    [['--run', 'tik'], 'TSD1902  no command "tik"\n  did you mean "tick"?\n'],
    [['--run', 'build --selct x'], 'TSD1901  tsdbt build has no flag --selct\n  did you mean "--select"?\n'],
    [['--run', 'schedule'], 'TSD1988  --run "schedule" cannot be scheduled: it is the scheduler itself\n'],
    [['--run', ''], 'TSD1988  --run "" cannot be scheduled: it is empty\n'],
    [
      ['--run', '--quiet build'],
      'TSD1988  --run "--quiet build" cannot be scheduled: the command comes first, then its flags\n',
    ],
    [['--run', 'tick "a'], `TSD1988  --run "tick "a" cannot be scheduled: a quote has no end\n`],
  ])('tsdbt schedule %j', async (args, message) => {
    const { code, stderr } = await tsdbt(folder, ['schedule', ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'warehouse'))).toBe(false);
  });

  it('a health file or a state that cannot be written', async () => {
    const health = await tsdbt(folder, ['schedule', '--health-file', 'project.yml/health.json']);
    expect([health.code, health.stderr]).toEqual([2, expect.stringContaining('TSD1986  ')]);
    rmSync(join(folder, 'warehouse'), { recursive: true });
    writeFiles(folder, { warehouse: 'a file' });
    const state = await tsdbt(folder, ['schedule']);
    expect([state.code, state.stderr]).toEqual([2, expect.stringContaining('TSD1986  ')]);
  });
});

describe('the words of --run', () => {
  it.each([
    ['build  --select +gold', ['build', '--select', '+gold']],
    [`build --vars '{"a": 1}'`, ['build', '--vars', '{"a": 1}']],
    ['tick "a \\"b\\"" c\\ d', ['tick', 'a "b"', 'c d']],
    ["tick '' 'x'y", ['tick', '', 'xy']],
    [' ', []],
    ['tick "a', undefined],
  ])('%s', (text, words) => expect(splitWords(text)).toEqual(words));
});
