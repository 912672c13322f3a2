import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { ConfigTree } from './config-tree.js';
import { projectEnvironment } from './dotenv.js';
import { orderedErrors } from './ordered-errors.js';
import type { EvaluateValue, HookText, Project, ProjectCommand, ProjectPaths, ValueScope } from './project.js';
import { type ProjectFile, projectSchema } from './project-schema.js';
import { isRenderedLater, renderValues } from './render-values.js';
import { dbtLanguageVersion, satisfiesVersion } from './required-version.js';
import { chooseTarget } from './targets.js';
import { validate } from './validate.js';
import { valueScope } from './value-scope.js';
import { Vars } from './vars.js';
import { YamlDocument } from './yaml-document.js';

export interface LoadProjectOptions {
  readonly projectDir: string;
  readonly profilesDir?: string | undefined;
  /** `--target` */
  readonly target?: string | undefined;
  /** `--vars` */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** evaluates templates in YAML values; `openProject` of the manifest folder gives the template language's */
  readonly evaluate: EvaluateValue;
}

/**
 * Reads project.yml (or dbt_project.yml), its `.env` and its target.
 *
 * @throws TsdbtErrors with every error of the file, each with its place
 */
export async function loadProject(options: LoadProjectOptions): Promise<Project> {
  const projectDir = path.resolve(options.projectDir);
  const document = readProjectFile(projectDir);
  const env = projectEnvironment(projectDir, options.env);
  const errors: ProjectError[] = [];

  const raw = (document.value ?? {}) as Record<string, unknown>;
  const given = options.vars ?? {};
  const render = (value: unknown, doc: YamlDocument, scope: ValueScope) =>
    renderValues(value, doc, options.evaluate, scope, isRenderedLater, errors);
  const first = valueScope(new Vars({}, given, new Set()), env, undefined);
  const { models, seeds, snapshots, sources, data_tests, tests, exposures, ...head } = raw;
  const declared = render(raw.vars ?? {}, document, first) as Record<string, unknown>;
  const packages = packageScopes(declared, String(raw.name ?? ''), projectDir);
  const vars = new Vars(declared, given, packages);
  const scope = valueScope(vars, env, undefined);
  const trees = { models, seeds, snapshots, sources, data_tests, tests, exposures };
  const file = validate<ProjectFile>(
    projectSchema,
    {
      ...(render(head, document, scope) as object),
      ...withoutUndefined(trees),
      ...('vars' in raw ? { vars: declared } : {}),
    },
    document,
    errors,
  );
  if (file === undefined) throw orderedErrors(errors);

  checkVersion(file, document, errors);
  const { target, names } = chooseTarget(
    file,
    document,
    {
      projectDir,
      profilesDir: options.profilesDir,
      wanted: options.target,
      env,
      render: (value, doc) => render(value, doc, scope),
    },
    errors,
  );
  const full = valueScope(vars, env, target);
  const config = (kind: Parameters<typeof ConfigTree.read>[0], key: keyof typeof trees) =>
    ConfigTree.read(
      kind,
      renderValues(trees[key], document, options.evaluate, full, isRenderedLater, errors, [key]),
      document,
      [key],
      errors,
    );
  const project: Project = {
    name: file.name,
    version: file.version === undefined ? undefined : String(file.version),
    projectDir,
    document,
    paths: pathsOf(file),
    targetPath: path.resolve(projectDir, env.DBT_TARGET_PATH ?? file['target-path'] ?? 'target'),
    warehouse: path.resolve(projectDir, file.warehouse ?? 'warehouse'),
    logPath: path.resolve(projectDir, env.DBT_LOG_PATH ?? file['log-path'] ?? 'logs'),
    cleanTargets: file['clean-targets'] ?? [file['target-path'] ?? 'target'],
    target,
    targetNames: names,
    vars,
    config: {
      models: config('models', 'models'),
      seeds: config('seeds', 'seeds'),
      snapshots: config('snapshots', 'snapshots'),
      tests: config('tests', data_tests === undefined ? 'tests' : 'data_tests'),
      sources: config('sources', 'sources'),
      exposures: config('exposures', 'exposures'),
    },
    onRunStart: hooks(file['on-run-start'], document, 'on-run-start'),
    onRunEnd: hooks(file['on-run-end'], document, 'on-run-end'),
    queryComment: file['query-comment'],
    quoting: file.quoting ?? {},
    dispatch: file.dispatch ?? [],
    flags: file.flags ?? {},
    commands: commandsOf(file, document, projectDir, errors),
    env,
    evaluate: options.evaluate,
  };
  if (data_tests !== undefined && tests !== undefined)
    errors.push(
      new ProjectError(projectCodes.duplicateKey, '"tests" and "data_tests" mean the same: both are there', {
        place: document.placeOf(['tests'], 'key'),
        hint: 'keep data_tests',
      }),
    );
  if (errors.length > 0) throw orderedErrors(errors);
  return project;
}

