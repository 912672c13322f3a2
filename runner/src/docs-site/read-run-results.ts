import * as z from 'zod';
import { lastRunResults } from '../artifacts/last-run.js';

const resultSchema = z.object({
  unique_id: z.string(),
  status: z.string(),
  execution_time: z.number().catch(0),
  message: z.string().nullish(),
  failures: z.number().nullish(),
  compiled_code: z.string().nullish(),
  // what only we say of a node; dbt's own files have other things here
  adapter_response: z
    .object({
      outcome: z.string(),
      errors: z.array(z.object({ code: z.string(), message: z.string(), hint: z.string().nullish() })),
    })
    .partial()
    .catch({}),
});
const fileSchema = z.object({
  metadata: z.object({ generated_at: z.string().optional() }).optional(),
  results: z.array(resultSchema),
  elapsed_time: z.number().optional(),
  args: z.object({ which: z.string().optional() }).optional(),
});

export type StoredResult = z.infer<typeof resultSchema>;

/** The last run, as `run_results.json` tells it. */
export interface LastRun {
  readonly command: string | undefined;
  /** ISO 8601 */
  readonly at: string | undefined;
  /** seconds */
  readonly seconds: number | undefined;
  readonly results: ReadonlyMap<string, StoredResult>;
}

/** Reads the results of the last run below `<target>`; undefined where nothing has run, or where the file is not one. */
export function readRunResults(targetPath: string): LastRun | undefined {
  const read = fileSchema.safeParse(lastRunResults(targetPath));
  if (!read.success) return undefined;
  const { metadata, results, elapsed_time, args } = read.data;
  return {
    command: args?.which,
    at: metadata?.generated_at,
    seconds: elapsed_time,
    results: new Map(results.map((result) => [result.unique_id, result])),
  };
}
