/** `a<b` → `a&lt;b`; also safe inside attributes. */
export function escapeXml(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // XML has no words for control characters
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '�')
  );
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; numbers are rounded to a tenth of a unit, children are markup already. */
export function el(name: string, attributes: Attributes, ...children: readonly string[]): string {
  let out = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    out += ` ${key}="${typeof value === 'number' ? px(value) : escapeXml(value)}"`;
  }
  return children.length === 0 ? `${out}/>` : `${out}>${children.join('')}</${name}>`;
}

/** A mark with a tooltip: without scripts the browser shows its title. */
export function mark(name: string, attributes: Attributes, tip: string | undefined): string {
  return tip === undefined ? el(name, attributes) : el(name, attributes, `<title>${escapeXml(tip)}</title>`);
}

/** A number of the picture, short. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10 + 0);
}

/** Text at a point; what does not fit into `room` is cut, and the whole is its title. */
export function label(
  text: string,
  at: { x: number; y: number; anchor?: 'start' | 'middle' | 'end'; class?: string; transform?: string },
  room = Number.POSITIVE_INFINITY,
  size = FONT_SIZE,
): string {
  const short = truncate(text, room, size);
  return el(
    'text',
    {
      x: at.x,
      y: at.y,
      'text-anchor': at.anchor === 'start' ? undefined : at.anchor,
      class: at.class,
      transform: at.transform,
    },
    ...(short === text ? [] : [`<title>${escapeXml(text)}</title>`]),
    escapeXml(short),
  );
}

/** Size of the pictures' text, in their units. */
export const FONT_SIZE = 12;

/** About how wide a text is, in the units of its font size; rather too wide than too narrow. */
export function textWidth(text: string, size = FONT_SIZE): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width * size;
}

/** Widths of a wide sans-serif face (DejaVu, Verdana): with narrower ones there is room to spare. */
function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code >= 0x1100 && (code < 0x1200 || (code >= 0x2e80 && code < 0xfb00) || code >= 0x1f000)) return 1;
  if ("iljI.,:;'|".includes(character)) return 0.34;
  if ('tfr ()[]!'.includes(character)) return 0.41;
  if ('mW@'.includes(character)) return 1;
  if ('wM%→−+='.includes(character)) return 0.95;
  if (character >= 'A' && character <= 'Z') return 0.72;
  return 0.635;
}

/** A text cut to a width, with an ellipsis. */
export function truncate(text: string, room: number, size = FONT_SIZE): string {
  if (textWidth(text, size) <= room) return text;
  const characters = [...text];
  let width = size;
  let kept = 0;
  while (kept < characters.length) {
    width += characterWidth(characters[kept]!) * size;
    if (width > room) break;
    kept += 1;
  }
  return `${characters.slice(0, kept).join('').trimEnd()}…`;
}
