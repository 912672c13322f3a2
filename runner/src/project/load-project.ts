import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { projectEnvironment } from './dotenv.js';
import { orderedErrors } from './ordered-errors.js';
import { checkInstalled, findPackages, loadPackage, type PackageFile } from './packages.js';
import type { EvaluateValue, Project, Target, ValueScope } from './project.js';
import { commandsOf } from './project-commands.js';
import { projectFileIn } from './project-file.js';
import { configTrees, hooks, installPathOf, pathsOf, splitTrees } from './project-parts.js';
import { type ProjectFile, projectSchema } from './project-schema.js';
import { isRenderedLater, renderValues } from './render-values.js';
import { checkVersion } from './required-version.js';
import { chooseTarget } from './targets.js';
import { validate } from './validate.js';
import { valueScope } from './value-scope.js';
import { Vars } from './vars.js';
import { readDbtVars } from './vars-file.js';
import { watchedEnvironment } from './watched-environment.js';
import { YamlDocument } from './yaml-document.js';

export interface LoadProjectOptions {
  readonly projectDir: string;
  readonly profilesDir?: string | undefined;
  /** `--profile` */
  readonly profile?: string | undefined;
  /** `--target` */
  readonly target?: string | undefined;
  /** `--vars` */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  /** `any`: those that are there; by default all of packages.yml have to be */
  readonly packages?: 'any' | 'all' | undefined;
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
  const env = watchedEnvironment(projectEnvironment(projectDir, options.env));
  const errors: ProjectError[] = [];

  const raw = (document.value ?? {}) as Record<string, unknown>;
  const isDbt = document.source.path === 'dbt_project.yml';
  const warnings: ProjectError[] | undefined = isDbt ? [] : undefined;
  const given = options.vars ?? {};
  const render = (value: unknown, doc: YamlDocument, scope: ValueScope) =>
    renderValues(value, doc, options.evaluate, scope, isRenderedLater, errors);
  const first = valueScope(new Vars({}, given, new Set()), env, undefined);
  const { trees, head } = splitTrees(isDbt ? withoutUnknown(raw, document, errors) : raw);
  // dbt renders a variable where it is used: it may name models and sources
  const declared = (
    isDbt ? readDbtVars(projectDir, document, errors) : render(raw.vars ?? {}, document, first)
  ) as Record<string, unknown>;
  const installPath = String(render(installPathOf(raw), document, first));
  const packageFiles = findPackages(projectDir, installPath, errors);
  if (options.packages !== 'any') checkInstalled(projectDir, installPath, packageFiles, errors);
  const vars = new Vars(declared, given, packageScopes(declared, String(raw.name ?? ''), packageFiles), {}, isDbt);
  const scope = valueScope(vars, env, undefined);
  const profile = options.profile === undefined ? {} : { profile: options.profile };
  const file = validate<ProjectFile>(
    projectSchema,
    {
      ...(render({ ...head, vars: undefined }, document, scope) as object),
      ...profile,
      ...trees,
      ...('vars' in raw ? { vars: declared } : {}),
    },
    document,
    errors,
    { warnings },
  );
  if (file === undefined) throw orderedErrors(errors, warnings);

  checkVersion('the project', file['require-dbt-version'], document, errors, env);
  const { target, names } = chooseTarget(
    file,
    document,
    {
      projectDir,
      profilesDir: options.profilesDir,
      wanted: options.target,
      env,
      isDbt,
      warnings,
      render: (value, doc, at) => renderValues(value, doc, options.evaluate, scope, isRenderedLater, errors, at ?? []),
    },
    errors,
  );
  const full = valueScope(vars, env, target);
  const packages: Project[] = [];
  const project: Project = {
    name: file.name,
    version: file.version === undefined ? undefined : String(file.version),
    projectDir,
    document,
    paths: pathsOf(file),
    targetPath: path.resolve(projectDir, env.DBT_TARGET_PATH ?? file['target-path'] ?? 'target'),
    warehouse: path.resolve(projectDir, warehouseOf(target) ?? file.warehouse ?? 'warehouse'),
    logPath: path.resolve(projectDir, env.DBT_LOG_PATH ?? file['log-path'] ?? 'logs'),
    cleanTargets: file['clean-targets'] ?? [file['target-path'] ?? 'target'],
    target,
    targetNames: names,
    vars,
    config: configTrees(trees, document, { evaluate: options.evaluate, scope: full, errors, warnings }),
    onRunStart: hooks(file['on-run-start'], document, 'on-run-start'),
    onRunEnd: hooks(file['on-run-end'], document, 'on-run-end'),
    queryComment: file['query-comment'],
    quoting: file.quoting ?? {},
    dispatch: file.dispatch ?? [],
    flags: file.flags ?? {},
    commands: commandsOf(file, document, projectDir, errors),
    env,
    evaluate: options.evaluate,
    isDbt,
    restrictAccess: file['restrict-access'] ?? false,
    unknownKeys: warnings,
    packages,
    root: undefined,
    prefix: '',
  };
  for (const found of packageFiles) {
    const loaded = loadPackage(found, project, errors);
    if (loaded !== undefined) packages.push(loaded);
  }
  if (trees.data_tests !== undefined && trees.tests !== undefined && !isDbt)
    errors.push(
      new ProjectError(projectCodes.duplicateKey, '"tests" and "data_tests" mean the same: both are there', {
        place: document.placeOf(['tests'], 'key'),
        hint: 'keep data_tests',
      }),
    );
  if (errors.length > 0) throw orderedErrors(errors, warnings);
  return project;
}

function warehouseOf({ extra }: Target): string | undefined {
  return typeof extra.warehouse === 'string' ? extra.warehouse : undefined;
}

function readProjectFile(projectDir: string): YamlDocument {
  const name = projectFileIn(projectDir);
  if (name === undefined) {
    throw new TsdbtErrors([
      new ProjectError(projectCodes.projectNotFound, `no project.yml in ${projectDir}`, {
        hint: 'run the command in a project folder, name one with --project-dir, or make one with "tsdbt init"',
      }),
    ]);
  }
  const source = new SourceText(name, readFileSync(path.join(projectDir, name), 'utf8'));
  return new YamlDocument(source, name === 'dbt_project.yml' ? 'dbt' : undefined);
}

/** Names under `vars:` whose value is a mapping and which are packages: the project itself, or one of its packages. */
function packageScopes(
  declared: Readonly<Record<string, unknown>>,
  name: string,
  packages: readonly PackageFile[],
): Set<string> {
  const names = new Set([name, ...packages.map((one) => one.name)]);
  return new Set(
    Object.entries(declared)
      .filter(([key, value]) => typeof value === 'object' && value !== null && !Array.isArray(value) && names.has(key))
      .map(([key]) => key),
  );
}

/** The keys of a dbt_project.yml that there are: unlike those below it, dbt refuses a key of the file that it does not know. */
function withoutUnknown(
  raw: Readonly<Record<string, unknown>>,
  document: YamlDocument,
  errors: ProjectError[],
): Record<string, unknown> {
  const known = [...Object.keys(projectSchema.shape), ...OTHER_KEYS];
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (known.includes(key.replaceAll('_', '-')) || known.includes(key)) kept[key] = value;
    else
      errors.push(
        new ProjectError(projectCodes.unknownKey, `unknown key "${key}"`, {
          place: document.placeOf([key], 'key'),
          hint: didYouMean(key, known) ?? 'dbt refuses it, too',
        }),
      );
  }
  return kept;
}

/** Keys that dbt knows, and which mean nothing here. */
const OTHER_KEYS = ['project-root', 'source-paths', 'data-paths', 'osi-paths', 'packages'];
