import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import type { Relation } from '../engines/relation.js';
import { type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { resolverOf } from '../manifest/compile.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import { readDependency } from '../manifest/dependency-call.js';
import { pointerOf } from '../manifest/latest-version-pointer.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import { materializationMacro } from '../manifest/materialization-macros.js';
import type { ModelNode } from '../manifest/nodes.js';
import { refusePython } from '../manifest/python-model.js';
import { runMaterialization } from '../manifest/run-materialization.js';
import type { Batch } from '../materialize/microbatch.js';
import { findRelation } from '../materialize/native/native-catalog.js';
import { nativeBuiltIns, nativeMaterializationOf } from '../materialize/native/native-materializations.js';
import { nativeView, oneViewStatement } from '../materialize/native/native-models.js';
import type { HookPhase, NativeMaterialization, NativeResult } from '../materialize/native/native-request.js';
import type { LibraryMacro } from '../template/macros.js';
import { hooksOf, runHooks } from './hooks.js';
import { batchForTemplates } from './limited-reads.js';
import { materializationOptions } from './materialization-options.js';
import type { RunState } from './run-state.js';
import { summaryOf } from './summaries.js';

/** One of the batches of a model. */
export interface BatchWrite {
  readonly batch: Batch;
  /** hooks before the model run with the first batch, those after it with the last */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Writes a node into the database file, whole or batch by batch, and knows what its errors mean. */
export class NativeWrite {
  /** what was compiled last */
  compiled: { readonly code: CompiledCode; readonly path: string } | undefined;
  /** the ephemeral model that could not be compiled into it */
  failedEphemeral: ModelNode | undefined;

  constructor(
    readonly state: RunState,
    readonly node: ModelNode,
    readonly relation: Relation,
    readonly session: Session,
  ) {}

  /** Whether there is a table that is added to. */
  async isIncremental(): Promise<boolean> {
    const existing = await findRelation(this.session, this.relation);
    return (
      this.node.config.materialized === 'incremental' &&
      existing?.type === 'table' &&
      !this.state.fullRefresh(this.node)
    );
  }

  /**
   * Compiles a view that is one statement.
   * @param session in which queries of the template run
   * @returns the statement
   * @throws what a template says
   */
  async statement(session: Session): Promise<string> {
    const { state, node, relation } = this;
    await this.#compile(session, false);
    const { statement, shown } = oneViewStatement({ node, relation, select: this.compiled!.code.sql });
    state.writeRun(node, shown);
    return statement;
  }

  /** Compiles, unless that was done, and writes. @throws what the engine or a template says; nothing is changed then */
  async once(part?: BatchWrite): Promise<NativeResult> {
    const { state, node, relation, session } = this;
    refusePython(node);
    const fullRefresh = state.fullRefresh(node) && part?.isFirst !== false;
    const macro = materializationMacro(state.manifest.macros, node, [state.engine.name], nativeBuiltIns);
    // a view takes the place of what is there without asking
    const asks = macro !== undefined || node.config.materialized !== 'view';
    const existing = asks ? await findRelation(session, relation) : undefined;
    const isIncremental = node.config.materialized === 'incremental' && existing?.type === 'table' && !fullRefresh;
    const materialize =
      macro === undefined ? nativeMaterializationOf(node) : this.#byMacro(macro, isIncremental, fullRefresh);
    if (node.language === 'sql' && (part !== undefined || this.compiled === undefined))
      await this.#compile(session, isIncremental, part?.batch);
    return materialize({
      node,
      relation,
      existing,
      session,
      select: this.compiled?.code.sql ?? '',
      fullRefresh,
      empty: state.request.empty,
      batch: part?.batch,
      startedAt: state.request.runStartedAt,
      relationNamed: (text) => this.#relationNamed(text),
      wrote: (sql) => state.writeRun(node, sql),
      warn: (message) => state.log('warn', message, summaryOf(node)),
      hooks: async (phase, inTransaction) => {
        if (part !== undefined && !(phase === 'pre_hook' ? part.isFirst : part.isLast)) return;
        await runHooks(state, hooksAt(node, phase, inTransaction), node, session, {
          isIncremental,
          batch: part?.batch,
        });
      },
    });
  }

  /** Makes the view that shows the latest version of a model under a name without a version, where one is asked for. */
  async pointer(): Promise<void> {
    const { node, relation, session } = this;
    const pointer = pointerOf(node, relation);
    if (pointer === undefined) return;
    await nativeView({
      node: { ...node, config: { ...node.config, pre_hook: [], post_hook: [], persist_docs: {} } },
      relation: pointer,
      existing: undefined,
      session,
      select: `select * from ${relation}`,
      fullRefresh: false,
      startedAt: this.state.request.runStartedAt,
      relationNamed: () => undefined,
      wrote: () => undefined,
      warn: () => undefined,
      hooks: async () => undefined,
    });
  }

  async #compile(session: Session, isIncremental: boolean, batch?: Batch): Promise<void> {
    this.compiled = await this.state.compile(this.node, session, {
      isIncremental,
      batch,
      onEphemeralFailed: (ephemeral) => {
        this.failedEphemeral ??= ephemeral;
      },
    });
  }

  #relationNamed(text: string): Relation | undefined {
    const { state, node } = this;
    const call = readDependency(text, node.propertiesPlace ?? node.source.place(0));
    if (call === undefined || call.kind === 'metric') return undefined;
    const resolver = resolverOf(state.manifest);
    return state.relationOf((call.kind === 'ref' ? resolver.ref(call, node) : resolver.source(call, node)).uniqueId);
  }

  /** A materialization that is written in macros: its hooks are its own business. */
  #byMacro(macro: LibraryMacro, isIncremental: boolean, fullRefresh: boolean): NativeMaterialization {
    const { state, node, session } = this;
    return async ({ select, batch }) => {
      const message = await runMaterialization(state.manifest, {
        node,
        macro,
        session,
        select,
        model: batch === undefined ? undefined : { batch: batchForTemplates(batch) },
        options: materializationOptions(state, node, {
          isIncremental,
          fullRefresh: batch === undefined ? state.request.fullRefresh : fullRefresh,
        }),
        write: (sql) => state.writeRun(node, sql),
      });
      return { message };
    };
  }

  /** Our errors as they are, the engine's with their place in the model's file; a defect of the program is thrown on. */
  errorsOf(thrown: unknown): readonly TsdbtError[] {
    const { state, node, compiled } = this;
    if (thrown instanceof EngineFailure && compiled !== undefined) {
      const at = thrown.statement.indexOf(compiled.code.sql);
      const inCode =
        at <= 0 || thrown.offset === undefined
          ? thrown
          : thrown.with({ statement: compiled.code.sql, offset: thrown.offset - at });
      return [mapEngineError(inCode, compiled.code, compiled.path, { node, manifest: state.manifest })];
    }
    const own = tsdbtErrorsOf(thrown);
    if (own.length === 0) throw thrown;
    return own;
  }
}

/** A model's hooks that run inside, or outside, of its transaction: inside unless the hook says `transaction: false`. */
function hooksAt(node: ModelNode, phase: HookPhase, inTransaction: boolean) {
  const given = node.config.extra[phase];
  const written: readonly unknown[] = Array.isArray(given) ? given : [];
  return hooksOf(node, phase).filter((_, i) => (transactionOf(written[i]) ?? true) === inTransaction);
}

function transactionOf(hook: unknown): boolean | undefined {
  if (typeof hook !== 'object' || hook === null || !('transaction' in hook)) return undefined;
  return hook.transaction !== false;
}
