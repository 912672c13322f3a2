import { randomUUID } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import picocolors from 'picocolors';
import { parse } from 'yaml';
import { formatThrown } from '../../errors/format-error.js';
import { didYouMean } from '../../errors/suggest.js';
import { ProjectError, tsdbtErrorsOf } from '../../errors/tsdbt-error.js';
import type { Manifest } from '../../manifest/manifest.js';
import { projectCodes } from '../../project/codes.js';
import type { Project } from '../../project/project.js';
import { TSDBT_VERSION } from '../../project/tsdbt-version.js';
import { counted } from '../../report/node-line.js';
import { CheckFailure, type RunCheck } from '../check.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { DebugOptions } from '../flags.js';
import { openProjectFor } from '../open-project.js';
import { projectFolder } from '../project-folder.js';
import { errorStyle, usesColor } from '../style.js';

const LEAST_NODE = [20, 19];
/** Below this, DuckDB has nowhere to spill and commits fail halfway. */
const LEAST_FREE_BYTES = 512 * 1024 ** 2;

/** Checks everything that a run needs, and says how to mend what fails. Exit code 0 when a build can work, else 1. */
export async function debug(options: DebugOptions, effects: Effects): Promise<number> {
  const named = options.projectDir;
  if (named !== undefined && !existsSync(resolve(effects.cwd, named)))
    throw new ProjectError(cliCodes.wrongFlagValue, `--project-dir ${named} is no folder`);
  if (options.configDir) {
    effects.stdout.write(`${await profilesFolderOf(options, effects)}\n`);
    return 0;
  }
  const paint = picocolors.createColors(usesColor(effects.stderr, effects.env, options.color));
  let failed = 0;
  let profileFailed = false;
  const check: RunCheck = async (name, mend, run) => {
    try {
      const found = await run();
      if (!options.quiet)
        effects.stderr.write(`  ${paint.green('ok')}    ${name}${found === undefined ? '' : `: ${found}`}\n`);
      return true;
    } catch (thrown) {
      failed += 1;
      profileFailed ||= isProfileError(thrown);
      const style = errorStyle(effects.stderr, effects.env, options.color);
      // what a check meets (a missing library, a full disk) is the machine's state, not a defect of the program
      const text =
        thrown instanceof CheckFailure || isSystemError(thrown) ? thrown.message : formatThrown(thrown, style).text;
      const failure = isProfileError(thrown) ? `${name}: Profile loading failed for the following reason` : name;
      effects.stderr.write(`  ${paint.red('fail')}  ${failure}\n${indented(text)}\n        ${mend}\n`);
      return false;
    }
  };

  if (!options.quiet) effects.stderr.write(`tsdbt ${TSDBT_VERSION}\n`);
  const say = (text: string): void => void (!options.quiet && effects.stderr.write(`${text}\n`));
  if (options.connection) say('Skipping steps before connection verification');
  else await checkMachine(check);
  let project: Project | undefined;
  let manifest: Manifest | undefined;
  await check('project', 'mend the errors above, then "tsdbt parse"', async () => {
    project = await openProjectFor(options, effects);
    const target = `target ${project.target.name} (${project.target.type})`;
    // what Trino has to know are the sources of the project
    if (options.connection && project.target.type !== 'trino') return `${project.name}, ${target}`;
    const { buildManifest } = await import('../../manifest/build-manifest.js');
    manifest = await buildManifest(project);
    return `${project.name}, ${counted(manifest.nodes.size, 'node')}, ${target}`;
  });
  // the project's file may be what keeps the profile from being looked at
  if (project === undefined && options.profile !== undefined && !profileFailed)
    await check('profile', 'name one of profiles.yml, or its folder with --profiles-dir', () =>
      profileIsThere(options.profile!, options, effects),
    );
  if (project !== undefined) {
    const { warehouse, target } = project;
    const opened = project;
    if (target.type === 'trino') {
      const { checkTrino } = await import('../debug-trino.js');
      if (manifest !== undefined) await checkTrino(opened, manifest, check);
    } else if (target.storage === 'delta') {
      const canWrite = await check(
        'warehouse',
        'change its permissions, or name another folder with warehouse: in project.yml',
        () => writable(warehouse),
      );
      if (!canWrite) return 1;
      await check('disk', 'free some space, or name a warehouse on another disk', () => freeSpace(warehouse));
      await check('Delta commit', 'the warehouse needs a file system with hard links and fsync', () =>
        roundTrip(opened),
      );
    } else
      await check('connection', 'see what the profile names: path, attach, extensions, settings', () =>
        connect(opened),
      );
  }
  if (failed > 0) effects.stderr.write(`${counted(failed, 'check')} failed\n`);
  else say('All checks passed.');
  return failed === 0 ? 0 : 1;
}

