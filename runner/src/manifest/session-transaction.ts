import type { Session } from '../engines/engine.js';

/** The transaction that macros begin with their first statement, or by hand, and end with `adapter.commit()`. */
export function transactionOf(session: Session) {
  let open = false;
  const end = async (word: string): Promise<void> => {
    if (!open) return;
    open = false;
    await session.execute(word);
  };
  return {
    begin: async (): Promise<void> => {
      if (open) return;
      await session.execute('begin transaction');
      open = true;
    },
    commit: () => end('commit'),
    rollback: () => end('rollback'),
  };
}
