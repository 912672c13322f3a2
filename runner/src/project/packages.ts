import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import { readPackagesFile } from './packages-file.js';
import type { Project } from './project.js';
import { projectFileIn } from './project-file.js';
import { configTrees, hooks, pathsOf, splitTrees } from './project-parts.js';
import { type ProjectFile, projectSchema } from './project-schema.js';
import { isRenderedLater, renderValues } from './render-values.js';
import { checkVersion } from './required-version.js';
import { validate } from './validate.js';
import { valueScope } from './value-scope.js';
import { Vars } from './vars.js';
import { readDbtVars } from './vars-file.js';
import { YamlDocument } from './yaml-document.js';

/** A package as it lies in the install folder. */
export interface PackageFile {
  readonly name: string;
  /** absolute */
  readonly directory: string;
  /** folder below the project, with a slash at its end */
  readonly prefix: string;
  readonly document: YamlDocument;
  /** written for dbt, by the name of its file */
  readonly isDbt: boolean;
}

/** The folders below the install path that hold a project, in the order of their names. */
export function findPackages(projectDir: string, installPath: string, errors: ProjectError[]): PackageFile[] {
  const root = path.resolve(projectDir, installPath);
  if (!existsSync(root)) return [];
  const found: PackageFile[] = [];
  for (const folder of readdirSync(root).sort()) {
    const directory = path.join(root, folder);
    const file = projectFileIn(directory);
    if (file === undefined) continue;
    const prefix = `${path.relative(projectDir, directory).replaceAll('\\', '/')}/`;
    try {
      const source = new SourceText(`${prefix}${file}`, readFileSync(path.join(directory, file), 'utf8'));
      const isDbt = file === 'dbt_project.yml';
      const document = new YamlDocument(source, isDbt ? 'dbt' : undefined);
      const { name } = (document.value ?? {}) as { name?: unknown };
      found.push({ name: typeof name === 'string' ? name : folder, directory, prefix, document, isDbt });
    } catch (thrown) {
      const ours = tsdbtErrorsOf(thrown);
      if (ours.length === 0) throw thrown;
      errors.push(...(ours as ProjectError[]));
    }
  }
  return found;
}

/** Tells where packages.yml lists more packages than there are: a build would miss their macros and models one by one. */
export function checkInstalled(
  projectDir: string,
  installPath: string,
  found: readonly PackageFile[],
  errors: ProjectError[],
): void {
  const file = readPackagesFile(projectDir, undefined, errors);
  if (file === undefined || file.entries.length <= found.length) return;
  const names = new Set(found.flatMap(({ name, directory }) => [name, path.basename(directory)]));
  const missing = file.entries.filter(
    (entry) => entry.kind === 'package' && !names.has(entry.written.split('/').at(-1)!),
  );
  const some = missing.length === 0 ? '' : `: missing ${missing.map((entry) => entry.written).join(', ')}`;
  errors.push(
    new ProjectError(
      projectCodes.packagesMissing,
      `${installPath} holds ${found.length} of the ${file.entries.length} packages that ${file.name} lists${some}`,
      {
        place: missing[0]?.place ?? file.document.placeOf(['packages'], 'key'),
        hint: 'run "tsdbt deps" to install them',
      },
    ),
  );
}

/** A package as a project of its own that writes to the root project's target. Errors are pushed to `errors`. */
export function loadPackage(found: PackageFile, root: Project, errors: ProjectError[]): Project | undefined {
  const { document, directory, prefix, isDbt } = found;
  const raw = (document.value ?? {}) as Record<string, unknown>;
  const warnings: ProjectError[] | undefined = isDbt ? [] : undefined;
  const own = isDbt ? readDbtVars(directory, document, errors, prefix) : ((raw.vars ?? {}) as Record<string, unknown>);
  const vars = new Vars(root.vars.declared, root.vars.given, root.vars.packages, own, root.isDbt);
  const scope = valueScope(vars, root.env, root.target, found.name);
  const { trees, head } = splitTrees(raw);
  const rendered = renderValues({ ...head, vars: undefined }, document, root.evaluate, scope, isRenderedLater, errors);
  const file = validate<ProjectFile>(
    projectSchema,
    { ...(rendered as object), ...trees, ...('vars' in raw ? { vars: own } : {}) },
    document,
    errors,
    { warnings },
  );
  if (file === undefined) return undefined;
  if (file.name === root.name) {
    errors.push(
      new ProjectError(projectCodes.duplicateName, `a package has the project's own name, "${file.name}"`, {
        place: document.placeOf(['name']),
        hint: `rename one of them, or remove ${prefix}`,
      }),
    );
    return undefined;
  }
  checkVersion(`the package ${file.name}`, file['require-dbt-version'], document, errors, root.env);
  return {
    ...root,
    name: file.name,
    version: file.version === undefined ? undefined : String(file.version),
    projectDir: directory,
    document,
    paths: pathsOf(file),
    vars,
    config: configTrees(trees, document, { evaluate: root.evaluate, scope, errors, warnings }),
    onRunStart: hooks(file['on-run-start'], document, 'on-run-start'),
    onRunEnd: hooks(file['on-run-end'], document, 'on-run-end'),
    quoting: file.quoting ?? {},
    dispatch: [],
    flags: root.flags,
    commands: new Map(),
    isDbt,
    restrictAccess: file['restrict-access'] ?? false,
    unknownKeys: warnings,
    packages: [],
    root,
    prefix,
  };
}
