/** Codes of graph and selection errors. Each means one thing. */
export const graphCodes = {
  /** a ref to a name that no model, seed or snapshot has */
  unknownRef: 'TSD3001',
  /** a ref to a node that is disabled */
  disabledRef: 'TSD3002',
  /** a ref to a name that several packages have */
  ambiguousRef: 'TSD3003',
  /** two nodes of one name */
  duplicateNode: 'TSD3004',
  /** nodes that need each other */
  cycle: 'TSD3005',
  /** a source that no YAML declares */
  unknownSource: 'TSD3006',
  /** a ref to what is a source */
  refToSource: 'TSD3007',
  /** a source that is disabled */
  disabledSource: 'TSD3008',
  /** two nodes that would write the same table */
  duplicateRelation: 'TSD3009',
  /** a ref that was met while compiling and not while parsing */
  hiddenRef: 'TSD3011',
  /** a unit test of a model that does not exist */
  unknownTestedModel: 'TSD3012',
  /** a unit test gives rows for what its model does not read, or twice for the same */
  unusedInput: 'TSD3013',
  /** a selector that is not one */
  selectorSyntax: 'TSD3020',
  /** a selector that matches nothing */
  selectorMatchesNothing: 'TSD3021',
  /** a selector method that does not exist */
  unknownMethod: 'TSD3022',
  /** `--selector` names one that selectors.yml does not have */
  unknownSelector: 'TSD3023',
  /** a selector that compares with an earlier state, without `--state` */
  noState: 'TSD3024',
  /** `--state` names a folder whose artifacts cannot be read */
  unreadableState: 'TSD3025',
} as const;
