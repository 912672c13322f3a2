/** A unit of work in a graph. */
export interface Task {
  readonly id: string;
  /** ids of tasks that have to end well before this one begins */
  readonly dependsOn: readonly string[];
  /** ids of tasks that have to end before this one begins, however they end */
  readonly after?: readonly string[] | undefined;
  /** id of a task that depends on this one, whose place this one has in the order of `levels`: a unit test goes right before its model */
  readonly before?: string | undefined;
}

/** How a task ended, as far as the graph is concerned: `stop` keeps everything downstream from running. */
export type TaskEnd = 'go-on' | 'stop';

export interface ScheduleOptions<T extends Task> {
  /** tasks that run at the same time */
  readonly concurrency: number;
  /**
   * which of the tasks that could begin does: `longest-way` (default), the one with the longest way still below it; `levels`, as dbt, the
   * one with the shortest way above it, in the order of ids: a seed comes before the test of a source that is the seed's table
   */
  readonly order?: 'longest-way' | 'levels' | undefined;
  /** runs a task; what it throws ends the whole schedule */
  run(task: T, worker: number): Promise<TaskEnd>;
  /** what runs several tasks at once, none of which depends on another */
  readonly groups?: Groups<T> | undefined;
  /** called instead of `run` for a task that a stopped task leads to; `cause` is the first such task */
  skip(task: T, cause: T): void;
  /** called for every task that was not begun when the schedule was stopped early */
  cancel(task: T): void;
  /** true: begin nothing any more */
  stopped(): boolean;
}

/** Tasks that one worker takes together. */
export interface Groups<T extends Task> {
  /** whether a task is run by {@link Groups.run}, with others or alone */
  takes(task: T): boolean;
  /** the most tasks that are taken together now; the workers share what is ready */
  size(): number;
  /** runs the tasks, and says of each when it has ended; what it throws ends the whole schedule */
  run(tasks: readonly T[], worker: number, ended: (task: T, end: TaskEnd) => void): Promise<void>;
}

/**
 * Runs a graph of tasks: a task begins when all it depends on has ended well, in the order of {@link ScheduleOptions.order}.
 * Dependencies on ids that are not among the tasks count as done.
 * @throws what `run` throws, after the running tasks have ended
 */