function readProjectFile(projectDir: string): YamlDocument {
  const name = ['project.yml', 'project.yaml', 'dbt_project.yml'].find((n) => existsSync(path.join(projectDir, n)));
  if (name === undefined) {
    throw new TsdbtErrors([
      new ProjectError(projectCodes.projectNotFound, `no project.yml in ${projectDir}`, {
        hint: 'run the command in a project folder, name one with --project-dir, or make one with "tsdbt init"',
      }),
    ]);
  }
  return new YamlDocument(new SourceText(name, readFileSync(path.join(projectDir, name), 'utf8')));
}

function withoutUndefined<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)) as Record<string, T>;
}

/** Names under `vars:` whose value is a mapping and which are packages: the project itself, or a folder of dbt_packages. */
function packageScopes(declared: Readonly<Record<string, unknown>>, name: string, projectDir: string): Set<string> {
  return new Set(
    Object.entries(declared)
      .filter(
        ([key, value]) =>
          typeof value === 'object' &&
          value !== null &&
          !Array.isArray(value) &&
          (key === name || existsSync(path.join(projectDir, 'dbt_packages', key))),
      )
      .map(([key]) => key),
  );
}

function pathsOf(file: ProjectFile): ProjectPaths {
  return {
    models: file['model-paths'] ?? ['models'],
    seeds: file['seed-paths'] ?? ['seeds'],
    tests: file['test-paths'] ?? ['tests'],
    macros: file['macro-paths'] ?? ['macros'],
    snapshots: file['snapshot-paths'] ?? ['snapshots'],
    analyses: file['analysis-paths'] ?? ['analyses'],
    docs: file['docs-paths'] ?? [],
    assets: file['asset-paths'] ?? [],
  };
}

function hooks(value: string | string[] | null | undefined, document: YamlDocument, key: string): HookText[] {
  const list = value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
  return list.map((sql, i) => {
    const place = document.placeOf(Array.isArray(value) ? [key, i] : [key]);
    return { sql, place, source: new SourceText(document.source.path, sql) };
  });
}

function checkVersion(file: ProjectFile, document: YamlDocument, errors: ProjectError[]): void {
  const required = file['require-dbt-version'];
  if (required === undefined || satisfiesVersion(dbtLanguageVersion, required)) return;
  errors.push(
    new ProjectError(
      projectCodes.requiredVersion,
      `the project requires dbt ${[required].flat().join(', ')}; this is the language of ${dbtLanguageVersion}`,
      {
        place: document.placeOf(['require-dbt-version']),
      },
    ),
  );
}

function commandsOf(
  file: ProjectFile,
  document: YamlDocument,
  projectDir: string,
  errors: ProjectError[],
): Map<string, ProjectCommand> {
  const commands = new Map<string, ProjectCommand>();
  for (const [name, command] of Object.entries(file.commands ?? {})) {
    const place = document.placeOf(['commands', name], 'key');
    const module = command.module ?? command.run;
    if (module === undefined) {
      errors.push(
        new ProjectError(projectCodes.missingKey, `the command "${name}" names no module`, {
          place,
          hint: 'add module: path/to/file.ts',
        }),
      );
      continue;
    }
    const absolute = path.resolve(projectDir, module);
    if (!existsSync(absolute)) {
      errors.push(
        new ProjectError(projectCodes.unreadableFile, `the module of the command "${name}" does not exist: ${module}`, {
          place: document.placeOf(['commands', name, command.module === undefined ? 'run' : 'module']),
        }),
      );
    }
    commands.set(name, { name, description: command.description ?? '', module: absolute, place });
  }
  return commands;
}
