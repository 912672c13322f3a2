import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine, QueryProgress, Session } from '../../../src/engines/engine.js';
import { openTrino } from '../../../src/engines/trino/trino-engine.js';
import type { TrinoOptions } from '../../../src/engines/trino/trino-options.js';
import { CancelledError, type EngineError } from '../../../src/errors/tsdbt-error.js';
import { FakeTrino, page } from './fake-trino.js';

let trino: FakeTrino;
let engine: Engine;
let session: Session;

const connect = async (more: Partial<TrinoOptions> = {}): Promise<void> => {
  engine = await openTrino(trino.options(more));
  session = await engine.openSession();
  trino.seen.length = 0;
};

beforeEach(async () => {
  trino = await FakeTrino.start();
  trino.when(/select 1/, { columns: { n: 'integer' }, rows: [[1]] });
  await connect();
});
afterEach(async () => {
  await engine.close();
  await trino.stop();
});

const one = { columns: [{ name: 'n', type: 'INTEGER' }], rows: [[1]] };
const errorOf = async (sql = 'select 1'): Promise<EngineError> =>
  session.query(sql).then(
    () => expect.unreachable('the query succeeded'),
    (error: EngineError) => error,
  );

describe('a statement', () => {
  it('is posted, then followed to its last page', async () => {
    expect(await session.query('select 1')).toEqual(one);
    expect(trino.requests).toEqual(['POST /v1/statement', 'GET /v1/statement/queued/q1/1']);
  });

  it('carries user, catalog, time zone and what the server is to send', async () => {
    await connect({ schema: 'gold', sessionProperties: { query_max_run_time: '5m', 'delta.x': 'a, b=c' } });
    await session.query('select 1');
    expect(trino.seen[0]!.headers).toMatchObject({
      'x-trino-user': 'ann',
      'x-trino-catalog': 'delta',
      'x-trino-schema': 'gold',
      'x-trino-source': 'tsdbt',
      'x-trino-time-zone': 'UTC',
      'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
      'x-trino-session': 'query_max_run_time=5m,delta.x=a%2C%20b%3Dc',
    });
    expect(trino.seen[0]!.headers.authorization).toBeUndefined();
  });

  it('is begun again while no worker has announced itself, as often as the target says', async () => {
    const none = { error: { message: 'No nodes available to run query', errorName: 'NO_NODES_AVAILABLE' } };
    trino.next({ body: page('a', none) }, { body: page('b', none) });
    expect(await session.query('select 1')).toEqual(one);
    expect(trino.requests.filter((request) => request.startsWith('POST'))).toHaveLength(3);
    trino.when(/select 1/, none);
    trino.seen.length = 0;
    expect(await errorOf()).toMatchObject({ code: 'TSD5033', message: 'no nodes available to run query' });
    expect(trino.requests.filter((request) => request.startsWith('POST'))).toHaveLength(4);
  });

  it('goes without the semicolon at its end, and several go one after the other', async () => {
    trino.when(/^\s*set/, {});
    await session.execute("set session a = ';'; set session b = 1; -- ;\n");
    expect(trino.seen.filter(({ method }) => method === 'POST').map(({ body }) => body.trim())).toEqual([
      "set session a = ';'",
      'set session b = 1',
    ]);
    await session.query('select 1;\n');
    expect(trino.seen.at(-2)!.body).toBe('select 1');
  });

  it('tells its progress at every page, also at those without rows', async () => {
    const told: QueryProgress[] = [];
    session.watch!((progress) => told.push(progress));
    await session.query('select 1');
    expect(told).toEqual([
      { state: 'queued', done: 1, of: 4, rows: 0 },
      { state: 'finished', done: 4, of: 4, rows: 0 },
    ]);
  });

  it('keeps settings of SET SESSION, RESET SESSION, USE and PREPARE for those that follow', async () => {
    const settled = (headers: Record<string, string>) => ({ headers, body: page('q') });
    trino.next(
      settled({ 'x-trino-set-session': 'a=1' }),
      settled({ 'x-trino-set-session': 'b=two+words%2C%20and+more' }),
      settled({ 'x-trino-set-catalog': 'memory', 'x-trino-set-schema': 'default' }),
      settled({ 'x-trino-added-prepare': 'p=select+1' }),
      settled({ 'x-trino-clear-session': 'a' }),
    );
    for (let i = 0; i < 5; i++) await session.execute('set something');
    await session.query('select 1');
    expect(trino.seen.at(-2)!.headers).toMatchObject({
      'x-trino-session': 'b=two%20words%2C%20and%20more',
      'x-trino-catalog': 'memory',
      'x-trino-schema': 'default',
      'x-trino-prepared-statement': 'p=select%201',
    });
  });

  it('may be answered in gzip', async () => {
    trino.next({ how: 'gzip', body: page('q', { columns: { n: 'integer' }, rows: [[1]] }) });
    expect(await session.query('select 1')).toEqual(one);
  });
});