export async function schedule<T extends Task>(tasks: readonly T[], options: ScheduleOptions<T>): Promise<void> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const children = new Map<string, T[]>(tasks.map((task) => [task.id, []]));
  const followers = new Map<string, T[]>(tasks.map((task) => [task.id, []]));
  const waitingFor = new Map<string, number>();
  for (const task of tasks) {
    const known = task.dependsOn.filter((id) => byId.has(id));
    const awaited = (task.after ?? []).filter((id) => byId.has(id) && !known.includes(id));
    waitingFor.set(task.id, known.length + awaited.length);
    for (const id of known) children.get(id)!.push(task);
    for (const id of awaited) followers.get(id)!.push(task);
  }
  const later = options.order === 'levels' ? byLevels(tasks, byId) : byLongestWay(tasks, children);
  const ready = tasks.filter((task) => waitingFor.get(task.id) === 0);
  const done = new Set<string>();
  let failure: { error: unknown } | undefined;
  let running = 0;

  let isSorted = false;

  await new Promise<void>((resolve) => {
    const workers = Math.max(1, options.concurrency);
    const freeWorkers = Array.from({ length: workers }, (_, i) => i).reverse();

    const finish = (task: T, end: TaskEnd): void => {
      done.add(task.id);
      for (const child of children.get(task.id)!) {
        if (done.has(child.id)) continue;
        if (end === 'stop') skipDown(child, task);
        else release(child);
      }
      for (const follower of followers.get(task.id)!) if (!done.has(follower.id)) release(follower);
    };

    /** One of those that a task waits for has ended. */
    const release = (task: T): void => {
      const left = waitingFor.get(task.id)! - 1;
      waitingFor.set(task.id, left);
      if (left > 0) return;
      ready.push(task);
      isSorted = false;
    };

    const skipDown = (task: T, cause: T): void => {
      if (done.has(task.id)) return;
      done.add(task.id);
      options.skip(task, cause);
      for (const child of children.get(task.id)!) skipDown(child, cause);
      for (const follower of followers.get(task.id)!) if (!done.has(follower.id)) release(follower);
    };

    /** The task to begin with next, and those that are taken together with it. */
    const take = (): readonly T[] => {
      const { groups } = options;
      const most = groups === undefined ? 1 : Math.min(groups.size(), Math.ceil(ready.length / workers));
      const taken: T[] = [];
      for (let task = ready.at(-1); task !== undefined; task = ready.at(-1)) {
        const isGrouped = groups?.takes(task) === true;
        if (taken.length > 0 && (taken.length >= most || !isGrouped)) break;
        ready.pop();
        if (done.has(task.id)) continue;
        taken.push(task);
        if (!isGrouped) break;
      }
      return taken;
    };

    const run = async (tasks: readonly T[], worker: number): Promise<void> => {
      const [first] = tasks as readonly [T];
      if (options.groups?.takes(first) === true) await options.groups.run(tasks, worker, finish);
      else finish(first, await options.run(first, worker));
    };

    const next = (): void => {
      if (failure === undefined && !options.stopped()) {
        // the last is taken first
        if (!isSorted) ready.sort((a, b) => later(b, a));
        isSorted = true;
        while (freeWorkers.length > 0) {
          const tasks = take();
          if (tasks.length === 0) break;
          const worker = freeWorkers.pop()!;
          running += 1;
          run(tasks, worker)
            .catch((error: unknown) => {
              failure ??= { error };
              for (const task of tasks) done.add(task.id);
            })
            .finally(() => {
              running -= 1;
              freeWorkers.push(worker);
              next();
            });
        }
      }
      if (running === 0) {
        for (const task of tasks) if (!done.has(task.id)) options.cancel(task);
        resolve();
      }
    };
    next();
  });
  if (failure !== undefined) throw failure.error;
}

/** Says which of two tasks comes later: negative, the second one does. */
type Later<T> = (a: T, b: T) => number;

function byLongestWay<T extends Task>(tasks: readonly T[], children: ReadonlyMap<string, readonly T[]>): Later<T> {
  const depth = longestWays(tasks, (task) => children.get(task.id)!);
  const place = new Map(tasks.map((task, i) => [task.id, i]));
  return (a, b) => depth.get(b.id)! - depth.get(a.id)! || place.get(a.id)! - place.get(b.id)!;
}

function byLevels<T extends Task>(tasks: readonly T[], byId: ReadonlyMap<string, T>): Later<T> {
  const placeOf = (task: T): T => (task.before === undefined ? undefined : byId.get(task.before)) ?? task;
  const parents = (task: T): T[] =>
    task.dependsOn.flatMap((id) => byId.get(id) ?? []).filter((parent) => parent.before !== task.id);
  const level = longestWays(tasks, parents);
  return (a, b) => {
    const [placeA, placeB] = [placeOf(a).id, placeOf(b).id];
    if (placeA === placeB) return a.id === placeA ? 1 : b.id === placeB ? -1 : a.id < b.id ? -1 : 1;
    return level.get(placeA)! - level.get(placeB)! || (placeA < placeB ? -1 : 1);
  };
}

/** Length of the longest way from each task to an end. */
function longestWays<T extends Task>(tasks: readonly T[], next: (task: T) => readonly T[]): Map<string, number> {
  const depth = new Map<string, number>();
  const visit = (task: T): number => {
    const known = depth.get(task.id);
    if (known !== undefined) return known;
    let deepest = 0;
    for (const one of next(task)) deepest = Math.max(deepest, visit(one) + 1);
    depth.set(task.id, deepest);
    return deepest;
  };
  for (const task of tasks) visit(task);
  return depth;
}
