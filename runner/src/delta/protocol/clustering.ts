import type { DomainMetadata } from './actions.js';

/** Domain in which a table says what it is clustered by (PROTOCOL.md, "Clustered Table"). Nothing is clustered here, which nobody has to. */
export const CLUSTERING_DOMAIN = 'delta.clustering';

/** The columns that a table is clustered by, each by the names on the way to it, as files have them; some writers give one name as a text. */
export function clusteringColumns(domains: readonly DomainMetadata[]): readonly (readonly string[])[] {
  const domain = domains.find((candidate) => candidate.domain === CLUSTERING_DOMAIN);
  if (domain === undefined) return [];
  const { clusteringColumns: columns = [] } = JSON.parse(domain.configuration) as {
    readonly clusteringColumns?: readonly (string | readonly string[])[];
  };
  return columns.map((column) => (typeof column === 'string' ? [column] : column));
}
