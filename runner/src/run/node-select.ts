import type { Session } from '../engines/engine.js';
import { quoteIdentifier } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import type { ModelNode, SourceNode } from '../manifest/nodes.js';
import { refusePython } from '../manifest/python-model.js';
import { isMicrobatch } from '../materialize/microbatch.js';
import { typescriptSelect } from '../materialize/typescript-model.js';
import type { Vars } from '../project/vars.js';
import { batchedSelect } from './batched-select.js';
import { limitedRows } from './limited-reads.js';
import type { RunState } from './run-state.js';
import type { BatchResults } from './run-types.js';
import { summaryOf } from './summaries.js';

/** The rows of a node as a SELECT, whatever language it is written in. */
export interface NodeSelect {
  readonly select: string;
  /** the template's output, for SQL models */
  readonly compiled: { readonly code: CompiledCode; readonly path: string } | undefined;
  /** of a microbatch model: what of it is in the SELECT */
  readonly batches?: (BatchResults & { readonly errors: readonly TsdbtError[] }) | undefined;
  /** gives temporary relations back */
  drop(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/**
 * Compiles a SQL model, runs a TypeScript model, or reads a seed.
 * @param readsThis a TypeScript model's `this` is the published table
 */
export async function nodeSelect(
  state: RunState,
  node: ModelNode,
  session: Session,
  isIncremental: boolean,
  readsThis: boolean,
): Promise<NodeSelect> {
  refusePython(node);
  if (node.language === 'csv')
    return { select: await state.seedSelect(node, session), compiled: undefined, drop: nothing };
  if (isMicrobatch(node)) return batchedSelect(state, node, session, isIncremental);
  if (node.language === 'sql') {
    const compiled = await state.compile(node, session, { isIncremental });
    return { select: compiled.code.sql, compiled, drop: nothing };
  }
  const { request } = state;
  const summary = summaryOf(node);
  const named = (id: string): string => state.relationOf(id).toString();
  const read = (id: string): string =>
    limitedRows(named(id), state.manifest.get(id) as ModelNode | SourceNode, state.limits());
  const { select, drop } = await typescriptSelect(node, session, state.engine, {
    refRelation: (name) => read(dependencyOf(state, node, name)),
    sourceRelation: (source, table) =>
      read(
        node.dependsOn.find((id) => {
          const found = state.manifest.get(id)!;
          return found.resourceType === 'source' && found.sourceName === source && found.name === table;
        })!,
      ),
    thisRelation: readsThis ? named(node.uniqueId) : undefined,
    versions: await versionsOf(state, [...state.namedParents(node.uniqueId), node.uniqueId]),
    isIncremental,
    variable: (name, fallback) => variable(request.project.vars, node, name, fallback),
    env: request.project.env,
    log: {
      debug: (message) => state.log('debug', message, summary),
      info: (message) => state.log('info', message, summary),
      warn: (message) => state.log('warn', message, summary),
    },
    progress: (done, of, unit) => request.bus.emit({ event: 'node_progress', node: summary, done, of, unit }),
    signal: request.signal,
    projectDir: request.project.projectDir,
    runStartedAt: request.runStartedAt,
    invocationId: request.invocationId,
  });
  return { select, compiled: undefined, drop };
}

/** Delta versions of what is published, by quoted names. */
async function versionsOf(state: RunState, ids: readonly string[]): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (const id of ids) {
    const relation = state.relationOf(id);
    const version = (await state.storage.published(relation))?.version;
    if (version !== undefined) versions.set(relation.toString(), version);
  }
  return versions;
}

function dependencyOf(state: RunState, node: ModelNode, name: string): string {
  return node.dependsOn.find((id) => {
    const found = state.manifest.get(id)!;
    return found.resourceType !== 'source' && found.name === name;
  })!;
}

/** Puts a SELECT's columns into an order. The text of the SELECT stays whole, so that errors in it keep their place. */
export function inOrder(select: string, given: readonly string[], wanted: readonly string[]): string {
  if (given.length === wanted.length && given.every((name, i) => name === wanted[i])) return select;
  const byName = new Map(given.map((name) => [name.toLowerCase(), name]));
  const list = wanted.map((name) => {
    const own = byName.get(name.toLowerCase())!;
    return own === name ? quoteIdentifier(name) : `${quoteIdentifier(own)} as ${quoteIdentifier(name)}`;
  });
  return `select ${list.join(', ')} from (\n${select}\n) as contracted`;
}

/** @throws {ProjectError} TSD1072 for a variable that nothing declares */
function variable(vars: Vars, node: ModelNode, name: string, fallback: unknown): unknown {
  if (vars.has(name, node.packageName)) return vars.get(name, node.packageName);
  if (fallback !== undefined) return fallback;
  throw new ProjectError('TSD1072', `${node.name}: the variable "${name}" is not declared`, {
    place: node.source.place(0),
    hint:
      didYouMean(name, vars.names(node.packageName)) ??
      `declare it under vars: in project.yml, or give var('${name}', fallback)`,
  });
}
