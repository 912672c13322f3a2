import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningTrino, startTrino } from '../../../e2e/trino/start-trino.js';
import { openTrino } from '../../src/engines/trino/trino-engine.js';
import { type TrinoAuth, type TrinoOptions, trinoDefaults } from '../../src/engines/trino/trino-options.js';
import { tsdbt, writeFiles } from '../cli/recording-effects.js';

const PASSWORD = 'correct horse';
const jwtKey = randomBytes(48);
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-secure-'));
let server: RunningTrino;
beforeAll(async () => {
  server = await startTrino({ warehouse: folder, passwords: { ann: PASSWORD }, jwtKey });
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const token = (subject: string, key: Uint8Array = jwtKey, expires = Date.now() / 1000 + 600): string => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: subject, exp: Math.round(expires) })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
};

/** Who the server takes the client for. */
const userWith = async (auth: TrinoAuth, more: Partial<TrinoOptions> = {}): Promise<unknown> => {
  const engine = await openTrino({
    ...trinoDefaults,
    scheme: 'https',
    port: Number(new URL(server.url).port),
    tls: { ca: server.ca, verify: true },
    user: 'ann',
    auth,
    ...more,
  });
  try {
    const session = await engine.openSession();
    return (await session.query('select current_user')).rows[0]![0];
  } finally {
    await engine.close();
  }
};

describe('a Trino server with TLS and authentication', () => {
  it('knows a user by password', async () => {
    expect(await userWith({ method: 'basic', password: PASSWORD })).toBe('ann');
    await expect(userWith({ method: 'basic', password: 'wrong' })).rejects.toMatchObject({
      code: 'TSD5031',
      hint: 'check user and password of the target',
    });
  });

  it('knows a user by JSON web token', async () => {
    expect(await userWith({ method: 'jwt', token: token('ann') })).toBe('ann');
    for (const wrong of [token('ann', randomBytes(48)), token('ann', jwtKey, Date.now() / 1000 - 600)]) {
      await expect(userWith({ method: 'jwt', token: wrong })).rejects.toMatchObject({
        code: 'TSD5031',
        hint: expect.stringContaining('check jwt_token'),
      });
    }
  });

  it('does not know a user without credentials, nor one who takes another name', async () => {
    await expect(userWith({ method: 'none' })).rejects.toMatchObject({ code: 'TSD5031' });
    await expect(userWith({ method: 'jwt', token: token('ann') }, { user: 'bob' })).rejects.toMatchObject({
      code: 'TSD5038',
    });
  });

  it('is believed only with its certificate', async () => {
    const auth: TrinoAuth = { method: 'basic', password: PASSWORD };
    await expect(userWith(auth, { tls: { ca: undefined, verify: true } })).rejects.toMatchObject({ code: 'TSD5032' });
    expect(await userWith(auth, { tls: { ca: undefined, verify: false } })).toBe('ann');
  });

  it('is reached by a target of project.yml', async () => {
    const port = new URL(server.url).port;
    writeFiles(folder, {
      'shop/project.yml': `name: shop
targets:
  t:
    type: trino
    host: 127.0.0.1
    port: ${port}
    http_scheme: https
    ca: ${server.caFile}
    user: ann
    method: basic
    password: "{{ env_var('TRINO_PASSWORD') }}"
    catalog: delta
    session_properties: { query_max_run_time: 9m }
`,
    });
    const show = (env: Record<string, string>) =>
      tsdbt(join(folder, 'shop'), ['show', '--inline', 'select current_user as u, current_catalog as c'], env);
    const { code, stdout } = await show({ TRINO_PASSWORD: PASSWORD });
    expect([code, stdout.split('\n')[2]]).toEqual([0, ' ann | delta']);
    const refused = await show({ TRINO_PASSWORD: 'a wrong password' });
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('TSD5031');
    expect(refused.stderr).not.toContain('a wrong password');
  });
});
