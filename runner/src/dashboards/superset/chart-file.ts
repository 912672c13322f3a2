import type { Form } from './chart-context.js';
import { queryContextOf } from './query-context.js';
import type { Viz } from './viz.js';

/** `charts/<name>.yaml`. Ids of the dataset in it are filled in by the import. */
export function chartFile(chart: {
  readonly uuid: string;
  readonly datasetUuid: string;
  readonly title: string;
  readonly description: string;
  readonly viz: Viz;
}): Form {
  return {
    slice_name: chart.title,
    description: chart.description,
    certified_by: null,
    certification_details: null,
    viz_type: chart.viz.form.viz_type,
    params: { ...chart.viz.form, datasource: '0__table' },
    query_context: JSON.stringify(queryContextOf(chart.viz)),
    cache_timeout: null,
    uuid: chart.uuid,
    version: '1.0.0',
    dataset_uuid: chart.datasetUuid,
  };
}
