/** Where `--add-package` may take a package from: dbt's words, and `npm`. */
export const PACKAGE_SOURCES = ['hub', 'git', 'local', 'tarball', 'npm'] as const;
export type PackageSource = (typeof PACKAGE_SOURCES)[number];
