import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { GraphError } from '../errors/tsdbt-error.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { RunState } from '../run/run-state.js';
import { compileQuery, queryText } from './chart-query.js';
import { DataTable } from './data.js';
import type { Chart, Definitions, Located } from './definitions.js';
import { YamlText } from './text-place.js';

/** A query's rows, and its SQL as it ran. */
export interface QueryData {
  readonly sql: string;
  readonly data: DataTable;
}

/** The rows of every query of the definitions. */
export interface PageData {
  /** by the chart's name */
  readonly charts: ReadonlyMap<string, QueryData>;
  /** in the order of page.yml */
  readonly notices: readonly QueryData[];
}

/**
 * Runs every query of the definitions against what is published.
 * @throws {GraphError} TSD3050 where a model is not built yet; the engine's errors at their place in the YAML file
 */
export async function queryPage(definitions: Definitions, state: RunState, session: Session): Promise<PageData> {
  const charts = new Map<string, QueryData>();
  for (const { charts: own } of definitions.dashboards) {
    for (const chart of own) charts.set(chart.entry.name, await queryOf(chart, queryText(chart), state, session));
  }
  const notices: QueryData[] = [];
  const { entry, document } = definitions.page;
  for (const [i, notice] of (entry.notices ?? []).entries()) {
    const located: Located = { document: document!, at: ['notices', i] };
    notices.push(await queryOf(located, new YamlText(located, ['sql'], notice.sql), state, session));
  }
  return { charts, notices };
}

async function queryOf(
  located: Located | Chart,
  text: YamlText,
  state: RunState,
  session: Session,
): Promise<QueryData> {
  const { code, reads } = await compileQuery(state.manifest, text, (id) => state.relationOf(id), session);
  for (const id of reads) {
    if (await state.expose(id)) continue;
    const { schema, identifier } = state.relationOf(id);
    throw new GraphError('TSD3050', `${schema}.${identifier} does not exist yet`, {
      place: located.document.placeOf([...located.at, 'entry' in located ? 'model' : 'sql']),
      hint: `build it first: tsdbt build --select +${state.manifest.get(id)!.name}`,
    });
  }
  try {
    return { sql: code.sql, data: DataTable.from(await session.query(code.sql)) };
  } catch (thrown) {
    throw thrown instanceof EngineFailure ? text.relocate(mapEngineError(thrown, code, undefined)) : thrown;
  }
}
