// Public dbt projects that run offline on DuckDB, and the packages that each of them names in packages.yml.
// Nothing of them is part of this repository: dbt-parity.mjs clones them into the cache.

const utils = { dbt_utils: { repo: 'dbt-labs/dbt-utils' } };
const date = { dbt_date: { repo: 'godatadriven/dbt-date' } };
const fivetran = { fivetran_utils: { repo: 'fivetran/dbt_fivetran_utils', ref: 'v0.4.10' }, ...utils };
const expectations = { dbt_expectations: { repo: 'metaplane/dbt-expectations' }, ...date };
const self = (name, repo) => ({ [name]: { repo } });

/**
 * name → repo, folder of the project in it, packages by the name of their folder under dbt_packages (at the tag `ref`, where one is named).
 */
export const projects = {
  'jaffle-shop-classic': { repo: 'dbt-labs/jaffle-shop-classic' },
  'jaffle_shop (dbt init)': {
    repo: 'dbt-labs/dbt-core',
    folder: 'crates/dbt-init/assets/jaffle_shop',
    packages: utils,
  },
  'dbt-duckdb-demo': { repo: 'simran-basu/dbt-duckdb-demo' },
  'classicmodels-dbt-duckdb': { repo: 'yurizza/classicmodels-dbt-duckdb' },
  'jaffle-shop': {
    repo: 'dbt-labs/jaffle-shop',
    packages: { ...utils, ...date, audit_helper: { repo: 'dbt-labs/dbt-audit-helper' } },
    vars: { load_source_data: true },
  },
  'dbt-duckdb-incremental-starter': { repo: 'Goku007007/dbt-duckdb-incremental-starter' },
  'local-dbt-duckdb-data-quality': {
    repo: 'xs233-bt/local-dbt-duckdb-data-quality',
    folder: 'dbt/customer_orders_analytics',
  },
  'tr-dbt-dimensional': { repo: 'AtsushiEGW/tr-dbt-dimensional', folder: 'adventureworks', packages: utils },
  'dbt-erd': { repo: 'entechlog/dbt-examples', folder: 'dbt-erd', packages: utils },
  'dbt-assertions': {
    repo: 'AxelThevenot/dbt-assertions',
    folder: 'integration_tests',
    packages: { ...self('dbt_assertions', 'AxelThevenot/dbt-assertions'), ...utils },
  },
  'dbt-stat-test': {
    repo: 'Matts52/dbt-stat-test',
    folder: 'integration_tests',
    packages: { ...self('dbt_stat_test', 'Matts52/dbt-stat-test'), ...utils },
  },
  'dbt-graph-theory': {
    repo: 'jpmmcneill/dbt-graph-theory',
    folder: 'integration_tests',
    packages: { ...self('dbt_graph_theory', 'jpmmcneill/dbt-graph-theory'), ...expectations },
  },
  'dbt-unit-testing': {
    repo: 'EqualExperts/dbt-unit-testing',
    folder: 'integration-tests',
    packages: {
      ...self('dbt_unit_testing', 'EqualExperts/dbt-unit-testing'),
      sub_package: { repo: 'EqualExperts/dbt-unit-testing', folder: 'integration-tests-sub-package' },
    },
  },
  'dbt-expectations': {
    repo: 'metaplane/dbt-expectations',
    folder: 'integration_tests',
    packages: { ...self('dbt_expectations', 'metaplane/dbt-expectations'), ...date },
  },
  'dbt-utils': {
    repo: 'dbt-labs/dbt-utils',
    folder: 'integration_tests',
    packages: utils,
  },
  'dbt-date': { repo: 'godatadriven/dbt-date', folder: 'integration_tests', packages: date },
  dbt_asana: {
    repo: 'fivetran/dbt_asana',
    folder: 'integration_tests',
    packages: { ...self('asana', 'fivetran/dbt_asana'), ...fivetran },
  },
  dbt_intercom: {
    repo: 'fivetran/dbt_intercom',
    folder: 'integration_tests',
    packages: { ...self('intercom', 'fivetran/dbt_intercom'), ...fivetran },
  },
  dbt_xero: {
    repo: 'fivetran/dbt_xero',
    folder: 'integration_tests',
    packages: { ...self('xero', 'fivetran/dbt_xero'), ...fivetran },
  },
  dbt_zendesk: {
    repo: 'fivetran/dbt_zendesk',
    folder: 'integration_tests',
    packages: { ...self('zendesk', 'fivetran/dbt_zendesk'), ...fivetran, ...date },
  },
  'dbt-project-evaluator': {
    repo: 'dbt-labs/dbt-project-evaluator',
    folder: 'integration_tests',
    packages: {
      ...self('dbt_project_evaluator', 'dbt-labs/dbt-project-evaluator'),
      exclude_package: { repo: 'dbt-labs/dbt-project-evaluator', folder: 'integration_tests/exclude_package' },
      ...utils,
    },
  },
  'dbt-profiler': {
    repo: 'data-mie/dbt-profiler',
    folder: 'integration_tests',
    packages: { ...self('dbt_profiler', 'data-mie/dbt-profiler'), ...utils, ...expectations },
  },
  dbt_constraints: {
    repo: 'Snowflake-Labs/dbt_constraints',
    folder: 'integration_tests/dbt-core',
    packages: { ...self('dbt_constraints', 'Snowflake-Labs/dbt_constraints'), ...utils },
  },
  'dq-tools': {
    repo: 'infinitelambda/dq-tools',
    folder: 'integration_tests',
    packages: { ...self('dq_tools', 'infinitelambda/dq-tools'), ...utils },
  },
  'dbt-datamocktool': {
    repo: 'mjirv/dbt-datamocktool',
    folder: 'integration_tests',
    packages: { ...self('dbt_datamocktool', 'mjirv/dbt-datamocktool'), ...utils },
  },
  elementary: {
    repo: 'elementary-data/dbt-data-reliability',
    folder: 'integration_tests/dbt_project',
    packages: { ...self('elementary', 'elementary-data/dbt-data-reliability'), ...utils },
  },
  sushi_dbt: {
    repo: 'TobikoData/sqlmesh',
    folder: 'examples/sushi_dbt',
    packages: { ...utils, customers: { repo: 'TobikoData/sqlmesh', folder: 'examples/sushi_dbt/packages/customers' } },
  },
  'f1-dbt-duckdb': { repo: 'frizzleqq/f1-dbt-duckdb', folder: 'dbt', packages: utils },
  'football-dbt-duckdb': { repo: 'mathwoznika/football-dbt-duckdb', folder: 'transform' },
  'datavault-dbt-duckdb-medallion': {
    repo: 'Saurabh-DS/datavault-dbt-duckdb-medallion',
    packages: { ...utils, ...expectations },
  },
  'dbt-duckdb-analytics-kit': { repo: 'rafarngt/dbt-duckdb-analytics-kit' },
  'dbt-DuckDB-ETL': { repo: 'salmabenslimane/dbt-DuckDB-ETL' },
  'wdi-dbt-duckdb': { repo: 'nickbrett1/dbt-duckdb', folder: 'wdi', packages: { ...utils, ...expectations } },
  'dbt-duckdb-setup (sample)': { repo: 'aviyadav/dbt-duckdb-setup', folder: 'dbt_code_sample/dbt_code' },
  'dbt-duckdb-setup (sql)': {
    repo: 'aviyadav/dbt-duckdb-setup',
    folder: 'dbt_duckdb_sql_project/dbt_duckdb_sql_project',
  },
  my_duckdb_project: { repo: 'xoniks/dbt-duckdb', folder: 'my_duckdb_project' },
  'DuckDB-dbt-finance-warehouse': { repo: 'Ruta8/DuckDB-dbt-finance-warehouse', packages: utils },
  'saas-finance-dbt-duckdb': { repo: 'Abs-23/saas-finance-dbt-duckdb' },
  'dbt-duckdb-example': { repo: 'maxa-david-francoeur/dbt-duckdb-example', packages: { ...utils, ...date } },
  'duckdb-dbt-challenge': { repo: '0xFrama/duckdb-dbt-challenge', packages: utils },
  'duckdb-dbt (stage 3)': { repo: 'damonmcc/duckdb-dbt', folder: 'stage_3', packages: utils },
  'dbt-duckdb-air-quality': {
    repo: 'danielmschaves/dbt-duckdb-air-quality',
    folder: 'dbt_duckdb_air_quality',
    packages: utils,
  },
  wild_dbt_project: { repo: '2501Pr0ject/wild_dbt_project', folder: 'wild_dbt_project' },
  duck_ap: { repo: 'AdamE87/claude-dbt', folder: 'duck_ap' },
  'dbt-duckdb-preppin-data': { repo: 'kazuya0araki/dbt-duckdb-preppin-data', packages: utils },
  'dbt-duckdb-demo (ran-codes)': { repo: 'ran-codes/dbt-duckdb-demo', packages: utils },
  'dbt-duckdb (aleksandr-del)': {
    repo: 'aleksandr-del/dbt-duckdb',
    folder: 'jaffle_shop/jaffle_shop',
    packages: self('codegen', 'dbt-labs/dbt-codegen'),
  },
  'duckdb-dbt-metricflow': { repo: 'MarkPhamm/duckdb-dbt-metricflow' },
  'dlt-dbt-duckdb-evidence': { repo: 'Ddscully/dlt-dbt-duckdb-evidence', folder: 'dbt', packages: utils },
  'pytest-dbt-duckdb (dummy_gummy)': {
    repo: 'afranzi/pytest-dbt-duckdb',
    folder: 'tests/dummy_gummy',
    packages: utils,
  },
  'dagster-oss-dbt-duckdb-demo': {
    repo: 'sant3e/dagster-oss-dbt-duckdb-demo',
    folder: 'dbt_project',
    packages: utils,
  },
  'jaffle-shop-goes-online': {
    repo: 'elementary-data/jaffle-shop-goes-online',
    folder: 'jaffle_shop_online',
    packages: {
      ...self('elementary', 'elementary-data/dbt-data-reliability'),
      ...utils,
      ...expectations,
      codegen: { repo: 'dbt-labs/dbt-codegen' },
    },
  },
};
