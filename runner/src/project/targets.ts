import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import path from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { RegisterTarget, Target } from './project.js';
import { type ProjectFile, type RegisterFile, type TargetFile, targetSchema } from './project-schema.js';
import { checkTrinoTarget, trinoExtra } from './targets-trino.js';
import { validate } from './validate.js';
import { YamlDocument, type YamlPath } from './yaml-document.js';

export interface TargetChoice {
  readonly target: Target;
  readonly names: readonly string[];
}

export interface TargetOptions {
  readonly projectDir: string;
  readonly profilesDir: string | undefined;
  /** `--target` */
  readonly wanted: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** renders templates in the values of profiles.yml */
  readonly render: (value: unknown, document: YamlDocument, at?: YamlPath) => unknown;
  /** the project is written for dbt: its profile must be there */
  readonly isDbt: boolean;
  /** given in a dbt project: takes unknown keys */
  readonly warnings: TsdbtError[] | undefined;
}

/** The target of this run: from `targets:` of project.yml, else from profiles.yml, else a DuckDB target named dev. */
export function chooseTarget(
  file: ProjectFile,
  document: YamlDocument,
  options: TargetOptions,
  errors: ProjectError[],
): TargetChoice {
  if (file.targets !== undefined && Object.keys(file.targets).length > 0) {
    const preferred = file.target ?? Object.keys(file.targets)[0]!;
    return pick(file.targets, preferred, file.profile ?? file.name, document, ['targets'], ['target'], options, errors);
  }
  if (file.profile !== undefined) {
    const found = profilesFile(options);
    if (found !== undefined) return fromProfiles(found, file, document, options, errors);
  }
  if (options.isDbt) errors.push(noProfile(file.profile, document, options));
  const only = { dev: { type: 'duckdb' as const } };
  return pick(only, file.target ?? 'dev', file.profile ?? file.name, document, [], ['target'], options, errors);
}

function pick(
  targets: Readonly<Record<string, TargetFile>>,
  preferred: string,
  profileName: string,
  document: YamlDocument,
  at: YamlPath,
  preferredAt: YamlPath,
  options: TargetOptions,
  errors: ProjectError[],
  defaultStorage: Target['storage'] = 'delta',
): TargetChoice {
  const names = Object.keys(targets);
  const name = options.wanted ?? preferred;
  const chosen = targets[name];
  if (chosen === undefined) {
    errors.push(
      new ProjectError(projectCodes.unknownTarget, noTarget(name, options.isDbt ? profileName : undefined), {
        place: options.wanted === undefined ? document.placeOf(preferredAt) : document.placeOf(at, 'key'),
        hint: didYouMean(name, names) ?? (names.length === 0 ? undefined : `targets: ${names.join(', ')}`),
      }),
    );
  }
  const make = (file: TargetFile, of: string, register?: RegisterTarget): Target => {
    if (file.type === 'trino') checkTrinoTarget(file, document, [...at, of], errors);
    return toTarget(file, of, profileName, defaultStorage, options.projectDir, register);
  };
  let register: RegisterTarget | undefined;
  if (chosen?.register !== undefined) {
    if (chosen.type === 'trino' || (chosen.storage ?? defaultStorage) !== 'delta') {
      errors.push(
        new ProjectError(projectCodes.wrongValue, 'register: has nothing to register: only Delta tables can be', {
          place: document.placeOf([...at, name, 'register'], 'key'),
          hint: 'a target of type duckdb with storage: delta publishes Delta tables',
        }),
      );
    }
    const server = chosen.register.target;
    const file = server === undefined ? undefined : targets[server];
    if (server !== undefined && file?.type !== 'trino') {
      const trino = names.filter((one) => targets[one]!.type === 'trino');
      errors.push(
        new ProjectError(
          projectCodes.unknownTarget,
          file === undefined
            ? `there is no target "${server}"`
            : `target "${server}" is of type ${file.type}, not trino`,
          {
            place: document.placeOf([...at, name, 'register', 'target']),
            hint:
              didYouMean(server, trino) ??
              (trino.length > 0 ? `targets of type trino: ${trino.join(', ')}` : undefined),
          },
        ),
      );
    }
    register = toRegister(chosen.register, file && make(file, server!), options.projectDir);
  }
  return { names, target: make(chosen ?? { type: 'duckdb' }, name, register) };
}

function toRegister(file: RegisterFile, server: Target | undefined, projectDir: string): RegisterTarget {
  const schemas = file.schemas ?? ['default', 'layers'];
  return {
    metastore: file.metastore === undefined ? undefined : path.resolve(projectDir, file.metastore),
    server,
    defaultSchema: schemas.includes('default') ? (file.default_schema ?? 'default') : undefined,
    layers: schemas.includes('layers'),
    location: file.location ?? 'local:///',
  };
}

function toTarget(
  file: TargetFile,
  name: string,
  profileName: string,
  defaultStorage: Target['storage'],
  projectDir: string,
  register: RegisterTarget | undefined,
): Target {
  const {
    type,
    schema,
    database,
    threads,
    storage,
    memory_limit,
    settings,
    path: file_,
    register: _given,
    ...extra
  } = file;
  const isNative = type === 'duckdb' && (storage ?? defaultStorage) === 'native';
  return {
    name,
    profileName,
    type,
    schema: schema ?? 'main',
    database: database ?? (isNative ? databaseName(file_) : type === 'trino' ? extra.catalog : undefined),
    threads: threads ?? (isNative ? 1 : Math.max(2, availableParallelism())),
    storage: type === 'trino' ? 'delta' : (storage ?? defaultStorage),
    memoryLimit: memory_limit,
    settings: settings ?? {},
    path: file_ === undefined || file_ === ':memory:' ? undefined : path.resolve(projectDir, file_),
    writtenPath: file_,
    register,
    extra: type === 'trino' ? trinoExtra(extra, projectDir) : extra,
  };
}

