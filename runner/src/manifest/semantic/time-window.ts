import { granularities } from '../../project/semantic-schema.js';

/** A length of time, as metrics hold it. */
export interface TimeWindow {
  readonly count: number;
  readonly granularity: string;
}

/** `28 days` as a number and a unit; undefined where it is not of that form. A time spine's own units keep their name. */
export function timeWindow(text: string): TimeWindow | undefined {
  const match = /^(\d+) (\S+)$/.exec(text.toLowerCase());
  if (match === null) return undefined;
  const unit = match[2]!;
  const singular = unit.replace(/s$/, '');
  const isStandard = (granularities as readonly string[]).includes(singular);
  return { count: Number(match[1]), granularity: isStandard ? singular : unit };
}
