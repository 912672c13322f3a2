import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTrino } from '../../../src/engines/trino/trino-engine.js';
import type { TrinoOptions } from '../../../src/engines/trino/trino-options.js';
import type { EngineError } from '../../../src/errors/tsdbt-error.js';
import { FakeTrino } from './fake-trino.js';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('engines: no openssl here to make a certificate with, the specs of TLS are skipped');

describe.runIf(hasOpenssl)('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-tls-'));
  let trino: FakeTrino;
  let ca: string;
  beforeAll(async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = ['-subj', '/CN=trino.example', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    ca = readFileSync(cert, 'utf8');
    trino = await FakeTrino.start({ key: readFileSync(key, 'utf8'), cert: ca });
  });
  afterAll(async () => {
    await trino?.stop();
    rmSync(folder, { recursive: true });
  });

  const versionWith = async (more: Partial<TrinoOptions>): Promise<string> => {
    const engine = await openTrino(trino.options(more));
    await engine.close();
    return engine.version;
  };
  const errorWith = (more: Partial<TrinoOptions>): Promise<EngineError> =>
    versionWith(more).then(
      () => expect.unreachable('it connected'),
      (error: EngineError) => error,
    );

  it('takes a certificate of an authority that the target names', async () => {
    expect(await versionWith({ tls: { ca, verify: true } })).toBe('476');
  });

  it('refuses any other, and says what to set', async () => {
    expect(await errorWith({})).toMatchObject({
      code: 'TSD5032',
      message: `the certificate of ${trino.origin} is not trusted: self-signed certificate`,
      hint: 'name the certificate of its authority: ca: path/to/ca.pem',
    });
  });

  it('refuses a certificate of another host', async () => {
    expect(await errorWith({ host: 'localhost', tls: { ca, verify: true } })).toMatchObject({
      code: 'TSD5032',
      hint: 'set host to a name that stands in the certificate',
    });
  });

  it('takes any certificate where the target says so', async () => {
    expect(await versionWith({ tls: { ca: undefined, verify: false } })).toBe('476');
  });

  it('tells a mistaken scheme, either way', async () => {
    expect(await errorWith({ scheme: 'http' })).toMatchObject({
      code: 'TSD5030',
      hint: expect.stringContaining('set http_scheme: https'),
    });
    const plain = await FakeTrino.start();
    const error = await openTrino(plain.options({ scheme: 'https' })).catch((thrown: EngineError) => thrown);
    expect(error).toMatchObject({ code: 'TSD5032', hint: 'set http_scheme: http, or the port of HTTPS' });
    await plain.stop();
  });
});
