import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { Project } from './project.js';
import { configTrees, hooks, pathsOf, splitTrees } from './project-parts.js';
import { type ProjectFile, projectSchema } from './project-schema.js';
import { isRenderedLater, renderValues } from './render-values.js';
import { validate } from './validate.js';
import { valueScope } from './value-scope.js';
import { Vars } from './vars.js';
import { YamlDocument } from './yaml-document.js';

/** A package as it lies in the install folder. */
export interface PackageFile {
  readonly name: string;
  /** absolute */
  readonly directory: string;
  /** folder below the project, with a slash at its end */
  readonly prefix: string;
  readonly document: YamlDocument;
}

/** The folders below the install path that hold a dbt_project.yml, in the order of their names. */
export function findPackages(projectDir: string, installPath: string, errors: ProjectError[]): PackageFile[] {
  const root = path.resolve(projectDir, installPath);
  if (!existsSync(root)) return [];
  const found: PackageFile[] = [];
  for (const folder of readdirSync(root).sort()) {
    const directory = path.join(root, folder);
    const file = path.join(directory, 'dbt_project.yml');
    if (!existsSync(file)) continue;
    const prefix = `${path.relative(projectDir, directory).replaceAll('\\', '/')}/`;
    try {
      const source = new SourceText(`${prefix}dbt_project.yml`, readFileSync(file, 'utf8'));
      const document = new YamlDocument(source, 'dbt');
      const { name } = (document.value ?? {}) as { name?: unknown };
      found.push({ name: typeof name === 'string' ? name : folder, directory, prefix, document });
    } catch (thrown) {
      const ours = tsdbtErrorsOf(thrown);
      if (ours.length === 0) throw thrown;
      errors.push(...(ours as ProjectError[]));
    }
  }
  return found;
}

/** A package as a project of its own that writes to the root project's target. Errors are pushed to `errors`. */
export function loadPackage(found: PackageFile, root: Project, errors: ProjectError[]): Project | undefined {
  const { document, directory, prefix } = found;
  const raw = (document.value ?? {}) as Record<string, unknown>;
  const warnings: ProjectError[] = [];
  const own = (raw.vars ?? {}) as Record<string, unknown>;
  const vars = new Vars(root.vars.declared, root.vars.given, root.vars.packages, own);
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
    isDbt: true,
    unknownKeys: warnings,
    packages: [],
    root,
    prefix,
  };
}
