import { type Effects, sleep } from '../cli/effects.js';
import type { SelectionOptions as Flags } from '../cli/flags.js';
import { TsdbtError, TsdbtErrors } from '../errors/tsdbt-error.js';
import type { OutputStream } from '../report/output-stream.js';
import type { RunResult } from '../run/run-types.js';
import type { ProjectOptions, SelectOptions } from './options.js';

/** What a call saw. */
export interface Call {
  readonly effects: Effects;
  /** errors that were told, not thrown */
  readonly errors: readonly TsdbtError[];
  readonly result: RunResult | undefined;
}

const nowhere: OutputStream = { write: () => true };

/**
 * Calls a command of the command line as a function: nothing reaches the process's streams, signals or exit.
 * What `onEvent` throws is thrown when the work is done.
 *
 * @throws TsdbtErrors, also for a single one
 */
export async function call<T>(options: ProjectOptions, work: (call: Call) => Promise<T>): Promise<T> {
  const { signal, onEvent } = options;
  const errors: TsdbtError[] = [];
  let result: RunResult | undefined;
  let thrown: { readonly error: unknown } | undefined;
  const effects: Effects = {
    stdout: nowhere,
    stderr: nowhere,
    env: options.env ?? process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    sleep,
    onInterrupt: (listener) => {
      const interrupt = (): void => listener();
      if (signal?.aborted) interrupt();
      else signal?.addEventListener('abort', interrupt, { once: true });
      return () => signal?.removeEventListener('abort', interrupt);
    },
    observer: {
      hear: (event) => {
        if (event.event === 'error') errors.push(event.error);
        try {
          onEvent?.(event);
        } catch (error) {
          thrown ??= { error };
        }
      },
      ran: (ended) => {
        result = ended;
      },
    },
    exit: () => {},
  };
  const made: Call = {
    effects,
    errors,
    get result() {
      return result;
    },
  };
  const value = await work(made).catch((failure: unknown) => {
    throw failure instanceof TsdbtError ? new TsdbtErrors([failure]) : failure;
  });
  if (thrown !== undefined) throw thrown.error;
  return value;
}

/** Options as the flags that the command line reads. */
export function flagsOf(options: SelectOptions): Flags {
  const { vars, select, exclude, selector, resourceTypes, indirectSelection, state } = options;
  const { projectDir, profilesDir, target, warnError } = options;
  return defined({
    projectDir,
    profilesDir,
    target,
    warnError,
    vars: vars === undefined ? undefined : JSON.stringify(vars),
    select: listed(select),
    exclude: listed(exclude),
    selector,
    resourceType: resourceTypes,
    indirectSelection,
    state,
  });
}

/** Without the keys that are not given. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function listed(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : typeof value === 'string' ? [value] : value;
}
