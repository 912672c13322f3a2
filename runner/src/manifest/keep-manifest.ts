import { deserialize, serialize } from 'node:v8';
import { SourceText } from '../errors/source-text.js';
import {
  EngineError,
  type ErrorDetails,
  GraphError,
  ProjectError,
  QualityError,
  TemplateError,
  TsdbtError,
} from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import { WholeFloat } from '../project/yaml-dialect.js';
import type { MacroLibrary, UnparsedMacro } from '../template/macros.js';
import { blockProgram, parseTemplate, type TemplateProgram } from '../template/parse.js';
import { graphCodes } from './codes.js';
import { deprecations } from './deprecations.js';
import { type DocBlock, DocBlocks } from './docs.js';
import { keptUnitTest, type PlainUnitTest, unitTestOf } from './keep-unit-tests.js';
import { emptyLibrary } from './macros.js';
import { graphOf, Manifest, type ManifestParts } from './manifest.js';
import type { ManifestNode } from './nodes.js';

type Plain = Omit<ManifestParts, 'project' | 'macros' | 'docs' | 'programs' | 'warnings' | 'unitTests' | 'disabled'>;

interface PlainMacros {
  readonly packageName: string;
  readonly source: SourceText;
  readonly macros: readonly UnparsedMacro[];
}

interface PlainError {
  readonly name: string;
  readonly code: TsdbtError['code'];
  readonly message: string;
  readonly details: ErrorDetails;
}

/** A manifest without its project, as values that a structured clone keeps. */
interface KeptManifest extends Plain {
  readonly unitTests: ReadonlyMap<string, PlainUnitTest>;
  readonly disabled: ReadonlyMap<string, ManifestNode | PlainUnitTest>;
  readonly macros: readonly PlainMacros[];
  /** of the project and of its packages */
  readonly docs: readonly (readonly DocBlock[])[];
  readonly warnings: readonly PlainError[];
  /** all files that something in it has a place in: they are given their class again */
  readonly files: readonly SourceText[];
  /** objects and keys in them that hold a {@link WholeFloat} */
  readonly wholeFloats: readonly (readonly [holder: Record<string, unknown>, key: string])[];
}

/**
 * A manifest as bytes for {@link manifestFrom}; undefined where it holds what bytes cannot: functions of TypeScript models.
 * Of the project nothing is in it but what nodes took from it.
 */
export function bytesOfManifest(manifest: Manifest): Buffer | undefined {
  const unitTests = new Map([...manifest.unitTests].map(([id, node]) => [id, keptUnitTest(node)]));
  const disabled = new Map(
    [...manifest.disabled].map(([id, node]) => [id, node.resourceType === 'unit_test' ? keptUnitTest(node) : node]),
  );
  const { nodes, sources, exposures, analyses, functions, semantics, groups, macroProperties, argumentPlaces } =
    manifest;
  const kept = {
    nodes,
    sources,
    exposures,
    analyses,
    functions,
    semantics,
    groups,
    macroProperties,
    argumentPlaces,
    unitTests,
    disabled,
    macros: macrosByFile(manifest.macros),
    docs: manifest.docs.map((docs) => [...docs.blocks.values()]),
    // deprecations come with time: they are looked for anew
    warnings: manifest.warnings.filter((one) => one.code !== graphCodes.deprecated).map(plainError),
  };
  const found = examine(kept);
  if (found === undefined) return undefined;
  return serialize({ ...kept, ...found } satisfies KeptManifest);
}

/** The manifest of {@link bytesOfManifest}; templates and macros are parsed when they are first used. */
export function manifestFrom(bytes: Uint8Array, project: Project): Manifest {
  const kept = deserialize(bytes) as KeptManifest;
  for (const source of kept.files) Object.setPrototypeOf(source, SourceText.prototype);
  for (const [holder, key] of kept.wholeFloats) holder[key] = new WholeFloat(Number(holder[key]));
  const unitTests = new Map([...kept.unitTests].map(([id, node]) => [id, unitTestOf(node)]));
  const disabled = new Map<string, ManifestNode>(
    [...kept.disabled].map(([id, node]) => [id, isPlainUnitTest(node) ? unitTestOf(node) : node]),
  );
  const parts: ManifestParts = {
    ...kept,
    project,
    unitTests,
    disabled,
    macros: libraryOf(project, kept.macros),
    docs: docsOf(kept.docs, project),
    programs: snapshotPrograms(kept.nodes),
    warnings: [...kept.warnings.map(errorOf), ...deprecations(kept.nodes.values(), new Date())],
  };
  return new Manifest(parts, graphOf(parts));
}

