import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import type { Relation } from '../engines/relation.js';
import { CancelledError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import type { TestNode } from '../manifest/nodes.js';
import { type RowTestCount, rowTestCount } from '../quality/row-test-count.js';
import { keptAs, passes } from '../quality/run-test.js';
import type { RunState } from './run-state.js';
import { testHeader } from './test-header.js';

/** A test that passed in a scan together with others. */
export interface SharedPass {
  readonly compiled: { readonly code: CompiledCode; readonly path: string };
  readonly failures: number;
  /** its share of the scan, in seconds */
  readonly elapsed: number;
}

interface Counted extends RowTestCount {
  readonly test: TestNode;
  readonly compiled: SharedPass['compiled'];
}

/** Aggregates of one query. */
const MOST = 100;

const scans = new WeakMap<RunState, Map<string, Promise<ReadonlyMap<string, SharedPass>>>>();

/**
 * Looks at all tests of a table that count rows by a condition in one scan, when the first of them is due. What is handed
 * back is that this test passes; one that does not, and one whose SQL is of another kind, is undefined and has to be run
 * by itself, which also finds its rows and the place of its errors.
 *
 * @param staged what is read in the place of nodes that are not published yet
 */
export async function sharedPass(
  state: RunState,
  test: TestNode,
  session: Session,
  staged: ReadonlyMap<string, Relation>,
): Promise<SharedPass | undefined> {
  if (!canShare(state, test)) return undefined;
  const table = test.attachedNode!;
  const key = `${table} ${staged.get(table) ?? ''}`;
  const known = scans.get(state) ?? new Map<string, Promise<ReadonlyMap<string, SharedPass>>>();
  scans.set(state, known);
  let scan = known.get(key);
  if (scan === undefined) {
    const tests = state.manifest
      .childrenOf(table)
      .map((id) => state.manifest.get(id))
      .filter((node): node is TestNode => node?.resourceType === 'test' && state.request.selected.has(node.uniqueId))
      .filter((other) => other.attachedNode === table && canShare(state, other));
    scan = tests.length < 2 ? Promise.resolve(new Map()) : scanOf(state, tests, session, staged);
    known.set(key, scan);
  }
  return (await scan).get(test.uniqueId);
}

/** A test of one table that counts failing rows, and keeps none of them. */
function canShare(state: RunState, test: TestNode): boolean {
  const { config, attachedNode, dependsOn } = test;
  const stores = keptAs(test, state.request.storeFailures) !== undefined;
  const counts = config.fail_calc.replace(/\s/g, '').toLowerCase() === 'count(*)' && config.limit === undefined;
  const isOfOneTable = attachedNode !== undefined && dependsOn.length === 1 && dependsOn[0] === attachedNode;
  return isOfOneTable && counts && !stores && testHeader(state, test).length === 0;
}

async function scanOf(
  state: RunState,
  tests: readonly TestNode[],
  session: Session,
  staged: ReadonlyMap<string, Relation>,
): Promise<ReadonlyMap<string, SharedPass>> {
  const bySource = new Map<string, Counted[]>();
  for (const test of tests) {
    const counted = await countedBy(state, test, session, staged);
    if (counted !== undefined) bySource.set(counted.from, [...(bySource.get(counted.from) ?? []), counted]);
  }
  const passed = new Map<string, SharedPass>();
  for (const all of bySource.values()) {
    if (all.length < 2) continue;
    for (let i = 0; i < all.length; i += MOST) await count(all.slice(i, i + MOST), session, passed);
  }
  return passed;
}

async function countedBy(
  state: RunState,
  test: TestNode,
  session: Session,
  staged: ReadonlyMap<string, Relation>,
): Promise<Counted | undefined> {
  try {
    const compiled = await state.compile(test, session, { staged });
    const count = rowTestCount(compiled.code.sql);
    return count && { ...count, test, compiled };
  } catch (thrown) {
    if (thrown instanceof CancelledError || (!(thrown instanceof EngineFailure) && tsdbtErrorsOf(thrown).length === 0))
      throw thrown;
    // told when the test is run by itself
    return undefined;
  }
}

async function count(tests: readonly Counted[], session: Session, passed: Map<string, SharedPass>): Promise<void> {
  const startedAt = Date.now();
  let counts: readonly unknown[];
  try {
    const { rows } = await session.query(
      `select ${tests.map((one, i) => `${one.count} as f${i}`).join(',\n  ')}\nfrom ${tests[0]!.from}`,
    );
    counts = rows[0]!;
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure)) throw thrown;
    // one of them cannot be evaluated: each by itself then
    return;
  }
  const elapsed = (Date.now() - startedAt) / 1000 / tests.length;
  for (const [i, { test, compiled }] of tests.entries()) {
    const failures = Number(counts[i]);
    if (passes(test.config, failures)) passed.set(test.uniqueId, { compiled, failures, elapsed });
  }
}
