import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { SourceText } from '../errors/source-text.js';
import { renderText } from '../manifest/compile.js';
import { nodeForTemplates } from '../manifest/node-for-templates.js';
import type { ManifestNode, ModelNode, TestNode } from '../manifest/nodes.js';
import type { RunState } from './run-state.js';

/** What stands before and after each statement of a node. */
export interface StatementFrame {
  readonly before: string;
  readonly after: string;
}

/**
 * The project's `query-comment`, as it frames the statements of a node.
 *
 * @param node whose statements they are: the comment's `node`; undefined for hooks of the whole run
 * @throws TemplateError where the comment cannot be rendered
 */
export async function statementFrame(state: RunState, node: ManifestNode | undefined): Promise<StatementFrame> {
  const { comment, append } = settingOf(state.request.project.queryComment);
  const text = comment === '' ? '' : await render(state, node, comment);
  if (text === '') return { before: '', after: '' };
  return append ? { before: '', after: `\n/* ${text} */` } : { before: `/* ${text} */\n`, after: '' };
}

/** A session whose statements stand in a frame, and are told as log events at level debug. */
export function commentedSession(state: RunState, { before, after }: StatementFrame, session: Session): Session {
  const sent = async <T>(sql: string, send: (statement: string) => Promise<T>): Promise<T> => {
    const statement = before + sql + after;
    state.log('debug', statement);
    try {
      return await send(statement);
    } catch (thrown) {
      throw thrown instanceof EngineFailure && before + after !== ''
        ? withoutComment(thrown, sql, before.length)
        : thrown;
    }
  };
  return {
    execute: (sql) => sent(sql, (statement) => session.execute(statement)),
    query: (sql) => sent(sql, (statement) => session.query(statement)),
    stream: (sql) => session.stream(before + sql + after),
    describe: (sql) => session.describe(sql),
    load: (columns, batches) => session.load(columns, batches),
    drop: (relation) => session.drop(relation),
    watch: session.watch === undefined ? undefined : (listener) => session.watch!(listener),
    cancel: () => session.cancel(),
    close: () => session.close(),
  };
}

/** dbt's default comment is not written: DuckDB keeps no history of queries that it could be looked for in. */
function settingOf(given: unknown): { readonly comment: string; readonly append: boolean } {
  if (typeof given === 'string') return { comment: given, append: false };
  if (typeof given !== 'object' || given === null) return { comment: '', append: false };
  const { comment, append } = given as { comment?: unknown; append?: unknown };
  return { comment: typeof comment === 'string' ? comment : '', append: append === true };
}

/** The comment is the body of a macro, as in dbt: it may call macros and return a value. */
async function render(state: RunState, node: ManifestNode | undefined, comment: string): Promise<string> {
  const { request } = state;
  const call = 'query_comment_macro(connection_name, node)';
  const body = `{%- macro ${call} -%}${comment}{%- endmacro -%}{{ ${call} }}`;
  const connection = node?.uniqueId ?? 'master';
  const { sql } = await renderText(request.manifest, undefined, new SourceText('query-comment', body), {
    relationOf: (id) => state.relationOf(id),
    isIncremental: false,
    execute: true,
    invocationId: request.invocationId,
    runStartedAt: request.runStartedAt,
    fullRefresh: request.fullRefresh,
    command: request.command,
    extra: {
      connection_name: connection,
      node: node === undefined ? null : nodeForTemplates(node as ModelNode | TestNode, request.project.target.database),
    },
  });
  const text = sql.trim();
  if (text.includes('*/')) throw new Error(`query-comment: a comment cannot hold "*/"`);
  return text;
}

/** The failure of a statement as if it had had no comment. */
function withoutComment(failure: EngineFailure, sql: string, before: number): EngineFailure {
  return failure.with({ statement: sql, offset: failure.offset === undefined ? undefined : failure.offset - before });
}
