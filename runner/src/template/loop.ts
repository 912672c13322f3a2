import { chain } from './chain.js';
import { describe, toArray } from './containers.js';
import { equal } from './equality.js';
import { evaluate, located } from './evaluate.js';
import { assign, executeAll, type Flow } from './execute.js';
import { argumentFailure, typeFailure } from './failure.js';
import type { Frame } from './frame.js';
import type { ForNode } from './nodes.js';
import { Output } from './output.js';
import { evaluateShown } from './unknown-names.js';
import {
  type CallArguments,
  type MaybePromise,
  TemplateFunction,
  TemplateObject,
  type TemplateValue,
  truthy,
  Undefined,
} from './values.js';

const attributes = [
  ...['index', 'index0', 'revindex', 'revindex0', 'first', 'last', 'length', 'depth', 'depth0'],
  ...['previtem', 'nextitem', 'cycle', 'changed'],
];

/** The variable `loop`. */
class LoopContext extends TemplateObject {
  readonly typeName = 'loop';
  override readonly unknownIsMistake = 'always';
  index0 = 0;
  #changed: readonly TemplateValue[] | undefined;

  constructor(
    readonly items: readonly TemplateValue[],
    readonly depth: number,
    readonly recurse: ((items: TemplateValue, args: CallArguments) => MaybePromise<TemplateValue>) | undefined,
  ) {
    super();
  }

  override attributeNames(): Iterable<string> {
    return attributes;
  }

  override getAttribute(name: string): TemplateValue | undefined {
    const { index0, items } = this;
    switch (name) {
      case 'index':
        return index0 + 1;
      case 'index0':
        return index0;
      case 'revindex':
        return items.length - index0;
      case 'revindex0':
        return items.length - index0 - 1;
      case 'first':
        return index0 === 0;
      case 'last':
        return index0 === items.length - 1;
      case 'length':
        return items.length;
      case 'depth':
        return this.depth;
      case 'depth0':
        return this.depth - 1;
      case 'previtem':
        return index0 > 0 ? items[index0 - 1]! : new Undefined('there is no previous item');
      case 'nextitem':
        return index0 + 1 < items.length ? items[index0 + 1]! : new Undefined('there is no next item');
      case 'cycle':
        return new TemplateFunction('cycle', ({ positional }) => {
          if (positional.length === 0) throw argumentFailure('loop.cycle() needs values to cycle through');
          return positional[this.index0 % positional.length]!;
        });
      case 'changed':
        return new TemplateFunction('changed', ({ positional }) => {
          const before = this.#changed;
          this.#changed = positional;
          return before === undefined || !equal([...before], [...positional]);
        });
      default:
        return undefined;
    }
  }

  override call(args: CallArguments): MaybePromise<TemplateValue> {
    if (this.recurse === undefined)
      throw typeFailure('only a recursive loop can be called', 'write {% for … recursive %}');
    const [items] = args.positional;
    if (items === undefined || args.positional.length !== 1)
      throw argumentFailure('loop() takes the items to go through');
    return this.recurse(items, args);
  }

  override size(): number {
    return this.items.length;
  }
  override truthy(): boolean {
    return true;
  }
  toText(): string {
    return `<LoopContext ${this.index0 + 1}/${this.items.length}>`;
  }
}

/** `{% for … %}` with filter, else, recursion and loop controls. */
export function executeFor(node: ForNode, frame: Frame, out: Output): MaybePromise<Flow> {
  return chain(evaluateShown(node.iterable, frame), (iterable) => runLoop(node, iterable, frame, out, 1));
}

function runLoop(node: ForNode, iterable: TemplateValue, frame: Frame, out: Output, depth: number): MaybePromise<Flow> {
  let all: TemplateValue[];
  try {
    if (iterable === null) throw typeFailure(`${describe(iterable)} has no items to go through`);
    all = toArray(iterable);
  } catch (thrown) {
    throw located(thrown, node.iterable, frame);
  }
  return chain(filterItems(node, all, frame), (items) => {
    if (items.length === 0) return executeAll(node.otherwise, frame.child(), out);
    const recurse = node.recursive ? recursion(node, frame, depth) : undefined;
    // as in Jinja2: whoever never came to the end of the body has gone through nothing
    return chain(runItems(node, new LoopContext(items, depth, recurse), frame, out), (ended) =>
      ended ? 'next' : executeAll(node.otherwise, frame.child(), out),
    );
  });
}

function recursion(node: ForNode, frame: Frame, depth: number) {
  return (inner: TemplateValue): MaybePromise<TemplateValue> => {
    if (depth > 200) throw typeFailure('this loop calls itself more than 200 times deep');
    const { source, via } = frame.activation;
    const nested = new Output(source, via);
    return chain(runLoop(node, inner, frame, nested, depth + 1), () => nested.toValue(frame.activation.autoescape));
  };
}

function filterItems(node: ForNode, items: TemplateValue[], frame: Frame): MaybePromise<TemplateValue[]> {
  const { filter } = node;
  if (filter === undefined) return items;
  const kept: TemplateValue[] = [];
  const from = (start: number): MaybePromise<TemplateValue[]> => {
    for (let i = start; i < items.length; i++) {
      const inner = frame.child();
      assign(node.target, items[i]!, inner);
      const holds = evaluate(filter, inner);
      if (holds instanceof Promise)
        return holds.then((h) => {
          if (truthy(h)) kept.push(items[i]!);
          return from(i + 1);
        });
      if (truthy(holds)) kept.push(items[i]!);
    }
    return kept;
  };
  return from(0);
}

/** @returns whether the end of the body was reached for any item */
function runItems(
  node: ForNode,
  loop: LoopContext,
  frame: Frame,
  out: Output,
  from = 0,
  endedBefore = false,
): MaybePromise<boolean> {
  let ended = endedBefore;
  for (let i = from; i < loop.items.length; i++) {
    loop.index0 = i;
    const inner = frame.child();
    inner.set('loop', loop);
    assign(node.target, loop.items[i]!, inner);
    const flow = executeAll(node.body, inner, out);
    if (flow instanceof Promise)
      return flow.then((f) => {
        const now = ended || f === 'next';
        return f === 'break' ? now : runItems(node, loop, frame, out, i + 1, now);
      });
    if (flow === 'next') ended = true;
    if (flow === 'break') break;
  }
  return ended;
}
