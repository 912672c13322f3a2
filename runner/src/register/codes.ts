/** Codes of errors of registering tables with Trino. Each means one thing. */
export const registerCodes = {
  /** `tsdbt register` on a target that does not say where */
  notConfigured: 'TSD1960',
  /** two tables have one name, as Trino spells names */
  nameCollision: 'TSD1961',
  /** the metastore's files cannot be read or written */
  metastoreFiles: 'TSD6091',
  /** the name is taken by a table that lies elsewhere */
  nameTaken: 'TSD6092',
  /** the server refuses a registration */
  refused: 'TSD5191',
} as const;
