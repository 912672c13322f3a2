import type { EngineFailure } from '../engines/engine-failure.js';
import type { SourcePlace } from '../errors/source-text.js';
import { SourceText } from '../errors/source-text.js';
import { nearest } from '../errors/suggest.js';
import { EngineError } from '../errors/tsdbt-error.js';
import type { CompiledCode } from './compiled-code.js';
import type { Manifest } from './manifest.js';
import type { SqlNode, TestNode } from './nodes.js';

/** Whose SQL it is: gives the place where the engine named none, and the YAML place of generic tests. */
export interface ErrorOrigin {
  readonly node: SqlNode;
  readonly manifest?: Manifest | undefined;
}

interface Found {
  readonly place: SourcePlace | undefined;
  readonly via: readonly { label: string; place: SourcePlace }[];
}

/**
 * An engine's error with its place in the file that the user wrote.
 *
 * @param failure its `statement` is the compiled SQL, or a statement that contains it
 * @param compiledPath project-relative path of the file that holds the compiled SQL
 */
export function mapEngineError(
  failure: EngineFailure,
  compiled: CompiledCode,
  compiledPath: string | undefined,
  origin?: ErrorOrigin,
): EngineError {
  const offset = offsetInCompiled(failure, compiled);
  const found = placeOf(failure, compiled, offset, origin);
  const line = offset === undefined ? undefined : new SourceText('', compiled.sql).position(offset).line;
  return new EngineError(failure.code, failure.message, {
    place: found.place,
    via: found.via,
    hint: failure.hint ?? hintOf(failure),
    compiled: compiledPath === undefined || line === undefined ? undefined : { path: compiledPath, line },
    detail: failure.detail,
    cause: failure,
  });
}

/** Offset in the compiled SQL: the engine's, else that of the name it complained about where that stands there once. */
function offsetInCompiled(failure: EngineFailure, compiled: CompiledCode): number | undefined {
  if (failure.offset !== undefined) {
    const start = failure.statement.indexOf(compiled.sql);
    const offset = start === -1 ? -1 : failure.offset - start;
    if (offset >= 0 && offset <= compiled.sql.length) return offset;
  }
  if (failure.subject === undefined || failure.subject === '') return undefined;
  const pattern = new RegExp(`(?<![\\w$])${failure.subject.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`, 'gi');
  const hits = [...compiled.sql.matchAll(pattern)];
  return hits.length === 1 ? hits[0]!.index : undefined;
}

function placeOf(
  failure: EngineFailure,
  compiled: CompiledCode,
  offset: number | undefined,
  origin: ErrorOrigin | undefined,
): Found {
  const mapped =
    offset === undefined ? undefined : nearestMapped(compiled, offset, lengthAt(compiled.sql, offset, failure.subject));
  const node = origin?.node;
  if (node?.resourceType === 'test' && node.generic !== undefined) {
    const argument = argumentPlace(failure, node, origin?.manifest);
    const label = `test_${node.generic.name}`;
    // the outermost call is the engine's own: it stands in no file
    const macro = mapped === undefined ? [] : [{ label, place: mapped.place }, ...mapped.via.slice(0, -1)];
    return { place: argument ?? node.propertiesPlace, via: macro };
  }
  if (mapped !== undefined) return mapped;
  return { place: node?.source.place(0, Math.max(1, node.source.line(1).length)), via: [] };
}

/** Text that nobody wrote (a wrapper's) is blamed on what stands before it. */
function nearestMapped(compiled: CompiledCode, offset: number, length: number) {
  for (let at = Math.min(offset, compiled.sql.length - 1); at >= 0; at--) {
    const found = compiled.map.lookup(at, at === offset ? length : 1);
    if (found !== undefined) return found;
    if (offset - at > 200) return undefined;
  }
  return undefined;
}

/** A generic test's argument (an expression, a column) that has the name the engine complained about. */
function argumentPlace(
  failure: EngineFailure,
  node: TestNode,
  manifest: Manifest | undefined,
): SourcePlace | undefined {
  const places = manifest?.argumentPlaces.get(node.uniqueId);
  const { subject } = failure;
  if (places === undefined || subject === undefined || subject === '') return undefined;
  for (const place of places.values()) {
    const text = place.source.text.slice(place.start, place.end);
    const at = text.toLowerCase().indexOf(subject.toLowerCase());
    if (at !== -1) return place.source.place(place.start + at, place.start + at + subject.length);
  }
  return undefined;
}

function lengthAt(sql: string, offset: number, subject: string | undefined): number {
  if (subject !== undefined && sql.slice(offset, offset + subject.length).toLowerCase() === subject.toLowerCase())
    return subject.length;
  return /^("(?:[^"]|"")*"|[\w$]+|.)/s.exec(sql.slice(offset, offset + 200))?.[0].length ?? 1;
}

function hintOf(failure: EngineFailure): string | undefined {
  const { candidates, subject } = failure;
  if (candidates.length === 0) return undefined;
  const close = subject === undefined ? undefined : nearest(subject, candidates);
  if (close !== undefined) return `did you mean "${close}"?`;
  return `there are: ${candidates.join(', ')}`;
}
