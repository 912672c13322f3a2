import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, writeFiles } from '../cli/recording-effects.js';

const JITI = import.meta.resolve('jiti/register');
const ENTRY = fileURLToPath(new URL('./tsdbt.ts', import.meta.url));

/** What a container runtime does of it: process numbers and a host name of its own, on the same files. */
const CONTAINER = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
const isolates = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true']).status === 0;
if (!isolates) console.warn('this machine gives no namespaces: the specs with containers are skipped');

let temporary: ReturnType<typeof temporaryFolder>;
let started: ChildProcess[];
beforeEach(() => {
  started = [];
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'project.yml': 'name: shop\ncommands:\n  tick: { module: tick.ts }\n',
    'tick.ts': 'export default () => 0;\n',
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

/** A scheduler in a container of its own. */
function scheduleIn(host: string, ...args: string[]) {
  const command = [process.execPath, '--import', JITI, ENTRY, '--project-dir', temporary.folder, 'schedule', ...args];
  const child = spawn(
    CONTAINER[0]!,
    [...CONTAINER.slice(1), 'sh', '-c', `hostname ${host}; exec "$@"`, 'sh', ...command],
    { cwd: temporary.folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  started.push(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return { child, closed: once(child, 'close'), stderr: () => stderr };
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + 120_000; !condition(); await new Promise((wake) => setTimeout(wake, 100)))
    if (Date.now() > end) throw new Error(`waited in vain: ${what()}`);
}

describe.runIf(isolates)('schedulers in two containers on one project', () => {
  it('respect each other, though each is process 1 of its own; a container that was killed is followed after 45 s', async () => {
    const first = scheduleIn('first', '--cron', '0 0 1 1 *', '--run', 'tick');
    await until(() => first.stderr().includes('next'), first.stderr);
    const second = scheduleIn('second', '--once', '--run', 'tick');
    const [code] = (await second.closed) as [number];
    expect(second.stderr()).toMatch(/found a lock of another host or container \(process \d+ on first, since/);
    expect(second.stderr()).toContain('another scheduler is at work on this project');
    expect(code).toBe(2);

    first.child.kill('SIGKILL');
    await first.closed;
    const third = scheduleIn('third', '--once', '--run', 'tick');
    const [ended] = (await third.closed) as [number];
    expect(third.stderr()).toMatch(/removed a stale lock: process \d+ on first/);
    expect(ended).toBe(0);
    expect(spawnSync('ls', ['-A', join(temporary.folder, 'warehouse', '.schedule')]).stdout.toString()).not.toContain(
      'lock',
    );
  }, 240_000);
});
