import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openDuckDb } from '../engines/duckdb/duckdb-engine.js';
import type { Session } from '../engines/engine.js';
import { quoteIdentifier, quoteLiteral } from '../engines/relation.js';
import { NativeStorage } from '../materialize/native/native-storage.js';
import type { Project } from '../project/project.js';
import type { OpenLake } from './open-lake.js';
import { sweep } from './sweep.js';

/** Opens the DuckDB file that a target names, with what dbt-duckdb's profiles may ask for: settings, extensions, attached databases. */
export async function openNative(project: Project, invocationId: string): Promise<OpenLake> {
  const { target } = project;
  sweep(join(project.targetPath, 'tmp'), /^[\da-f-]{36}$/);
  const tempDirectory = join(project.targetPath, 'tmp', invocationId);
  if (target.path !== undefined) mkdirSync(dirname(target.path), { recursive: true });
  const options = record(target.extra.config_options);
  const engine = await openDuckDb({
    path: target.path,
    tempDirectory,
    memoryLimit: target.memoryLimit,
    settings: texts(options),
    sessionSettings: { file_search_path: project.projectDir, ...texts(target.settings) },
  });
  const catalog = await engine.openSession();
  try {
    await prepare(catalog, target.extra);
  } catch (thrown) {
    await catalog.close();
    await engine.close();
    throw thrown;
  }
  return {
    engine,
    storage: new NativeStorage(catalog),
    async close() {
      // as closing does it, but in a thread of its own; what it does not get done stays in the log beside the file
      if (hasLog(target.path)) await catalog.execute('checkpoint').catch(() => undefined);
      await catalog.close();
      await engine.close();
      rmSync(tempDirectory, { recursive: true, force: true });
    },
  };
}

/** Whether a database file has a log of changes that are not in it yet. */
function hasLog(path: string | undefined): boolean {
  return path !== undefined && (statSync(`${path}.wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

async function prepare(session: Session, profile: Readonly<Record<string, unknown>>): Promise<void> {
  for (const extension of list(profile.extensions)) {
    const { name, repo } = typeof extension === 'string' ? { name: extension, repo: undefined } : record(extension);
    const from = typeof repo === 'string' ? ` from ${repo}` : '';
    // what is built in, or was installed before, needs no network
    await session
      .execute(`load ${String(name)}`)
      .catch(() => session.execute(`install ${String(name)}${from}; load ${String(name)}`));
  }
  for (const attached of list(profile.attach)) {
    const { path, type, alias, read_only: readOnly, options } = record(attached);
    const details = [
      ...(typeof type === 'string' ? [`type ${type}`] : []),
      ...(readOnly === true ? ['read_only'] : []),
      ...Object.entries(record(options)).map(
        ([key, value]) => `${key} ${value === true ? '' : quoteLiteral(String(value))}`,
      ),
    ];
    const name = typeof alias === 'string' ? ` as ${quoteIdentifier(alias)}` : '';
    await session.execute(
      `attach if not exists ${quoteLiteral(String(path))}${name}${details.length === 0 ? '' : ` (${details.join(', ')})`}`,
    );
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function texts(value: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}
