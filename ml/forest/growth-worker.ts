import { parentPort } from 'node:worker_threads';
import { type GrowthJob, runGrowthJob } from './growth-job.js';

/** What the pool sends. */
export interface GrowthRequest {
  readonly id: number;
  readonly job: GrowthJob;
}

parentPort?.on('message', ({ id, job }: GrowthRequest) => {
  try {
    parentPort?.postMessage({ id, trees: runGrowthJob(job) });
  } catch (error) {
    parentPort?.postMessage({ id, error });
  }
});
parentPort?.postMessage({ ready: true });
