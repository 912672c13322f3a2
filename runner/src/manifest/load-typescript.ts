import path from 'node:path';
import * as z from 'zod';
import type { SourcePlace, SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import { configSchemas } from '../project/config-schema.js';
import type { ModelDefinition } from '../project/define-model.js';
import { ENTRY_FOLDER, MODULE_EXTENSION } from '../project/package-folder.js';
import { validate } from '../project/validate.js';
import type { YamlPath } from '../project/yaml-document.js';
import { placeOfKey, placeOfLiteral } from './typescript-places.js';

/** Loads one TypeScript file and gives its default export. */
export type LoadModule = (file: string) => Promise<unknown>;

/**
 * A loader of TypeScript files for this process. `tsdbt` resolves to this very package, so that a project's models
 * and the engine share one copy wherever it is installed.
 *
 * @param cacheDir absolute path of a folder for transformed files
 */
export async function createModuleLoader(projectDir: string, cacheDir: string): Promise<LoadModule> {
  const { createJiti } = await import('jiti');
  const own = (name: string) => path.join(ENTRY_FOLDER, `${name}${MODULE_EXTENSION}`);
  const jiti = createJiti(path.join(projectDir, 'project.yml'), {
    alias: { 'tsdbt/delta': own('delta/index'), tsdbt: own('index') },
    fsCache: cacheDir,
  });
  // what the models import may have changed since this process loaded it
  const inProject = `${projectDir}${path.sep}`;
  for (const file of Object.keys(jiti.cache))
    if (file.startsWith(inProject) && !file.includes(`${path.sep}node_modules${path.sep}`)) delete jiti.cache[file];
  return async (file) => {
    delete jiti.cache[file];
    return jiti.import(file, { default: true });
  };
}

const definitionKeys = ['description', 'config', 'refs', 'sources', 'columns', 'run'];
const columnSchema = z.union([
  z.string(),
  z.strictObject({ type: z.string(), description: z.string().optional(), nullable: z.boolean().optional() }),
]);
const definitionSchema = z.strictObject({
  description: z.string().optional(),
  config: configSchemas.models.optional(),
  refs: z.array(z.string()).optional(),
  sources: z.array(z.tuple([z.string(), z.string()])).optional(),
  columns: z.record(z.string(), columnSchema),
  run: z.custom((value) => typeof value === 'function', 'a function'),
});

/**
 * Loads a TypeScript model and checks its default export. Errors are pushed to `errors`.
 *
 * @returns the definition, or undefined when there were errors
 */
export async function loadTypeScriptModel(
  source: SourceText,
  absolutePath: string,
  load: LoadModule,
  errors: ProjectError[],
): Promise<ModelDefinition | undefined> {
  let exported: unknown;
  try {
    exported = await load(absolutePath);
  } catch (thrown) {
    errors.push(moduleError(source, absolutePath, thrown));
    return undefined;
  }
  if (!isDefinition(exported)) {
    errors.push(wrongExport(source, exported));
    return undefined;
  }
  const finder = { placeOf: (at: YamlPath, part?: 'key' | 'value') => placeInDefinition(source, exported, at, part) };
  const own: ProjectError[] = [];
  validate(definitionSchema, exported, finder, own, { unknownKeyCode: projectCodes.modelDefinition });
  if (Object.keys((exported.columns as object | undefined) ?? {}).length === 0 && own.length === 0)
    own.push(
      new ProjectError(projectCodes.modelDefinition, 'the model declares no columns', {
        place: placeOfKey(source, 'columns'),
      }),
    );
  for (const error of own)
    errors.push(
      new ProjectError(projectCodes.modelDefinition, error.message, { place: error.place, hint: error.hint }),
    );
  return own.length === 0 ? (exported as unknown as ModelDefinition) : undefined;
}

function isDefinition(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && ('run' in value || 'columns' in value);
}

function wrongExport(source: SourceText, exported: unknown): ProjectError {
  const at = source.text.search(/export\s+default\b/);
  if (at === -1) {
    return new ProjectError(projectCodes.modelExport, 'the file has no default export', {
      place: source.place(0, source.line(1).length),
      hint: 'export default defineModel({ columns: …, async run(context) { … } })',
    });
  }
  const what =
    typeof exported === 'object' && exported !== null
      ? didYouMean(Object.keys(exported)[0] ?? '', definitionKeys)
      : `it is ${exported === null ? 'null' : `a ${typeof exported}`}`;
  return new ProjectError(projectCodes.modelExport, 'the default export is not a model', {
    place: source.place(at, at + 'export default'.length),
    hint: what ?? 'export default defineModel({ columns: …, async run(context) { … } })',
  });
}

function placeInDefinition(source: SourceText, definition: unknown, at: YamlPath, part?: 'key' | 'value'): SourcePlace {
  const names = at.filter((step) => typeof step === 'string');
  let value: unknown = definition;
  for (const step of at)
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  if (part !== 'key' && typeof value === 'string' && at.length > 1) {
    const literal = placeOfLiteral(source, value);
    if (literal !== undefined) return literal;
  }
  for (const name of names.reverse()) {
    const place = placeOfKey(source, name);
    if (place !== undefined) return place;
  }
  const start = Math.max(0, source.text.search(/export\s+default\b/));
  return source.place(start, start + 'export default'.length);
}

/** Where an exception of the module's own code, or of its parser, says that it happened. */
function moduleError(source: SourceText, absolutePath: string, thrown: unknown): ProjectError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const firstLine = error.message
    .split('\n')[0]!
    .replace(absolutePath, source.path)
    .replace(/^ParseError:\s*/, '')
    .trim();
  const place = placeOfThrown(source, absolutePath, error);
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1];
  return new ProjectError(projectCodes.modelModule, `the model cannot be loaded: ${firstLine}`, {
    place: (missing === undefined ? undefined : placeOfLiteral(source, missing)) ?? place,
    hint: missing === undefined ? 'parsing executes the module: keep what can fail inside run()' : undefined,
    cause: thrown,
  });
}

function placeOfThrown(source: SourceText, absolutePath: string, error: Error): SourcePlace {
  const loc = (error as { loc?: { line?: number; column?: number } }).loc;
  const inMessage = /\((\d+):(\d+)\)|:(\d+):(\d+)/.exec(error.message);
  const stack = error.stack ?? '';
  const at = stack.indexOf(`${absolutePath}:`);
  const inStack = at === -1 ? null : /^(\d+):(\d+)/.exec(stack.slice(at + absolutePath.length + 1));
  const isSyntax =
    error.name === 'SyntaxError' ||
    error.message.startsWith('ParseError') ||
    loc !== undefined ||
    /\(\d+:\d+\)/.test(error.message);
  let line = 1;
  let column = 1;
  if (typeof loc?.line === 'number') [line, column] = [loc.line, (loc.column ?? 0) + 1];
  else if (isSyntax && inMessage !== null)
    [line, column] = [Number(inMessage[1] ?? inMessage[3]), Number(inMessage[2] ?? inMessage[4]) + 1];
  else if (inStack !== null) [line, column] = [Number(inStack[1]), Number(inStack[2])];
  const start = source.offset(line, column);
  return source.place(start, Math.max(start + 1, start + (/^[\w$]+/.exec(source.text.slice(start))?.[0].length ?? 1)));
}
