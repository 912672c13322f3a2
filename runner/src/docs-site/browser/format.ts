const whole = new Intl.NumberFormat('en-US');
const compactForm = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** `1,234,567` */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1.2M` */
export function formatCompact(count: number): string {
  return compactForm.format(count);
}

/** `1 row`, `2 rows` */
export function counted(count: number, noun: string): string {
  const endings: readonly (readonly [string, string])[] = [
    ['sis', 'ses'],
    ['y', 'ies'],
    ['x', 'xes'],
  ];
  const [ending, changed] = endings.find(([end]) => noun.endsWith(end)) ?? ['', 's'];
  const plural = noun.slice(0, noun.length - ending.length) + changed;
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `4.3 kB`; powers of 1000 */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0.12 s`, `3 min 20 s` */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** `2026-11-22 13:04 UTC` */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