async function checkMachine(check: RunCheck): Promise<void> {
  await check('Node.js', `install Node.js ${LEAST_NODE.join('.')} or later`, nodeVersion);
  await check('DuckDB', 'run "npm install" again: the package for this platform may be missing', duckDb);
}

/** Opens the database file with all that the profile asks for, and takes away a file that was not there before. */
async function connect(project: Project): Promise<string> {
  const { path } = project.target;
  const isNew = path !== undefined && !existsSync(path);
  const { openLake } = await import('../../run/open-lake.js');
  try {
    const opened = await openLake(project, randomUUID());
    try {
      const session = await opened.engine.openSession();
      await session.query('select 1 as id');
      await session.close();
    } finally {
      await opened.close();
    }
  } finally {
    if (isNew) for (const file of [path, `${path}.wal`]) rmSync(file, { force: true });
  }
  return path === undefined ? 'in memory' : `${path}${isNew ? ' (made by the first run)' : ''}`;
}

/** @throws {ProjectError} TSD1008 where profiles.yml has no profile of that name */
async function profileIsThere(name: string, options: DebugOptions, effects: Effects): Promise<undefined> {
  const file = join(await profilesFolderOf(options, effects), 'profiles.yml');
  const names = existsSync(file) ? Object.keys((parse(readFileSync(file, 'utf8')) as object | null) ?? {}) : [];
  if (names.includes(name)) return undefined;
  throw new ProjectError(projectCodes.unknownTarget, `Could not find profile named '${name}'`, {
    hint: didYouMean(name, names),
  });
}

async function profilesFolderOf(options: DebugOptions, effects: Effects): Promise<string> {
  const { profilesFolder } = await import('../../project/targets.js');
  const projectDir = projectFolder(options, effects);
  const profilesDir = options.profilesDir === undefined ? undefined : resolve(effects.cwd, options.profilesDir);
  return profilesFolder({ projectDir, profilesDir, env: effects.env });
}

function isProfileError(thrown: unknown): boolean {
  return tsdbtErrorsOf(thrown)[0]?.code === projectCodes.unknownTarget;
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && typeof (thrown as NodeJS.ErrnoException).code === 'string' && 'syscall' in thrown;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');
}

function nodeVersion(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_NODE;
  if (major < leastMajor || (major === leastMajor && minor < leastMinor))
    throw new CheckFailure(`this is Node.js ${process.versions.node}`);
  return process.versions.node;
}

async function duckDb(): Promise<string> {
  let module: typeof import('@duckdb/node-api');
  try {
    module = await import('@duckdb/node-api');
  } catch (cause) {
    throw new CheckFailure(`DuckDB does not load: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return module.version().replace(/^v/, '');
}

/** The folder itself, or the nearest one above it that exists. */
function existing(folder: string): string {
  return existsSync(folder) ? folder : existing(dirname(folder));
}

function writable(warehouse: string): string {
  const folder = existing(warehouse);
  if (!statSync(folder).isDirectory()) throw new CheckFailure(`${folder} is not a folder`);
  accessSync(folder, constants.W_OK | constants.X_OK);
  return folder === warehouse ? warehouse : `${warehouse} (made by the first run)`;
}

function freeSpace(warehouse: string): string {
  const { bavail, bsize } = statfsSync(existing(warehouse));
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  if (free < LEAST_FREE_BYTES) throw new CheckFailure(text);
  return text;
}

/** Commits a small table in a folder of its own within the warehouse, reads it back, and removes it. */
async function roundTrip(project: Project): Promise<string> {
  const made = existsSync(project.warehouse) ? undefined : project.warehouse;
  mkdirSync(project.warehouse, { recursive: true });
  const folder = mkdtempSync(join(project.warehouse, '.debug-'));
  try {
    const { openLake } = await import('../../run/open-lake.js');
    const { Relation } = await import('../../engines/relation.js');
    const lake = await openLake({ ...project, warehouse: folder }, randomUUID());
    try {
      const session = await lake.engine.openSession();
      const table = new Relation('debug', 'round_trip');
      const options = {
        partitionBy: [],
        clusterBy: [],
        properties: {},
        optimizeFrom: undefined,
        description: undefined,
        comments: {},
      };
      const staged = await lake.storage.stageTable(session, table, "select 42 as number, 'ä' as text", options);
      await staged.publish();
      await lake.storage.expose(table);
      const { rows } = await session.query(`select number, text from ${table}`);
      await session.close();
      if (JSON.stringify(rows) !== '[[42,"ä"]]')
        throw new CheckFailure(`what was read is not what was written: ${JSON.stringify(rows)}`);
    } finally {
      await lake.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (made !== undefined) rmSync(made, { recursive: true, force: true });
  }
  return 'written, read and removed';
}
