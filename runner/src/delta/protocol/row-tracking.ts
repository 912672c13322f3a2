import { StorageError } from '../../errors/tsdbt-error.js';
import type { AddFile, DomainMetadata, Protocol } from './actions.js';
import { recordsOf } from './stats.js';

/** Domain in which a table keeps the highest row id that was ever given (PROTOCOL.md, "Row IDs"). */
export const ROW_TRACKING_DOMAIN = 'delta.rowTracking';

type RowIds = Pick<AddFile, 'baseRowId' | 'defaultRowCommitVersion'>;
type Properties = Readonly<Record<string, string>>;

function isOn(properties: Properties, key: string): boolean {
  return properties[key]?.toLowerCase() === 'true';
}

/** Whether what a commit adds gets row ids: the feature is supported, and not suspended. */
export function givesRowIds(protocol: Protocol, properties: Properties): boolean {
  const supported = protocol.writerFeatures?.includes('rowTracking') ?? false;
  return supported && !isOn(properties, 'delta.rowTrackingSuspended');
}

/** Whether rows are expected to keep their ids: row tracking is enabled (PROTOCOL.md, "Row Tracking"). */
export function keepsRowIds(properties: Properties): boolean {
  return isOn(properties, 'delta.enableRowTracking');
}

/**
 * Rows that are copied or changed are to keep their ids, which takes columns that are not written here.
 *
 * @throws StorageError TSD6012 where the table's row tracking is enabled
 */
export function requireNoRowIds(location: string, properties: Properties): void {
  if (keepsRowIds(properties)) throw noRowIds(location);
}

export function noRowIds(location: string): StorageError {
  return new StorageError(
    'TSD6012',
    `${location}: the table uses the feature rowTracking, and rows that are copied or changed could not keep their ids`,
    {
      hint: 'rows can be added, and taken away as whole files or by deletion vectors (delta.enableDeletionVectors); for the rest, write with the program that made the table',
    },
  );
}

/** What an action of a file says of its row ids (PROTOCOL.md, "Row IDs" and "Row Commit Versions"); nothing where it has none. */
export function rowIdsOf({ baseRowId, defaultRowCommitVersion }: RowIds): RowIds {
  return {
    ...(baseRowId === undefined ? {} : { baseRowId }),
    ...(defaultRowCommitVersion === undefined ? {} : { defaultRowCommitVersion }),
  };
}

/** The highest row id that domains tell of; undefined where none does. */
export function highestRowId(domains: Iterable<DomainMetadata>): number | undefined {
  for (const { domain, configuration, removed } of domains)
    if (domain === ROW_TRACKING_DOMAIN && !removed)
      return Number((JSON.parse(configuration) as { readonly rowIdHighWaterMark?: number }).rowIdHighWaterMark ?? -1);
  return undefined;
}

/**
 * Gives ids to the rows of files that have none, above the highest that there is, and the version to those files (PROTOCOL.md, "Writer Requirements for Row
 * Tracking"). A file that was there before, and only gets another deletion vector or is restored, keeps its own.
 *
 * @param adds whose rows are counted
 * @param highest row id so far; -1 for none
 * @param version of the commit
 */
export function withRowIds(
  location: string,
  adds: readonly AddFile[],
  highest: number,
  version: number,
): { readonly adds: readonly AddFile[]; readonly domain: DomainMetadata | undefined } {
  let mark = highest;
  const given = adds.map((add) => {
    const { baseRowId, defaultRowCommitVersion } = add;
    if (baseRowId !== undefined && defaultRowCommitVersion !== undefined) return add;
    const rows = recordsOf(add);
    if (rows === undefined)
      throw new StorageError(
        'TSD6012',
        `${location}: the table uses the feature rowTracking, and ${add.path} does not tell how many rows it has`,
        {
          hint: 'write with the program that made the table',
        },
      );
    const first = baseRowId ?? mark + 1;
    if (baseRowId === undefined) mark += rows;
    return { ...add, baseRowId: first, defaultRowCommitVersion: defaultRowCommitVersion ?? version };
  });
  if (mark === highest) return { adds: given, domain: undefined };
  if (!Number.isSafeInteger(mark)) throw new StorageError('TSD6012', `${location}: its row ids are beyond 2^53`);
  const configuration = JSON.stringify({ rowIdHighWaterMark: mark });
  return { adds: given, domain: { domain: ROW_TRACKING_DOMAIN, configuration, removed: false } };
}
