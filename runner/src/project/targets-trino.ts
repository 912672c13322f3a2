import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { type TrinoAuth, type TrinoOptions, trinoDefaults } from '../engines/trino/trino-options.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { Target } from './project.js';
import type { PlaceFinder } from './validate.js';
import type { YamlPath } from './yaml-document.js';

const text = z.string();
const seconds = z.number().positive();

/** Keys of a target of type trino, as dbt's profiles have them. */
export const trinoTargetKeys = {
  host: text.optional().describe('trino: name or address of the coordinator.'),
  port: z.union([z.number(), text]).optional().describe('trino: default 8080, with https 8443.'),
  user: text.optional().describe('trino: who the queries are of.'),
  catalog: text.optional().describe('trino: the catalog that holds the tables (or database).'),
  http_scheme: z.enum(['http', 'https']).optional(),
  method: z
    .enum(['none', 'basic', 'ldap', 'jwt'])
    .optional()
    .describe('trino: how the user is known: basic (or ldap) with password, jwt with jwt_token; both need https.'),
  password: text.optional(),
  jwt_token: text.optional(),
  ca: text
    .optional()
    .describe('trino: file of certificates (PEM) to trust beside the well-known ones, relative to the project.'),
  cert: z.union([text, z.boolean()]).optional().describe('trino: as ca; false is verify: false.'),
  verify: z.boolean().optional().describe('trino: false takes any certificate.'),
  session_properties: z
    .record(z.string(), z.union([text, z.number(), z.boolean()]))
    .optional()
    .describe('trino: session properties, e.g. query_max_run_time: 10m, or <catalog>.<property>.'),
  timeouts: z
    .strictObject({
      connect: seconds.optional().describe('Until a connection stands; default 10.'),
      request: seconds.optional().describe('For one HTTP request; default 60.'),
      query: seconds.optional().describe('After which a query is cancelled; default: never.'),
    })
    .optional()
    .describe('trino: in seconds.'),
  retries: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('trino: how often a request is sent again when the server is busy or the connection breaks; default 6.'),
};

const fileSchema = z.object(trinoTargetKeys);
type TrinoTargetFile = Omit<z.infer<typeof fileSchema>, 'retries'> & {
  readonly database?: string | undefined;
  /** a mapping in dbt-duckdb's profiles */
  readonly retries?: number | Readonly<Record<string, unknown>> | undefined;
};

/**
 * What a schema alone does not say of a target of type trino. Errors are pushed to `errors`, at their places.
 *
 * @param at path of the target in its document
 */
export function checkTrinoTarget(
  file: TrinoTargetFile,
  document: PlaceFinder,
  at: YamlPath,
  errors: ProjectError[],
): void {
  const missing = (key: string, why: string): void => {
    errors.push(
      new ProjectError(projectCodes.missingKey, `${why} needs ${key}`, {
        place: document.placeOf(at, 'key'),
        hint: HINTS[key],
      }),
    );
  };
  const wrong = (key: string, message: string, hint: string): void => {
    errors.push(new ProjectError(projectCodes.wrongValue, message, { place: document.placeOf([...at, key]), hint }));
  };
  for (const key of ['host', 'user'] as const) if (file[key] === undefined) missing(key, 'a target of type trino');
  if (file.catalog === undefined && file.database === undefined) missing('catalog', 'a target of type trino');
  const port = Number(file.port ?? 1);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    wrong('port', `${file.port} is no port`, 'a number from 1 to 65535');
  if (typeof file.retries === 'object') wrong('retries', 'retries must be a number, not a mapping', 'retries: 3');
  const auth = methodOf(file);
  if (auth === 'basic' && file.password === undefined) missing('password', `method: ${file.method}`);
  if (auth === 'jwt' && file.jwt_token === undefined) missing('jwt_token', 'method: jwt');
  if (auth !== 'none' && file.http_scheme !== 'https' && file.host !== undefined && !isThisMachine(file.host)) {
    wrong(
      file.method !== undefined ? 'method' : auth === 'jwt' ? 'jwt_token' : 'password',
      `credentials for ${file.host} would travel in plain text`,
      'set http_scheme: https',
    );
  }
  if (file.http_scheme !== 'https') {
    for (const key of ['ca', 'verify', 'cert'] as const)
      if (file[key] !== undefined) wrong(key, `${key} means nothing without TLS`, 'set http_scheme: https');
  }
}

const HINTS: Readonly<Record<string, string>> = {
  host: 'e.g. host: 127.0.0.1',
  user: 'e.g. user: analyst; servers without access control take any name',
  catalog: 'the catalog of the connector delta_lake, e.g. catalog: delta',
  password: `keep it out of the file: password: "{{ env_var('TRINO_PASSWORD') }}"`,
  jwt_token: `keep it out of the file: jwt_token: "{{ env_var('TRINO_TOKEN') }}"`,
};

/** The keys that `Target.extra` holds, paths made absolute. */
export function trinoExtra(file: Readonly<Record<string, unknown>>, projectDir: string): Record<string, unknown> {
  const absolute = (value: unknown): unknown => (typeof value === 'string' ? path.resolve(projectDir, value) : value);
  return {
    ...file,
    ...(file.ca === undefined ? {} : { ca: absolute(file.ca) }),
    ...(file.cert === undefined ? {} : { cert: absolute(file.cert) }),
  };
}

/**
 * How a target of type trino is reached.
 * @throws {ProjectError} TSD1011 when its file of certificates cannot be read
 */
export function trinoOptionsOf(target: Target): TrinoOptions {
  const file = target.extra as TrinoTargetFile;
  const scheme = file.http_scheme ?? 'http';
  const ca = file.ca ?? (typeof file.cert === 'string' ? file.cert : undefined);
  const timeouts = file.timeouts ?? {};
  return {
    ...trinoDefaults,
    host: file.host ?? trinoDefaults.host,
    port: Number(file.port ?? (scheme === 'https' ? 8443 : trinoDefaults.port)),
    scheme,
    user: file.user ?? trinoDefaults.user,
    auth: authOf(file),
    tls: { ca: ca === undefined ? undefined : certificates(ca), verify: file.verify ?? file.cert !== false },
    catalog: file.catalog ?? target.database,
    schema: target.schema,
    sessionProperties: Object.fromEntries(
      Object.entries(file.session_properties ?? {}).map(([key, value]) => [key, String(value)]),
    ),
    connectTimeout: milliseconds(timeouts.connect) ?? trinoDefaults.connectTimeout,
    requestTimeout: milliseconds(timeouts.request) ?? trinoDefaults.requestTimeout,
    queryTimeout: milliseconds(timeouts.query),
    retries: typeof file.retries === 'number' ? file.retries : trinoDefaults.retries,
  };
}

function methodOf({ method, password, jwt_token }: TrinoTargetFile): 'none' | 'basic' | 'jwt' {
  if (method === undefined) return jwt_token !== undefined ? 'jwt' : password !== undefined ? 'basic' : 'none';
  return method === 'ldap' ? 'basic' : method;
}

function authOf(file: TrinoTargetFile): TrinoAuth {
  const method = methodOf(file);
  if (method === 'basic') return { method, password: file.password ?? '' };
  if (method === 'jwt') return { method, token: file.jwt_token ?? '' };
  return { method };
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ProjectError(projectCodes.unreadableFile, `the certificates in ${file} cannot be read`, {
      hint: 'ca: of the target names a file in PEM, relative to the project',
      cause,
    });
  }
}

function milliseconds(given: number | undefined): number | undefined {
  return given === undefined ? undefined : Math.round(given * 1000);
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
