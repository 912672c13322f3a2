import * as z from 'zod';

/** Kinds of charts. The same names are used for every place where charts are drawn. */
export const chartKinds = [
  'bar',
  'stacked_bar',
  'line',
  'dot',
  'heatmap',
  'matrix',
  'scatter',
  'histogram',
  'table',
  'big_number',
] as const;

/** How values are written. */
export const formats = ['integer', 'number', 'percent', 'signed', 'signed_percent', 'date', 'month', 'text'] as const;

/** Colours by name: each has a tone for light and one for dark pages, told apart by readers with colour-blindness. */
export const colorNames = ['blue', 'orange', 'green', 'pink', 'red', 'sky', 'olive', 'grey'] as const;

const text = z.string().min(1);
const name = z.string().regex(/^[a-z][a-z0-9_]*$/, 'a name of small letters, digits and underscores');
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A column of the chart's query, and how it is shown. The short form is the column's name alone. */
export const fieldSchema = z.union([
  text,
  z.strictObject({
    column: text.describe("a column of the chart's query"),
    label: text.optional().describe('what people read; by default the name of the column'),
    unit: text.optional().describe('e.g. minutes, BPM'),
    format: z.enum(formats).optional(),
    digits: z.number().int().min(0).max(6).optional().describe('digits behind the point'),
    type: z.enum(['category', 'number', 'time']).optional().describe("by default from the column's type"),
    order: z.array(scalar).optional().describe('values in the order in which they are shown'),
    upper: text.optional().describe('histogram of ready bins: the column with the upper end of the bin'),
    color_by_value: z.boolean().optional().describe('bars take the colour that the page gives to their value'),
  }),
]);

export const chartSchema = z.strictObject({
  name: name.describe('unique among all charts; its address on the page'),
  title: text,
  question: text.describe('the question that the chart answers'),
  kind: z.enum(chartKinds),
  model: text.describe("the model that the chart shows: ref('name')"),
  sql: text.optional().describe('the query, a template with ref() and macros; by default it selects the named columns'),
  dimension: fieldSchema.optional().describe('what stands on the axis: categories, times, or numbers'),
  row_dimension: fieldSchema.optional().describe('the rows of a heatmap or matrix'),
  series: fieldSchema.optional().describe('what colours tell apart'),
  measure: fieldSchema.optional().describe('the figure'),
  interval: z
    .strictObject({ low: text, high: text, label: text.optional() })
    .optional()
    .describe('columns with the ends of an interval around the measure'),
  reference: z
    .strictObject({ value: z.number().optional(), column: text.optional(), label: text })
    .optional()
    .describe('a line to compare with: a value, or a column that holds the same value in every row'),
  item: fieldSchema.optional().describe('scatter: what a point is called'),
  count_label: text.optional().describe('histogram of single values: what is counted, e.g. tracks'),
  identity_line: z.boolean().optional().describe('scatter: the line on which both axes are equal'),
  columns: z.array(fieldSchema).min(1).optional().describe('table: its columns; big_number: further figures'),
  scale: z
    .enum(['sequential', 'diverging'])
    .optional()
    .describe('colours of a heatmap: from nothing to much, or around 0'),
  domain: z.tuple([z.number(), z.number()]).optional().describe('ends of the axis or colour scale of the measure'),
  orientation: z.enum(['horizontal', 'vertical']).optional(),
  stack: z.enum(['absolute', 'share']).optional().describe('stacked_bar: as they are, or each bar as a whole of 100 %'),
  limit: z.number().int().positive().optional().describe('categories to draw at most; the rest is in the table'),
  width: z.enum(['half', 'full']).optional(),
  finding: text.describe('one sentence, a template over `rows`, that says what the data show'),
  when_empty: text.optional().describe('the sentence for a query without rows'),
  note: text.optional().describe('sample size and source; a template like the finding'),
});

export const dashboardSchema = z.strictObject({
  title: text,
  question: text.optional(),
  description: text.optional(),
  position: z.number().optional().describe('order on the page'),
  filters: z
    .array(
      z.strictObject({
        column: text.describe('a column of the queries of charts; charts without it stay as they are'),
        label: text.optional(),
      }),
    )
    .optional()
    .describe('by what readers of an interactive dashboard narrow its charts; the static page has no filters'),
  charts: z.array(chartSchema).min(1),
});

export const pageSchema = z.strictObject({
  title: text.optional(),
  description: text.optional(),
  notices: z
    .array(
      z.strictObject({
        label: text.describe('short, in capitals on the page'),
        sql: text.describe('the notice is shown when this query has a row'),
        text: text.describe('a template over `rows`'),
      }),
    )
    .optional()
    .describe('banners at the head of the page'),
  stamps: z
    .array(
      z.strictObject({
        label: text,
        column: text.describe('a column of the queries'),
        value: scalar.optional().describe('rows of this value are stamped'),
        above: z.number().optional().describe('rows whose value is greater are stamped'),
        text: text.describe('what the stamp means'),
      }),
    )
    .optional()
    .describe('labels of charts whose rows say that they rest on data of a certain kind'),
  colors: z.record(z.string(), z.enum(colorNames)).optional().describe('colours of values, the same in every chart'),
  labels: z.record(z.string(), z.string()).optional().describe('what people read instead of values'),
});

export type ChartKind = (typeof chartKinds)[number];
export type Format = (typeof formats)[number];
export type ColorName = (typeof colorNames)[number];
export type ChartEntry = z.infer<typeof chartSchema>;
export type DashboardEntry = z.infer<typeof dashboardSchema>;
export type PageEntry = z.infer<typeof pageSchema>;
export type FieldEntry = z.infer<typeof fieldSchema>;

/** A field in its long form. */
export type Field = Exclude<FieldEntry, string>;

/** The long form of a field. */
export function fieldOf(entry: FieldEntry): Field {
  return typeof entry === 'string' ? { column: entry } : entry;
}
