/**
 * What a note says whatever the data are. Superset shows live data: a sentence filled in when the bundle was made would soon be
 * wrong, so parts with figures stay with the static page.
 */
export function plainNote(note: string | undefined): string {
  if (note === undefined) return '';
  const marked = note
    .replace(/\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g, '\u0000')
    .replace(/\s+/g, ' ')
    .trim();
  return marked
    .split(/(?<=[.!?])\s+/)
    .map(plainSentence)
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** A sentence without the parts between semicolons that have figures. */
function plainSentence(sentence: string): string {
  const parts = sentence.split(/;\s+/);
  const kept = parts.filter((part) => !part.includes('\u0000'));
  const text = kept.join('; ');
  if (text === '') return '';
  const begun = parts[0] === kept[0] ? text : text[0]!.toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
