import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll } from 'vitest';
import { DeltaTable } from '../../src/delta/table.js';
import { type TsdbtError, tsdbtErrorsOf } from '../../src/errors/tsdbt-error.js';
import { EventBus, type NodeOutcome, type TimedEvent } from '../../src/events/events.js';
import { buildManifest } from '../../src/manifest/build-manifest.js';
import { type OpenProjectOptions, openProject } from '../../src/manifest/open-project.js';
import { selectNodes } from '../../src/manifest/select/select-nodes.js';
import { executeRun } from '../../src/run/execute-run.js';
import type { RunCommand, RunRequest, RunResult } from '../../src/run/run-types.js';
import { openTestEngine, type TestEngine } from '../delta/duckdb-parquet.js';
import { line, tempProject } from '../manifest/temp-project.js';

export interface LakeRunOptions {
  readonly select?: readonly string[];
  readonly threads?: number;
  readonly fullRefresh?: boolean;
  readonly failFast?: boolean;
  readonly storeFailures?: boolean;
  readonly signal?: AbortSignal;
  readonly open?: Partial<OpenProjectOptions>;
  onEvent?(event: TimedEvent): void;
}

/** What a run did, by the names of nodes and tests. */
export class LakeRun {
  constructor(
    readonly request: RunRequest,
    readonly result: RunResult,
    readonly events: readonly TimedEvent[],
  ) {}

  get exitCode(): number {
    return this.result.exitCode;
  }

  outcome(name: string): NodeOutcome {
    const found = this.result.results.find(({ node }) => node.name === name);
    if (found === undefined) throw new Error(`nothing named ${name} reported in this run`);
    return found.outcome;
  }

  /** name → status, for everything that reported */
  get statuses(): Record<string, string> {
    return Object.fromEntries(this.result.results.map(({ node, outcome }) => [node.name, outcome.status]));
  }

  /** All errors as lines: those of nodes and those told beside them. */
  get errors(): string[] {
    const told = this.events.flatMap((event) => (event.event === 'error' ? [event.error] : []));
    return [...told, ...this.result.results.flatMap(({ outcome }) => outcome.errors ?? [])].map(line);
  }

  errorOf(name: string): TsdbtError {
    const error = this.outcome(name).errors?.[0];
    if (error === undefined) throw new Error(`${name} has no error`);
    return error;
  }

  get logs(): string[] {
    return this.events.flatMap((event) => (event.event === 'log' ? [`${event.level}: ${event.message}`] : []));
  }
}

const engines: TestEngine[] = [];
afterAll(() => {
  for (const engine of engines) engine.close();
});

/** A project in a temporary folder that can be changed and run, and whose warehouse is read as a stranger reads it. */
export class LakeProject {
  readonly dir: string;
  #engine: TestEngine | undefined;

  constructor(files: Readonly<Record<string, string>> | string) {
    this.dir = typeof files === 'string' ? files : tempProject({ 'project.yml': PROJECT, ...files });
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.dir, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  remove(...files: string[]): void {
    for (const file of files) rmSync(join(this.dir, file), { recursive: true });
  }

  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  build(options: LakeRunOptions = {}): Promise<LakeRun> {
    return this.run('build', options);
  }

  async run(command: RunCommand, options: LakeRunOptions = {}): Promise<LakeRun> {
    const project = await openProject({ projectDir: this.dir, env: {}, ...options.open });
    const manifest = await buildManifest(project);
    const events: TimedEvent[] = [];
    const bus = new EventBus();
    bus.add({
      handle: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
      close: () => Promise.resolve(),
    });
    const request: RunRequest = {
      command,
      project,
      manifest,
      selected: selectNodes(manifest, { select: options.select }),
      selection: options.select ?? [],
      threads: options.threads ?? 2,
      fullRefresh: options.fullRefresh ?? false,
      failFast: options.failFast ?? false,
      storeFailures: options.storeFailures,
      bus,
      signal: options.signal ?? new AbortController().signal,
      invocationId: crypto.randomUUID(),
      runStartedAt: new Date(),
    };
    return new LakeRun(request, await executeRun(request), events);
  }

  /** The errors that stop a run before anything is written, one line each. */
  async refused(command: RunCommand = 'build', options: LakeRunOptions = {}): Promise<string[]> {
    try {
      await this.run(command, options);
    } catch (thrown) {
      const errors = tsdbtErrorsOf(thrown);
      if (errors.length === 0) throw thrown;
      return errors.map(line);
    }
    throw new Error('the run was not refused');
  }

  /** Rows of a query over lake.duckdb, opened anew by an instance of its own, as another program would. */
  async read(sql: string): Promise<Record<string, unknown>[]> {
    const instance = await DuckDBInstance.create(this.path('warehouse', 'lake.duckdb'), { access_mode: 'READ_ONLY' });
    let connection: DuckDBConnection | undefined;
    try {
      connection = await instance.connect();
      return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
    } finally {
      connection?.closeSync();
      instance.closeSync();
    }
  }

  /** A table's latest version, by its log alone; undefined where there is none. */
  async table(name: string) {
    if (this.#engine === undefined) {
      this.#engine = await openTestEngine();
      engines.push(this.#engine);
    }
    return (await DeltaTable.open(this.path('warehouse', ...name.split('.')), this.#engine))?.snapshot();
  }

  /** Rows of a table by its log. `what` is a SELECT list with what may follow FROM. */
  async rows(name: string, list = '*', rest = 'order by all'): Promise<Record<string, unknown>[]> {
    const snapshot = await this.table(name);
    if (snapshot === undefined) throw new Error(`there is no table ${name}`);
    return this.#engine!.rows(`select ${list} from (${snapshot.toSql()}) ${rest}`);
  }

  async version(name: string): Promise<number | undefined> {
    return (await this.table(name))?.version;
  }

  /** Names of the files in a table's log. */
  log(name: string): string[] {
    const folder = this.path('warehouse', ...name.split('.'), '_delta_log');
    return existsSync(folder) ? readdirSync(folder).filter((file) => !file.startsWith('.')) : [];
  }
}

const PROJECT = `name: p
models:
  +materialized: table
`;
