import { mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Engine, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { Relation } from '../engines/relation.js';
import { GraphError } from '../errors/tsdbt-error.js';
import type { LogLevel, NodeOutcome, NodeSummary } from '../events/events.js';
import { compileNode } from '../manifest/compile.js';
import { type CompiledCode, wholeOf } from '../manifest/compiled-code.js';
import type { FunctionNode } from '../manifest/function-nodes.js';
import { tellGraph } from '../manifest/graph-for-templates.js';
import { nativeRelation } from '../manifest/native-relation.js';
import type { ManifestNode, ModelNode, SourceNode, SqlNode } from '../manifest/nodes.js';
import type { LakeStorage } from '../materialize/lake-storage.js';
import { type Batch, batchAt, batchesOf, microbatchConfig } from '../materialize/microbatch.js';
import { dbtSeedSelect, seedSelect } from '../materialize/seed-select.js';
import type { PublishedRelation } from '../materialize/storage.js';
import { type Redactor, redactorFor } from '../project/redact.js';
import { DeferredRelations } from './deferred-relations.js';
import { limitedReads, type ReadLimits } from './limited-reads.js';
import { selectedForTemplates } from './materialization-options.js';
import type { BatchResults, NodeResult, RunRequest } from './run-types.js';
import { sourceSelect } from './source-select.js';
import { dbtHeadingOf, summaryOf } from './summaries.js';
import { writeChanged } from './write-changed.js';

/** What the parts of a run share: the engine, the lake as this run sees it, the results so far. */
export class RunState {
  readonly results = new Map<string, NodeResult>();
  /** unique ids of what was begun, or will not be */
  readonly #begun = new Set<string>();
  readonly #folders = new Set<string>();
  /** hides secrets in what is written beside the data */
  readonly #redact: Redactor;
  #notWritten: { readonly reason: unknown } | undefined;
  /** sources outside the warehouse, looked up once: all nodes of a run see the same version */
  readonly #external = new Map<string, Promise<boolean>>();
  #deferred: DeferredRelations | undefined;
  /** nodes and tests that report */
  total = 0;

  constructor(
    readonly request: RunRequest,
    readonly engine: Engine,
    readonly storage: LakeStorage,
  ) {
    this.#redact = redactorFor(request.project.env);
  }

  get manifest() {
    return this.request.manifest;
  }

  /** `--full-refresh`, unless the model's config says otherwise. Batches that are retried belong to what was written of the model before. */
  fullRefresh(node: ModelNode): boolean {
    if (this.request.retried?.batches.has(node.uniqueId)) return false;
    return node.config.full_refresh ?? this.request.fullRefresh;
  }

  /** A SELECT of a seed's rows: in a dbt project with the types that dbt gives them. */
  async seedSelect(node: ModelNode, session: Session): Promise<string> {
    const { project, empty } = this.request;
    const select = await (project.isDbt ? dbtSeedSelect(node, session) : seedSelect(node, session));
    return empty === true ? `select * from (${select}) limit 0` : select;
  }

  /** Which rows a node reads of what it reads. */
  limits(batch?: Batch): ReadLimits {
    const { sample, empty } = this.request;
    return { batch, sample, empty };
  }

  /** Whether a node adds to the table that is published, instead of writing it anew. */
  isIncremental(node: ModelNode, published: PublishedRelation | undefined): boolean {
    return node.config.materialized === 'incremental' && published?.kind === 'table' && !this.fullRefresh(node);
  }

  /**
   * The batches of a microbatch model that this run writes: those that failed in the run that it retries, else those of its time.
   * @throws {QualityError} TSD4015 where the model's config says too little
   */
  batchesOf(node: ModelNode, isIncremental: boolean): readonly Batch[] {
    const { retried, eventTimes, sample, runStartedAt } = this.request;
    const config = microbatchConfig(node);
    const left = retried?.batches.get(node.uniqueId)?.failed;
    if (left !== undefined) return left.map((times) => batchAt(config.size, times));
    return batchesOf(config, { isIncremental, times: sample ?? eventTimes, now: retried?.startedAt ?? runStartedAt });
  }

  /** With the batches that the run which is retried has written. */
  withEarlierBatches(node: ModelNode, batches: BatchResults): BatchResults {
    return { ...batches, earlier: this.request.retried?.batches.get(node.uniqueId)?.successful ?? [] };
  }

  /** Batches of a model of which nothing was published now: those of the run that is retried; undefined where none were. */
  batchesBefore(node: ManifestNode): BatchResults | undefined {
    const before = this.request.retried?.batches.get(node.uniqueId);
    return before && { successful: [], earlier: before.successful, failed: before.failed };
  }

  /**
   * Finds what is read elsewhere, where the request says so.
   * @param written unique ids of what this run writes
   */
  async defer(written: ReadonlySet<string> = new Set()): Promise<void> {
    const { defer: deferral, selected } = this.request;
    if (deferral === undefined) return;
    this.#deferred = await DeferredRelations.find({
      deferral,
      storage: this.storage,
      nodes: [...this.manifest.models(), ...this.manifest.functions.values()],
      relationOf: (id) => this.#ownRelation(id),
      selected,
      written,
    });
  }

  /** The published relation of a node or source. */
  relationOf(uniqueId: string): Relation {
    return this.#deferred?.relationOf(uniqueId) ?? this.#ownRelation(uniqueId);
  }

  #ownRelation(uniqueId: string): Relation {
    const node = this.manifest.get(uniqueId)!;
    const { target } = this.request.project;
    if (target.storage === 'native')
      return nativeRelation(node as SourceNode | ModelNode | FunctionNode, target.database);
    if (node.resourceType === 'source') return new Relation(node.schema, node.identifier);
    if (node.resourceType === 'function') return new Relation(node.schema, node.alias, undefined, 'function');
    const { schema, alias } = node as ModelNode;
    return new Relation(schema, alias);
  }

  /** The nearest relations above a node that SQL can name: ephemeral models are looked through. */
  namedParents(uniqueId: string): string[] {
    const found = new Set<string>();
    const visit = (id: string): void => {
      for (const parent of this.manifest.parentsOf(id)) {
        const node = this.manifest.get(parent)!;
        if (node.resourceType === 'model' && node.config.materialized === 'ephemeral') visit(parent);
        else found.add(parent);
      }
    };
    visit(uniqueId);
    return [...found];
  }

  /** when each node's SQL was ready */
  readonly #compiledAt = new Map<string, Date>();

  /** Makes a node or source readable by its name; false where it does not exist yet. */
  async expose(uniqueId: string): Promise<boolean> {
    const deferred = this.#deferred?.expose(uniqueId);
    if (deferred !== undefined) return deferred;
    const node = this.manifest.get(uniqueId)!;
    const relation = this.relationOf(uniqueId);
    if (node.resourceType === 'source' && this.engine.capabilities.createsViews) {
      let external = this.#external.get(uniqueId);
      if (external === undefined) {
        external = this.#exposeSource(node as SourceNode, relation);
        this.#external.set(uniqueId, external);
      }
      if (await external) return true;
    }
    return this.storage.expose(relation);
  }

  /**
   * Makes what a node reads readable by its name, as far as it exists.
   * @param known unique ids of what is readable otherwise
   */
  async exposeParents(uniqueId: string, known?: { has(id: string): boolean }): Promise<void> {
    for (const id of this.namedParents(uniqueId)) {
      if (known?.has(id)) continue;
      const node = this.manifest.get(id)!;
      const isOutside = node.resourceType === 'source' && node.location !== undefined;
      if (this.storage.exposes || isOutside || this.#deferred !== undefined) await this.expose(id);
    }
  }

  async #exposeSource(source: SourceNode, relation: Relation): Promise<boolean> {
    const select = await sourceSelect(source, this.request.project.projectDir, this.storage);
    if (select === undefined) return false;
    try {
      await this.storage.exposeExternal(relation, select);
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      throw new GraphError(
        'TSD3061',
        `source ${source.sourceName}.${source.name} (${source.location}) cannot be read: ${thrown.message}`,
        { place: source.propertiesPlace, cause: thrown },
      );
    }
    return true;
  }

  /** Compiles a SQL model or test against what is published, `staged` relations put in the place of their nodes. */
  async compile(
    node: SqlNode,
    session: Session,
    options: {
      isIncremental?: boolean;
      staged?: ReadonlyMap<string, Relation>;
      batch?: Batch | undefined;
      onEphemeralFailed?(node: ModelNode): void;
    } = {},
  ): Promise<{ code: CompiledCode; path: string }> {
    const { request } = this;
    const compiled = await compileNode(request.manifest, node, {
      relationOf: (id) => options.staged?.get(id) ?? this.relationOf(id),
      isIncremental: options.isIncremental ?? false,
      execute: true,
      session,
      invocationId: request.invocationId,
      runStartedAt: request.runStartedAt,
      fullRefresh: request.fullRefresh,
      command: request.which ?? request.command,
      selectedResources: selectedForTemplates(request),
      adapt: limitedReads(this.manifest, node, this.limits(options.batch)),
      onLog: (level, message) => this.log(level, message, summaryOf(node)),
      onEphemeralFailed: options.onEphemeralFailed,
    });
    this.#compiledAt.set(node.uniqueId, new Date());
    // the SELECT becomes part of other statements
    const code = { ...compiled, sql: compiled.sql.replace(/[;\s]+$/, ''), whole: compiled.sql };
    const path = this.writeCompiled(node, code, options.batch);
    tellGraph(this.manifest, node, { sql: code.whole, path, runPath: undefined });
    return { code, path };
  }

  /**
   * Writes `target/compiled/<package>/<path>` and returns the path relative to the project.
   * {@link RunState.flushCompiled} tells of files that could not be written.
   */
  writeCompiled(node: ManifestNode, code: CompiledCode, batch?: Batch): string {
    return this.#write(node, wholeOf(code), 'compiled', batch);
  }

  /** Writes the statement that built a node to `target/run/<package>/<path>`. */
  writeRun(node: ManifestNode, sql: string): void {
    this.#write(node, sql, 'run');
  }

  #write(node: ManifestNode, sql: string, kind: 'compiled' | 'run', batch?: Batch): string {
    const { project } = this.request;
    const whole = compiledPath(project.targetPath, node, kind);
    // batches are files in a folder of the model's name
    const path = batch === undefined ? whole : join(whole.replace(/\.sql$/, ''), `${node.name}_${batch.label}.sql`);
    const folder = dirname(path);
    if (!this.#folders.has(folder)) mkdirSync(folder, { recursive: true });
    this.#folders.add(folder);
    try {
      writeChanged(path, this.#redact(sql));
    } catch (reason) {
      this.#notWritten ??= { reason };
    }
    return relative(project.projectDir, path).replaceAll('\\', '/');
  }

  /** Ends the writing of compiled files. That one could not be written is told, and stops nothing. */
  async flushCompiled(): Promise<void> {
    const failed = this.#notWritten;
    this.#notWritten = undefined;
    if (failed !== undefined) this.log('warn', `compiled SQL could not be written: ${String(failed.reason)}`);
  }

  log(level: LogLevel, message: string, node?: NodeSummary): void {
    this.request.bus.emit({ event: 'log', level, message, node });
  }

  started(node: ManifestNode): void {
    this.#begun.add(node.uniqueId);
    this.request.bus.emit({
      event: 'node_started',
      node: summaryOf(node),
      index: this.#begun.size,
      total: this.total,
    });
  }

  /** Keeps a result and tells the reporters. */
  finish(node: ManifestNode, given: NodeOutcome, more: Partial<NodeResult> = {}): void {
    this.#begun.add(node.uniqueId);
    const summary = summaryOf(node);
    const [error] = given.errors ?? [];
    const outcome =
      error === undefined || !this.request.project.isDbt ? given : { heading: dbtHeadingOf(error, node), ...given };
    this.results.set(node.uniqueId, {
      node,
      summary,
      outcome,
      startedAt: undefined,
      compiledAt: this.#compiledAt.get(node.uniqueId),
      completedAt: undefined,
      worker: undefined,
      compiledPath: undefined,
      compiledCode: undefined,
      relationName: undefined,
      ...more,
    });
    const { compiledCode, compiledPath: path } = more;
    const compiled = compiledCode === undefined ? undefined : { sql: compiledCode, path, runPath: undefined };
    tellGraph(this.manifest, node, compiled);
    this.request.bus.emit({
      event: 'node_finished',
      node: summary,
      outcome,
      index: this.results.size,
      total: this.total,
    });
  }
}

/** What is no file of its own (generic tests, unit tests, snapshots) goes into a folder with the name of the file that declares it. */
export function compiledPath(targetPath: string, node: ManifestNode, kind: 'compiled' | 'run' = 'compiled'): string {
  const isDeclared =
    (node.resourceType === 'test' && node.generic !== undefined) ||
    node.resourceType === 'unit_test' ||
    node.resourceType === 'snapshot';
  const path = isDeclared ? join(node.path, `${fileNameOf(node)}.sql`) : node.path;
  return join(targetPath, kind, node.packageName, path);
}

/** A generic test's file has its short name. */
function fileNameOf(node: ManifestNode): string {
  return (node.resourceType === 'test' && node.generic?.fileName) || node.name;
}
