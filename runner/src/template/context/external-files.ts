import { chain } from '../chain.js';
import { PyDict } from '../containers.js';
import { defineFunction } from '../signature.js';
import { type MaybePromise, type TemplateFunction, type TemplateValue, text } from '../values.js';
import type { AdapterHost, ContextHost } from './context-host.js';

type Asked = (
  otherwise: TemplateValue,
  run: (adapter: AdapterHost) => MaybePromise<TemplateValue>,
) => MaybePromise<TemplateValue>;

const compressions: Readonly<Record<string, string>> = { gz: 'gzip', zst: 'zstd' };
const quotedOptions: ReadonlySet<string> = new Set(['delimiter', 'quote', 'escape', 'null']);

/** The options of `copy … to`, completed from the file's name: `format parquet`, `header 1, delimiter ';'`. */
function writeOptions(location: string, options: PyDict): string {
  if (!options.has('format')) {
    const endings = /([^/\\]*)$/.exec(location)![1]!.toLowerCase().split('.').slice(1);
    const compression = compressions[endings.at(-1) ?? ''];
    if (compression !== undefined) endings.pop();
    const ending = endings.at(-1);
    options.set('format', ending ?? (options.has('delimiter') ? 'csv' : 'parquet'));
    if (ending !== undefined && compression !== undefined && !options.has('compression'))
      options.set('compression', compression);
  }
  if (options.get('format') === 'csv' && !options.has('header')) options.set('header', 1);
  const parts = options.get('partition_by');
  if (parts !== undefined && text(parts).includes(',') && !text(parts).startsWith('('))
    options.set('partition_by', `(${text(parts)})`);
  return [...options.items()]
    .map(([key, value]) => {
      const name = text(key);
      const written = text(value);
      return quotedOptions.has(name.toLowerCase()) && !written.startsWith("'")
        ? `${name} '${written}'`
        : `${name} ${written}`;
    })
    .join(', ');
}

/** The path, or pattern, that reads back what was written. */
function readLocation(location: string, options: PyDict): string {
  const parts = options.get('partition_by') ?? null;
  const perThread = options.get('per_thread_output') ?? null;
  if (parts === null && perThread === null) return location;
  const levels = parts === null ? 0 : text(parts).split(',').length;
  return `${[location, '*', ...Array(levels).fill('*')].join('/')}.${text(options.get('format') ?? 'parquet')}`;
}

/** Models that are files: where they lie, how they are written and read. */
export function externalFileFunctions(host: ContextHost, ask: Asked): readonly TemplateFunction[] {
  const dict = (value: TemplateValue | undefined): PyDict => (value instanceof PyDict ? value : new PyDict());
  return [
    defineFunction('external_root()', () => text((host.target.external_root as string | undefined) ?? '.')),
    defineFunction('external_write_options(write_location, rendered_options)', ([location, options]) =>
      writeOptions(text(location!), dict(options)),
    ),
    defineFunction('external_read_location(write_location, rendered_options)', ([location, options]) =>
      readLocation(text(location!), dict(options)),
    ),
    defineFunction('location_exists(location)', ([location], { site }) =>
      ask(false, (adapter) => {
        const sql = `select count(*) from glob('${text(location!).replaceAll("'", "''")}')`;
        return chain(adapter.query(sql, site), ({ rows }) => Number(rows[0]?.[0] ?? 0) > 0);
      }),
    ),
  ];
}
