import { TsdbtErrors } from '../errors/tsdbt-error.js';
import { checkRun } from './check-project.js';
import { type CompileRequest, withLake } from './compile.js';
import { planRun } from './plan-run.js';

/** What was checked, and by whom. */
export interface Checked {
  readonly nodes: number;
  /** `duckdb 1.5.6` */
  readonly engine: string;
}

/**
 * Binds the selected models and tests in the target's engine, without running or writing anything: each against the columns of what it reads.
 * @throws {TsdbtErrors} with every error found, at its place
 */
export function checkNodes(request: Omit<CompileRequest, 'inline'>): Promise<Checked> {
  return withLake(request, async (state, session) => {
    const tasks = planRun(request.manifest, request.selected, { gating: false });
    const errors = await checkRun(state, tasks, session);
    if (errors.length > 0) throw new TsdbtErrors(errors);
    const { name, version } = state.engine;
    return { nodes: tasks.length, engine: `${name} ${version.replace(/^v/, '')}` };
  });
}
