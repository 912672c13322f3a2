import type { Column, QueryResult, Session } from '../engines/engine.js';
import { Relation } from '../engines/relation.js';
import { type TsdbtError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { CHECK_SCHEMA, type CheckedNode, checkTypes, cteStandIns, viewStandIns } from '../lineage/binder-check.js';
import { type CompileOptions, compileNode } from '../manifest/compile.js';
import type { FunctionNode } from '../manifest/function-nodes.js';
import type { ModelNode, TestNode } from '../manifest/nodes.js';
import { refusePython } from '../manifest/python-model.js';
import { type Batch, batchesOf, isMicrobatch, microbatchConfig } from '../materialize/microbatch.js';
import { typeOf } from '../materialize/typescript-model.js';
import { constraintTypeErrors } from '../quality/constraints.js';
import { contractErrors, unknownTypes } from '../quality/contract.js';
import { limitedReads } from './limited-reads.js';
import { compileBodies, functionErrors, makeFunction } from './make-function.js';
import { materializationOptions } from './materialization-options.js';
import type { RunTask } from './plan-run.js';
import { compiledPath, type RunState } from './run-state.js';
import { macroOf } from './stage-by-macro.js';

/**
 * Type-checks everything that a run is about to do, before a byte is written: each model against the columns of what it
 * reads, each contract against its model, each test against its models.
 * @returns all errors, in the order of the graph
 */
export async function checkRun(
  state: RunState,
  tasks: readonly RunTask[],
  session: Session,
): Promise<readonly TsdbtError[]> {
  const checked = await checkedNodes(state, tasks, session);
  const { createsViews } = state.engine.capabilities;
  return checkTypes(checked, createsViews ? await viewStandIns(session) : cteStandIns(session), state.manifest);
}

/**
 * The nodes of a run as they are checked, each after what it reads.
 * @param more ids that are looked at as they are published, beside those that the run reads
 */
export async function checkedNodes(
  state: RunState,
  tasks: readonly RunTask[],
  session: Session,
  more: ReadonlySet<string> = new Set(),
): Promise<readonly CheckedNode[]> {
  const built = new Map<string, ModelNode | FunctionNode>();
  const tests: TestNode[] = [];
  for (const task of tasks) {
    if (task.kind === 'node') {
      built.set(task.id, task.node);
      tests.push(...task.gates);
    } else if (task.kind === 'function') built.set(task.id, task.node);
    else if (task.test.resourceType === 'test') tests.push(task.test);
  }
  const outside = new Set(
    [...built.keys(), ...tests.map((test) => test.uniqueId)].flatMap((id) => state.namedParents(id)),
  );
  const { createsViews, runsModels } = state.engine.capabilities;
  const published = (id: string): CheckedNode => {
    const node = state.manifest.get(id)!;
    if (node.resourceType === 'function') {
      const relation = state.relationOf(id);
      return { node, make: async () => ((await state.expose(id)) ? relation : undefined), compiledPath: '', reads: [] };
    }
    return {
      node,
      columns: () => publishedColumns(state, id, session),
      relation: createsViews ? undefined : state.relationOf(id),
      compiledPath: '',
      reads: [],
    };
  };
  const checked: CheckedNode[] = [];
  for (const id of state.manifest.order) {
    const node = built.get(id);
    if (node === undefined) {
      if (outside.has(id) || more.has(id)) checked.push(published(id));
    } else if (node.resourceType === 'function') checked.push(builtFunction(state, node, session));
    else if (runsModels) checked.push(await builtNode(state, node, session));
    // another engine builds it: the types of its rows, its seed and its contract are that engine's
    else checked.push(node.language === 'sql' ? sqlNode(state, node, false) : published(id));
  }
  for (const test of tests) checked.push(sqlNode(state, test, false));
  return checked;
}

/** A function as it would be, in the schema of stand-ins. */
function builtFunction(state: RunState, node: FunctionNode, session: Session): CheckedNode {
  const { request } = state;
  return {
    node,
    compiledPath: compiledPath('target', node),
    reads: state.namedParents(node.uniqueId),
    make: async (relationOf) => {
      const standIn = new Relation(CHECK_SCHEMA, node.uniqueId, undefined, 'function');
      const how = { isIncremental: false, fullRefresh: request.fullRefresh };
      const options = { ...materializationOptions(state, node, how), relationOf };
      const bodies = await compileBodies(node, async (one) => ({
        code: await compileNode(request.manifest, one, { ...options, session }),
        path: compiledPath('target', one),
      }));
      try {
        await makeFunction(state, bodies, session, standIn, options, () => {});
        return standIn;
      } catch (thrown) {
        throw new TsdbtErrors(functionErrors(state, thrown, bodies));
      }
    },
  };
}

async function builtNode(state: RunState, node: ModelNode, session: Session): Promise<CheckedNode> {
  const judge = async (columns: readonly Column[]) => {
    const mismatches = await contractErrors(node, columns, session);
    return mismatches.length > 0 ? mismatches : constraintTypeErrors(node, columns, session);
  };
  refusePython(node);
  if (node.language === 'typescript') {
    return {
      node,
      columns: () => definedColumns(node, session),
      judge,
      compiledPath: node.path,
      reads: [],
    };
  }
  if (node.language === 'csv') {
    return {
      node,
      columns: async () => session.describe(await state.seedSelect(node, session)),
      judge,
      compiledPath: node.path,
      reads: [],
    };
  }
  const relation = state.relationOf(node.uniqueId);
  const published = await state.storage.published(relation);
  const isIncremental = state.isIncremental(node, published);
  // what `this` prints is read as it is published
  if (isIncremental) await state.storage.expose(relation);
  return { ...sqlNode(state, node, isIncremental), judge, builtByMacros: macroOf(state, node) !== undefined };
}

/**
 * The columns that a TypeScript model declares, by the engine's names of their types.
 * @throws {TsdbtErrors} TSD4001 for each type that the engine does not know
 */
async function definedColumns(node: ModelNode, session: Session): Promise<readonly Column[]> {
  const columns = Object.entries(node.definition!.columns).map(([name, column]) => ({ name, type: typeOf(column) }));
  const types = await session
    .describe(`SELECT ${columns.map((c, i) => `CAST(NULL AS ${c.type}) AS c${i}`).join(', ')}`)
    .catch(() => undefined);
  if (types !== undefined) return columns.map((c, i) => ({ name: c.name, type: types[i]!.type }));
  throw new TsdbtErrors(await unknownTypes(node, session));
}

function sqlNode(state: RunState, node: ModelNode | TestNode, isIncremental: boolean): CheckedNode {
  const { request } = state;
  return {
    node,
    compiledPath: compiledPath('target', node),
    reads: state.namedParents(node.uniqueId),
    afterHooks:
      [request.project, ...request.project.packages].some((one) => one.onRunStart.length > 0) ||
      (node.resourceType !== 'test' && node.config.pre_hook.length > 0),
    compile: async (relationOf: (uniqueId: string) => Relation) => {
      let asked = false;
      const options: CompileOptions = {
        relationOf,
        isIncremental,
        execute: true,
        session: {
          // the answer of an empty stand-in is not the answer of the table: such SQL is checked when it runs
          query: async (): Promise<QueryResult> => {
            asked = true;
            return { columns: [], rows: [] };
          },
        },
        invocationId: request.invocationId,
        runStartedAt: request.runStartedAt,
        fullRefresh: request.fullRefresh,
        command: request.command,
        adapt: limitedReads(request.manifest, node, { batch: sampleBatch(node, request.runStartedAt) }),
      };
      try {
        const code = await compileNode(request.manifest, node, options);
        return asked ? undefined : code;
      } catch (thrown) {
        // nor is an error that comes of the empty answer an error of the template
        if (asked) return undefined;
        throw thrown;
      }
    },
  };
}

/** Any batch of a microbatch model: which one makes no difference to its columns. */
function sampleBatch(node: ModelNode | TestNode, now: Date): Batch | undefined {
  if (node.resourceType === 'test' || !isMicrobatch(node)) return undefined;
  return batchesOf(microbatchConfig(node), { isIncremental: true, times: undefined, now })[0];
}

async function publishedColumns(state: RunState, id: string, session: Session): Promise<readonly Column[] | undefined> {
  if (!(await state.expose(id))) return undefined;
  return session.describe(`SELECT * FROM ${state.relationOf(id)}`);
}
