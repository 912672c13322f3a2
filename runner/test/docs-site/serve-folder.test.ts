import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type FolderServer, serveFolder } from '../../src/docs-site/serve-folder.js';

let outer: string;
let folder: string;
const servers: FolderServer[] = [];
beforeAll(() => {
  outer = mkdtempSync(path.join(tmpdir(), 'tsdbt-serve-'));
  folder = path.join(outer, 'docs');
  mkdirSync(path.join(folder, 'data'), { recursive: true });
  writeFileSync(path.join(folder, 'index.html'), '<h1>pages</h1>');
  writeFileSync(path.join(folder, 'data', 'index.js'), '1');
  writeFileSync(path.join(outer, 'secret.txt'), 'secret');
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(outer, { recursive: true, force: true }));

async function serve(port?: number): Promise<FolderServer> {
  const server = await serveFolder(folder, port);
  servers.push(server);
  return server;
}

/** A request whose path nobody tidies up before it is sent. */
function get(server: FolderServer, raw: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; type: string | undefined; body: string }>((done, fail) => {
    const { hostname, port } = new URL(server.url);
    request({ hostname, port, path: raw, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => done({ status: response.statusCode!, type: response.headers['content-type'], body }));
    })
      .on('error', fail)
      .end();
  });
}

describe('tsdbt docs serve', () => {
  it('serves the folder at 127.0.0.1', async () => {
    const server = await serve(0);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await get(server, '/')).toEqual({ status: 200, type: 'text/html; charset=utf-8', body: '<h1>pages</h1>' });
    expect(await get(server, '/data/index.js?x=1')).toMatchObject({
      status: 200,
      type: 'text/javascript; charset=utf-8',
    });
    expect(await get(server, '/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it('gives nothing that lies outside of it', async () => {
    const server = await serve(0);
    for (const raw of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/data/../../secret.txt',
      '//etc/passwd',
      '/nothing',
      '/data',
      '/%00',
    ])
      expect(await get(server, raw)).toMatchObject({ status: 404 });
    expect(await get(server, '/%zz')).toMatchObject({ status: 400 });
    expect(await get(server, '/', {}, 'POST')).toMatchObject({ status: 405 });
  });

  it('answers no page of another site whose name was pointed here', async () => {
    const server = await serve(0);
    expect(await get(server, '/', { host: 'evil.example' })).toMatchObject({ status: 403 });
    expect(await get(server, '/', { host: 'localhost:1' })).toMatchObject({ status: 200 });
  });

  it('takes the next port where one is in use, unless that very one was asked for', async () => {
    const first = await serve();
    const second = await serve();
    expect(second.url).not.toBe(first.url);
    const port = Number(new URL(first.url).port);
    await expect(serveFolder(folder, port)).rejects.toMatchObject({
      code: 'TSD1915',
      message: `port ${port} is in use`,
    });
  });
});
