/**
 * Names in the order of a seed: features, parts of day.
 * @param seed relation with the column and `sort_order`
 */
export async function seedNames(
  run: (sql: string) => Promise<readonly { readonly [column: string]: unknown }[]>,
  seed: string,
  column: string,
): Promise<string[]> {
  const rows = await run(`select ${column} as name from ${seed} order by sort_order`);
  return rows.map((row) => String(row.name));
}
