import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import type { ModelNode } from './nodes.js';

const SIZES = ['hour', 'day', 'month', 'year'] as const;
export type BatchSize = (typeof SIZES)[number];

/** What a model of the strategy `microbatch` says of its batches. */
export interface MicrobatchConfig {
  readonly eventTime: string;
  readonly begin: Date;
  readonly size: BatchSize;
  /** whole batches before the newest one that a run writes anew */
  readonly lookback: number;
}

export function isMicrobatch(node: ModelNode): boolean {
  return (
    node.resourceType === 'model' &&
    node.config.materialized === 'incremental' &&
    node.config.incremental_strategy === 'microbatch'
  );
}

/** @throws {QualityError} TSD4015 for what is missing or cannot be used */
export function microbatchConfig(node: ModelNode): MicrobatchConfig {
  const config = readConfig(node);
  if (config instanceof QualityError) throw config;
  if (node.config.unique_key !== undefined)
    throw wrongIn(node)(
      "does not support 'unique_key': it writes whole batches anew",
      'remove unique_key, or use merge',
    );
  return config;
}

/** What is wrong with the configs of microbatch models, as far as it is known before anything runs: one error a model, TSD4015. */
export function microbatchErrors(nodes: readonly ModelNode[]): readonly QualityError[] {
  return nodes
    .filter((node) => isMicrobatch(node))
    .map(readConfig)
    .filter((config) => config instanceof QualityError);
}

function wrongIn(node: ModelNode): (what: string, hint?: string) => QualityError {
  return (what, hint) =>
    new QualityError('TSD4015', `Microbatch model '${node.name}' ${what}`, { place: node.source.place(0), hint });
}

function readConfig(node: ModelNode): MicrobatchConfig | QualityError {
  const { extra } = node.config;
  const wrong = wrongIn(node);
  if (node.language !== 'sql') return wrong('must be a SQL model', 'use incremental_strategy: merge or delete+insert');
  const { event_time: eventTime, batch_size: given, lookback = 1 } = extra;
  if (typeof eventTime !== 'string' || eventTime === '')
    return wrong("must provide an 'event_time' config", 'add event_time: the column that says when a row happened');
  const begin = extra.begin === undefined || extra.begin === null ? undefined : timeOf(extra.begin);
  if (begin === undefined)
    return wrong(
      extra.begin === undefined || extra.begin === null
        ? "must provide a 'begin' config"
        : `cannot read begin "${String(extra.begin)}"`,
      "add begin: the time from which on there are rows, e.g. '2024-01-01'",
    );
  const size = SIZES.find((one) => one === given);
  if (size === undefined)
    return wrong(
      given === undefined || given === null
        ? "must provide a 'batch_size' config"
        : `knows no batch_size "${String(given)}"`,
      (typeof given === 'string' ? didYouMean(given, SIZES) : undefined) ?? `use one of ${SIZES.join(', ')}`,
    );
  if (typeof lookback !== 'number' || !Number.isInteger(lookback) || lookback < 0)
    return wrong(`takes a whole number as lookback, not "${String(lookback)}"`);
  return { eventTime, begin, size, lookback };
}

/** A date or time as text; what has no zone is UTC. Undefined where it is neither. */
export function timeOf(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/.exec(
    String(value).trim(),
  );
  const [, date, time = '00:00', zone = 'Z'] = match ?? [];
  const found = new Date(`${date}T${time}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`);
  return match === null || Number.isNaN(found.getTime()) ? undefined : found;
}
