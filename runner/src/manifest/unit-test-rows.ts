import { existsSync, readFileSync } from 'node:fs';
import { SourceText } from '../errors/source-text.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError, type TsdbtError } from '../errors/tsdbt-error.js';
import { type FoundFile, findProjectFiles } from '../project/find-files.js';
import type { Project } from '../project/project.js';
import type { YamlDocument, YamlPath } from '../project/yaml-document.js';
import { parseCsv } from './fixture-csv.js';
import type { FixtureRow, UnitTestRows } from './nodes.js';

/** What YAML says of the rows of a unit test. */
export interface RowsEntry {
  readonly rows?: unknown;
  readonly format?: 'dict' | 'csv' | 'sql' | undefined;
  readonly fixture?: string | undefined;
}

/**
 * The rows that an entry of a unit test gives. What is wrong is pushed to `errors`: TSD4114 for a fixture file that is
 * not there, TSD4117 for rows that are not of their format.
 *
 * @returns undefined where the entry names no rows at all, or where they are wrong
 */
export function readRows(
  entry: RowsEntry,
  document: YamlDocument,
  at: YamlPath,
  project: Project,
  errors: TsdbtError[],
): UnitTestRows | undefined {
  const format = entry.format ?? 'dict';
  const place = () => document.placeOf([...at, 'rows']);
  if (entry.fixture !== undefined) return readFixture(entry.fixture, format, document, at, project, errors);
  if (entry.rows === undefined) return undefined;
  const { rows } = entry;
  if (format === 'dict') {
    const list: readonly unknown[] | undefined = rows === null ? [] : Array.isArray(rows) ? rows : undefined;
    if (list === undefined || !list.every(isRow)) {
      const wrong = list?.findIndex((row) => !isRow(row)) ?? -1;
      const hint =
        typeof rows === 'string' ? 'add format: csv or format: sql' : 'write a list of mappings: - {id: 1, name: Ada}';
      const where = wrong < 0 ? place() : document.placeOf([...at, 'rows', wrong]);
      errors.push(new QualityError('TSD4117', 'rows of format dict are a list of mappings', { place: where, hint }));
      return undefined;
    }
    return {
      format,
      rows: list,
      place: (row, column) => document.placeOf([...at, 'rows', row, ...(column === undefined ? [] : [column])]),
    };
  }
  if (typeof rows !== 'string') {
    errors.push(
      new QualityError('TSD4117', `rows of format ${format} are a text`, { place: place(), hint: 'write rows: |' }),
    );
    return undefined;
  }
  if (format === 'sql') return { format, sql: trimmed(rows), place };
  return { format, rows: csvRows(rows), place };
}

function readFixture(
  name: string,
  format: 'dict' | 'csv' | 'sql',
  document: YamlDocument,
  at: YamlPath,
  project: Project,
  errors: TsdbtError[],
): UnitTestRows | undefined {
  const place = document.placeOf([...at, 'fixture']);
  if (format === 'dict') {
    const hint = 'add format: csv or format: sql';
    errors.push(new QualityError('TSD4117', 'a fixture file holds csv or sql', { place, hint }));
    return undefined;
  }
  const files = fixtureFiles(project).filter((file) => file.extension === `.${format}`);
  const found = files.find((file) => file.stem === name || `${file.stem}${file.extension}` === name);
  if (found === undefined || !existsSync(found.absolutePath)) {
    const hint =
      didYouMean(
        name,
        files.map((file) => file.stem),
      ) ?? `it would be tests/fixtures/${name}.${format}`;
    errors.push(new QualityError('TSD4114', `there is no fixture "${name}" of format ${format}`, { place, hint }));
    return undefined;
  }
  const source = new SourceText(project.prefix + found.path, readFileSync(found.absolutePath, 'utf8'));
  const whole = () => source.place(0, source.line(1).length);
  if (format === 'sql') return { format, fixture: name, sql: trimmed(source.text), place: whole };
  const { rows, lines } = parseCsv(source.text);
  return {
    format,
    fixture: name,
    rows: rows.map(nullsForNothing),
    place: (row) => {
      const line = lines[row] ?? 1;
      const start = source.offset(line, 1);
      return source.place(start, start + Math.max(1, source.line(line).length));
    },
  };
}

function fixtureFiles(project: Project): readonly FoundFile[] {
  return findProjectFiles(
    project,
    project.paths.tests.map((folder) => `${folder}/fixtures`),
  );
}

function csvRows(text: string): FixtureRow[] {
  return parseCsv(text).rows.map(nullsForNothing);
}

/** An empty cell is null. */
function nullsForNothing(row: Readonly<Record<string, string>>): FixtureRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === '' ? null : value]));
}

function isRow(value: unknown): value is FixtureRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function trimmed(sql: string): string {
  return sql.replace(/[;\s]+$/, '');
}