/** The name that DuckDB gives to the catalog of a file. */
function databaseName(file: string | undefined): string {
  return file === undefined || file === ':memory:' ? 'memory' : path.parse(file).name;
}

function noProfile(profile: string | undefined, document: YamlDocument, options: TargetOptions): ProjectError {
  if (profile === undefined)
    return new ProjectError(projectCodes.unknownTarget, 'no profile was specified for this dbt project', {
      place: document.placeOf(['name']),
      hint: 'add a line like `profile: shop` with the name of a profile of profiles.yml, or name it with --profile',
    });
  const folders = profileFolders(options).map((folder) => shownFolder(folder, options.projectDir));
  return new ProjectError(projectCodes.unknownTarget, `Could not find profile named '${profile}'`, {
    place: document.placeOf(['profile']),
    detail: `tsdbt looked for a profiles.yml file in ${folders.join(' and in ')}, but did not find one`,
    hint: 'name its folder with --profiles-dir or DBT_PROFILES_DIR',
  });
}

/** dbt's words for a target of a profile that is not there; elsewhere our own. */
function noTarget(name: string, profile: string | undefined): string {
  return profile === undefined
    ? `there is no target "${name}"`
    : `The profile '${profile}' does not have a target named '${name}'.`;
}

/** A folder below the project by the way to it from there. */
function shownFolder(folder: string, projectDir: string): string {
  const way = path.relative(projectDir, folder);
  return way === '' || way.startsWith('..') ? folder : way.replaceAll('\\', '/');
}

function profilesFile(options: TargetOptions): string | undefined {
  const file = path.join(profilesFolder(options), 'profiles.yml');
  return existsSync(file) ? file : undefined;
}

/** The folder whose profiles.yml is read; where there is none, the one that is looked into first. */
export function profilesFolder(options: Pick<TargetOptions, 'profilesDir' | 'env' | 'projectDir'>): string {
  const folders = profileFolders(options);
  return folders.find((folder) => existsSync(path.join(folder, 'profiles.yml'))) ?? folders[0]!;
}

/** A folder that is named is the only one: a file of the same name elsewhere would be another profile. */
function profileFolders({
  profilesDir,
  env,
  projectDir,
}: Pick<TargetOptions, 'profilesDir' | 'env' | 'projectDir'>): readonly string[] {
  const named = profilesDir ?? env.DBT_PROFILES_DIR;
  return named === undefined ? [projectDir, path.join(homedir(), '.dbt')] : [named];
}

interface Profile {
  readonly target?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const PROFILE_KEYS = ['target', 'outputs'];

/** dbt-duckdb's profile: tables live in the database file that it names. */
function fromProfiles(
  fileName: string,
  file: ProjectFile,
  projectDocument: YamlDocument,
  options: TargetOptions,
  errors: ProjectError[],
): TargetChoice {
  const shown = path.relative(options.projectDir, fileName).replaceAll('\\', '/');
  const document = new YamlDocument(
    new SourceText(shown.startsWith('..') ? fileName : shown, readFileSync(fileName, 'utf8')),
    options.isDbt ? 'dbt' : undefined,
  );
  // only what is used is rendered: other profiles may name environment variables of other machines
  const all = (document.value ?? {}) as Record<string, Profile | undefined>;
  const name = options.isDbt ? String(options.render(file.profile!, projectDocument, ['profile'])) : file.profile!;
  const profile = all[name];
  if (profile?.outputs === undefined) {
    errors.push(
      new ProjectError(
        projectCodes.unknownTarget,
        profile === undefined
          ? `Could not find profile named '${name}'`
          : `the profile "${name}" of profiles.yml has no outputs`,
        {
          place: projectDocument.placeOf(['profile']),
          hint: didYouMean(name, Object.keys(all)),
          detail: `read: ${fileName}`,
        },
      ),
    );
    return pick({ dev: { type: 'duckdb' } }, 'dev', name, document, [], [], options, []);
  }
  const wanted = options.wanted ?? String(options.render(profile.target ?? 'default', document, [name, 'target']));
  const outputs: Record<string, TargetFile> = {};
  const named = profile.outputs[wanted] as { register?: { target?: unknown } } | null | undefined;
  const { warnings } = options;
  for (const key of Object.keys(profile).filter((one) => !PROFILE_KEYS.includes(one)))
    (warnings ?? errors).push(
      new ProjectError(projectCodes.unknownKey, `unknown key "${key}"`, {
        place: document.placeOf([name, key], 'key'),
        hint: didYouMean(key, PROFILE_KEYS) ?? `keys here: ${PROFILE_KEYS.join(', ')}`,
      }),
    );
  for (const [key, given] of Object.entries(profile.outputs)) {
    // the other outputs may belong to other adapters
    if (key !== wanted && key !== named?.register?.target) outputs[key] = { type: 'duckdb' };
    else {
      const at = [name, 'outputs', key];
      const value = options.render(given, document, at);
      outputs[key] = validate(targetSchema, value, document, errors, { at, warnings }) ?? { type: 'duckdb' };
    }
  }
  return pick(outputs, wanted, name, document, [name, 'outputs'], [name, 'target'], options, errors, 'native');
}
