/**
 * The fields of one CSV record whose quotes are known to be well placed.
 *
 * @param hasQuotes false when the record holds no quote at all, which is the quick way
 */
export function splitFields(record: string, hasQuotes: boolean): string[] {
  if (!hasQuotes) return record.split(',');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (record[at] === '"') {
      let end = record.indexOf('"', at + 1);
      let doubled = false;
      while (record[end + 1] === '"') {
        doubled = true;
        end = record.indexOf('"', end + 2);
      }
      const inner = record.slice(at + 1, end);
      fields.push(doubled ? inner.replaceAll('""', '"') : inner);
      at = end + 1;
    } else {
      const comma = record.indexOf(',', at);
      const end = comma === -1 ? record.length : comma;
      fields.push(record.slice(at, end));
      at = end;
    }
    if (at >= record.length) return fields;
    at++; // the comma
    if (at === record.length) {
      fields.push('');
      return fields;
    }
  }
}
