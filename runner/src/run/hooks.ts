import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { SourceText } from '../errors/source-text.js';
import { renderText } from '../manifest/compile.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { RunState } from './run-state.js';

/**
 * Runs hooks, each rendered when its turn comes and sent as it is; an empty rendering sends nothing.
 * @param node whose `this` the hooks see; undefined for on-run-start and on-run-end
 * @throws {EngineError} at the hook's place
 */
export async function runHooks(
  state: RunState,
  hooks: readonly SourceText[],
  node: ModelNode | undefined,
  session: Session,
): Promise<void> {
  const { request } = state;
  for (const source of hooks) {
    const { sql, map } = await renderText(request.manifest, node, source, {
      relationOf: (id) => state.relationOf(id),
      isIncremental: false,
      execute: true,
      session,
      invocationId: request.invocationId,
      runStartedAt: request.runStartedAt,
      fullRefresh: request.fullRefresh,
      command: request.command,
      onLog: (level, message) => state.log(level, message),
    });
    if (sql.trim() === '') continue;
    try {
      await session.execute(sql);
    } catch (thrown) {
      if (!(thrown instanceof EngineFailure)) throw thrown;
      throw mapEngineError(thrown, { sql, map, ephemerals: [] }, undefined);
    }
  }
}

/** A model's hooks: their text stands in config, so a frame shows the hook itself. */
export function hooksOf(node: ModelNode, kind: 'pre_hook' | 'post_hook'): readonly SourceText[] {
  return node.config[kind].map((text) => new SourceText(`${node.path} (${kind})`, text));
}
