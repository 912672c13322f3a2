// Integration tests of Fivetran's dbt packages, in the form of dbt-parity-projects.mjs.

import { date, self, utils } from './dbt-parity-packages.mjs';

const fivetran = { fivetran_utils: { repo: 'fivetran/dbt_fivetran_utils', ref: 'v0.4.10' }, ...utils };

/** Three macros that newer packages call and that version 0.4.10 of fivetran_utils, the newest that is stored, does not have: one connection, no union. */
const newer = {
  'dbt_packages/fivetran_utils/macros/one_connection.sql': `
{% macro union_connections(connection_dictionary, single_source_name, single_table_name, default_identifier=none) %}
select * from {{ source(single_source_name, single_table_name) }}
{% endmacro %}
{% macro apply_source_relation(package_name) %}, '{{ package_name }}' as source_relation{% endmacro %}
{% macro partition_by_source_relation(package_name, has_other_partitions='yes', alias=none) %}
{%- set name = (alias ~ '.' if alias else '') ~ 'source_relation' -%}
{{ ', ' ~ name if has_other_partitions == 'yes' else 'partition by ' ~ name }}
{%- endmacro %}
`,
};

const tests = (name, schema, more = {}) => ({
  repo: `fivetran/dbt_${name}`,
  folder: 'integration_tests',
  schema,
  before: ['seed'], // sources are seeds, which no ref names
  packages: { ...self(name, `fivetran/dbt_${name}`), ...fivetran, ...more },
  files: newer,
});

export const fivetranTests = {
  dbt_asana: tests('asana'),
  dbt_intercom: tests('intercom'),
  dbt_xero: tests('xero', 'xero_integration_tests'),
  dbt_zendesk: tests('zendesk', 'zendesk_integration_tests', date),
  dbt_jira: tests('jira', 'jira_integration_tests'),
  dbt_stripe: tests('stripe', 'stripe_integrations_tests'),
  dbt_hubspot: tests('hubspot', 'hubspot_integration_tests'),
  dbt_shopify: tests('shopify', 'shopify_integration_tests'),
  dbt_quickbooks: tests('quickbooks', 'zz_dbt_avinash_seed_2'),
  dbt_salesforce: tests('salesforce', 'salesforce_integrations_tests_4'),
  dbt_github: tests('github', 'github_integration_tests_1'),
};
