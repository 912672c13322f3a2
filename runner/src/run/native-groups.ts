import { parse } from 'node:path';
import type { Session } from '../engines/engine.js';
import { materializationMacro } from '../manifest/materialization-macros.js';
import { nativeBuiltIns } from '../materialize/native/native-materializations.js';
import { isOneStatement } from '../materialize/native/native-models.js';
import { commentedSession, type StatementFrame, statementFrame } from './commented-session.js';
import { RunningNode } from './native-node.js';
import type { NodeTask, RunTask } from './plan-run.js';
import type { RunState } from './run-state.js';
import type { TaskEnd } from './scheduler.js';

/** Views that are made together at first, and at most. */
const FIRST = 4;
const MOST = 16;
/** Milliseconds that a view takes at most, on average, for more to be made together. */
const QUICK = 10;

/**
 * Views that are one statement each are made together: in one transaction, sent to the engine at once. Each commit of a database file
 * waits for the disk, and each statement that is sent costs as much as a view. None of a group depends on another, so
 * that one which fails takes none with it: the group is taken back and its views are made one by one. Groups grow while views are quick, and shrink to
 * single views where they are not: what takes time is told when it is done.
 */
export class ViewGroups {
  readonly #taken = new Map<string, boolean>();
  #size = FIRST;

  constructor(
    readonly state: RunState,
    readonly sessions: readonly Session[],
  ) {}

  /** The most views that are made together now. */
  get size(): number {
    // what comes after a failure is not to be begun
    return this.state.request.failFast ? 1 : this.#size;
  }

  /** Whether a task makes a view that is one statement. */
  takes(task: RunTask): task is NodeTask {
    if (task.kind !== 'node') return false;
    let isTaken = this.#taken.get(task.id);
    if (isTaken === undefined) {
      isTaken = this.#isOneStatement(task);
      this.#taken.set(task.id, isTaken);
    }
    return isTaken;
  }

  #isOneStatement({ node }: NodeTask): boolean {
    const { state } = this;
    const { database } = state.relationOf(node.uniqueId);
    return (
      node.resourceType === 'model' &&
      node.language === 'sql' &&
      node.latestPointer === undefined &&
      node.config.materialized === 'view' &&
      !node.config.contract.enforced &&
      isOneStatement(node) &&
      // a transaction writes to one database
      (database === undefined || database === databaseOf(state)) &&
      materializationMacro(state.manifest.macros, node, [state.engine.name], nativeBuiltIns) === undefined
    );
  }

  /** Makes views, none of which depends on another. */
  async run(tasks: readonly RunTask[], worker: number, ended: (task: RunTask, end: TaskEnd) => void): Promise<void> {
    const { state } = this;
    const session = this.sessions[worker]!;
    const group = new ViewGroup(state, session, ended, (views, milliseconds) => this.#took(views, milliseconds));
    // a template that asks the database sees what comes before it
    const flushing = sessionAfter(() => group.flush());
    for (const task of tasks.filter((one) => this.takes(one))) {
      const frame = await statementFrame(state, task.node);
      const commented = commentedSession(state, frame, session);
      const running = new RunningNode(state, task, commented, worker);
      try {
        group.add({ task, running, frame, statement: await running.write.statement(flushing(commented)) });
      } catch (thrown) {
        ended(task, running.failed(thrown));
      }
    }
    await group.flush();
  }

  #took(views: number, milliseconds: number): void {
    // what a single view took includes its commit, which says nothing of the views
    if (views === 1 && this.#size > 1) return;
    if (milliseconds > views * QUICK) this.#size = Math.max(1, Math.floor(this.#size / 2));
    else if (views >= this.#size) this.#size = Math.min(MOST, this.#size * 2);
  }
}

interface Member {
  readonly task: NodeTask;
  readonly running: RunningNode;
  readonly frame: StatementFrame;
  readonly statement: string;
}

/** Views that wait to be made together. */
class ViewGroup {
  #members: Member[] = [];

  constructor(
    readonly state: RunState,
    readonly session: Session,
    readonly ended: (task: RunTask, end: TaskEnd) => void,
    /** hears how long the statements of so many views took */
    readonly took: (views: number, milliseconds: number) => void,
  ) {}

  add(member: Member): void {
    this.#members.push(member);
  }

  /** Makes the views. */
  async flush(): Promise<void> {
    const members = this.#members;
    this.#members = [];
    if (members.length > 1 && (await this.#together(members))) {
      for (const { task, running } of members) this.ended(task, running.succeeded({ message: 'OK' }));
      return;
    }
    for (const { task, running } of members) {
      const start = performance.now();
      this.ended(task, await running.run());
      this.took(1, performance.now() - start);
    }
  }

  /** @returns false where nothing was made: one of the views fails, or a table has its name, or the run was interrupted */
  async #together(members: readonly Member[]): Promise<boolean> {
    const { session } = this;
    const start = performance.now();
    try {
      await this.#send(
        'begin transaction',
        ...members.map(({ statement, frame: { before, after } }) => before + statement + after),
      );
      this.took(members.length, performance.now() - start);
      await this.#send('commit');
      return true;
    } catch {
      await session.execute('rollback').catch(() => undefined);
      return false;
    }
  }

  async #send(...statements: readonly string[]): Promise<void> {
    for (const statement of statements) this.state.log('debug', statement);
    await this.session.execute(statements.join(';\n'));
  }
}

/** The database of the target's file, by DuckDB's name for it. */
function databaseOf({ request }: RunState): string {
  const { path } = request.project.target;
  return path === undefined ? 'memory' : parse(path).name;
}

/** Sessions that do something before each statement. */
function sessionAfter(before: () => Promise<void>): (session: Session) => Session {
  return (session) => ({
    execute: async (sql) => {
      await before();
      return session.execute(sql);
    },
    query: async (sql) => {
      await before();
      return session.query(sql);
    },
    async *stream(sql) {
      await before();
      yield* session.stream(sql);
    },
    describe: async (sql) => {
      await before();
      return session.describe(sql);
    },
    load: async (columns, batches) => {
      await before();
      return session.load(columns, batches);
    },
    drop: (relation) => session.drop(relation),
    cancel: () => session.cancel(),
    close: () => session.close(),
  });
}