describe('a server that is busy, or a connection that breaks', () => {
  it.each([429, 502, 503, 504])('gets the request again after %i', async (status) => {
    trino.next({ status }, { status });
    expect(await session.query('select 1')).toEqual(one);
    expect(trino.requests).toEqual([...Array(3).fill('POST /v1/statement'), 'GET /v1/statement/queued/q1/1']);
  });

  it('is asked again for a page that was cut off, and no row is lost or doubled', async () => {
    const first = page('q', {
      columns: { n: 'integer' },
      rows: [[1]],
      next: `${trino.origin}/v1/statement/executing/q/2`,
    });
    const last = page('q', { columns: { n: 'integer' }, rows: [[2]] });
    trino.next({ body: first }, { how: 'half', body: last }, { how: 'reset' }, { body: last });
    expect((await session.query('select n')).rows).toEqual([[1], [2]]);
    expect(trino.requests.slice(1)).toEqual(Array(3).fill('GET /v1/statement/executing/q/2'));
  });

  it('is asked again for half a text that came as a whole', async () => {
    trino.next({ body: '{"id": "q", "da' });
    expect(await session.query('select 1')).toEqual(one);
  });

  it('is waited for as long as it asks', async () => {
    trino.next({ status: 503, headers: { 'retry-after': '1' } });
    const began = Date.now();
    await session.query('select 1');
    expect(Date.now() - began).toBeGreaterThanOrEqual(990);
  });

  it('is given up after the retries of the target', async () => {
    trino.next(
      ...Array<object>(4).fill({ status: 503, headers: { 'content-type': 'text/plain' }, body: 'Trino is down\nmore' }),
    );
    expect(await errorOf()).toMatchObject({
      code: 'TSD5033',
      message: `${trino.origin} answers 503, again and again: Trino is down`,
    });
    expect(trino.requests).toHaveLength(4);
    trino.next(...Array<object>(4).fill({ how: 'reset' }));
    expect(await errorOf()).toMatchObject({
      code: 'TSD5030',
      message: `the connection to ${trino.origin} breaks off (socket hang up)`,
    });
  });

  it('that does not answer in time is told as such', async () => {
    await connect({ requestTimeout: 50, retries: 1 });
    trino.next({ how: 'never' }, { how: 'never' });
    expect(await errorOf()).toMatchObject({ code: 'TSD5030', message: `${trino.origin} does not answer (no answer)` });
  });

  it('is not tried again for what will not change', async () => {
    trino.next({ status: 400, headers: { 'content-type': 'text/plain' }, body: 'User must be set' });
    expect(await errorOf()).toMatchObject({
      code: 'TSD5034',
      message: `${trino.origin} answers 400: User must be set`,
    });
    expect(trino.requests).toHaveLength(1);
  });

  it('that has forgotten the query is told as such', async () => {
    trino.next({ body: page('gone', { next: `${trino.origin}/v1/statement/executing/gone/1` }) });
    expect(await errorOf()).toMatchObject({
      code: 'TSD5037',
      message: 'the server knows the query no more: Query not found',
    });
  });
});

