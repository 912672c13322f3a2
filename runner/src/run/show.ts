import { namingDataFile } from '../delta/data-file-error.js';
import type { SnapshotAt } from '../delta/log/load.js';
import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { splitStatements } from '../engines/split-statements.js';
import { GraphError } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import type { Manifest } from '../manifest/manifest.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ManifestNode, ModelNode, TestNode } from '../manifest/nodes.js';
import { showSql } from '../manifest/show-sql.js';
import type { Project } from '../project/project.js';
import { compilePublished, compileText, textOptions, withLake } from './compile.js';
import { missingParents } from './missing-parents.js';
import type { RunState } from './run-state.js';
import type { Deferral } from './run-types.js';
import { tellProgress } from './tell-progress.js';

export interface ShowRequest {
  readonly project: Project;
  readonly manifest: Manifest;
  /** the node to show; undefined with `inline` */
  readonly node: ManifestNode | undefined;
  readonly inline: string | undefined;
  /** rows at most; undefined: all */
  readonly limit: number | undefined;
  /** tables as they were at a time, or the node's table at a version; default: as they are */
  readonly asOf?: SnapshotAt | undefined;
  readonly defer?: Deferral | undefined;
  /** incremental models as they are written anew */
  readonly fullRefresh?: boolean | undefined;
  /** default: a new one */
  readonly invocationId?: string | undefined;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

export interface ShownRows {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  /** the query that was sent */
  readonly sql: string;
}

/** What takes longer than so many milliseconds says how far it is. */
const SLOW = 3_000;

/**
 * Rows of a model as its SQL gives them now, of a test's failing rows, of a seed or TypeScript model as it is published, or of
 * inline SQL. With `asOf`, what a model's table held then.
 * @throws {GraphError} TSD3050 when what it reads does not exist yet
 * @throws {StorageError} TSD6003 when a file of a table is not there, as of a version before a vacuum
 */
export async function showQuery(request: ShowRequest): Promise<ShownRows> {
  const { node, inline, limit, asOf } = request;
  const rows = async (state: RunState, session: Session): Promise<ShownRows> => {
    tellProgress(
      session,
      (event) => request.bus.emit(event),
      ({ state: doing, done, of, rows: read }) => ({
        event: 'log',
        level: 'info',
        message: `${doing}: ${done} of ${of} splits, ${read.toLocaleString('en-US')} rows read`,
      }),
      SLOW,
    );
    if (inline !== undefined) {
      const code = await compileText(state, inline, session);
      return query(state, session, { code, limit }, (failure) => mapEngineError(failure, code, undefined));
    }
    if (node!.resourceType === 'test' || (asOf === undefined && (node as ModelNode).language === 'sql')) {
      const sqlNode = node as ModelNode | TestNode;
      await missingParents(state, new Set([sqlNode.uniqueId]), [sqlNode.name]);
      const { code, path } = await compilePublished(state, sqlNode, session);
      const origin = { node: sqlNode, manifest: request.manifest };
      return query(state, session, { node: sqlNode, code, limit }, (failure) =>
        mapEngineError(failure, code, path, origin),
      );
    }
    return published(state, node!, limit, session, asOf);
  };
  const selected = new Set(node === undefined ? [] : [node.uniqueId]);
  return namingDataFile(withLake({ ...request, selected, which: 'show' }, rows, { asOf }));
}

async function published(
  state: RunState,
  node: ManifestNode,
  limit: number | undefined,
  session: Session,
  asOf: SnapshotAt | undefined,
): Promise<ShownRows> {
  const relation = state.relationOf(node.uniqueId);
  if (!(await state.expose(node.uniqueId))) {
    const then = asOf === undefined ? 'does not exist yet' : 'did not exist then';
    throw new GraphError('TSD3050', `${relation.schema}.${relation.identifier} ${then}`, {
      hint:
        asOf === undefined
          ? `build it first: tsdbt build --select +${node.name}`
          : `see its versions: tsdbt history --select ${node.name}`,
    });
  }
  const sql = `select * from ${relation}${limit === undefined ? '' : ` limit ${limit}`}`;
  return { ...(await session.query(sql)), sql };
}

/** Compiled SQL whose rows are shown. */
interface ShownSql {
  /** whose it is; undefined for a text of the command line */
  readonly node?: ModelNode | TestNode;
  readonly code: CompiledCode;
  readonly limit: number | undefined;
}

/** A dbt project's macros say how rows are limited; elsewhere SQL may have a limit of its own. */
async function query(
  state: RunState,
  session: Session,
  shown: ShownSql,
  located: (failure: EngineFailure) => Error,
): Promise<ShownRows> {
  const { node, code, limit } = shown;
  const header = node?.config.extra.sql_header;
  try {
    if (header === undefined) await session.describe(code.sql);
    const sql = state.request.project.isDbt
      ? await showSql(state.manifest, node, textOptions(state, session), { sql: code.sql, limit })
      : `${header ?? ''}\n${limit === undefined ? code.sql : `select * from (\n${code.sql}\n) as shown limit ${limit}`}`;
    // a header is statements of its own, or the beginning of this one
    const parts = header === undefined ? [sql] : splitStatements(sql).map((statement) => statement.text);
    for (const before of parts.slice(0, -1)) await session.execute(before);
    return { ...(await session.query(parts.at(-1)!)), sql };
  } catch (thrown) {
    throw thrown instanceof EngineFailure ? located(limited(thrown, code.sql)) : thrown;
  }
}

/** With what to do where a limit was put behind one that the SQL has. */
function limited(failure: EngineFailure, sql: string): EngineFailure {
  if (!/\blimit\s+\d+\s*$/i.test(sql) || !/at or near "limit"/i.test(failure.message)) return failure;
  return failure.with({ hint: 'the SQL has a limit of its own: --limit -1 adds none' });
}
