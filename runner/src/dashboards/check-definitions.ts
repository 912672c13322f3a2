import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import type { Relation } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { type GraphError, ProjectError, TemplateError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { CHECK_SCHEMA, cteStandIns, type StandIns, viewStandIns } from '../lineage/binder-check.js';
import type { Manifest } from '../manifest/manifest.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { RunState } from '../run/run-state.js';
import { compileQuery, modelName, namedColumns, queryText } from './chart-query.js';
import { dashboardCodes } from './codes.js';
import { cellType } from './data.js';
import { fieldOf } from './definition-schema.js';
import { type Chart, type Dashboard, type Definitions, type Located, placeIn } from './definitions.js';
import { exampleOf, fillIn } from './sentence.js';
import { YamlText } from './text-place.js';

/** What a check found. */
export interface CheckResult {
  readonly errors: readonly TsdbtError[];
  /** charts whose queries could not be type-checked, as the columns of what they read are not known yet */
  readonly unchecked: readonly string[];
  /** what the charts' queries give, by name; those that could not be checked are missing */
  readonly columns: ReadonlyMap<string, readonly Column[]>;
}

/**
 * Holds every chart against the project without running a query: its model, its columns, its SQL (bound by the engine against
 * empty relations with the columns of the contracts), its sentences.
 */
export async function checkDefinitions(
  definitions: Definitions,
  manifest: Manifest,
  session: Session,
  state: RunState,
): Promise<CheckResult> {
  const { createsViews } = state.engine.capabilities;
  const standIns = createsViews ? await viewStandIns(session) : cteStandIns(session);
  const check = new Check(manifest, session, state, standIns);
  try {
    for (const dashboard of definitions.dashboards) {
      for (const chart of dashboard.charts) await check.chart(chart);
      check.filters(dashboard);
    }
    const { page } = definitions;
    for (const [i, notice] of (page.entry.notices ?? []).entries()) {
      const at: Located = { document: page.document!, at: ['notices', i] };
      const columns = await check.query(at, new YamlText(at, ['sql'], notice.sql));
      if (columns !== undefined) await check.sentence(new YamlText(at, ['text'], notice.text), columns);
    }
  } finally {
    await standIns.close();
  }
  return { errors: check.errors, unchecked: check.unchecked, columns: check.columns };
}

class Check {
  readonly errors: TsdbtError[] = [];
  readonly unchecked: string[] = [];
  readonly columns = new Map<string, readonly Column[]>();
  readonly #names = new Map<string, Promise<Relation | undefined>>();

  constructor(
    readonly manifest: Manifest,
    readonly session: Session,
    readonly state: RunState,
    readonly standIns: StandIns,
  ) {}

  async chart(chart: Chart): Promise<void> {
    const model = this.#model(chart);
    if (model === undefined) return;
    const text = queryText(chart);
    if (chart.entry.sql === undefined && (await this.#modelLacksColumns(chart, model))) return;
    const columns = await this.query(chart, text, model);
    if (columns === undefined) return;
    this.columns.set(chart.entry.name, columns);
    this.#columns(chart, columns, 'the query');
    this.#types(chart, columns);
    for (const key of ['finding', 'note'] as const) {
      const sentence = chart.entry[key];
      if (sentence !== undefined) await this.sentence(new YamlText(chart, [key], sentence), columns);
    }
  }

  /** A filter has to have a chart whose query gives its column. Where a query is not known, the column may be in it. */
  filters(dashboard: Dashboard): void {
    const queries = dashboard.charts.map((chart) => this.columns.get(chart.entry.name));
    if (queries.includes(undefined)) return;
    const names = new Set(queries.flatMap((columns) => columns!.map((column) => column.name)));
    for (const [i, { column }] of (dashboard.entry.filters ?? []).entries()) {
      if (names.has(column)) continue;
      this.errors.push(
        new ProjectError(dashboardCodes.unknownColumn, `no chart of the dashboard has the column "${column}"`, {
          place: placeIn(dashboard, ['filters', i, 'column']),
          hint: didYouMean(column, names),
        }),
      );
    }
  }

  #model(chart: Chart): ModelNode | undefined {
    const place = placeIn(chart, ['model']);
    const name = modelName(chart);
    if (name === undefined) {
      this.errors.push(
        new ProjectError(dashboardCodes.unknownModel, `"${chart.entry.model}" is no ref`, {
          place,
          hint: "write ref('model')",
        }),
      );
      return undefined;
    }
    const model = this.manifest.model(name);
    if (model !== undefined) return model;
    const names = [...this.manifest.models()].map((node) => node.name);
    this.errors.push(
      new ProjectError(dashboardCodes.unknownModel, `there is no model "${name}"`, {
        place,
        hint: didYouMean(name, names) ?? 'the name is that of the file, without folder and extension',
      }),
    );
    return undefined;
  }

  /** The columns of a query; undefined where it is wrong or what it reads is not known. */
  async query(located: Located, text: YamlText, model?: ModelNode): Promise<readonly Column[] | undefined> {
    try {
      const names = new Map<string, Relation>();
      const { reads } = await compileQuery(this.manifest, text, (id) => this.state.relationOf(id));
      if (model !== undefined && !reads.has(model.uniqueId)) {
        this.errors.push(
          new ProjectError(dashboardCodes.modelNotRead, `the query does not read ref("${model.name}")`, {
            place: placeIn(located, ['model']),
            hint: `write from {{ ref('${model.name}') }}, or name the model that it reads`,
          }),
        );
      }
      for (const id of reads) {
        const name = await this.#standIn(id);
        if (name === undefined) {
          this.unchecked.push(this.manifest.get(id)!.name);
          return undefined;
        }
        names.set(id, name);
      }
      const { code } = await compileQuery(this.manifest, text, (id) => names.get(id)!);
      try {
        return await this.standIns.describe(code.sql);
      } catch (thrown) {
        if (!(thrown instanceof EngineFailure)) throw thrown;
        throw text.relocate(withoutStandIns(mapEngineError(thrown, code, undefined), reads, this.manifest));
      }
    } catch (thrown) {
      const own = tsdbtErrorsOf(thrown);
      if (own.length === 0) throw thrown;
      this.errors.push(...own);
      return undefined;
    }
  }

  async sentence(text: YamlText, columns: readonly Column[]): Promise<void> {
    try {
      await fillIn(text, exampleOf(columns), String);
    } catch (thrown) {
      const [error] = tsdbtErrorsOf(thrown);
      if (error === undefined) throw thrown;
      // invented values may lead a sentence where real ones never do: only names and grammar are judged
      const judged = error.message.startsWith('the query has no column') || /^TSD200[12346]$/.test(error.code);
      if (error instanceof TemplateError && judged) this.errors.push(error);
    }
  }

  #columns(chart: Chart, columns: readonly Column[], what: string): boolean {
    const names = new Set(columns.map((column) => column.name.toLowerCase()));
    let missing = false;
    for (const { column, path } of namedColumns(chart.entry)) {
      if (names.has(column.toLowerCase())) continue;
      missing = true;
      this.errors.push(
        new ProjectError(dashboardCodes.unknownColumn, `${what} has no column "${column}"`, {
          place: placeIn(chart, path),
          hint: didYouMean(column, names) ?? (names.size > 16 ? undefined : `its columns: ${[...names].join(', ')}`),
        }),
      );
    }
    return missing;
  }

  async #modelLacksColumns(chart: Chart, model: ModelNode): Promise<boolean> {
    const columns = await this.#columnsOf(model);
    return columns !== undefined && this.#columns(chart, columns, `ref("${model.name}")`);
  }

  #types(chart: Chart, columns: readonly Column[]): void {
    const types = new Map(columns.map((column) => [column.name.toLowerCase(), column.type]));
    const { kind } = chart.entry;
    const numeric: ('measure' | 'dimension')[] = ['measure'];
    if (kind === 'scatter' || kind === 'histogram') numeric.push('dimension');
    for (const part of numeric) {
      const entry = chart.entry[part];
      if (entry === undefined || (kind === 'big_number' && part === 'measure')) continue;
      const { column } = fieldOf(entry);
      const type = types.get(column.toLowerCase());
      if (type === undefined || cellType(type) === 'number') continue;
      this.errors.push(
        new ProjectError(dashboardCodes.wrongType, `the ${part} "${column}" is ${type}, not a number`, {
          place: placeIn(chart, typeof entry === 'string' ? [part] : [part, 'column']),
        }),
      );
    }
  }

  #standIn(id: string): Promise<Relation | undefined> {
    let made = this.#names.get(id);
    if (made === undefined) {
      made = this.#makeStandIn(id);
      this.#names.set(id, made);
    }
    return made;
  }

  async #makeStandIn(id: string): Promise<Relation | undefined> {
    const node = this.manifest.get(id) as ModelNode;
    const columns = await this.#columnsOf(node);
    return columns === undefined ? undefined : this.standIns.add(node, columns);
  }

  /** What the contract says; without one, and where another engine builds the tables, what is published. */
  async #columnsOf(node: ModelNode): Promise<readonly Column[] | undefined> {
    const declared = this.state.engine.capabilities.runsModels ? [...node.columns.values()] : [];
    const binding = node.language === 'typescript' || node.config.contract.enforced;
    if (binding && declared.length > 0 && declared.every((column) => column.dataType !== undefined)) {
      return declared.map((column) => ({ name: column.name, type: column.dataType! }));
    }
    if (!(await this.state.expose(node.uniqueId))) return undefined;
    return this.session.describe(`SELECT * FROM ${this.state.relationOf(node.uniqueId)}`);
  }
}

/** Stand-ins are nobody's business: messages speak of the models. */
function withoutStandIns(error: TsdbtError, reads: ReadonlySet<string>, manifest: Manifest): TsdbtError {
  let message = error.message.replaceAll(`${CHECK_SCHEMA}.`, '');
  for (const id of reads) message = message.replaceAll(id, manifest.get(id)?.name ?? id);
  if (message === error.message) return error;
  const Kind = error.constructor as new (...args: ConstructorParameters<typeof TsdbtError>) => TsdbtError;
  return new Kind(error.code, message, error as ConstructorParameters<typeof GraphError>[2]);
}
