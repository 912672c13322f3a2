/** Codes of what goes wrong while packages are fetched. Each means one thing. */
export const depsCodes = {
  /** an address that does not answer, or not with what was asked for */
  download: 'TSD1970',
  /** the hub has no package of this name */
  hubPackage: 'TSD1971',
  /** versions or revisions that exclude each other, or none that fits */
  versionConflict: 'TSD1972',
  /** git is missing, or says no */
  git: 'TSD1973',
  /** a folder, repository or archive without a project in it */
  noProject: 'TSD1974',
  /** an archive that cannot be unpacked */
  archive: 'TSD1975',
  /** an npm package that is not installed, or in another version */
  npmPackage: 'TSD1976',
  /** two packages of one name, or one with the name of the project */
  duplicatePackage: 'TSD1977',
  /** a text that is no version and no bound of one */
  versionText: 'TSD1978',
} as const;
