import type { Session } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';
import { compileInline } from '../manifest/compile.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import { readDependency } from '../manifest/dependency-call.js';
import type { Manifest } from '../manifest/manifest.js';
import { type ChartEntry, type FieldEntry, fieldOf } from './definition-schema.js';
import type { Chart } from './definitions.js';
import { YamlText } from './text-place.js';

/** A column that a chart names, and where in its entry. */
export interface NamedColumn {
  readonly column: string;
  readonly path: readonly (string | number)[];
}

/** Every column that a chart's entry names. */
export function namedColumns(entry: ChartEntry): NamedColumn[] {
  const found: NamedColumn[] = [];
  const field = (given: FieldEntry | undefined, path: readonly (string | number)[]): void => {
    if (given === undefined) return;
    const long = fieldOf(given);
    found.push({ column: long.column, path: typeof given === 'string' ? path : [...path, 'column'] });
    if (long.upper !== undefined) found.push({ column: long.upper, path: [...path, 'upper'] });
  };
  for (const part of ['dimension', 'row_dimension', 'series', 'measure', 'item'] as const) field(entry[part], [part]);
  for (const [i, column] of (entry.columns ?? []).entries()) field(column, ['columns', i]);
  if (entry.interval !== undefined) {
    found.push({ column: entry.interval.low, path: ['interval', 'low'] });
    found.push({ column: entry.interval.high, path: ['interval', 'high'] });
  }
  if (entry.reference?.column !== undefined) {
    found.push({ column: entry.reference.column, path: ['reference', 'column'] });
  }
  return found;
}

/** The name in `ref('name')`; undefined where it is something else. */
export function modelName(chart: Chart): string | undefined {
  const call = readDependency(chart.entry.model, chart.document.placeOf(chart.at));
  return call?.kind === 'ref' ? call.name : undefined;
}

/** A chart's query as text with places; where it gives none, it selects the columns that it names. */
export function queryText(chart: Chart): YamlText {
  const { entry } = chart;
  if (entry.sql !== undefined) return new YamlText(chart, ['sql'], entry.sql);
  const columns = [...new Set(namedColumns(entry).map(({ column }) => column))];
  return new YamlText(chart, ['model'], `select ${columns.join(', ')}\nfrom {{ ref('${modelName(chart)}') }}`);
}

/** A query ready to run, and the unique ids of what it reads. */
export interface CompiledQuery {
  readonly code: CompiledCode;
  readonly reads: ReadonlySet<string>;
}

/**
 * Renders a query of the definitions.
 *
 * @param relationOf what `ref` prints, by unique id
 * @throws the template's and the graph's errors, at their place in the YAML file
 */
export async function compileQuery(
  manifest: Manifest,
  text: YamlText,
  relationOf: (uniqueId: string) => Relation,
  session?: Session,
): Promise<CompiledQuery> {
  const reads = new Set<string>();
  try {
    const code = await compileInline(manifest, text.source, {
      relationOf: (id) => {
        reads.add(id);
        return relationOf(id);
      },
      isIncremental: false,
      execute: session !== undefined,
      session,
      invocationId: '00000000-0000-0000-0000-000000000000',
      runStartedAt: new Date(0),
      command: 'compile',
    });
    return { code, reads };
  } catch (thrown) {
    throw text.relocate(thrown);
  }
}
