import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { TempProject } from '../temp-project.js';

interface Definitions {
  readonly charts?: readonly { readonly name: string; readonly model: string; readonly sql?: string }[];
  readonly notices?: readonly { readonly sql: string }[];
}

/** A query of the dashboards, as its YAML file has it. */
export interface ChartQuery {
  readonly name: string;
  /** SQL with templates */
  readonly text: string;
}

/** Stands between queries that are compiled in one go: starting the program for each would take minutes. */
const MARK = '-- one query ends, another begins';

/** Every query in `dashboards/`: of charts and of the page's notices. */
export function chartQueries(project: TempProject): ChartQuery[] {
  return readdirSync(project.path('dashboards')).flatMap((file) => {
    const { charts = [], notices = [] } = parse(readFileSync(project.path('dashboards', file), 'utf8')) as Definitions;
    return [
      ...charts.map(({ name, model, sql }) => ({ name, text: sql ?? `select * from {{ ${model} }}` })),
      ...notices.map(({ sql }, i) => ({ name: `${file}: notice ${i + 1}`, text: sql })),
    ];
  });
}

/** The SQL of queries as a target runs it. */
export async function compileFor(
  project: TempProject,
  target: string,
  queries: readonly ChartQuery[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const text = queries.map((query) => query.text).join(`\n${MARK}\n`);
  const { code, stdout, stderr } = await project.tsdbt(['compile', '--target', target, '--inline', text], env);
  if (code !== 0) throw new Error(`the queries do not compile for ${target}:\n${stderr}`);
  return stdout.split(MARK);
}

/** Whether two answers are the same, row by row; numbers may differ in their last digits, as sums do that are added in another order. */
export function sameAnswers(
  ours: readonly (readonly unknown[])[],
  theirs: readonly (readonly unknown[])[],
): string | undefined {
  if (ours.length !== theirs.length) return `${ours.length} rows / ${theirs.length} rows`;
  for (const [i, row] of ours.entries()) {
    const other = theirs[i]!;
    if (row.length !== other.length || row.some((value, column) => !sameValue(value, other[column])))
      return `row ${i + 1}: ${JSON.stringify(row)} / ${JSON.stringify(other)}`;
  }
  return undefined;
}

function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
  // 64-bit integers are text on one side and, below 2^53, numbers on the other
  if (typeof a === 'string' && typeof b === 'number') return a === String(b);
  return a === b;
}
