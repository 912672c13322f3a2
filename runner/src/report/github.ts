import { appendFileSync } from 'node:fs';
import { formatPlace, type SourcePlace } from '../errors/source-text.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { NodeSummary, Reporter, TimedEvent } from '../events/events.js';
import type { Redactor } from '../project/redact.js';
import { errorsMarkdown, GitHubSummary } from './github-summary.js';
import { reasonOf } from './node-line.js';
import type { OutputStream } from './output-stream.js';

export interface GitHubOptions {
  readonly redact: Redactor;
  /** a file of the project, by its path in messages → its path in the repository */
  readonly pathOf: (path: string) => string;
  /** file to which the summary of the step is appended (`GITHUB_STEP_SUMMARY`) */
  readonly summaryFile?: string | undefined;
}

/** Where an annotation stands; columns and lines are counted from 1. */
interface AnnotationPlace {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly endLine?: number | undefined;
  readonly endColumn?: number | undefined;
}

/**
 * GitHub Actions: what went wrong as annotations at its place in the source (workflow commands), and a summary of the
 * run in Markdown for the page of the job.
 */
export class GitHubReporter implements Reporter {
  readonly #summary = new GitHubSummary();
  /** what a test found is told again by the table that it holds up */
  readonly #said = new Set<string>();

  constructor(
    readonly stream: OutputStream,
    readonly options: GitHubOptions,
  ) {}

  handle(event: TimedEvent): void {
    this.#summary.note(event);
    switch (event.event) {
      case 'error':
        this.#error(event.error);
        return;
      case 'log':
        if (event.level === 'warn' || event.level === 'error')
          this.#annotate(event.level === 'warn' ? 'warning' : 'error', event.message, placeOfText(event.place));
        return;
      case 'node_finished': {
        const { node, outcome } = event;
        const level = outcome.status === 'warn' ? 'warning' : 'error';
        if (!['warn', 'error', 'fail'].includes(outcome.status)) return;
        for (const error of outcome.errors ?? []) this.#error(error, level, node);
        if ((outcome.errors ?? []).length === 0)
          this.#annotate(level, reasonOf(outcome) ?? outcome.status, { file: node.path }, node.label);
        return;
      }
      case 'run_finished': {
        this.#append(this.#summary.markdown(event));
        return;
      }
      default:
    }
  }

  /** Tells what ended a command before it came to run anything. */
  ended(errors: readonly TsdbtError[]): void {
    for (const error of errors) this.#error(error);
    this.#append(errorsMarkdown(errors));
  }

  async close(): Promise<void> {}

  #append(markdown: string): void {
    const { summaryFile, redact } = this.options;
    if (summaryFile !== undefined) appendFileSync(summaryFile, redact(markdown));
  }

  /** An annotation for an error, with its hint; at the node's file where the error has no place. */
  #error(error: TsdbtError, level: 'error' | 'warning' = 'error', node?: NodeSummary): void {
    const at = error.place === undefined ? node && { file: node.path } : placeOf(error.place);
    const text = [error.message, error.detail, error.hint].filter((part) => part !== undefined).join('\n');
    this.#annotate(level, text, at, node === undefined ? error.code : `${error.code} ${node.label}`);
  }

  #annotate(level: 'error' | 'warning', message: string, at?: AnnotationPlace, title?: string): void {
    const { redact, pathOf } = this.options;
    const properties = {
      file: at && pathOf(at.file),
      line: at?.line,
      endLine: at?.endLine,
      col: at?.column,
      endColumn: at?.endColumn,
      title,
    };
    const shown = Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${escapeProperty(redact(String(value)))}`)
      .join(',');
    const line = `::${level}${shown === '' ? '' : ` ${shown}`}::${escapeData(redact(message))}\n`;
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.stream.write(line);
  }
}

function placeOf(place: SourcePlace): AnnotationPlace {
  const from = place.source.position(place.start);
  const to = place.source.position(Math.max(place.start, place.end - 1));
  const endColumn = to.line === from.line ? to.column + 1 : undefined;
  return { file: place.source.path, line: from.line, column: from.column, endLine: to.line, endColumn };
}

/** `models/a.yml:3:1`, as {@link formatPlace} prints places. */
function placeOfText(text: string | undefined): AnnotationPlace | undefined {
  const match = /^(.*):(\d+):(\d+)$/.exec(text ?? '');
  return match === null ? undefined : { file: match[1]!, line: Number(match[2]), column: Number(match[3]) };
}

/** The text of a workflow command: what would end or change it is escaped as the runner's toolkit does. */
export function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property's value, which colons and commas would end. */
export function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
