import { type SourcePlace, SourceText } from '../errors/source-text.js';
import { TsdbtError } from '../errors/tsdbt-error.js';
import type { LogLevel, TimedEvent } from '../events/events.js';
import type { Redactor } from '../project/redact.js';

/**
 * An event as one line of JSON: `event`, `at` (ISO 8601, UTC) and `level` first, then the event's own fields in
 * snake case. Errors become `{ code, message, place, hint, compiled, detail }`. Secrets are taken out.
 */
export function eventJson(event: TimedEvent, redact: Redactor): string {
  const { event: name, at, ...fields } = event;
  const head = { event: name, at: at.toISOString(), level: levelOf(event) };
  return JSON.stringify({ ...head, ...(plain(fields, redact) as object) });
}

/** How important an event is; what begins and ends is `info`, unless it went wrong. */
export function levelOf(event: TimedEvent): LogLevel {
  switch (event.event) {
    case 'log':
      return event.level;
    case 'error':
      return 'error';
    case 'node_progress':
      return 'debug';
    case 'node_finished': {
      const { status } = event.outcome;
      if (status === 'error' || status === 'fail' || status === 'blocked') return 'error';
      return status === 'warn' ? 'warn' : 'info';
    }
    default:
      return 'info';
  }
}

function plain(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => plain(item, redact));
  if (value instanceof TsdbtError) return plain(errorFields(value), redact);
  if (isPlace(value)) return plain(placeFields(value), redact);
  const fields: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) fields[snakeCase(key)] = plain(item, redact);
  return fields;
}

function errorFields(error: TsdbtError): Record<string, unknown> {
  const { code, message, place, hint, compiled, via, detail } = error;
  return { code, message, place, hint, compiled, via: via.length > 0 ? via : undefined, detail };
}

function isPlace(value: object): value is SourcePlace {
  return 'source' in value && value.source instanceof SourceText && 'start' in value;
}

function placeFields(place: SourcePlace): Record<string, unknown> {
  return { path: place.source.path, ...place.source.position(place.start) };
}

const snakeCased = new Map<string, string>();

function snakeCase(key: string): string {
  let name = snakeCased.get(key);
  if (name === undefined) {
    name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    snakeCased.set(key, name);
  }
  return name;
}
