/** Observations as columns of equal length; NaN is a missing value. */
export interface FeatureMatrix {
  readonly names: readonly string[];
  /** observations */
  readonly rows: number;
  /** one column per name */
  readonly columns: readonly Float64Array[];
}

/** Makes a matrix of table columns: null and undefined become NaN, bigint becomes number. Throws RangeError on a column that is not there. */
export function featureMatrix(
  table: { readonly [column: string]: ArrayLike<unknown> | undefined },
  names: readonly string[],
): FeatureMatrix {
  const columns = names.map((name) => {
    const column = table[name];
    if (column === undefined) throw new RangeError(`no column "${name}" to take a feature from`);
    return toNumbers(column);
  });
  return { names, rows: columns[0]?.length ?? 0, columns };
}

/** Table values as numbers, NaN where one is missing. */
export function toNumbers(column: ArrayLike<unknown>): Float64Array {
  const numbers = new Float64Array(column.length);
  for (let i = 0; i < numbers.length; i++) {
    const value = column[i];
    numbers[i] = value === null || value === undefined ? Number.NaN : Number(value);
  }
  return numbers;
}

/** The given rows, in the given order. */
export function selectRows(matrix: FeatureMatrix, rows: ArrayLike<number>): FeatureMatrix {
  return {
    names: matrix.names,
    rows: rows.length,
    columns: matrix.columns.map((column) => takeRows(column, rows)),
  };
}

/** The given rows of one column. */
export function takeRows(column: Float64Array, rows: ArrayLike<number>): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!;
  return taken;
}

/** The named features, in the given order. Throws RangeError on a name that is not there. */
export function selectFeatures(matrix: FeatureMatrix, names: readonly string[]): FeatureMatrix {
  return {
    names,
    rows: matrix.rows,
    columns: names.map((name) => {
      const column = matrix.columns[matrix.names.indexOf(name)];
      if (column === undefined) throw new RangeError(`no feature "${name}"`);
      return column;
    }),
  };
}

/** Puts a further column at the right. */
export function withFeature(matrix: FeatureMatrix, name: string, column: Float64Array): FeatureMatrix {
  return { names: [...matrix.names, name], rows: matrix.rows, columns: [...matrix.columns, column] };
}
