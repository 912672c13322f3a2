import { readFileSync, renameSync } from 'node:fs';
import * as z from 'zod';
import { writeFileAtomically } from './atomic-file.js';

const time = z.iso.datetime().transform((text) => new Date(text));

const endedRun = z.strictObject({ startedAt: time, endedAt: time, exitCode: z.number().int().nullable() });

const stateSchema = z.strictObject({
  version: z.literal(1),
  cron: z.string(),
  timezone: z.string(),
  /** due times up to here have been served: a run that began after them has ended */
  servedUntil: time,
  /** the run that is under way, or that was when the scheduler died */
  running: z
    .strictObject({
      due: time,
      startedAt: time,
      /** how often a run for this time was begun, from 1 on */
      attempt: z.number().int().min(1),
      process: z.strictObject({ pid: z.number().int(), machine: z.string(), birth: z.string().nullable() }).nullable(),
    })
    .nullable(),
  lastSuccess: endedRun.nullable(),
  lastFailure: endedRun.nullable(),
  failuresInRow: z.number().int().min(0),
});

/** What a scheduler remembers over restarts. */
export type ScheduleState = z.output<typeof stateSchema>;
export type EndedRun = z.output<typeof endedRun>;

/** A state in which nothing has run yet and nothing was missed. */
export function freshState(cron: string, timezone: string, now: Date): ScheduleState {
  return {
    version: 1,
    cron,
    timezone,
    servedUntil: now,
    running: null,
    lastSuccess: null,
    lastFailure: null,
    failuresInRow: 0,
  };
}

/** What was found where the state is kept. */
export type FoundState =
  | { readonly kind: 'none' }
  | { readonly kind: 'state'; readonly state: ScheduleState }
  /** not readable as a state; `keptAs` is where it was put aside */
  | { readonly kind: 'corrupt'; readonly reason: string; readonly keptAs: string };

/** The file that holds a scheduler's state. */
export class StateFile {
  /** @param path absolute */
  constructor(readonly path: string) {}

  /** Reads the state. A file that is no state is put aside as `<path>.corrupt`, never overwritten unseen. */
  read(): FoundState {
    let reason: string;
    try {
      const parsed = stateSchema.safeParse(JSON.parse(readFileSync(this.path, 'utf8')));
      if (parsed.success) return { kind: 'state', state: parsed.data };
      const issue = parsed.error.issues[0]!;
      reason = `${issue.path.join('.') || 'content'}: ${issue.message}`;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'none' };
      reason = (cause as Error).message;
    }
    const keptAs = `${this.path}.corrupt`;
    renameSync(this.path, keptAs);
    return { kind: 'corrupt', reason, keptAs };
  }

  /** @throws StorageError TSD1986 */
  write(state: ScheduleState): void {
    writeFileAtomically(this.path, `${JSON.stringify(state, undefined, 2)}\n`);
  }
}
