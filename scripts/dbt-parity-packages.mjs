// Integration tests of dbt packages, in the form of dbt-parity-projects.mjs, and the packages that many projects name.

export const utils = { dbt_utils: { repo: 'dbt-labs/dbt-utils' } };
export const date = { dbt_date: { repo: 'godatadriven/dbt-date' } };
export const expectations = { dbt_expectations: { repo: 'metaplane/dbt-expectations' }, ...date };
export const spark = { spark_utils: { repo: 'dbt-labs/spark-utils' } };
export const self = (name, repo) => ({ [name]: { repo } });

export const packageTests = {
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
  'dbt-snowplow-utils': {
    repo: 'snowplow/dbt-snowplow-utils',
    folder: 'integration_tests',
    packages: {
      ...self('snowplow_utils', 'snowplow/dbt-snowplow-utils'),
      ...self('dbt_unittest', 'yu-iskw/dbt-unittest'),
      ...utils,
    },
  },
  'dbt-unittest': {
    repo: 'yu-iskw/dbt-unittest',
    folder: 'integration_tests',
    packages: self('dbt_unittest', 'yu-iskw/dbt-unittest'),
  },
  dbt_metrics: {
    repo: 'dbt-labs/dbt_metrics',
    folder: 'integration_tests',
    packages: { ...self('metrics', 'dbt-labs/dbt_metrics'), ...expectations },
  },
  tuva: {
    repo: 'tuva-health/tuva',
    folder: 'integration_tests',
    packages: {
      ...self('the_tuva_project', 'tuva-health/tuva'),
      ...utils,
      ...expectations,
      ...self('elementary', 'elementary-data/dbt-data-reliability'),
    },
    // the package fills its seeds from a bucket
    files: {
      'macros/parity.sql':
        '{% macro duckdb__load_seed(uri, pattern, compression, headers, null_marker) %}{% endmacro %}',
    },
  },
  'dbt-nexus': {
    repo: 'slide-rule-tech/dbt-nexus',
    folder: 'integration_tests',
    packages: { ...self('nexus', 'slide-rule-tech/dbt-nexus'), ...utils },
  },
  'dbt-duckdb-semantic-views': {
    repo: 'anentropic/dbt-duckdb-semantic-views',
    folder: 'integration_tests',
    packages: self('dbt_duckdb_semantic_views', 'anentropic/dbt-duckdb-semantic-views'),
  },
  'dbt-re-data': {
    repo: 're-data/dbt-re-data',
    folder: 'integration_tests',
    packages: { ...self('re_data', 're-data/dbt-re-data'), ...utils },
  },
  dbt_artifacts: {
    repo: 'brooklyn-data/dbt_artifacts',
    folder: 'integration_test_project',
    packages: self('dbt_artifacts', 'brooklyn-data/dbt_artifacts'),
  },
  'dbt-audit-helper-ext': {
    repo: 'infinitelambda/dbt-audit-helper-ext',
    folder: 'integration_tests',
    packages: {
      ...self('audit_helper_ext', 'infinitelambda/dbt-audit-helper-ext'),
      pkg_a: { repo: 'infinitelambda/dbt-audit-helper-ext', folder: 'integration_tests/test_packages/pkg_a' },
      audit_helper: { repo: 'dbt-labs/dbt-audit-helper' },
      ...utils,
    },
  },
  'dbt-meta-testing': {
    repo: 'tnightengale/dbt-meta-testing',
    folder: 'integration_tests',
    packages: self('dbt_meta_testing', 'tnightengale/dbt-meta-testing'),
  },
  'dbt-checks': {
    repo: 'LlucMH/dbt-checks',
    folder: 'integration_tests',
    packages: self('dbt_checks', 'LlucMH/dbt-checks'),
  },
  'dbt-project-evaluator (2)': {
    repo: 'dbt-labs/dbt-project-evaluator',
    folder: 'integration_tests_2',
    packages: { ...self('dbt_project_evaluator', 'dbt-labs/dbt-project-evaluator'), ...utils },
  },
  'dbt-audit-helper': {
    repo: 'dbt-labs/dbt-audit-helper',
    folder: 'integration_tests',
    packages: { audit_helper: { repo: 'dbt-labs/dbt-audit-helper' }, ...utils },
  },
  'dbt-codegen': {
    repo: 'dbt-labs/dbt-codegen',
    folder: 'integration_tests',
    packages: { ...self('codegen', 'dbt-labs/dbt-codegen'), ...utils },
  },
  'dbt-external-tables': {
    repo: 'dbt-labs/dbt-external-tables',
    folder: 'integration_tests',
    packages: { ...self('dbt_external_tables', 'dbt-labs/dbt-external-tables'), ...utils },
  },
  'tsql-utils': {
    repo: 'dbt-msft/tsql-utils',
    folder: 'integration_tests/dbt_utils',
    packages: { ...self('tsql_utils', 'dbt-msft/tsql-utils'), ...utils },
  },
  'automate-dv-demo': {
    repo: 'Datavault-UK/automate-dv-demo',
    packages: { ...self('automate_dv', 'Datavault-UK/automate-dv'), ...utils },
  },
  'dbt-stats': {
    repo: 'BPAlexander/dbt-stats',
    folder: 'integration_tests',
    packages: { ...self('dbt_stats', 'BPAlexander/dbt-stats') },
  },
  'chameleon-pii-dbt': {
    repo: 'BrechtVanBuggenhout/chameleon-pii-dbt',
    folder: 'integration_tests',
    packages: { ...self('chameleon_pii', 'BrechtVanBuggenhout/chameleon-pii-dbt') },
  },
  dbt_scd2_plus: {
    repo: 'KaterynaD/dbt_scd2_plus',
    folder: 'integration_tests',
    packages: { ...self('dbt_scd2_plus', 'KaterynaD/dbt_scd2_plus'), ...utils },
  },
  'dbt-reconfigured': {
    repo: 'TheGrowthEngineeringCompany/dbt-reconfigured',
    folder: 'integration_tests',
    packages: {
      ...self('reconfigured', 'TheGrowthEngineeringCompany/dbt-reconfigured'),
      ...utils,
      ...self('codegen', 'dbt-labs/dbt-codegen'),
    },
  },
  'pm-utils': {
    repo: 'UiPath/ProcessMining-pm-utils',
    folder: 'integration_tests',
    packages: { ...self('pm_utils', 'UiPath/ProcessMining-pm-utils') },
  },
  'dbt-activity-schema': {
    repo: 'bcodell/dbt-activity-schema',
    folder: 'integration_tests',
    packages: { ...self('dbt_activity_schema', 'bcodell/dbt-activity-schema'), ...utils },
  },
  'dbt-fuzzy-text': {
    repo: 'calum-mcg/dbt-fuzzy-text',
    folder: 'integration_tests',
    packages: { ...self('fuzzy_text', 'calum-mcg/dbt-fuzzy-text'), ...utils },
  },
  'dbt-resto': {
    repo: 'datnguye/dbt-resto',
    folder: 'integration_tests',
    packages: { ...self('dbt_resto', 'datnguye/dbt-resto'), ...utils },
  },
  'dbt-event-logging': {
    repo: 'dbt-labs/dbt-event-logging',
    folder: 'integration_tests',
    packages: { ...self('logging', 'dbt-labs/dbt-event-logging'), ...utils },
  },
  'dbt-binning': {
    repo: 'bchaoss/dbt-binning',
    folder: 'integration_tests',
    packages: { ...self('dbt_binning', 'bchaoss/dbt-binning') },
  },
  'dbt-set-similarity': {
    repo: 'Matts52/dbt-set-similarity',
    folder: 'integration_tests',
    packages: { ...self('dbt_set_similarity', 'Matts52/dbt-set-similarity'), ...utils },
  },
  'dbt-ml-inline-preprocessing': {
    repo: 'Matts52/dbt-ml-inline-preprocessing',
    folder: 'integration_tests',
    packages: { ...self('dbt_ml_inline_preprocessing', 'Matts52/dbt-ml-inline-preprocessing'), ...utils },
  },
  'tasman-dbt-utils': {
    repo: 'TasmanAnalytics/tasman-dbt-utils',
    folder: 'integration_tests',
    packages: { ...self('tasman_dbt_utils', 'TasmanAnalytics/tasman-dbt-utils'), ...utils },
  },
  'tasman-identity-graph': {
    repo: 'TasmanAnalytics/tasman-identity-graph',
    folder: 'integration_tests',
    packages: { ...self('tasman_identity_graph', 'TasmanAnalytics/tasman-identity-graph'), ...utils },
  },
  'tasman-dbt-mta': {
    repo: 'TasmanAnalytics/tasman-dbt-mta',
    folder: 'integration_tests',
    packages: { ...self('tasman_dbt_mta', 'TasmanAnalytics/tasman-dbt-mta') },
  },
  'dbt-credit-risk': { repo: 'OmerTDK/dbt-credit-risk', folder: 'integration_tests', whole: true },
};
