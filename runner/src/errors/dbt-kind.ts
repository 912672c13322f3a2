import type { TsdbtError } from './tsdbt-error.js';

/** dbt's kinds of errors (`Compilation`, `Runtime`, …) by the code: what cannot be read is a parsing error, what does not fit together a compilation error. */
export function dbtKindOf({ code, place }: TsdbtError): string {
  const file = place?.source.path ?? '';
  const ofProject = /(^|\/)(dbt_project|profiles)\.ya?ml$/.test(file);
  if (code.startsWith('TSD197')) return 'Runtime';
  if (code.startsWith('TSD19')) return 'Usage';
  if (['TSD1001', 'TSD1008', 'TSD1009'].includes(code) || (ofProject && code !== 'TSD1007')) return 'Runtime';
  if (
    [
      'TSD1002',
      'TSD1003',
      'TSD1004',
      'TSD1005',
      'TSD1006',
      'TSD1010',
      'TSD1030',
      'TSD3012',
      'TSD3016',
      'TSD4015',
    ].includes(code)
  )
    return 'Parsing';
  if (['TSD3005', 'TSD3020', 'TSD3022', 'TSD3023', 'TSD3024', 'TSD3025'].includes(code)) return 'Runtime';
  // dbt-duckdb tells of no errors of the database but as these
  if (code.startsWith('TSD5') || code.startsWith('TSD6')) return 'Runtime';
  return 'Compilation';
}
