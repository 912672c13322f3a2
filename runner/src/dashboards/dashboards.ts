import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsdbtErrors } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Project } from '../project/project.js';
import { redactorFor } from '../project/redact.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { withLake } from '../run/compile.js';
import { checkDefinitions } from './check-definitions.js';
import { type Definitions, loadDefinitions } from './definitions.js';
import { renderPage } from './page.js';
import { queryPage } from './query-data.js';

export interface DashboardRequest {
  readonly project: Project;
  readonly manifest: Manifest;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

/** What was read and, of `build`, written. */
export interface DashboardSummary {
  readonly dashboards: number;
  readonly charts: number;
  /** models whose columns are not known, so that charts on them were not type-checked */
  readonly unchecked: readonly string[];
}

/**
 * Checks every definition; no query runs.
 * @throws {TsdbtErrors} with everything that is wrong
 */
export function checkDashboards(request: DashboardRequest): Promise<DashboardSummary> {
  const definitions = loadDefinitions(request.project.projectDir);
  return withLake(request, async (state, session) => {
    const { errors, unchecked } = await checkDefinitions(definitions, request.manifest, session, state);
    if (errors.length > 0) throw new TsdbtErrors(errors);
    return summaryOf(definitions, unchecked);
  });
}

/**
 * Checks the definitions, runs their queries and writes the page `index.html`.
 *
 * @param output absolute path of the folder
 * @returns what was read, the page's path, and its size in bytes
 * @throws {TsdbtErrors} as {@link checkDashboards}; {GraphError} TSD3050 where a model is not built yet
 */
export function buildDashboards(
  request: DashboardRequest & { readonly output: string; readonly now: Date },
): Promise<DashboardSummary & { readonly path: string; readonly bytes: number }> {
  const definitions = loadDefinitions(request.project.projectDir);
  return withLake(request, async (state, session) => {
    const { errors, unchecked } = await checkDefinitions(definitions, request.manifest, session, state);
    if (errors.length > 0) throw new TsdbtErrors(errors);
    const data = await queryPage(definitions, state, session);
    const html = await renderPage(definitions, data, {
      projectName: request.project.name,
      generatedAt: request.now,
      version: TSDBT_VERSION,
    });
    const path = join(request.output, 'index.html');
    mkdirSync(request.output, { recursive: true });
    // readers never see half a page
    writeFileSync(`${path}.tmp`, redactorFor(request.project.env)(html));
    renameSync(`${path}.tmp`, path);
    return { ...summaryOf(definitions, unchecked), path, bytes: Buffer.byteLength(html) };
  });
}

function summaryOf({ dashboards }: Definitions, unchecked: readonly string[]): DashboardSummary {
  return {
    dashboards: dashboards.length,
    charts: dashboards.reduce((sum, dashboard) => sum + dashboard.charts.length, 0),
    unchecked: [...new Set(unchecked)],
  };
}
