import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Health, healthOf, startHealthServer, writeHealthFile } from '../../src/schedule/health.js';
import { freshState, type ScheduleState } from '../../src/schedule/state.js';
import { temporaryFolder } from '../cli/recording-effects.js';

const at = new Date('2026-01-01T06:00:30Z');
const startedAt = new Date('2026-01-01T05:00:00Z');
const run = { startedAt: new Date('2026-01-01T05:10:00Z'), endedAt: new Date('2026-01-01T05:11:00Z'), exitCode: 1 };

function health(change: Partial<ScheduleState> = {}, stopped = false): Health {
  const state = { ...freshState('@daily', 'UTC', startedAt), ...change };
  return healthOf(state, { at, startedAt, nextRun: undefined, stopped });
}

describe('health', () => {
  it('is good before the first run and during one', () => {
    expect(health()).toMatchObject({ status: 'healthy', reason: null, running_since: null, last_success: null });
    const running = { due: at, startedAt: new Date('2026-01-01T06:00:00Z'), attempt: 1, process: null };
    expect(health({ running })).toMatchObject({ status: 'healthy', running_since: '2026-01-01T06:00:00.000Z' });
  });

  it('is bad after a failure, and when the scheduler has stopped', () => {
    expect(health({ lastFailure: run, failuresInRow: 1 })).toMatchObject({
      status: 'unhealthy',
      reason: 'the last run failed',
      last_failure: { started_at: '2026-01-01T05:10:00.000Z', ended_at: '2026-01-01T05:11:00.000Z', exit_code: 1 },
    });
    expect(health({}, true)).toMatchObject({ status: 'unhealthy', reason: 'the scheduler has stopped' });
  });

  it('is kept in a file', () => {
    const { folder, remove } = temporaryFolder();
    const path = join(folder, 'new/health.json');
    writeHealthFile(path, health());
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(health());
    remove();
  });
});

describe('the health endpoint', () => {
  it('answers with 200 or 503, and with nothing but health', async () => {
    let now = health();
    const server = await startHealthServer(0, () => now);
    const url = `http://127.0.0.1:${server.port}`;
    const good = await fetch(`${url}/health`);
    expect([good.status, good.headers.get('content-type'), await good.json()]).toEqual([200, 'application/json', now]);
    now = health({ failuresInRow: 2 });
    const bad = await fetch(`${url}/?verbose=1`);
    expect([bad.status, await bad.json()]).toEqual([503, now]);
    const head = await fetch(`${url}/health`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([503, '']);
    expect((await fetch(`${url}/etc/passwd`)).status).toBe(404);
    expect((await fetch(`${url}/health`, { method: 'POST', body: 'x' })).status).toBe(405);
    await server.close();
  });

  it('says so when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startHealthServer(port, health)).rejects.toMatchObject({
      code: 'TSD1985',
      message: `port ${port} is taken`,
    });
    await new Promise((resolve) => other.close(resolve));
  });
});