function isPlainUnitTest(node: ManifestNode | PlainUnitTest): node is PlainUnitTest {
  return node.resourceType === 'unit_test';
}

/** Macros by file, each package's in the order in which they were read. */
function macrosByFile(library: MacroLibrary): PlainMacros[] {
  const files = new Map<string, { packageName: string; source: SourceText; macros: UnparsedMacro[] }>();
  for (const { packageName, name, place } of library.all()) {
    const key = `${packageName}\0${place.source.path}`;
    let file = files.get(key);
    if (file === undefined) {
      file = { packageName, source: place.source, macros: [] };
      files.set(key, file);
    }
    file.macros.push({ name, place });
  }
  return [...files.values()];
}

function libraryOf(project: Project, files: readonly PlainMacros[]): MacroLibrary {
  const library = emptyLibrary(project);
  for (const { packageName, source, macros } of files) {
    let program: TemplateProgram | undefined;
    library.addLazily(packageName, macros, () => {
      program ??= parseTemplate(source);
      return program;
    });
  }
  return library;
}

function docsOf(kept: KeptManifest['docs'], project: Project): readonly DocBlocks[] {
  const projects = [project, ...project.packages];
  const all = kept.map((blocks, i) => {
    const docs = new DocBlocks(projects[i] ?? project);
    for (const block of blocks) docs.blocks.set(block.name, block);
    return docs;
  });
  for (const docs of all) docs.others.push(...all.filter((one) => one !== docs));
  return all;
}

/** A snapshot's program is one block of its file; every other node's is its file. */
function snapshotPrograms(nodes: Plain['nodes']): Map<string, TemplateProgram> {
  const programs = new Map<string, TemplateProgram>();
  for (const node of nodes.values()) {
    if (node.resourceType !== 'snapshot') continue;
    const whole = parseTemplate(node.source);
    const block = whole.blocks.find((one) => one.kind === 'snapshot' && one.name === node.name);
    if (block !== undefined) programs.set(node.uniqueId, blockProgram(whole, block));
  }
  return programs;
}

function plainError(error: TsdbtError): PlainError {
  const { name, code, message, place, hint, compiled, via, detail } = error;
  return { name, code, message, details: { place, hint, compiled, via, detail } };
}

const errorClasses = [ProjectError, TemplateError, GraphError, QualityError, EngineError];

function errorOf({ name, code, message, details }: PlainError): TsdbtError {
  const Class = errorClasses.find((one) => one.name === name) ?? TsdbtError;
  return new Class(code, message, details);
}

/** Deeper than any value that a project holds: what refers to itself has no end. */
const DEEPEST = 100;

/** Walks all values: files and whole floats in them; undefined where there is something else that is no plain data. */
function examine(root: object): Pick<KeptManifest, 'files' | 'wholeFloats'> | undefined {
  const files = new Set<SourceText>();
  // nodes share them
  const configs = new Set<unknown>();
  const wholeFloats: [Record<string, unknown>, string][] = [];
  const isPlain = (value: unknown, depth: number): boolean => {
    if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol';
    if (depth > DEEPEST) return false;
    if (value instanceof SourceText) {
      files.add(value);
      return true;
    }
    if (value instanceof Set || value instanceof Map) {
      for (const item of value) if (!isPlain(item, depth + 1)) return false;
      return true;
    }
    if (value instanceof Date) return true;
    if (!Array.isArray(value)) {
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== Object.prototype && prototype !== null) return false;
    }
    const holder = value as Record<string, unknown>;
    for (const key in holder) {
      const item = holder[key];
      if (typeof item === 'string') continue;
      if (item instanceof WholeFloat) {
        wholeFloats.push([holder, key]);
        continue;
      }
      if (key === 'config') {
        if (configs.has(item)) continue;
        configs.add(item);
      }
      if (!isPlain(item, depth + 1)) return false;
    }
    return true;
  };
  return isPlain(root, 0) ? { files: [...files], wholeFloats } : undefined;
}
