import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier } from '../engines/relation.js';
import { CancelledError, type TsdbtError, TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import { type Batch, inBatch, microbatchConfig } from '../materialize/microbatch.js';
import type { NodeSelect } from './node-select.js';
import type { RunState } from './run-state.js';
import { summaryOf } from './summaries.js';

let number = 0;

/**
 * The rows of a microbatch model: each batch is computed by itself into a temporary table, so that they can be published
 * in one commit. The time of a batch that fails stays as it is published.
 * @throws {QualityError} TSD4015 where the config says too little; {TsdbtErrors} what the batches say where none could be computed
 */
export async function batchedSelect(
  state: RunState,
  node: ModelNode,
  session: Session,
  isIncremental: boolean,
): Promise<NodeSelect> {
  const { request } = state;
  const config = microbatchConfig(node);
  const batches = state.batchesOf(node, isIncremental);
  number += 1;
  const table = quoteIdentifier(`__tsdbt_batches_${number}`);
  const drop = () => session.execute(`drop table if exists temp.main.${table}`);
  const successful: Batch[] = [];
  const failed: Batch[] = [];
  const errors: TsdbtError[] = [];
  let compiled: NodeSelect['compiled'];
  try {
    for (const [i, batch] of batches.entries()) {
      compiled = await state.compile(node, session, { isIncremental, batch });
      const rows = `select * from (\n${compiled.code.sql}\n) where ${inBatch(config.eventTime, batch)}`;
      const into = successful.length === 0 ? `create temporary table ${table} as` : `insert into ${table} by name`;
      try {
        await session.execute(`${into} ${rows}`);
        successful.push(batch);
      } catch (thrown) {
        if (thrown instanceof CancelledError || request.signal.aborted) throw thrown;
        errors.push(...errorsOf(state, node, thrown, compiled));
        failed.push(batch);
      }
      request.bus.emit({
        event: 'node_progress',
        node: summaryOf(node),
        done: i + 1,
        of: batches.length,
        unit: 'batches',
      });
    }
    if (successful.length === 0) throw new TsdbtErrors(errors);
  } catch (thrown) {
    await drop().catch(() => undefined);
    throw thrown;
  }
  return { select: `select * from temp.main.${table}`, compiled, batches: { successful, failed, errors }, drop };
}

function errorsOf(
  state: RunState,
  node: ModelNode,
  thrown: unknown,
  compiled: NonNullable<NodeSelect['compiled']>,
): readonly TsdbtError[] {
  if (!(thrown instanceof EngineFailure)) {
    const own = tsdbtErrorsOf(thrown);
    if (own.length === 0) throw thrown;
    return own;
  }
  const at = thrown.statement.indexOf(compiled.code.sql);
  const inCode = thrown.with({
    statement: compiled.code.sql,
    offset: at < 0 || thrown.offset === undefined ? undefined : thrown.offset - at,
  });
  return [mapEngineError(inCode, compiled.code, compiled.path, { node, manifest: state.manifest })];
}
