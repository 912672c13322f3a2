import type { Effects } from '../effects.js';

/** What is to be run next. */
export interface Turn {
  /** all that is selected, the same as before, what failed, or what the files concern */
  readonly what: 'all' | 'same' | 'failed' | 'changed';
  /** absolute paths of files that have changed since the last turn */
  readonly files: ReadonlySet<string>;
}

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** What asks for another turn, or for the end: changes of files, keys, signals. */
export class Requests {
  /** a command's effects: its interruptions come through here */
  readonly effects: Effects;
  ended = false;
  interrupted = false;
  readonly #files = new Set<string>();
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  #asked: Turn['what'] | undefined;
  #isRunning = false;
  #wake: (() => void) | undefined;

  constructor(
    readonly outer: Effects,
    readonly help: () => void,
  ) {
    this.effects = {
      ...outer,
      onInterrupt: (listener) => {
        const heard = (): void => listener();
        this.#listeners.add(heard);
        return () => this.#listeners.delete(heard);
      },
    };
    this.#stops.push(outer.onInterrupt(() => this.#interrupt()));
    if (outer.onKey !== undefined) this.#stops.push(outer.onKey((key) => this.#key(key)));
  }

  changed(paths: readonly string[]): void {
    for (const path of paths) this.#files.add(path);
    this.#wake?.();
  }

  forget(of: (path: string) => boolean): void {
    for (const path of [...this.#files]) if (of(path)) this.#files.delete(path);
  }

  /** Does some work that Ctrl-C and the key c cancel. */
  async running<T>(work: () => Promise<T>): Promise<T> {
    this.#isRunning = true;
    try {
      return await work();
    } finally {
      this.#isRunning = false;
    }
  }

  /** Waits. @returns undefined when it is time to end */
  async next(): Promise<Turn | undefined> {
    while (!this.ended && this.#asked === undefined && this.#files.size === 0)
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    if (this.ended) return undefined;
    const turn: Turn = { what: this.#asked ?? 'changed', files: new Set(this.#files) };
    this.#asked = undefined;
    this.#files.clear();
    return turn;
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #key(key: string): void {
    if (key === CTRL_C || key === CTRL_D) this.#interrupt();
    else if (key === 'q') {
      this.ended = true;
      this.#cancel();
    } else if (key === 'c' && this.#isRunning) this.#cancel();
    else if (key === 'h' || key === '?') this.help();
    else if (key === '\r' || key === '\n' || key === 'a') this.#ask('all');
    else if (key === 'r') this.#ask('same');
    else if (key === 'f') this.#ask('failed');
  }

  #ask(what: Turn['what']): void {
    if (this.#isRunning) return;
    this.#asked = what;
    this.#wake?.();
  }

  #interrupt(): void {
    // the second time is for those who will not wait
    if (this.ended && this.#listeners.size === 0) this.outer.exit(130);
    this.ended = true;
    this.interrupted = true;
    this.#cancel();
  }

  #cancel(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#wake?.();
  }
}
