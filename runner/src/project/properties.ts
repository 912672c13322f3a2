import { readFileSync } from 'node:fs';
import { SourceText } from '../errors/source-text.js';
import { type ProjectError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { type FoundFile, findProjectFiles } from './find-files.js';
import type { Project } from './project.js';
import { type PropertiesFile, propertiesSchema } from './properties-schema.js';
import { isRenderedLater, renderValues } from './render-values.js';
import { validate } from './validate.js';
import { projectScope } from './value-scope.js';
import { YamlDocument, type YamlPath } from './yaml-document.js';

/** A `*.yml` file of a project, checked, with the places of everything in it. */
export interface PropertiesDocument {
  readonly file: FoundFile;
  readonly document: YamlDocument;
  readonly content: PropertiesFile;
}

/** Reads every `*.yml` and `*.yaml` below the project's resource folders. Errors are pushed to `errors`. */
export function readProperties(project: Project, errors: TsdbtError[]): PropertiesDocument[] {
  const { models, seeds, snapshots, macros, tests, analyses, functions } = project.paths;
  const roots = [...new Set([...models, ...seeds, ...snapshots, ...analyses, ...functions, ...macros, ...tests])];
  const found: PropertiesDocument[] = [];
  const seen = new Set<string>();
  for (const file of findProjectFiles(project, roots)) {
    if (file.extension !== '.yml' && file.extension !== '.yaml') continue;
    if (seen.has(file.absolutePath)) continue;
    seen.add(file.absolutePath);
    try {
      const read = readOne(project, file, errors);
      if (read !== undefined) found.push(read);
    } catch (thrown) {
      const ours = tsdbtErrorsOf(thrown);
      if (ours.length === 0) throw thrown;
      errors.push(...ours);
    }
  }
  return found;
}

function readOne(project: Project, file: FoundFile, errors: TsdbtError[]): PropertiesDocument | undefined {
  const source = new SourceText(project.prefix + file.path, readFileSync(file.absolutePath, 'utf8'));
  const document = new YamlDocument(source, project.isDbt ? 'dbt' : undefined);
  if (document.value === undefined) return undefined;
  const own: ProjectError[] = [];
  const scope = projectScope(project);
  const rendered = renderValues(document.value, document, project.evaluate, scope, isLeftToTests, own);
  const content = validate<PropertiesFile>(propertiesSchema, rendered, document, own, {
    warnings: project.unknownKeys,
  });
  errors.push(...own);
  return content === undefined ? undefined : { file, document, content };
}

/** Templates in arguments of tests are rendered with the test, in `depends_on` of exposures with the graph. */
function isLeftToTests(path: YamlPath): boolean {
  if (isRenderedLater(path)) return true;
  const key = path.at(-1);
  // templates of unit tests are rendered with them, filters of the semantic layer have names of their own
  if (path.length === 1 && key === 'unit_tests') return true;
  if (key === 'filter' && (path[0] === 'metrics' || path[2] === 'metrics')) return true;
  if (key === 'where' && path[0] === 'saved_queries') return true;
  return path.length > 1 && (key === 'tests' || key === 'data_tests' || key === 'depends_on');
}
