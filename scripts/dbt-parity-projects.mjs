// Public dbt projects that run offline on DuckDB, and the packages that each of them names in packages.yml.
// Nothing of them is part of this repository: dbt-parity.mjs clones them into the cache.

import { fivetranTests } from './dbt-parity-fivetran.mjs';
import { date, expectations, packageTests, self, spark, utils } from './dbt-parity-packages.mjs';

/**
 * name → repo, folder of the project in it (`whole`: the repository is copied with it), packages by the name of their folder under dbt_packages (at the tag `ref`, where one is named),
 * `vars`, `env`, the profile's `schema` and database `file`, commands that run `before`, and `files` that are written into the copy (path → text), for what the repository does not hold.
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
  'datavault4dbt-duckdb-demo': {
    repo: 'davidraoulmaas/datavault4dbt-duckdb-demo',
    folder: 'dbt',
    packages: {
      ...self('codegen', 'dbt-labs/dbt-codegen'),
      ...utils,
      ...date,
      ...self('datavault4dbt', 'ScalefreeCOM/datavault4dbt'),
    },
  },
  'dbt-tpch': { repo: 'espressocomputing/dbt-tpch', packages: utils },
  dbt_synth_data: { repo: 'edanalytics/dbt_synth_data' },
  jaffle_shop_duckdb: { repo: 'dbt-labs/jaffle_shop_duckdb' },
  octo_jaffle_shop: {
    repo: 'octoenergy/octo_jaffle_shop',
    packages: {
      ...utils,
      ...spark,
      ...self('codegen', 'dbt-labs/dbt-codegen'),
      ...self('dbt_project_evaluator', 'dbt-labs/dbt-project-evaluator'),
    },
  },
  'dbt-duckdb-trading-calendar': {
    repo: 'oluies/dbt-duckdb-trading-calendar',
    packages: { ...utils, ...self('elementary', 'elementary-data/dbt-data-reliability') },
  },
  'dbt-duckdb-utils': { repo: 'sdebruyn/dbt-duckdb-utils', packages: date },
  'jaffle-shop-expand': {
    repo: 'DataRecce/jaffle-shop-expand',
    packages: { ...utils, ...date, audit_helper: { repo: 'dbt-labs/dbt-audit-helper' } },
  },
  'jaffle_shop_duckdb (DataRecce)': {
    repo: 'DataRecce/jaffle_shop_duckdb',
    packages: {
      ...utils,
      ...self('dbt_profiler', 'data-mie/dbt-profiler'),
      audit_helper: { repo: 'dbt-labs/dbt-audit-helper' },
    },
  },
  octocatalog: { repo: 'gwenwindflower/octocatalog', packages: utils },
  'dbt-osmosis (demo_duckdb)': { repo: 'z3z1ma/dbt-osmosis', folder: 'demo_duckdb' },
  'jaffle_shop (fusion tests)': {
    repo: 'TheDamiofLagos/jaffle_shop__dbt_fusion_tests',
    packages: { ...utils, ...self('codegen', 'dbt-labs/dbt-codegen') },
  },
  'dbt-synthea': { repo: 'OHDSI/dbt-synthea', packages: { ...utils, ...expectations } },
  dbt_duckdb_chinook: {
    repo: 'adityawarmanfw/dbt_duckdb_chinook',
    packages: { ...utils, ...self('dbt_external_tables', 'dbt-labs/dbt-external-tables') },
  },
  'semantic-layer-llm-benchmarking': { repo: 'dbt-labs/semantic-layer-llm-benchmarking' },
  dbt_duckdb_demo_public: {
    repo: 'edwinweber/dbt_duckdb_demo_public',
    folder: 'dbt',
    env: { DANISH_DEMOCRACY_DATA_SOURCE: 'data', RFAM_DATA_SOURCE: 'data', DUCKDB_DATABASE_LOCATION: 'parity.duckdb' },
    packages: { ...utils, ...expectations },
  },
  'dbt-example (kestra)': { repo: 'kestra-io/dbt-example' },
  'dbt-bouncer': {
    repo: 'godatadriven/dbt-bouncer',
    folder: 'dbt_project',
    file: 'dbt.duckdb',
    packages: {
      ...expectations,
      internal_package: { repo: 'godatadriven/dbt-bouncer', folder: 'dbt_project/internal_package' },
    },
  },
  'jaffle-sl-template': { repo: 'dbt-labs/jaffle-sl-template', packages: { ...utils, ...date } },
  jaffle_shop_metrics: {
    repo: 'dbt-labs/jaffle_shop_metrics',
    packages: { ...utils, ...self('metrics', 'dbt-labs/dbt_metrics') },
  },
  'dbt-doctor (basic)': {
    repo: 'joachimhodana/dbt-doctor',
    folder: 'packages/dbt-doctor/tests/fixtures/basic-dbt',
  },
  'duckdb-dbt (data-ai-stockholm)': { repo: 'data-ai-stockholm/duckdb-dbt', folder: 'dbt' },
  'olist-dbt-duckdb': { repo: 'SimonNC/olist-dbt-duckdb' },
  nba_analytics: {
    repo: 'gtaing/nba-duckdb-dbt',
    folder: 'src/transform/nba_analytics',
    packages: {
      ...self('dbt_unit_testing', 'EqualExperts/dbt-unit-testing'),
      ...utils,
      ...self('codegen', 'dbt-labs/dbt-codegen'),
    },
  },
  'duckdb-dbt-template': { repo: 'Drexel-UHC/duckdb-dbt-template' },
  dbt_semantic_layer: { repo: 'patkearns10/dbt_workspace', folder: 'dbt_semantic_layer', packages: utils },
  'dbt-temporal (single-project)': { repo: 'thejens/dbt-temporal', folder: 'examples/single-project' },
  'cosmos (jaffle_shop)': { repo: 'astronomer/astronomer-cosmos', folder: 'dev/dags/dbt/jaffle_shop', packages: utils },
  'cosmos (altered_jaffle_shop)': {
    repo: 'astronomer/astronomer-cosmos',
    folder: 'dev/dags/dbt/altered_jaffle_shop',
    packages: utils,
    env: { POSTGRES_DB: 'parity', POSTGRES_SCHEMA: 'main' },
  },
  'cosmos (model_version)': {
    repo: 'astronomer/astronomer-cosmos',
    folder: 'dev/dags/dbt/model_version',
    packages: utils,
  },
  'cosmos (multiple_parents_test)': {
    repo: 'astronomer/astronomer-cosmos',
    folder: 'dev/dags/dbt/multiple_parents_test',
  },
  'cosmos (perf)': { repo: 'astronomer/astronomer-cosmos', folder: 'dev/dags/dbt/perf' },
  'sqlmesh (sushi_test)': {
    repo: 'TobikoData/sqlmesh',
    folder: 'tests/fixtures/dbt/sushi_test',
    packages: {
      ...utils,
      customers: { repo: 'TobikoData/sqlmesh', folder: 'tests/fixtures/dbt/sushi_test/packages/customers' },
      my_macros: { repo: 'TobikoData/sqlmesh', folder: 'tests/fixtures/dbt/sushi_test/dbt_packages/my_macros' },
      my_package: { repo: 'TobikoData/sqlmesh', folder: 'tests/fixtures/dbt/sushi_test/dbt_packages/my_package' },
    },
  },
  dbt_duckdb_puzzle: { repo: 'canthonissen/dbt_duckdb_puzzle', packages: utils },
  'blog-tpcds-dbt-duckdb': { repo: 'datamindedbe/blog-tpcds-dbt-duckdb', folder: 'dbt/dbt_duckdb_tpcds' },
  'dbt-duckdb-recipies': { repo: 'khozzy/dbt-duckdb-recipies', folder: 'dbt_project', packages: utils },
  'demo-dbt-duckdb-delta-plugin': { repo: 'l-mds/demo-dbt-duckdb-delta-plugin', folder: 'dbt_duckdb_delta' },
  ...packageTests,
  ...fivetranTests,
};
