/** A bare call in an argument of a test, as dbt takes it: `ref('customers')`. */
const bareCall = /^\s*(?:ref|source|var|env_var)\s*\(.+\)\s*$/s;

/** Whether a text argument of a generic test is evaluated before the test sees it. */
export function isTemplateText(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || bareCall.test(text);
}

/** The template of an argument: a bare call gets its braces. */
export function toTemplateText(text: string): string {
  return bareCall.test(text) ? `{{ ${text.trim()} }}` : text;
}

/** A value with every text in it replaced. */
export function mapTexts(value: unknown, replace: (text: string) => unknown): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace));
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, replace)]));
  return value;
}

/** The same for replacements that wait. */
export async function mapTextsAsync(
  value: unknown,
  replace: (text: string) => Promise<unknown> | unknown,
): Promise<unknown> {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(await mapTextsAsync(item, replace));
    return items;
  }
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries: [string, unknown][] = [];
    for (const [key, item] of Object.entries(value)) entries.push([key, await mapTextsAsync(item, replace)]);
    return Object.fromEntries(entries);
  }
  return value;
}
