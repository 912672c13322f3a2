import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const models: Readonly<Record<string, string>> = {
  'project.yml': `name: weather
targets: { dev: { type: duckdb } }
target: dev
models: { weather: { +materialized: table, +contract: { enforced: true } } }
`,
  'models/gold/days.sql': `select * from (values
  (date '2024-03-01', 'north', 4.5, false),
  (date '2024-03-02', 'north', null, false),
  (date '2024-03-01', 'south', 11.25, true)
) as given (day, station, degrees, is_guess)
`,
  'models/gold/_gold.yml': `models:
  - name: days
    columns:
      - { name: day, data_type: date }
      - { name: station, data_type: varchar }
      - { name: degrees, data_type: "decimal(4,2)" }
      - { name: is_guess, data_type: boolean }
`,
};

/** A project of one model with a contract, with the given files beside it. */
export class WeatherProject {
  readonly #temporary = temporaryFolder();
  readonly folder = this.#temporary.folder;

  constructor(files: Readonly<Record<string, string>> = {}) {
    writeFiles(this.folder, { ...models, ...files });
  }

  write(files: Readonly<Record<string, string>>): void {
    writeFiles(this.folder, files);
  }

  run(...args: string[]) {
    return tsdbt(this.folder, args);
  }

  remove(): void {
    this.#temporary.remove();
  }
}

/** A chart's entry in YAML, indented as in a list. */
export function chart(name: string, lines: string): string {
  const body = lines.trim().split('\n');
  return [
    `  - name: ${name}`,
    '    title: Degrees',
    '    question: How warm is it?',
    ...body.map((line) => `    ${line}`),
    '',
  ].join('\n');
}

export const bars = `
kind: bar
model: ref('days')
dimension: station
measure: degrees
finding: "{{ rows | length }} rows"`;
