/** dbt resolves sources before refs. */
export function sourcesFirst(ids: readonly string[]): string[] {
  const isSource = (id: string): boolean => id.startsWith('source.');
  return [...ids.filter(isSource), ...ids.filter((id) => !isSource(id))];
}
