import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { trinoOptionsOf } from '../../src/project/targets-trino.js';
import { targetForTemplates } from '../../src/project/value-scope.js';
import { errorsOf, open, tempProject } from '../manifest/temp-project.js';

const project = (keys: string): string =>
  tempProject({ 'project.yml': `name: shop\ntargets:\n  t: { type: trino, ${keys} }\n` });
const LEAST = 'host: h, user: u, catalog: c';
const optionsOf = async (keys: string, env: Record<string, string> = {}) =>
  trinoOptionsOf((await open(project(keys), { env })).target);
const wrong = (keys: string) => errorsOf(open(project(keys)));

describe('a target of type trino', () => {
  it('needs host, user and catalog, and takes the rest by default', async () => {
    expect(await optionsOf(LEAST)).toMatchObject({
      host: 'h',
      port: 8080,
      scheme: 'http',
      user: 'u',
      catalog: 'c',
      schema: 'main',
      auth: { method: 'none' },
      tls: { ca: undefined, verify: true },
      connectTimeout: 10_000,
      requestTimeout: 60_000,
      queryTimeout: undefined,
      retries: 6,
    });
    expect(await wrong('port: 8080')).toEqual([
      'TSD1006 project.yml:3:3 a target of type trino needs host (e.g. host: 127.0.0.1)',
      'TSD1006 project.yml:3:3 a target of type trino needs user (e.g. user: analyst; servers without access control take any name)',
      'TSD1006 project.yml:3:3 a target of type trino needs catalog (the catalog of the connector delta_lake, e.g. catalog: delta)',
    ]);
  });

  it('says how the user is known, in the words of dbt', async () => {
    const tls = `${LEAST}, http_scheme: https`;
    expect(await optionsOf(`${tls}, method: ldap, password: "{{ env_var('P') }}"`, { P: 'secret' })).toMatchObject({
      port: 8443,
      auth: { method: 'basic', password: 'secret' },
    });
    expect((await optionsOf(`${tls}, password: p`)).auth).toEqual({ method: 'basic', password: 'p' });
    expect((await optionsOf(`${tls}, jwt_token: t`)).auth).toEqual({ method: 'jwt', token: 't' });
    expect((await wrong(`${tls}, method: basic`))[0]).toMatch(/^TSD1006 project.yml:3:3 method: basic needs password/);
    expect((await wrong(`${tls}, method: jwt`))[0]).toMatch(/^TSD1006 project.yml:3:3 method: jwt needs jwt_token/);
  });

  it('sends credentials over TLS, or to this machine', async () => {
    expect((await optionsOf('host: 127.0.0.1, user: u, catalog: c, password: p')).auth.method).toBe('basic');
    expect(await wrong(`${LEAST}, password: p`)).toEqual([
      'TSD1005 project.yml:3:61 credentials for h would travel in plain text (set http_scheme: https)',
    ]);
  });

  it('trusts the certificates of a file', async () => {
    const dir = project(`${LEAST}, http_scheme: https, ca: tls/ca.pem`);
    const { target } = await open(dir);
    expect(() => trinoOptionsOf(target)).toThrow(`the certificates in ${path.join(dir, 'tls/ca.pem')} cannot be read`);
    writeFileSync(path.join(dir, 'own.pem'), 'PEM');
    const other = await open(
      tempProject({
        'project.yml': `name: shop\ntargets:\n  t: { type: trino, ${LEAST}, http_scheme: https, cert: ${path.join(dir, 'own.pem')} }\n`,
      }),
    );
    expect(trinoOptionsOf(other.target).tls).toEqual({ ca: 'PEM', verify: true });
    expect((await optionsOf(`${LEAST}, http_scheme: https, cert: false`)).tls.verify).toBe(false);
    expect((await wrong(`${LEAST}, verify: false`))[0]).toMatch(/^TSD1005 .* verify means nothing without TLS/);
  });

  it('has session properties, times in seconds, and a port that is one', async () => {
    const keys =
      'session_properties: { query_max_run_time: 5m, delta.x: true }, timeouts: { connect: 1, query: 2.5 }, retries: 0, port: "8081"';
    expect(await optionsOf(`${LEAST}, ${keys}`)).toMatchObject({
      port: 8081,
      sessionProperties: { query_max_run_time: '5m', 'delta.x': 'true' },
      connectTimeout: 1000,
      requestTimeout: 60_000,
      queryTimeout: 2500,
      retries: 0,
    });
    expect((await wrong(`${LEAST}, port: 80800`))[0]).toMatch(/^TSD1005 .* 80800 is no port/);
    expect((await wrong(`${LEAST}, time_outs: {}`))[0]).toMatch(/^TSD1004 .*time_outs/);
  });

  it('keeps its credentials out of templates', async () => {
    const { target } = await open(project(`${LEAST}, http_scheme: https, password: p, jwt_token: t`));
    expect(targetForTemplates(target)).toMatchObject({ type: 'trino', host: 'h', user: 'u' });
    expect(Object.keys(targetForTemplates(target))).not.toEqual(expect.arrayContaining(['password']));
    expect(JSON.stringify(targetForTemplates(target))).not.toContain('"jwt_token"');
  });
});
