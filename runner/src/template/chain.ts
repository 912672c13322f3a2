import type { MaybePromise } from './values.js';

/** Goes on with a value at once, or when it is there. Promises appear only where a called function returned one. */
export function chain<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Evaluates items one after the other; the result is a promise only if one of theirs is. */
export function mapInOrder<A, B>(
  items: readonly A[],
  evaluate: (item: A, index: number) => MaybePromise<B>,
): MaybePromise<B[]> {
  const out: B[] = [];
  for (let i = 0; i < items.length; i++) {
    const value = evaluate(items[i]!, i);
    if (value instanceof Promise) return continueInOrder(items, evaluate, out, i, value);
    out.push(value);
  }
  return out;
}

async function continueInOrder<A, B>(
  items: readonly A[],
  evaluate: (item: A, index: number) => MaybePromise<B>,
  out: B[],
  at: number,
  pending: Promise<B>,
): Promise<B[]> {
  out.push(await pending);
  for (let i = at + 1; i < items.length; i++) out.push(await evaluate(items[i]!, i));
  return out;
}
