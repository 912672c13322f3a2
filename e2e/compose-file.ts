import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

/** Folder of the compose file: what relative paths in it start from. */
export const DEPLOY = resolve(import.meta.dirname, '..', 'deploy');

export type Variables = Readonly<Record<string, string | undefined>>;

export interface Mount {
  readonly type: 'bind' | 'volume';
  /** a volume's name, or a path relative to the compose file */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface Service {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile?: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly (string | { type: string; source: string; target: string; read_only?: boolean })[];
  readonly ports?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly user?: string;
  readonly profiles?: readonly string[];
  readonly logging?: unknown;
  readonly stop_grace_period?: string;
}

export interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** A mention of a variable: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`. */
export interface Mention {
  readonly name: string;
  readonly default?: string;
  /** what compose says when it is not set */
  readonly message?: string;
}

const MENTION = /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}|\$/g;

/** The compose file as it is written, or with variables put in as compose does. */
export function readCompose(variables?: Variables, file = join(DEPLOY, 'compose.yaml')): Compose {
  const compose = parse(readFileSync(file, 'utf8'), { merge: true }) as Compose;
  return variables === undefined ? compose : (withVariables(compose, variables) as Compose);
}

function withVariables(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((each) => withVariables(each, variables));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withVariables(each, variables)]));
}

/** @throws where a required variable is not set, or a `$` begins no mention of one */
export function interpolate(text: string, variables: Variables): string {
  return text.replace(MENTION, (all, name?: string, kind?: string, rest?: string) => {
    if (all === '$$') return '$';
    if (name === undefined) throw new Error(`a $ that names no variable: ${text}`);
    const value = variables[name];
    if (value !== undefined && (value !== '' || kind === undefined)) return value;
    if (kind === '-') return rest!;
    throw new Error(kind === '?' ? `${name}: ${rest}` : `${name} is not set`);
  });
}

/** Every mention of a variable in the file, comments left out. */
export function mentions(text: string): Mention[] {
  const code = text.replaceAll(/^\s*#.*$/gm, '');
  return [...code.matchAll(MENTION)].flatMap(([, name, kind, rest]) => {
    if (name === undefined) return [];
    return [{ name, ...(kind === '-' ? { default: rest! } : {}), ...(kind === '?' ? { message: rest! } : {}) }];
  });
}

export function mountsOf(service: Service): Mount[] {
  return (service.volumes ?? []).map((volume) => {
    if (typeof volume !== 'string') {
      const { type, source, target, read_only = false } = volume;
      return { type: type === 'bind' ? 'bind' : 'volume', source, target, readOnly: read_only };
    }
    const [source = '', target = '', mode] = volume.split(':');
    return { type: /^[./~]/.test(source) ? 'bind' : 'volume', source, target, readOnly: mode === 'ro' };
  });
}

/** All services that have to be there before `name`, whatever the condition. */
export function ancestors(compose: Compose, name: string): Set<string> {
  const found = new Set<string>();
  const visit = (each: string): void => {
    for (const parent of Object.keys(compose.services[each]?.depends_on ?? {})) {
      if (found.has(parent)) continue;
      found.add(parent);
      visit(parent);
    }
  };
  visit(name);
  return found;
}

/** `NAME=value` lines of an env file. */
export function readEnvFile(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^(\w+)=(.*)$/.exec(line);
      return match === null ? [] : [[match[1]!, match[2]!]];
    }),
  );
}
