import { didYouMean } from '../../errors/suggest.js';
import { StorageError } from '../../errors/tsdbt-error.js';

/**
 * Names as columns have them, whatever their case. Throws StorageError TSD6038 for one that is not there.
 *
 * @param who whose columns they are, and `has` or `have`
 */
export function resolveColumns(
  location: string,
  names: readonly string[],
  columns: readonly string[],
  who = 'the table has',
): string[] {
  return names.map((name) => {
    const found = columns.find((column) => column.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    throw new StorageError('TSD6038', `${location}: ${who} no column "${name}"`, {
      hint: didYouMean(name, columns) ?? `${who} ${columns.join(', ')}`,
    });
  });
}
