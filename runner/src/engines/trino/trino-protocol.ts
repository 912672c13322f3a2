/**
 * What a server says in its statement protocol. Source: Trino's documentation, "Trino client REST API"; fields that nothing here
 * reads are left out.
 */
export interface StatementReply {
  readonly id: string;
  readonly nextUri?: string;
  readonly columns?: readonly ProtocolColumn[];
  readonly data?: readonly (readonly unknown[])[];
  readonly stats?: StatementStats;
  readonly error?: StatementError;
  readonly warnings?: readonly { readonly message?: string }[];
}

export interface ProtocolColumn {
  readonly name: string;
  readonly type: string;
  readonly typeSignature: TypeSignature;
}

/** A type as a tree: `row(a bigint)` is `row` with a named argument. */
export interface TypeSignature {
  readonly rawType: string;
  readonly arguments: readonly TypeArgument[];
}

export type TypeArgument =
  | { readonly kind: 'TYPE'; readonly value: TypeSignature }
  | {
      readonly kind: 'NAMED_TYPE';
      readonly value: { readonly fieldName?: { readonly name: string }; readonly typeSignature: TypeSignature };
    }
  | { readonly kind: 'LONG'; readonly value: number | string }
  | { readonly kind: 'VARIABLE'; readonly value: string };

export interface StatementStats {
  /** QUEUED, PLANNING, STARTING, RUNNING, FINISHING, FINISHED, FAILED, … */
  readonly state: string;
  readonly totalSplits?: number;
  readonly completedSplits?: number;
  readonly processedRows?: number;
}

export interface StatementError {
  readonly message: string;
  /** `COLUMN_NOT_FOUND` */
  readonly errorName?: string;
  /** USER_ERROR, INTERNAL_ERROR, INSUFFICIENT_RESOURCES, EXTERNAL */
  readonly errorType?: string;
  /** both counted from 1; columns in code points */
  readonly errorLocation?: { readonly lineNumber: number; readonly columnNumber: number };
  readonly failureInfo?: FailureInfo;
}

export interface FailureInfo {
  /** class of the exception */
  readonly type?: string;
  readonly message?: string;
  readonly cause?: FailureInfo;
}

/** A reply of `GET /v1/info`, which needs no credentials. */
export interface ServerInfo {
  /** `476`, or `476-e.1` */
  readonly version: string;
  readonly starting: boolean;
}
