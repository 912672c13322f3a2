import picocolors from 'picocolors';
import { type ErrorStyle, explainCommand, formatError } from '../errors/format-error.js';
import type { NodeOutcome, NodeSummary, RunEvent, RunTotals } from '../events/events.js';
import { counted, duration, finishedLine, grouped, reasonOf } from './node-line.js';

interface Finished {
  readonly node: NodeSummary;
  readonly outcome: NodeOutcome;
}

/** Names that a suggested command lists before it leaves the rest out. */
const LISTED = 5;

/** Remembers what went wrong in a run, and says it once more at the end. */
export class RunDigest {
  readonly #failed: Finished[] = [];
  readonly #warned: Finished[] = [];
  readonly #warnings = new Map<string, number>();
  #command = 'run';

  note(event: RunEvent): void {
    if (event.event === 'run_started' || event.event === 'run_finished') this.#command = event.command;
    if (event.event === 'log' && event.level === 'warn') {
      const text = event.place === undefined ? event.message : `${event.message} (${event.place})`;
      this.#warnings.set(text, (this.#warnings.get(text) ?? 0) + 1);
    }
    if (event.event !== 'node_finished') return;
    const { status } = event.outcome;
    const isFailed = ['error', 'fail', 'blocked'].includes(status) || (event.outcome.errors?.length ?? 0) > 0;
    if (isFailed && status !== 'warn') this.#failed.push(event);
    if (status === 'warn') this.#warned.push(event);
  }

  /** Nodes that failed, were blocked, or failed their test so far. */
  get failures(): number {
    return this.#failed.length;
  }

  /** Every failure with its place in the source, and the command to run after mending; no lines where all is well. */
  failureLines(style: ErrorStyle): string[] {
    if (this.#failed.length === 0) return [];
    const paint = picocolors.createColors(style.color);
    const lines = ['', paint.bold(paint.red(`${counted(this.#failed.length, 'failure')}:`))];
    for (const { node, outcome } of this.#failed) {
      lines.push('', finishedLine(node, outcome, paint));
      const errors = outcome.errors ?? [];
      if (outcome.heading !== undefined) lines.push(outcome.heading);
      for (const error of errors) lines.push(...formatError(error, style).split('\n'));
      if (errors.every((error) => error.place === undefined)) lines.push(`  ${paint.cyan(node.path)}`);
      if (outcome.hint !== undefined) lines.push(`  next: ${outcome.hint}`);
    }
    const again = this.#again();
    if (again !== undefined) lines.push('', `When mended: ${paint.bold(again)}`);
    const more = explainCommand(
      this.#failed.flatMap(({ outcome }) => outcome.errors ?? []),
      style,
    );
    if (more !== undefined) lines.push(...(again === undefined ? [''] : []), `More about it: ${paint.bold(more)}`);
    return lines;
  }

  /** Tests that warned and warnings that were logged, the same ones counted together. */
  warningLines(color: boolean): string[] {
    const lines = this.#warned.map(({ node, outcome }) => {
      const found = reasonOf(outcome) ?? (outcome.failures && counted(outcome.failures, 'failing row'));
      return `  ${node.kind} ${node.label}${found === undefined ? '' : `: ${found}`} (${node.path})`;
    });
    for (const [text, times] of this.#warnings) lines.push(`  ${text}${times > 1 ? ` (${grouped(times)} times)` : ''}`);
    if (lines.length === 0) return [];
    const paint = picocolors.createColors(color);
    return ['', paint.yellow(`${counted(lines.length, 'warning')}:`), ...lines];
  }

  /** One command for all that failed, with the flags that it cannot do without; undefined where the only failed table has said it already. */
  #again(): string | undefined {
    // a blocked table brings its tests along
    const tables = this.#failed.filter(({ node }) => !node.resourceType.endsWith('test'));
    if (tables.length === 1 && tables[0]!.outcome.hint !== undefined) return undefined;
    const names = [...new Set((tables.length > 0 ? tables : this.#failed).map(({ node }) => selectorOf(node)))];
    const suffix = this.#command === 'build' && tables.length > 0 ? '+' : '';
    const selected = names.slice(0, LISTED).map((name) => name + suffix);
    const needed = this.#command === 'restore' ? ' --to …' : '';
    return `tsdbt ${this.#command} --select ${selected.join(' ')}${names.length > LISTED ? ' …' : ''}${needed}`;
  }
}

/** The name that `--select` takes: `revenue` of `model.shop.revenue`; a test's label is its name. */
function selectorOf(node: NodeSummary): string {
  if (node.resourceType === 'source') return `source:${node.label}`;
  return node.resourceType.endsWith('test') ? node.label : node.uniqueId.split('.').slice(2).join('.');
}

/** `Finished build in 12.3s: 23 succeeded, 140 passed, 1 failed; 3 tables changed, 20 unchanged` */
export function summaryLine(event: RunEvent & { event: 'run_finished' }, color: boolean): string {
  const paint = picocolors.createColors(color);
  const { totals } = event;
  const counts = countsOf(totals).join(', ') || 'nothing to do';
  const bad = totals.error + totals.fail + totals.blocked > 0;
  const verb = event.interrupted ? 'Interrupted' : bad ? 'Failed' : 'Finished';
  const verbColor = bad ? paint.red : event.interrupted || totals.warn > 0 ? paint.yellow : paint.green;
  const changes = event.changes === undefined ? '' : `; ${event.changes}`;
  const when = event.interrupted ? 'after' : 'in';
  return `${paint.bold(verbColor(`${verb} ${event.command}`))} ${when} ${duration(event.elapsed)}: ${counts}${changes}`;
}

/** `23 succeeded`, `1 failed`, … */
export function countsOf(totals: RunTotals): string[] {
  const parts: [number, string][] = [
    [totals.success, 'succeeded'],
    [totals.reused, 'reused'],
    [totals.noOp, 'no-op'],
    [totals.pass, 'passed'],
    [totals.warn, 'warned'],
    [totals.error + totals.fail, 'failed'],
    [totals.blocked, 'blocked'],
    [totals.skipped, 'skipped'],
    [totals.cancelled, 'cancelled'],
  ];
  return parts.filter(([count]) => count > 0).map(([count, word]) => `${grouped(count)} ${word}`);
}

/** `tsdbt 0.1.0 · build shop · target dev (duckdb 1.5.6, 2 threads) · 26 models, 140 tests` */
export function startLine(event: RunEvent & { event: 'run_started' }, color: boolean): string {
  const paint = picocolors.createColors(color);
  const counts = Object.entries(event.counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => counted(count, kind.replace(/s$/, '')));
  const parts = [
    `tsdbt ${event.version}`,
    `${event.command} ${event.project}`,
    `target ${event.target} (${event.engine}, ${counted(event.threads, 'thread')})`,
    ...(counts.length > 0 ? [counts.join(', ')] : []),
  ];
  return paint.dim(parts.join(' · '));
}
