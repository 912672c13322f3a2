import { ProjectError } from '../../errors/tsdbt-error.js';
import { formatTable, jsonValue } from '../../report/table.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { ShowOptions } from '../flags.js';
import { inlineSql } from '../inline-sql.js';
import { interruptible } from '../interrupt.js';
import { argsOf } from '../invocation-args.js';
import { withManifest } from '../open-project.js';
import { selectedNode } from '../selection.js';
import { deferralOf } from '../state.js';

const DEFAULT_LIMIT = 5;

/** Prints rows of a node, or of SQL given with `--inline`, as a table, as JSON or as CSV. */
export function show(options: ShowOptions, effects: Effects): Promise<number> {
  const startedAt = effects.now();
  return withManifest({ ...options, printsData: true }, effects, async ({ project, manifest, bus, invocationId }) => {
    const inline = await inlineSql(options, effects);
    const node =
      inline === undefined ? selectedNode(options, manifest, 'show', ['model', 'seed', 'snapshot', 'test']) : undefined;
    const limit = options.limit ?? DEFAULT_LIMIT;
    const { asOf } = options;
    if (asOf?.version !== undefined && (node === undefined || node.resourceType === 'test'))
      throw new ProjectError(cliCodes.conflictingFlags, 'a version is that of one table: --as-of takes a time here', {
        hint: 'e.g. --as-of "2026-11-22 14:00"',
      });
    const defer = deferralOf(options, project);
    const { showQuery } = await import('../../run/show.js');
    const { columns, rows, sql } = await interruptible(
      effects,
      (signal) =>
        showQuery({
          project,
          manifest,
          node,
          defer,
          fullRefresh: options.fullRefresh,
          inline,
          limit: limit < 0 ? undefined : limit,
          asOf,
          invocationId,
          bus,
          signal,
        }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    if (project.isDbt) {
      const { inlineId, writeCompiledResults } = await import('../../artifacts/compiled-results.js');
      const completedAt = effects.now();
      const result = { uniqueId: node?.uniqueId ?? inlineId(manifest), sql, startedAt, completedAt };
      const args = argsOf('show', { ...options, limit } as ShowOptions);
      const command = { invocationId, startedAt, completedAt, args, reportsEphemeral: true };
      writeCompiledResults(manifest, [result], command);
    }
    if (options.output === 'json') {
      const objects = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]])));
      const shown = { node: node?.name ?? 'inline_query', show: objects };
      effects.stdout.write(`${JSON.stringify(shown, jsonValue, 2)}\n`);
      return 0;
    }
    if (options.output === 'csv') {
      const { formatCsv } = await import('../../report/csv.js');
      effects.stdout.write(formatCsv(columns, rows));
      return 0;
    }
    const width = effects.stdout.isTTY ? effects.stdout.columns : undefined;
    effects.stdout.write(`${formatTable(columns, rows, width)}\n`);
    return 0;
  });
}
