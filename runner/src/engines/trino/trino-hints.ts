/** Functions of DuckDB that Trino calls otherwise. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  arg_max: 'max_by(x, by)',
  arg_min: 'min_by(x, by)',
  date_part: 'extract(… from x)',
  datediff: 'date_diff(unit, from, to), which counts whole units',
  dayofweek: 'day_of_week(x), where Monday is 1',
  dayofyear: 'day_of_year(x)',
  epoch: 'to_unixtime(x)',
  first: 'any_value(x)',
  generate_series: 'sequence(first, last)',
  ifnull: 'coalesce(x, …)',
  isodow: 'day_of_week(x)',
  len: 'length(x), or cardinality(x) of an array',
  list: 'array_agg(x)',
  list_value: 'array[…]',
  md5: 'lower(to_hex(md5(to_utf8(x))))',
  median: 'approx_percentile(x, 0.5)',
  mode: 'max_by over counted values',
  monthname: "date_format(x, '%M')",
  dayname: "date_format(x, '%W')",
  printf: 'format(pattern, …)',
  quantile: 'approx_percentile(x, share)',
  quantile_cont: 'approx_percentile(x, share), which does not interpolate',
  range: 'sequence(first, last)',
  regexp_matches: 'regexp_like(x, pattern)',
  strftime: 'date_format(x, format)',
  string_agg: 'listagg(x, separator) within group (order by …)',
  string_split: 'split(x, separator)',
  str_split: 'split(x, separator)',
  strip_accents: "regexp_replace(normalize(x, NFD), '\\p{M}', '')",
  today: 'current_date',
};

/** Types of DuckDB that Trino calls otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  timestamptz: 'timestamp with time zone',
  blob: 'varbinary',
  bytea: 'varbinary',
  text: 'varchar',
  string: 'varchar',
  float: 'real',
  hugeint: 'decimal(38, 0)',
  utinyint: 'smallint',
  usmallint: 'integer',
  uinteger: 'bigint',
  ubigint: 'decimal(20, 0)',
  struct: 'row(…)',
  datetime: 'timestamp',
};

/** Syntax of DuckDB that Trino does not read, by what stands where reading stopped. */
const SYNTAX: readonly (readonly [RegExp, string])[] = [
  [/^::?/, 'Trino has no "::": write cast(x as type)'],
  [/^qualify\b/i, 'Trino has no QUALIFY: filter the window function in an outer SELECT'],
  [/^exclude\b/i, 'Trino has no EXCLUDE: name the columns'],
  [/^replace\b/i, 'Trino has no REPLACE after *: name the columns'],
  [/^ilike\b/i, 'Trino has no ILIKE: compare lower(x) with LIKE'],
  [/^\/{1,2}/, 'Trino has no "//": dividing whole numbers gives a whole number'],
  [/^offset\b/i, 'Trino takes OFFSET before LIMIT'],
  [/^all\b/i, 'Trino has no GROUP BY ALL and no ORDER BY ALL: name the columns'],
  [/^[{\]]/, 'Trino writes arrays as array[…] and structs as row(…)'],
];

/** What to do about an error, where its kind and the place say it. */
export function hintFor(
  errorName: string,
  statement: string,
  offset: number | undefined,
  subject: string | undefined,
): string | undefined {
  switch (errorName) {
    case 'SYNTAX_ERROR': {
      const rest = offset === undefined ? '' : statement.slice(offset, offset + 40);
      if (subject?.toLowerCase() === 'isodow') return 'in Trino this is day_of_week(x)';
      return SYNTAX.find(([pattern]) => pattern.test(rest))?.[1];
    }
    case 'FUNCTION_NOT_FOUND': {
      const other = FUNCTIONS[subject?.toLowerCase() ?? ''];
      return other === undefined ? undefined : `in Trino this is ${other}`;
    }
    case 'TYPE_NOT_FOUND': {
      const other = TYPES[subject?.toLowerCase() ?? ''];
      return other === undefined ? undefined : `in Trino this is ${other}`;
    }
    case 'TYPE_MISMATCH':
      return 'Trino casts nothing by itself: write cast(x as type) on one side';
    case 'EXPRESSION_NOT_AGGREGATE':
      return 'put it into GROUP BY, or into an aggregate such as any_value(x)';
    case 'DIVISION_BY_ZERO':
      return 'divide by nullif(x, 0)';
    case 'INVALID_CAST_ARGUMENT':
      return 'try_cast(x as type) gives null instead';
    case 'SCHEMA_NOT_FOUND':
    case 'TABLE_NOT_FOUND':
      return 'tables that other programs have written must be registered in the catalog before Trino reads them';
    case 'CATALOG_NOT_FOUND':
      return 'the server has a catalog for each file in etc/catalog; check catalog of the target';
    case 'MISSING_CATALOG_NAME':
    case 'MISSING_SCHEMA_NAME':
      return 'set catalog and schema of the target';
    case 'EXCEEDED_LOCAL_MEMORY_LIMIT':
    case 'EXCEEDED_GLOBAL_MEMORY_LIMIT':
      return 'raise query.max-memory and query.max-memory-per-node of the server, or give the query less to hold';
    case 'EXCEEDED_TIME_LIMIT':
    case 'EXCEEDED_CPU_LIMIT':
      return 'session_properties of the target can raise it: query_max_run_time, query_max_execution_time, query_max_cpu_time';
    case 'QUERY_QUEUE_FULL':
      return 'too many queries wait already: lower threads of the target, or try again later';
    case 'INVALID_SESSION_PROPERTY':
      return 'check session_properties of the target: "show session" lists what there is';
    case 'PERMISSION_DENIED':
      return 'the access control of the server decides; check user of the target';
    default:
      return undefined;
  }
}
