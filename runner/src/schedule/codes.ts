/** Codes of the scheduler's errors and warnings. Each means one thing. */
export const scheduleCodes = {
  /** a cron expression that cannot be read, or that names no time */
  cron: 'TSD1951',
  /** a time zone that is none */
  timezone: 'TSD1952',
  /** another scheduler is at work on this project */
  locked: 'TSD1953',
  /** another scheduler has taken this one's lock */
  lockLost: 'TSD1954',
  /** the health endpoint's port cannot be listened on */
  healthPort: 'TSD1955',
  /** a file of the scheduler (state, lock, health) cannot be written */
  unwritable: 'TSD1956',
  /** warning: the state file could not be read, and was started anew */
  corruptState: 'TSD1957',
  /** a command for `--run` that cannot be scheduled */
  command: 'TSD1958',
} as const;
