import type { TableVersion } from '../../artifacts/table-versions.js';
import { formatTable, jsonValue } from '../../report/table.js';
import { bytes } from '../../run/bytes.js';
import type { Effects } from '../effects.js';
import type { HistoryOptions } from '../flags.js';
import { interruptible } from '../interrupt.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';

const DEFAULT_LIMIT = 20;

const COLUMNS = [
  { name: 'version', type: 'BIGINT' },
  { name: 'time (UTC)', type: 'VARCHAR' },
  { name: 'operation', type: 'VARCHAR' },
  { name: 'rows', type: 'BIGINT' },
  { name: 'size', type: 'VARCHAR' },
  { name: 'files', type: 'VARCHAR' },
  { name: 'run', type: 'VARCHAR' },
  { name: 'columns', type: 'VARCHAR' },
];

/** Prints the versions of tables, the newest first: when, by which operation and run, rows, sizes, changes of columns. */
export function history(options: HistoryOptions, effects: Effects): Promise<number> {
  return withManifest(options, effects, async ({ project, manifest, bus }) => {
    const selected = selectedBy({ ...options, indirectSelection: 'empty' }, manifest, ['model', 'seed', 'snapshot']);
    const limit = options.limit ?? DEFAULT_LIMIT;
    const { tableHistories } = await import('../../artifacts/table-histories.js');
    const found = await interruptible(
      effects,
      (signal) =>
        tableHistories({
          project,
          manifest,
          selected,
          limit: limit < 0 ? Number.POSITIVE_INFINITY : limit,
          bus,
          signal,
        }),
      (message) => bus.emit({ event: 'log', level: 'info', message }),
    );
    if (options.output === 'json') {
      effects.stdout.write(`${JSON.stringify(found, jsonValue, 2)}\n`);
      return 0;
    }
    const width = effects.stdout.isTTY ? effects.stdout.columns : undefined;
    const texts = found.map(({ table, versions }) => {
      const rows = formatTable(COLUMNS, versions.map(rowOf), width);
      return found.length === 1 ? rows : `${table}\n${rows}`;
    });
    effects.stdout.write(`${texts.join('\n\n')}\n`);
    return 0;
  });
}

function rowOf(version: TableVersion): unknown[] {
  return [
    version.version,
    version.timestamp.slice(0, 19).replace('T', ' '),
    version.operation ?? '',
    version.rows?.toLocaleString('en-US') ?? '',
    version.bytes === undefined ? '' : bytes(version.bytes),
    `${version.files ?? '?'} (+${version.filesAdded} -${version.filesRemoved})`,
    version.runId?.slice(0, 8) ?? '',
    version.schemaChanges.join(', '),
  ];
}
