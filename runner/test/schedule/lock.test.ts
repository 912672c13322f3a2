import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, isAlive, type ProcessIdentity } from '../../src/run/process-identity.js';
import { ScheduleLock } from '../../src/schedule/lock.js';
import { temporaryFolder } from '../cli/recording-effects.js';
import { FakeClock } from './fake-clock.js';

let temporary: ReturnType<typeof temporaryFolder>;
let path: string;
let clock: FakeClock;
let lines: string[];
beforeEach(() => {
  temporary = temporaryFolder();
  path = join(temporary.folder, 'lock');
  clock = new FakeClock('2026-01-01T00:00:00Z');
  lines = [];
});
afterEach(() => temporary.remove());

const acquire = (signal = new AbortController().signal) =>
  ScheduleLock.acquire(path, { clock, signal, log: (_, message) => lines.push(message) });

/** The lock of somebody else. */
function lockOf(process: ProcessIdentity): void {
  writeFileSync(path, JSON.stringify({ token: 'theirs', since: '2025-12-31T23:00:00.000Z', process }));
  utimesSync(path, clock.now(), clock.now());
}

describe('the lock', () => {
  it('is held by one scheduler of a project, and free again when that one has released it', async () => {
    const first = await acquire();
    await expect(acquire()).rejects.toMatchObject({
      code: 'TSD1983',
      message: expect.stringContaining(`another scheduler is at work on this project: process ${process.pid} on `),
      hint: `stop it first; its lock is ${path}`,
    });
    first!.release();
    expect(readdirSync(temporary.folder)).toEqual([]);
    (await acquire())!.release();
  });

  it('of a process that has ended is taken over at once', async () => {
    const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
    const gone = identityOf(child.pid);
    expect(isAlive(gone)).toBe(true);
    await once(child, 'exit');
    expect(isAlive(gone)).toBe(false);
    lockOf(gone);
    const lock = await acquire();
    expect(lines).toEqual([
      expect.stringMatching(`^removed a stale lock: process ${child.pid} on .*, since 2025-12-31`),
    ]);
    lock!.release();
    expect(readdirSync(temporary.folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of a process whose number another one has by now is stale', async () => {
    lockOf({ ...identityOf(), birth: '1' });
    expect(await acquire()).toBeDefined();
  });

  it('of another host is respected while its heartbeat moves, whatever that clock says', async () => {
    lockOf({ pid: 1, machine: 'elsewhere', birth: '1' });
    const refused = expect(acquire()).rejects.toMatchObject({ code: 'TSD1983' });
    await clock.advanceTo('2026-01-01T00:00:10Z');
    utimesSync(path, new Date('2001-01-01T00:00:15Z'), new Date('2001-01-01T00:00:15Z'));
    await clock.advanceTo('2026-01-01T00:00:12Z');
    await refused;
  });

  it('of another host or container is stale when its heartbeat has stood still for 45 seconds', async () => {
    lockOf({ pid: 1, machine: 'elsewhere', birth: '1' });
    const acquired = acquire();
    await clock.advanceTo('2026-01-01T00:00:44Z');
    expect(readFileSync(path, 'utf8')).toContain('theirs');
    await clock.advanceTo('2026-01-01T00:00:46Z');
    expect(await acquired).toBeDefined();
    expect(lines[0]).toMatch(
      /^found a lock of another host or container \(process 1 on elsewhere, since .*\); watching it for 45 s$/,
    );
  });

  it('that is no lock file is watched, too, and the watching can be interrupted', async () => {
    writeFileSync(path, '');
    const interrupt = new AbortController();
    const acquired = acquire(interrupt.signal);
    await clock.advanceTo('2026-01-01T00:00:10Z');
    interrupt.abort();
    expect(await acquired).toBeUndefined();
    expect(existsSync(path)).toBe(true);
  });

  it('moves its heartbeat, comes back when it was removed, and notices when it is another’s', async () => {
    const lock = (await acquire())!;
    expect(lock.beat(new Date('2026-01-01T00:00:15Z'))).toBe(true);
    rmSync(path);
    expect(lock.beat(clock.now())).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(lock.token);
    lockOf(identityOf());
    expect(lock.beat(clock.now())).toBe(false);
    lock.release();
    expect(readFileSync(path, 'utf8')).toContain('theirs');
  });

  it('needs a folder that can be written', async () => {
    writeFileSync(path, '');
    path = join(path, 'lock');
    await expect(acquire()).rejects.toMatchObject({ code: 'TSD1986' });
  });
});
