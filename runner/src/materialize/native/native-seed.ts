import { quoteIdentifier, quoteLiteral } from '../../engines/relation.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import { readCells, seedColumns } from '../seed-types.js';
import { dropRelation } from './native-catalog.js';
import type { NativeMaterialization } from './native-request.js';
import { createIndexes, inTransaction, persistDocs } from './native-statements.js';

/**
 * Loads a CSV file into a table. A table that is there keeps its columns and gets the file's rows; `--full-refresh` makes
 * it anew.
 * @throws {ProjectError} TSD1092 where a view has the seed's name
 */
export const nativeSeed: NativeMaterialization = async (request) => {
  const { node, relation, session, existing } = request;
  if (existing?.type === 'view') {
    throw new ProjectError('TSD1092', `the seed ${node.name} cannot be loaded: ${relation} is a view`, {
      place: node.source.place(0),
      hint: 'drop the view, or give the seed another alias',
    });
  }
  const columns = await seedColumns(node, session);
  // an index still holds the rows that its transaction takes away
  const anew = request.fullRefresh || Array.isArray(node.config.extra.indexes);
  let rows = 0;
  await inTransaction(request, async () => {
    if (existing !== undefined && anew) await dropRelation(session, existing);
    if (existing !== undefined && !anew) await session.execute(`delete from ${relation}`);
    else {
      const list = columns.map(
        ({ name, type }) => `${node.config.quote_columns === false ? name : quoteIdentifier(name)} ${type}`,
      );
      await session.execute(`create table ${relation} (${list.join(', ')})`);
      await createIndexes(request, relation);
    }
    const { delimiter } = node.config;
    if (request.empty !== true)
      await session.execute(
        node.config.extra.fast === false
          ? `insert into ${relation} ${readCells(node, columns)}`
          : `copy ${relation} from ${quoteLiteral(node.absolutePath)} (format csv, header true, delimiter ${quoteLiteral(delimiter)})`,
      );
    rows = Number((await session.query(`select count(*) from ${relation}`)).rows[0]![0]);
    await persistDocs(request, relation);
  });
  await request.hooks('post_hook', false);
  return { message: `${request.fullRefresh ? 'CREATE' : 'INSERT'} ${rows}`, rows };
};
