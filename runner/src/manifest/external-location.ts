import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { PyDict } from '../template/containers.js';
import { toTemplateValue } from '../template/convert.js';
import { OperationFailure } from '../template/failure.js';
import { formatPercent } from '../template/percent-format.js';
import { formatString } from '../template/string-format.js';
import { text } from '../template/values.js';

const FORMATTERS = ['newstyle', 'oldstyle', 'template'];

/**
 * dbt-duckdb's `external_location` with its fields filled in: `{name}`, with `formatter: oldstyle` `%(name)s`, with `formatter: template`
 * `$name`.
 *
 * @param fields what the source says of itself: name, identifier, schema, its meta and config
 * @throws {ProjectError} TSD1005 for a field that the source does not have
 */
export function externalLocation(
  given: string,
  fields: Readonly<Record<string, unknown>>,
  {
    formatter = 'newstyle',
    place,
  }: { readonly formatter?: string | undefined; readonly place: SourcePlace | undefined },
): string {
  const wrong = (why: string, hint: string | undefined): ProjectError =>
    new ProjectError(projectCodes.wrongValue, `external_location "${given}": ${why}`, { place, hint });
  const values = toTemplateValue(fields) as PyDict;
  try {
    if (formatter === 'newstyle') return formatString(given, [[], values]);
    if (formatter === 'oldstyle') return formatPercent(given, values);
    if (formatter !== 'template')
      throw wrong(`no formatter is called "${formatter}"`, `use one of ${FORMATTERS.join(', ')}`);
    return given.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar, plain: string | undefined, braced: string) => {
      if (dollar !== undefined) return '$';
      const value = values.get(plain ?? braced);
      if (value === undefined) throw wrong(`the source has no "${plain ?? braced}"`, 'add it to its meta or config');
      return text(value);
    });
  } catch (thrown) {
    if (thrown instanceof OperationFailure)
      throw wrong(
        thrown.message,
        'fields are name, identifier, schema, database, tags, and keys of meta and config; {{ and }} are braces',
      );
    throw thrown;
  }
}
