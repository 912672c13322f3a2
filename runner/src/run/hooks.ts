import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { EngineError } from '../errors/tsdbt-error.js';
import { renderText } from '../manifest/compile.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { Batch } from '../materialize/microbatch.js';
import type { HookText } from '../project/project.js';
import { batchForTemplates } from './limited-reads.js';
import { selectedForTemplates } from './materialization-options.js';
import type { RunState } from './run-state.js';

/** Where hooks stand, and what is theirs alone. */
export interface HookContext {
  /** the project where it is undefined */
  readonly packageName?: string | undefined;
  /** further names of their templates and of the macros that they call */
  readonly names?: Readonly<Record<string, unknown>> | undefined;
  /** what `is_incremental()` says; default: false */
  readonly isIncremental?: boolean | undefined;
  /** the batch of a microbatch model that the hook runs with: `model.batch` */
  readonly batch?: Batch | undefined;
}

/**
 * Runs hooks, each rendered when its turn comes and sent as it is; an empty rendering sends nothing.
 * @param node whose `this` the hooks see; undefined for on-run-start and on-run-end
 * @param of the package that declares them, and what their templates see besides the rest
 * @throws {EngineError} at the hook's place
 */
export async function runHooks(
  state: RunState,
  hooks: readonly HookText[],
  node: ModelNode | undefined,
  session: Session,
  of: HookContext = {},
): Promise<void> {
  const { request } = state;
  const { batch } = of;
  for (const hook of hooks) {
    const { sql, map } = await renderText(request.manifest, node, hook.source, {
      relationOf: (id) => state.relationOf(id),
      isIncremental: of.isIncremental ?? false,
      execute: true,
      session,
      invocationId: request.invocationId,
      runStartedAt: request.runStartedAt,
      fullRefresh: request.fullRefresh,
      command: request.command,
      selectedResources: selectedForTemplates(request),
      packageName: of.packageName,
      extra: of.names,
      adapt:
        batch === undefined
          ? undefined
          : (host) => ({ ...host, model: () => ({ ...host.model?.(), batch: batchForTemplates(batch) }) }),
      onLog: (level, message) => state.log(level, message),
    });
    if (sql.trim() === '') continue;
    try {
      await session.execute(sql);
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      const error = mapEngineError(thrown, { sql, map, ephemerals: [] }, undefined);
      throw new EngineError(error.code, error.message, {
        ...error,
        place: placeInFile(hook, error.place),
        cause: thrown,
      });
    }
  }
}

/** A model's hooks. Where one stands word for word in the model's file, errors point there; else a frame shows its text. */
export function hooksOf(node: ModelNode, kind: 'pre_hook' | 'post_hook'): readonly HookText[] {
  return node.config[kind].map((sql) => {
    const at = node.source.text.indexOf(sql);
    return {
      sql,
      source: new SourceText(`${node.path} (${kind})`, sql),
      place: at === -1 ? undefined : node.source.place(at, at + sql.length),
    };
  });
}

/** The text of a hook begins at 0; the file has it where the hook stands. */
function placeInFile(hook: HookText, inHook: SourcePlace | undefined): SourcePlace | undefined {
  const { place } = hook;
  if (place === undefined || (inHook !== undefined && inHook.source !== hook.source)) return inHook;
  const at = place.source.text.indexOf(hook.sql, place.start);
  if (inHook === undefined || at === -1 || at >= place.end) return place;
  return place.source.place(at + inHook.start, at + inHook.end);
}
