/** The number a field spells, or undefined: digits, a point, an exponent; no spaces, hexadecimals, `inf` or `nan`. */
export function parseNumber(text: string): number | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const startsRight = (first >= 48 && first <= 57) || first === 45 || first === 46 || first === 43;
  const endsRight = (last >= 48 && last <= 57) || last === 46;
  // `0x1f`, `0b1` and `0o7` are numbers to JavaScript only
  return startsRight && endsRight && !(first === 48 && text.charCodeAt(1) > 57 && !/^0e/i.test(text))
    ? value
    : undefined;
}

/** `True` and `False` as Python writes them, in any case. */
export function parseBoolean(text: string): boolean | undefined {
  if (text === 'False') return false;
  if (text === 'True') return true;
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}
