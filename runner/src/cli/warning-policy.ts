import { didYouMean } from '../errors/suggest.js';
import { ProjectError, type TsdbtError, TsdbtErrors } from '../errors/tsdbt-error.js';
import type { Reporter, RunEvent } from '../events/events.js';
import { cliCodes } from './codes.js';
import type { GlobalOptions } from './flags.js';
import { mapping } from './mapping.js';

/** What the warnings that dbt's users name are here: by their codes, or by what they are told of. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  NoNodesForSelectionCriteria: ['selection'],
  NothingToDo: ['selection'],
  LogTestResult: ['test'],
  JinjaLogWarning: ['template'],
  UnusedResourceConfigPath: ['TSD1012'],
  InvalidMacroAnnotation: ['TSD1035'],
  CustomKeyInConfigDeprecation: ['TSD1010'],
  CustomKeyInObjectDeprecation: ['TSD1004'],
  CustomTopLevelKeyDeprecation: ['TSD1004'],
  Deprecations: ['TSD1004', 'TSD1010'],
  WarnStateTargetEqual: ['TSD1917'],
  SelectExcludeIgnoredWithSelectorWarning: ['TSD1918'],
};
const KEYS = ['error', 'include', 'warn', 'exclude', 'silence'] as const;
type Names = 'all' | readonly string[];

/** What becomes of warnings: `--warn-error`, `--warn-error-options`. */
export class WarningPolicy implements Reporter {
  readonly #errors: Names;
  readonly #warnings: readonly string[];
  readonly #silenced: readonly string[];
  /** something warned that counts as an error */
  failed = false;

  /** @throws {ProjectError} TSD1904 for what `--warn-error-options` does not take; TSD1906 for two words for one thing */
  constructor({ warnError, warnErrorOptions: text = '' }: Pick<GlobalOptions, 'warnError' | 'warnErrorOptions'>) {
    const warnErrorOptions = mapping('--warn-error-options')(text);
    for (const key of Object.keys(warnErrorOptions)) {
      if (!KEYS.includes(key as (typeof KEYS)[number]))
        throw wrong(`has no key "${key}"`, didYouMean(key, KEYS) ?? `keys: ${KEYS.join(', ')}`);
    }
    const { error, include, warn, exclude, silence } = warnErrorOptions;
    if (error !== undefined && include !== undefined)
      throw wrong('takes error or include, not both', 'they mean the same');
    if (warn !== undefined && exclude !== undefined)
      throw wrong('takes warn or exclude, not both', 'they mean the same');
    const all = error ?? include;
    this.#errors = warnError === true || all === 'all' || all === '*' ? 'all' : named(all);
    this.#warnings = named(warn ?? exclude);
    this.#silenced = named(silence);
  }

  /** Those of a parse that are to be told. @throws {TsdbtErrors} where one of them counts as an error */
  told(warnings: readonly TsdbtError[]): readonly TsdbtError[] {
    const errors = warnings.filter(({ code }) => this.#isError(code));
    if (errors.length > 0) throw new TsdbtErrors(errors);
    return warnings.filter(({ code }) => !this.#silenced.includes(code));
  }

  /** Whether a test that warns counts as one that fails. */
  get failsTests(): boolean {
    return this.#isError('test');
  }

  handle(event: RunEvent): void {
    // of sources: a test that counts as an error does not warn
    if (event.event === 'node_finished' && event.outcome.status === 'warn') this.failed ||= this.failsTests;
    if (event.event !== 'log' || event.level !== 'warn') return;
    const code = /^TSD\d{4}/.exec(event.message)?.[0];
    const isSelection = /no node matches the selection|selection holds no nodes|matches nothing/.test(event.message);
    this.failed ||= this.#isError(code ?? (isSelection ? 'selection' : 'template'));
  }

  async close(): Promise<void> {}

  #isError(name: string): boolean {
    if (this.#silenced.includes(name) || this.#warnings.includes(name)) return false;
    return this.#errors === 'all' || this.#errors.includes(name);
  }
}

/** Our codes, and what dbt's names mean here; dbt's other warnings do not occur. */
function named(given: unknown): readonly string[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given))
    throw wrong(
      `takes "all" or a list of names, not ${JSON.stringify(given)}`,
      'e.g. {"error": ["NoNodesForSelectionCriteria", "TSD1004"]}',
    );
  return given.flatMap((one) => {
    const name = String(one);
    if (/^TSD\d{4}$/.test(name)) return [name];
    if (Object.hasOwn(EVENTS, name)) return EVENTS[name]!;
    if (/^[A-Z][A-Za-z]+$/.test(name)) return [];
    throw wrong(
      `knows no warning "${name}"`,
      didYouMean(name, Object.keys(EVENTS)) ?? 'a code such as TSD1004, or the name of one of dbt’s warnings',
    );
  });
}

function wrong(what: string, hint: string): ProjectError {
  return new ProjectError(cliCodes.wrongFlagValue, `--warn-error-options ${what}`, { hint });
}
