import { splitStatements } from '../engines/split-statements.js';
import type { TestNode } from '../manifest/nodes.js';
import { behaves } from '../project/behavior-flags.js';
import type { RunState } from './run-state.js';

/** The statements of a test's `sql_header`, which run before it; in dbt projects only where the flags say so. */
export function testHeader({ request: { project } }: RunState, { config }: TestNode): readonly string[] {
  const header = config.extra.sql_header;
  if (typeof header !== 'string' || (project.isDbt && !behaves(project, 'require_sql_header_in_test_configs')))
    return [];
  return splitStatements(header).map(({ text }) => text);
}
