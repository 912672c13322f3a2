import { formatPlace } from '../errors/source-text.js';
import { stripColors } from '../errors/text-width.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { NodeOutcome, NodeSummary, RunEvent } from '../events/events.js';
import { counted, duration, reasonOf } from './node-line.js';
import { countsOf } from './run-digest.js';

type Finished = RunEvent & { event: 'node_finished' };

/** Rows that a table of a summary shows; GitHub refuses summaries of more than a megabyte. */
const MOST = 50;

/** Remembers a run and tells it in Markdown: counts, and a table of what failed and of what warned. */
export class GitHubSummary {
  readonly #failed: Finished[] = [];
  readonly #warned: Finished[] = [];
  #started: (RunEvent & { event: 'run_started' }) | undefined;

  note(event: RunEvent): void {
    if (event.event === 'run_started') this.#started = event;
    if (event.event !== 'node_finished') return;
    const { status } = event.outcome;
    if (status === 'error' || status === 'fail' || status === 'blocked') this.#failed.push(event);
    if (status === 'warn') this.#warned.push(event);
  }

  markdown(event: RunEvent & { event: 'run_finished' }): string {
    const { totals, command } = event;
    const bad = totals.error + totals.fail + totals.blocked > 0;
    const [sign, ended] = bad ? ['❌', 'failed'] : event.interrupted ? ['⚠️', 'was interrupted'] : ['✅', 'succeeded'];
    const of = this.#started === undefined ? '' : ` of ${this.#started.project} (target ${this.#started.target})`;
    const changes = event.changes === undefined ? '' : `; ${event.changes}`;
    return [
      `### ${sign} tsdbt ${command}${cell(of)} ${ended}`,
      '',
      `${cell(countsOf(totals).join(', ') || 'nothing to do')}${cell(changes)}; ${duration(event.elapsed)}`,
      '',
      ...tableOf('failed', this.#failed),
      ...tableOf('warned', this.#warned),
    ].join('\n');
  }
}

/** Errors that ended a command, as a table. */
export function errorsMarkdown(errors: readonly TsdbtError[]): string {
  const rows = errors.slice(0, MOST).map(({ code, message, place }) => {
    const where = place === undefined ? '' : `\`${cell(formatPlace(place))}\``;
    return `| ${code} | ${cell(message)} | ${where} |`;
  });
  const rest = errors.length > MOST ? ['', `… and ${errors.length - MOST} more`] : [];
  return ['### ❌ tsdbt failed', '', '| | error | |', '|---|---|---|', ...rows, ...rest, '', ''].join('\n');
}

function tableOf(verb: string, events: readonly Finished[]): string[] {
  if (events.length === 0) return [];
  const rows = events.slice(0, MOST).map(({ node, outcome }) => {
    const found = reasonOf(outcome) ?? (outcome.failures === undefined ? '' : counted(outcome.failures, 'failing row'));
    return `| ${cell(node.kind)} | ${cell(node.label)} | ${cell(found)} | \`${cell(placeOf(node, outcome))}\` |`;
  });
  const rest = events.length > MOST ? ['', `… and ${events.length - MOST} more`] : [];
  return [`| | ${verb} | | |`, '|---|---|---|---|', ...rows, ...rest, ''];
}

function placeOf(node: NodeSummary, outcome: NodeOutcome): string {
  const place = outcome.errors?.find((error) => error.place !== undefined)?.place;
  return place === undefined ? node.path : formatPlace(place);
}

/** Text inside of a table: one line, without what Markdown and HTML would take for their own. */
function cell(text: string): string {
  return stripColors(text)
    .replace(/[\\|<>`*_[\]]/g, (character) => (character === '`' ? "'" : `\\${character}`))
    .replace(/\s+/g, ' ');
}
