import { createServer } from 'node:http';
import { ProjectError } from '../errors/tsdbt-error.js';
import { writeFileAtomically } from './atomic-file.js';
import { scheduleCodes } from './codes.js';
import type { EndedRun, ScheduleState } from './state.js';

/** What the scheduler tells of itself, in the health file and at the health endpoint. Times are ISO 8601, UTC. */
export interface Health {
  readonly status: 'healthy' | 'unhealthy';
  /** why it is unhealthy, else null */
  readonly reason: string | null;
  /** when this was true; a file older than a minute belongs to a scheduler that is gone */
  readonly updated_at: string;
  readonly started_at: string;
  /** when the run that is under way began, else null */
  readonly running_since: string | null;
  readonly next_run_at: string | null;
  readonly last_success: HealthRun | null;
  readonly last_failure: HealthRun | null;
  readonly failures_in_row: number;
}

interface HealthRun {
  readonly started_at: string;
  readonly ended_at: string;
  readonly exit_code: number | null;
}

/** Unhealthy is a scheduler whose last run failed, and one that has stopped. */
export function healthOf(
  state: ScheduleState,
  now: { readonly at: Date; readonly startedAt: Date; readonly nextRun: Date | undefined; readonly stopped: boolean },
): Health {
  const failed = state.failuresInRow > 0;
  const times = state.failuresInRow === 1 ? 'the last run failed' : `the last ${state.failuresInRow} runs failed`;
  return {
    status: failed || now.stopped ? 'unhealthy' : 'healthy',
    reason: now.stopped ? 'the scheduler has stopped' : failed ? times : null,
    updated_at: now.at.toISOString(),
    started_at: now.startedAt.toISOString(),
    running_since: state.running?.startedAt.toISOString() ?? null,
    next_run_at: now.nextRun?.toISOString() ?? null,
    last_success: runOf(state.lastSuccess),
    last_failure: runOf(state.lastFailure),
    failures_in_row: state.failuresInRow,
  };
}

function runOf(run: EndedRun | null): HealthRun | null {
  if (run === null) return null;
  return { started_at: run.startedAt.toISOString(), ended_at: run.endedAt.toISOString(), exit_code: run.exitCode };
}

/** @throws StorageError TSD1986 */
export function writeHealthFile(path: string, health: Health): void {
  writeFileAtomically(path, `${JSON.stringify(health, undefined, 2)}\n`);
}

/** The endpoint, listening. */
export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Answers GET and HEAD of `/` and `/health` on 127.0.0.1: 200 when healthy, 503 when not, with {@link Health} as JSON.
 *
 * @param port 0 for any that is free
 * @throws ProjectError TSD1985 when the port cannot be listened on
 */
export async function startHealthServer(port: number, health: () => Health): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '/').split('?');
    const known = path === '/' || path === '/health';
    const read = request.method === 'GET' || request.method === 'HEAD';
    const now = health();
    const status = !known ? 404 : !read ? 405 : now.status === 'healthy' ? 200 : 503;
    const body = known && read ? `${JSON.stringify(now)}\n` : '';
    response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        new ProjectError(
          scheduleCodes.healthPort,
          taken ? `port ${port} is taken` : `port ${port} cannot be listened on: ${cause.message}`,
          { hint: 'give another one: --health-port N', cause },
        ),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
