import type { SourcePlace } from '../errors/source-text.js';
import type { MetricCall, RefCall, SourceCall } from './nodes.js';

const call = /^\s*(?:\{\{)?\s*(ref|source|metric)\s*\((.*)\)\s*(?:\}\})?\s*$/s;
const argument = /^\s*(?:(v|version)\s*=\s*)?(?:(['"])([^'"]*)\2|([\w.]+))\s*$/;

/** `ref('x')`, `ref('package', 'x', v=2)`, `source('a', 'b')`, `metric('x')`, with or without braces; else undefined. */
export function readDependency(text: string, place: SourcePlace): RefCall | SourceCall | MetricCall | undefined {
  const match = call.exec(text);
  if (match === null) return undefined;
  const names: string[] = [];
  let version: string | number | undefined;
  for (const part of match[2]!.split(',')) {
    const [, key, quote, quoted, bare] = argument.exec(part) ?? [];
    if (key !== undefined)
      version = quote === undefined && !Number.isNaN(Number(bare)) ? Number(bare) : (quoted ?? bare);
    else if (quoted === undefined) return undefined;
    else names.push(quoted);
  }
  const [first, second] = names;
  if (first === undefined || names.length > 2) return undefined;
  if (match[1] === 'source')
    return second === undefined || version !== undefined
      ? undefined
      : { kind: 'source', source: first, table: second, place };
  const named = { package: second === undefined ? undefined : first, name: second ?? first, place };
  if (match[1] === 'ref') return { kind: 'ref', version, ...named };
  return version === undefined ? { kind: 'metric', ...named } : undefined;
}
