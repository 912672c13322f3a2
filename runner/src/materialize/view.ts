import type { Materialization } from './materialization.js';

/** A definition kept in the warehouse; nothing is computed until somebody reads it. */
export const materializeView: Materialization = ({ node, relation, session, storage, select, dependsOn }) =>
  storage.stageView(session, relation, select, node.description === '' ? undefined : node.description, dependsOn);
