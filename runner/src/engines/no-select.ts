import { EngineFailure } from './engine-failure.js';

/** What every engine says of a text that is not one SELECT. `found`: `INSERT`, `2 statements`. */
export function noSelect(sql: string, found: string): EngineFailure {
  const hint = 'a model is a single SELECT; statements for their effect belong into hooks';
  const start = sql.length - sql.trimStart().length;
  const message = `expected one SELECT, found ${found}`;
  return new EngineFailure('TSD5011', message, sql, start, [], 'Statement', undefined, undefined, undefined, hint);
}
