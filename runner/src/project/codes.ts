/** Codes of project and configuration errors. Each means one thing. */
export const projectCodes = {
  /** no project.yml or dbt_project.yml in the folder */
  projectNotFound: 'TSD1001',
  /** the file is not YAML */
  yamlSyntax: 'TSD1002',
  /** a key stands twice in one mapping */
  duplicateKey: 'TSD1003',
  /** a key that nothing reads */
  unknownKey: 'TSD1004',
  /** a value of the wrong type, or not one of those allowed */
  wrongValue: 'TSD1005',
  /** a key that must be there is not */
  missingKey: 'TSD1006',
  /** a template in a YAML value cannot be evaluated */
  templatedValue: 'TSD1007',
  /** no such target, or no such profile */
  unknownTarget: 'TSD1008',
  /** the project asks for another version of dbt's language */
  requiredVersion: 'TSD1009',
  /** a config key that nothing reads */
  unknownConfig: 'TSD1010',
  /** a file or folder cannot be read */
  unreadableFile: 'TSD1011',
  /** a configuration path that applies to nothing (a warning) */
  unusedConfigPath: 'TSD1012',
  /** a key that this version does not implement */
  unsupportedKey: 'TSD1013',
  /** a YAML entry for a resource that does not exist */
  entryWithoutResource: 'TSD1020',
  /** two YAML entries for one resource */
  duplicateEntry: 'TSD1021',
  /** a column listed twice */
  duplicateColumn: 'TSD1022',
  /** a generic test that nobody defines */
  unknownTest: 'TSD1023',
  /** an argument that the generic test does not take, or one that is missing */
  testArguments: 'TSD1024',
  /** an entry under tests that is not a test */
  invalidTest: 'TSD1025',
  /** a doc block that does not exist */
  unknownDoc: 'TSD1026',
  /** two doc blocks of one name */
  duplicateDoc: 'TSD1027',
  /** a TypeScript model and its YAML say different things */
  contradiction: 'TSD1028',
  /** two sources, tests, exposures or groups of one name */
  duplicateName: 'TSD1029',
  /** a group that nobody defines */
  unknownGroup: 'TSD1030',
  /** an entry of packages.yml that names no package, or one of a kind that there is not */
  packageEntry: 'TSD1031',
  /** packages of packages.yml that are not below dbt_packages */
  packagesMissing: 'TSD1032',
  /** a TypeScript model that cannot be loaded: it throws, or does not parse */
  modelModule: 'TSD1040',
  /** a TypeScript model whose default export is not a model */
  modelExport: 'TSD1041',
  /** a part of a TypeScript model's definition that is wrong */
  modelDefinition: 'TSD1042',
} as const;
