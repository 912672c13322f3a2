/**
 * Remembers what was made last, by key, so that models of one run that read the same files read them once. A key names the
 * files with their sizes and times; another key replaces what was there, and a failure is not remembered.
 */
export class Latest<T> {
  #key: string | undefined;
  #value: Promise<T> | undefined;

  /** What was made for the key, or what `make` makes now. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    if (this.#key === key && this.#value !== undefined) return this.#value;
    const value = make();
    this.set(key, value);
    value.catch(() => this.forget(value));
    return value;
  }

  set(key: string, value: Promise<T>): void {
    this.#key = key;
    this.#value = value;
  }

  forget(value: Promise<T>): void {
    if (this.#value === value) this.#value = undefined;
  }
}
