import { closeSync, fstatSync, mkdirSync, openSync, renameSync, type Stats, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Project } from '../project/project.js';
import { type Redactor, redactorFor } from '../project/redact.js';
import { dbtLanguageVersion } from '../project/required-version.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';

/**
 * An object of an artifact whose values are made one after the other, each when it is written: of a project with thousands
 * of nodes only one is held at a time. What undefined stands for is left out.
 */
export class EntryByEntry {
  /** @param written is told where in the file, in bytes, each key with its value stands */
  constructor(
    readonly entries: Iterable<readonly [key: string, value: unknown]>,
    readonly written?: (key: string, start: number, end: number) => void,
  ) {}
}

/** What `--no-write-json` leaves out. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'manifest.json',
  'semantic_manifest.json',
  'run_results.json',
  'sources.json',
]);

/** The fewest bytes that are written at once. */
const PIECE = 1 << 18;

/**
 * Writes `<target>/<name>`, beside the old file and then renamed into place. Big integers are written as numbers' text,
 * secrets of the project's environment are hidden.
 *
 * @returns the file that was written
 */
export function writeArtifact(
  project: Pick<Project, 'targetPath' | 'env' | 'writesJson'>,
  name: string,
  content: unknown,
): Stats | undefined {
  if (project.writesJson === false && OPTIONAL.has(name)) return undefined;
  return replaceArtifact(project, name, piecesOf(content, jsonWriter(project.env)));
}

/** Writes `<target>/<name>`, beside the old file and then renamed into place. */
export function replaceArtifact(
  { targetPath }: Pick<Project, 'targetPath'>,
  name: string,
  pieces: readonly Buffer[],
): Stats {
  const path = join(targetPath, name);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w');
  let written: Stats;
  try {
    for (const piece of pieces.length > MOST_PIECES ? [Buffer.concat(pieces)] : pieces) writeFileSync(file, piece);
    written = fstatSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  return written;
}

/** More pieces are copied together: a call for each would take longer. */
const MOST_PIECES = 64;

function piecesOf(content: unknown, json: (value: unknown) => string): Buffer[] {
  const pieces: Buffer[] = [];
  let piece = Buffer.allocUnsafe(2 * PIECE);
  let [before, used] = [0, 0];
  const write = (text: string): void => {
    const most = text.length > PIECE ? Buffer.byteLength(text) : 3 * text.length;
    if (used + most > piece.length) {
      if (used > 0) pieces.push(piece.subarray(0, used));
      before += used;
      used = 0;
      piece = Buffer.allocUnsafe(Math.max(2 * PIECE, most));
    }
    used += piece.write(text, used);
  };
  const add = (value: unknown): void => {
    if (!(value instanceof EntryByEntry)) {
      write(json(value));
      return;
    }
    let separator = '{';
    for (const [key, inner] of value.entries) {
      if (inner === undefined) continue;
      write(separator);
      const start = before + used;
      separator = ',';
      if (inner instanceof EntryByEntry) {
        write(`${JSON.stringify(key)}:`);
        add(inner);
      } else write(`${JSON.stringify(key)}:${json(inner)}`);
      value.written?.(key, start, before + used);
    }
    write(separator === '{' ? '{}' : '}');
  };
  add(content);
  return [...pieces, piece.subarray(0, used)];
}

/** JSON of values, without what is secret in an environment. */
export function jsonWriter(env: Project['env']): (value: unknown) => string {
  const redact = redactorFor(env);
  return (value) => jsonOf(value, redact);
}

/** A replacer makes JSON several times slower, so it is used only where it changes something. */
function jsonOf(content: unknown, redact: Redactor): string {
  try {
    const text = JSON.stringify(content);
    if (redact(text) === text) return text;
  } catch (thrown) {
    // big integers have no JSON of their own
    if (!(thrown instanceof TypeError)) throw thrown;
  }
  return JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'string' ? redact(value) : typeof value === 'bigint' ? String(value) : value,
  );
}

/** What an artifact is called in dbt's schemas, and which version of its schema is written. */
const SCHEMAS = {
  manifest: 'manifest/v12',
  'run-results': 'run-results/v6',
  catalog: 'catalog/v1',
  sources: 'sources/v3',
} as const;

/** Where an artifact says, among variables of the environment, which program wrote it: dbt's schemas have no other place for it. */
const WRITER = 'TSDBT_VERSION';
/** Where a manifest says in which folder its Delta tables lie, relative to the project. */
export const WAREHOUSE = 'TSDBT_WAREHOUSE';
const CUSTOM = 'DBT_ENV_CUSTOM_ENV_';

export interface Invocation {
  readonly invocationId: string;
  readonly startedAt: Date;
}

/**
 * The `metadata` that every artifact begins with. `env` holds what the environment gives as `DBT_ENV_CUSTOM_ENV_…`, and but for a dbt
 * project's database file, where nothing else is expected of it, which program wrote it.
 */
export function artifactMetadata(
  kind: keyof typeof SCHEMAS,
  invocation: Invocation,
  { env, isDbt, target }: Pick<Project, 'env' | 'isDbt' | 'target'>,
  more: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const writer = isDbt && target.storage === 'native' ? {} : { [WRITER]: TSDBT_VERSION };
  const custom = Object.entries(env).filter(([name]) => name.startsWith(CUSTOM));
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${SCHEMAS[kind]}.json`,
    dbt_version: dbtLanguageVersion,
    generated_at: new Date().toISOString(),
    invocation_id: invocation.invocationId,
    invocation_started_at: invocation.startedAt.toISOString(),
    env: {
      ...Object.fromEntries(custom.map(([name, value]) => [name.slice(CUSTOM.length), value])),
      ...writer,
      ...more,
    },
  };
}
