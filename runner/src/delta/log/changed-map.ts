/** A map is made whole again where it has about as many changes that copying these costs what copying it all would, spread over them. */
const LEAST_CHANGES = 16;

/**
 * A map that differs from another, which stays as it is. To make one costs as much as its changes, not as what is in it; it
 * has the order that a `Map` would have after the same changes.
 */
export class ChangedMap<Key, Value> implements ReadonlyMap<Key, Value> {
  readonly #base: ReadonlyMap<Key, Value>;
  /** keys of the base that are not in this map, or not in their place */
  readonly #gone: Set<Key>;
  /** other values for keys of the base, in their place */
  readonly #replaced: Map<Key, Value>;
  /** behind what is left of the base */
  readonly #added: Map<Key, Value>;

  /** @param before the map to begin with; it stays as it is, and must from now on */
  constructor(before: ReadonlyMap<Key, Value>) {
    if (before instanceof ChangedMap && !before.#hasManyChanges) {
      this.#base = before.#base;
      this.#gone = new Set(before.#gone);
      this.#replaced = new Map(before.#replaced);
      this.#added = new Map(before.#added);
    } else {
      this.#base = before instanceof ChangedMap ? new Map(before) : before;
      this.#gone = new Set();
      this.#replaced = new Map();
      this.#added = new Map();
    }
  }

  get #hasManyChanges(): boolean {
    const changes = this.#gone.size + this.#replaced.size + this.#added.size;
    return changes > LEAST_CHANGES && changes * changes > 2 * this.#base.size;
  }

  /** For whoever has made the map, before anybody else has it. */
  set(key: Key, value: Value): void {
    if (this.#base.has(key) && !this.#gone.has(key)) this.#replaced.set(key, value);
    else this.#added.set(key, value);
  }

  /** For whoever has made the map, before anybody else has it. */
  delete(key: Key): void {
    if (this.#added.delete(key) || !this.#base.has(key)) return;
    this.#gone.add(key);
    this.#replaced.delete(key);
  }

  get size(): number {
    return this.#base.size - this.#gone.size + this.#added.size;
  }

  has(key: Key): boolean {
    return this.#added.has(key) || (this.#base.has(key) && !this.#gone.has(key));
  }

  get(key: Key): Value | undefined {
    if (this.#added.has(key)) return this.#added.get(key);
    if (this.#gone.has(key)) return undefined;
    return this.#replaced.has(key) ? this.#replaced.get(key) : this.#base.get(key);
  }

  *entries(): MapIterator<[Key, Value]> {
    if (this.#gone.size + this.#replaced.size === 0) yield* this.#base;
    else
      for (const [key, value] of this.#base)
        if (!this.#gone.has(key)) yield [key, this.#replaced.has(key) ? this.#replaced.get(key)! : value];
    yield* this.#added;
  }

  *keys(): MapIterator<Key> {
    for (const key of this.#base.keys()) if (!this.#gone.has(key)) yield key;
    yield* this.#added.keys();
  }

  *values(): MapIterator<Value> {
    if (this.#gone.size + this.#replaced.size > 0) for (const [, value] of this.entries()) yield value;
    else {
      yield* this.#base.values();
      yield* this.#added.values();
    }
  }

  [Symbol.iterator](): MapIterator<[Key, Value]> {
    return this.entries();
  }

  forEach(work: (value: Value, key: Key, map: ReadonlyMap<Key, Value>) => void): void {
    for (const [key, value] of this.entries()) work(value, key, this);
  }
}
