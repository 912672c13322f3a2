import type { Session } from '../engines/engine.js';
import { SourceText } from '../errors/source-text.js';
import { tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import { compileInline } from '../manifest/compile.js';
import type { CompiledCode, CompileOptions } from '../manifest/compiled-code.js';
import { pointerOf } from '../manifest/latest-version-pointer.js';
import type { Manifest } from '../manifest/manifest.js';
import type { SqlNode } from '../manifest/nodes.js';
import type { Project } from '../project/project.js';
import { compileBodies } from './make-function.js';
import { type LakeOptions, openLake } from './open-lake.js';
import { RunState } from './run-state.js';
import type { Deferral } from './run-types.js';

export interface CompileRequest {
  readonly project: Project;
  readonly manifest: Manifest;
  readonly selected: ReadonlySet<string>;
  readonly inline?: string | undefined;
  readonly defer?: Deferral | undefined;
  /** incremental models as they are written anew */
  readonly fullRefresh?: boolean | undefined;
  /** refs and sources without rows */
  readonly empty?: boolean | undefined;
  /** default: a new one */
  readonly invocationId?: string | undefined;
  /** the command, by dbt's name: what `flags.WHICH` says; default: run */
  readonly which?: string | undefined;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

export interface CompiledFile {
  /** undefined for inline SQL */
  readonly uniqueId: string | undefined;
  readonly name: string;
  readonly sql: string;
  /** of a function: the SQL of its overloads */
  readonly overloads?: readonly string[] | undefined;
  /** project-relative; undefined for inline SQL */
  readonly path: string | undefined;
  readonly startedAt: Date;
  readonly completedAt: Date;
}

/** Compiles the selected SQL models and tests into `target/compiled`, against what the warehouse holds now. */
export async function compileNodes(request: CompileRequest): Promise<readonly CompiledFile[]> {
  const { manifest, selected, inline } = request;
  return withLake(request, async (state, session) => {
    if (inline !== undefined) {
      const startedAt = new Date();
      const { sql } = await compileText(state, inline, session);
      return [{ uniqueId: undefined, name: 'inline', sql, path: undefined, startedAt, completedAt: new Date() }];
    }
    const files: CompiledFile[] = [];
    for (const id of selected) {
      const node = manifest.get(id);
      if (node === undefined || !isSql(node)) continue;
      const startedAt = new Date();
      const [main, ...others] = await compiledTexts(state, node, session);
      const { code, path } = main!;
      const overloads = others.map((other) => other.code.sql);
      files.push({ uniqueId: id, name: node.name, sql: code.sql, path, overloads, startedAt, completedAt: new Date() });
    }
    return files;
  });
}

/** A node's SQL; of a function that of its overloads after it. */
async function compiledTexts(
  state: RunState,
  node: SqlNode,
  session: Session,
): Promise<readonly { code: CompiledCode; path: string }[]> {
  const main = await compilePublished(state, node, session);
  if (node.resourceType !== 'function') return [main];
  return compileBodies(node, async (one) => (one === node ? main : state.compile(one, session)));
}

/** Compiles a node against what is published, an incremental model as it would run next. */
export async function compilePublished(
  state: RunState,
  node: SqlNode,
  session: Session,
): Promise<{ code: CompiledCode; path: string }> {
  await state.exposeParents(node.uniqueId);
  let isIncremental = false;
  if ('definition' in node && node.resourceType !== 'function' && node.config.materialized === 'incremental') {
    const relation = state.relationOf(node.uniqueId);
    isIncremental = state.isIncremental(node, await state.storage.published(relation));
    if (isIncremental) await state.storage.expose(relation);
  }
  return state.compile(node, session, { isIncremental });
}

/** Compiles SQL of the command line. Everything that exists is made readable, as nothing says beforehand what it names. */
export async function compileText(state: RunState, text: string, session: Session): Promise<CompiledCode> {
  await exposeAll(state);
  return compileInline(state.manifest, new SourceText('--inline', text), textOptions(state, session));
}

/** What a text sees that is no node's. */
export function textOptions(state: RunState, session: Session): CompileOptions {
  const { invocationId, runStartedAt, which } = state.request;
  return {
    relationOf: (id) => state.relationOf(id),
    isIncremental: false,
    execute: true,
    session,
    invocationId,
    runStartedAt,
    command: which ?? 'compile',
    onLog: (level, message) => state.log(level, message),
  };
}

/** Makes readable what exists, and returns its unique ids. What cannot be read stops a text only where it names it: the engine then says so. */
export async function exposeAll(state: RunState): Promise<readonly string[]> {
  const { manifest } = state;
  const exposed: string[] = [];
  for (const id of manifest.order) {
    if (!['model', 'function', 'seed', 'snapshot', 'source'].includes(manifest.get(id)!.resourceType)) continue;
    const isThere = await state.expose(id).catch((thrown: unknown) => {
      if (tsdbtErrorsOf(thrown).length === 0) throw thrown;
      return false;
    });
    if (isThere) exposed.push(id);
    const pointer = isThere && pointerOf(manifest.get(id)!, state.relationOf(id));
    if (pointer) await state.storage.expose(pointer);
  }
  return exposed;
}

/** Opens the lake for reading, or for work on its tables, does some work in one session, and closes it. */
export async function withLake<T>(
  request: Omit<CompileRequest, 'selected' | 'inline'> & Partial<Pick<CompileRequest, 'selected'>>,
  work: (state: RunState, session: Session) => Promise<T>,
  options: LakeOptions = {},
): Promise<T> {
  const invocationId = request.invocationId ?? crypto.randomUUID();
  const lake = await openLake(request.project, invocationId, { ...options, signal: request.signal });
  let session: Session | undefined;
  const cancel = (): void => session?.cancel();
  try {
    session = await lake.engine.openSession();
    request.signal.addEventListener('abort', cancel, { once: true });
    const state = new RunState(
      {
        command: 'run',
        which: request.which,
        project: request.project,
        manifest: request.manifest,
        selected: request.selected ?? new Set(),
        selection: [],
        defer: request.defer,
        threads: 1,
        fullRefresh: request.fullRefresh ?? false,
        empty: request.empty,
        failFast: false,
        storeFailures: undefined,
        bus: request.bus,
        signal: request.signal,
        invocationId,
        runStartedAt: new Date(),
      },
      lake.engine,
      lake.storage,
    );
    await state.defer();
    const result = await work(state, session);
    await state.flushCompiled();
    return result;
  } finally {
    request.signal.removeEventListener('abort', cancel);
    await session?.close();
    await lake.close();
  }
}

function isSql(node: { readonly resourceType: string }): node is SqlNode {
  return ['test', 'function'].includes(node.resourceType) || ('language' in node && node.language === 'sql');
}
