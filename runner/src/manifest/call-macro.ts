import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { didYouMean } from '../errors/suggest.js';
import { EngineError, TemplateError } from '../errors/tsdbt-error.js';
import { macroValueOf } from '../template/context/package-value.js';
import { toTemplateValue } from '../template/convert.js';
import { createDbtContext } from '../template/dbt-context.js';
import { templateCodes } from '../template/failure.js';
import type { LibraryMacro } from '../template/macros.js';
import { callValue } from '../template/render.js';
import type { CallSite } from '../template/values.js';
import { hostOf } from './compile.js';
import type { CompileOptions } from './compiled-code.js';
import type { Manifest } from './manifest.js';
import { macroPlace } from './run-materialization.js';
import { sessionAdapter } from './session-adapter.js';
import { transactionOf } from './session-transaction.js';

/** A macro that the command line calls. */
export interface MacroCall {
  readonly macro: LibraryMacro;
  /** arguments by name */
  readonly args: Readonly<Record<string, unknown>>;
  readonly session: Session;
  readonly options: Omit<CompileOptions, 'session' | 'adapter' | 'isIncremental' | 'execute'>;
  /** hears `{{ print(…) }}` */
  print(text: string): void;
}

/**
 * The macro of a name, `macro` or `package.macro`: of the project, else of the package `dbt`, else of any package.
 * @throws {TemplateError} TSD2015 with a suggestion
 */
export function namedMacro({ macros, project }: Manifest, name: string): LibraryMacro {
  const dot = name.indexOf('.');
  const [packageName, own] = [dot === -1 ? undefined : name.slice(0, dot), name.slice(dot + 1)];
  const found =
    packageName !== undefined
      ? macros.inPackage(packageName, own)
      : (macros.resolve(own, project.name) ?? [...macros.all()].find((macro) => macro.name === own));
  if (found !== undefined) return found;
  const names = [...macros.all()].flatMap((macro) => [macro.name, `${macro.packageName}.${macro.name}`]);
  throw new TemplateError(templateCodes.unknownMacro, `no macro is named "${name}"`, {
    hint: didYouMean(name, names) ?? 'macros are read from the folders of macro-paths, and from packages',
  });
}

/**
 * Calls a macro. As in dbt, a statement of `run_query` stays; one of `statement` begins a transaction, of which nothing stays without
 * `adapter.commit()`.
 * @throws {TemplateError} for what a template says; {EngineError} for what the engine says, at the statement's place in the macro
 */
export async function callMacro(manifest: Manifest, call: MacroCall): Promise<void> {
  const { macro, session } = call;
  const transaction = transactionOf(session);
  const host = {
    ...hostOf(
      manifest,
      undefined,
      { ...call.options, isIncremental: false, execute: true, session },
      { readsAnything: true, onEphemeral: () => Promise.resolve() },
    ),
    adapter: {
      ...sessionAdapter(session),
      query: (sql: string, site: CallSite) => session.query(sql).catch((thrown: unknown) => failedAt(thrown, site)),
      begin: transaction.begin,
      commit: transaction.commit,
    },
    print: call.print,
  };
  const named = new Map(Object.entries(call.args).map(([name, value]) => [name, toTemplateValue(value)]));
  try {
    await callValue(
      macroValueOf(macro, createDbtContext(host), host),
      [],
      { place: macroPlace(macro), via: [] },
      named,
    );
  } finally {
    await transaction.rollback();
  }
}

/** Throws what the engine said of a statement, at the place of the call that ran it. */
function failedAt(thrown: unknown, site: CallSite): never {
  if (!(thrown instanceof EngineFailure)) throw thrown;
  const { code, message, hint, statement } = thrown;
  const { place, via } = site;
  throw new EngineError(code, message, { place, via, hint, detail: statement.trim(), cause: thrown });
}
