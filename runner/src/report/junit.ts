import { writeFileSync } from 'node:fs';
import { formatError } from '../errors/format-error.js';
import { stripColors } from '../errors/text-width.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { NodeOutcome, NodeSummary, Reporter, TimedEvent } from '../events/events.js';
import type { Redactor } from '../project/redact.js';
import { reasonOf } from './node-line.js';

export interface JUnitOptions {
  /** absolute path; its folder is there */
  readonly file: string;
  readonly redact: Redactor;
}

interface Suite {
  readonly cases: string[];
  failures: number;
  errors: number;
  skipped: number;
  /** seconds */
  time: number;
  /** what warned */
  output: string;
}

/**
 * A run as JUnit XML, written when the run has ended: a suite for each kind of node (`model`, `seed`, `test`, …), a test
 * case for each node. A test that finds rows is a failure, and so is the table that it holds up; what cannot be run is an
 * error, what was not reached skipped; a test that warns passes, and is told in the output of its suite. Valid by the schemas of both Jenkins (junit-10.xsd) and Ant (JUnit.xsd).
 */
export class JUnitReporter implements Reporter {
  readonly #suites = new Map<string, Suite>();
  #project = 'tsdbt';
  #began: Date | undefined;

  constructor(readonly options: JUnitOptions) {}

  handle(event: TimedEvent): void {
    this.#began ??= event.at;
    if (event.event === 'run_started') this.#project = event.project;
    if (event.event === 'node_finished') this.#add(event.node, event.outcome);
    if (event.event === 'error') {
      const node = { resourceType: 'project', label: event.error.code, path: event.error.place?.source.path ?? '' };
      this.#add(node, { status: 'error', elapsed: 0, errors: [event.error] });
    }
  }

  async close(): Promise<void> {
    writeFileSync(this.options.file, this.#xml());
  }

  #add(node: Pick<NodeSummary, 'resourceType' | 'label' | 'path'>, outcome: NodeOutcome): void {
    let suite = this.#suites.get(node.resourceType);
    if (suite === undefined) {
      suite = { cases: [], failures: 0, errors: 0, skipped: 0, time: 0, output: '' };
      this.#suites.set(node.resourceType, suite);
    }
    const cause = reasonOf(outcome) ?? outcome.status;
    const reason = this.#text(cause);
    const errors = outcome.errors ?? [];
    const body = this.#text(errors.length > 0 ? errors.map(plain).join('\n\n') : `${cause}\n${node.path}`);
    const type = errors[0]?.code ?? outcome.status;
    suite.time += outcome.elapsed;
    let inside = '';
    switch (outcome.status) {
      case 'fail':
      case 'blocked':
        suite.failures++;
        inside = `<failure message="${reason}" type="${type}">${body}</failure>`;
        break;
      case 'error':
        suite.errors++;
        inside = `<error message="${reason}" type="${type}">${body}</error>`;
        break;
      case 'skipped':
      case 'cancelled':
        suite.skipped++;
        inside = `<skipped message="${reason}"/>`;
        break;
      case 'warn':
        suite.output += `${this.#text(node.label)}: ${body}&#10;`;
        break;
      default:
    }
    const name = `name="${this.#text(node.label)}" classname="${this.#text(node.path || node.resourceType)}"`;
    const open = `    <testcase ${name} time="${outcome.elapsed.toFixed(3)}"`;
    suite.cases.push(inside === '' ? `${open}/>` : `${open}>${inside}</testcase>`);
  }

  #text(text: string): string {
    return escapeXml(this.options.redact(text));
  }

  #xml(): string {
    const timestamp = (this.#began ?? new Date()).toISOString().slice(0, 19);
    const suites = [...this.#suites].map(([kind, suite], id) => {
      const counts = `tests="${suite.cases.length}" failures="${suite.failures}" errors="${suite.errors}" skipped="${suite.skipped}"`;
      const when = `timestamp="${timestamp}" hostname="localhost" time="${suite.time.toFixed(3)}"`;
      return [
        `  <testsuite id="${id}" package="${this.#text(this.#project)}" name="${this.#text(kind)}" ${counts} ${when}>`,
        '    <properties/>',
        ...suite.cases,
        `    <system-out>${suite.output}</system-out>`,
        '    <system-err/>',
        '  </testsuite>',
      ].join('\n');
    });
    return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
  }
}

function plain(error: TsdbtError): string {
  return formatError(error, { color: false });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 forbids (section 2.2, Char)
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text for elements and attributes: colours are taken out, characters that XML cannot hold replaced. */
export function escapeXml(text: string): string {
  return stripColors(text)
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"\t\n\r]/g, (character) => ENTITIES[character]!);
}
