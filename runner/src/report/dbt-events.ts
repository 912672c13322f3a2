import type { LogLevel, NodeOutcome, NodeSummary, RunTotals, TimedEvent } from '../events/events.js';
import { fancyLine } from './dbt-line.js';
import { type NodeInfo, type NodeTimes, nodeInfo } from './dbt-node-info.js';
import { counted } from './node-line.js';

/** One event as dbt's structured logs have it, without what all have in common. */
export interface DbtEvent {
  /** dbt's name of the kind of event: readers look for it */
  readonly name: string;
  readonly code: string;
  readonly level: LogLevel;
  readonly msg: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What an event needs from those before it. */
export interface DbtEventContext {
  /** database of what has none of its own */
  readonly database: string | undefined;
  /** when a node was begun */
  startedAt(uniqueId: string): Date | undefined;
}

type Finished = Extract<TimedEvent, { event: 'node_finished' }>;
type Ended = Extract<TimedEvent, { event: 'run_finished' }>;

/** What dbt says when a run begins. */
export function startEvents(event: Extract<TimedEvent, { event: 'run_started' }>): DbtEvent[] {
  const { version, threads, target, total } = event;
  const found = Object.entries(event.counts).map(([type, count]) => counted(count, wordOf(type)));
  const stats = found.join(', ');
  return [
    info('MainReportVersion', 'A001', `Running with tsdbt=${version}`, { log_version: 3, version: `=${version}` }),
    info('FoundStats', 'W006', `Found ${stats}`, { stat_line: stats }),
    info('ConcurrencyLine', 'Q027', `Concurrency: ${threads} threads (target='${target}')`, {
      node_count: total,
      num_threads: threads,
      target_name: target,
    }),
  ];
}

/** A node was begun. */
export function nodeStartEvents(
  { node, index, total, at }: Extract<TimedEvent, { event: 'node_started' }>,
  context: DbtEventContext,
): DbtEvent[] {
  const node_info = nodeInfo(node, context.database, { status: 'started', startedAt: at, finishedAt: undefined });
  const description = describe(node, node_info);
  const msg = fancyLine(`START ${description}`, 'RUN', { index, total });
  return [
    { ...info('NodeStart', 'Q024', `Began running node ${node.uniqueId}`, { node_info }), level: 'debug' },
    info('LogStartLine', 'Q011', msg, { description, index, total, node_info }),
  ];
}

/** A node was finished: dbt's line for it, and `NodeFinished` for `--log-level debug`. */
export function nodeEndEvents(event: Finished, context: DbtEventContext): DbtEvent[] {
  const { node, outcome, at } = event;
  const status = dbtStatus(outcome);
  const isSkipped = status === 'skipped';
  const times: NodeTimes = {
    status,
    startedAt: context.startedAt(node.uniqueId),
    finishedAt: isSkipped ? undefined : at,
  };
  const node_info = nodeInfo(node, context.database, times);
  const result = resultEvent(event, status, node_info);
  const run_result = {
    status,
    message: messageOf(outcome) ?? '',
    execution_time: outcome.elapsed,
    num_failures: outcome.failures ?? 0,
    adapter_response: {},
    thread: '',
    timing_info: [],
  };
  const finished = info('NodeFinished', 'Q025', `Finished running node ${node.uniqueId}`, { node_info, run_result });
  return [result, { ...finished, level: 'debug' }];
}

function resultEvent(event: Finished, status: string, node_info: NodeInfo): DbtEvent {
  const { node, outcome, index, total } = event;
  const { schema, alias } = node_info.node_relation;
  const execution_time = outcome.elapsed;
  const place = { index, total, seconds: execution_time };
  const isError = status === 'error' || status === 'fail';
  const level: LogLevel = isError ? 'error' : status === 'warn' ? 'warn' : 'info';
  const description = describe(node, node_info);
  const data = { description, index, total, execution_time, status, node_info };
  if (status === 'skipped') {
    const { node_name, resource_type } = node_info;
    const isRelation = ['model', 'seed', 'snapshot'].includes(resource_type);
    const what = isRelation ? `relation ${schema}.${node_name}` : `${resource_type} ${node_name}`;
    const msg = fancyLine(`SKIP ${what}`, 'SKIP', { index, total });
    return info('SkippingDetails', 'Q034', msg, { index, total, node_info, node_name, resource_type, schema });
  }
  if (status === 'no-op')
    return info('LogNodeNoOpResult', 'Q019', fancyLine(`NO-OP ${description}`, 'NO-OP', place), data);
  switch (node.resourceType) {
    case 'test':
    case 'unit_test': {
      const num_failures = outcome.failures ?? 0;
      const found =
        status === 'pass' || status === 'error' ? status.toUpperCase() : `${status.toUpperCase()} ${num_failures}`;
      const msg = fancyLine(`${found} ${node.label}`, found, place);
      const more = { name: node.label, num_failures, num_models: total, attached_node: '' };
      return { name: 'LogTestResult', code: 'Q007', level, msg, data: { ...data, ...more } };
    }
    case 'source': {
      const [source_name = '', table_name = ''] = node.label.split('.');
      const word = status === 'error' ? 'ERROR STALE' : status.toUpperCase();
      const msg = fancyLine(`${word} freshness of ${node.label}`, word, place);
      return { name: 'LogFreshnessResult', code: 'Q018', level, msg, data: { ...data, source_name, table_name } };
    }
    case 'seed': {
      const result_message = messageOf(outcome) ?? 'OK';
      const msg = fancyLine(
        `${isError ? 'ERROR loading' : 'OK loaded'} ${description}`,
        isError ? 'ERROR' : firstLine(result_message),
        place,
      );
      const more = { relation: alias, schema, result_message };
      return { name: 'LogSeedResult', code: 'Q016', level, msg, data: { ...data, ...more } };
    }
    case 'snapshot': {
      const result_message = messageOf(outcome) ?? 'OK';
      const done = isError ? 'ERROR snapshotting' : 'OK snapshotted';
      const msg = fancyLine(`${done} ${description}`, isError ? 'ERROR' : firstLine(result_message), place);
      return { name: 'LogSnapshotResult', code: 'Q015', level, msg, data: { ...data, cfg: {}, result_message } };
    }
    default: {
      const said = isError ? 'ERROR' : firstLine(messageOf(outcome) ?? 'OK');
      const msg = fancyLine(`${isError ? 'ERROR creating' : 'OK created'} ${description}`, said, place);
      // dbt has the adapter's word in it where all went well
      return { name: 'LogModelResult', code: 'Q012', level, msg, data: { ...data, status: isError ? 'error' : said } };
    }
  }
}

/** What dbt says when a run has ended: counts, each failure once more, and the line of totals. */
export function endEvents({ elapsed, totals, interrupted }: Ended, bad: readonly Finished[]): DbtEvent[] {
  const stats = statsOf(totals);
  const counts = { num_errors: stats.error, num_warnings: stats.warn, num_partial_success: 0 };
  const ended = interrupted
    ? 'Exited because of keyboard interrupt'
    : stats.error > 0
      ? `Completed with ${counted(stats.error, 'error')}, 0 partial successes, and ${counted(stats.warn, 'warning')}:`
      : stats.warn > 0
        ? `Completed with ${counted(stats.warn, 'warning')}:`
        : 'Completed successfully';
  const stat_line = counted(stats.total, 'node');
  const execution = ` in ${elapsed.toFixed(2)} seconds`;
  return [
    info('FinishedRunningStats', 'E047', `Finished running ${stat_line}${execution}.`, {
      stat_line,
      execution,
      execution_time: elapsed,
    }),
    info('EndOfRunSummary', 'Z030', ended, { ...counts, keyboard_interrupt: interrupted }),
    ...bad.flatMap(badEvents),
    info('StatsLine', 'Z023', statsLine(stats), { stats }),
  ];
}

function badEvents({ node, outcome }: Finished): DbtEvent[] {
  const isWarning = outcome.status === 'warn';
  const level = isWarning ? 'warn' : 'error';
  const data = { resource_type: node.resourceType, node_name: node.label, path: node.path };
  const head = isWarning ? ['RunResultWarning', 'Z021'] : ['RunResultFailure', 'Z022'];
  const [word, type] = [isWarning ? 'in' : 'Failure in', node.resourceType];
  const msg = `${word} ${type} ${node.label} (${node.path})`;
  const said = messageOf(outcome) ?? outcome.status;
  const tail = isWarning ? ['RunResultWarningMessage', 'Z049'] : ['RunResultError', 'Z024'];
  return [
    { name: head[0]!, code: head[1]!, level, msg, data },
    { name: tail[0]!, code: tail[1]!, level, msg: `  ${said}`, data: { msg: said } },
  ];
}

/** What a template logs is told as its own; all else is a note. */
export function logEvent(event: Extract<TimedEvent, { event: 'log' }>, database: string | undefined): DbtEvent {
  const { level, node, place } = event;
  const message = place === undefined ? event.message : `${event.message} (${place})`;
  const times = { status: 'started', startedAt: undefined, finishedAt: undefined };
  const data = { msg: message, ...(node === undefined ? {} : { node_info: nodeInfo(node, database, times) }) };
  const [name, code] =
    level === 'warn'
      ? ['JinjaLogWarning', 'I061']
      : node === undefined || level === 'error'
        ? ['Note', 'Z050']
        : level === 'debug'
          ? ['JinjaLogDebug', 'I063']
          : ['JinjaLogInfo', 'I062'];
  return { name: name!, code: code!, level, msg: message, data };
}

/** dbt's word for an outcome. */
function dbtStatus({ status }: NodeOutcome): string {
  const words: Readonly<Record<string, string>> = { blocked: 'error', cancelled: 'skipped', reused: 'success' };
  return words[status] ?? status;
}

function messageOf({ heading, message }: NodeOutcome): string | undefined {
  return heading === undefined || message === undefined ? message : `${heading}\n  ${message}`;
}

/** dbt's words for a node: `sql view model main.orders`. */
function describe({ resourceType, label }: NodeSummary, { materialized, node_relation }: NodeInfo): string {
  const relation = `${node_relation.schema}.${node_relation.alias}`;
  switch (resourceType) {
    case 'model':
      return `sql ${materialized} model ${relation}`;
    case 'seed':
      return `seed file ${relation}`;
    case 'snapshot':
      return `snapshot ${relation}`;
    case 'source':
      return `freshness of ${label}`;
    default:
      return `${wordOf(resourceType)} ${label}`;
  }
}

function wordOf(resourceType: string): string {
  return resourceType === 'test' ? 'data test' : resourceType.replaceAll('_', ' ');
}

interface Stats {
  readonly pass: number;
  readonly warn: number;
  readonly error: number;
  readonly skip: number;
  readonly noop: number;
  readonly reused: number;
  readonly total: number;
}

function statsOf(totals: RunTotals): Stats {
  return {
    pass: totals.success + totals.pass + totals.reused,
    warn: totals.warn,
    error: totals.error + totals.fail + totals.blocked,
    skip: totals.skipped + totals.cancelled,
    noop: totals.noOp,
    reused: 0,
    total: totals.total,
  };
}

function statsLine({ pass, warn, error, skip, noop, reused, total }: Stats): string {
  return `Done. PASS=${pass} WARN=${warn} ERROR=${error} SKIP=${skip} NO-OP=${noop} REUSED=${reused} TOTAL=${total}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!;
}

function info(name: string, code: string, msg: string, data: Readonly<Record<string, unknown>>): DbtEvent {
  return { name, code, level: 'info', msg, data };
}
