import { tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { SqlNode } from '../manifest/nodes.js';
import { compilePublished, withLake } from '../run/compile.js';
import type { LastRun } from './read-run-results.js';

/** SQL that a node became, or why there is none. */
export interface CompiledForDocs {
  readonly sql: string | undefined;
  readonly note: string | undefined;
}

/**
 * Compiles every SQL model, function, analysis and singular test against what the warehouse holds now. What cannot be compiled (a macro that
 * asks a table which was never built) falls back to the last run's code; pages are made all the same.
 *
 * @param compile false takes the last run's code only
 */
export async function compileForDocs(
  manifest: Manifest,
  lastRun: LastRun | undefined,
  options: {
    readonly compile: boolean;
    /** unique ids of what is compiled; undefined: everything */
    readonly selected?: ReadonlySet<string> | undefined;
    readonly bus: EventBus;
    readonly signal: AbortSignal;
  },
): Promise<Map<string, CompiledForDocs>> {
  const found = new Map<string, CompiledForDocs>();
  const keep = (id: string, why: string | undefined): void => {
    const sql = lastRun?.results.get(id)?.compiled_code ?? undefined;
    found.set(id, { sql, note: sql === undefined ? why : 'as the last run compiled it' });
  };
  const nodes = [...manifest.nodes.values(), ...manifest.functions.values(), ...manifest.analyses.values()].filter(
    (node) => node.resourceType === 'test' || node.language === 'sql',
  );
  for (const node of nodes) keep(node.uniqueId, undefined);
  // dbt compiles generic tests as well, and its tools look for their SQL
  const { isDbt } = manifest.project;
  const wanted = nodes
    .filter((node) => node.resourceType !== 'test' || node.generic === undefined || isDbt)
    .filter((node) => options.selected?.has(node.uniqueId) ?? true);
  if (!options.compile || wanted.length === 0) return found;
  try {
    await withLake(
      { project: manifest.project, manifest, which: 'generate', bus: options.bus, signal: options.signal },
      async (state, session) => {
        for (const node of wanted as SqlNode[]) {
          options.signal.throwIfAborted();
          try {
            const { code } = await compilePublished(state, node, session);
            found.set(node.uniqueId, { sql: code.sql, note: undefined });
          } catch (thrown) {
            keep(node.uniqueId, reasonOf(thrown));
          }
        }
      },
    );
  } catch (thrown) {
    options.signal.throwIfAborted();
    const why = reasonOf(thrown);
    for (const node of wanted) if (found.get(node.uniqueId)?.sql === undefined) keep(node.uniqueId, why);
    options.bus.emit({ event: 'log', level: 'warn', message: `no SQL was compiled: ${why}` });
  }
  return found;
}

/** The message of an error of the project's; a defect of the program is thrown on. */
function reasonOf(thrown: unknown): string {
  const [error] = tsdbtErrorsOf(thrown);
  if (error === undefined) throw thrown;
  return `not compiled: ${error.message}`;
}
