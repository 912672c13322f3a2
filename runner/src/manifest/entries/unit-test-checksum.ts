import { createHash } from 'node:crypto';
import type { UnitTestNode } from '../nodes.js';

/** A hash of all that a unit test says: another one means that the test was changed. */
export function unitTestChecksum(node: UnitTestNode): string {
  const rows = (one: UnitTestNode['expect'] | undefined) =>
    one === undefined ? null : one.format === 'sql' ? one.sql : one.rows;
  const said = [
    node.model,
    node.version ?? null,
    node.given.map((one) => [one.input, one.rows?.format ?? null, rows(one.rows)]),
    [node.expect.format, rows(node.expect)],
    node.overrides,
  ];
  const text = JSON.stringify(said, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return createHash('sha256').update(text).digest('hex');
}
