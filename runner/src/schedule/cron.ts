import { Cron } from 'croner';
import { ProjectError } from '../errors/tsdbt-error.js';
import { scheduleCodes } from './codes.js';

/** Counting missed times ends here: a schedule of every second may have missed millions. */
const MOST_COUNTED = 1000;

/** Times that became due. */
export interface DueTimes {
  readonly latest: Date;
  /** from 1 on; exact up to 1000, and 1000 for all beyond */
  readonly count: number;
}

/**
 * The times that a cron expression names in a time zone.
 *
 * Where clocks are put forward, a fixed time in the gap (`30 2 * * *`) comes at the gap's end; where they are put back, a fixed time
 * comes once. An expression with `*` or a step in its time of day follows elapsed time: it skips the gap and goes on through the
 * repeated hour.
 */
export class CronTimes {
  readonly #cron: Cron;

  /**
   * @param expression five fields (minute, hour, day of month, month, weekday), six with seconds first, or a nickname such as `@daily`
   * @param timezone IANA name
   * @throws ProjectError TSD1981 or TSD1982
   */
  constructor(
    readonly expression: string,
    readonly timezone: string,
  ) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: timezone });
    } catch (cause) {
      throw new ProjectError(scheduleCodes.timezone, `no time zone "${timezone}"`, {
        hint: 'an IANA name, e.g. Europe/Berlin or UTC',
        cause,
      });
    }
    const hint =
      'e.g. "0 */6 * * *" (every six hours), "30 2 * * *" (half past two at night), "*/10 * * * *" (every ten minutes)';
    try {
      this.#cron = new Cron(expression.trim(), { timezone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' });
    } catch (cause) {
      const reason = (cause as Error).message.replace(/^CronPattern: /, '');
      throw new ProjectError(scheduleCodes.cron, `"${expression}" is no cron expression: ${reason}`, { hint, cause });
    }
    if (this.#cron.nextRun(new Date()) === null)
      throw new ProjectError(scheduleCodes.cron, `"${expression}" names no time to come`, { hint });
  }

  /** The first time later than a time; undefined where none will come (an expression with a day that no year has left). */
  next(after: Date): Date | undefined {
    return this.#cron.nextRun(after) ?? undefined;
  }

  /** The times later than `after` and not later than `until`; undefined where there are none. */
  due(after: Date, until: Date): DueTimes | undefined {
    const first = this.next(after);
    if (first === undefined || first > until) return undefined;
    let count = 0;
    let latest = first;
    for (let time: Date | undefined = first; time !== undefined && time <= until; time = this.next(time)) {
      latest = time;
      count += 1;
      if (count === MOST_COUNTED) return { latest: this.#latest(until), count };
    }
    return { latest, count };
  }

  /** The last time not later than `until`, which is known to exist. */
  #latest(until: Date): Date {
    // previousRuns leaves out its reference and counts whole seconds
    const reference = new Date((Math.floor(until.getTime() / 1000) + 1) * 1000);
    return this.#cron.previousRuns(1, reference)[0]!;
  }
}
