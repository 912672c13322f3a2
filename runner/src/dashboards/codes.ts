/** Codes of errors in dashboard definitions. Each means one thing. */
export const dashboardCodes = {
  /** the project has no dashboards */
  noDashboards: 'TSD1950',
  /** a key in a file of dashboards/ that nothing reads */
  unknownKey: 'TSD1951',
  /** two charts of one name */
  duplicateChart: 'TSD1952',
  /** a kind of chart lacks a key that it needs */
  missingPart: 'TSD1953',
  /** a kind of chart has a key that it cannot use */
  unusedPart: 'TSD1954',
  /** `model` is not a ref, or names no model, seed or snapshot */
  unknownModel: 'TSD1955',
  /** a column that the model, or the chart's query, does not have */
  unknownColumn: 'TSD1956',
  /** the query does not read the model that the chart names */
  modelNotRead: 'TSD1957',
  /** a column whose type the chart cannot draw */
  wrongType: 'TSD1958',
  /** an address of a database that Superset cannot ask */
  unknownDatabase: 'TSD1959',
} as const;
