/** Where a line stands in a run. */
export interface LinePlace {
  readonly index: number;
  readonly total: number;
  readonly seconds?: number | undefined;
}

/** A line as dbt's log has it for a node: `4 of 28 OK created sql view model main.orders ..... [OK in 1.07s]`. */
export function fancyLine(text: string, status: string, { index, total, seconds }: LinePlace): string {
  const time = seconds === undefined ? '' : ` in ${seconds.toFixed(2)}s`;
  return `${`${index} of ${total} ${text} `.padEnd(80, '.')} [${status}${time}]`;
}
