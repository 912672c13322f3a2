/** An integer of more digits than a double holds for certain. */
const LONG_NUMBER = /\d{16}/;
/** Whole tokens only, so that digits inside a text or behind a decimal point are not taken for an integer. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * Reads JSON without rounding: an integer of 16 digits or more, which `JSON.parse` may change, comes back as its text.
 * @throws {SyntaxError} where the text is not JSON
 */
export function parseLossless(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKENS, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token)));
}
