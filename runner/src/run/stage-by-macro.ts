import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';
import { TemplateError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { materializationMacro } from '../manifest/materialization-macros.js';
import type { ModelNode } from '../manifest/nodes.js';
import { macroPlace, runMaterialization } from '../manifest/run-materialization.js';
import { tableOptions } from '../materialize/materialization.js';
import { deltaBuiltIns } from '../materialize/materializations.js';
import { isMicrobatch } from '../materialize/microbatch.js';
import { ScratchDatabase } from '../materialize/scratch-database.js';
import type { PublishedRelation, StagedRelation } from '../materialize/storage.js';
import { contractErrors } from '../quality/contract.js';
import { templateCodes } from '../template/failure.js';
import type { LibraryMacro } from '../template/macros.js';
import { materializationOptions } from './materialization-options.js';
import type { RunState } from './run-state.js';
import { summaryOf } from './summaries.js';

/** The macro that builds a node of the lake; undefined where the engine's own materialization does. */
export function macroOf(state: RunState, node: ModelNode): LibraryMacro | undefined {
  if (node.language !== 'sql' || isMicrobatch(node)) return undefined;
  return materializationMacro(state.manifest.macros, node, [state.engine.name], deltaBuiltIns);
}

/** A node that macros build, and what is known of it before. */
export interface MacroStaging {
  readonly node: ModelNode;
  readonly macro: LibraryMacro;
  readonly relation: Relation;
  readonly published: PublishedRelation | undefined;
  readonly isIncremental: boolean;
  /** the compiled SELECT */
  readonly select: string;
}

/**
 * Lets a materialization written in macros build its relation in a database of its own, and stages what it has made there: a
 * table's rows as a Delta table, a view as a view. So macros that create, insert, merge and rename run as they are, and what they
 * make is tested before it is published, like everything else.
 * @param session takes the staged rows; macros have a session of their own
 * @throws {TemplateError} TSD2021 where the macros leave no relation of the node's name
 */
export async function stageByMacro(state: RunState, session: Session, staging: MacroStaging): Promise<StagedRelation> {
  const { node, macro, relation, published, select } = staging;
  const { request, storage } = state;
  const folder = join(request.project.targetPath, 'tmp', request.invocationId);
  mkdirSync(folder, { recursive: true });
  const scratch = await ScratchDatabase.open(state.engine, folder);
  const cancel = (): void => scratch.session.cancel();
  request.signal.addEventListener('abort', cancel, { once: true });
  try {
    const parents = state.namedParents(node.uniqueId).map((id) => state.relationOf(id));
    for (const parent of parents) await scratch.read(parent);
    await scratch.createSchema(relation.schema);
    if (published?.kind === 'table') await scratch.copy(relation);
    await runMaterialization(state.manifest, {
      node,
      macro,
      session: scratch.session,
      select,
      options: materializationOptions(state, node, {
        isIncremental: staging.isIncremental,
        fullRefresh: state.fullRefresh(node),
      }),
      write: (sql) => state.writeRun(node, sql),
    });
    const others = await scratch.others(relation);
    if (others.length > 0)
      state.log(
        'warn',
        `${node.name}: its materialization also made ${others.join(', ')}, which no reader will see: of a lake's model only its own relation is published`,
        summaryOf(node),
      );
    const rows = await scratch.tableSelect(relation);
    const made = rows ?? (await scratch.viewSelect(relation));
    if (made !== undefined) {
      const mismatches = await contractErrors(node, await session.describe(made), session);
      if (mismatches.length > 0) throw new TsdbtErrors(mismatches);
      const options = tableOptions(node);
      return rows === undefined
        ? await storage.stageView(session, relation, made, options.description, parents)
        : await storage.stageTable(session, relation, made, options);
    }
    throw new TemplateError(
      templateCodes.materialization,
      `the materialization "${node.config.materialized}" left no relation ${relation.schema}.${relation.identifier}`,
      {
        place: macroPlace(macro),
        hint: 'it has to make the table or view that {{ this }} names, and to end with adapter.commit()',
      },
    );
  } finally {
    request.signal.removeEventListener('abort', cancel);
    await scratch.close();
  }
}
