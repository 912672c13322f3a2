import path from 'node:path';
import { expect, it } from 'vitest';
import { openDuckDb } from '../../src/engines/duckdb/duckdb-engine.js';
import { Relation } from '../../src/engines/relation.js';
import { type CompileOptions, compileNode } from '../../src/manifest/compile.js';
import type { ModelNode, SourceNode } from '../../src/manifest/nodes.js';
import { parse } from './parse-project.js';
import { shopCopy, tempProject } from './temp-project.js';

it('the shop compiles to SQL that the engine runs, in order, and its tests find no failing row', async () => {
  const dir = shopCopy();
  const shop = await parse(dir);
  const engine = await openDuckDb({ threads: 1, tempDirectory: tempProject({}) });
  const session = await engine.openSession();
  const relationOf = (id: string): Relation => {
    const node = shop.get(id) as ModelNode | SourceNode;
    return new Relation(node.schema, node.resourceType === 'source' ? node.identifier : node.alias);
  };
  const options: CompileOptions = {
    relationOf,
    isIncremental: false,
    execute: true,
    session,
    invocationId: 'i',
    runStartedAt: new Date(0),
  };
  const failing: string[] = [];
  for (const id of shop.order) {
    const node = shop.nodes.get(id) ?? shop.sources.get(id);
    if (node === undefined) continue;
    if (node.resourceType === 'test') {
      const { rows } = await session.query((await compileNode(shop, node, options)).sql);
      if (rows.length > 0) failing.push(node.name);
      continue;
    }
    const relation = relationOf(id);
    await session.execute(`create schema if not exists ${relation.schema}`);
    if (node.resourceType === 'source' || node.language === 'csv') {
      const file = path.join(dir, node.resourceType === 'source' ? node.location! : node.path);
      await session.execute(`create table ${relation} as select * from read_csv('${file}')`);
    } else if (node.language === 'typescript') {
      const columns = [...node.columns.values()].map((column) => `${column.name} ${column.dataType}`);
      await session.execute(`create table ${relation} (${columns.join(', ')})`);
    } else if (node.config.materialized !== 'ephemeral') {
      await session.execute(`create table ${relation} as ${(await compileNode(shop, node, options)).sql}`);
    }
  }
  expect(failing).toEqual([]);
  const value = await session.query(
    'select customer_id, orders, revenue, orders_returned from gold.customer_value order by customer_id',
  );
  expect(value.rows.map((row) => row.map(String))).toEqual([
    ['1', '2', '75.00', '0'],
    ['2', '2', '25.00', '1'],
    ['3', '2', '111.50', '0'],
    ['4', '2', '91.00', '0'],
    ['5', '0', '0.00', '0'],
  ]);
  await session.close();
  await engine.close();
});
