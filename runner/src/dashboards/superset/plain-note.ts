/**
 * The sentences of a note that say the same whatever the data are. Superset shows live data: a sentence filled in when the
 * bundle was made would soon be wrong, so sentences with figures stay with the static page.
 */
export function plainNote(note: string | undefined): string {
  if (note === undefined) return '';
  const marked = note.replace(/\{%[\s\S]*?%\}|\{\{[\s\S]*?\}\}/g, '\u0000').replace(/\s+/g, ' ');
  return marked
    .split(/(?<=[.!?])\s+|;\s+/)
    .filter((sentence) => !sentence.includes('\u0000'))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .map((sentence) => (/^[a-z]\w/.test(sentence) ? sentence[0]!.toUpperCase() + sentence.slice(1) : sentence))
    .map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(' ');
}
