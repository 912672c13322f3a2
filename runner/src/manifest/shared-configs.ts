import type { ConfigKind } from '../project/config-schema.js';
import { toNodeConfig } from './merge-config.js';
import type { NodeConfig } from './nodes.js';

/**
 * Node configs by what they are made of: nodes whose layers come to the same have one object, which is made, kept and read back
 * once. Most tests have no config of their own, and the models of a folder often have the same.
 */
export class SharedConfigs {
  readonly #found = new Map<string, NodeConfig>();

  /** What {@link toNodeConfig} makes of merged layers. */
  of(merged: Readonly<Record<string, unknown>>, kind: ConfigKind): NodeConfig {
    const text = textOf(merged);
    if (text === undefined) return toNodeConfig(merged, kind);
    const key = `${kind} ${text}`;
    let config = this.#found.get(key);
    if (config === undefined) {
      config = toNodeConfig(merged, kind);
      this.#found.set(key, config);
    }
    return config;
  }
}

/** A text that only equal values have; undefined where a value is none of JSON's. */
function textOf(value: unknown): string | undefined {
  // with its length before it: what follows is no part of it, whatever it holds
  if (typeof value === 'string') return `${value.length}'${value}`;
  if (typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'object') return undefined;
  const isArray = Array.isArray(value);
  if (!isArray && Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null)
    return undefined;
  let text = '';
  for (const key of Object.keys(value)) {
    const inner = textOf((value as Record<string, unknown>)[key]);
    if (inner === undefined) return undefined;
    text += isArray ? `${inner},` : `${key.length}'${key}:${inner},`;
  }
  return isArray ? `[${text}]` : `{${text}}`;
}
