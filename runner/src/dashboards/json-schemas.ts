import { type JsonSchema, toJsonSchema } from '../project/json-schemas.js';
import { dashboardSchema, pageSchema } from './definition-schema.js';

/** JSON schemas of the files of `dashboards/`, for editors, by file name below `schemas/`. */
export function dashboardJsonSchemas(): Readonly<Record<string, JsonSchema>> {
  return {
    'dashboard.schema.json': toJsonSchema(dashboardSchema, 'A dashboard: charts and what they say'),
    'dashboard-page.schema.json': toJsonSchema(pageSchema, 'dashboards/page.yml: what all dashboards share'),
  };
}
