import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type GrowthJob, runGrowthJob } from './growth-job.js';
import type { Trees } from './trees.js';

/** Where trees are grown. The result does not depend on which pool it is. */
export interface TrainingPool {
  /** threads beside this one; 0 grows in this thread */
  readonly workers: number;
  grow(job: GrowthJob): Promise<Trees>;
  close(): Promise<void>;
}

/** A pool without threads. */
export const inThread: TrainingPool = {
  workers: 0,
  async grow(job) {
    return runGrowthJob(job);
  },
  async close() {},
};

/**
 * Starts worker threads, and gives {@link inThread} where they cannot start (no TypeScript loader, no threads allowed).
 * @param workers default: two, or one where there is a single core; 0 for none
 */
export async function openTrainingPool(workers = Math.min(2, availableParallelism())): Promise<TrainingPool> {
  if (workers === 0) return inThread;
  const started = await Promise.allSettled(Array.from({ length: workers }, startWorker));
  const threads = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return threads.length === 0 ? inThread : new WorkerPool(threads);
}

interface Waiting {
  readonly id: number;
  readonly job: GrowthJob;
  readonly resolve: (trees: Trees) => void;
  readonly reject: (error: unknown) => void;
}

class WorkerPool implements TrainingPool {
  private readonly queue: Waiting[] = [];
  private readonly idle: Worker[];
  private readonly busy = new Map<Worker, Waiting>();
  private lastId = 0;

  constructor(private readonly threads: readonly Worker[]) {
    this.idle = [...threads];
    for (const thread of threads) {
      thread.on('message', (reply: { id: number; trees?: Trees; error?: unknown }) => {
        const waiting = this.busy.get(thread);
        this.busy.delete(thread);
        this.idle.push(thread);
        this.next();
        if (reply.trees === undefined) waiting?.reject(reply.error);
        else waiting?.resolve(reply.trees);
      });
      thread.on('error', (error) => this.lose(thread, error));
    }
  }

  get workers(): number {
    return this.threads.length;
  }

  grow(job: GrowthJob): Promise<Trees> {
    return new Promise((resolve, reject) => {
      this.queue.push({ id: ++this.lastId, job, resolve, reject });
      this.next();
    });
  }

  async close(): Promise<void> {
    for (const waiting of this.queue.splice(0)) waiting.reject(new Error('the training pool was closed'));
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }

  private next(): void {
    while (this.queue.length > 0 && this.idle.length > 0) {
      const thread = this.idle.pop()!;
      const waiting = this.queue.shift()!;
      this.busy.set(thread, waiting);
      thread.postMessage({ id: waiting.id, job: waiting.job });
    }
  }

  /** A thread that died (out of memory) fails its job; the others go on. */
  private lose(thread: Worker, error: unknown): void {
    this.busy.get(thread)?.reject(error);
    this.busy.delete(thread);
    if (this.busy.size === 0 && this.idle.length === 0) {
      for (const waiting of this.queue.splice(0)) waiting.reject(error);
    }
  }
}

/** Workers do not inherit a loader that was registered in the process (jiti, vitest), so the thread brings its own. */
function startWorker(): Promise<Worker> {
  return new Promise((resolve, reject) => {
    const require = createRequire(import.meta.url);
    const loader = join(dirname(require.resolve('jiti/package.json')), 'lib', 'jiti-register.mjs');
    const thread = new Worker(new URL('./growth-worker.ts', import.meta.url), {
      execArgv: ['--import', pathToFileURL(loader).href],
    });
    thread.unref();
    thread.once('message', () => {
      thread.removeAllListeners('error');
      resolve(thread);
    });
    thread.once('error', reject);
  });
}
