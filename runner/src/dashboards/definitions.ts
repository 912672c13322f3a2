import { readFileSync } from 'node:fs';
import type { SourcePlace } from '../errors/source-text.js';
import { SourceText } from '../errors/source-text.js';
import { ProjectError, type TsdbtError, TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { type FoundFile, findFiles } from '../project/find-files.js';
import { validate } from '../project/validate.js';
import { YamlDocument, type YamlPath } from '../project/yaml-document.js';
import { checkParts } from './chart-parts.js';
import { dashboardCodes } from './codes.js';
import {
  type ChartEntry,
  type DashboardEntry,
  dashboardSchema,
  type PageEntry,
  pageSchema,
} from './definition-schema.js';

/** Folder of the definitions, relative to the project. */
export const DASHBOARDS = 'dashboards';

/** A part of a definition file that knows where its keys stand. */
export interface Located {
  readonly document: YamlDocument;
  readonly at: YamlPath;
}

export interface Chart extends Located {
  readonly entry: ChartEntry;
  readonly dashboard: string;
}

export interface Dashboard extends Located {
  /** the file's name without extension */
  readonly name: string;
  readonly entry: DashboardEntry;
  readonly charts: readonly Chart[];
}

export interface Page {
  readonly entry: PageEntry;
  /** undefined where there is no page.yml */
  readonly document: YamlDocument | undefined;
}

export interface Definitions {
  readonly page: Page;
  /** in their order on the page */
  readonly dashboards: readonly Dashboard[];
}

/**
 * Reads `dashboards/*.yml`: `page.yml` is what all share, every other file is a dashboard.
 *
 * @param projectDir absolute
 * @throws {TsdbtErrors} every error of every file, each with its place; {ProjectError} TSD1950 where there is nothing to read
 */
export function loadDefinitions(projectDir: string): Definitions {
  const files = findFiles(projectDir, [DASHBOARDS]).filter(({ extension }) => /^\.ya?ml$/.test(extension));
  const errors: TsdbtError[] = [];
  let page: Page = { entry: {}, document: undefined };
  const dashboards: Dashboard[] = [];
  for (const file of files) {
    const document = read(file, errors);
    if (document === undefined) continue;
    const own: ProjectError[] = [];
    if (file.stem === 'page') {
      const entry = validate(pageSchema, document.value ?? {}, document, own, {
        unknownKeyCode: dashboardCodes.unknownKey,
      });
      if (entry !== undefined) page = { entry, document };
    } else {
      const dashboard = readDashboard(file, document, own);
      if (dashboard !== undefined) dashboards.push(dashboard);
    }
    errors.push(...own);
  }
  errors.push(...duplicates(dashboards));
  if (errors.length > 0) throw new TsdbtErrors(errors);
  if (dashboards.length === 0) {
    throw new ProjectError(dashboardCodes.noDashboards, `the project has no dashboards`, {
      hint: `write one: ${DASHBOARDS}/<name>.yml with title: and charts:`,
    });
  }
  const last = Number.POSITIVE_INFINITY;
  dashboards.sort((a, b) => (a.entry.position ?? last) - (b.entry.position ?? last) || (a.name < b.name ? -1 : 1));
  return { page, dashboards };
}

/** The place of a chart's key. */
export function placeIn(located: Located, path: YamlPath, part: 'key' | 'value' = 'value'): SourcePlace {
  return located.document.placeOf([...located.at, ...path], part);
}

function read(file: FoundFile, errors: TsdbtError[]): YamlDocument | undefined {
  try {
    return new YamlDocument(new SourceText(file.path, readFileSync(file.absolutePath, 'utf8')));
  } catch (thrown) {
    const own = tsdbtErrorsOf(thrown);
    if (own.length === 0) throw thrown;
    errors.push(...own);
    return undefined;
  }
}

function readDashboard(file: FoundFile, document: YamlDocument, errors: ProjectError[]): Dashboard | undefined {
  const entry = validate(dashboardSchema, document.value ?? {}, document, errors, {
    unknownKeyCode: dashboardCodes.unknownKey,
  });
  if (entry === undefined) return undefined;
  const charts = entry.charts.map((chart, i): Chart => {
    const at = ['charts', i];
    checkParts(chart, document, at, errors);
    return { entry: chart, dashboard: file.stem, document, at };
  });
  return { name: file.stem, entry, charts, document, at: [] };
}

function duplicates(dashboards: readonly Dashboard[]): ProjectError[] {
  const seen = new Map<string, Chart>();
  const errors: ProjectError[] = [];
  for (const chart of dashboards.flatMap((dashboard) => dashboard.charts)) {
    const earlier = seen.get(chart.entry.name);
    if (earlier === undefined) seen.set(chart.entry.name, chart);
    else {
      errors.push(
        new ProjectError(dashboardCodes.duplicateChart, `two charts are named "${chart.entry.name}"`, {
          place: placeIn(chart, ['name']),
          via: [{ label: 'the first', place: placeIn(earlier, ['name']) }],
        }),
      );
    }
  }
  return errors;
}