describe('credentials', () => {
  it('go with every request, as a password or as a token', async () => {
    await connect({ auth: { method: 'basic', password: 'pä:ss' } });
    await session.query('select 1');
    const basic = `Basic ${Buffer.from('ann:pä:ss').toString('base64')}`;
    expect(trino.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic]);
    await connect({ auth: { method: 'jwt', token: 'abc.def' } });
    await session.query('select 1');
    expect(trino.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer abc.def', 'Bearer abc.def']);
  });

  it('that are refused are told with what to set', async () => {
    const refusal = {
      status: 401,
      headers: { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="Trino"' },
      body: 'Authentication failed',
    };
    await connect({ auth: { method: 'basic', password: 'wrong' } });
    trino.next(refusal);
    expect(await errorOf()).toMatchObject({
      code: 'TSD5031',
      message: `${trino.origin} does not take the credentials of ann: Authentication failed`,
      hint: 'check user and password of the target',
    });
    await connect();
    trino.next(refusal);
    expect(await errorOf()).toMatchObject({
      code: 'TSD5031',
      hint: expect.stringContaining('set http_scheme: https, and method: basic'),
    });
    trino.next({ status: 403 });
    expect(await errorOf()).toMatchObject({ code: 'TSD5038' });
    expect(trino.requests).toHaveLength(2);
  });

  it('reach no other host: neither by redirects nor by the addresses in answers', async () => {
    const other = await FakeTrino.start();
    await connect({ auth: { method: 'jwt', token: 'secret' } });
    trino.next({ status: 307, headers: { location: `${other.origin}/v1/statement` } });
    expect(await errorOf()).toMatchObject({
      code: 'TSD5034',
      message: `${trino.origin} leads on to ${other.origin}/v1/statement`,
    });
    trino.next(
      { body: page('q', { next: `${other.origin}/v1/statement/executing/q/1?slug=x` }) },
      { body: page('q', { columns: { n: 'integer' }, rows: [[1]] }) },
    );
    expect(await session.query('select 1')).toEqual(one);
    expect(trino.requests.at(-1)).toBe('GET /v1/statement/executing/q/1?slug=x');
    expect(other.seen).toEqual([]);
    await other.stop();
  });
});

describe('ending early', () => {
  it('a query that is cancelled is deleted before its promise rejects', async () => {
    trino.next({ body: page('long', { next: `${trino.origin}/v1/statement/executing/long/1` }) }, { how: 'never' });
    const running = session.query('select endless');
    while (trino.seen.length < 2) await new Promise((done) => setTimeout(done, 5));
    session.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(trino.requests.at(-1)).toBe('DELETE /v1/statement/executing/long/1');
    expect(trino.seen.at(-1)!.headers['x-trino-user']).toBe('ann');
  });

  it('cancelling cuts a wait short', async () => {
    trino.next({ status: 503, headers: { 'retry-after': '20' } });
    const running = session.query('select 1');
    while (trino.seen.length < 1) await new Promise((done) => setTimeout(done, 5));
    session.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });

  it('a stream that is left is deleted', async () => {
    trino.next({
      body: page('s', { columns: { n: 'integer' }, rows: [[1]], next: `${trino.origin}/v1/statement/executing/s/1` }),
    });
    for await (const batch of session.stream('select n')) {
      expect(batch).toEqual({ names: ['n'], columns: [[1]], length: 1 });
      break;
    }
    expect(trino.requests).toEqual(['POST /v1/statement', 'DELETE /v1/statement/executing/s/1']);
  });

  it('a query over the time limit of the target is deleted, and told as such', async () => {
    await connect({ queryTimeout: 60 });
    trino.next({ body: page('slow', { next: `${trino.origin}/v1/statement/executing/slow/1` }) }, { how: 'never' });
    expect(await errorOf()).toMatchObject({
      code: 'TSD5035',
      message: 'the query took longer than 0.06 s and was cancelled',
    });
    expect(trino.requests.at(-1)).toBe('DELETE /v1/statement/executing/slow/1');
  });
});

describe('connecting', () => {
  const failureOf = (options: TrinoOptions): Promise<EngineError> =>
    openTrino(options).then(
      () => expect.unreachable('it connected'),
      (error: EngineError) => error,
    );

  it('tells that nobody listens, at once', async () => {
    const gone = await FakeTrino.start();
    const options = gone.options();
    await gone.stop();
    expect(await failureOf(options)).toMatchObject({
      code: 'TSD5030',
      message: `no server listens at http://127.0.0.1:${options.port}`,
      hint: 'start Trino, or set host and port of the target',
    });
    expect(await failureOf(trino.options({ host: 'no-such-host.invalid' }))).toMatchObject({
      code: 'TSD5030',
      message: 'the host no-such-host.invalid is not known',
    });
  });

  it('waits for a server that is starting, but not for ever', async () => {
    trino.starting = true;
    expect(await failureOf(trino.options())).toMatchObject({
      code: 'TSD5033',
      message: `the server at ${trino.origin} is still starting`,
    });
    const opening = openTrino(trino.options({ retryDelay: 40 }));
    setTimeout(() => {
      trino.starting = false;
    }, 30);
    expect((await opening).version).toBe('476');
  });

  it('tells that somebody else answers', async () => {
    trino.next({ body: '<html>hello</html>' });
    expect(await failureOf(trino.options())).toMatchObject({
      code: 'TSD5034',
      message: `${trino.origin} is no Trino server`,
    });
    trino.next({ status: 404 });
    expect(await failureOf(trino.options())).toMatchObject({
      code: 'TSD5034',
      message: `${trino.origin} has no /v1/info`,
    });
  });
});
