import { type Materialization, tableOptions } from './materialization.js';

/** The whole table anew, in one overwriting commit; the versions before stay readable. */
export const materializeTable: Materialization = ({ node, relation, session, storage, select }) =>
  storage.stageTable(session, relation, select, tableOptions(node));
