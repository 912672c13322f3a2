import { describe, expect, it } from 'vitest';
import { schedule, type Task, type TaskEnd } from '../../src/run/scheduler.js';

interface Trace {
  readonly log: string[];
  peak: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function trace(
  graph: Record<string, string[]>,
  options: {
    concurrency?: number;
    failing?: string[];
    stopAfter?: number;
    throwing?: string;
    order?: 'levels';
    before?: Record<string, string>;
  } = {},
): Promise<Trace> {
  const tasks: Task[] = Object.entries(graph).map(([id, dependsOn]) => ({
    id,
    dependsOn,
    before: options.before?.[id],
  }));
  const result: Trace = { log: [], peak: 0 };
  let running = 0;
  let ended = 0;
  await schedule(tasks, {
    concurrency: options.concurrency ?? 2,
    order: options.order,
    async run(task): Promise<TaskEnd> {
      running += 1;
      result.peak = Math.max(result.peak, running);
      await pause(2);
      running -= 1;
      ended += 1;
      result.log.push(task.id);
      if (task.id === options.throwing) throw new Error(`defect in ${task.id}`);
      return options.failing?.includes(task.id) ? 'stop' : 'go-on';
    },
    skip: (task, cause) => result.log.push(`${task.id} skipped by ${cause.id}`),
    cancel: (task) => result.log.push(`${task.id} cancelled`),
    stopped: () => options.stopAfter !== undefined && ended >= options.stopAfter,
  });
  return result;
}

describe('schedule', () => {
  it('begins a task when all it depends on has ended', async () => {
    const { log } = await trace({ d: ['b', 'c'], c: ['a'], b: ['a'], a: [] });
    expect(log[0]).toBe('a');
    expect(log.at(-1)).toBe('d');
  });

  it('keeps to the number of workers', async () => {
    const independent = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`t${i}`, []]));
    expect((await trace(independent, { concurrency: 3 })).peak).toBe(3);
    expect((await trace(independent, { concurrency: 1 })).peak).toBe(1);
  });

  it('prefers the task with the longest way below it', async () => {
    const { log } = await trace({ leaf: [], long: [], middle: ['long'], end: ['middle'] }, { concurrency: 1 });
    expect(log).toEqual(['long', 'middle', 'leaf', 'end'].sort((a, b) => log.indexOf(a) - log.indexOf(b)));
    expect(log.indexOf('long')).toBe(0);
  });

  it("takes levels in turn where dbt's order is asked for, and a task that goes before another at that one's place", async () => {
    const graph = { seed: [], 'unit of model': [], model: ['unit of model'], other: [], below: ['model'] };
    const { log } = await trace(graph, { concurrency: 1, order: 'levels', before: { 'unit of model': 'model' } });
    expect(log).toEqual(['unit of model', 'model', 'other', 'seed', 'below']);
  });

  it('skips everything below a task that stops, once, and runs the rest', async () => {
    const { log } = await trace({ a: [], b: ['a'], c: ['b'], d: ['b', 'c'], other: [] }, { failing: ['a'] });
    expect(log.filter((line) => line.includes('skipped')).sort()).toEqual([
      'b skipped by a',
      'c skipped by a',
      'd skipped by a',
    ]);
    expect(log).toContain('other');
  });

  it('counts dependencies outside the schedule as done', async () => {
    expect((await trace({ a: ['elsewhere'] })).log).toEqual(['a']);
  });

  it('cancels what has not begun when it is stopped', async () => {
    const { log } = await trace({ a: [], b: ['a'], c: ['b'] }, { stopAfter: 1 });
    expect(log).toEqual(['a', 'b cancelled', 'c cancelled']);
  });

  it('throws what a task threw, after the others have ended', async () => {
    await expect(trace({ a: [], b: [], c: ['a'] }, { throwing: 'a' })).rejects.toThrow('defect in a');
  });

  describe('with groups', () => {
    const groupsOf = async (graph: Record<string, string[]>, size: number, concurrency: number, failing?: string) => {
      const groups: string[] = [];
      const log: string[] = [];
      await schedule(
        Object.entries(graph).map(([id, dependsOn]) => ({ id, dependsOn })),
        {
          concurrency,
          order: 'levels',
          run: async ({ id }) => {
            groups.push(id);
            return 'go-on';
          },
          groups: {
            takes: ({ id }) => !id.startsWith('alone'),
            size: () => size,
            run: async (tasks, _, ended) => {
              groups.push(tasks.map(({ id }) => id).join(' '));
              await pause(2);
              for (const task of tasks) ended(task, task.id === failing ? 'stop' : 'go-on');
            },
          },
          skip: ({ id }, cause) => log.push(`${id} skipped by ${cause.id}`),
          cancel: ({ id }) => log.push(`${id} cancelled`),
          stopped: () => false,
        },
      );
      return { groups, log };
    };
    const graph = { a: [], b: [], c: ['a'], d: ['b'], e: ['d'] };

    it('takes what is ready together, never a task with one that it depends on', async () => {
      expect((await groupsOf(graph, 9, 1)).groups).toEqual(['a b', 'c d', 'e']);
      expect((await groupsOf({ ...graph, c: ['a', 'b'], d: ['c'] }, 9, 1)).groups).toEqual(['a b', 'c', 'd', 'e']);
    });

    it('takes no more than the size says, and leaves other workers their share', async () => {
      const independent = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((id) => [id, []]));
      expect((await groupsOf(independent, 4, 1)).groups).toEqual(['a b c d', 'e f']);
      expect((await groupsOf(independent, 9, 2)).groups).toEqual(['a b c', 'd e', 'f']);
    });

    it('runs by itself what belongs into no group, in its turn', async () => {
      const { groups } = await groupsOf({ a: [], alone1: [], b: [], c: [], alone2: ['a'] }, 9, 1);
      expect(groups).toEqual(['a', 'alone1', 'b c', 'alone2']);
    });

    it('skips what lies below one that stops, and nothing else', async () => {
      const { groups, log } = await groupsOf(graph, 9, 1, 'b');
      expect(groups).toEqual(['a b', 'c']);
      expect(log).toEqual(['d skipped by b', 'e skipped by b']);
    });
  });
});
