/** Table properties that are CHECK constraints: this, and the constraint's name (PROTOCOL.md, "CHECK Constraints"). */
export const CONSTRAINT = 'delta.constraints.';
/** Beside it, the same expression where this program has set it: it is SQL of DuckDB then, not Spark's. */
const OWN = 'tsdbt.constraints.';

/** Whether a constraint is as this program has set it. */
export function isOwn(properties: Readonly<Record<string, string>>, key: string): boolean {
  return properties[ownKey(key)] === properties[key];
}

/**
 * Properties that say which constraints are this program's: those that a write gives, and those that were so and stay.
 *
 * @param properties as they are to be
 * @param given by the write
 */
export function withOwnConstraints(
  properties: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(properties);
  const own = entries.filter(
    ([key]) => key.startsWith(CONSTRAINT) && (given[key] !== undefined || isOwn(properties, key)),
  );
  return Object.fromEntries([
    ...entries.filter(([key]) => !key.startsWith(OWN)),
    ...own.map(([key, expression]) => [ownKey(key), expression] as const),
  ]);
}

function ownKey(key: string): string {
  return `${OWN}${key.slice(CONSTRAINT.length)}`;
}
