import { execFile } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** passwords by user */
export type Passwords = Readonly<Record<string, string>>;

const STORE_PASSWORD = 'loopback';
const PBKDF2_ROUNDS = 1000;

/**
 * Makes a key and a certificate of 127.0.0.1 and localhost that signs itself.
 *
 * @returns the file of the certificate, PEM
 */
export async function writeTls(javaHome: string, folder: string): Promise<string> {
  const keytool = join(javaHome, 'bin', 'keytool');
  const store = ['-keystore', keystore(folder), '-storepass', STORE_PASSWORD, '-alias', 'trino'];
  await run(keytool, [
    '-genkeypair',
    ...store,
    ...['-storetype', 'PKCS12', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2'],
    ...['-dname', 'CN=localhost', '-ext', 'san=ip:127.0.0.1,dns:localhost'],
  ]);
  const certificate = join(folder, 'ca.pem');
  await run(keytool, ['-exportcert', '-rfc', ...store, '-file', certificate]);
  return certificate;
}

/**
 * The lines of config.properties for TLS and authentication, and the files that they name.
 *
 * @param folder where {@link writeTls} has put the key
 */
export function secureProperties(
  folder: string,
  etc: string,
  options: { readonly passwords?: Passwords; readonly jwtKey?: Uint8Array; readonly port?: number },
): Record<string, string> {
  const methods: string[] = [];
  // HTTP stays open: the node talks to itself over it. With authentication it takes no queries there.
  const properties: Record<string, string> = {
    'http-server.https.enabled': 'true',
    'http-server.https.port': String(options.port ?? 0),
    'http-server.authentication.allow-insecure-over-http': 'false',
    'http-server.https.keystore.path': keystore(folder),
    'http-server.https.keystore.key': STORE_PASSWORD,
    'internal-communication.shared-secret': randomBytes(32).toString('base64'),
  };
  if (options.passwords !== undefined) {
    methods.push('PASSWORD');
    const file = join(etc, 'password.db');
    writeFileSync(file, Object.entries(options.passwords).map(passwordLine).join(''), { mode: 0o600 });
    writeFileSync(
      join(etc, 'password-authenticator.properties'),
      `password-authenticator.name=file\nfile.password-file=${file}\n`,
    );
  }
  if (options.jwtKey !== undefined) {
    methods.push('JWT');
    const file = join(etc, 'jwt.key');
    writeFileSync(file, Buffer.from(options.jwtKey).toString('base64'), { mode: 0o600 });
    properties['http-server.authentication.jwt.key-file'] = file;
  }
  if (methods.length > 0) properties['http-server.authentication.type'] = methods.join(',');
  return properties;
}

/** PBKDF2 with HMAC-SHA1, as the file authenticator reads it: rounds, salt and hash in hexadecimal. */
function passwordLine([user, password]: readonly [string, string]): string {
  const salt = randomBytes(16);
  const hash = pbkdf2Sync(password, salt, PBKDF2_ROUNDS, 32, 'sha1');
  return `${user}:${PBKDF2_ROUNDS}:${salt.toString('hex')}:${hash.toString('hex')}\n`;
}

function keystore(folder: string): string {
  return join(folder, 'keystore.p12');
}
