import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { ProjectError } from '../errors/tsdbt-error.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};
const FIRST_PORT = 8080;
const TRIES = 20;

export interface FolderServer {
  /** `http://127.0.0.1:8080/` */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a folder to this machine alone (127.0.0.1).
 *
 * @param folder absolute
 * @param port undefined: the first free one from 8080 on; 0: any
 * @throws {ProjectError} TSD1915 when the port is taken or not allowed
 */
export async function serveFolder(folder: string, port: number | undefined): Promise<FolderServer> {
  const server = createServer((request, response) => {
    void respond(folder, request.url ?? '/', request.method ?? 'GET', request.headers.host).then(
      ({ status, file, type }) => {
        response.writeHead(status, {
          'content-type': type,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        });
        if (file === undefined || request.method === 'HEAD')
          response.end(file === undefined ? `${status}\n` : undefined);
        else
          createReadStream(file)
            .on('error', () => response.destroy())
            .pipe(response);
      },
    );
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  const candidates = port === undefined ? Array.from({ length: TRIES }, (_, i) => FIRST_PORT + i) : [port];
  for (const candidate of candidates) {
    const problem = await tryPort(server, candidate);
    if (problem === undefined) return;
    if (port === undefined && problem === 'EADDRINUSE') continue;
    throw new ProjectError(
      'TSD1915',
      problem === 'EADDRINUSE' ? `port ${candidate} is in use` : `port ${candidate} cannot be used (${problem})`,
      { hint: 'give another one, or leave --port out: the first free port is taken' },
    );
  }
  throw new ProjectError('TSD1915', `the ports ${FIRST_PORT} to ${FIRST_PORT + TRIES - 1} are all in use`, {
    hint: 'name a free one: --port 9000',
  });
}

/** The error's code, or undefined when the server listens. */
function tryPort(server: Server, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const failed = (error: NodeJS.ErrnoException): void => done(error.code ?? error.message);
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      done(undefined);
    });
  });
}

interface Answer {
  readonly status: number;
  readonly file?: string;
  readonly type: string;
}

async function respond(folder: string, url: string, method: string, host: string | undefined): Promise<Answer> {
  const text = 'text/plain; charset=utf-8';
  // a page of another site whose name was pointed at this machine gets nothing
  if (host !== undefined && !/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host)) return { status: 403, type: text };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: text };
  let wanted: string;
  try {
    wanted = decodeURIComponent(url.split(/[?#]/, 1)[0]!);
  } catch {
    return { status: 400, type: text };
  }
  const file = path.join(folder, wanted.endsWith('/') ? `${wanted}index.html` : wanted);
  const inside = path.relative(folder, file);
  if (wanted.includes('\0') || inside.startsWith('..') || path.isAbsolute(inside)) return { status: 404, type: text };
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return { status: 404, type: text };
  return { status: 200, file, type: TYPES[path.extname(file)] ?? 'application/octet-stream' };
}
