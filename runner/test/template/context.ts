import { Relation } from '../../src/engines/relation.js';
import { SourceText } from '../../src/errors/source-text.js';
import { TemplateError } from '../../src/errors/tsdbt-error.js';
import { type ContextHost, createDbtContext } from '../../src/template/dbt-context.js';
import { MacroLibrary } from '../../src/template/macros.js';
import { parseTemplate } from '../../src/template/parse.js';
import { type RenderedTemplate, renderTemplate } from '../../src/template/render.js';

/** A host of a small project: files of macros per package, and what is asked of it is written down. */
export function hostOf(
  macros: Readonly<Record<string, string>> = {},
  changes: Partial<ContextHost> = {},
): ContextHost & { readonly asked: string[] } {
  const library = changes.library ?? new MacroLibrary('shop');
  for (const [packageName, text] of Object.entries(macros))
    library.add(packageName, parseTemplate(new SourceText(`${packageName}/macros.sql`, text)));
  const asked: string[] = [];
  return {
    packageName: 'shop',
    adapterTypes: ['duckdb'],
    execute: true,
    projectName: 'shop',
    target: { name: 'dev', type: 'duckdb', schema: 'main' },
    flags: { FULL_REFRESH: false, WHICH: 'run' },
    invocationId: '7c9e',
    runStartedAt: new Date('2026-01-02T03:04:05Z'),
    version: '0.1.0',
    dbtVersion: '1.12.0',
    getVar: (name) => ({ limit: 10, countries: ['de', 'fr'] })[name],
    varNames: () => ['limit', 'countries'],
    getEnv: (name) => (name === 'HOME_SCHEMA' ? 'home' : undefined),
    envNames: () => ['HOME_SCHEMA'],
    ref: ({ package: from, name, version }) => {
      asked.push(`ref ${from ?? ''} ${name} ${version ?? ''}`);
      return new Relation('main', name);
    },
    source: ({ source, table }) => {
      asked.push(`source ${source} ${table}`);
      return new Relation(source, table, 'lake');
    },
    setConfig: (values) => asked.push(`config ${JSON.stringify(values)}`),
    getConfig: (name) => ({ materialized: 'table', meta: { owner: 'ann' } })[name],
    message: (level, text) => asked.push(`${level} ${text}`),
    usesMacro: (macro) => asked.push(macro.uniqueId),
    ...changes,
    library,
    asked,
  };
}

/** Renders a model that waits for nothing. */
export function render(text: string, host: ContextHost = hostOf()): RenderedTemplate {
  const rendered = renderTemplate(parseTemplate(new SourceText('models/m.sql', text)), createDbtContext(host));
  if (rendered instanceof Promise) throw new TypeError('this template waits');
  return rendered;
}

/** The error of rendering, as `code line:column message (hint)`. */
export function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const { place } = error;
    if (place === undefined) return `${error.code} nowhere ${error.message}`;
    const { line, column } = place.source.position(place.start);
    const marked = place.source.text.slice(place.start, place.end);
    return `${error.code} ${line}:${column} [${marked}] ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`;
  }
  return 'no error';
}
