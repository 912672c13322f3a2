import type { QueryResult } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';
import type { LogLevel } from '../events/events.js';
import type { AdapterHost, ContextHost } from '../template/context/context-host.js';
import type { SourceMap } from '../template/source-map.js';
import type { ModelNode } from './nodes.js';

/** What a template may ask an engine while it is compiled (`run_query`, `statement`, `adapter.…`). */
export interface CompileSession {
  query(sql: string): Promise<QueryResult>;
  execute?(sql: string): Promise<void>;
}

export interface CompileOptions {
  /** what `ref` and `source` print, by unique id; ephemeral models are handled before it is asked */
  relationOf(uniqueId: string): Relation;
  /** what `this` prints; the node's own schema and alias when undefined */
  readonly this?: Relation | undefined;
  /** what `is_incremental()` says */
  readonly isIncremental: boolean;
  /** whether queries may run while compiling; false compiles without an engine */
  readonly execute: boolean;
  readonly session?: CompileSession | undefined;
  /** what `adapter.…` asks; made from the session when undefined */
  readonly adapter?: AdapterHost | undefined;
  readonly invocationId: string;
  readonly runStartedAt: Date;
  readonly fullRefresh?: boolean | undefined;
  /** the command, for `flags.WHICH` */
  readonly command?: string | undefined;
  /** flags for `flags.…` */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /** unique ids of what the command selected, for `selected_resources` */
  readonly selectedResources?: readonly string[] | undefined;
  /** hears `{{ log(…) }}` and `exceptions.warn` */
  onLog?(level: LogLevel, message: string): void;
  /** hears of an ephemeral model that could not be rendered, before the error is thrown on */
  onEphemeralFailed?(node: ModelNode): void;
  /** package of a text that belongs to no node; the project's own where it is undefined */
  readonly packageName?: string | undefined;
  /** changes what the node's template, and those of ephemeral models that it reads, see of the world: unit tests do */
  readonly adapt?: ((host: ContextHost) => ContextHost) | undefined;
  /** further names for the template, e.g. of hooks */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

/** A node's SQL as it is sent to the engine, and where each part of it came from. */
export interface CompiledCode {
  /** the rendered template, with the CTEs of ephemeral models put before it */
  readonly sql: string;
  /** the same with what was cut from its end, where that is more */
  readonly whole?: string | undefined;
  readonly map: SourceMap;
  /** unique ids of the ephemeral models whose CTEs were put in, in order */
  readonly ephemerals: readonly string[];
}

/** What the template printed, to its very end. */
export function wholeOf(code: CompiledCode): string;
export function wholeOf(code: CompiledCode | undefined): string | undefined;
export function wholeOf(code: CompiledCode | undefined): string | undefined {
  return code?.whole ?? code?.sql;
}
