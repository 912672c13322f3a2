import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Column, Session } from '../../engines/engine.js';
import { GraphError, TsdbtErrors } from '../../errors/tsdbt-error.js';
import type { ModelNode } from '../../manifest/nodes.js';
import { withLake } from '../../run/compile.js';
import type { RunState } from '../../run/run-state.js';
import { compileQuery, modelName, queryText } from '../chart-query.js';
import { checkDefinitions } from '../check-definitions.js';
import type { DashboardRequest, DashboardSummary } from '../dashboards.js';
import { type Chart, type Definitions, type Located, loadDefinitions } from '../definitions.js';
import { YamlText } from '../text-place.js';
import { type BundleModel, type BundleQuery, supersetBundle } from './bundle.js';
import type { SupersetDatabase } from './database.js';
import type { BundleNotice } from './stamps-table.js';
import { zip } from './zip.js';

export interface SupersetExport extends DashboardSummary {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Checks the definitions and writes them as a bundle of Superset's assets.
 *
 * @param output absolute; a zip where it ends in `.zip`, else a folder, which is replaced
 * @throws {TsdbtErrors} with everything that is wrong; {GraphError} TSD3050 where a model has neither a contract nor rows, so
 * that its columns are not known
 */
export function exportSuperset(
  request: DashboardRequest & { readonly output: string; readonly database: SupersetDatabase },
): Promise<SupersetExport> {
  const { project, manifest, output, database } = request;
  const definitions = loadDefinitions(project.projectDir);
  return withLake(request, async (state, session) => {
    const { errors, columns } = await checkDefinitions(definitions, manifest, session, state);
    if (errors.length > 0) throw new TsdbtErrors(errors);
    const queries = new Map<string, BundleQuery>();
    const read = new Map<string, ModelNode>();
    for (const chart of definitions.dashboards.flatMap((dashboard) => dashboard.charts)) {
      const query = await queryOf(chart, columns, state, session, read);
      queries.set(chart.entry.name, query);
    }
    const models: BundleModel[] = [];
    for (const node of read.values()) models.push(await modelOf(node, state, session));
    models.sort((a, b) => (a.name < b.name ? -1 : 1));
    const notices = await noticesOf(definitions, state, session);
    const files = supersetBundle({ project: project.name, database, definitions, queries, notices, models });
    const bytes = output.endsWith('.zip') ? writeZip(files, output) : writeFolder(files, output);
    return { ...summaryOf(definitions), path: output, bytes };
  });
}

async function queryOf(
  chart: Chart,
  columns: ReadonlyMap<string, readonly Column[]>,
  state: RunState,
  session: Session,
  read: Map<string, ModelNode>,
): Promise<BundleQuery> {
  const { code, reads } = await compileQuery(state.manifest, queryText(chart), (id) => state.relationOf(id), session);
  const known = columns.get(chart.entry.name);
  const nodes = [...reads].map((id) => state.manifest.get(id) as ModelNode);
  if (known === undefined) {
    throw new GraphError('TSD3050', `the columns of chart "${chart.entry.name}" are not known yet`, {
      place: chart.document.placeOf([...chart.at, 'model']),
      hint: `build what it reads: tsdbt build --select ${nodes.map((node) => `+${node.name}`).join(' ')}`,
    });
  }
  for (const node of nodes) read.set(node.uniqueId, node);
  const own = modelName(chart);
  const names = nodes.map((node) => node.name).sort((a, b) => Number(b === own) - Number(a === own));
  return { sql: code.sql, columns: known, reads: names };
}

async function noticesOf({ page }: Definitions, state: RunState, session: Session): Promise<BundleNotice[]> {
  const notices: BundleNotice[] = [];
  for (const [i, { label, text, sql }] of (page.entry.notices ?? []).entries()) {
    const located: Located = { document: page.document!, at: ['notices', i] };
    const query = new YamlText(located, ['sql'], sql);
    const { code } = await compileQuery(state.manifest, query, (id) => state.relationOf(id), session);
    notices.push({ label, text, sql: code.sql });
  }
  return notices;
}

/** The columns of the contract; where that has no types, those of what is published. */
async function modelOf(node: ModelNode, state: RunState, session: Session): Promise<BundleModel> {
  const declared = [...node.columns.values()];
  const relation = state.relationOf(node.uniqueId);
  const typed =
    declared.length > 0 && declared.every((column) => column.dataType !== undefined)
      ? declared.map((column) => ({ name: column.name, type: column.dataType! }))
      : (await state.expose(node.uniqueId))
        ? await session.describe(`SELECT * FROM ${relation}`)
        : [];
  const descriptions = new Map(declared.map((column) => [column.name.toLowerCase(), column.description]));
  return {
    name: node.name,
    schema: relation.schema,
    identifier: relation.identifier,
    description: node.description,
    columns: typed.map((column) => ({ ...column, description: descriptions.get(column.name.toLowerCase()) ?? '' })),
  };
}

function writeZip(files: ReadonlyMap<string, string>, path: string): number {
  // Superset expects one folder at the top, as its own exports have it
  const bytes = zip(new Map([...files].map(([name, text]) => [`bundle/${name}`, text])));
  mkdirSync(dirname(path), { recursive: true });
  // readers never see half a bundle
  writeFileSync(`${path}.tmp`, bytes);
  renameSync(`${path}.tmp`, path);
  return bytes.length;
}

function writeFolder(files: ReadonlyMap<string, string>, folder: string): number {
  let bytes = 0;
  for (const part of ['metadata.yaml', 'databases', 'datasets', 'charts', 'dashboards']) {
    rmSync(join(folder, part), { recursive: true, force: true });
  }
  for (const [name, text] of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    bytes += Buffer.byteLength(text);
  }
  return bytes;
}

function summaryOf({ dashboards }: Definitions): DashboardSummary {
  const charts = dashboards.reduce((sum, dashboard) => sum + dashboard.charts.length, 0);
  return { dashboards: dashboards.length, charts, unchecked: [] };
}
